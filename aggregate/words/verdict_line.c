/* SPDX-License-Identifier: MIT */
#include "words/words.h"


static const char *colour_code(enum verdict_colour c)
{
	switch (c) {
	case VERDICT_GREEN:
		return "32";
	case VERDICT_AMBER:
		return "33";
	case VERDICT_RED:
		return "1;31";
	case VERDICT_UNKNOWN:
		break;
	}
	return "35";
}

static void put_list(struct buf *b, const char **names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_fmt(b, "%s%s", i ? ", " : "", names[i]);
}

/* Names of tools: chosen by a stranger, and any number of them. */
static void put_tools(struct buf *b, const char **sep, const char *what,
	const char **names, size_t n)
{
	if (!n)
		return;
	buf_fmt(b, "%s%s ", *sep, what);
	*sep = "; ";
	divergence_text_tools(b, names, n);
}

static void put_drift(struct buf *b, const struct verdict_drift *d)
{
	const char *sep = "";

	buf_fmt(b, "; tools changed in %s (", d->region);
	put_tools(b, &sep, "removed", d->removed, d->n_removed);
	put_tools(b, &sep, "changed", d->changed, d->n_changed);
	put_tools(b, &sep, "added", d->added, d->n_added);
	put_tools(b, &sep, "described differently",
		d->redescribed, d->n_redescribed);
	if (!*sep)
		buf_fmt(b, "from %.12s to %.12s", d->from, d->to);
	buf_char(b, ')');
}

static const char *plural(int n)
{
	return n == 1 ? "" : "s";
}

/* Which regions fail, and whether they agree. */
static void put_failing(struct buf *b, const struct verdict *v)
{
	int n = (int)v->n_failing;

	buf_fmt(b, " at %s: ", step_name(v->step));
	if (v->verdict == VERDICT_AMBER && n > 1)
		buf_fmt(b, "%d of %d regions fail, but do not agree", n,
			v->expected);
	else if (v->verdict == VERDICT_AMBER || v->expected == 1)
		buf_fmt(b, "%d of %d region%s fails", n, v->expected,
			plural(v->expected));
	else if (n == v->failed_regions)
		buf_fmt(b, "%d of %d regions agree", n, v->expected);
	else
		buf_fmt(b, "%d of %d regions fail, %d of them agree", n,
			v->expected, v->failed_regions);
	buf_str(b, " (");
	put_list(b, v->failing, v->n_failing);
	buf_char(b, ')');
}

static void put_reporters(struct buf *b, const struct verdict *v)
{
	buf_fmt(b, ": %d of %d region%s report%s", v->reporters, v->expected,
		plural(v->expected), v->reporters == 1 ? "s" : "");
	if (v->n_failing) {
		buf_fmt(b, "; failing at %s: ", step_name(v->step));
		put_list(b, v->failing, v->n_failing);
	}
}

void put_broken(struct buf *b, const struct verdict *v, const char *message)
{
	const struct verdict_region *r = &v->regions[0];

	buf_fmt(b, "at %s", step_name(r->failed_step));
	if (r->error)
		buf_fmt(b, ", %s", r->error);
	if (message)
		buf_fmt(b, ": %s", message);
	buf_fmt(b, " (seen from only one region, %s)",
		r->region);
}

void show_broken(struct buf *b, const struct verdict *v, const char *message,
	bool colour)
{
	buf_fmt(b, "%sbroken%s  %s  ", colour ? "\033[1;31m" : "",
		colour ? "\033[0m" : "", v->slug);
	put_broken(b, v, message);
	buf_char(b, '\n');
}

void show_verdict(struct buf *b, const struct verdict *v, bool colour)
{
	if (colour)
		buf_fmt(b, "\033[%sm", colour_code(v->verdict));
	buf_str(b, verdict_colour_name(v->verdict));
	if (colour)
		buf_str(b, "\033[0m");
	buf_fmt(b, "  %s  %s", v->slug, tier_name(v->tier));
	if (v->n_failing && v->verdict != VERDICT_UNKNOWN)
		put_failing(b, v);
	else
		put_reporters(b, v);
	if (v->checks == CHECKS_REFUSED)
		buf_str(b, "; our credential is refused, which worked before");
	if (v->checks == CHECKS_LIMITED)
		buf_str(b, "; our checks are rate-limited");
	if (v->n_no_data) {
		buf_str(b, "; no data from ");
		put_list(b, v->no_data, v->n_no_data);
	}
	if (v->n_isolated) {
		buf_str(b, "; isolated, its own network is cut off: ");
		put_list(b, v->isolated, v->n_isolated);
	}
	if (v->divergence) {
		buf_str(b, "; tools differ: ");
		divergence_text_sides(b, v, (double)v->window, "UTC");
	}
	if (divergence_any_stale(v)) {
		buf_str(b, "; ");
		divergence_text_stale(b, v);
	}
	for (size_t i = 0; i < v->n_drift; i++)
		put_drift(b, &v->drift[i]);
	if (v->unapproved.since > 0) {
		buf_fmt(b, "; unapproved tools (%s) in ",
			change_class_name(v->unapproved.class));
		put_list(b, v->unapproved.regions, v->unapproved.n_regions);
	}
	if (v->tool_churn.changes_1h)
		buf_fmt(b, "; tools changed %d times in an hour",
			v->tool_churn.changes_1h);
	buf_char(b, '\n');
}

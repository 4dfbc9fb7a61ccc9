/* SPDX-License-Identifier: MIT */
#include "words/words.h"

#include "base/clock.h"
#include "base/zone.h"
#include "rule/failure_run.h"
#include "rule/verdict.h"
#include "terms/names.h"

#include <math.h>
#include <string.h>

/* "14:02:31" of an instant, by the clock of the people who read. */
#define TIME_TEXT 12

static const char *time_text(const struct explanation *e, double t, char *out)
{
	char full[CLOCK_RFC3339];

	zone_rfc3339(e->zone, (int64_t)floor(t), full);
	snprintf(out, TIME_TEXT, "%.8s", full + strlen("2026-04-29T"));
	return out;
}

static const struct probe_details *details_of(const struct explanation *e,
	const char *region)
{
	for (size_t i = 0; i < e->n_details; i++)
		if (strcmp(e->details[i].region, region) == 0)
			return &e->details[i];
	return NULL;
}

static const struct region_history *history_of(
	const struct explanation *e, const char *region)
{
	for (size_t i = 0; i < e->in->n_regions; i++)
		if (strcmp(e->in->regions[i].name, region) == 0)
			return &e->in->regions[i];
	return NULL;
}

/* An expected region before the i-th that is on the same machine, or NULL. */
static const char *twin_of(const struct explanation *e, size_t i)
{
	const char *const *names = e->in->expected;
	const struct region_history *h = history_of(e, names[i]), *o;

	for (size_t k = 0; h && h->machine && k < i; k++) {
		o = history_of(e, names[k]);
		if (o && o->machine && strcmp(h->machine, o->machine) == 0)
			return names[k];
	}
	return NULL;
}

static int machines(const struct explanation *e)
{
	int n = 0;

	for (size_t i = 0; i < e->in->n_expected; i++)
		n += !twin_of(e, i);
	return n;
}

static struct failure_run run_of(
	const struct explanation *e, const char *region)
{
	const struct region_history *h = history_of(e, region);
	struct region_history none = {.name = region};

	return failure_run_judge(e->rule, h ? h : &none, e->in->now);
}

static bool muted(const struct failure_run *r)
{
	const struct probe *p = r->newest;

	return p && failure_throttled(p->failed_step, p->error) && !r->step;
}

/* ---- What was looked at. */

static void put_failure(const struct explanation *e,
	const struct failure_run *r, struct buf *b)
{
	char since[TIME_TEXT];

	buf_fmt(b, "%s, %d in a row", step_name(r->step), r->streak);
	if (r->n_at)
		buf_fmt(b, ", failing since at least %s",
			time_text(e, r->at[r->n_at - 1], since));
	if (r->newest->error)
		buf_fmt(b, ": %s", r->newest->error);
}

/* A region may have no data, as its probes are not made to their end. */
static void put_unfinished(const struct explanation *e,
	const struct failure_run *r, const char *region, struct buf *b)
{
	char text[TIME_TEXT];
	const char *why;
	double at;

	why = e->unfinished ? e->unfinished(e->arg, region,
				      r->newest ? r->newest->started_at : 0, &at)
			    : NULL;
	if (why)
		buf_fmt(b, "; the probe of %s is unfinished: %s",
			time_text(e, at, text), why);
}

static void put_region(const struct explanation *e, const char *region,
	int width, struct buf *b)
{
	const struct failure_run r = run_of(e, region);
	const struct probe_details *s = details_of(e, region);
	const char *isolated = e->isolated ? e->isolated(e->arg, region) : NULL;
	char at[TIME_TEXT] = "-";

	if (r.newest)
		time_text(e, r.newest->started_at, at);
	buf_fmt(b, "  %c %-*s  %-8s  ", r.step ? '*' : ' ', width, region, at);
	if (r.isolated)
		buf_fmt(b, "no data, isolated: %s%s",
			isolated && *isolated ? isolated
				: "its own network is cut off",
			r.step ? "; failing when that began: " : "");
	else if (!r.newest)
		buf_str(b, "no data: no probe from that time is stored");
	else if (!r.reports)
		buf_fmt(b, "no data: silent since then%s",
			r.step ? ", and failing when it fell silent: " : "");
	if (r.newest && r.step)
		put_failure(e, &r, b);
	else if (r.reports && muted(&r))
		buf_fmt(b, "http.429, which counts only from %d in a row",
			e->rule->throttled);
	else if (r.reports)
		buf_fmt(b, "%s",
			r.newest->state == STATE_AUTH_WALLED
				? "auth-walled, which is not a failure"
				: "healthy");
	put_unfinished(e, &r, region, b);
	buf_char(b, '\n');
	if (!r.step || !s || !*s->message)
		return;
	buf_fmt(b, "    %-*s  %-8s  ", width, "", "");
	if (s->at > 0)
		buf_fmt(b, "at %s: ", time_text(e, s->at, at));
	buf_fmt(b, "%s\n", s->message);
}

static void put_regions(const struct explanation *e, struct buf *b)
{
	size_t width = 6;

	for (size_t i = 0; i < e->in->n_expected; i++)
		if (strlen(e->in->expected[i]) > width)
			width = strlen(e->in->expected[i]);
	buf_fmt(b, "\n    %-*s  %-8s  what it saw\n", (int)width, "region",
		"newest");
	for (size_t i = 0; i < e->in->n_expected; i++)
		put_region(e, e->in->expected[i], (int)width, b);
}

/* ---- Which row of the rule fired, and why not another. */

/* The failures that agree on the step lie between these instants. */
static void span(const struct explanation *e, double *first, double *last)
{
	*first = INFINITY;
	*last = -INFINITY;
	for (size_t i = 0; i < e->in->n_expected; i++) {
		struct failure_run r = run_of(e, e->in->expected[i]);

		if (r.step != e->verdict->step || !r.n_at)
			continue;
		*first = fmin(*first, r.at[0]);
		*last = fmax(*last, r.at[0]);
	}
}

static void put_agreement(const struct explanation *e, struct buf *b)
{
	const struct verdict *v = e->verdict;
	char a[TIME_TEXT], z[TIME_TEXT];
	double first, last;

	span(e, &first, &last);
	buf_fmt(b, "%d of %d regions agree on %s: each failed there within %g "
		   "s",
		v->failed_regions, v->expected, step_name(v->step),
		e->rule->tolerance_s);
	if (isfinite(first))
		buf_fmt(b, " (the newest from %s to %s)",
			time_text(e, first, a), time_text(e, last, z));
	buf_str(b, ".\n");
}

static void why_no_data(const struct explanation *e, struct buf *b)
{
	const struct verdict *v = e->verdict;
	int expected = machines(e);
	int quorum = expected < e->rule->quorum ? expected : e->rule->quorum;

	buf_fmt(b, "%d of %d regions have reported in the last %g s; %d are "
		   "needed (quorum).\n"
		   "  No verdict is published: mcp-aggregate does not know "
		   "whether the server works.\n",
		v->reporters, v->expected, e->rule->lookback_s, quorum);
}

static void why_limited(const struct explanation *e, struct buf *b)
{
	const struct verdict *v = e->verdict;

	buf_fmt(b, "%zu of %d region%s get%s 429, %d in a row or more "
		   "(throttled), and none fails otherwise.\n"
		   "  Never red: the server answers, and limits the rate of our "
		   "checks.\n",
		v->n_failing, v->expected, v->expected == 1 ? "" : "s",
		v->n_failing == 1 ? "s" : "", e->rule->throttled);
}

static void why_amber(const struct explanation *e, struct buf *b)
{
	const struct verdict *v = e->verdict;

	if (v->checks == CHECKS_LIMITED) {
		why_limited(e, b);
		return;
	}
	if (machines(e) == 1) {
		struct failure_run r = run_of(e, e->in->expected[0]);

		buf_fmt(b, "The only region has failed %d in a row, at "
			   "any steps; %d make it red (alone).\n",
			r.failures, e->rule->alone);
		return;
	}
	if (v->n_failing == 1)
		buf_fmt(b, "Only one region fails, at %s; the fault may be its "
			   "own.\n",
			step_name(v->step));
	else
		buf_fmt(b, "%zu regions fail, but at different steps, or "
			   "more than %g s apart (tolerance).\n",
			v->n_failing, e->rule->tolerance_s);
	buf_fmt(b, "  Not red: %d regions must agree on a step (step_alert), "
		   "and %d %s.\n",
		e->rule->step_alert, v->failed_regions,
		v->failed_regions == 1 ? "does" : "do");
}

static void why_step_alert(const struct explanation *e, struct buf *b)
{
	const struct verdict *v = e->verdict;

	if (machines(e) == 1) {
		buf_fmt(b, "The only region has failed %d in a row, at "
			   "any steps; %d make it red (alone).\n",
			run_of(e, e->in->expected[0]).failures, e->rule->alone);
		return;
	}
	put_agreement(e, b);
	buf_fmt(b, "  Not amber: %d are enough (step_alert).\n"
		   "  Not a hard outage: that needs %d on one step, or all %d "
		   "failing at any step.\n",
		e->rule->step_alert, e->rule->hard_outage, v->expected);
}

static void why_hard_outage(const struct explanation *e, struct buf *b)
{
	const struct verdict *v = e->verdict;

	if (v->failed_regions >= e->rule->hard_outage) {
		put_agreement(e, b);
		buf_fmt(b, "  %d make a hard outage (hard_outage).\n",
			e->rule->hard_outage);
		return;
	}
	buf_fmt(b, "All %d regions report, and each failed within %g s, at any "
		   "step.\n",
		v->expected, e->rule->tolerance_s);
}

/* Why our checks say nothing of the server. */
static void put_kept_out(const struct explanation *e, struct buf *b)
{
	const struct verdict *v = e->verdict;

	if (v->checks == CHECKS_REFUSED)
		buf_str(b, "  Our credential is refused, which worked before: "
			   "clients with their own access may be fine.\n");
	if (v->unchecked)
		buf_str(b, "  It is not known whether the server works: the "
			   "minute does not count in its uptime.\n");
}

void words_machine(struct buf *b, const char *other, const char *by)
{
	if (strcmp(by, "POP") == 0)
		buf_fmt(b, "at the same POP as %s", other);
	else
		buf_fmt(b, "on the same machine as %s (same %s)", other, by);
	buf_str(b, ": they count as one reporter");
}

/* Where platforms run regions, and which share a machine with an earlier one. */
static void put_machines(const struct explanation *e, struct buf *b)
{
	for (size_t i = 0; i < e->in->n_expected; i++) {
		const char *name = e->in->expected[i], *other = twin_of(e, i);
		const struct region_history *h = history_of(e, name);

		if (h && h->pop)
			buf_fmt(b, "  %s runs at %s.\n", name, h->pop);
		if (!other)
			continue;
		buf_fmt(b, "  %s is ", name);
		words_machine(b, other, h->machine_by);
		buf_str(b, ".\n");
	}
}

static void put_why(const struct explanation *e, struct buf *b)
{
	const struct verdict *v = e->verdict;

	buf_str(b, "\nWhy\n  ");
	switch (v->tier) {
	case TIER_NO_DATA:
		why_no_data(e, b);
		break;
	case TIER_OK:
		buf_fmt(b, "%d of %d regions report, and none fails.\n",
			v->reporters, v->expected);
		break;
	case TIER_REGIONAL:
		why_amber(e, b);
		break;
	case TIER_STEP_ALERT:
		why_step_alert(e, b);
		break;
	case TIER_HARD_OUTAGE:
		why_hard_outage(e, b);
		break;
	}
	put_kept_out(e, b);
	for (size_t i = 0; i < v->n_no_data; i++)
		if (run_of(e, v->no_data[i]).step)
			buf_fmt(b, "  %s was failing when it fell silent: "
				   "until it reports again, it counts as "
				   "neither failing nor working.\n",
				v->no_data[i]);
	put_machines(e, b);
}

/* ---- Addresses and caches. */

/*
 * Whether all that fail reached one address that none of the others did, which
 * is then in *out.
 */
static bool one_bad_address(const struct explanation *e, const char **out)
{
	size_t good = 0;

	*out = NULL;
	for (int fails = 1; fails >= 0; fails--) {
		for (size_t i = 0; i < e->n_details; i++) {
			const struct probe_details *s = &e->details[i];
			struct failure_run r = run_of(e, s->region);
			bool same;

			if (!r.reports || (r.step != STEP_NONE) != fails ||
				!*s->address)
				continue;
			if (fails && !*out)
				*out = s->address;
			if (!*out)
				return false;
			same = strcmp(*out, s->address) == 0;
			if (same != fails)
				return false;
			good += !fails;
		}
	}
	return *out && good;
}

/* Say from which cache the answer came. */
static void put_cache(const struct probe_details *s, struct buf *b)
{
	if (s && s->at > 0)
		return;
	if (s && s->age_s > 0)
		buf_fmt(b, "  from a cache, %g s old: a stale edge?",
			s->age_s);
	else if (s && s->cached)
		buf_fmt(b, "  through a cache (%s): a stale edge?", s->cache);
}

static void put_tools(const struct explanation *e, struct buf *b)
{
	const struct verdict *v = e->verdict;

	if (!v->divergence)
		return;
	buf_str(b, "\nThe regions see different tools\n  ");
	divergence_text_sides(b, v, e->in->now, e->zone);
	buf_str(b, ".\n");
	for (size_t k = 0; k < v->n_sides; k++) {
		for (size_t i = 0; i < v->sides[k].n_regions; i++) {
			const char *region = v->sides[k].regions[i];

			buf_fmt(b, "    %-20s %.12s", region,
				v->sides[k].tool_hash);
			put_cache(details_of(e, region), b);
			buf_char(b, '\n');
		}
	}
}

/* The results of checks, each with its time: mcp-probe(1). */
static void put_checks(const struct explanation *e, struct buf *b)
{
	const struct verdict *v = e->verdict;
	char at[TIME_TEXT];

	if (!divergence_any_stale(v))
		return;
	buf_str(b, "\nA cache is stale\n  ");
	divergence_text_stale(b, v);
	buf_str(b, ".\n");
	for (size_t i = 0; i < v->n_regions; i++) {
		const struct verdict_region *r = &v->regions[i];
		bool stale = r->cache.result == CACHE_STALE;

		if (!r->cache.result)
			continue;
		buf_fmt(b, "    %-20s %s  checked again: ", r->region,
			time_text(e, r->cache_at, at));
		if (stale)
			buf_fmt(b, "clients get %.12s, the server has %.12s",
				r->tool_hash ? r->tool_hash : "",
				r->cache.tool_hash);
		else
			buf_str(b, "no difference");
		if (stale)
			put_cache(details_of(e, r->region), b);
		buf_char(b, '\n');
	}
}

static void put_way(const struct explanation *e, struct buf *b)
{
	const char *bad;
	char at[TIME_TEXT];

	buf_str(b, "\n"
		   "Addresses and caches\n");
	for (size_t i = 0; i < e->n_details; i++) {
		const struct probe_details *s = &e->details[i];
		bool before = s->at > 0 && *s->address;

		buf_fmt(b, "    %-20s %s%s%s%s%s\n", s->region,
			*s->address ? s->address : "address unknown",
			*s->cache ? ", " : "", s->cache, before ? ", at " : "",
			before ? time_text(e, s->at, at) : "");
	}
	if (one_bad_address(e, &bad))
		buf_fmt(b, "  All failing regions reach %s, and no others do: "
			   "one of several origins or edges is broken.\n",
			bad);
}

/* Which clients servers refuse that let others in. */
static void put_clients(const struct explanation *e, struct buf *b)
{
	const char *head = "\n"
			   "Clients that the server refuses\n";

	for (size_t i = 0; i < e->n_details; i++) {
		const struct probe_details *s = &e->details[i];

		if (!*s->clients)
			continue;
		buf_fmt(b, "%s    %-20s %s\n", head, s->region, s->clients);
		head = "";
	}
}

/* How the minute is counted, where that is known. */
static void put_counted(const struct explanation *e, struct buf *b)
{
	char at[TIME_TEXT];

	if (e->counted == VERDICT_UNKNOWN)
		return;
	buf_fmt(b,
		"The minute from %s is counted as %s, by its published verdict",
		time_text(e, (double)e->verdict->window, at),
		verdict_colour_name(e->counted));
	if (e->counted != e->verdict->verdict)
		buf_str(b, "; the verdict above uses another instant or other "
			   "records");
	buf_str(b, "\n");
}

void explain(const struct explanation *e, struct buf *b)
{
	const struct verdict *v = e->verdict;
	char as_of[CLOCK_RFC3339], from[TIME_TEXT], to[TIME_TEXT];
	double now = e->in->now;

	zone_rfc3339(e->zone, (int64_t)floor(now), as_of);
	buf_fmt(b, "%s  %s\n%s, %s", v->slug, v->url ? v->url : "",
		verdict_colour_name(v->verdict), tier_name(v->tier));
	if (v->step)
		buf_fmt(b, " at %s", step_name(v->step));
	buf_fmt(b, ", as of %s\n"
		   "Probes that started from %s to %s\n",
		as_of, time_text(e, now - e->rule->lookback_s, from),
		time_text(e, now + e->rule->ahead_s, to));
	put_counted(e, b);
	put_regions(e, b);
	put_why(e, b);
	put_tools(e, b);
	put_checks(e, b);
	put_clients(e, b);
	if (e->n_details)
		put_way(e, b);
}

static void add_side(struct side *s, const struct verdict *v)
{
	bool red = v->verdict == VERDICT_RED;

	s->minutes[v->verdict]++;
	s->outages += red && !s->red;
	s->red = red;
}

static bool same_outcome(const struct outcome *a, const struct outcome *b)
{
	return a->tier == b->tier && a->divergence == b->divergence;
}

/*
 * Add a minute that differs: to the last stretch, or as the first of another.
 */
static void add_changed(struct comparison *c, int64_t window,
	const struct outcome *before, const struct outcome *after)
{
	struct stretch *last = &c->last;

	if (c->n_stretches && last->to + 60 == window &&
		same_outcome(&last->before, before) &&
		same_outcome(&last->after, after)) {
		last->to = window;
	} else {
		*last = (struct stretch) {window, window, *before, *after};
		c->n_stretches++;
	}
	if (c->n_stretches <= COMPARISON_STRETCHES)
		c->stretches[c->n_stretches - 1] = *last;
}

void comparison_add(struct comparison *c, const struct verdict *before,
	const struct verdict *after)
{
	struct outcome a = {before->tier, before->divergence};
	struct outcome b = {after->tier, after->divergence};

	c->minutes++;
	add_side(&c->before, before);
	add_side(&c->after, after);
	if (same_outcome(&a, &b))
		return;
	c->changed++;
	add_changed(c, before->window, &a, &b);
}

static void put_outcome(struct buf *b, const struct outcome *o)
{
	static const char *const colours[] = {
		[TIER_OK] = "green ",
		[TIER_REGIONAL] = "amber ",
		[TIER_STEP_ALERT] = "red ",
		[TIER_HARD_OUTAGE] = "red ",
		[TIER_NO_DATA] = "unknown ",
	};

	buf_fmt(b, "%s%s%s", colours[o->tier], tier_name(o->tier),
		o->divergence ? " divergence" : "");
}

static void put_side(struct buf *b, const char *name, const struct side *s)
{
	buf_fmt(b, "  %-6s%8lu%8lu%8lu%8lu%9lu\n", name,
		s->minutes[VERDICT_GREEN], s->minutes[VERDICT_AMBER],
		s->minutes[VERDICT_RED], s->minutes[VERDICT_UNKNOWN],
		s->outages);
}

static void put_counts(struct buf *b, const struct comparison *c)
{
	buf_fmt(b, "%s: %lu of %lu minute%s changed\n", c->slug, c->changed,
		c->minutes, c->minutes == 1 ? "" : "s");
	if (!c->changed)
		return;
	buf_fmt(b, "  %-6s%8s%8s%8s%8s%9s\n", "", "green", "amber", "red",
		"unknown", "outages");
	put_side(b, "before", &c->before);
	put_side(b, "policy", &c->after);
}

static void put_stretch(struct buf *b, const struct stretch *s)
{
	char from[CLOCK_RFC3339], to[CLOCK_RFC3339];

	clock_rfc3339(s->from, from);
	clock_rfc3339(s->to, to);
	buf_fmt(b, "  %s to %s: ", from, to);
	put_outcome(b, &s->before);
	buf_str(b, " -> ");
	put_outcome(b, &s->after);
	buf_char(b, '\n');
}

static void add_total(struct side *t, const struct side *s)
{
	for (int i = 0; i <= VERDICT_UNKNOWN; i++)
		t->minutes[i] += s->minutes[i];
	t->outages += s->outages;
}

void comparison_put(struct buf *b, const struct comparison *c, size_t n,
	const char *policy)
{
	struct comparison all = {.slug = "all servers"};
	size_t alike = 0;

	buf_fmt(b, "policy %s\n", policy);
	for (size_t i = 0; i < n; i++) {
		size_t told = c[i].n_stretches < COMPARISON_STRETCHES
			? c[i].n_stretches
			: COMPARISON_STRETCHES;

		add_total(&all.before, &c[i].before);
		add_total(&all.after, &c[i].after);
		all.minutes += c[i].minutes;
		all.changed += c[i].changed;
		alike += !c[i].changed;
		if (n > 1 && !c[i].changed)
			continue;
		put_counts(b, &c[i]);
		for (size_t k = 0; k < told; k++)
			put_stretch(b, &c[i].stretches[k]);
		if (c[i].n_stretches > told)
			buf_fmt(b, "  and %lu more\n", c[i].n_stretches - told);
	}
	if (n < 2)
		return;
	put_counts(b, &all);
	buf_fmt(b, "servers without a change: %zu of %zu\n", alike, n);
}

/* SPDX-License-Identifier: MIT */
#include "words/words.h"

#include "base/clock.h"

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

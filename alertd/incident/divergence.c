/* SPDX-License-Identifier: MIT */
#include "incident/kinds.h"

#include "base/clock.h"
#include "incident/confirmation.h"
#include "incident/incident.h"
#include "incident/recovery.h"
#include "incident/state.h"

#include <math.h>
#include <string.h>

/* The clocks of two runners may differ by this. */
#define SKEW_S 1
/* An ordinary deploy falls between two probes, and is seen in one window. */
#define WINDOWS 2
/* A check counts for 15 minutes; after this time none was made. */
#define UNKNOWN_S 1200

/* Whether a region saw older tools after another first saw the newer ones. */
static bool after(const struct sighting *s, const struct tool_set *newer)
{
	return s->at > newer->since + SKEW_S;
}

/*
 * A region that has seen the older tools all along is late at once. A region
 * that came back to them may be the first to see that the server was rolled
 * back: only the number of windows in a row tells.
 */
static bool late(const struct sighting *s, const struct tool_set *newer)
{
	return after(s, newer) && s->since <= newer->since;
}

/* Which regions a verdict shows to be behind. */
struct show {
	const struct sighting *behind; /* a region that is, seen now; or NULL */
	const struct tool_set *newer;  /* newer tools than those of `behind` */
	bool late;		       /* a region is late */
	bool after;		       /* a region was seen after */
};

static struct show show_at(const struct tools_seen *t, const struct verdict *v)
{
	struct show l = {0};

	for (size_t i = 0; i < t->n; i++) {
		const struct sighting *s = &t->v[i];
		const struct tool_set *newer = tool_sightings_newer(t, v, s);

		if (!newer || !tool_sightings_now(v, s))
			continue;
		if (!l.behind || (late(s, newer) && !l.late)) {
			l.behind = s;
			l.newer = newer;
		}
		l.late = l.late || late(s, newer);
		l.after = l.after || after(s, newer);
	}
	return l;
}

/*
 * The region whose clients get the oldest list of tools, where a check found
 * that it is older than the server's; NULL where none did.
 */
static const struct verdict_region *oldest(const struct verdict *v)
{
	const struct verdict_region *out = NULL;

	for (size_t i = 0; i < v->n_regions; i++) {
		const struct verdict_region *r = &v->regions[i];

		if (r->cache.result == CACHE_STALE &&
			(!out || r->cache.age_s > out->cache.age_s))
			out = r;
	}
	return out;
}

/* The result of the last check of a region. */
static enum cache_result checked(const struct verdict *v, const char *region)
{
	for (size_t i = 0; i < v->n_regions; i++)
		if (strcmp(v->regions[i].region, region) == 0)
			return v->regions[i].cache.result;
	return CACHE_UNKNOWN;
}

/* The windows in a row in which the regions differ. */
static void count(struct tools_seen *t, const struct verdict *v,
	int64_t window)
{
	if (v->divergence && tool_sightings_differ(t, window))
		streak_add(&t->differ, window);
	else if (!v->divergence && t->differ.counted < window)
		t->differ = (struct streak) {0};
}

/* Whether the regions see the same contracts, and other words. */
static bool only_words(const struct verdict *v)
{
	return v->n_sides > 1 && v->sides[0].full_hash;
}

static const struct verdict_side *side(const struct verdict *v,
	const char *hash)
{
	for (size_t i = 0; i < v->n_sides; i++)
		if (strcmp(verdict_side_hash(&v->sides[i]), hash) == 0)
			return &v->sides[i];
	return NULL;
}

/*
 * Note how the newer tools differ from the older ones. A verdict compares all
 * sides to its first; verdicts of older versions name no tools.
 */
static void note_change(struct tool_change *c, const struct verdict *v,
	const struct verdict_drift *bare, double since)
{
	const struct verdict_side *from = side(v, bare->from);
	const struct verdict_side *to = side(v, bare->to);
	bool same = c->from && strcmp(c->from, bare->from) == 0 &&
		strcmp(c->to, bare->to) == 0;
	bool forth = from && to && from == v->sides;
	bool back = from && to && to == v->sides;

	if (!same || !c->n_words)
		tool_change_words(c, forth ? to->words : back ? from->words : NULL,
			forth ? to->n_words : back ? from->n_words : 0, back);
	if (same && tool_change_named(c))
		return;
	c->since = clock_window(since);
	if (forth)
		tool_change_set(c, &to->changes);
	else if (back)
		tool_change_reverse(c, &from->changes);
	else
		tool_change_set(c, bare);
}

static void note_tools(struct tool_change *c, const struct verdict *v,
	const struct show *l)
{
	note_change(c, v,
		&(struct verdict_drift) {
			.from = l->behind->hash, .to = l->newer->hash},
		l->newer->since);
}

/*
 * Note which regions are behind: those that are seen with older tools, and
 * those that were and have not been seen with others since. A region that sees
 * the newest tools has followed, or was first. A region that was not probed
 * since they came is in neither list.
 */
static void note_regions(struct incident *inc, const struct tools_seen *t,
	const struct verdict *v, const struct show *l)
{
	bool any = l->after || inc->regions.n > 0;
	struct strings behind = {0};

	strings_clear(&inc->reached);
	for (size_t i = 0; i < t->n; i++) {
		const struct sighting *s = &t->v[i];
		const struct tool_set *newer = tool_sightings_newer(t, v, s);

		if (!newer)
			strings_add(&inc->reached, s->region);
		else if (strings_has(&inc->regions, s->region) ||
			(tool_sightings_now(v, s) && (after(s, newer) || !any)))
			strings_add(&behind, s->region);
	}
	if (!behind.n)
		strings_copy(&behind, &inc->regions);
	strings_sort(&inc->reached);
	strings_sort(&behind);
	strings_release(&inc->regions);
	inc->regions = behind;
}

/*
 * Which regions see other words than the newest. Which these are does not
 * change while the two are seen: how long ago something was first seen is known
 * for some time only.
 */
static void note_words(struct incident *inc, const struct verdict *v)
{
	struct tool_change *c = &inc->change;
	const struct verdict_side *from = c->to ? side(v, c->from) : NULL;
	const struct verdict_side *to = from ? side(v, c->to) : NULL;

	if (!to) {
		from = v->sides;
		to = &v->sides[v->n_sides - 1];
	}
	strings_clear(&inc->reached);
	strings_clear(&inc->regions);
	for (size_t k = 0; k < v->n_sides; k++)
		for (size_t i = 0; i < v->sides[k].n_regions; i++)
			strings_note(&v->sides[k] == to ? &inc->reached
							: &inc->regions,
				v->sides[k].regions[i]);
	inc->expected = v->expected;
	note_change(c, v,
		&(struct verdict_drift) {
			.from = verdict_side_hash(from),
			.to = verdict_side_hash(to)},
		to->first_seen);
}

/* Whether a region was seen with older words after another with newer ones. */
static bool late_words(const struct verdict *v)
{
	for (size_t i = 0; i < v->n_sides; i++)
		for (size_t k = i + 1; k < v->n_sides; k++)
			if (v->sides[i].last_seen >
				v->sides[k].first_seen + SKEW_S)
				return true;
	return false;
}

/*
 * Note the regions whose clients get an old list: those where a check found
 * one, and those that had one and have not been checked since. The list of r is
 * sent.
 */
static void note_stale(struct incident *inc, const struct verdict *v,
	const struct verdict_region *r)
{
	const struct cache_check *c = &r->cache;
	struct verdict_drift d = {
		.added = (const char **)c->names[CACHE_ADDED],
		.n_added = c->n[CACHE_ADDED],
		.removed = (const char **)c->names[CACHE_REMOVED],
		.n_removed = c->n[CACHE_REMOVED],
		.changed = (const char **)c->names[CACHE_CHANGED],
		.n_changed = c->n[CACHE_CHANGED],
		.redescribed = (const char **)c->names[CACHE_REDESCRIBED],
		.n_redescribed = c->n[CACHE_REDESCRIBED],
		.from = r->tool_hash,
		.to = c->tool_hash,
	};
	struct strings behind = {0};

	strings_clear(&inc->reached);
	for (size_t i = 0; i < v->n_regions; i++) {
		const struct verdict_region *one = &v->regions[i];
		enum cache_result found = one->cache.result;

		if (found == CACHE_EQUAL)
			strings_add(&inc->reached, one->region);
		else if (found == CACHE_STALE ||
			strings_has(&inc->regions, one->region))
			strings_add(&behind, one->region);
	}
	strings_sort(&inc->reached);
	strings_sort(&behind);
	strings_release(&inc->regions);
	inc->regions = behind;
	inc->expected = v->expected;
	inc->stale = true;
	inc->stale_age_s = c->age_s;
	inc->stale_more = c->more;
	inc->change.since = clock_window(r->cache_at);
	tool_change_set(&inc->change, &d);
}

/* When one begins: after one that somebody has closed, in this window. */
static int64_t since(const struct alert_state *st, double at, int64_t window)
{
	return incident_barred(st, ALERT_DIVERGENCE, at) ? window
							  : clock_window(at);
}

/* A check asks more than once itself, so the first one begins the incident. */
static void begin_stale(struct alert_state *st, const struct verdict *v,
	const struct verdict_region *r, int64_t window,
	struct alert_events *out)
{
	struct incident *inc = &st->incidents[ALERT_DIVERGENCE];

	incident_open(inc, SEVERITY_P2, since(st, r->cache_at, window), window,
		1);
	note_stale(inc, v, r);
	events_add(out, st, ALERT_DIVERGENCE, ALERT_STARTED, (double)window);
}

static void begin_divergence(struct alert_state *st, const struct verdict *v,
	const struct show *l, int64_t window, struct alert_events *out)
{
	struct incident *inc = &st->incidents[ALERT_DIVERGENCE];
	int n = st->tools.differ.n;
	double first = fmax(l->newer->since, l->behind->since);

	incident_open(inc, SEVERITY_P2, since(st, first, window), window,
		n > 0 ? n : 1);
	inc->expected = v->expected;
	note_regions(inc, &st->tools, v, l);
	note_tools(&inc->change, v, l);
	events_add(out, st, ALERT_DIVERGENCE, ALERT_STARTED, (double)window);
}

static void begin_words(struct alert_state *st, const struct verdict *v,
	int64_t window, struct alert_events *out)
{
	struct incident *inc = &st->incidents[ALERT_DIVERGENCE];
	double first = v->sides[v->n_sides - 1].first_seen;

	incident_open(inc, SEVERITY_P2, since(st, first, window), window, 1);
	note_words(inc, v);
	events_add(out, st, ALERT_DIVERGENCE, ALERT_STARTED, (double)window);
}

/* Whether verdict v confirms what some region sees. */
static bool any_seen(const struct tools_seen *t, const struct verdict *v)
{
	for (size_t i = 0; i < t->n; i++)
		if (tool_sightings_now(v, &t->v[i]))
			return true;
	return false;
}

/*
 * Whether all regions that were behind, and are still configured, have been
 * seen since, in windows in which no region was behind. A region that was not,
 * for it is silent or fails, may still be behind.
 */
static bool all_seen(struct incident *inc, const struct tools_seen *t,
	const struct verdict *v)
{
	bool all = any_seen(t, v);

	for (size_t i = 0; i < inc->regions.n; i++) {
		const char *region = inc->regions.v[i];
		const struct sighting *s = tool_sightings_find(t, region);

		if (s && tool_sightings_now(v, s))
			strings_note(&inc->passing, region);
		else if (tool_sightings_configured(v, region) &&
			!strings_has(&inc->passing, region))
			all = false;
	}
	return all;
}

/*
 * Whether checks of all regions whose clients got an old list find the server's
 * list again. A region that has had no check for UNKNOWN_S will have none.
 */
static bool all_equal(const struct incident *inc, const struct verdict *v)
{
	for (size_t i = 0; inc->stale && i < inc->regions.n; i++)
		if (checked(v, inc->regions.v[i]) != CACHE_EQUAL &&
			tool_sightings_configured(v, inc->regions.v[i]) &&
			v->window - inc->failed < UNKNOWN_S)
			return false;
	return true;
}

/* Whether it ends, for one side is no longer watched. */
static bool region_gone(struct alert_state *st, const struct verdict *v,
	struct alert_events *out)
{
	const struct incident *inc = &st->incidents[ALERT_DIVERGENCE];

	return recovery_gone(st, ALERT_DIVERGENCE, v, &inc->regions, out) ||
		recovery_gone(st, ALERT_DIVERGENCE, v, &inc->reached, out);
}

/* A window in which regions are behind: each has to be seen again. */
static void divergence_fails(struct incident *inc, int64_t window)
{
	incident_fail(inc, window);
	strings_clear(&inc->passing);
}

static void go_on(struct alert_state *st, const struct verdict *v,
	const struct show *l, int64_t window, const struct conf_policy *p,
	struct alert_events *out)
{
	struct incident *inc = &st->incidents[ALERT_DIVERGENCE];
	const struct verdict_region *old = oldest(v);

	if (!old && !v->divergence && region_gone(st, v, out)) {
		st->tools.differ = (struct streak) {0};
	} else if (old) {
		divergence_fails(inc, window);
		note_stale(inc, v, old);
	} else if (l->behind) {
		divergence_fails(inc, window);
		inc->expected = v->expected;
		note_regions(inc, &st->tools, v, l);
		note_tools(&inc->change, v, l);
	} else if (only_words(v)) {
		divergence_fails(inc, window);
		note_words(inc, v);
	} else if (all_seen(inc, &st->tools, v) && all_equal(inc, v) &&
		recovery_pass(inc, window, p->resolve)) {
		recovery_end(st, ALERT_DIVERGENCE, (double)window, out);
	}
}

void divergence_judge(struct alert_state *st, const struct verdict *v,
	int64_t window, const struct conf_policy *p, struct alert_events *out)
{
	const struct verdict_region *old = oldest(v);
	struct show l;

	tool_sightings_take(st, v, window);
	count(&st->tools, v, window);
	l = show_at(&st->tools, v);
	if (st->incidents[ALERT_DIVERGENCE].open)
		go_on(st, v, &l, window, p, out);
	else if (incident_barred(st, ALERT_DIVERGENCE, (double)window))
		st->tools.differ = (struct streak) {0};
	else if (old && !st->incidents[ALERT_CHURN].open)
		begin_stale(st, v, old, window, out);
	else if (!st->incidents[ALERT_CHURN].open && v->divergence &&
		 l.behind && (l.late || st->tools.differ.n >= WINDOWS))
		begin_divergence(st, v, &l, window, out);
	else if (!st->incidents[ALERT_CHURN].open && v->divergence &&
		only_words(v) && late_words(v))
		begin_words(st, v, window, out);
}

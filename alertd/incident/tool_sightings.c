/* SPDX-License-Identifier: MIT */
#include "incident/kinds.h"

#include "base/xalloc.h"
#include "incident/confirmation.h"

#include <stdlib.h>
#include <string.h>

/* The index of a set; n_sets where it is not known. */
static size_t place_of_set(const struct tools_seen *t, const char *hash)
{
	size_t i = 0;

	while (i < t->n_sets && strcmp(t->sets[i].hash, hash) != 0)
		i++;
	return i;
}

static struct tool_set *find_set(struct tools_seen *t, const char *hash)
{
	size_t i = place_of_set(t, hash);

	return i < t->n_sets ? &t->sets[i] : NULL;
}

static size_t place_of_region(const struct tools_seen *t, const char *region)
{
	size_t i = 0;

	while (i < t->n && strcmp(t->v[i].region, region) != 0)
		i++;
	return i;
}

const struct sighting *tool_sightings_find(const struct tools_seen *t,
	const char *region)
{
	size_t i = place_of_region(t, region);

	return i < t->n ? &t->v[i] : NULL;
}

bool tool_sightings_configured(const struct verdict *v, const char *region)
{
	return severity_region(v, region) ||
		verdict_lists(v->no_data, v->n_no_data, region) ||
		verdict_lists(v->failing, v->n_failing, region);
}

/* Whether a region reported, and read the tools. */
static bool sees(const struct verdict *v, const struct verdict_region *r)
{
	return r && r->tool_hash && hash_valid(r->tool_hash) &&
		r->started_at > 0 &&
		!verdict_lists(v->no_data, v->n_no_data, r->region);
}

/*
 * Whether the verdict compares these tools: those of its sides, if it has any.
 */
static bool on_a_side(const struct verdict *v, const char *hash)
{
	for (size_t i = 0; i < v->n_sides; i++)
		if (strcmp(v->sides[i].tool_hash, hash) == 0)
			return true;
	return v->n_sides == 0;
}

bool tool_sightings_now(const struct verdict *v, const struct sighting *s)
{
	const struct verdict_region *r = severity_region(v, s->region);

	return sees(v, r) && strcmp(r->tool_hash, s->hash) == 0 &&
		on_a_side(v, s->hash);
}

static void drop_set(struct tools_seen *t, size_t i)
{
	memmove(&t->sets[i], &t->sets[i + 1],
		(t->n_sets - i - 1) * sizeof *t->sets);
	t->n_sets--;
}

static void add_set(struct tools_seen *t, struct tool_set set)
{
	if (t->n_sets == TOOL_SETS_MAX)
		drop_set(t, 0);
	t->sets[t->n_sets++] = set;
}

static void count(struct tools_seen *t)
{
	for (size_t i = 0; i < t->n_sets; i++)
		t->sets[i].seen = 0;
	for (size_t i = 0; i < t->n; i++) {
		struct tool_set *set = find_set(t, t->v[i].hash);

		if (set)
			set->seen++;
	}
}

/* A region left the set `from` (NULL: forgotten) for the set with that hash. */
static void move(struct tools_seen *t, const struct tool_set *from,
	const char *hash, double at)
{
	struct tool_set *to = find_set(t, hash), set = {.since = at};
	bool back;

	if (to) {
		count(t);
		back = from && from > to && to->seen + 2 > from->seen;
		if (!back)
			return;
		set = *to;
		set.since = at;
		drop_set(t, (size_t)(to - t->sets));
	}
	memcpy(set.hash, hash, HASH_HEX + 1);
	add_set(t, set);
}

/* A change of era, if the verdict tells of one. */
static bool era_change(const struct verdict *v, const char *region,
	enum era *from, enum era *to)
{
	for (size_t i = 0; i < v->n_drift; i++) {
		const struct verdict_drift *d = &v->drift[i];

		if (strcmp(d->region, region) == 0 && d->from && d->to &&
			era_parse(d->from, from) && era_parse(d->to, to))
			return true;
	}
	return false;
}

/* The first change of era tells the era of all sets before it. */
static void set_eras(struct tools_seen *t, enum era era)
{
	for (size_t i = 0; i < t->n_sets; i++)
		if (t->sets[i].era == ERA_NONE)
			t->sets[i].era = era;
}

/*
 * A region sees other tools than before. If it never reported before, it may
 * have seen them all along.
 */
static void turn(struct tools_seen *t, const struct verdict *v,
	struct sighting *s, const struct verdict_region *r)
{
	enum era from, to;
	struct tool_set *left = find_set(t, s->hash), *now;

	if (era_change(v, r->region, &from, &to))
		set_eras(t, from);
	else
		to = left ? left->era : ERA_NONE;
	move(t, left, r->tool_hash, r->started_at);
	now = find_set(t, r->tool_hash);
	s->since = *s->hash ? r->started_at : now->since;
	memcpy(s->hash, r->tool_hash, HASH_HEX + 1);
	if (to != ERA_NONE)
		now->era = to;
}

static void note_tools(struct tools_seen *t, const struct verdict *v,
	const struct verdict_region *r, int64_t window)
{
	size_t i = place_of_region(t, r->region);
	struct sighting *s;

	if (i == t->n) {
		t->v = xgrow(t->v, &t->cap, t->n + 1, sizeof *t->v);
		t->v[t->n++] =
			(struct sighting) {.region = xstrdup(r->region)};
	}
	s = &t->v[i];
	if (s->at >= r->started_at)
		return;
	if (strcmp(s->hash, r->tool_hash) != 0)
		turn(t, v, s, r);
	s->at = r->started_at;
	s->window = window;
}

static int by_start(const void *a, const void *b)
{
	const struct verdict_region *x = *(const struct verdict_region *const
		*)a;
	const struct verdict_region *y = *(const struct verdict_region *const
		*)b;

	if (x->started_at != y->started_at)
		return x->started_at < y->started_at ? -1 : 1;
	return strcmp(x->region, y->region);
}

/* The regions that see tools, in the order of their probes. */
static void note_all(struct tools_seen *t, const struct verdict *v,
	int64_t window)
{
	double until = observation_latest(v);
	const struct verdict_region **order =
		xcalloc(v->n_regions, sizeof *order);
	size_t n = 0;

	for (size_t i = 0; i < v->n_regions; i++)
		if (sees(v, &v->regions[i]) &&
			v->regions[i].started_at <= until)
			order[n++] = &v->regions[i];
	if (n)
		qsort(order, n, sizeof *order, by_start);
	for (size_t i = 0; i < n; i++)
		note_tools(t, v, order[i], window);
	free(order);
}

/* For a server that is new to us, take over what the verdict knows. */
static void begin_sightings(struct tools_seen *t, const struct verdict *v)
{
	for (size_t i = 0; i < v->n_sides && i < TOOL_SETS_MAX; i++) {
		struct tool_set set = {.since = v->sides[i].first_seen};

		if (!(set.since > 0 && set.since <= (double)v->window + 60) ||
			!hash_valid(v->sides[i].tool_hash) ||
			find_set(t, v->sides[i].tool_hash))
			continue;
		memcpy(set.hash, v->sides[i].tool_hash, HASH_HEX + 1);
		add_set(t, set);
	}
}

/* Forget regions that left the configuration. */
static void drop_regions(struct tools_seen *t, const struct verdict *v)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++) {
		if (tool_sightings_configured(v, t->v[i].region))
			t->v[n++] = t->v[i];
		else
			free(t->v[i].region);
	}
	t->n = n;
}

/* Forget sets that no region saw last. */
static void drop_sets(struct tools_seen *t)
{
	count(t);
	for (size_t i = t->n_sets; i > 0; i--)
		if (!t->sets[i - 1].seen)
			drop_set(t, i - 1);
}

void tool_sightings_take(struct alert_state *st, const struct verdict *v,
	int64_t window)
{
	if (!st->tools.n)
		begin_sightings(&st->tools, v);
	note_all(&st->tools, v, window);
	drop_regions(&st->tools, v);
	if (!st->incidents[ALERT_DIVERGENCE].open)
		drop_sets(&st->tools);
}

static bool comparable(const struct tool_set *a, const struct tool_set *b)
{
	return a->era == ERA_NONE || b->era == ERA_NONE || a->era == b->era;
}

const struct tool_set *tool_sightings_newer(const struct tools_seen *t,
	const struct verdict *v, const struct sighting *s)
{
	size_t mine = place_of_set(t, s->hash);

	for (size_t i = t->n_sets; i > 0 && i - 1 != mine; i--)
		if (on_a_side(v, t->sets[i - 1].hash) &&
			(mine == t->n_sets ||
				comparable(&t->sets[mine], &t->sets[i - 1])))
			return &t->sets[i - 1];
	return NULL;
}

bool tool_sightings_differ(const struct tools_seen *t, int64_t window)
{
	bool seen[TOOL_SETS_MAX + 1] = {false};

	for (size_t i = 0; i < t->n; i++)
		if (t->v[i].window == window)
			seen[place_of_set(t, t->v[i].hash)] = true;
	for (size_t k = 1; k < t->n_sets; k++)
		for (size_t i = 0; i < k; i++)
			if (seen[i] && seen[k] &&
				comparable(&t->sets[i], &t->sets[k]))
				return true;
	return false;
}

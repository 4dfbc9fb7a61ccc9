/* SPDX-License-Identifier: MIT */
#include "words/words.h"

#include "base/clock.h"
#include "base/phrase.h"
#include "base/text.h"
#include "base/zone.h"

#include <math.h>
#include <string.h>

/* The most names of tools in a list; of the others, only how many. */
#define NAMES_SHOWN 5
/* The most characters of a name. */
#define NAME_SHOWN 60

#define DAY 86400

void divergence_text_tools(struct buf *b, const char **names, size_t n)
{
	size_t told = n > NAMES_SHOWN ? NAMES_SHOWN : n;
	char clean[4 * NAME_SHOWN + 1];

	for (size_t i = 0; i < told; i++) {
		text_clean(names[i], strlen(names[i]), clean, sizeof clean,
			NAME_SHOWN);
		buf_fmt(b, "%s%s", text_comma(i, n), clean);
	}
	phrase_and_more(b, told, n);
}

/* The tools that the k-th side sees, and the first one does not; for the first side
   those that the second one does not. */
static void put_tools(struct buf *b, const struct verdict_side *sides, size_t k)
{
	const struct verdict_drift *d = &sides[k ? k : 1].changes;
	const char **has = k ? d->added : d->removed;
	const char **lacks = k ? d->removed : d->added;
	size_t n_has = k ? d->n_added : d->n_removed;
	size_t n_lacks = k ? d->n_removed : d->n_added;

	if (n_has)
		divergence_text_tools(b, has, n_has);
	if (d->n_changed) {
		buf_fmt(b, "%sthe %s ", n_has ? " and " : "",
			k ? "new" : "old");
		divergence_text_tools(b, d->changed, d->n_changed);
	} else if (sides[k].full_hash && d->n_redescribed) {
		buf_fmt(b, "the %s description of ", k ? "new" : "old");
		divergence_text_tools(b, d->redescribed, d->n_redescribed);
	} else if (!n_has && n_lacks) {
		buf_str(b, "no ");
		divergence_text_tools(b, lacks, n_lacks);
	} else if (!n_has) {
		buf_fmt(b, "%.8s", verdict_side_hash(&sides[k]));
	}
}

static void put_since(
	struct buf *b, double since, double now, const char *zone)
{
	bool today = now - since < DAY;
	char full[CLOCK_RFC3339];

	zone_rfc3339(zone, (int64_t)floor(since), full);
	buf_fmt(b, " since %.*s", today ? 5 : 10,
		today ? full + strlen("2026-04-29T") : full);
}

/*
 * The side that is called "the others": the largest, if every region is on a
 * side and it has several; else n_sides.
 */
static size_t find_others(const struct verdict *v)
{
	size_t most = 0, told = 0;

	for (size_t k = 0; k < v->n_sides; k++) {
		told += v->sides[k].n_regions;
		if (v->sides[k].n_regions >= v->sides[most].n_regions)
			most = k;
	}
	/* Regions that see nothing are not "the others". */
	if (told != (size_t)v->expected || v->sides[most].n_regions == 1)
		return v->n_sides;
	return most;
}

static void put_side(struct buf *b, const struct verdict *v, size_t k,
	bool others, bool first, double now, const char *zone)
{
	const struct verdict_side *s = &v->sides[k];

	if (!first)
		buf_str(b, ", ");
	if (others)
		buf_str(b, "the others");
	for (size_t i = 0; !others && i < s->n_regions; i++)
		buf_fmt(b, "%s%s", text_comma(i, s->n_regions), s->regions[i]);
	if (first)
		buf_str(b, s->n_regions == 1 ? " sees" : " see");
	buf_char(b, ' ');
	put_tools(b, v->sides, k);
	if (k)
		put_since(b, s->first_seen, now, zone);
}

static void put_excerpt(struct buf *b, const char *text)
{
	char clean[TEXT_SIZE];

	text_clean(text, strlen(text), clean, sizeof clean, TEXT_MAX);
	buf_fmt(b, "\"%s\"", clean);
}

/* The first difference between the first side and another. */
static void put_words(struct buf *b, const struct verdict_side *s)
{
	const struct verdict_words *w = s->words;

	if (!s->n_words)
		return;
	buf_str(b, "; ");
	divergence_text_tools(b, (const char *[]) {w->tool}, 1);
	buf_fmt(b, ", %s: ", w->path);
	put_excerpt(b, w->before);
	buf_str(b, " is ");
	put_excerpt(b, w->after);
	buf_str(b, " in ");
	for (size_t i = 0; i < s->n_regions; i++)
		buf_fmt(b, "%s%s", text_comma(i, s->n_regions), s->regions[i]);
}

void divergence_text_sides(struct buf *b, const struct verdict *v, double now,
	const char *zone)
{
	size_t others = v->n_sides, told = 0;

	if (v->n_sides < 2)
		return;
	others = find_others(v);
	for (size_t k = 0; k < v->n_sides; k++)
		if (k != others)
			put_side(b, v, k, false, told++ == 0, now, zone);
	if (others < v->n_sides)
		put_side(b, v, others, true, false, now, zone);
	for (size_t k = 1; k < v->n_sides; k++)
		put_words(b, &v->sides[k]);
}

static bool stale(const struct verdict_region *r)
{
	return r->cache.result == CACHE_STALE;
}

/* Whether the checks of two regions found the same old list. */
static bool same_check(const struct verdict_region *a,
	const struct verdict_region *b)
{
	return stale(a) && stale(b) && a->tool_hash && b->tool_hash &&
		strcmp(a->tool_hash, b->tool_hash) == 0 &&
		strcmp(a->cache.full_hash, b->cache.full_hash) == 0;
}

/*
 * Append the i-th region, and later ones whose check found the same; false
 * where an earlier region has appended it.
 */
static bool put_alike(struct buf *b, const struct verdict *v, size_t i)
{
	size_t n = 0, told = 0;

	for (size_t k = 0; k < i; k++)
		if (same_check(&v->regions[k], &v->regions[i]))
			return false;
	for (size_t k = i; k < v->n_regions; k++)
		n += k == i || same_check(&v->regions[k], &v->regions[i]);
	buf_str(b, "clients in ");
	for (size_t k = i; k < v->n_regions; k++)
		if (k == i || same_check(&v->regions[k], &v->regions[i]))
			buf_fmt(b, "%s%s", text_comma(told++, n),
				v->regions[k].region);
	return true;
}

static void put_differences(struct buf *b, const struct cache_check *c)
{
	static const char *const what[CACHE_CHANGES] = {
		[CACHE_ADDED] = "without ",
		[CACHE_REMOVED] = "still with ",
		[CACHE_CHANGED] = "with the old ",
		[CACHE_REDESCRIBED] = "with the old description of "};
	const char *sep = ": ";

	for (int k = 0; k < CACHE_CHANGES; k++) {
		if (!c->n[k])
			continue;
		buf_fmt(b, "%s%s", sep, what[k]);
		divergence_text_tools(b, (const char **)c->names[k], c->n[k]);
		sep = ", ";
	}
	if (c->more)
		buf_fmt(b, "%s%d more differences", sep, c->more);
}

bool divergence_any_stale(const struct verdict *v)
{
	for (size_t i = 0; i < v->n_regions; i++)
		if (stale(&v->regions[i]))
			return true;
	return false;
}

void divergence_text_stale(struct buf *b, const struct verdict *v)
{
	const char *sep = "";

	for (size_t i = 0; i < v->n_regions; i++) {
		const struct cache_check *c = &v->regions[i].cache;
		size_t before = b->len;

		if (!stale(&v->regions[i]))
			continue;
		buf_str(b, sep);
		if (!put_alike(b, v, i)) {
			buf_cut(b, before);
			continue;
		}
		sep = "; ";
		buf_str(b, " get an outdated tool list");
		if (c->age_s > 0)
			buf_fmt(b, " (%.0f s old)", c->age_s);
		put_differences(b, c);
	}
}

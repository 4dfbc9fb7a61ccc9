/* SPDX-License-Identifier: MIT */
#include "data/places.h"

#include "base/phrase.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "data/entries.h"
#include "terms/regions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A sentence names four places, or three and how many more. */
#define NAMED 4

static const char *city_of(const char *region, const char *city)
{
	if (!city)
		city = region_city(region);
	return city ? city : region;
}

static void add(struct places *p, const struct server_region *r,
	enum place place)
{
	struct seen_place *new = &p->v[p->n++];

	*new = (struct seen_place) {.region = r->name,
		.city = city_of(r->name, r->city),
		.place = place,
		.located = r->located,
		.here = r->here,
		.latitude = r->latitude,
		.longitude = r->longitude};
	if (!r->located && !r->here)
		new->located = region_position(r->name, &new->latitude,
			&new->longitude);
	*(place == PLACE_WORKING	     ? &p->working
		: place == PLACE_NOT_WORKING ? &p->failing
		: place == PLACE_UNCHECKED   ? &p->unchecked
					     : &p->silent) += 1;
}

/* Two in one city are told apart, and not by what providers call them. */
static void set_numbers(struct places *p)
{
	for (size_t i = 0; i < p->n; i++) {
		int before = 0, all = 0;

		for (size_t k = 0; k < p->n; k++) {
			bool same = strcmp(p->v[k].city, p->v[i].city) == 0;

			all += same;
			before += same && k < i;
		}
		p->v[i].number = all > 1 ? before + 1 : 0;
	}
}

void places_read(struct places *p, const struct server *s,
	const struct view *v)
{
	*p = (struct places) {0};
	p->v = xcalloc(s->n_regions + v->n_regions + 1, sizeof *p->v);
	for (size_t i = 0; i < s->n_regions; i++)
		add(p, &s->regions[i], view_place(v, s->regions[i].name));
	for (size_t i = 0; i < v->n_regions && !s->n_regions; i++) {
		const char *name = v->regions[i].name;

		add(p, &(struct server_region) {.name = name},
			view_place(v, name));
	}
	set_numbers(p);
}

void places_release(struct places *p)
{
	free(p->v);
	*p = (struct places) {0};
}

void places_put(struct buf *b, const struct seen_place *p)
{
	text_put(b, p->city);
	if (p->number > 1)
		buf_fmt(b, " %d", p->number);
}

void places_name(const struct seen_place *p, char *out, size_t size)
{
	if (p->number > 1)
		snprintf(out, size, "%s %d", p->city, p->number);
	else
		snprintf(out, size, "%s", p->city);
}

const struct seen_place *places_find(const struct places *l, const char *name)
{
	char own[TEXT_SIZE];

	for (size_t i = 0; i < l->n; i++) {
		places_name(&l->v[i], own, sizeof own);
		if (strcasecmp(own, name) == 0)
			return &l->v[i];
	}
	return NULL;
}

/*
 * The text between the i-th of n names, of which `most` may be told, and the
 * one before it.
 */
static bool put_joint(struct buf *b, size_t i, size_t n, size_t most)
{
	if (i == most - 1 && n > most) {
		phrase_and_more(b, i, n);
		buf_str(b, " locations");
		return false;
	}
	buf_str(b, text_comma(i, n));
	return true;
}

size_t places_count(const struct places *l, enum place place)
{
	const size_t n[PLACE_STATES] = {
		[PLACE_WORKING] = l->working,
		[PLACE_NOT_WORKING] = l->failing,
		[PLACE_NO_DATA] = l->silent,
		[PLACE_UNCHECKED] = l->unchecked,
	};

	return n[place];
}

void places_put_state(struct buf *b, const struct places *l, enum place place)
{
	size_t n = places_count(l, place);
	size_t named = 0;

	for (size_t i = 0; i < l->n; i++) {
		if (l->v[i].place != place)
			continue;
		if (!put_joint(b, named++, n, NAMED))
			return;
		places_put(b, &l->v[i]);
	}
}

static bool is_among(const char *region, const char (*names)[REGION_MAX + 1],
	size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(region, names[i]) == 0)
			return true;
	return false;
}

static bool is_known(const struct places *l, const char *region)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->v[i].region, region) == 0)
			return true;
	return false;
}

bool places_all(const struct places *l, const char (*names)[REGION_MAX + 1],
	size_t n)
{
	for (size_t i = 0; i < l->n; i++)
		if (!is_among(l->v[i].region, names, n))
			return false;
	return l->n > 1;
}

static void put_regions(struct buf *b, const struct places *l,
	const char (*names)[REGION_MAX + 1], size_t n, size_t most)
{
	size_t named = 0;

	for (size_t i = 0; i < l->n; i++) {
		if (!is_among(l->v[i].region, names, n))
			continue;
		if (!put_joint(b, named++, n, most))
			return;
		places_put(b, &l->v[i]);
	}
	for (size_t i = 0; i < n; i++) {
		if (is_known(l, names[i]))
			continue;
		if (!put_joint(b, named++, n, most))
			return;
		text_put(b, city_of(names[i], NULL));
	}
}

void places_put_regions(struct buf *b, const struct places *l,
	const char (*names)[REGION_MAX + 1], size_t n)
{
	put_regions(b, l, names, n, NAMED);
}

void places_put_where(struct buf *b, const struct places *l,
	const char (*names)[REGION_MAX + 1], size_t n)
{
	if (places_all(l, names, n))
		buf_str(b, "everywhere");
	else
		put_regions(b, l, names, n, n);
}

/* SPDX-License-Identifier: MIT */
/*
 * places.h: the places that a server is probed from, as visitors are told them:
 * cities, and the name of a region only if its city is not known. Pure.
 */
#ifndef DATA_PLACES_H
#define DATA_PLACES_H

#include "base/buf.h"
#include "data/view.h"

struct server;

struct seen_place {
	const char *region;
	const char *city;
	int number; /* of several in this city, from 1; 0: it is the only one */
	enum place place;
	bool located;
	bool here; /* see struct server_region */
	double latitude, longitude; /* degrees */
};

struct places {
	struct seen_place *v;
	size_t n;
	size_t working, failing, silent, unchecked; /* how many of each */
};

/*
 * places_read(p, s, v): the regions of the configuration; those of the verdict
 * where there is no configuration. Their names live as long as s and v;
 * places_release frees the rest.
 */
void places_read(struct places *p, const struct server *s,
	const struct view *v);
void places_release(struct places *p);

/*
 * places_put(b, p): append the name of a place. places_name(p, out,
 * size): the same, cut to its room. places_find(l, name): the place of
 * that name, in capitals or small letters (of ASCII); or NULL.
 */
void places_put(struct buf *b, const struct seen_place *p);
void places_name(const struct seen_place *p, char *out, size_t size);
const struct seen_place *places_find(const struct places *l, const char *name);

/*
 * places_count(l, place): how many places are in this state.
 * places_put_state(b, l, place): append the names of the places in this state:
 * "A", "A and B", "A, B, C and 3 more locations".
 */
size_t places_count(const struct places *l, enum place place);
void places_put_state(struct buf *b, const struct places *l, enum place place);

/*
 * places_put_regions(b, l, names, n): likewise, for the n regions in names, in
 * the order of the list; those that are not in it are last. places_put_where:
 * "everywhere" where places_all(l, names, n): whether the list has several
 * places, and all of them are named; else each of them, however many there are.
 */
void places_put_regions(struct buf *b, const struct places *l,
	const char (*names)[REGION_MAX + 1], size_t n);
void places_put_where(struct buf *b, const struct places *l,
	const char (*names)[REGION_MAX + 1], size_t n);
bool places_all(const struct places *l, const char (*names)[REGION_MAX + 1],
	size_t n);

#endif

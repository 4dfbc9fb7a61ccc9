/* SPDX-License-Identifier: MIT */
/*
 * world_map.c: the land of the world, without Antarctica: Natural Earth's
 * outline at 1:110,000,000, which is in the public domain, with few of its
 * points left, on a plane where a degree is two units and 84 N 180 W is the
 * origin.
 */
#include "pages/pages.h"

#include "data/places.h"
#include "pages/html.h"

/* The size of the map; a degree is MAP_DEGREE of its units. */
#define MAP_WIDTH 720
#define MAP_HEIGHT 280
#define MAP_DEGREE 2
/* The corner at its top left. */
#define MAP_NORTH 84
#define MAP_WEST (-180)

static void put_words(struct html *b, const struct places *l)
{
	static const struct {
		enum place place;
		const char *words;
	} states[] = {{PLACE_NOT_WORKING, "Not working from "},
		{PLACE_UNCHECKED, "Unchecked from "},
		{PLACE_NO_DATA, "No data from "},
		{PLACE_WORKING, "Working from "}};

	html_fmt(b, "World map. ");
	for (size_t i = 0; i < PLACE_STATES; i++) {
		if (!places_count(l, states[i].place))
			continue;
		html_fmt(b, "%s%ls. ", states[i].words,
			HTML_PLACES(l, states[i].place));
	}
}

/* More marks than that are drawn smaller: they must not hide each other. */
#define MANY 10

static bool on_map(const struct seen_place *p)
{
	double y = (MAP_NORTH - p->latitude) * MAP_DEGREE;

	return p->located && y >= 0 && y <= MAP_HEIGHT;
}

static void put_mark(struct html *b, const struct seen_place *p, int size)
{
	double x = (p->longitude - MAP_WEST) * MAP_DEGREE;
	double y = (MAP_NORTH - p->latitude) * MAP_DEGREE;

	html_fmt(b,
		"<use href='#i-%s' x='%.0f' y='%.0f' width='%d' height='%d'>"
		"<title>%ls: %s</title></use>\n",
		html_place(p->place).class, x - size / 2, y - size / 2, size,
		size, HTML_PLACE(p), html_place(p->place).text);
}

void world_map_put(struct html *b, const struct places *l)
{
	/* The mark of a failing place must not lie under others. */
	static const enum place order[] = {
		PLACE_WORKING, PLACE_NO_DATA, PLACE_UNCHECKED,
		PLACE_NOT_WORKING};
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++)
		n += on_map(&l->v[i]);
	if (!n)
		return;
	html_fmt(b,
		"<svg class='map' viewBox='0 0 %d %d' role='img' aria-label='",
		MAP_WIDTH, MAP_HEIGHT);
	put_words(b, l);
	html_fmt(b, "'><path class='land' d='%ls'/>\n", HTML_MARKUP(page_land));
	for (size_t k = 0; k < PLACE_STATES; k++)
		for (size_t i = 0; i < l->n; i++)
			if (l->v[i].place == order[k] && on_map(&l->v[i]))
				put_mark(b, &l->v[i], n > MANY ? 18 : 28);
	html_fmt(b, "</svg>\n");
}

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

/* The data of an SVG path. */
static const char land[] =
	"M224 276l6 1-6 2-6-1 5-5zM651 250l6 0-1 4-4 1zM706 250l2 2-9 9-5-3"
	"zM709 240l8 3-5 8-4-4zM720 201l-1 1 0-1 1-1zM460 195l1 3-7 20-6 0"
	"-1-6 2-4 0-8 6-3 3-5zM647 196l4 2 2 8 5 3 1 4 7 6 1 5-1 7-6 12-7 3"
	"-12-2-2-4-7-2-3-5-6-2-11 1-5 4-7 0-4 2-6-2 2-4-5-15 1-5 14-5 4-6 8"
	"-5 3 2 8-8 9 3-3 4 8 6 3 0 3-14zM577 182l5-1 9 4-2 1-18-4zM628 170"
	"l3 5 6-4 12 5 8 10-1 2-7-5-4 4-8-4-1-4-9-4-6-5zM610 165l-1 2-9 1 6"
	" 11-5-5 0 5-3-5 4-9zM572 180l-7-4-8-12-6-6 4 0 6 6 7 4 4 6zM596 "
	"164l-4 12-12-2-2-5 1-5 3 0 12-10 4 3-3 5zM603 131l2 3-2 5-3-1zM201"
	" 122l11 5-8 1-1-3-9-2zM642 94l-1 4-19 2 1 5-4-4 6-4 6 0 8-5 2-6 3 "
	"4zM648 80l3 1-5 3-3-1 1-6zM248 67l7 6-14 0 6-8zM647 67l0 7-3 2 1"
	"-16zM346 63l-6 1 1-4 4-2 4 1zM354 51l2 5 5 6 0 4-13 2 3-2 2-7-5-5 "
	"2-3zM331 35l2 3-10 3-12-4zM720 30l20 6-8 3-12-3 0 2-5 1 4 3-12 3-6"
	" 3-3-1-11 1-3 10-3 1-7 7-3-9 6-5 10-6 2-3-9 4-7-2-5 3-24 2-14 9 13"
	" 3-3 9-10 10-5 0-10 7 4 6-1 4-5 1-1-6-3-5-7 2 1-4-8 5 7 4-4 3 6 7 "
	"0 3-7 11-5 3-10 3-5 0-6 5 7 7 0 8-8 6 0-3-10-7-2 7 3 5 6 5 0 8-4-4"
	"-4-9-3-2 2-6-4-11-6 2 1-4-6-10-9 3-13 11-1 11-5 5-2-2-6-14-2-11-4 "
	"1-8-9-10 1-14-3-6-3-3-4-4 0 2 5 6 7 9-2 7 5-4 7-5 4-14 6-10 3-2-9"
	"-7-9 0-2-8-11-5-1 9 13 1 7 4 5 8 7 1 4 14-3-3 10-6 8-12 11-3 8 3 9"
	" 1 7-3 4-9 7 0 9-4 2-1 6-9 9-4 2-13 2-9-16-1-10-6-11 4-9-3-14-6-8 "
	"2-8-3-4-5 1-3-4-13 4-11 0-11-7-7-8-2-5 2-3-1-10 5-11 10-7 2-6 5-6 "
	"8 2 7-3 16-2 3 8 8 2 8 4 4-4 16 3 11 0 3-10-17-1-3-6 6-3 12-2 7 2 "
	"6-1 0-2-10-5 5-5-6 2 1 2-5 2-1-3-6-1-6 8 3 3-12 1 2 5-5 2-4-7 0-2"
	"-13-8-1 3 12 7-5 5-1-4-13-9-5 3-7 0-4 4-2 5-4 4-7 1-7-2-1-12 3-1 "
	"12 0 2-5-7-5 6 0 11-6 1-3 9-2-1-6 4-1-2 4 3 3 6 0 15-2 4-8 9-1 0-2"
	"-10 1-4-5 9-5-7-1-8 6 2 5-4 3-2 5-6 1-5-8-4 2-6 0-1-7 11-5 9-7 8-4"
	" 18-2 4 2 21 4 1 2-5 2-9-2 2 5 19-5-2-3 6 1 0 3 14-5 11 0 3-2 16 4"
	"-4-6 7-4 5 0-1 3 3 6-4 4 7-3-4-7 13-2 2-2 13-1 0-2 12-2 16-1 2-2 "
	"18 2 6 2-9 3 27 2 1-1 10 1 6 4 2-2 15 1 1-3 18 2 7 2 12 0 4 3 19-1"
	" 16 1zM720 25l0 1-3 0zM179 29l6 5 4-6 8 2 0 4-9 1-16 11-1 4 4 4 7 "
	"0 8 3 5 1 2 6 6-1-3-4 7-4-4-5 2-2-1-5 8 0 9 3 4 6 6-5 5 8 9 4 4 5"
	"-9 4-13 0-9 6 9-4 4 6 9 0-11 5-3-3-6 3 0 4-6 1-5 6 0 5-6 3-6 7 3 7"
	"-2 4-5-10-12 0 0 2-10-1-6 4-1 10 4 7 3 2 7-3 1-3 7-1-4 11 9 0 3 2"
	"-2 7 5 5 4-1 5 2 3-4 7-4 1 3 19 1-1 1 11 8 8 1 3 3 6 8 10 5 7 1 10"
	" 5 0 7-8 10-2 11-4 7-9 2-4 4-1 5-12 13-7-1 3 5-4 3-7 1 1 3-6 1 3 3"
	"-8 8 4 1-7 7 2 4-6 3-8-3-1-12 2-5 3-14 3-9 3-22-1-6-11-8-11-20 3"
	"-11 6-6-1-5-3-5-2 3-6-1-6-4-3-6-7-2-7-4-4 1-14-6-4-4-1-5-12-12-2-4"
	"-3 2 10 13-10-7-6-12-6-3-6-9-2-8 1-5-1-6 3-1-9-4-6-8-7-6-26-6-2 2"
	"-11 2-10 6-13 3 15-6-13-5-4-3 3-3 7-2 0-2-8 1-6-2 7-2 6 1-8-4 7-5 "
	"11-2 8 2 18 1 14 2 17-3 4 2 7-1 17 3 1 2 15-3 3 2 20 0-4-4 3-4zM"
	"132 22l6 1 11 0 2 3 7 2-3 2-7 0-15 1-12-6 3-2zM187 22l8-2 3 4 6-2 "
	"18 5 0 4 14 3-4 4-5-3-3 2 5 2 1 4-8-2 6 3-6-1-18-6 8 0 1-5-11-4-5 "
	"1-14-2-3-3zM159 20l6 0-2 5-8-2zM119 25l-5 1-6-2 2-5 15 1 4 1zM650 "
	"17l-1 1-11 1-3-3zM144 16l3 2-11 1 0-1-11 0 4-3 13 2zM475 27l-12-2 "
	"8-7 11-3 14-1 0 2-13 1-12 6zM171 14l11 3 16 0-2 2-21-1zM397 9l-3 5"
	"-13-5zM411 7l1 2-12 0-5-2zM560 10l-13-1-5-2 10-2 8 3zM186 9l-4 2-8"
	" 0-7-3 8-3zM223 2l13 1-18 5-12 1 3 2-10 5-18-1 3-4 6-2-13-5 24-2zM"
	"306 1l12 2-22 1 14 0 4 2 14-2 8 1-11 3-4 2 2 4-2 5-10 4 5 4-7-2-2 "
	"3 8 0-10 3-9 1-4 3-12 2-6 6-1 5-10-2-6-5-5-7 6-6-5 1-5-4 3-2-8-6-6"
	"-1-14 0-9-5 15-2-5-1 22-4 13-1 12 2-5-2 24-2z";

static void put_words(struct html *b, const struct places *l)
{
	static const struct {
		enum place place;
		const char *words;
	} states[] = {{PLACE_NOT_WORKING, "Not working from "},
		{PLACE_UNCHECKED, "Unchecked from "},
		{PLACE_NO_DATA, "No data from "},
		{PLACE_WORKING, "Working from "}};

	html_str(b, "World map. ");
	for (size_t i = 0; i < PLACE_STATES; i++) {
		if (!places_count(l, states[i].place))
			continue;
		html_str(b, states[i].words);
		html_put_places(b, l, states[i].place);
		html_str(b, ". ");
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
		"<use href=\"#i-%s\" x=\"%.0f\" y=\"%.0f\" width=\"%d\" "
		"height=\"%d\"><title>",
		html_place(p->place).class, x - size / 2, y - size / 2, size,
		size);
	html_put_place(b, p);
	html_fmt(b, ": %s</title></use>\n", html_place(p->place).text);
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
	html_fmt(b, "<svg class=\"map\" viewBox=\"0 0 %d %d\" role=\"img\" "
		   "aria-label=\"",
		MAP_WIDTH, MAP_HEIGHT);
	put_words(b, l);
	html_fmt(b, "\"><path class=\"land\" d=\"%s\"/>\n", land);
	for (size_t k = 0; k < PLACE_STATES; k++)
		for (size_t i = 0; i < l->n; i++)
			if (l->v[i].place == order[k] && on_map(&l->v[i]))
				put_mark(b, &l->v[i], n > MANY ? 18 : 28);
	html_str(b, "</svg>\n");
}

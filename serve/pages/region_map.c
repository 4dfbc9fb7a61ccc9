#include "pages/page.h"

#include "data/places.h"
#include "pages/html.h"
#include "pages/world_map.h"

static void put_words(struct buf *b, const struct places *l)
{
	static const struct {
		enum place place;
		const char *words;
	} states[] = {{PLACE_NOT_WORKING, "Not working from "},
		{PLACE_NO_DATA, "No data from "},
		{PLACE_WORKING, "Working from "}};

	buf_str(b, "World map. ");
	for (size_t i = 0; i < 3; i++) {
		size_t n = states[i].place == PLACE_WORKING ? l->working
			: states[i].place == PLACE_NO_DATA ? l->silent
							   : l->failing;

		if (!n)
			continue;
		buf_str(b, states[i].words);
		places_put_state(b, l, states[i].place);
		buf_str(b, ". ");
	}
}

static bool on_map(const struct seen_place *p)
{
	double y = (WORLD_MAP_NORTH - p->latitude) * WORLD_MAP_DEGREE;

	return p->located && y >= 0 && y <= WORLD_MAP_HEIGHT;
}

static void put_mark(struct buf *b, const struct seen_place *p)
{
	enum { SIZE = 28 };
	double x = (p->longitude - WORLD_MAP_WEST) * WORLD_MAP_DEGREE;
	double y = (WORLD_MAP_NORTH - p->latitude) * WORLD_MAP_DEGREE;

	buf_fmt(b,
		"<use href=\"#i-%s\" x=\"%.0f\" y=\"%.0f\" width=\"%d\" "
		"height=\"%d\"><title>",
		html_place(p->place).class, x - SIZE / 2, y - SIZE / 2, SIZE,
		SIZE);
	places_put(b, p);
	buf_fmt(b, ": %s</title></use>\n", html_place(p->place).text);
}

void page_map(struct buf *b, const struct places *l)
{
	/* What is bad must not lie under what is good. */
	static const enum place order[] = {
		PLACE_WORKING, PLACE_NO_DATA, PLACE_NOT_WORKING};
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++)
		n += on_map(&l->v[i]);
	if (!n)
		return;
	buf_fmt(b, "<svg class=\"map\" viewBox=\"0 0 %d %d\" role=\"img\" "
		   "aria-label=\"",
		WORLD_MAP_WIDTH, WORLD_MAP_HEIGHT);
	put_words(b, l);
	buf_fmt(b, "\"><path class=\"land\" d=\"%s\"/>\n", world_map_path);
	for (size_t k = 0; k < 3; k++)
		for (size_t i = 0; i < l->n; i++)
			if (l->v[i].place == order[k] && on_map(&l->v[i]))
				put_mark(b, &l->v[i]);
	buf_str(b, "</svg>\n");
}

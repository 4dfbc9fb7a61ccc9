/*
 * badge.c: what a badge says, and the pill: two boxes side by side, each as
 * wide as its text.
 */
#include "badge/badge.h"

#include "badge/card.h"
#include "badge/glyphs.h"
#include "base/text.h"
#include "cgi/request.h"
#include "data/view.h"
#include "http/escape.h"
#include "mcp/names.h"

#include <math.h>
#include <string.h>

#define LABEL "mcp"
#define HEIGHT 20
#define PADDING 6
#define SIZE 11
/* White on it has a contrast above 4.5 to 1, too. */
#define COLOUR_LABEL "#444c56"
/* And so has the ink on the light one. */
#define COLOUR_LIGHT "#e6e8eb"
#define COLOUR_INK "#24292f"
/* Longer values of a parameter are ignored. */
#define PARAMETER 500

static const char *const colours[] = {
	[VERDICT_GREEN] = BADGE_GREEN,
	[VERDICT_AMBER] = BADGE_AMBER,
	[VERDICT_RED] = BADGE_RED,
};

static void put_box(struct buf *b, unsigned x, unsigned w, const char *colour)
{
	buf_fmt(b, "<rect x=\"%u\" width=\"%u\" height=\"%d\" fill=\"", x, w,
		HEIGHT);
	escape_put(b, colour);
	buf_str(b, "\"/>");
}

static void put_text(struct buf *b, unsigned x, const char *s, const char *ink)
{
	buf_fmt(b, "<text x=\"%u\" y=\"14\" textLength=\"%u\"%s>", x,
		glyphs_width(s, SIZE), ink);
	escape_put(b, s);
	buf_str(b, "</text>");
}

void badge_put_title(struct buf *b, const char *title, const char *note)
{
	escape_put(b, title);
	if (note)
		buf_fmt(b, ", but %s", note);
}

void badge_draw(struct buf *b, const struct badge *g)
{
	unsigned left = glyphs_width(g->label, SIZE) + 2 * PADDING;
	unsigned right = glyphs_width(g->message, SIZE) + 2 * PADDING;

	buf_fmt(b,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%u\" "
		"height=\"%d\" role=\"img\" aria-label=\"",
		left + right, HEIGHT);
	badge_put_title(b, g->title, g->note);
	buf_str(b, "\"><title>");
	badge_put_title(b, g->title, g->note);
	buf_fmt(b,
		"</title><clipPath id=\"r\"><rect width=\"%u\" height=\"%d\" "
		"rx=\"3\"/></clipPath><g clip-path=\"url(#r)\">",
		left + right, HEIGHT);
	put_box(b, 0, left, g->light ? COLOUR_LIGHT : COLOUR_LABEL);
	put_box(b, left, right, g->colour);
	buf_str(b, "</g><g fill=\"#fff\" font-size=\"11\" font-family="
		   "\"Verdana,DejaVu Sans,Geneva,sans-serif\">");
	put_text(b, PADDING, g->label,
		g->light ? " fill=\"" COLOUR_INK "\"" : "");
	put_text(b, left + PADDING, g->message, "");
	buf_str(b, "</g></svg>\n");
}

void badge_look_read(const struct request *request, struct badge_look *look)
{
	char value[PARAMETER];

	*look = (struct badge_look) {.card = false};
	if (request_query(request, "style", value, sizeof value))
		look->card = strcmp(value, "card") == 0;
	if (request_query(request, "theme", value, sizeof value))
		look->light = strcmp(value, "light") == 0;
	if (request_query(request, "label", value, sizeof value))
		text_clean(value, strlen(value), look->label,
			sizeof look->label, BADGE_LABEL);
}

/* The message of a pill, and what it says to those who do not see it. */
struct words {
	char message[48], title[SLUG_MAX + 96];
};

/* Without a state: there never was a probe, or there is no recent one. */
static void unknown_word(const char *slug, const struct view *v,
	struct words *w)
{
	bool never = v->freshness == VIEW_NONE;

	snprintf(w->message, sizeof w->message, "%s",
		never ? BADGE_NEVER : BADGE_STALE);
	snprintf(w->title, sizeof w->title, "%s: %s%s", slug,
		never ? "pending, " : "", w->message);
}

/* The uptime is beside a state that works; the title always has it. */
static void word(const char *slug, const struct badge_subject *s,
	struct words *w)
{
	const struct view *v = s->view;
	const char *state = view_state(v);
	bool works = !s->maintenance && v->verdict != VERDICT_RED;

	if (!state) {
		unknown_word(slug, v, w);
		return;
	}
	if (s->maintenance)
		state = "maintenance";
	if (works && !isnan(v->uptime_30d))
		snprintf(w->message, sizeof w->message, "%s %.2f%%", state,
			v->uptime_30d);
	else
		snprintf(w->message, sizeof w->message, "%s", state);
	if (s->maintenance)
		state = "under maintenance";
	if (isnan(v->uptime_30d))
		snprintf(w->title, sizeof w->title, "%s: %s", slug, state);
	else
		snprintf(w->title, sizeof w->title,
			"%s: %s, %.2f%% uptime in 30 days", slug, state,
			v->uptime_30d);
}

static const char *colour_of(const struct badge_subject *s)
{
	if (!view_state(s->view))
		return BADGE_PENDING;
	return s->maintenance ? BADGE_MAINTENANCE : colours[s->view->verdict];
}

void badge_put(struct buf *b, const struct badge_subject *s,
	const struct badge_look *look)
{
	const char *label = *look->label ? look->label : LABEL;
	const char *slug = s->slug ? s->slug : "MCP server";
	struct badge pill = {
		.label = label, .note = s->note, .light = look->light};
	struct card card = {.view = s->view,
		.note = s->note,
		.maintenance = s->maintenance,
		.light = look->light};
	struct words w;

	word(slug, s, &w);
	if (look->card) {
		card.name = *look->label ? look->label : slug;
		card.title = w.title;
		card_draw(b, &card);
		return;
	}
	pill.message = w.message;
	pill.title = w.title;
	pill.colour = colour_of(s);
	badge_draw(b, &pill);
}

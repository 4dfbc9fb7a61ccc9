/*
 * badge.c: the pill: two boxes side by side, each as wide as its text.
 */
#include "badge/badge.h"

#include "badge/card.h"
#include "badge/glyphs.h"
#include "badge/words.h"
#include "base/text.h"
#include "cgi/request.h"

#include <string.h>

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

void badge_put_class(struct html *b, enum badge_theme theme, const char *name)
{
	if (theme == BADGE_AUTO)
		html_fmt(b, " class=\"mcp-%s\"", name);
}

static void put_box(struct html *b, unsigned x, unsigned w, const char *colour)
{
	html_fmt(b, "<rect x=\"%u\" width=\"%u\" height=\"%d\" fill=\"", x, w,
		HEIGHT);
	escape_put(b, colour);
	html_char(b, '"');
}

static void put_text(struct html *b, unsigned x, const char *s)
{
	html_fmt(b, "<text x=\"%u\" y=\"14\" textLength=\"%u\"", x,
		glyphs_width(s, SIZE));
}

static void end_text(struct html *b, const char *s)
{
	html_char(b, '>');
	escape_put(b, s);
	html_str(b, "</text>");
}

void badge_put_title(struct html *b, const char *title, const char *note)
{
	escape_put(b, title);
	if (note) {
		html_str(b, ", but ");
		escape_whole(b, note);
	}
}

/* The corners, which a square one has not. */
static void begin_boxes(struct html *b, unsigned width, bool square)
{
	if (square)
		html_str(b, "<g>");
	else
		html_fmt(b,
			"<clipPath id=\"r\"><rect width=\"%u\" height=\"%d\" "
			"rx=\"3\"/></clipPath><g clip-path=\"url(#r)\">",
			width, HEIGHT);
}

static void begin_image(struct html *b, const struct badge *g, unsigned width)
{
	html_fmt(b,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%u\" "
		"height=\"%d\" role=\"img\" aria-label=\"",
		width, HEIGHT);
	badge_put_title(b, g->title, g->note);
	html_str(b, "\"><title>");
	badge_put_title(b, g->title, g->note);
	html_str(b, "</title>");
	if (g->theme == BADGE_AUTO)
		html_str(b, "<style>@media(prefers-color-scheme:light){"
			   ".mcp-box{fill:" COLOUR_LIGHT "}"
			   ".mcp-ink{fill:" COLOUR_INK "}}</style>");
}

void badge_draw(struct html *b, const struct badge *g)
{
	unsigned left = glyphs_width(g->label, SIZE) + 2 * PADDING;
	unsigned right = glyphs_width(g->message, SIZE) + 2 * PADDING;
	bool light = g->theme == BADGE_LIGHT;

	begin_image(b, g, left + right);
	begin_boxes(b, left + right, g->square);
	put_box(b, 0, left, light ? COLOUR_LIGHT : COLOUR_LABEL);
	badge_put_class(b, g->theme, "box");
	html_str(b, "/>");
	put_box(b, left, right, g->colour);
	html_str(b, "/></g><g fill=\"#fff\" font-size=\"11\" font-family="
		   "\"Verdana,DejaVu Sans,Geneva,sans-serif\">");
	put_text(b, PADDING, g->label);
	html_str(b, light ? " fill=\"" COLOUR_INK "\"" : "");
	badge_put_class(b, g->theme, "ink");
	end_text(b, g->label);
	put_text(b, left + PADDING, g->message);
	end_text(b, g->message);
	html_str(b, "</g></svg>\n");
}

void badge_look_read(const struct request *request, struct badge_look *look)
{
	char value[PARAMETER];

	*look = (struct badge_look) {.card = false};
	if (request_query(request, "style", value, sizeof value)) {
		look->card = strcmp(value, "card") == 0;
		look->square = strcmp(value, "flat-square") == 0;
	}
	if (request_query(request, "theme", value, sizeof value))
		look->theme = strcmp(value, "light") == 0 ? BADGE_LIGHT
			: strcmp(value, "auto") == 0	  ? BADGE_AUTO
							  : BADGE_DARK;
	if (request_query(request, "label", value, sizeof value))
		text_clean(value, strlen(value), look->label,
			sizeof look->label, BADGE_LABEL);
}

void badge_put_words(struct html *b, const struct badge_words *w,
	const struct badge_look *look)
{
	badge_draw(b,
		&(struct badge) {
			.label = *look->label ? look->label : w->label,
			.message = w->message,
			.title = w->title,
			.note = w->note,
			.colour = w->colour,
			.square = look->square,
			.theme = look->theme});
}

void badge_put(struct html *b, const struct badge_subject *s,
	const struct badge_look *look)
{
	struct badge_words w;

	badge_words_of(s, &w);
	if (!look->card || s->metric != METRIC_STATE || s->asked_place) {
		badge_put_words(b, &w, look);
		return;
	}
	card_draw(b,
		&(struct card) {.view = s->view,
			.name = *look->label ? look->label
				: s->slug    ? s->slug
					     : BADGE_NOBODY,
			.title = w.title,
			.note = s->note,
			.maintenance = s->maintenance_now != NULL,
			.theme = look->theme});
}

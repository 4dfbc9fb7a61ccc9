/* SPDX-License-Identifier: MIT */
/*
 * badge.c: a badge as an image: the pill, two boxes side by side, each as wide
 * as its text; and the card, with more room: a name, a state, and three
 * figures.
 */
#include "badge/badge.h"

#include "base/text.h"
#include "cgi/request.h"
#include "data/view.h"
#include "json/json.h"

#include <math.h>
#include <string.h>

/* The class that BADGE_AUTO has styles for. */
static void put_class(struct html *b, const struct html_part *p)
{
	if (p->kind == BADGE_AUTO)
		html_fmt(b, " class='mcp-%s'", p->text);
}
#define CLASS(theme, name)                                                     \
	HTML_PART(.put = put_class, .kind = (int)(theme), .text = (name))

/* The text for those who do not see the image. */
static void put_title(struct html *b, const struct html_part *p)
{
	html_fmt(b, p->of ? "%s, but %ls" : "%s%ls", p->text,
		HTML_WHOLE(p->of ? p->of : ""));
}
#define TITLE(title, note)                                                     \
	HTML_PART(.put = put_title, .text = (title), .of = (note))

static void begin_image(struct html *b, unsigned width, unsigned height,
	const wchar_t *title)
{
	html_fmt(b,
		"<svg xmlns='http://www.w3.org/2000/svg' width='%u' "
		"height='%u' role='img' aria-label='%ls'><title>%ls</title>",
		width, height, title, title);
}

#define CARD_WIDTH 320
#define CARD_HEIGHT 92
#define CARD_PADDING 16
#define NAME_SIZE 14
/* From here to the right edge's padding there is room for the name. */
#define NAME_X 36
#define NAME_BYTES 256

/* The words of a card. Any of them may be hostile. */
struct card {
	const char *name;
	const char *title, *note; /* for those who do not see it */
	const struct view *view;
	bool maintenance; /* one goes on */
	bool unknown; /* as in struct badge_subject */
	enum badge_theme theme;
};

struct palette {
	const char *ground, *edge, *text, *small;
	const char *pending, *maintenance, *state[VERDICT_UNKNOWN];
};

/*
 * Text on its ground has a contrast above 4.5 to 1, a dot one above 3 to 1
 * (WCAG 2.2, 1.4.3 and 1.4.11).
 */
static const struct palette palettes[] = {
	{"#0d1117", "#3d444d", "#e6edf3", "#9198a1", "#8b949e",
		"#6cb0ff",
		{[VERDICT_GREEN] = "#3fb950",
			[VERDICT_AMBER] = "#d29922",
			[VERDICT_RED] = "#f85149"}},
	{"#ffffff", "#d1d9e0", "#1f2328", "#59636e", BADGE_PENDING,
		BADGE_MAINTENANCE,
		{[VERDICT_GREEN] = BADGE_GREEN,
			[VERDICT_AMBER] = BADGE_AMBER,
			[VERDICT_RED] = BADGE_RED}},
};

/* The name, cut to its room with an ellipsis. */
static void put_card_name(struct html *b, const struct card *c,
	const struct palette *p)
{
	static const char ellipsis[] = "\xe2\x80\xa6";
	const unsigned room = CARD_WIDTH - NAME_X - CARD_PADDING;
	const char *name = c->name;
	char cut[NAME_BYTES];
	size_t n;

	if (glyphs_width(name, NAME_SIZE) > room) {
		n = glyphs_fit(name, NAME_SIZE,
			room - glyphs_width(ellipsis, NAME_SIZE));
		snprintf(cut, sizeof cut, "%.*s%s", (int)n, name, ellipsis);
		name = cut;
	}
	html_fmt(b,
		"<text x='%d' y='29' font-size='%d' textLength='%u' fill='%s'"
		"%ls>%s</text>",
		NAME_X, NAME_SIZE, glyphs_width(name, NAME_SIZE), p->text,
		CLASS(c->theme, "text"), name);
}

/* The line below the name, and the small one below that. */
static void put_card_line(struct html *b, const struct card *c,
	const struct palette *p, bool small, const char *s)
{
	html_fmt(b,
		"<text x='%d' y='%d' font-size='12' textLength='%u' fill='%s'"
		"%ls>%s</text>",
		CARD_PADDING, small ? 76 : 54, glyphs_width(s, 12),
		small ? p->small : p->text,
		CLASS(c->theme, small ? "small" : "text"), s);
}

/* The state and the figures; one without a value is left out. */
static void put_card_lines(
	struct html *b, const struct card *c, const struct palette *p)
{
	const struct view *v = c->view;
	const char *state = view_state(v);
	char line[160];
	int n;

	if (!state) {
		bool never = v->freshness == VIEW_NONE;

		put_card_line(b, c, p, false,
			never && !c->unknown ? "pending" : "unknown");
		put_card_line(b, c, p, true,
			c->unknown ? BADGE_UNKNOWN
				: never ? BADGE_NEVER : BADGE_STALE);
		return;
	}
	n = snprintf(line, sizeof line, "%s",
		c->maintenance ? "maintenance" : state);
	if (!isnan(v->uptime_30d))
		snprintf(line + n, sizeof line - (size_t)n,
			", %.2f%% uptime in 30 days", v->uptime_30d);
	put_card_line(b, c, p, false, line);
	n = 0;
	*line = '\0';
	if (!isnan(v->p95_ms))
		n = snprintf(line, sizeof line, "p95 %.0f ms", v->p95_ms);
	if (*v->last_probe_ago)
		snprintf(line + n, sizeof line - (size_t)n,
			"%slast probe %s ago", n ? ", " : "",
			v->last_probe_ago);
	if (*line)
		put_card_line(b, c, p, true, line);
}

static const char *card_colour(const struct card *c, const struct palette *p)
{
	if (!view_state(c->view))
		return p->pending;
	return c->maintenance ? p->maintenance : p->state[c->view->verdict];
}

/* The light palette, for who has asked for it. */
static void put_card_style(struct html *b, const struct card *c)
{
	const struct palette *p = &palettes[BADGE_LIGHT];

	if (c->theme == BADGE_AUTO)
		html_fmt(b,
			"<style>@media(prefers-color-scheme:light){"
			".mcp-ground{fill:%s;stroke:%s}.mcp-dot{fill:%s}"
			".mcp-text{fill:%s}.mcp-small{fill:%s}}</style>",
			p->ground, p->edge, card_colour(c, p), p->text,
			p->small);
}

static void draw_card(struct html *b, const struct card *c)
{
	const struct palette *p = &palettes[c->theme == BADGE_LIGHT];

	begin_image(b, CARD_WIDTH, CARD_HEIGHT, TITLE(c->title, c->note));
	put_card_style(b, c);
	html_fmt(b,
		"<rect x='0.5' y='0.5' width='%d' height='%d' rx='6' "
		"stroke='%s' fill='%s'%ls/>"
		"<circle cx='22' cy='24' r='6' fill='%s'%ls/>"
		"<g font-family='Verdana,DejaVu Sans,Geneva,sans-serif'>",
		CARD_WIDTH - 1, CARD_HEIGHT - 1, p->edge, p->ground,
		CLASS(c->theme, "ground"), card_colour(c, p),
		CLASS(c->theme, "dot"));
	put_card_name(b, c, p);
	put_card_lines(b, c, p);
	html_fmt(b, "</g></svg>\n");
}

#define PILL_HEIGHT 20
#define PILL_PADDING 6
#define PILL_SIZE 11
/*
 * The ground of the label: white text on the dark one, and COLOUR_INK on the
 * light one, have a contrast above 4.5 to 1.
 */
#define COLOUR_LABEL "#444c56"
#define COLOUR_LIGHT "#e6e8eb"
#define COLOUR_INK "#24292f"
/* Longer values of a parameter are ignored. */
#define PARAMETER 500

/* The corners, which a square one has not. */
static void begin_pill_boxes(struct html *b, unsigned width, bool square)
{
	if (square)
		html_fmt(b, "<g>");
	else
		html_fmt(b,
			"<clipPath id='r'><rect width='%u' height='%d' "
			"rx='3'/></clipPath><g clip-path='url(#r)'>",
			width, PILL_HEIGHT);
}

static void begin_pill(struct html *b, const struct badge_words *w,
	const struct badge_look *look, unsigned width)
{
	begin_image(b, width, PILL_HEIGHT, TITLE(w->title, w->note));
	if (look->theme == BADGE_AUTO)
		html_fmt(b, "<style>@media(prefers-color-scheme:light){"
			   ".mcp-box{fill:" COLOUR_LIGHT "}"
			   ".mcp-ink{fill:" COLOUR_INK "}}</style>");
}

void badge_put_words(struct html *b, const struct badge_words *w,
	const struct badge_look *look)
{
	const char *label = *look->label ? look->label : w->label;
	unsigned left = glyphs_width(label, PILL_SIZE) + 2 * PILL_PADDING;
	unsigned right =
		glyphs_width(w->message, PILL_SIZE) + 2 * PILL_PADDING;
	bool light = look->theme == BADGE_LIGHT;

	begin_pill(b, w, look, left + right);
	begin_pill_boxes(b, left + right, look->square);
	html_fmt(b,
		"<rect x='0' width='%u' height='%d' fill='%s'%ls/>"
		"<rect x='%u' width='%u' height='%d' fill='%s'/></g>"
		"<g fill='#fff' font-size='11' "
		"font-family='Verdana,DejaVu Sans,Geneva,sans-serif'>"
		"<text x='%d' y='14' textLength='%u'%ls%ls>%s</text>"
		"<text x='%u' y='14' textLength='%u'>%s</text></g></svg>\n",
		left, PILL_HEIGHT, light ? COLOUR_LIGHT : COLOUR_LABEL,
		CLASS(look->theme, "box"), left, right, PILL_HEIGHT, w->colour,
		PILL_PADDING, glyphs_width(label, PILL_SIZE),
		HTML_MARKUP(light ? " fill='" COLOUR_INK "'" : ""),
		CLASS(look->theme, "ink"), label, left + PILL_PADDING,
		glyphs_width(w->message, PILL_SIZE), w->message);
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

void badge_put(struct html *b, const struct badge_subject *s,
	const struct badge_look *look)
{
	struct badge_words w;

	badge_words_of(s, &w);
	if (!look->card || s->metric != METRIC_STATE || s->asked_place) {
		badge_put_words(b, &w, look);
		return;
	}
	draw_card(b,
		&(struct card) {.view = s->view,
			.name = *look->label ? look->label
				: s->slug    ? s->slug
					     : BADGE_NOBODY,
			.title = w.title,
			.note = s->note,
			.maintenance = s->maintenance_now != NULL,
			.unknown = s->unknown,
			.theme = look->theme});
}

void shields_put(struct buf *b, const struct badge_words *w, const char *label,
	int max_age)
{
	json_fmt(b,
		"{'schemaVersion':1,'label':%s,'message':%s,'color':%s,"
		"'isError':%i,'cacheSeconds':%d}\n",
		*label ? label : w->label, w->message, w->colour, !w->known,
		max_age);
}

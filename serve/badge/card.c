#include "badge/card.h"

#include "badge/badge.h"
#include "badge/glyphs.h"
#include "badge/words.h"
#include "data/view.h"

#include <math.h>
#include <string.h>

#define WIDTH 320
#define HEIGHT 92
#define PADDING 16
#define NAME_SIZE 14
/* From here to the right edge's padding there is room for the name. */
#define NAME_X 36
#define NAME_BYTES 256

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

/* A colour of the palette, and the class that another theme gives another one. */
static void put_fill(struct html *b, const struct card *c, const char *colour,
	const char *class)
{
	html_fmt(b, " fill=\"%s\"", colour);
	badge_put_class(b, c->theme, class);
}

/* The name, cut to its room with an ellipsis. */
static void put_name(struct html *b, const struct card *c,
	const struct palette *p)
{
	static const char ellipsis[] = "\xe2\x80\xa6";
	const unsigned room = WIDTH - NAME_X - PADDING;
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
		"<text x=\"%d\" y=\"29\" font-size=\"%d\" textLength=\"%u\"",
		NAME_X, NAME_SIZE, glyphs_width(name, NAME_SIZE));
	put_fill(b, c, p->text, "text");
	html_char(b, '>');
	escape_put(b, name);
	html_str(b, "</text>");
}

/* The line below the name, and the small one below that. */
static void put_line(struct html *b, const struct card *c,
	const struct palette *p, bool small, const char *s)
{
	html_fmt(b,
		"<text x=\"%d\" y=\"%d\" font-size=\"12\" textLength=\"%u\"",
		PADDING, small ? 76 : 54, glyphs_width(s, 12));
	put_fill(b, c, small ? p->small : p->text, small ? "small" : "text");
	html_fmt(b, ">%s</text>", s);
}

/* What is known, a figure without a value left out. */
static void put_lines(
	struct html *b, const struct card *c, const struct palette *p)
{
	const struct view *v = c->view;
	const char *state = view_state(v);
	char line[160];
	int n;

	if (!state) {
		bool never = v->freshness == VIEW_NONE;

		put_line(b, c, p, false, never ? "pending" : "unknown");
		put_line(b, c, p, true, never ? BADGE_NEVER : BADGE_STALE);
		return;
	}
	n = snprintf(line, sizeof line, "%s",
		c->maintenance ? "maintenance" : state);
	if (!isnan(v->uptime_30d))
		snprintf(line + n, sizeof line - (size_t)n,
			", %.2f%% uptime in 30 days", v->uptime_30d);
	put_line(b, c, p, false, line);
	n = 0;
	*line = '\0';
	if (!isnan(v->p95_ms))
		n = snprintf(line, sizeof line, "p95 %.0f ms", v->p95_ms);
	if (*v->last_probe_ago)
		snprintf(line + n, sizeof line - (size_t)n,
			"%slast probe %s ago", n ? ", " : "",
			v->last_probe_ago);
	if (*line)
		put_line(b, c, p, true, line);
}

static const char *colour_of(const struct card *c, const struct palette *p)
{
	if (!view_state(c->view))
		return p->pending;
	return c->maintenance ? p->maintenance : p->state[c->view->verdict];
}

/* The light palette, for who has asked for it. */
static void put_style(struct html *b, const struct card *c)
{
	const struct palette *p = &palettes[BADGE_LIGHT];

	if (c->theme == BADGE_AUTO)
		html_fmt(b,
			"<style>@media(prefers-color-scheme:light){"
			".mcp-ground{fill:%s;stroke:%s}.mcp-dot{fill:%s}"
			".mcp-text{fill:%s}.mcp-small{fill:%s}}</style>",
			p->ground, p->edge, colour_of(c, p), p->text, p->small);
}

void card_draw(struct html *b, const struct card *c)
{
	const struct palette *p = &palettes[c->theme == BADGE_LIGHT];

	html_fmt(b,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
		"height=\"%d\" role=\"img\" aria-label=\"",
		WIDTH, HEIGHT);
	badge_put_title(b, c->title, c->note);
	html_str(b, "\"><title>");
	badge_put_title(b, c->title, c->note);
	html_str(b, "</title>");
	put_style(b, c);
	html_fmt(b,
		"<rect x=\"0.5\" y=\"0.5\" width=\"%d\" height=\"%d\" "
		"rx=\"6\" stroke=\"%s\"",
		WIDTH - 1, HEIGHT - 1, p->edge);
	put_fill(b, c, p->ground, "ground");
	html_str(b, "/><circle cx=\"22\" cy=\"24\" r=\"6\"");
	put_fill(b, c, colour_of(c, p), "dot");
	html_str(b,
		"/><g font-family=\"Verdana,DejaVu Sans,Geneva,sans-serif\">");
	put_name(b, c, p);
	put_lines(b, c, p);
	html_str(b, "</g></svg>\n");
}

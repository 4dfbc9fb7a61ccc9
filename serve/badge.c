/*
 * badge.c: two boxes side by side, each as wide as its text. Which font the
 * reader has is not known, so the widths are those of DejaVu Sans, which
 * Verdana shares but for a few hundredths, and textLength makes any other font
 * keep to them.
 */
#include "badge.h"

#include "escape.h"
#include "names.h"
#include "text.h"
#include "view.h"

#include <math.h>
#include <string.h>

#define LABEL "mcp"
#define HEIGHT 20
#define PADDING 6
/* White on each of these has a contrast above 4.5 to 1 (WCAG 2.2, 1.4.3). */
#define COLOUR_LABEL "#444c56"
#define COLOUR_PENDING "#6a737d"

static const char *const colours[] = {
	[VERDICT_GREEN] = "#1a7f37",
	[VERDICT_AMBER] = "#9a6700",
	[VERDICT_RED] = "#cf222e",
};

/* Tenths of a pixel at 11 pixels, from the space to the tilde. */
static const unsigned char widths[] = {35, 44, 51, 92, 70, 105, 86, 30, 43, 43,
	55, 92, 35, 40, 35, 37, 70, 70, 70, 70, 70, 70, 70, 70, 70, 70, 37, 37,
	92, 92, 92, 58, 110, 75, 75, 77, 85, 70, 63, 85, 83, 32, 32, 72, 61, 95,
	82, 87, 66, 87, 76, 70, 67, 81, 75, 109, 75, 67, 75, 43, 37, 43, 92, 55,
	55, 67, 70, 60, 70, 68, 39, 70, 70, 31, 31, 64, 31, 107, 70, 67, 70, 70,
	45, 57, 43, 70, 65, 90, 65, 65, 58, 70, 37, 70, 92};
#define WIDTH_OTHER 110

/* In whole pixels, rounded up. */
static int width(const char *s)
{
	size_t n = strlen(s), len;
	int sum = 0;

	for (; n; s += len, n -= len) {
		uint32_t c = 0;

		len = text_utf8(s, n, &c);
		if (!len)
			len = 1;
		sum += c >= 0x20 && c < 0x7f ? widths[c - 0x20] : WIDTH_OTHER;
	}
	return (sum + 9) / 10;
}

static void put_box(struct buf *b, int x, int w, const char *colour)
{
	buf_fmt(b, "<rect x=\"%d\" width=\"%d\" height=\"%d\" fill=\"", x, w,
		HEIGHT);
	escape_put(b, colour);
	buf_str(b, "\"/>");
}

static void put_text(struct buf *b, int x, int w, const char *s)
{
	buf_fmt(b, "<text x=\"%d\" y=\"14\" textLength=\"%d\">", x, w);
	escape_put(b, s);
	buf_str(b, "</text>");
}

void badge_draw(struct buf *b, const struct badge *g)
{
	int label = width(g->label), message = width(g->message);
	int left = label + 2 * PADDING, right = message + 2 * PADDING;

	buf_fmt(b,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
		"height=\"%d\" role=\"img\" aria-label=\"",
		left + right, HEIGHT);
	escape_put(b, g->title);
	buf_str(b, "\"><title>");
	escape_put(b, g->title);
	buf_fmt(b,
		"</title><clipPath id=\"r\"><rect width=\"%d\" height=\"%d\" "
		"rx=\"3\"/></clipPath><g clip-path=\"url(#r)\">",
		left + right, HEIGHT);
	put_box(b, 0, left, COLOUR_LABEL);
	put_box(b, left, right, g->colour);
	buf_str(b, "</g><g fill=\"#fff\" font-size=\"11\" font-family="
		   "\"Verdana,DejaVu Sans,Geneva,sans-serif\">");
	put_text(b, PADDING, label, g->label);
	put_text(b, left + PADDING, message, g->message);
	buf_str(b, "</g></svg>\n");
}

void badge_put(struct buf *b, const char *slug, const struct view *v)
{
	const char *state = view_state(v);
	char message[48] = "awaiting first probe", title[SLUG_MAX + 96];
	struct badge g = {.label = LABEL,
		.message = message,
		.title = title,
		.colour = COLOUR_PENDING};

	if (!slug)
		slug = "MCP server";
	if (!state) {
		snprintf(title, sizeof title, "%s: pending, %s", slug, message);
	} else if (isnan(v->uptime_30d)) {
		snprintf(message, sizeof message, "%s", state);
		snprintf(title, sizeof title, "%s: %s", slug, state);
	} else {
		snprintf(message, sizeof message, "%s %.2f%%", state,
			v->uptime_30d);
		snprintf(title, sizeof title,
			"%s: %s, %.2f%% uptime in 30 days", slug, state,
			v->uptime_30d);
	}
	if (state)
		g.colour = colours[v->verdict];
	badge_draw(b, &g);
}

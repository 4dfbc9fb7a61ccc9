/*
 * canvas.h: what is drawn on a white ground: boxes, letters, and the icons of
 * states. What lies outside is not drawn. Pure.
 */
#ifndef PREVIEW_CANVAS_H
#define PREVIEW_CANVAS_H

#include "base/buf.h"
#include "preview/font.h"

/* As in pages/style.css, in its light scheme. */
enum colour {
	COLOUR_TEXT,
	COLOUR_DIM,
	COLOUR_UP,
	COLOUR_PART,
	COLOUR_DOWN,
	COLOUR_WORK,
	COLOUR_NONE,
	COLOUR_BRAND
};
#define COLOURS (COLOUR_BRAND + 1)

/* A box in pixels, from the upper left corner of the canvas. */
struct box {
	int x, y, width, height;
};

struct canvas {
	int width, height;
	const char *brand; /* the colour of the site, "#rrggbb" */
	unsigned char *pixels;
};

/* canvas_init(c, width, height, brand): all white; canvas_release frees it. */
void canvas_init(struct canvas *c, int width, int height, const char *brand);
void canvas_release(struct canvas *c);

/* canvas_box(c, box, colour, level): fill a box, with a shade of the colour up to
   FONT_LEVELS - 1. */
void canvas_box(struct canvas *c, struct box box, enum colour colour, int level);

/*
 * canvas_text(c, f, x, y, s, n, colour): draw n bytes of a text, on a line at y,
 * from x on. A character without a picture is left out.
 */
void canvas_text(struct canvas *c, enum font f, int x, int y, const char *s,
	size_t n, enum colour colour);

/*
 * canvas_icon(c, class, x, y, size): draw the icon of a word of pages/html.h,
 * `size` pixels high and wide. canvas_colour(class): its colour.
 */
void canvas_icon(struct canvas *c, const char *class, int x, int y, int size);
enum colour canvas_colour(const char *class);

/* canvas_put(b, c): append the image as PNG. */
void canvas_put(struct buf *b, const struct canvas *c);

#endif

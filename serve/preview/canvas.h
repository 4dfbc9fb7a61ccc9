/* SPDX-License-Identifier: MIT */
/*
 * canvas.h: what is drawn on a white ground: boxes, letters, and the icons of
 * states. What lies outside is not drawn. The letters are bitmaps in two sizes,
 * which have the same characters: Latin, Greek, Cyrillic and the signs of
 * prose, which are written from left to right, a bitmap each. The image is a
 * PNG (ISO/IEC 15948). Pure.
 */
#ifndef PREVIEW_CANVAS_H
#define PREVIEW_CANVAS_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In the order of glyphs.bin. */
enum font {
	FONT_HEADLINE, /* bold, 56 pixels */
	FONT_TEXT      /* 32 pixels */
};
#define FONTS 2

/* Shades of grey: 0 is none of a letter, FONT_LEVELS - 1 all of it. */
#define FONT_LEVELS 16

/* The picture of a character. */
struct glyph {
	int advance;   /* to where the next one begins, in 1/64 of a pixel */
	int left, top; /* of the pixels, from where it begins on its line */
	int width, height;
	/* Runs of pixels in the order of reading: a byte has a level in its low
	   four bits, and in its high ones the length of the run less one. */
	const unsigned char *runs;
};

/* font_glyph(f, c, g): the picture of a character; false where there is none. */
bool font_glyph(enum font f, uint32_t c, struct glyph *g);

/* font_has(s): whether there is a picture of each character of a text. */
bool font_has(const char *s);

/* font_width(f, s, n): the width of n bytes, in whole pixels, rounded up. */
int font_width(enum font f, const char *s, size_t n);

/* A line of a text. */
struct font_line {
	size_t start, n; /* its bytes */
	bool cut;	 /* an ellipsis belongs behind it: the text goes on */
};
#define FONT_ELLIPSIS "\xe2\x80\xa6"

/*
 * font_wrap(f, s, width, lines, max): break a text into at most `max` lines, from
 * 1, of at most `width` pixels, at its spaces and behind its hyphens, and a word
 * that is wider than a line anywhere. Returns how many there are, 0 for a text
 * without letters. A width that is less than one character has one all the same.
 */
size_t font_wrap(enum font f, const char *s, int width,
	struct font_line *lines, size_t max);

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

/*
 * canvas_put(b, c): append the image as PNG; an error of b where it does not
 * fit.
 */
void canvas_put(struct buf *b, const struct canvas *c);

/* The bytes of glyphs.bin; see font.c. */
extern const unsigned char glyphs[];

#endif

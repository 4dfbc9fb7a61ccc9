/*
 * font.h: letters as bitmaps, in two sizes, and how much of a text fits into a
 * line. Both sizes have the same characters: Latin, Greek, Cyrillic and the signs
 * of prose, which are written from left to right, a bitmap each. Pure.
 */
#ifndef PREVIEW_FONT_H
#define PREVIEW_FONT_H

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

#endif

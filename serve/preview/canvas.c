/* SPDX-License-Identifier: MIT */
#include "preview/canvas.h"

#include "base/text.h"
#include "base/xalloc.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <zlib.h>

/* The next one takes half as long again for a sixth less. */
#define LEVEL 3
#define PIECE 16384
#define INDEXED 3 /* a pixel is the number of a colour in PLTE */
#define DEPTH 8	  /* bits of a pixel */

/* ---- PNG (ISO/IEC 15948). */

/* An image whose pixels are numbers of colours. */
struct png {
	unsigned width, height;
	const unsigned char *pixels; /* a byte each, row by row */
	const unsigned char *colours; /* red, green and blue of each */
	unsigned n_colours; /* at most 256; every pixel is less */
};

static void put_number(struct buf *b, unsigned long v)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		buf_char(b, (char)(v >> shift & 0xff));
}

/* A chunk is its length, its type and data, and the CRC of these two. */
static void put_chunk(struct buf *b, const char *type, const void *p, size_t n)
{
	unsigned long crc = crc32(0, (const unsigned char *)type, 4);

	put_number(b, n);
	buf_add(b, type, 4);
	buf_add(b, p, n);
	/* crc32 with no bytes begins anew. */
	put_number(b, n ? crc32(crc, p, (uInt)n) : crc);
}

static void put_header(struct buf *b, const struct png *p)
{
	struct buf data;

	buf_init(&data, 64);
	put_number(&data, p->width);
	put_number(&data, p->height);
	buf_char(&data, DEPTH);
	buf_char(&data, INDEXED);
	buf_add(&data, "\0\0\0", 3); /* compression, filter, interlace */
	put_chunk(b, "IHDR", data.p, data.len);
	buf_release(&data);
}

/* Compress n bytes; all of them are taken. */
static int compress_some(struct buf *out, z_stream *z, const void *p, size_t n,
	int flush)
{
	unsigned char piece[PIECE];
	int rc;

	z->next_in = (z_const Bytef *)p;
	z->avail_in = (uInt)n;
	do {
		z->next_out = piece;
		z->avail_out = sizeof piece;
		rc = deflate(z, flush);
		buf_add(out, piece, sizeof piece - z->avail_out);
	} while (rc == Z_OK && !z->avail_out);
	return rc;
}

/* Each row behind the number of its filter, which is none. */
static bool compress_rows(struct buf *out, const struct png *p)
{
	static const unsigned char no_filter = 0;
	z_stream z;
	int rc;

	memset(&z, 0, sizeof z);
	if (deflateInit(&z, LEVEL) != Z_OK)
		return false;
	for (unsigned y = 0; y < p->height; y++) {
		compress_some(out, &z, &no_filter, 1, Z_NO_FLUSH);
		compress_some(out, &z, p->pixels + (size_t)y * p->width,
			p->width, Z_NO_FLUSH);
	}
	rc = compress_some(out, &z, NULL, 0, Z_FINISH);
	deflateEnd(&z);
	return rc == Z_STREAM_END && buf_ok(out);
}

static void png_put(struct buf *b, const struct png *p)
{
	struct buf rows;

	buf_add(b, "\x89PNG\r\n\x1a\n", 8);
	put_header(b, p);
	put_chunk(b, "PLTE", p->colours, 3 * (size_t)p->n_colours);
	buf_init(&rows, b->max);
	if (!compress_rows(&rows, p))
		b->bad = true;
	put_chunk(b, "IDAT", rows.p, rows.len);
	buf_release(&rows);
	put_chunk(b, "IEND", NULL, 0);
}

/* ---- The canvas. */

#define FULL (FONT_LEVELS - 1)
/* Samples of a pixel of an icon, in each direction. */
#define SAMPLES 4

void canvas_init(struct canvas *c, int width, int height, const char *brand)
{
	*c = (struct canvas) {.width = width,
		.height = height,
		.brand = brand,
		.pixels = xcalloc((size_t)width, (size_t)height)};
}

void canvas_release(struct canvas *c)
{
	free(c->pixels);
	c->pixels = NULL;
}

static void set_pixel(struct canvas *c, int x, int y, enum colour colour,
	int level)
{
	unsigned char *p;

	if (x < 0 || y < 0 || x >= c->width || y >= c->height || !level)
		return;
	p = &c->pixels[(size_t)y * (size_t)c->width + (size_t)x];
	/* Letters touch: where two are of a pixel, it has the darker shade. */
	if (level > *p % FONT_LEVELS)
		*p = (unsigned char)((int)colour * FONT_LEVELS + level);
}

void canvas_box(struct canvas *c, struct box box, enum colour colour, int level)
{
	for (int y = 0; y < box.height; y++)
		for (int x = 0; x < box.width; x++)
			set_pixel(c, box.x + x, box.y + y, colour, level);
}

static void put_glyph(struct canvas *c, const struct glyph *g, int x, int y,
	enum colour colour)
{
	const unsigned char *run = g->runs;
	int left = 0, level = 0;

	for (int i = 0; i < g->width * g->height; i++, left--) {
		if (!left) {
			level = *run % FONT_LEVELS;
			left = *run / FONT_LEVELS + 1;
			run++;
		}
		set_pixel(c, x + g->left + i % g->width,
			y - g->top + i / g->width, colour, level);
	}
}

void canvas_text(struct canvas *c, enum font f, int x, int y, const char *s,
	size_t n, enum colour colour)
{
	int pen = 64 * x;

	while (n) {
		struct glyph g;
		uint32_t ch;
		size_t len = text_utf8(s, n, &ch);

		if (!len) {
			ch = '?';
			len = 1;
		}
		s += len;
		n -= len;
		if (!font_glyph(f, ch, &g))
			continue;
		put_glyph(c, &g, (pen + 32) / 64, y, colour);
		pen += g.advance;
	}
}

/* A stroke of a mark, round at its ends; where both are one point, a dot. */
struct stroke {
	double x1, y1, x2, y2;
};
#define STROKES 3

/* The icons of pages/html.c, in a square of 16 by 16. */
static const struct icon {
	const char *class;
	enum colour colour;
	enum { CIRCLE, TRIANGLE, SQUARE, DIAMOND } shape;
	struct stroke mark[STROKES];
	int strokes;
} icons[] = {
	{"none", COLOUR_NONE, CIRCLE,
		{{5, 8, 5, 8}, {8, 8, 8, 8}, {11, 8, 11, 8}}, 3},
	{"up", COLOUR_UP, CIRCLE,
		{{4.4, 8.4, 6.9, 10.9}, {6.9, 10.9, 11.7, 5.7}}, 2},
	{"part", COLOUR_PART, TRIANGLE, {{8, 5.8, 8, 10.2}, {8, 12.7, 8, 12.7}}, 2},
	{"down", COLOUR_DOWN, SQUARE, {{5, 5, 11, 11}, {11, 5, 5, 11}}, 2},
	{"work", COLOUR_WORK, DIAMOND, {{5, 8, 11, 8}}, 1},
};

static const struct icon *icon_of(const char *class)
{
	for (size_t i = 0; i < sizeof icons / sizeof *icons; i++)
		if (strcmp(icons[i].class, class) == 0)
			return &icons[i];
	return &icons[0];
}

enum colour canvas_colour(const char *class)
{
	return icon_of(class)->colour;
}

/* The corners of the square have a radius of 2. */
static bool in_shape(const struct icon *icon, double x, double y)
{
	double across = fabs(x - 8), down = fabs(y - 8);

	switch (icon->shape) {
	case CIRCLE:
		return across * across + down * down <= 64;
	case TRIANGLE:
		return y <= 15.4 && across <= 8 * (y - .6) / 14.8;
	case DIAMOND:
		return across + down <= 8;
	case SQUARE:
		across = fmax(across - 6, 0);
		down = fmax(down - 6, 0);
		return across * across + down * down <= 4;
	}
	return false;
}

/* Whether a point is within 1 of a stroke. */
static bool on_stroke(const struct stroke *s, double x, double y)
{
	double dx = s->x2 - s->x1, dy = s->y2 - s->y1;
	double length2 = dx * dx + dy * dy, t = 0;

	if (length2 > 0)
		t = ((x - s->x1) * dx + (y - s->y1) * dy) / length2;
	t = fmin(fmax(t, 0), 1);
	x -= s->x1 + t * dx;
	y -= s->y1 + t * dy;
	return x * x + y * y <= 1;
}

static bool is_inked(const struct icon *icon, double x, double y)
{
	if (!in_shape(icon, x, y))
		return false;
	for (int i = 0; i < icon->strokes; i++)
		if (on_stroke(&icon->mark[i], x, y))
			return false;
	return true;
}

/* How many of its samples are inked, as a shade. */
static int icon_level(const struct icon *icon, int px, int py, double scale)
{
	int n = 0;

	for (int i = 0; i < SAMPLES * SAMPLES; i++)
		n += is_inked(icon,
			(px + (i % SAMPLES + .5) / SAMPLES) * scale,
			(py + (i / SAMPLES + .5) / SAMPLES) * scale);
	return n * FULL / (SAMPLES * SAMPLES);
}

void canvas_icon(struct canvas *c, const char *class, int x, int y, int size)
{
	const struct icon *icon = icon_of(class);

	for (int py = 0; py < size; py++)
		for (int px = 0; px < size; px++)
			set_pixel(c, x + px, y + py, icon->colour,
				icon_level(icon, px, py, 16.0 / size));
}

/* The shades of a colour, "#rrggbb", from white on. */
static void put_shades(unsigned char *palette, const char *colour)
{
	unsigned long rgb = strtoul(colour + 1, NULL, 16);

	for (int level = 0; level < FONT_LEVELS; level++)
		for (int shift = 16; shift >= 0; shift -= 8) {
			int v = (int)(rgb >> shift & 0xff);

			*palette++ = (unsigned char)(255 -
				(255 - v) * level / FULL);
		}
}

void canvas_put(struct buf *b, const struct canvas *c)
{
	const char *const colours[COLOURS] = {
		[COLOUR_TEXT] = "#1f2328",
		[COLOUR_DIM] = "#59636e",
		[COLOUR_UP] = "#1a7f37",
		[COLOUR_PART] = "#9a6700",
		[COLOUR_DOWN] = "#cf222e",
		[COLOUR_WORK] = "#0757b5",
		[COLOUR_NONE] = "#6a737d",
		[COLOUR_BRAND] = c->brand,
	};
	unsigned char palette[COLOURS][3 * FONT_LEVELS];

	for (size_t i = 0; i < COLOURS; i++)
		put_shades(palette[i], colours[i]);
	png_put(b,
		&(struct png) {.width = (unsigned)c->width,
			.height = (unsigned)c->height,
			.pixels = c->pixels,
			.colours = palette[0],
			.n_colours = COLOURS * FONT_LEVELS});
}

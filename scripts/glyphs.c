/* SPDX-License-Identifier: MIT */
/*
 * glyphs.c: makes serve/preview/glyphs.bin, the letters of link previews, with
 * FreeType. It is run where letters or sizes change (`make glyphs`), not when the
 * programs are built: so these need neither FreeType nor a font, and an image is
 * the same to the byte on every machine.
 *
 *	glyphs FONT PIXELS FONT PIXELS >serve/preview/glyphs.bin
 *
 * What it writes is read by serve/preview/font.c, where the format is.
 */
#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_GLYPH_H

#include <stdio.h>
#include <stdlib.h>

#define LEVELS 16 /* of grey */
#define RUN 16	  /* the longest run in a byte */
#define GLYPHS_MAX 2000
#define BITMAPS_MAX (1 << 20)

/*
 * Latin with what the languages of Europe, Turkish and Vietnamese need, Greek,
 * Cyrillic, and signs of prose.
 */
static const unsigned ranges[][2] = {{0x20, 0x7e}, {0xa0, 0x17f},
	{0x1a0, 0x1a1}, {0x1af, 0x1b0}, {0x218, 0x21b}, {0x386, 0x386},
	{0x388, 0x38a}, {0x38c, 0x38c}, {0x38e, 0x3a1}, {0x3a3, 0x3ce},
	{0x400, 0x45f}, {0x490, 0x491}, {0x1e80, 0x1e85}, {0x1e9e, 0x1e9e},
	{0x1ea0, 0x1ef9}, {0x2010, 0x2015}, {0x2018, 0x2022}, {0x2026, 0x2026},
	{0x2030, 0x2030}, {0x2039, 0x203a}, {0x20ac, 0x20ac}, {0x2116, 0x2116},
	{0x2122, 0x2122}, {0x2190, 0x2193}, {0x2212, 0x2212}};
#define RANGES (sizeof ranges / sizeof *ranges)

struct strike {
	unsigned char records[12 * GLYPHS_MAX], bitmaps[BITMAPS_MAX];
	unsigned long n, used;
};

static void fail(const char *what)
{
	fprintf(stderr, "glyphs: %s\n", what);
	exit(3);
}

/* The lowest byte first. */
static void put(unsigned char *p, unsigned long v, int bytes)
{
	for (int i = 0; i < bytes; i++, v >>= 8)
		p[i] = (unsigned char)v;
}

static void add_bitmap(struct strike *s, const FT_Bitmap *b)
{
	int last = -1, run = 0;

	for (unsigned i = 0; i < b->rows * b->width; i++) {
		unsigned char grey = b->buffer[(int)(i / b->width) * b->pitch +
			(int)(i % b->width)];
		int level = (grey * (LEVELS - 1) + 127) / 255;

		if (level == last && run < RUN) {
			s->bitmaps[s->used - 1] += 1 << 4;
			run++;
			continue;
		}
		if (s->used == BITMAPS_MAX)
			fail("too large");
		s->bitmaps[s->used++] = (unsigned char)level;
		last = level;
		run = 1;
	}
}

static void add(struct strike *s, FT_Face face, unsigned c)
{
	unsigned glyph = FT_Get_Char_Index(face, c);
	unsigned char *p = s->records + 12 * s->n;
	FT_GlyphSlot slot = face->glyph;

	if (!glyph || s->n == GLYPHS_MAX ||
		FT_Load_Glyph(face, glyph,
			FT_LOAD_RENDER | FT_LOAD_NO_HINTING)) {
		fprintf(stderr, "U+%04X\n", c);
		fail("a character is not in the font");
	}
	put(p, c, 2);
	put(p + 2, (unsigned long)slot->linearHoriAdvance >> 10, 2);
	put(p + 4, (unsigned long)slot->bitmap_left, 1);
	put(p + 5, (unsigned long)slot->bitmap_top, 1);
	put(p + 6, slot->bitmap.width, 1);
	put(p + 7, slot->bitmap.rows, 1);
	put(p + 8, s->used, 4);
	add_bitmap(s, &slot->bitmap);
	s->n++;
}

int main(int argc, char **argv)
{
	static struct strike s;
	unsigned char head[6];
	FT_Library library;
	FT_Face face;

	if (FT_Init_FreeType(&library))
		fail("FreeType");
	for (int i = 1; i + 1 < argc; i += 2) {
		if (FT_New_Face(library, argv[i], 0, &face) ||
			FT_Set_Pixel_Sizes(face, 0,
				(unsigned)strtoul(argv[i + 1], NULL, 10)))
			fail(argv[i]);
		s.n = s.used = 0;
		for (size_t r = 0; r < RANGES; r++)
			for (unsigned c = ranges[r][0]; c <= ranges[r][1]; c++)
				add(&s, face, c);
		put(head, s.n, 2);
		put(head + 2, s.used, 4);
		fwrite(head, 1, sizeof head, stdout);
		fwrite(s.records, 12, s.n, stdout);
		fwrite(s.bitmaps, 1, s.used, stdout);
	}
	return ferror(stdout) || fflush(stdout) ? 3 : 0;
}

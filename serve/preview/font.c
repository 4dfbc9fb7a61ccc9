/* SPDX-License-Identifier: MIT */
/*
 * font.c: glyphs.bin, as scripts/glyphs.c writes it. Of each size there is the
 * number of its characters in 2 bytes and that of the bytes of all runs in 4;
 * for each character, in their order, a record: the character and its advance in
 * 2 bytes each; left, top, width and height in one each; and where among the runs
 * its own begin, in 4. Then the runs. The lowest byte is first.
 */
#include "preview/canvas.h"

#include "base/text.h"

#include <string.h>

#define HEAD 6
#define RECORD 12

static unsigned long number(const unsigned char *p, int bytes)
{
	unsigned long v = 0;

	while (bytes--)
		v = v << 8 | p[bytes];
	return v;
}

/* The beginning of a size. */
static const unsigned char *begin(enum font f)
{
	const unsigned char *p = glyphs;

	for (int i = 0; i < (int)f; i++)
		p += HEAD + RECORD * number(p, 2) + number(p + 2, 4);
	return p;
}

bool font_glyph(enum font f, uint32_t c, struct glyph *g)
{
	const unsigned char *p = begin(f), *r;
	size_t n = number(p, 2), low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (number(p + HEAD + RECORD * middle, 2) < c)
			low = middle + 1;
		else
			high = middle;
	}
	r = p + HEAD + RECORD * low;
	if (low == n || number(r, 2) != c)
		return false;
	*g = (struct glyph) {.advance = (int)number(r + 2, 2),
		.left = (signed char)r[4],
		.top = (signed char)r[5],
		.width = r[6],
		.height = r[7],
		.runs = p + HEAD + RECORD * n + number(r + 8, 4)};
	return true;
}

/* The bytes of the first character; 1 where it is no UTF-8. */
static size_t next(const char *s, size_t n, uint32_t *c)
{
	size_t len = text_utf8(s, n, c);

	if (len)
		return len;
	*c = '?';
	return 1;
}

bool font_has(const char *s)
{
	size_t n = strlen(s), len;

	for (; n; s += len, n -= len) {
		struct glyph g;
		uint32_t c;

		len = next(s, n, &c);
		if (!font_glyph(FONT_TEXT, c, &g))
			return false;
	}
	return true;
}

/* In 1/64 of a pixel. */
static int advance(enum font f, uint32_t c)
{
	struct glyph g;

	return font_glyph(f, c, &g) ? g.advance : 0;
}

static int pixels(int advances)
{
	return (advances + 63) / 64;
}

int font_width(enum font f, const char *s, size_t n)
{
	int sum = 0;

	for (size_t len; n; s += len, n -= len) {
		uint32_t c;

		len = next(s, n, &c);
		sum += advance(f, c);
	}
	return pixels(sum);
}

/* How many bytes are no wider, whole characters and one at the least. */
static size_t fitting(enum font f, const char *s, size_t n, int width)
{
	size_t used = 0, len;
	int sum = 0;

	for (; used < n; used += len) {
		uint32_t c;

		len = next(s + used, n - used, &c);
		sum += advance(f, c);
		if (used && pixels(sum) > width)
			break;
	}
	return used;
}

static size_t without_spaces(const char *s, size_t n)
{
	while (n && s[n - 1] == ' ')
		n--;
	return n;
}

/* The bytes of the first line: up to its last space or hyphen, if it has one. */
static size_t break_at(enum font f, const char *s, size_t n, int width)
{
	size_t most = fitting(f, s, n, width), at = most;

	if (most == n || s[most] == ' ')
		return most;
	while (at && s[at - 1] != ' ' && s[at - 1] != '-')
		at--;
	return at ? at : most;
}

size_t font_wrap(enum font f, const char *s, int width,
	struct font_line *lines, size_t max)
{
	size_t n = without_spaces(s, strlen(s)), at = 0, count = 0;
	const size_t dots = strlen(FONT_ELLIPSIS);

	for (;;) {
		struct font_line *line = &lines[count];

		at += strspn(s + at, " ");
		if (at >= n || count == max)
			return count;
		*line = (struct font_line) {.start = at,
			.n = break_at(f, s + at, n - at, width)};
		if (++count == max && line->n < n - at) {
			line->n = fitting(f, s + at, n - at,
				width - font_width(f, FONT_ELLIPSIS, dots));
			line->cut = true;
		}
		at += line->n;
		line->n = without_spaces(s + line->start, line->n);
	}
}

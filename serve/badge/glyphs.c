/* SPDX-License-Identifier: MIT */
/*
 * glyphs.c: which font the reader has is not known, so the widths are those of
 * DejaVu Sans, which Verdana shares but for a few hundredths; textLength makes
 * any other font keep to them.
 */
#include "badge/badge.h"

#include "base/text.h"

#include <string.h>

/* Tenths of a pixel at 11 pixels, from the space to the tilde. */
static const unsigned char ascii[] = {35, 44, 51, 92, 70, 105, 86, 30, 43, 43,
	55, 92, 35, 40, 35, 37, 70, 70, 70, 70, 70, 70, 70, 70, 70, 70, 37, 37,
	92, 92, 92, 58, 110, 75, 75, 77, 85, 70, 63, 85, 83, 32, 32, 72, 61, 95,
	82, 87, 66, 87, 76, 70, 67, 81, 75, 109, 75, 67, 75, 43, 37, 43, 92, 55,
	55, 67, 70, 60, 70, 68, 39, 70, 70, 31, 31, 64, 31, 107, 70, 67, 70, 70,
	45, 57, 43, 70, 65, 90, 65, 65, 58, 70, 37, 70, 92};

/* Likewise, from U+00A0 to U+017F. */
static const unsigned char latin[] = {35, 44, 70, 70, 70, 70, 37, 55, 55, 110,
	52, 67, 92, 40, 110, 55, 55, 92, 44, 44, 55, 70, 70, 35, 55, 44, 52, 67,
	107, 107, 107, 58, 75, 75, 75, 75, 75, 75, 107, 77, 70, 70, 70, 70, 32,
	32, 32, 32, 85, 82, 87, 87, 87, 87, 87, 92, 87, 81, 81, 81, 81, 67, 67,
	69, 67, 67, 67, 67, 67, 67, 108, 60, 68, 68, 68, 68, 31, 31, 31, 31, 67,
	70, 67, 67, 67, 67, 67, 92, 67, 70, 70, 70, 70, 65, 70, 65, 75, 67, 75,
	67, 75, 67, 77, 60, 77, 60, 77, 60, 77, 60, 85, 70, 85, 70, 70, 68, 70,
	68, 70, 68, 70, 68, 70, 68, 85, 70, 85, 70, 85, 70, 85, 70, 83, 70, 101,
	76, 32, 31, 32, 31, 32, 31, 32, 31, 32, 31, 65, 61, 32, 31, 72, 64, 64,
	61, 31, 61, 31, 61, 41, 61, 38, 62, 31, 82, 70, 82, 70, 82, 70, 89, 82,
	70, 87, 67, 87, 67, 87, 67, 118, 113, 76, 45, 76, 45, 76, 45, 70, 57,
	70, 57, 70, 57, 70, 57, 67, 43, 67, 43, 67, 43, 81, 70, 81, 70, 81, 70,
	81, 70, 81, 70, 81, 70, 109, 90, 67, 65, 67, 75, 58, 75, 58, 75, 58,
	39};

/* Roughly, the widths of other characters: fonts differ more in these. */
static const struct {
	uint32_t first, last;
	unsigned width;
} others[] = {
	{0x0300, 0x036f, 0}, /* marks, above what is before them */
	{0x0370, 0x03ff, 69},
	{0x0400, 0x052f, 78},
	{0x200b, 0x200d, 0},
	{0xfe00, 0xfe0f, 0},
};
#define WIDTH_OTHER 110

static unsigned width(uint32_t c)
{
	if (c >= 0x20 && c < 0x7f)
		return ascii[c - 0x20];
	if (c >= 0xa0 && c < 0x180)
		return latin[c - 0xa0];
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (c >= others[i].first && c <= others[i].last)
			return others[i].width;
	return WIDTH_OTHER;
}

/* Tenths of a pixel at 11 pixels, into whole pixels at `size`, rounded up. */
static unsigned scaled(unsigned sum, unsigned size)
{
	return (sum * size + 109) / 110;
}

unsigned glyphs_width(const char *s, unsigned size)
{
	size_t n = strlen(s), len;
	unsigned sum = 0;

	for (; n; s += len, n -= len) {
		uint32_t c = 0;

		len = text_utf8(s, n, &c);
		if (!len)
			len = 1;
		sum += width(c);
	}
	return scaled(sum, size);
}

size_t glyphs_fit(const char *s, unsigned size, unsigned most)
{
	size_t n = strlen(s), used = 0, len;
	unsigned sum = 0;

	for (; used < n; used += len) {
		uint32_t c = 0;

		len = text_utf8(s + used, n - used, &c);
		if (!len)
			len = 1;
		sum += width(c);
		if (scaled(sum, size) > most)
			break;
	}
	return used;
}

/* SPDX-License-Identifier: MIT */
#include "base/text.h"

#include <stdio.h>
#include <string.h>

/* A continuation byte. */
static bool goes_on(unsigned char byte)
{
	return (byte & 0xc0) == 0x80;
}

/* The ranges of RFC 3629, section 4: nothing that is too long, no surrogate, and
   nothing beyond U+10FFFF. */
size_t text_utf8(const char *s, size_t n, uint32_t *cp)
{
	const unsigned char *p = (const unsigned char *)s;
	uint32_t c;

	if (!n)
		return 0;
	c = p[0];
	if (c < 0x80) {
		*cp = c;
		return 1;
	}
	if (n < 2 || c < 0xc2 || c > 0xf4 || !goes_on(p[1]))
		return 0;
	c = c << 6 | (p[1] & 0x3fu);
	if (p[0] < 0xe0) {
		*cp = c & 0x7ff;
		return 2;
	}
	if (n < 3 || !goes_on(p[2]))
		return 0;
	c = c << 6 | (p[2] & 0x3fu);
	if (p[0] < 0xf0) {
		*cp = c &= 0xffff;
		return c < 0x800 || (c >= 0xd800 && c <= 0xdfff) ? 0 : 3;
	}
	if (n < 4 || !goes_on(p[3]))
		return 0;
	*cp = c = (c << 6 | (p[3] & 0x3fu)) & 0x1fffff;
	return c < 0x10000 || c > 0x10ffff ? 0 : 4;
}

size_t text_ascii(const char *p, size_t n)
{
	size_t i = 0;
	uint64_t word;

	for (; n - i >= sizeof word; i += sizeof word) {
		memcpy(&word, p + i, sizeof word);
		if (word & 0x8080808080808080)
			break;
	}
	while (i < n && (unsigned char)p[i] < 0x80)
		i++;
	return i;
}

bool text_is_utf8(const char *p, size_t n)
{
	uint32_t cp;

	while (n) {
		size_t len = text_ascii(p, n);

		if (!len)
			len = text_utf8(p, n, &cp);
		if (!len)
			return false;
		p += len;
		n -= len;
	}
	return true;
}

void text_copy(char *out, size_t size, const char *s)
{
	size_t n = strnlen(s, size - 1);

	memcpy(out, s, n);
	out[n] = '\0';
}

size_t text_put_utf8(uint32_t cp, char *out)
{
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xc0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 0x3f));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (char)(0xe0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 0x3f));
		out[2] = (char)(0x80 | (cp & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 0x3f));
	out[2] = (char)(0x80 | (cp >> 6 & 0x3f));
	out[3] = (char)(0x80 | (cp & 0x3f));
	return 4;
}

/*
 * C0, DEL, C1, the line separators, the bidirectional controls (UAX 9), and the
 * two characters that XML forbids.
 */
static bool harmful(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 ||
		c == 0x2029 || c == 0x061c || c == 0x200e || c == 0x200f ||
		(c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) ||
		c == 0xfeff || c == 0xfffe || c == 0xffff;
}

bool text_unseen(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {{0xad, 0xad}, {0x34f, 0x34f}, {0x115f, 0x1160},
		{0x17b4, 0x17b5}, {0x180b, 0x180f}, {0x200b, 0x200f},
		{0x2060, 0x206f}, {0x2800, 0x2800}, {0x3164, 0x3164},
		{0xfe00, 0xfe0f},
		{0xffa0, 0xffa0}, {0xfff0, 0xfffb}, {0x1bca0, 0x1bca3},
		{0x1d173, 0x1d17a}, {0xe0000, 0xe0fff}};

	for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	return harmful(c);
}

/* Whether the 8 bytes at p are from ' ' to '~': none has its upper bit here,
   whichever test it goes through. */
static bool eight_printable(const char *p)
{
	const uint64_t each = 0x0101010101010101;
	uint64_t word;

	memcpy(&word, p, sizeof word);
	return !((word | (word - ' ' * each) | (word + each)) & 0x80 * each);
}

size_t text_clean(const char *p, size_t n, char *out, size_t size, size_t max)
{
	size_t used = 0;
	uint32_t cp;

	if (!size)
		return 0;
	for (size_t i = 0, chars = 0; i < n && chars < max; chars++) {
		size_t len;

		if (n - i >= 8 && max - chars >= 8 && size - used > 8 &&
			eight_printable(p + i)) {
			memcpy(out + used, p + i, 8);
			used += 8;
			i += 8;
			chars += 7;
			continue;
		}
		if (p[i] >= ' ' && p[i] <= '~') {
			if (used + 2 > size)
				break;
			out[used++] = p[i++];
			continue;
		}
		len = text_utf8(p + i, n - i, &cp);
		bool bad = !len || harmful(cp);
		size_t put = bad ? 1 : len;

		if (used + put + 1 > size)
			break;
		if (bad)
			out[used] = '?';
		else
			memcpy(out + used, p + i, len);
		used += put;
		i += len ? len : 1;
	}
	out[used] = '\0';
	return used;
}

bool text_harmless(const char *p, size_t n)
{
	uint32_t cp;

	while (n) {
		size_t len = text_utf8(p, n, &cp);

		if (!len || harmful(cp))
			return false;
		p += len;
		n -= len;
	}
	return true;
}

/* The backslash of \u{…}, \x{…} or \#{…}. */
static bool escapes(const char *p, size_t n)
{
	return n >= 3 && p[0] == '\\' && strchr("ux#", p[1]) && p[2] == '{';
}

/* The replacement for a character that is not shown; returns its length. */
static size_t escape(const char *p, size_t n, size_t len, uint32_t cp,
	char part[TEXT_SHOWN])
{
	if (n >= 2 && memcmp(p, "\xc0\x80", 2) == 0) {
		snprintf(part, TEXT_SHOWN, "\\u{0}");
		return 2;
	}
	if (len)
		snprintf(part, TEXT_SHOWN, "\\u{%X}", (unsigned)cp);
	else
		snprintf(part, TEXT_SHOWN, "\\x{%02X}", (unsigned)(unsigned char)*p);
	return len ? len : 1;
}

bool text_visible(const char *p, size_t n, char *out, size_t size, size_t max)
{
	size_t used = 0, chars = 0, i = 0;
	char part[TEXT_SHOWN];
	uint32_t cp;

	if (!size)
		return false;
	*out = '\0';
	while (i < n) {
		const char *from = p + i;
		bool plain = *from >= ' ' && *from <= '~' && *from != '\\';
		size_t len = plain ? 1 : text_utf8(from, n - i, &cp), put = len;

		if (!plain && (!len || harmful(cp) || escapes(from, n - i))) {
			len = escape(p + i, n - i, len, cp, part);
			from = part;
			put = strlen(part);
		}
		chars += from == part ? put : 1;
		if (chars > max || used + put + 1 > size)
			return false;
		memcpy(out + used, from, put);
		used += put;
		out[used] = '\0';
		i += len;
	}
	return true;
}

size_t text_shown(const char *p, size_t n, char out[TEXT_SHOWN])
{
	uint32_t cp = 0;
	size_t len = text_utf8(p, n, &cp);

	if (!len || text_unseen(cp) || escapes(p, n))
		return escape(p, n, len, cp, out);
	memcpy(out, p, len);
	out[len] = '\0';
	return len;
}

const char *text_comma(size_t i, size_t n)
{
	if (!i)
		return "";
	return i + 1 == n ? " and " : ", ";
}

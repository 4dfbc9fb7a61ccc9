/* SPDX-License-Identifier: MIT */
#include "poisoning/text.h"

#include "base/chars.h"

#include <string.h>

/* The shortest runs that may be words. */
#define BASE64_MIN 24
#define HEX_MIN 32
#define ESCAPES_MIN 8

static int base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

/* Decoded bytes, as far as they tell whether they are words. */
struct decoded {
	size_t n, spaces, letters;
	bool odd; /* some byte is no text */
};

static void add_decoded(struct decoded *d, unsigned byte)
{
	d->n++;
	d->spaces += byte == ' ' || byte == '\n';
	d->letters += (byte >= 'a' && byte <= 'z') ||
		(byte >= 'A' && byte <= 'Z');
	if ((byte < ' ' && byte != '\n' && byte != '\r' && byte != '\t') ||
		byte > '~')
		d->odd = true;
}

/* Chance makes no such thing of a run of letters and digits. */
static bool words(const struct decoded *d)
{
	return d->n && !d->odd && d->spaces && 4 * d->letters >= 3 * d->n;
}

/* A run of n characters of base64. */
static bool base64_words(const char *p, size_t n)
{
	struct decoded d = {0};
	unsigned bits = 0, held = 0;

	for (size_t i = 0; i < n && !d.odd; i++) {
		bits = (bits << 6 | (unsigned)base64_value(p[i])) & 0xffff;
		held += 6;
		if (held >= 8) {
			held -= 8;
			add_decoded(&d, bits >> held & 0xff);
		}
	}
	return words(&d);
}

static bool hex_words(const char *p, size_t n)
{
	struct decoded d = {0};

	for (size_t i = 0; i + 1 < n && !d.odd; i += 2)
		add_decoded(&d, (unsigned)chars_hex_number(p + i, 2, 2));
	return words(&d);
}

/* The length of an escape of one character at p: \x41, \u0041, %41, &#65; */
static size_t escape(const char *p, size_t n)
{
	size_t i;

	if (n > 3 && p[0] == '\\' && p[1] == 'x')
		return chars_hex_number(p + 2, 2, 2) >= 0 ? 4 : 0;
	if (n > 5 && p[0] == '\\' && p[1] == 'u')
		return chars_hex_number(p + 2, 4, 4) >= 0 ? 6 : 0;
	if (n > 2 && p[0] == '%')
		return chars_percent(p, n) >= 0 ? 3 : 0;
	if (n < 4 || p[0] != '&' || p[1] != '#')
		return 0;
	for (i = p[2] == 'x' ? 3 : 2; i < n && i < 9; i++)
		if (chars_hex(p[i]) < 0)
			break;
	return i > 2 && i < n && p[i] == ';' ? i + 1 : 0;
}

/* The bytes of the escapes at p, where there are many in a row. */
static size_t escapes(const char *p, size_t n)
{
	size_t len = 0, one, count = 0;

	if (n < 3 || !strchr("\\%&", *p))
		return 0;
	while ((one = escape(p + len, n - len)) != 0) {
		len += one;
		count++;
	}
	return count >= ESCAPES_MIN ? len : 0;
}

bool encoded_text_find(const char *s, size_t n, size_t *at, size_t *end)
{
	for (size_t i = 0; i < n; i++) {
		size_t run = 0, hex = 0, len = escapes(s + i, n - i);

		if (!len) {
			while (i + run < n && base64_value(s[i + run]) >= 0)
				run++;
			while (hex < run && chars_hex(s[i + hex]) >= 0)
				hex++;
			if ((run >= BASE64_MIN && base64_words(s + i, run)) ||
				(hex >= HEX_MIN && hex_words(s + i, hex)))
				len = run;
		}
		if (len) {
			*at = i;
			*end = i + len;
			return true;
		}
		i += run;
	}
	return false;
}

/* SPDX-License-Identifier: MIT */
#include "json/scan.h"

#include "base/chars.h"
#include "base/text.h"

#include <stdint.h>
#include <string.h>

bool scan_fault(struct json_scan *s, const char *what)
{
	s->fault = s->p == s->end ? "the text ends too early" : what;
	return false;
}

#define FOUR(x) x, x, x, x
#define SIXTEEN(x) FOUR(x), FOUR(x), FOUR(x), FOUR(x)
#define SIXTY_FOUR(x) SIXTEEN(x), SIXTEEN(x), SIXTEEN(x), SIXTEEN(x)

const unsigned char scan_special[256] = {SIXTEEN(1), SIXTEEN(1), 0, 0,
	['"'] = 1, ['\\'] = 1, [0x80] = SIXTY_FOUR(1), SIXTY_FOUR(1)};
static const unsigned char marks[256] = {
	['"'] = 1, ['['] = 1, [']'] = 1, ['{'] = 1, ['}'] = 1};
static const unsigned char quotes[256] = {['"'] = 1, ['\\'] = 1};

const char *scan_mark(const char *p, const char *end)
{
	return scan_until(marks, p, end);
}

const char *scan_quote(const char *p, const char *end, bool *escaped)
{
	for (;; p++) {
		if (p < end && *escaped)
			*escaped = false;
		else if ((p = scan_until(quotes, p, end)) < end && *p == '\\')
			*escaped = true;
		else
			return p;
	}
}

bool scan_brackets(struct json_scan *s)
{
	const char *p = s->p, *end = s->end;
	unsigned open = 0;

	do {
		bool escaped = false;

		p = scan_until(marks, p, end);
		if (p < end && *p == '"')
			p = scan_quote(p + 1, end, &escaped);
		if (p == end)
			break;
		if (*p == '[' || *p == '{')
			open++;
		else if (*p != '"')
			open--;
		p++;
	} while (open);
	s->p = p;
	return !open || scan_fault(s, NULL);
}

bool scan_inside(struct json_scan *s)
{
	for (;;) {
		uint32_t cp;
		size_t len;

		s->p = scan_until(scan_special, s->p, s->end);
		if (s->p == s->end)
			return scan_fault(s, NULL);
		if (*s->p == '"') {
			s->p++;
			return false;
		}
		if ((unsigned char)*s->p < 0x20)
			return scan_fault(s, "a control character in a string");
		if (*s->p == '\\')
			return true;
		len = text_utf8(s->p, (size_t)(s->end - s->p), &cp);
		if (!len)
			return true;
		s->p += len;
	}
}

/* The code unit that "\uXXXX" at p stands for; -1 if that is not there. */
static long unit(const char *p, const char *end)
{
	return end - p < 6 || p[0] != '\\' || p[1] != 'u'
		? -1 : chars_hex_number(p + 2, 4, 4);
}

static size_t unit_escape(struct json_scan *s, char put[4], const char **odd)
{
	long u = unit(s->p, s->end), low;

	if (u < 0)
		return scan_fault(
			s, "a \\u without four hexadecimal digits");
	s->p += 6;
	if (u == 0) {
		*odd = "U+0000 in a string";
		memcpy(put, "\xc0\x80", 2);
		return 2;
	}
	if (u >= 0xd800 && u < 0xdc00) {
		low = unit(s->p, s->end);
		if (low >= 0xdc00 && low <= 0xdfff) {
			s->p += 6;
			u = 0x10000 + ((u - 0xd800) << 10) + (low - 0xdc00);
		}
	}
	if (u >= 0xd800 && u <= 0xdfff)
		*odd = "a lone surrogate";
	return text_put_utf8((uint32_t)u, put);
}

size_t scan_escape(struct json_scan *s, char put[4], const char **odd)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *e;

	*odd = NULL;
	if (*s->p != '\\') {
		*odd = "bytes that are not UTF-8";
		/* C0 80 is how U+0000 stands in a tree. */
		*put = s->end - s->p > 1 && memcmp(s->p, "\xc0\x80", 2) == 0
			? '\xff' : *s->p;
		s->p++;
		return 1;
	}
	if (s->end - s->p < 2) {
		s->p = s->end;
		return scan_fault(s, NULL);
	}
	if (s->p[1] == 'u')
		return unit_escape(s, put, odd);
	e = memchr(from, s->p[1], sizeof from - 1);
	if (!e)
		return scan_fault(s, "an invalid escape");
	*put = to[e - from];
	s->p += 2;
	return 1;
}

bool scan_string_rest(struct json_scan *s)
{
	while (scan_inside(s)) {
		const char *from = s->p, *odd;
		char put[4];

		if (!scan_escape(s, put, &odd))
			return false;
		if (odd) {
			s->p = from;
			return scan_fault(s, odd);
		}
	}
	return !s->fault;
}

/* One digit or more. */
static bool digits(struct json_scan *s)
{
	const char *from = s->p;

	while (scan_at_digit(s))
		s->p++;
	return s->p > from || scan_fault(s, "a digit is missing");
}

bool scan_number(struct json_scan *s, const char **whole)
{
	s->p += scan_at(s, '-');
	if (scan_at(s, '0')) {
		s->p++;
		if (scan_at_digit(s))
			return scan_fault(s, "a digit after a leading zero");
	} else if (!digits(s)) {
		return false;
	}
	*whole = s->p;
	if (scan_at(s, '.')) {
		s->p++;
		if (!digits(s))
			return false;
	}
	if (!scan_at(s, 'e') && !scan_at(s, 'E'))
		return true;
	s->p++;
	s->p += scan_at(s, '+') || scan_at(s, '-');
	return digits(s);
}

bool scan_literal(struct json_scan *s)
{
	const char *word = scan_at(s, 't')   ? "true"
			   : scan_at(s, 'f') ? "false"
					     : "null";

	for (; *word; word++, s->p++)
		if (!scan_at(s, *word))
			return scan_fault(s, "no JSON value");
	return true;
}

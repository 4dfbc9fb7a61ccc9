/* SPDX-License-Identifier: MIT */
/*
 * scan.h: passes the tokens of a JSON text (RFC 8259): space, strings,
 * numbers and literals. json.c makes a tree by it, json_pull.c values one by
 * one, and pinned/lock_digests.c of mcp-aggregate the parts of a large file:
 * they know which token may come next, and how many. Pure.
 *
 * Strict is what I-JSON (RFC 7493) carries: text that is not UTF-8, lone
 * surrogates and U+0000 are faults.
 */
#ifndef JSON_SCAN_H
#define JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>

/* A text, without a NUL behind it. */
struct json_scan {
	const char *p, *end; /* what is to be read next */
	const char *fault;   /* what is wrong at p, or NULL */
};

/* scan_fault(s, what): note what is wrong at s->p, or that the text ends there;
   false. */
bool scan_fault(struct json_scan *s, const char *what);

static inline bool scan_at(const struct json_scan *s, char c)
{
	return s->p < s->end && *s->p == c;
}

static inline bool scan_at_digit(const struct json_scan *s)
{
	return s->p < s->end && *s->p >= '0' && *s->p <= '9';
}

/* The bytes of a string that need more than being copied. */
extern const unsigned char scan_special[256];

/* The first byte from p on that is in the set, or the end; four in a step. */
static inline const char *scan_until(
	const unsigned char set[256], const char *p, const char *end)
{
	for (; end - p >= 4; p += 4) {
		if (set[(unsigned char)p[0]])
			return p;
		if (set[(unsigned char)p[1]])
			return p + 1;
		if (set[(unsigned char)p[2]])
			return p + 2;
		if (set[(unsigned char)p[3]])
			return p + 3;
	}
	while (p < end && !set[(unsigned char)*p])
		p++;
	return p;
}

static inline bool scan_is_space(int c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static inline void scan_space(struct json_scan *s)
{
	while (s->p < s->end && (unsigned char)*s->p <= ' ' &&
		scan_is_space(*s->p))
		s->p++;
}

/*
 * scan_inside(s): within a string, pass what stands for itself. True: an escape
 * or bytes that are not UTF-8 come next, for scan_escape; false: the closing
 * quote was passed, or there is a fault.
 */
bool scan_inside(struct json_scan *s);

/*
 * scan_escape(s, put, odd): pass an escape, or one byte that is not UTF-8. How
 * many bytes of a tree (json.h) it stands for, which are in put; 0: a fault.
 * *odd is NULL, or what I-JSON cannot carry about it.
 */
size_t scan_escape(struct json_scan *s, char put[4], const char **odd);

/*
 * scan_string(s): pass a string from its quote on, strictly.
 * scan_string_rest(s): likewise from a byte within it on.
 */
bool scan_string_rest(struct json_scan *s);
static inline bool scan_string(struct json_scan *s)
{
	s->p = scan_until(scan_special, s->p + 1, s->end);
	if (!scan_at(s, '"'))
		return scan_string_rest(s);
	s->p++;
	return true;
}

/* scan_number(s, whole): pass a number; *whole is where its fraction and its
   exponent begin, or would. */
bool scan_number(struct json_scan *s, const char **whole);

/* scan_literal(s): pass true, false or null. */
bool scan_literal(struct json_scan *s);

/*
 * scan_mark(p, end): the next bracket, brace or quote; end where there is none.
 * scan_quote(p, end, escaped): the quote that ends the string at p; end: the
 * string continues in the next piece, and *escaped, false at first, is for the
 * next call. Neither function checks the text.
 */
const char *scan_mark(const char *p, const char *end);
const char *scan_quote(const char *p, const char *end, bool *escaped);

/* scan_brackets(s): pass a list or an object likewise, from its bracket on: how
   many brackets are open is all that counts. */
bool scan_brackets(struct json_scan *s);

#endif

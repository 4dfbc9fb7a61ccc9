/*
 * grammar.c: a state machine over the text, with the open brackets on a
 * stack of its own, so that no text can exhaust the stack of the program. What
 * cJSON may read as it stands is copied in runs; `run` is where the current one
 * began.
 */
#include "json/grammar.h"

#include "base/chars.h"
#include "base/text.h"
#include "json/jcs.h"

#include <stdint.h>

/* cJSON itself stops at 1000. */
#define DEPTH_MAX 512

/* cJSON reads no number longer than this (version 1.7.15). */
#define NUMBER_MAX 63
/* An integer of so many bytes is read and written quickly. */
#define DIGITS_MAX 15

struct scan {
	const char *start, *p, *end;
	const char *run;
	const struct json_limits *limits;
	struct buf *out;
	struct json_fault *fault;
	struct json_budget *budget; /* or NULL */
	size_t values, most;
	size_t tree; /* bytes of memory that it will take */
	unsigned depth;
	char closing[DEPTH_MAX];     /* the bracket that each open one awaits */
	uint32_t members[DEPTH_MAX]; /* of each open object, so far */
};

/* The tokens that may come next. */
enum next {
	NEXT_VALUE,
	NEXT_VALUE_OR_CLOSE, /* behind a '[' */
	NEXT_KEY,
	NEXT_KEY_OR_CLOSE, /* behind a '{' */
	NEXT_REST,	   /* behind a value */
	NEXT_NOTHING,
	NEXT_FAULT
};

static bool refuse_as(struct scan *s, enum json_refusal kind, const char *at,
	const char *what)
{
	*s->fault = (struct json_fault) {
		.at = (size_t)(at - s->start) + 1, .what = what, .kind = kind};
	return false;
}

static bool refuse(struct scan *s, const char *what)
{
	return refuse_as(s, JSON_MALFORMED, s->p,
		s->p == s->end ? "the text ends too early" : what);
}

static enum next fault(struct scan *s, const char *what)
{
	refuse(s, what);
	return NEXT_FAULT;
}

/* RFC 8259 allows this; I-JSON, or our form of it, does not. */
static bool odd(struct scan *s, const char *at, const char *what)
{
	return !s->limits->i_json || refuse_as(s, JSON_MALFORMED, at, what);
}

/* The last value counts as n values. */
static bool count(struct scan *s, size_t n)
{
	const struct json_budget *b = s->budget;

	if (n > s->most - s->values)
		return refuse_as(s, JSON_TOO_COMPLEX, s->p, "too many values");
	if (b && s->tree > b->tree)
		return refuse_as(s, JSON_TOO_COMPLEX, s->p,
			"its tree would take too much memory");
	if (b && b->late && s->values % JSON_PACE + n >= JSON_PACE &&
		b->late(b->arg))
		return refuse_as(s, JSON_LATE, s->p, "no time was left");
	s->values += n;
	return true;
}

/* Copy what stands before `from`, then `put` in place of what is up to `to`. */
static void replace(struct scan *s, const char *from, const char *to,
	const char *put, size_t n)
{
	buf_add(s->out, s->run, (size_t)(from - s->run));
	buf_add(s->out, put, n);
	s->run = to;
}

static bool at(const struct scan *s, char c)
{
	return s->p < s->end && *s->p == c;
}

static bool at_digit(const struct scan *s)
{
	return s->p < s->end && *s->p >= '0' && *s->p <= '9';
}

/* One digit or more. */
static bool digits(struct scan *s)
{
	if (!at_digit(s))
		return refuse(s, "a digit is missing");
	while (at_digit(s))
		s->p++;
	return true;
}

static void shorten(struct scan *s, const char *from)
{
	char put[JCS_NUMBER];

	jcs_nearest(from, (size_t)(s->p - from), put);
	replace(s, from, s->p, put, strlen(put));
}

static bool number(struct scan *s)
{
	const char *from = s->p, *whole;

	if (at(s, '-'))
		s->p++;
	if (at(s, '0')) {
		s->p++;
		if (at_digit(s))
			return refuse(s, "a digit behind a leading zero");
	} else if (!digits(s)) {
		return false;
	}
	whole = s->p;
	if (at(s, '.')) {
		s->p++;
		if (!digits(s))
			return false;
	}
	if (at(s, 'e') || at(s, 'E')) {
		s->p++;
		if (at(s, '+') || at(s, '-'))
			s->p++;
		if (!digits(s))
			return false;
	}
	if (s->p - from > NUMBER_MAX)
		shorten(s, from);
	return !s->budget || (s->p == whole && s->p - from <= DIGITS_MAX) ||
		count(s, JSON_ODD - 1);
}

/* The code unit that "\uXXXX" at p stands for; -1 if that is not there. */
static long unit(const struct scan *s, const char *p)
{
	if (s->end - p < 6 || p[0] != '\\' || p[1] != 'u')
		return -1;
	return chars_hex_number(p + 2, 4, 4);
}

static bool unit_escape(struct scan *s)
{
	long u = unit(s, s->p);
	char put[4];

	if (u < 0)
		return refuse(s, "a \\u without four hexadecimal digits");
	s->p += 6;
	if (u == 0) {
		replace(s, s->p - 6, s->p, "\xc0\x80", 2);
		return odd(s, s->p - 6, "U+0000 in a string");
	}
	if (u < 0xd800 || u > 0xdfff)
		return true;
	if (u < 0xdc00) {
		long low = unit(s, s->p);

		if (low >= 0xdc00 && low <= 0xdfff) {
			s->p += 6;
			return true;
		}
	}
	replace(s, s->p - 6, s->p, put, text_put_utf8((uint32_t)u, put));
	return odd(s, s->p - 6, "a lone surrogate");
}

static bool escape(struct scan *s)
{
	if (s->end - s->p < 2)
		return refuse_as(
			s, JSON_MALFORMED, s->end, "the text ends too early");
	if (s->p[1] == 'u')
		return unit_escape(s);
	if (!memchr("\"\\/bfnrt", s->p[1], 8))
		return refuse(s, "an escape that JSON does not have");
	s->p += 2;
	return true;
}

/* A byte above 0x7f: a character of UTF-8, or not. */
static bool beyond_ascii(struct scan *s)
{
	size_t left = (size_t)(s->end - s->p);
	uint32_t cp;
	size_t len = text_utf8(s->p, left, &cp);

	if (len) {
		s->p += len;
		return true;
	}
	if (!odd(s, s->p, "bytes that are not UTF-8"))
		return false;
	/* C0 80 is how U+0000 stands in the tree. */
	if (left > 1 && memcmp(s->p, "\xc0\x80", 2) == 0)
		replace(s, s->p, s->p + 1, "\xff", 1);
	s->p++;
	return true;
}

static bool string(struct scan *s)
{
	const char *from = s->p++;

	for (;;) {
		while (s->p < s->end && (unsigned char)*s->p >= 0x20 &&
			(unsigned char)*s->p < 0x80 && *s->p != '"' &&
			*s->p != '\\')
			s->p++;
		if (s->p == s->end)
			return refuse(s, NULL);
		if (*s->p == '"') {
			s->p++;
			s->tree += JSON_STRING + (size_t)(s->p - from);
			return true;
		}
		if ((unsigned char)*s->p < 0x20)
			return refuse(s, "a control character in a string");
		if (*s->p == '\\' ? !escape(s) : !beyond_ascii(s))
			return false;
	}
}

static bool literal(struct scan *s, const char *word)
{
	for (; *word; word++, s->p++) {
		if (!at(s, *word))
			return refuse(s, "no JSON value");
	}
	return true;
}

static enum next open_bracket(struct scan *s)
{
	bool object = *s->p == '{';
	unsigned max = s->limits->depth;

	if (s->depth == (max < DEPTH_MAX ? max : DEPTH_MAX))
		return fault(s, "nested too deeply");
	s->members[s->depth] = 0;
	s->closing[s->depth++] = object ? '}' : ']';
	s->p++;
	return object ? NEXT_KEY_OR_CLOSE : NEXT_VALUE_OR_CLOSE;
}

static enum next close_bracket(struct scan *s)
{
	s->p++;
	s->depth--;
	return NEXT_REST;
}

static enum next value(struct scan *s)
{
	bool ok;

	s->tree += JSON_NODE;
	if (!count(s, 1))
		return NEXT_FAULT;
	switch (s->p < s->end ? *s->p : '\0') {
	case '{':
	case '[':
		return open_bracket(s);
	case '"':
		ok = string(s);
		break;
	case 't':
	case 'f':
	case 'n':
		ok = literal(s, *s->p == 't'   ? "true"
				: *s->p == 'f' ? "false"
					       : "null");
		break;
	default:
		ok = at(s, '-') || at_digit(s) ? number(s)
					       : refuse(s, "no JSON value");
	}
	return ok ? NEXT_REST : NEXT_FAULT;
}

static void skip_space(struct scan *s)
{
	while (at(s, ' ') || at(s, '\n') || at(s, '\t') || at(s, '\r'))
		s->p++;
}

static bool one_more_member(struct scan *s)
{
	size_t n = s->members[s->depth - 1]++;

	return !s->budget || n < s->budget->members ||
		refuse_as(s, JSON_TOO_MANY_KEYS, s->p,
			"an object with too many members");
}

static enum next key(struct scan *s)
{
	if (!at(s, '"'))
		return fault(s, "a key is missing");
	if (!one_more_member(s) || !count(s, 1) || !string(s))
		return NEXT_FAULT;
	skip_space(s);
	if (!at(s, ':'))
		return fault(s, "no colon behind a key");
	s->p++;
	return NEXT_VALUE;
}

static enum next rest(struct scan *s)
{
	char closing;

	if (!s->depth) {
		if (s->p == s->end)
			return NEXT_NOTHING;
		return fault(s, "something behind the end of the value");
	}
	closing = s->closing[s->depth - 1];
	if (at(s, closing))
		return close_bracket(s);
	if (at(s, ',')) {
		s->p++;
		return closing == '}' ? NEXT_KEY : NEXT_VALUE;
	}
	return fault(s, "neither a comma nor the closing bracket");
}

static enum next step(struct scan *s, enum next next)
{
	skip_space(s);
	switch (next) {
	case NEXT_VALUE_OR_CLOSE:
		return at(s, ']') ? close_bracket(s) : value(s);
	case NEXT_KEY_OR_CLOSE:
		return at(s, '}') ? close_bracket(s) : key(s);
	case NEXT_VALUE:
		return value(s);
	case NEXT_KEY:
		return key(s);
	default:
		return rest(s);
	}
}

bool json_grammar(const char *p, size_t n, const struct json_limits *limits,
	struct json_budget *budget, struct buf *out, struct json_fault *fault)
{
	struct scan s = {.start = p, .p = p, .end = p + n, .run = p,
		.limits = limits, .out = out, .fault = fault, .budget = budget,
		.most = limits->values};
	enum next next = NEXT_VALUE;

	if (budget && budget->values < s.most)
		s.most = budget->values;
	while (next < NEXT_NOTHING)
		next = step(&s, next);
	if (budget)
		budget->values -= s.values;
	/* The last value may have been too large a string. */
	if (next == NEXT_FAULT || !count(&s, 0))
		return false;
	replace(&s, s.end, s.end, "", 0);
	return true;
}

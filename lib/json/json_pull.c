#include "json/json_pull.h"

#include "base/chars.h"
#include "base/text.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A double holds every integer of this many digits. */
#define DIGITS_EXACT 15

struct pull pull_begin(const char *text)
{
	return (struct pull) {.p = text};
}

static bool malformed(struct pull *j)
{
	j->bad = true;
	j->p = "";
	return false;
}

static inline void space(struct pull *j)
{
	while ((unsigned char)*j->p <= ' ' && *j->p && strchr(" \n\r\t", *j->p))
		j->p++;
}

bool pull_end(struct pull *j)
{
	space(j);
	return !j->bad && !*j->p;
}

static bool enter(struct pull *j, char bracket)
{
	space(j);
	if (*j->p != bracket) {
		pull_skip(j);
		return false;
	}
	if (j->depth == PULL_DEPTH)
		return malformed(j);
	j->p++;
	j->depth++;
	j->first = true;
	return true;
}

bool pull_object(struct pull *j)
{
	return enter(j, '{');
}

bool pull_array(struct pull *j)
{
	return enter(j, '[');
}

/* Go on to what stands behind the bracket or the comma; false: the end. */
static inline bool next(struct pull *j, char close)
{
	space(j);
	if (*j->p == close) {
		j->p++;
		j->depth--;
		j->first = false;
		return false;
	}
	if (!j->first && *j->p++ != ',')
		return malformed(j);
	j->first = false;
	space(j);
	return true;
}

bool pull_item(struct pull *j)
{
	return !j->bad && next(j, ']');
}

/* Read "\…" at p; the bytes that it stands for, at most 4, or 0. */
static size_t escape(const char **p, char *put)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *e = (*p)[1] ? strchr(from, (*p)[1]) : NULL;
	long u, low;

	if (e) {
		*put = to[e - from];
		*p += 2;
		return 1;
	}
	u = (*p)[1] == 'u' ? chars_hex_number(*p + 2, 4, 4) : -1;
	if (u <= 0 || (u >= 0xdc00 && u <= 0xdfff))
		return 0;
	*p += 6;
	if (u >= 0xd800 && u <= 0xdbff) {
		low = **p == '\\' && (*p)[1] == 'u'
			? chars_hex_number(*p + 2, 4, 4)
			: -1;
		if (low < 0xdc00 || low > 0xdfff)
			return 0;
		*p += 6;
		u = 0x10000 + ((u - 0xd800) << 10) + (low - 0xdc00);
	}
	return text_put_utf8((uint32_t)u, put);
}

#define FOUR(x) x, x, x, x
#define SIXTEEN(x) FOUR(x), FOUR(x), FOUR(x), FOUR(x)
#define SIXTY_FOUR(x) SIXTEEN(x), SIXTEEN(x), SIXTEEN(x), SIXTEEN(x)

/* The bytes of a string that do not simply stand for themselves. */
static const unsigned char special[256] = {SIXTEEN(1), SIXTEEN(1), 0, 0,
	['"'] = 1, ['\\'] = 1, [0x80] = SIXTY_FOUR(1), SIXTY_FOUR(1)};

/* The first byte from p on that is in the set, as NUL is; four in a step. */
static inline const char *until(const unsigned char set[256], const char *p)
{
	for (;; p += 4) {
		if (set[(unsigned char)p[0]])
			return p;
		if (set[(unsigned char)p[1]])
			return p + 1;
		if (set[(unsigned char)p[2]])
			return p + 2;
		if (set[(unsigned char)p[3]])
			return p + 3;
	}
}

/* The end of the bytes at p that stand for themselves. */
static const char *plain(const char *p)
{
	for (;;) {
		uint32_t cp;
		size_t len;

		p = until(special, p);
		if ((unsigned char)*p < 0x80)
			return p;
		len = text_utf8(p, strnlen(p, 4), &cp);
		if (!len)
			return p;
		p += len;
	}
}

/* Go to the end of the string whose quote stands at j->p. */
static bool skip_string(struct pull *j)
{
	char none[4];

	j->p = until(special, j->p + 1);
	while (*j->p != '"') {
		j->p = plain(j->p);
		if (*j->p == '\\' ? !escape(&j->p, none) : *j->p != '"')
			return malformed(j);
	}
	j->p++;
	return true;
}

bool pull_string(struct pull *j, char *out, size_t size)
{
	size_t used = 0;
	bool fits = true;

	*out = '\0';
	space(j);
	if (*j->p != '"') {
		pull_skip(j);
		return false;
	}
	for (j->p++; *j->p != '"';) {
		char put[4];
		const char *from = j->p;
		size_t n = (size_t)(plain(from) - from);

		if (n) {
			j->p += n;
		} else {
			n = *from == '\\' ? escape(&j->p, put) : 0;
			if (!n)
				return malformed(j);
			from = put;
		}
		fits = fits && n < size - used;
		if (fits) {
			memcpy(out + used, from, n);
			used += n;
		}
	}
	j->p++;
	out[fits ? used : 0] = '\0';
	return fits;
}

bool pull_key(struct pull *j, const char **key)
{
	if (j->bad || !next(j, '}'))
		return false;
	*key = j->p + 1;
	if (*j->p != '"')
		return malformed(j);
	if (!skip_string(j))
		return false;
	space(j);
	return *j->p++ == ':' || malformed(j);
}

int pull_which(struct pull *j, const char *const *names, unsigned *seen)
{
	const char *key;
	int i = 0;

	if (!pull_key(j, &key))
		return -1;
	while (names[i] && (*key != *names[i] || !pull_is(key, names[i])))
		i++;
	if (names[i] && (*seen >> i & 1)) {
		malformed(j);
		return -1;
	}
	*seen |= 1u << i;
	return i;
}

static bool literal(struct pull *j, const char *word)
{
	const char *p = j->p;

	while (*word && *word == *p) {
		word++;
		p++;
	}
	if (*word)
		return false;
	j->p = p;
	return true;
}

bool pull_bool(struct pull *j, bool *v)
{
	space(j);
	if (literal(j, "true"))
		*v = true;
	else if (literal(j, "false"))
		*v = false;
	else
		return pull_skip(j), false;
	return true;
}

/* The brackets, the quote, and the end of the text. */
static const unsigned char marks[256] = {1, ['"'] = 1, ['['] = 1, [']'] = 1,
	['{'] = 1, ['}'] = 1};

/* The quote that ends the string at p, or the end of the text. */
static const char *passed(const char *p)
{
	for (p = until(special, p + 1); *p && *p != '"';
		p = until(special, p + 1))
		p += *p == '\\' && p[1];
	return p;
}

void pull_pass(struct pull *j)
{
	const char *p;
	unsigned open = 0;

	space(j);
	p = j->p;
	if (*p != '[' && *p != '{') {
		pull_skip(j);
		return;
	}
	do {
		p = until(marks, p);
		if (*p == '"')
			p = passed(p);
		else if (*p == '[' || *p == '{')
			open++;
		else if (*p)
			open--;
		if (!*p++) {
			malformed(j);
			return;
		}
	} while (open);
	j->p = p;
}

static size_t digits(const char *p)
{
	size_t n = 0;

	while (p[n] >= '0' && p[n] <= '9')
		n++;
	return n;
}

/* The end of the number at p; NULL where there is none. */
static const char *number_end(const char *p)
{
	size_t whole, n;

	p += *p == '-';
	whole = digits(p);
	if (!whole || (*p == '0' && whole > 1))
		return NULL;
	p += whole;
	if (*p == '.') {
		n = digits(++p);
		if (!n)
			return NULL;
		p += n;
	}
	if (*p == 'e' || *p == 'E') {
		p++;
		p += *p == '+' || *p == '-';
		n = digits(p);
		if (!n)
			return NULL;
		p += n;
	}
	return p;
}

/*
 * As strtod(3) reads it. The digits and the power of ten of most numbers are
 * exact in a double, and so is their quotient, as near as can be.
 */
static double value(const char *p, const char *end)
{
	double v = 0, power = 1;
	bool minus = *p == '-', point = false;

	if (end - p > DIGITS_EXACT + minus)
		return strtod(p, NULL);
	for (const char *c = p + minus; c < end; c++) {
		if (*c == '.') {
			point = true;
		} else if (*c < '0' || *c > '9') {
			return strtod(p, NULL);
		} else {
			v = v * 10 + (*c - '0');
			power = point ? power * 10 : power;
		}
	}
	return (minus ? -v : v) / power;
}

double pull_number(struct pull *j)
{
	const char *from, *end;

	space(j);
	from = j->p;
	end = *from == '-' || digits(from) ? number_end(from) : NULL;
	if (!end) {
		pull_skip(j);
		return NAN;
	}
	j->p = end;
	return value(from, end);
}

/* The recursion is as deep as PULL_DEPTH. */
void pull_skip(struct pull *j)
{
	const char *key;

	space(j);
	if (*j->p == '"') {
		skip_string(j);
	} else if (*j->p == '{' && pull_object(j)) {
		while (pull_key(j, &key))
			pull_skip(j);
	} else if (*j->p == '[' && pull_array(j)) {
		while (pull_item(j))
			pull_skip(j);
	} else if (!literal(j, "null") && !literal(j, "true") &&
		   !literal(j, "false")) {
		const char *end = number_end(j->p);

		if (end)
			j->p = end;
		else
			malformed(j);
	}
}

const char *pull_member(struct pull *j, const cJSON *o, const cJSON *member,
	size_t *n)
{
	/* The members are in the same order in the text and in the tree. */
	const cJSON *c = o->child;
	const char *found = "", *key;

	*n = 0;
	if (!pull_object(j))
		return found;
	while (pull_key(j, &key)) {
		const char *from = j->p + strspn(j->p, " \t\r\n");

		pull_skip(j);
		if (c && c == member && !j->bad) {
			found = from;
			*n = (size_t)(j->p - from);
		}
		c = c ? c->next : NULL;
	}
	return found;
}

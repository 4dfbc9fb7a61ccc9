/* SPDX-License-Identifier: MIT */
#include "json/json_pull.h"

#include "json/jcs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A double holds every integer of this many digits. */
#define DIGITS_EXACT 15

struct pull pull_begin(const char *p, size_t n)
{
	return (struct pull) {.s = {.p = p, .end = p + n}};
}

/* Nothing more is read. */
static bool malformed(struct pull *j)
{
	j->s.fault = "malformed";
	j->s.p = j->s.end;
	return false;
}

bool pull_end(struct pull *j)
{
	scan_space(&j->s);
	return !j->s.fault && j->s.p == j->s.end;
}

static bool enter(struct pull *j, char bracket)
{
	scan_space(&j->s);
	if (!scan_at(&j->s, bracket)) {
		pull_skip(j);
		return false;
	}
	if (j->depth == PULL_DEPTH)
		return malformed(j);
	j->s.p++;
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
static inline bool next_in(struct pull *j, char close)
{
	if (j->s.fault)
		return false;
	scan_space(&j->s);
	if (scan_at(&j->s, close)) {
		j->s.p++;
		j->depth--;
		j->first = false;
		return false;
	}
	if (!j->first) {
		if (!scan_at(&j->s, ','))
			return malformed(j);
		j->s.p++;
		scan_space(&j->s);
	}
	j->first = false;
	return true;
}

bool pull_item(struct pull *j)
{
	return next_in(j, ']');
}

bool pull_key(struct pull *j, const char **key)
{
	if (!next_in(j, '}'))
		return false;
	*key = j->s.p + 1;
	if (!scan_at(&j->s, '"') || !scan_string(&j->s))
		return malformed(j);
	scan_space(&j->s);
	if (!scan_at(&j->s, ':'))
		return malformed(j);
	j->s.p++;
	return true;
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

bool pull_bool(struct pull *j, bool *v)
{
	bool yes;

	scan_space(&j->s);
	yes = scan_at(&j->s, 't');
	if (!yes && !scan_at(&j->s, 'f')) {
		pull_skip(j);
		return false;
	}
	if (!scan_literal(&j->s))
		return malformed(j);
	*v = yes;
	return true;
}

bool pull_string(struct pull *j, char *out, size_t size)
{
	size_t used = 0;
	bool fits = true, more = true;

	*out = '\0';
	scan_space(&j->s);
	if (!scan_at(&j->s, '"')) {
		pull_skip(j);
		return false;
	}
	for (j->s.p++; more;) {
		const char *from = j->s.p, *odd = NULL;
		char put[4];
		size_t n;

		more = scan_inside(&j->s);
		n = (size_t)(j->s.p - from) - !more;
		if (more && !n) {
			n = scan_escape(&j->s, put, &odd);
			from = put;
		}
		if (j->s.fault || odd) {
			*out = '\0';
			return malformed(j);
		}
		fits = fits && n < size - used;
		if (fits) {
			memcpy(out + used, from, n);
			used += n;
		}
	}
	out[fits ? used : 0] = '\0';
	return fits;
}

/* As strtod(3) reads it. */
static double any_number(const char *p, size_t n)
{
	char text[JCS_NUMBER];

	if (n >= sizeof text) {
		jcs_nearest(p, n, text);
	} else {
		memcpy(text, p, n);
		text[n] = '\0';
	}
	return strtod(text, NULL);
}

/*
 * The digits and the power of ten of most numbers are exact in a double, and so
 * is their quotient, as near as can be.
 */
static double exact_number(const char *p, const char *end)
{
	double v = 0, power = 1;
	bool minus = *p == '-', point = false;

	if (end - p > DIGITS_EXACT + minus)
		return any_number(p, (size_t)(end - p));
	for (const char *c = p + minus; c < end; c++) {
		if (*c == '.') {
			point = true;
		} else if (*c < '0' || *c > '9') {
			return any_number(p, (size_t)(end - p));
		} else {
			v = v * 10 + (*c - '0');
			power = point ? power * 10 : power;
		}
	}
	return (minus ? -v : v) / power;
}

double pull_number(struct pull *j)
{
	const char *from, *whole;

	scan_space(&j->s);
	from = j->s.p;
	if (!scan_at(&j->s, '-') && !scan_at_digit(&j->s)) {
		pull_skip(j);
		return NAN;
	}
	if (scan_number(&j->s, &whole))
		return exact_number(from, j->s.p);
	malformed(j);
	return NAN;
}

/* The recursion is as deep as PULL_DEPTH. */
void pull_skip(struct pull *j)
{
	const char *key, *whole;
	bool ok = true;

	scan_space(&j->s);
	switch (j->s.p < j->s.end ? *j->s.p : '\0') {
	case '"':
		ok = scan_string(&j->s);
		break;
	case '{':
		if (pull_object(j))
			while (pull_key(j, &key))
				pull_skip(j);
		break;
	case '[':
		if (pull_array(j))
			while (pull_item(j))
				pull_skip(j);
		break;
	case 't':
	case 'f':
	case 'n':
		ok = scan_literal(&j->s);
		break;
	default:
		ok = scan_number(&j->s, &whole);
	}
	if (!ok)
		malformed(j);
}

void pull_pass(struct pull *j)
{
	scan_space(&j->s);
	if (!scan_at(&j->s, '[') && !scan_at(&j->s, '{'))
		pull_skip(j);
	else if (!scan_brackets(&j->s))
		malformed(j);
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
		const char *from;

		scan_space(&j->s);
		from = j->s.p;
		pull_skip(j);
		if (c && c == member && !j->s.fault) {
			found = from;
			*n = (size_t)(j->s.p - from);
		}
		c = c ? c->next : NULL;
	}
	return found;
}

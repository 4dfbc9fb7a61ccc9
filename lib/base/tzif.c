/* SPDX-License-Identifier: MIT */
#include "base/tzif.h"

#include <string.h>
#include <time.h>

#define DAY_S 86400
#define HOUR_S 3600
#define HEADER 44
#define FOOTER_MAX 128
#define NAMES_MAX 4096

/* The counts of a header, in its order. */
struct counts {
	uint32_t ut, std, leap, time, type, chars;
};

static uint32_t big32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
		(uint32_t)p[2] << 8 | p[3];
}

static int64_t instant(const unsigned char *p, size_t size)
{
	uint64_t v = big32(p);

	if (size == 4)
		return (int32_t)v;
	return (int64_t)(v << 32 | big32(p + 4));
}

/* Read a header from at least HEADER bytes. False: not a header, or refused. */
static bool read_header(const unsigned char *p, struct counts *c)
{
	if (memcmp(p, "TZif", 4) != 0)
		return false;
	*c = (struct counts) {big32(p + 20), big32(p + 24), big32(p + 28),
		big32(p + 32), big32(p + 36), big32(p + 40)};
	return c->time <= TZIF_TIMES && c->type <= TZIF_TYPES &&
		c->chars <= NAMES_MAX && c->ut <= TZIF_TYPES &&
		c->std <= TZIF_TYPES && c->leap == 0;
}

/* The length of the data after a header, with instants of that many bytes. */
static size_t body_size(const struct counts *c, size_t size)
{
	return c->time * (size + 1) + c->type * 6 + c->chars + c->std + c->ut;
}

static bool read_body(const unsigned char *p, const struct counts *c,
	size_t size, struct tzif *z)
{
	z->n_times = c->time;
	z->n_offsets = c->type;
	if (!c->type)
		return false;
	for (size_t i = 0; i < c->time; i++, p += size) {
		z->times[i] = instant(p, size);
		if (i && z->times[i] <= z->times[i - 1])
			return false;
	}
	for (size_t i = 0; i < c->time; i++) {
		z->types[i] = *p++;
		if (z->types[i] >= c->type)
			return false;
	}
	for (size_t i = 0; i < c->type; i++, p += 6) {
		z->offsets[i] = (int32_t)big32(p);
		if (z->offsets[i] <= -25 * HOUR_S ||
			z->offsets[i] >= 26 * HOUR_S)
			return false;
	}
	return true;
}

static bool literal(const char **s, char c)
{
	if (**s != c)
		return false;
	(*s)++;
	return true;
}

/* A number of up to three digits, at most max. */
static bool number(const char **s, int max, int *out)
{
	size_t n = strspn(*s, "0123456789");

	*out = 0;
	for (size_t i = 0; i < n && n <= 3; i++)
		*out = *out * 10 + (*s)[i] - '0';
	*s += n;
	return n && n <= 3 && *out <= max;
}

/* "[+-]hh[:mm[:ss]]" */
static bool span(const char **s, int max_h, int32_t *out)
{
	int sign = **s == '-' ? -1 : 1, h, m = 0, sec = 0;

	if (**s == '-' || **s == '+')
		(*s)++;
	if (!number(s, max_h, &h) ||
		(literal(s, ':') && (!number(s, 59, &m) ||
			(literal(s, ':') && !number(s, 59, &sec)))))
		return false;
	*out = sign * (h * HOUR_S + m * 60 + sec);
	return true;
}

/* "CET" or "<+0330>" */
static bool name(const char **s)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz";
	size_t n;

	if (!literal(s, '<')) {
		n = strspn(*s, letters);
		*s += n;
		return n >= 3;
	}
	n = strcspn(*s, ">");
	*s += n;
	return n >= 3 && literal(s, '>');
}

/* "M3.5.0/2", "J60" or "59" */
static bool day(const char **s, struct tzif_day *d)
{
	*d = (struct tzif_day) {.form = TZIF_DAY, .second = 2 * HOUR_S};
	if (literal(s, 'M')) {
		d->form = TZIF_WEEK;
		if (!number(s, 12, &d->month) || !d->month ||
			!literal(s, '.') || !number(s, 5, &d->week) ||
			!d->week || !literal(s, '.') || !number(s, 6, &d->day))
			return false;
	} else if (literal(s, 'J')) {
		d->form = TZIF_JULIAN;
		if (!number(s, 365, &d->day) || !d->day)
			return false;
	} else if (!number(s, 365, &d->day)) {
		return false;
	}
	return !literal(s, '/') || span(s, 167, &d->second);
}

/* "CET-1CEST,M3.5.0,M10.5.0/3": POSIX's TZ, whose offsets count westwards. */
static bool read_rule(const char *s, struct tzif_rule *r)
{
	int32_t west;

	r->known = true;
	if (!name(&s) || !span(&s, 24, &west))
		return false;
	r->winter = -west;
	r->summer = r->winter + HOUR_S;
	if (!*s)
		return true;
	r->changes = true;
	if (!name(&s))
		return false;
	if (*s != ',') {
		if (!span(&s, 24, &west))
			return false;
		r->summer = -west;
	}
	return literal(&s, ',') && day(&s, &r->start) && literal(&s, ',') &&
		day(&s, &r->end) && !*s;
}

/* The footer: "\nCET-1CEST,…\n", or "\n\n". */
static bool read_footer(const unsigned char *p, size_t n, struct tzif *z)
{
	char text[FOOTER_MAX + 1];
	const unsigned char *end;
	size_t len;

	if (n < 2 || *p != '\n')
		return false;
	end = memchr(p + 1, '\n', n - 1);
	len = end ? (size_t)(end - p) - 1 : 0;
	if (!end || len > FOOTER_MAX || memchr(p + 1, '\0', len))
		return false;
	memcpy(text, p + 1, len);
	text[len] = '\0';
	return !len || read_rule(text, &z->rule);
}

bool tzif_read(const unsigned char *p, size_t n, struct tzif *z)
{
	size_t size = 4, body;
	struct counts c;
	bool second;

	z->rule = (struct tzif_rule) {0};
	if (n < HEADER || n > TZIF_BYTES || !read_header(p, &c))
		return false;
	/* From version 2 on a second block has all of it again, in 64 bits. */
	second = p[4] >= '2';
	if (second) {
		body = HEADER + body_size(&c, size);
		if (n < body + HEADER || !read_header(p + body, &c))
			return false;
		p += body;
		n -= body;
		size = 8;
	}
	body = HEADER + body_size(&c, size);
	return n >= body && read_body(p + HEADER, &c, size, z) &&
		(!second || read_footer(p + body, n - body, z));
}

/* The first second of a day of a year; a day beyond its month is allowed. */
static int64_t date(int year, int month, int day)
{
	struct tm tm = {.tm_year = year - 1900, .tm_mon = month - 1,
		.tm_mday = day};

	return (int64_t)timegm(&tm);
}

/* The first second of the day on which the clocks change in that year. */
static int64_t day_of(const struct tzif_day *d, int year)
{
	int64_t first = date(year, d->form == TZIF_WEEK ? d->month : 1, 1);
	int64_t next, found;
	bool leap;

	if (d->form == TZIF_DAY)
		return first + (int64_t)d->day * DAY_S;
	if (d->form == TZIF_JULIAN) {
		leap = date(year, 3, 1) - first == 60 * DAY_S;
		return first + (int64_t)(d->day - 1 + (leap && d->day >= 60)) *
			DAY_S;
	}
	next = date(year, d->month + 1, 1);
	/* 1 January 1970 was a Thursday; +/- 1e13 s are within 2^31 weeks. */
	found = ((first / DAY_S + 4) % 7 + 7) % 7;
	found = first + ((d->day - found + 7) % 7 + 7 * (d->week - 1)) * DAY_S;
	while (found >= next)
		found -= (int64_t)7 * DAY_S;
	return found;
}

/* By the latest change that is not after t; of two at once summer wins. */
static int32_t rule_offset(const struct tzif_rule *r, int64_t t)
{
	int64_t latest = INT64_MIN;
	int32_t offset = r->winter;
	time_t local = (time_t)(t + r->winter);
	struct tm tm;

	if (!r->changes || !gmtime_r(&local, &tm))
		return r->winter;
	for (int y = tm.tm_year + 1899; y <= tm.tm_year + 1901; y++) {
		int64_t end = day_of(&r->end, y) + r->end.second - r->summer;
		int64_t start = day_of(&r->start, y) + r->start.second -
			r->winter;

		if (end <= t && end > latest) {
			latest = end;
			offset = r->winter;
		}
		if (start <= t && start >= latest) {
			latest = start;
			offset = r->summer;
		}
	}
	return offset;
}

int32_t tzif_offset(const struct tzif *z, int64_t t)
{
	size_t low = 0, high = z->n_times;

	if (z->rule.known && (!high || t >= z->times[high - 1]))
		return rule_offset(&z->rule, t);
	/* The first change after t is at `low` in the end. */
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (z->times[middle] <= t)
			low = middle + 1;
		else
			high = middle;
	}
	return z->offsets[low ? z->types[low - 1] : 0];
}

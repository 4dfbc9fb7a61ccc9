/* SPDX-License-Identifier: MIT */
#include "records/listing_row.h"

#include "base/num.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* In the order of enum verdict_colour. */
static const char colours[] = "gar";

static void put_figure(struct buf *b, const char *format, double v)
{
	buf_char(b, ' ');
	if (isnan(v))
		buf_char(b, '-');
	else
		buf_fmt(b, format, v);
}

void listing_row_put_state(struct buf *b, const struct listing_row *r)
{
	if (!r->published)
		return;
	buf_fmt(b, "%" PRId64 " %c %" PRId64, r->window, colours[r->verdict],
		r->since);
	put_figure(b, "%.2f", r->uptime_30d);
	put_figure(b, "%.0f", r->p95_ms);
	buf_fmt(b, " %d %s", r->sides, r->days);
}

static void put_text(struct buf *b, const char *s)
{
	buf_char(b, '\t');
	if (s)
		buf_str(b, s);
}

void listing_row_put_rest(struct buf *b, const char *account,
	const char *group, char *const *tags, size_t n_tags, const char *title)
{
	put_text(b, account);
	put_text(b, group);
	buf_char(b, '\t');
	for (size_t i = 0; i < n_tags; i++) {
		if (i)
			buf_char(b, ',');
		buf_str(b, tags[i]);
	}
	put_text(b, title);
}

/* The next word of the first part, which then ends in a NUL; NULL: none. */
static const char *next_word(char **p)
{
	char *s = *p;
	size_t n = strcspn(s, " ");

	if (!n)
		return NULL;
	*p = s + n + (s[n] == ' ');
	s[n] = '\0';
	return s;
}

static bool take_instant(char **p, int64_t *out)
{
	const char *s = next_word(p);
	long long v;

	if (!s || !num_parse(s, 0, (long long)NUM_EPOCH_MAX, &v))
		return false;
	*out = v;
	return true;
}

/* Digits, with or without a fraction; strtod takes much more. */
static bool take_figure(char **p, double max, double *out)
{
	const char *s = next_word(p);

	*out = NAN;
	if (!s || strcmp(s, "-") == 0)
		return s != NULL;
	if (s[strspn(s, "0123456789.")])
		return false;
	*out = 0;
	for (; *s >= '0' && *s <= '9'; s++)
		*out = *out * 10 + (*s - '0');
	for (double unit = 0.1; *s && *++s >= '0' && *s <= '9'; unit /= 10)
		*out += unit * (*s - '0');
	return !*s && *out <= max;
}

static bool read_days(const char *s, struct listing_row *r)
{
	static const char letters[] = {LISTING_DAY_DOWN, LISTING_DAY_PART,
		LISTING_DAY_WORK, LISTING_DAY_UP, LISTING_DAY_NONE, '\0'};

	if (!s || strlen(s) != LISTING_DAYS || s[strspn(s, letters)])
		return false;
	memcpy(r->days, s, sizeof r->days);
	return true;
}

static bool read_state(char *p, struct listing_row *r)
{
	const char *colour, *sides;

	if (!*p)
		return true;
	r->published = true;
	if (!take_instant(&p, &r->window))
		return false;
	colour = next_word(&p);
	if (!colour || colour[1] || !strchr(colours, *colour))
		return false;
	r->verdict = (enum verdict_colour)(strchr(colours, *colour) - colours);
	if (!take_instant(&p, &r->since) || !take_figure(&p, 100, &r->uptime_30d) ||
		!take_figure(&p, 1e9, &r->p95_ms))
		return false;
	sides = next_word(&p);
	r->sides = sides && strcmp(sides, "1") == 0;
	return sides && read_days(next_word(&p), r) && !*p;
}

bool listing_row_read(char *text, struct listing_row *r)
{
	const char **const rest[] = {&r->account, &r->group, &r->tags, &r->title};
	char *p = strchr(text, '\t');

	*r = (struct listing_row) {.uptime_30d = NAN, .p95_ms = NAN};
	memset(r->days, LISTING_DAY_NONE, LISTING_DAYS);
	for (size_t i = 0; i < sizeof rest / sizeof *rest; i++) {
		if (!p)
			return false;
		*p++ = '\0';
		*rest[i] = p;
		p = strchr(p, '\t');
	}
	return !p && read_state(text, r);
}

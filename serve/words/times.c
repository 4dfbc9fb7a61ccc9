/* SPDX-License-Identifier: MIT */
#include "words/words.h"

#include "base/clock.h"
#include "base/phrase.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* "29 Apr", and the year where it is not that of `near`; s is RFC 3339. */
static void put_date(struct buf *b, const char *s, const char *near)
{
	long month = strtol(s + 5, NULL, 10), day = strtol(s + 8, NULL, 10);

	buf_fmt(b, "%ld %.3s", day,
		phrase_months[month >= 1 && month <= 12 ? month - 1 : 0]);
	if (strncmp(s, near, 4) != 0)
		buf_fmt(b, " %.4s", s);
}

void times_instant(struct buf *b, int64_t t, double now)
{
	char s[CLOCK_RFC3339], near[CLOCK_RFC3339];

	clock_rfc3339(t, s);
	clock_rfc3339((int64_t)now, near);
	if (strncmp(s, near, 10) != 0) {
		put_date(b, s, near);
		buf_str(b, ", ");
	}
	buf_fmt(b, "%.5s UTC", s + 11);
}

void times_clock(struct buf *b, int64_t t)
{
	char s[CLOCK_RFC3339];

	clock_rfc3339(t, s);
	buf_fmt(b, "%.5s", s + 11);
}

void times_day(struct buf *b, int64_t day)
{
	char s[CLOCK_RFC3339];

	clock_rfc3339(day * 86400, s);
	put_date(b, s, s);
}

void times_span(struct buf *b, double s)
{
	int64_t min = (int64_t)(s / 60), h = min / 60, days = h / 24;

	if (min < 1)
		buf_str(b, "less than a minute");
	else if (h < 1)
		buf_fmt(b, "%" PRId64 " min", min);
	else if (days < 2)
		buf_fmt(b, "%" PRId64 " h", h);
	else
		buf_fmt(b, "%" PRId64 " days", days);
	if (h >= 1 && days < 2 && min % 60)
		buf_fmt(b, " %" PRId64 " min", min % 60);
	if (days >= 2 && h % 24)
		buf_fmt(b, " %" PRId64 " h", h % 24);
}

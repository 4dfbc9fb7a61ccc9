/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include "base/num.h"
#include "base/phrase.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static double seconds(clockid_t which)
{
	struct timespec ts;

	clock_gettime(which, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

double clock_wall(void)
{
	return seconds(CLOCK_REALTIME);
}

double clock_mono_ms(void)
{
	return seconds(CLOCK_MONOTONIC) * 1000;
}

int64_t clock_window(double t)
{
	return (int64_t)floor(t / 60) * 60;
}

/* Days from the epoch to a date of the Gregorian calendar. */
static int64_t days_from_date(int64_t y, int64_t m, int64_t d)
{
	int64_t era, yoe, doy;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	yoe = y - era * 400;
	doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static void two_digits(char *out, int64_t v)
{
	out[0] = (char)('0' + v / 10);
	out[1] = (char)('0' + v % 10);
}

/* 0000-03-01, the first day of an era of days_from_date; the end of 9999. */
#define EARLIEST (-719468 * INT64_C(86400))
#define LATEST INT64_C(253402300799)

/* The date is that of days_from_date, the other way round. */
void clock_rfc3339(int64_t t, char *out)
{
	int64_t day, doe, yoe, doy, month, year, s;

	memcpy(out, "1970-01-01T00:00:00Z", 21);
	if (t < EARLIEST || t > LATEST)
		return;
	day = (t - EARLIEST) / 86400;
	s = (t - EARLIEST) % 86400;
	doe = day % 146097;
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	month = (5 * doy + 2) / 153; /* from March on */
	year = day / 146097 * 400 + yoe + (month >= 10);
	two_digits(out, year / 100);
	two_digits(out + 2, year % 100);
	two_digits(out + 5, month < 10 ? month + 3 : month - 9);
	two_digits(out + 8, doy - (153 * month + 2) / 5 + 1);
	two_digits(out + 11, s / 3600);
	two_digits(out + 14, s / 60 % 60);
	two_digits(out + 17, s % 60);
}

/* Read n digits at *s, a number from lo to hi, and move *s past them. */
static bool digits(const char **s, int n, int64_t lo, int64_t hi, int64_t *out)
{
	int64_t v = 0;

	for (int i = 0; i < n; i++, (*s)++) {
		if (!isdigit((unsigned char)**s))
			return false;
		v = v * 10 + (**s - '0');
	}
	*out = v;
	return v >= lo && v <= hi;
}

static bool literal(const char **s, const char *any)
{
	if (!**s || !strchr(any, **s))
		return false;
	(*s)++;
	return true;
}

static int64_t days_in_month(int64_t y, int64_t m)
{
	static const int64_t days[] = {
		31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;

	return m == 2 && leap ? 29 : days[m - 1];
}

/* "Z", "+02:00" or "-05:30" to the end of the string, as seconds. */
static bool offset(const char *s, int64_t *out)
{
	int64_t h = 0, m = 0, sign = *s == '-' ? -1 : 1;

	if (*s == 'Z' || *s == 'z') {
		*out = 0;
		return s[1] == '\0';
	}
	if (!literal(&s, "+-") || !digits(&s, 2, 0, 23, &h) ||
		!literal(&s, ":") || !digits(&s, 2, 0, 59, &m))
		return false;
	*out = sign * (h * 3600 + m * 60);
	return *s == '\0';
}

bool clock_rfc3339_parse(const char *s, int64_t *out)
{
	int64_t y, mo, d, h, mi, sec, off;

	if (!digits(&s, 4, 0, 9999, &y) || !literal(&s, "-") ||
		!digits(&s, 2, 1, 12, &mo) || !literal(&s, "-") ||
		!digits(&s, 2, 1, 31, &d) || !literal(&s, "Tt ") ||
		!digits(&s, 2, 0, 23, &h) || !literal(&s, ":") ||
		!digits(&s, 2, 0, 59, &mi) || !literal(&s, ":") ||
		!digits(&s, 2, 0, 60, &sec))
		return false;
	if (d > days_in_month(y, mo))
		return false;
	if (*s == '.') {
		size_t n = strspn(s + 1, "0123456789");

		if (!n)
			return false;
		s += 1 + n;
	}
	if (!offset(s, &off))
		return false;
	*out = days_from_date(y, mo, d) * 86400 + h * 3600 + mi * 60 + sec -
		off;
	return true;
}

#define FIRST (1970 * 12)
#define LAST (9999 * 12 + 11)

bool month_parse(const char *s, int *out)
{
	long long year, month;
	char text[5];

	if (strlen(s) != MONTH_TEXT - 1 || s[4] != '-' ||
		strspn(s, "0123456789") != 4 ||
		strspn(s + 5, "0123456789") != 2)
		return false;
	memcpy(text, s, 4);
	text[4] = '\0';
	if (!num_parse(text, 1970, 9999, &year) ||
		!num_parse(s + 5 + (s[5] == '0'), 1, 12, &month))
		return false;
	*out = (int)(year * 12 + month - 1);
	return true;
}

bool month_valid(const char *s)
{
	int m;

	return month_parse(s, &m);
}

/* Days since the epoch up to the month, by the rule of leap years. */
static int64_t days_before(int m)
{
	static const int before[] = {
		0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
	int64_t y = m / 12, month = m % 12;
	/* The leap days are those of years that are over, and of this one. */
	int64_t past = month < 2 ? y - 1 : y;

	return (y - 1970) * 365 + before[month] +
	       (past / 4 - past / 100 + past / 400) -
	       (1969 / 4 - 1969 / 100 + 1969 / 400);
}

int64_t month_begin(int m)
{
	return days_before(m) * 86400;
}

int month_of(double t)
{
	int m = FIRST + (int)(floor(t / 86400) / 30.436875);

	/* The guess is a month off at most. */
	m = m < FIRST ? FIRST : m > LAST ? LAST : m;
	while (m > FIRST && (double)month_begin(m) > t)
		m--;
	while (m < LAST && (double)month_begin(m + 1) <= t)
		m++;
	return m;
}

const char *month_text(int m, char out[MONTH_TEXT])
{
	unsigned year = (unsigned)m / 12 % 10000, month = (unsigned)m % 12 + 1;

	snprintf(out, MONTH_TEXT, "%04u-%02u", year, month);
	return out;
}

const char *month_title(int m, char out[MONTH_TITLE])
{
	snprintf(out, MONTH_TITLE, "%s %u", phrase_months[(unsigned)m % 12],
		(unsigned)m / 12 % 10000);
	return out;
}

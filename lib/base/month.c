#include "base/month.h"

#include "base/num.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

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
	static const char *const names[] = {"January", "February", "March",
		"April", "May", "June", "July", "August", "September",
		"October", "November", "December"};

	snprintf(out, MONTH_TITLE, "%s %u", names[(unsigned)m % 12],
		(unsigned)m / 12 % 10000);
	return out;
}

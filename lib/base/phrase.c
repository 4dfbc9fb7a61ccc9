/* SPDX-License-Identifier: MIT */
#include "base/phrase.h"

#include "base/buf.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#define DAY_S 86400
/* Ages of more days are none. */
#define DAYS_MAX 9999999.0

const char *const phrase_months[12] = {"January", "February", "March", "April",
	"May", "June", "July", "August", "September", "October", "November",
	"December"};

const char *const phrase_weekdays[7] = {"Monday", "Tuesday", "Wednesday",
	"Thursday", "Friday", "Saturday", "Sunday"};

void phrase_and_more(struct buf *b, size_t shown, size_t n)
{
	if (shown < n)
		buf_fmt(b, " and %zu more", n - shown);
}

const char *phrase_age(double s, bool days, char out[PHRASE_AGE])
{
	int64_t n = s > 0 ? (int64_t)fmin(s, DAYS_MAX * DAY_S) : 0;
	int64_t unit = n < 60 ? 1 : n < 3600 ? 60 : 3600;
	char text[PHRASE_AGE];
	size_t at = sizeof text;

	if (days && n >= 2 * DAY_S)
		unit = DAY_S;
	text[--at] = '\0';
	text[--at] = unit == 1 ? 's' : unit == 60 ? 'm' : unit == 3600 ? 'h' : 'd';
	n /= unit;
	do
		text[--at] = (char)('0' + n % 10);
	while (n /= 10);
	return memcpy(out, text + at, sizeof text - at);
}

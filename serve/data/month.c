/*
 * month.c: the calendar is that of clock_rfc3339; a month after another begins
 * within the 31 days that follow the first day of that one.
 */
#include "data/month.h"

#include "base/clock.h"
#include "data/history.h"

#include <stdlib.h>
#include <string.h>

#define DAY_S 86400
/* 1 January 1970 was a Thursday. */
#define EPOCH_WEEKDAY 3

/* The day of the month. */
static int date_of(int64_t day, char s[CLOCK_RFC3339])
{
	clock_rfc3339(day * DAY_S, s);
	return (int)strtol(s + 8, NULL, 10);
}

struct month month_of(int64_t day)
{
	char s[CLOCK_RFC3339];
	struct month m = {.first = day - date_of(day, s) + 1};

	memcpy(m.name, s, MONTH_NAME - 1);
	m.days = 31 - date_of(m.first + 31, s) + 1;
	m.weekday = (int)((m.first + EPOCH_WEEKDAY) % 7);
	return m;
}

bool month_kept(const struct month *m, int64_t today)
{
	return m->first <= today && m->first + m->days > today - HISTORY_KEPT + 1;
}

bool month_find(const char *name, int64_t today, struct month *out)
{
	*out = month_of(today);
	while (month_kept(out, today)) {
		if (strcmp(out->name, name) == 0)
			return true;
		*out = month_of(out->first - 1);
	}
	return false;
}

void month_put(struct buf *b, const struct month *m)
{
	static const char *const names[] = {"January", "February", "March",
		"April", "May", "June", "July", "August", "September",
		"October", "November", "December"};
	long n = strtol(m->name + 5, NULL, 10);

	buf_fmt(b, "%s %.4s", names[n >= 1 && n <= 12 ? n - 1 : 0], m->name);
}

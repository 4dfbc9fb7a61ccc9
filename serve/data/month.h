/*
 * month.h: a month of the calendar, in UTC, and which of them are kept. Pure.
 */
#ifndef DATA_MONTH_H
#define DATA_MONTH_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

/* Room for "2026-11" and its NUL. */
#define MONTH_NAME 8

struct month {
	char name[MONTH_NAME]; /* "2026-11", its part of an address */
	int64_t first;	       /* its first day, epoch seconds / 86400 */
	int days;
	int weekday; /* of the first day; 0 is Monday */
};

/* month_of(day): the month that this epoch day is in. */
struct month month_of(int64_t day);

/* month_kept(m, today): whether something of it is kept: not of the future, nor
   older than HISTORY_KEPT days. */
bool month_kept(const struct month *m, int64_t today);

/* month_find(name, today, out): the kept month of that name; false: none has it. */
bool month_find(const char *name, int64_t today, struct month *out);

/* month_put(b, m): append "November 2026". */
void month_put(struct buf *b, const struct month *m);

#endif

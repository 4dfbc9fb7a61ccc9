/*
 * month.h: months of the calendar (UTC), as numbers that count one by one: the
 * year times 12, and the month of it from 0. Pure.
 */
#ifndef BASE_MONTH_H
#define BASE_MONTH_H

#include <stdbool.h>
#include <stdint.h>

/* Room for "2026-11" and its NUL; and for "November 2026". */
#define MONTH_TEXT 8
#define MONTH_TITLE 20

/*
 * month_parse(s, out): the month of "2026-11", from 1970 on; false where s is
 * not written like that. month_valid(s): whether it is. month_of(t): the month
 * that holds epoch second t.
 */
bool month_parse(const char *s, int *out);
bool month_valid(const char *s);
int month_of(double t);

/* month_text(m, out): "2026-11". month_title(m, out): "November 2026". */
const char *month_text(int m, char out[MONTH_TEXT]);
const char *month_title(int m, char out[MONTH_TITLE]);

/*
 * month_begin(m): its first second, since the epoch; that of the next month is
 * its end.
 */
int64_t month_begin(int m);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * clock.h: the two clocks, RFC 3339, and months of the calendar (UTC) as
 * numbers that count one by one: the year times 12, and the month of it from 0.
 * The pure parts of the programs never read a clock: they are given an instant.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* clock_wall(): seconds since the epoch, with a fraction. */
double clock_wall(void);

/* clock_mono_ms(): milliseconds of a clock that nobody sets: for durations. */
double clock_mono_ms(void);

/* clock_window(t): the start of the minute that holds the instant t. */
int64_t clock_window(double t);

/* Room for an RFC 3339 instant in seconds, the NUL included. */
#define CLOCK_RFC3339 32

/*
 * clock_rfc3339(t, out): "2026-04-29T20:31:00Z" for epoch second t (RFC 3339,
 * section 5.6). out has CLOCK_RFC3339 bytes. What has no year of four
 * digits is 1970-01-01T00:00:00Z.
 */
void clock_rfc3339(int64_t t, char *out);

/*
 * clock_rfc3339_parse(s, out): the epoch seconds of an RFC 3339 instant with
 * "Z" or a numeric offset; a fraction is dropped. False if `s` is not one.
 */
bool clock_rfc3339_parse(const char *s, int64_t *out);

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

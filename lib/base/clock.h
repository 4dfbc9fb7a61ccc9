/*
 * clock.h: the two clocks, and RFC 3339. The pure parts of the programs never
 * read a clock: they are given an instant.
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

#endif

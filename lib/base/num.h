/* SPDX-License-Identifier: MIT */
/*
 * num.h: numbers and durations from text: the whole text has to be one.
 */
#ifndef BASE_NUM_H
#define BASE_NUM_H

#include <stdbool.h>

/*
 * num_parse(s, min, max, out): a decimal integer from min to max. False, like
 * the functions below, and *out untouched, where s is anything else.
 */
bool num_parse(const char *s, long long min, long long max, long long *out);

/*
 * num_duration(s, min, max, out): a duration in seconds: a decimal number,
 * fraction allowed, with a unit of d, h, m, s or ms; or several, the largest
 * unit first: "1h30m". num_bare(s): whether s is a number without a unit, which
 * is no duration.
 */
bool num_duration(const char *s, double min, double max, double *out);
bool num_bare(const char *s);

/*
 * num_decimal(s, out): a decimal number, fraction allowed, from 0 to
 * NUM_EPOCH_MAX: epoch seconds up to the year 5138.
 */
bool num_decimal(const char *s, double *out);

/* The largest instant that is accepted anywhere: 1e11 seconds. */
#define NUM_EPOCH_MAX 1e11

#endif

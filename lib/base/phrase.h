/* SPDX-License-Identifier: MIT */
/*
 * phrase.h: pieces of sentences that all programs write alike.
 */
#ifndef BASE_PHRASE_H
#define BASE_PHRASE_H

#include <stdbool.h>
#include <stddef.h>

struct buf;

/*
 * "January" to "December"; "Monday" to "Sunday". "%.3s" makes "Jan" and "Mon" of
 * them.
 */
extern const char *const phrase_months[12];
extern const char *const phrase_weekdays[7];

/*
 * phrase_and_more(b, shown, n): append " and 3 more" where only some of n names are
 * shown; nothing where all are.
 */
void phrase_and_more(struct buf *b, size_t shown, size_t n);

/*
 * phrase_age(s, days, out): an age, "37s", "12m", "3h", and with `days` from two
 * of them on "4d": at most 8 characters then. Returns out.
 */
#define PHRASE_AGE 24
const char *phrase_age(double s, bool days, char out[PHRASE_AGE]);

#endif

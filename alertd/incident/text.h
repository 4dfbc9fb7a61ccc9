/*
 * text.h: the parts of a sentence that a woken person reads. Pure.
 */
#ifndef INCIDENT_TEXT_H
#define INCIDENT_TEXT_H

#include "base/buf.h"
#include "base/strings.h"

#include <stdint.h>

/* "a", "a and b", "a, b and c"; of more than six, how many more. */
void phrase_regions(struct buf *b, const struct strings *l);

/* The same of their cities, where these are known. */
void phrase_cities(struct buf *b, const struct strings *l);

/* "40 s", "27 min", "1 h 30 min", "3 d 4 h". */
void phrase_duration(struct buf *b, long long s);

/* "14:32", with the day before it where that is wanted. */
void phrase_time(struct buf *b, int64_t t, bool day);

#endif

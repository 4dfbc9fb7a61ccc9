/*
 * times.h: instants, days and durations as texts, in UTC; pages have them as markup
 * (pages/html.h). None of these has a character that markup would need to escape.
 * Pure.
 */
#ifndef DATA_TIMES_H
#define DATA_TIMES_H

#include "base/buf.h"

#include <stdint.h>

/*
 * times_instant(b, t, now): append "20:31 UTC"; on another day than now, "29 Apr,
 * 20:31 UTC". times_clock(b, t): "20:31". times_day(b, day): the date of an epoch
 * day, "29 Apr". times_span(b, s): a duration, "12 min", "3 h 20 min",
 * "2 days 4 h".
 */
void times_instant(struct buf *b, int64_t t, double now);
void times_clock(struct buf *b, int64_t t);
void times_day(struct buf *b, int64_t day);
void times_span(struct buf *b, double s);

#endif

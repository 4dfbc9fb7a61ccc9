/*
 * when.h: instants, days and durations as texts, in UTC; pages have them as markup
 * (pages/html.h). None of these has a character that markup would need to escape.
 * Pure.
 */
#ifndef DATA_WHEN_H
#define DATA_WHEN_H

#include "base/buf.h"

#include <stdint.h>

/*
 * when_instant(b, t, now): append "20:31 UTC", with its date where that is not the
 * one of now: "29 Apr, 20:31 UTC". when_clock(b, t): "20:31". when_day(b, day): the
 * date of an epoch day: "29 Apr". when_span(b, s): a duration: "12 min",
 * "3 h 20 min", "2 days 4 h".
 */
void when_instant(struct buf *b, int64_t t, double now);
void when_clock(struct buf *b, int64_t t);
void when_day(struct buf *b, int64_t day);
void when_span(struct buf *b, double s);

#endif

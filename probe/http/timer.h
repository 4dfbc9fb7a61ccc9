/*
 * timer.h: functions to be called after a time, from the loop of http_turn.
 */
#ifndef HTTP_TIMER_H
#define HTTP_TIMER_H

#include <stddef.h>

struct timer; /* opaque */

struct timers {
	struct timer *first; /* in no order */
};

/*
 * timers_add(ts, ms, fn, arg): call fn(arg) from timers_turn once ms have
 * passed. Until then the timer that is returned lives.
 */
struct timer *timers_add(struct timers *ts, double ms, void (*fn)(void *arg),
	void *arg);

/* timers_cancel(t): free t without calling its function; NULL is fine. */
void timers_cancel(struct timer *t);

/*
 * timers_turn(ts, max_ms): call what is due. Returns the milliseconds until the
 * next timer is due, at most max_ms.
 */
double timers_turn(struct timers *ts, double max_ms);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * deadline.h: the time by which a probe or a request has to end, and how much
 * of it this machine lost, being busy or stopped; and timers, the functions
 * that the loop of http_turn calls after a time.
 */
#ifndef HTTP_DEADLINE_H
#define HTTP_DEADLINE_H

#include <stdbool.h>

/* The time that a loop lost; {0} before it runs. */
struct lost_time {
	double due_ms; /* monotonic: when the loop should be back */
	double ms;     /* lost until then */
};

struct deadline {
	double at_ms;	/* monotonic */
	double total_s; /* from when it was set */
	const struct lost_time *lost; /* of the loop that it is met in */
	double lost_ms; /* what that had lost when it was set */
};

/*
 * deadline_expect(l, ms): the loop will call this again within ms milliseconds.
 * By how much it is late then counts as lost.
 */
void deadline_expect(struct lost_time *l, double ms);

/* deadline_set(d, l, total_s): it is that many seconds from now. l must live as
   long as d. */
void deadline_set(
	struct deadline *d, const struct lost_time *l, double total_s);

/* deadline_left(d): milliseconds until then; below 0 once it is over. */
double deadline_left(const struct deadline *d);

/* deadline_over(d): whether it has come. */
bool deadline_over(const struct deadline *d);

/*
 * deadline_held_up(d, why): whether at least half of the time since d was set
 * was lost, and at least 2 s: what did not come in time is then no failure of a
 * server. why gets a sentence that says so, DEADLINE_WHY bytes at most.
 */
#define DEADLINE_WHY 128
bool deadline_held_up(const struct deadline *d, char *why);

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

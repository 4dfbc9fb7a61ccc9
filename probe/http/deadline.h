/*
 * deadline.h: the time by which a probe or a request has to end, and how much
 * of it this machine lost: it was busy, or the process was stopped.
 */
#ifndef HTTP_DEADLINE_H
#define HTTP_DEADLINE_H

#include <stdbool.h>

struct deadline {
	double at_ms;	/* monotonic */
	double total_s; /* from when it was set */
	double lost_ms; /* what the process had lost by then */
};

/*
 * deadline_expect(ms): the loop will call this again within ms milliseconds. By
 * how much it is late then counts as lost, for all deadlines of the process.
 */
void deadline_expect(double ms);

/* deadline_set(d, total_s): it is that many seconds from now. */
void deadline_set(struct deadline *d, double total_s);

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

#endif

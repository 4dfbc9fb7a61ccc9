/*
 * deadline.h: the one time by which a probe has to end, whatever its requests
 * take.
 */
#ifndef HTTP_DEADLINE_H
#define HTTP_DEADLINE_H

#include <stdbool.h>

struct deadline {
	double at_ms;	/* monotonic */
	double total_s; /* what the whole probe has, for people */
};

/* deadline_set(d, total_s): it is that many seconds from now. */
void deadline_set(struct deadline *d, double total_s);

/* deadline_left(d): milliseconds until then; below 0 once it is over. */
double deadline_left(const struct deadline *d);

/* deadline_over(d): whether it has come. */
bool deadline_over(const struct deadline *d);

#endif

/*
 * check_coverage.h: whether a configuration leaves somebody out: every kind of event,
 * of every server that the routes tell apart, at every time of a week that they
 * tell apart, is rehearsed. Pure, but for the system's database of time zones.
 */
#ifndef COMMANDS_CHECK_COVERAGE_H
#define COMMANDS_CHECK_COVERAGE_H

#include "conf/conf.h"
#include "records/alert.h"

#include <stdbool.h>
#include <stddef.h>

/* Instants, epoch seconds. */
struct instants {
	double *v;
	size_t n, cap;
};

/*
 * check_coverage_week(c, now, out): `now`, and when within a week from it a time
 * begins at which others are at work, or reached, than at those before it in
 * *out. free(out->v).
 */
void check_coverage_week(const struct conf *c, double now, struct instants *out);

/* check_coverage_happens(kind, severity): whether there are such events. */
bool check_coverage_happens(enum alert_kind kind, enum severity severity);

/*
 * check_coverage(c, now, doubt, arg): what is doubtful goes to doubt, a text
 * each: a route that no event can reach, and a time at which a P1 would be told
 * to nobody at once, or only to routes that are not told at such times.
 */
void check_coverage(const struct conf *c, double now,
	void (*doubt)(void *arg, const char *text), void *arg);

#endif

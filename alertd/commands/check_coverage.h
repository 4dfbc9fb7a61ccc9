/*
 * check_coverage.h: whether a configuration has gaps. It asks what_if for every
 * kind of event, of every server and at every time of a week that routes and
 * ladders tell apart. Pure, but for the system's database of time zones.
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
 * check_coverage_week(c, now, out): fill *out with `now` and those instants of
 * the week after it at which other people are at work, or other routes reached,
 * than at any earlier instant in *out. free(out->v).
 */
void check_coverage_week(
	const struct conf *c, double now, struct instants *out);

/* check_coverage_happens(kind, severity): whether there are such events. */
bool check_coverage_happens(enum alert_kind kind, enum severity severity);

/*
 * check_coverage(c, now, doubt, arg): call doubt with a text for each gap: a
 * route that no event can reach, and a time at which a P1 would reach nobody at
 * once, or only routes outside their hours.
 */
void check_coverage(const struct conf *c, double now,
	void (*doubt)(void *arg, const char *text), void *arg);

#endif

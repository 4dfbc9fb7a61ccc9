/*
 * check_coverage.h: whether a configuration has gaps: it looks up the policy of
 * every kind of event, of every server that policies tell apart. Pure.
 */
#ifndef COMMANDS_CHECK_COVERAGE_H
#define COMMANDS_CHECK_COVERAGE_H

#include "conf/conf.h"
#include "records/alert.h"

#include <stdbool.h>

/* check_coverage_happens(kind, severity): whether there are such events. */
bool check_coverage_happens(enum alert_kind kind, enum severity severity);

/*
 * check_coverage(c, doubt, arg): call doubt with a text for each gap: a P1 that
 * would reach nobody at once, a route that no event can reach, a policy that no
 * event comes to, and events that no policy matches.
 */
void check_coverage(const struct conf *c,
	void (*doubt)(void *arg, const char *text), void *arg);

#endif

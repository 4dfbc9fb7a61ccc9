/*
 * recovery.h: how an incident ends: a number of windows in a row pass. A window
 * counts once, and none passes in which the incident failed. Pure.
 */
#ifndef INCIDENT_RECOVERY_H
#define INCIDENT_RECOVERY_H

#include "incident/event.h"
#include "incident/state.h"

/*
 * recovery_pass(inc, window, needed): count a passing window. True once
 * `needed` have passed in a row: the incident is over since inc->passed_since.
 */
bool recovery_pass(struct incident *inc, int64_t window, int needed);

/* recovery_reset(inc): no window has passed since the last failing one. */
void recovery_reset(struct incident *inc);

/*
 * recovery_end(st, kind, at, out): tell that the incident is over, or, if it
 * began in minutes that were judged late, that it was; then close it. In a
 * maintenance an incident of which somebody was told stays open: its end is
 * told after the maintenance.
 */
void recovery_end(struct alert_state *st, enum alert_kind kind, double at,
	struct alert_events *out);

#endif

/*
 * incident.h: what all incidents share, whatever they are of: windows that
 * hold them open, windows that pass, the end, and reminders. A window counts
 * once; one in which it was bad is no pass. Pure.
 */
#ifndef INCIDENT_INCIDENT_H
#define INCIDENT_INCIDENT_H

#include "conf/conf.h"
#include "incident/event.h"
#include "incident/state.h"

/*
 * incident_open(inc, severity, first, window, count): open an incident that
 * was not open: its first bad window, that which confirmed it, and how many bad
 * ones there were so far.
 */
void incident_open(struct incident *inc, enum severity severity,
	int64_t first, int64_t window, int count);

/* incident_hold(inc, window): that window is a bad one. */
void incident_hold(struct incident *inc, int64_t window);

/*
 * incident_pass(inc, window, needed): that window passes. True once `needed`
 * have passed in a row: then it is over, as of passed_since.
 */
bool incident_pass(struct incident *inc, int64_t window, int needed);

/*
 * incident_end(st, kind, at, out): tell that it is over, or of one that is late
 * that it was, and close it; which waits for the end of a maintenance where
 * somebody was, or is to be, told of it.
 */
void incident_end(struct alert_state *st, enum alert_kind kind, double at,
	struct alert_events *out);

/*
 * incident_due(inc, p, now): whether a reminder is due; it is not again before
 * the next one. One that is about to end wakes nobody.
 */
bool incident_due(struct incident *inc, const struct conf_policy *p,
	double now);

/* incidents_tick(st, p, now, out): the reminders of what is no downtime. */
void incidents_tick(struct alert_state *st, const struct conf_policy *p,
	double now, struct alert_events *out);

/*
 * incident_heal(inc, now): what was set by a clock that was ahead of what it
 * can be is set now, for it would hold everything up until then.
 */
void incident_heal(struct incident *inc, double now);

/* incident_restart(inc): count anew, for the clock was wrong. */
void incident_restart(struct incident *inc);

#endif

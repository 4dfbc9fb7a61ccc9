/* SPDX-License-Identifier: MIT */
/*
 * maintenance_hold.h: a maintenance suppresses what it breaks. Incidents begin,
 * get worse and end as ever, but nobody is notified; some time after the end of
 * the maintenance those that still fail are sent. Pure.
 *
 * A route that was notified of the beginning of an incident is sent its end,
 * after the maintenance if need be: until then the incident stays open. An
 * incident of which nobody was notified ends without an event to anybody.
 */
#ifndef INCIDENT_MAINTENANCE_HOLD_H
#define INCIDENT_MAINTENANCE_HOLD_H

#include "conf/conf.h"
#include "incident/event.h"
#include "incident/state.h"
#include "records/maintenance.h"

/*
 * maintenance_hold_note(st, o, t): note which maintenance of that server is on
 * at t, if any: o, as maintenance_at found it, is copied. Call it before the
 * machine is asked about t.
 */
void maintenance_hold_note(
	struct alert_state *st, const struct occurrence *o, double t);

/*
 * maintenance_hold_judge(st, p, now, out, from): mark the events of `out` from
 * index `from` on that are suppressed, and append what the end of a maintenance
 * brings about. A downtime that still fails p->overrun_s after that end becomes
 * a maintenance_overrun, P1, which supersedes it. Any other incident that still
 * fails then is sent, if it was not before.
 */
void maintenance_hold_judge(struct alert_state *st, const struct conf_policy *p,
	double now, struct alert_events *out, size_t from);

/*
 * maintenance_hold_late(st, now, out, from): the same for a minute that was
 * judged late, of which nothing is sent now: an incident that began late within
 * a maintenance is suppressed, and nobody was notified of it.
 */
void maintenance_hold_late(struct alert_state *st, double now,
	struct alert_events *out, size_t from);

#endif

/*
 * maintenance_hold.h: nobody is told of what a maintenance breaks. Incidents
 * begin, get worse and end as ever; what would be told of them is held, and
 * whether they were a matter of the maintenance is judged after its end. Pure.
 *
 * Whoever was told of the beginning of an incident is told of its end, after
 * the maintenance if need be: until then it stays open. One of which nobody was
 * told ends unheard.
 */
#ifndef INCIDENT_MAINTENANCE_HOLD_H
#define INCIDENT_MAINTENANCE_HOLD_H

#include "conf/conf.h"
#include "incident/event.h"
#include "incident/state.h"
#include "records/maintenance_window.h"

/*
 * maintenance_hold_note(st, o, t): what maintenance of that server it is time
 * for at t, as maintenance_at says it; before the machine is asked about t. It
 * is copied.
 */
void maintenance_hold_note(
	struct alert_state *st, const struct occurrence *o, double t);

/*
 * maintenance_hold_judge(st, p, now, out, from): mark those events of `out`,
 * from that one on, that are held; and append what the end of a maintenance
 * brings about. A downtime that is there p->overrun_s after it, and fails then,
 * is told of as maintenance_overrun, P1, and folded into that. Another incident
 * is told of then, if it was not before.
 */
void maintenance_hold_judge(struct alert_state *st, const struct conf_policy *p,
	double now, struct alert_events *out, size_t from);

/*
 * maintenance_hold_late(st, now, out, from): the same at a minute that was
 * judged late, of which nothing is told now: what began late within a
 * maintenance is held as everything is, and unheard.
 */
void maintenance_hold_late(struct alert_state *st, double now,
	struct alert_events *out, size_t from);

#endif

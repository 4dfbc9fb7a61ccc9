/* SPDX-License-Identifier: MIT */
/*
 * machine.h: the state machine of mcp-incidents(7). What is known of a server
 * and a verdict, or only an instant, go in; what is known then and the events
 * that happened come out. Pure: no clock, no I/O, so a recorded night can be
 * run again. Its best documentation are the tables of nights in
 * tests/unit/alertd/test_machine.c: the verdicts of a night, and what is sent.
 *
 * The life of an incident:
 *
 * - suspected: a region fails; its windows in a row are counted
 *   (confirmation.h).
 * - open: the regions agree, or a row is long enough (confirmation.h).
 * - notified: who is notified (routing/routing.h) is noted in the incident.
 * - escalated: a deeper layer fails, or P2 becomes P1, at once or by its age
 *   (machine.c); nobody acknowledged it in time (routing/escalation.c).
 * - reminded of: it lasts (incident.h).
 * - acknowledged: somebody looks after it, and nobody else is called
 *   (incident.h).
 * - recovering: windows pass; one that fails starts anew (recovery.h). A
 *   downtime passes too where regions fail that do not agree.
 * - flapping: it is one of many in a short time, and ends later (recovery.h).
 * - resolved: enough windows in a row passed (recovery.h). If regions still
 *   fail when a downtime ends, they begin a regional incident in that window,
 *   which follows from it.
 *
 * Aside from that: in a maintenance it is suppressed, and sent after it or
 * never (maintenance_hold.h). If its minutes were judged late, it is sent once
 * a verdict on the present asks for it, or once it is over (machine.c).
 *
 * At most one of downtime, regional and rate_limited speaks. A regional one
 * that turns out to be a downtime is superseded: it stays open, says nothing,
 * and is resolved together with the downtime, so that a route that was notified
 * of its beginning is sent its end under the same key. The other kinds
 * (degradation, divergence, tool_drift, probe_silent and others) stand beside
 * these.
 *
 * Call maintenance_hold_note (maintenance_hold.h) for an instant before either
 * function here is asked about it.
 */
#ifndef INCIDENT_MACHINE_H
#define INCIDENT_MACHINE_H

#include "conf/conf.h"
#include "incident/event.h"
#include "incident/state.h"
#include "records/verdict.h"

/*
 * machine_verdict(st, v, p, now, out): take verdict v into account and append
 * its events to out. The clock is that of the verdict: its window is that of
 * its newest probe, and what time brings about happens as of v->window. `now`
 * is the clock of this machine, or INFINITY. If a window in st begins, or was
 * counted, more than STATE_WINDOW_AHEAD_S after now, a clock was ahead: such
 * windows would hide later ones, and are forgotten; instants in incidents
 * become now.
 */
void machine_verdict(struct alert_state *st, const struct verdict *v,
	const struct conf_policy *p, double now, struct alert_events *out);

/*
 * machine_tick(st, p, now, out): do what time alone brings about: a downtime of
 * P2 that lasts becomes P1, reminders, acknowledgements that expire, the end of
 * a maintenance.
 */
void machine_tick(struct alert_state *st, const struct conf_policy *p,
	double now, struct alert_events *out);

#endif

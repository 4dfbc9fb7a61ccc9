/*
 * machine.h: the state machine of mcp-alert(1). What is known of a server and a
 * verdict, or only an instant, in; what is known then and what has happened,
 * out. Pure: no clock, no I/O, so that a recorded night can be run again.
 *
 * At any time at most one incident that says that a server cannot be used
 * speaks; what its regions see of its tools, and who is silent, stand beside
 * it and never touch it. A regional one that turns out to be a downtime is
 * folded into it: it stays open and says nothing, and is resolved together with
 * it, so that whoever was told of its beginning is told of its end under the
 * same key.
 *
 * Before either function is asked about an instant, maintenance_hold_note
 * (maintenance_hold.h) says what maintenance it is time for then.
 */
#ifndef INCIDENT_MACHINE_H
#define INCIDENT_MACHINE_H

#include "conf/conf.h"
#include "incident/event.h"
#include "incident/state.h"
#include "records/verdict.h"

/*
 * machine_verdict(st, v, p, now, out): take a verdict into account. Its own
 * clock decides: what counts is the window of its newest probe, and what time
 * brings about is done as of v->window. `now` is the clock of the machine it
 * runs on, or INFINITY: windows that were counted from further ahead than that
 * clock can be wrong are forgotten, for they would hide everything until then;
 * and what was noted of incidents that far ahead is noted anew, as of now.
 */
void machine_verdict(struct alert_state *st, const struct verdict *v,
	const struct conf_policy *p, double now, struct alert_events *out);

/*
 * machine_tick(st, p, now, out): do what time alone brings about: a downtime
 * of P2 that becomes P1, reminders.
 */
void machine_tick(struct alert_state *st, const struct conf_policy *p,
	double now, struct alert_events *out);

#endif

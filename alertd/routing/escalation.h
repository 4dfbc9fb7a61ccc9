/*
 * escalation.h: while nobody acknowledges an incident, the steps of its policy
 * tell more and more people of it. Pure: the clock is that of the input.
 */
#ifndef ROUTING_ESCALATION_H
#define ROUTING_ESCALATION_H

#include "conf/conf.h"
#include "incident/event.h"
#include "incident/state.h"

/* The name of the policy for a P1 that no policy of the configuration matches. */
#define ESCALATION_DEFAULT "default"

/*
 * escalate(c, st, now, from, out): take the steps of its policy that are due
 * for each open incident of a server, unless the incident is superseded,
 * acknowledged, suppressed or recovering. One of the events of this instant,
 * those of `out` from index `from` on, gets `steps`, the routes that a step
 * tells; where there is none, a new one is appended. c may be NULL: there are
 * no steps.
 */
void escalate(const struct conf *c, struct alert_state *st, double now,
	size_t from, struct alert_events *out);

/*
 * escalation_due(c, st, kind, now, routes): when the next step of an open
 * incident is due, as escalate left it, by the policy that matches now. INFINITY:
 * there is none. The routes that it notifies are added to `routes`, which may be
 * NULL.
 */
double escalation_due(const struct conf *c, struct alert_state *st,
	enum alert_kind kind, double now, struct strings *routes);

#endif

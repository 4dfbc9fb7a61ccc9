/*
 * escalation.h: while nobody acknowledges an incident, the steps of a ladder
 * tell more and more people of it. Pure: the clock is that of the input.
 */
#ifndef ROUTING_ESCALATION_H
#define ROUTING_ESCALATION_H

#include "conf/conf.h"
#include "incident/event.h"
#include "incident/state.h"

/* The name of the ladder where the configuration has none. */
#define ESCALATION_USUAL "default"

/*
 * escalate(c, st, now, from, out): put each open incident of a server on its
 * ladder and take the steps that are due, unless the incident is superseded,
 * acknowledged, suppressed or recovering. The events of this instant, those of
 * `out` from index `from` on, get `steps`, the routes that a step tells, and
 * `later`, the routes that only the ladder tells. A step for which there is no
 * such event appends one of its own. c may be NULL: there are no ladders.
 */
void escalate(const struct conf *c, struct alert_state *st, double now,
	size_t from, struct alert_events *out);

/*
 * escalation_due(c, st, kind): when the next step of an open incident is due,
 * as escalate left it; INFINITY where there is none.
 */
double escalation_due(const struct conf *c, struct alert_state *st,
	enum alert_kind kind);

#endif

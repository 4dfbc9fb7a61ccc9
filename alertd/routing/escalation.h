/*
 * escalation.h: who else is told of an incident while nobody acknowledges it.
 * Pure: the clock is that of the input.
 */
#ifndef ROUTING_ESCALATION_H
#define ROUTING_ESCALATION_H

#include "conf/conf.h"
#include "incident/event.h"
#include "incident/state.h"

/* The ladder that is climbed where the configuration has none. */
#define ESCALATION_USUAL "default"

/*
 * escalate(c, st, now, from, out): put each open incident of a server on
 * the ladder that is for it, and take the steps whose time has come, unless it
 * is folded, acknowledged, held by a maintenance, or just passing. The events
 * in `out` from that index on are those of this instant: they learn which
 * routes are told by a step of the ladder, and which are for the ladder alone.
 * A step that comes with none of them has an event of its own. c may be NULL:
 * there are no ladders.
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

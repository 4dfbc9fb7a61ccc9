/*
 * anomaly.h: failures that make no incident: now in one region, now in another,
 * never in a row and never together (article 3: log them, wake nobody). And
 * clients that a server refuses while others can use it. Pure.
 */
#ifndef INCIDENT_ANOMALY_H
#define INCIDENT_ANOMALY_H

#include "incident/event.h"
#include "incident/state.h"
#include "incident/confirmation.h"

/*
 * anomaly_judge(st, v, s, out): append an event for three failing windows
 * within an hour, in at least two regions, once they are over and made no
 * incident; at most one in an hour. Called after incidents were looked for.
 */
void anomaly_judge(struct alert_state *st, const struct verdict *v,
	const struct observation *s, struct alert_events *out);

/*
 * clients_refused_judge(st, v, window, out): tell once of a server that refuses
 * clients of 2026-07-28 in some regions of v, while others can use it; again only
 * if that was not so for a day.
 */
void clients_refused_judge(struct alert_state *st, const struct verdict *v,
	int64_t window, struct alert_events *out);

#endif

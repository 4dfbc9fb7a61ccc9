/*
 * anomaly.h: failures that make no incident: now in one region, now in another,
 * never in a row and never together (article 3: log them, wake nobody). Pure.
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

#endif

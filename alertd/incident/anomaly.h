/*
 * anomaly.h: failures that make no incident: now here, now there, never in a
 * row and never together (article 3: log them, and wake nobody). Pure.
 */
#ifndef INCIDENT_ANOMALY_H
#define INCIDENT_ANOMALY_H

#include "incident/event.h"
#include "incident/state.h"
#include "incident/confirmation.h"

/*
 * anomaly_judge(st, v, s, out): after incidents were looked for. Three failing
 * windows within an hour, in at least two regions, that came to nothing are
 * told of once they are over, and then for an hour no more.
 */
void anomaly_judge(struct alert_state *st, const struct verdict *v,
	const struct observation *s, struct alert_events *out);

#endif

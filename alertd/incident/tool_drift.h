/*
 * tool_drift.h: the tools of a server changed. Each change is told once,
 * however many regions see it; a server that changes its tools all the time
 * gets one incident, tool_churn, instead of an event for each change. Pure.
 */
#ifndef INCIDENT_TOOL_DRIFT_H
#define INCIDENT_TOOL_DRIFT_H

#include "incident/event.h"
#include "incident/state.h"
#include "records/verdict.h"

/* A change that was told is not told again for this long; nor while there is a
   divergence, if that begins before it is forgotten. */
#define TOOL_DRIFT_AGAIN_S 3600
#define TOOL_DRIFT_KEPT_S (7 * 86400)

/*
 * tool_drift_judge(st, v, window, out): tell the changes that verdict v of that
 * window reports. Regions that follow a change that was told, within an hour or
 * while the regions differ, are no news. At most DRIFTS_MAX changes are told in
 * an hour; none while a tool_churn is open.
 */
void tool_drift_judge(struct alert_state *st, const struct verdict *v,
	int64_t window, struct alert_events *out);

/* More changes than this in an hour are too many: mcp-aggregate(1) counts. */
#define TOOL_CHURN_USUAL 12

/*
 * tool_churn_judge(st, v, window, out): open a tool_churn with the first
 * verdict that reports one, and end it with the first that does not, unless
 * that verdict is unknown. While it is open, neither drifts nor a divergence of
 * the server are told.
 */
void tool_churn_judge(struct alert_state *st, const struct verdict *v,
	int64_t window, struct alert_events *out);

#endif

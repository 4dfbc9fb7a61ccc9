/*
 * tool_drift.h: what is told of a server whose tools changed: each change once,
 * from whatever regions it is seen. Pure.
 */
#ifndef INCIDENT_TOOL_DRIFT_H
#define INCIDENT_TOOL_DRIFT_H

#include "incident/event.h"
#include "incident/state.h"
#include "records/verdict.h"

/* So long a change is not told again. */
#define DRIFT_AGAIN_S 3600

/*
 * tool_drift_judge(st, v, window, out): tell the changes of a verdict, whose
 * window that is. Regions that follow a change that was told, within an hour or
 * while the regions differ, are no news. No more than DRIFTS_MAX are told in an
 * hour, so that a server that never shows the same tools twice is no flood;
 * none while a tool_churn is open, see tool_churn.h.
 */
void tool_drift_judge(struct alert_state *st, const struct verdict *v,
	int64_t window, struct alert_events *out);

#endif

/*
 * tool_churn.h: a server whose tools change all the time: one incident says so,
 * instead of an event for each change. What is too often, and when that is
 * over, the verdicts say. Pure.
 */
#ifndef INCIDENT_TOOL_CHURN_H
#define INCIDENT_TOOL_CHURN_H

#include "incident/event.h"
#include "incident/state.h"
#include "records/verdict.h"

/* A server that changes its tools more often in an hour does so too often. */
#define CHURN_USUAL 12

/*
 * churn_judge(st, v, window, out): take into account what a verdict says of
 * that, whose window that is: tool_churn begins with the first that has it, and
 * ends with the first that has not, unless that one knows nothing. While it is
 * open, neither drifts nor a divergence of the server are told.
 */
void churn_judge(struct alert_state *st, const struct verdict *v,
	int64_t window, struct alert_events *out);

#endif

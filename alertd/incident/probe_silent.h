/*
 * probe_silent.h: regions that do not report. It says nothing about the server,
 * and touches no other incident. Pure.
 */
#ifndef INCIDENT_PROBE_SILENT_H
#define INCIDENT_PROBE_SILENT_H

#include "conf/conf.h"
#include "incident/event.h"
#include "incident/state.h"
#include "records/verdict.h"

/*
 * probe_silent_judge(st, v, p, out): count the windows in a row in which
 * regions had no data. The windows are those of the verdicts themselves: where
 * everybody is silent the newest probe stands still. A server has one incident
 * of this kind; it ends with the first report of the last region that was
 * silent.
 */
void probe_silent_judge(struct alert_state *st, const struct verdict *v,
	const struct conf_policy *p, struct alert_events *out);

#endif

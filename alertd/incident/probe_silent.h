/*
 * probe_silent.h: regions that do not report on a server. That says nothing
 * about the server, and touches no other incident. Pure.
 */
#ifndef INCIDENT_PROBE_SILENT_H
#define INCIDENT_PROBE_SILENT_H

#include "conf/conf.h"
#include "incident/event.h"
#include "incident/state.h"
#include "records/verdict.h"

/*
 * probe_silent_judge(st, v, p, out): count, for each region that has no data now,
 * the windows in a row without a report; p->silent of them open the incident.
 * These are windows of the verdicts' own clock: without reports there is no newer
 * probe. A server has one incident of this kind; it ends once every silent region
 * has reported.
 */
void probe_silent_judge(struct alert_state *st, const struct verdict *v,
	const struct conf_policy *p, struct alert_events *out);

#endif

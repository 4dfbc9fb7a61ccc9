/*
 * degradation.h: a server that can be used, but is slow or fails too often: the
 * incidents latency, error_rate and slo_burn. Pure.
 *
 * A downtime, a regional incident or a rate limit mutes these, until its probes
 * have left the window over which they are measured.
 */
#ifndef INCIDENT_DEGRADATION_H
#define INCIDENT_DEGRADATION_H

#include "conf/conf.h"
#include "incident/event.h"
#include "incident/state.h"
#include "incident/confirmation.h"
#include "records/verdict.h"

/*
 * degradation_judge(st, v, s, p, out): open, worsen or end these incidents by
 * what verdict v measured.
 */
void degradation_judge(struct alert_state *st, const struct verdict *v,
	const struct observation *s, const struct conf_policy *p,
	struct alert_events *out);

#endif

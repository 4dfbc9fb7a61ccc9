/*
 * degradation.h: a server that can be used, but is slow or fails too often: the
 * incidents latency, error_rate and slo_burn, and failures that make none.
 * Pure.
 *
 * What says that it cannot be used mutes these: while it does, and until the
 * probes of that time have left the window that is looked at.
 */
#ifndef INCIDENT_DEGRADATION_H
#define INCIDENT_DEGRADATION_H

#include "conf/conf.h"
#include "incident/event.h"
#include "incident/state.h"
#include "incident/confirmation.h"
#include "records/verdict.h"

/* degradation_judge(st, v, s, p, out): take what a verdict measures into
 * account. */
void degradation_judge(struct alert_state *st, const struct verdict *v,
	const struct observation *s, const struct conf_policy *p,
	struct alert_events *out);

#endif

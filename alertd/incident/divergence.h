/*
 * divergence.h: regions still see old tools that other regions, or the server
 * itself, no longer have: a stale cache, or an origin that was not updated
 * (article 1). Pure.
 */
#ifndef INCIDENT_DIVERGENCE_H
#define INCIDENT_DIVERGENCE_H

#include "conf/conf.h"
#include "incident/event.h"
#include "incident/state.h"
#include "records/verdict.h"

/*
 * divergence_judge(st, v, window, p, out): take into account which tools the
 * regions of verdict v see in its window. An incident begins when a region was
 * seen with older tools after another was first seen with newer ones, or when
 * regions differed in two windows in a row; it ends when all its regions were
 * seen with the same tools. A region that is not seen changes nothing.
 *
 * An incident also begins with the first verdict that says that clients of a
 * region get an older list than the server's; it ends when checks of all its
 * regions find the server's list again. None begins while a tool_churn is open,
 * see tool_drift.h.
 */
void divergence_judge(struct alert_state *st, const struct verdict *v,
	int64_t window, const struct conf_policy *p, struct alert_events *out);

#endif

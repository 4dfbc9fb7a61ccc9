/*
 * unapproved_change.h: the tools of a server are not those that somebody has
 * approved, in tools.lock. Such a change is told by this incident alone: neither
 * as a drift, nor as a failure of step 8, which compares with the same pin. Pure.
 */
#ifndef INCIDENT_UNAPPROVED_CHANGE_H
#define INCIDENT_UNAPPROVED_CHANGE_H

#include "conf/conf.h"
#include "incident/event.h"
#include "incident/state.h"
#include "records/verdict.h"

/*
 * unapproved_change_judge(st, v, window, p, out): an incident begins with the
 * first verdict that tells of a change that matters, escalates where the class
 * gets worse, and ends when verdicts no longer tell of any: it was approved, or
 * taken back. While the tools churn, nothing of this happens.
 */
void unapproved_change_judge(struct alert_state *st, const struct verdict *v,
	int64_t window, const struct conf_policy *p, struct alert_events *out);

/*
 * unapproved_change_covers(st, window, d): whether the incident, as judged for
 * that window, tells of a drift that the same verdict reports; or of the way
 * back.
 */
bool unapproved_change_covers(const struct alert_state *st, int64_t window,
	const struct verdict_drift *d);

/*
 * unapproved_change_note(st, v): from now on the incident is about what v tells
 * of: another change of the same class is told as the drift that it is.
 */
void unapproved_change_note(struct alert_state *st, const struct verdict *v);

/*
 * unapproved_change_fold(st, v, out): whether all that fails in v is what an
 * open incident tells of: step 8, in every failing region. Then *out is v
 * without it; free(out->regions).
 */
bool unapproved_change_fold(const struct alert_state *st,
	const struct verdict *v, struct verdict *out);

#endif

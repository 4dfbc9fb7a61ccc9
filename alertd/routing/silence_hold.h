/* SPDX-License-Identifier: MIT */
/*
 * silence_hold.h: a silence holds back the incidents that it is about. They
 * begin, get worse and end as ever, but nobody is notified while it lasts; what
 * still lasts at its end, or is no longer covered by it, is sent then. Whoever
 * was notified of the beginning of an incident is sent its end, after the
 * silence if need be: until then the incident stays open. Pure.
 */
#ifndef ROUTING_SILENCE_HOLD_H
#define ROUTING_SILENCE_HOLD_H

#include "conf/conf.h"
#include "incident/event.h"
#include "incident/state.h"
#include "records/silence.h"

/*
 * silence_hold_judge(st, v, n, p, now, out): with the n silences at v: mark the
 * events of `out` that are held back, and append what the end of a silence
 * brings about. Call it after everything else that decides on st at that
 * instant, and before its ladders.
 */
void silence_hold_judge(struct alert_state *st, const struct silence *v,
	size_t n, const struct conf_policy *p, double now,
	struct alert_events *out);

/*
 * silence_hold_of(st, kind, v, n, now): of these silences, the one that holds
 * back that open incident longest; NULL: none does.
 */
const struct silence *silence_hold_of(const struct alert_state *st,
	enum alert_kind kind, const struct silence *v, size_t n, double now);

#endif

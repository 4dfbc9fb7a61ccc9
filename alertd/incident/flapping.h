/*
 * flapping.h: an incident that fails again and again. One that fails again
 * while it recovers stays one incident. Of those that begin soon after each
 * other, the third, p->flap_count, is flapping: it lasts until nothing has
 * failed for p->flap_clear_s. Pure.
 */
#ifndef INCIDENT_FLAPPING_H
#define INCIDENT_FLAPPING_H

#include "conf/conf.h"
#include "incident/state.h"

/*
 * flapping_begin(st, kind, p): a downtime or regional incident has opened:
 * count its start, unless a maintenance goes on, and find out whether it is
 * flapping. A downtime is if the regional incident is that it supersedes.
 */
void flapping_begin(struct alert_state *st, enum alert_kind kind,
	const struct conf_policy *p);

/* flapping_end(st, kind): it is over; note with its start how it failed. */
void flapping_end(struct alert_state *st, enum alert_kind kind);

/* flapping_count(inc, window): inc fails in a window that counts. */
void flapping_count(struct incident *inc, int64_t window);

/*
 * flapping_lasts(inc, before): whether a flapping incident, which failed last
 * in the window `before` and fails now, has just failed without a break for
 * three times as long as ever before: it may be down for good.
 */
bool flapping_lasts(const struct incident *inc, int64_t before);

/* flapping_over(inc, p): whether its passing windows reach for its end. */
bool flapping_over(const struct incident *inc, const struct conf_policy *p);

/* flapping_failed_s(inc): for how long it failed, with the starts before it. */
int64_t flapping_failed_s(const struct incident *inc);

#endif

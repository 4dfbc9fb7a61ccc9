/*
 * fallback.h: an event that cannot be delivered to a route in time goes to the
 * fallback of that route as well. The route is still tried. Pure.
 */
#ifndef ROUTING_FALLBACK_H
#define ROUTING_FALLBACK_H

#include "conf/conf.h"
#include "incident/state.h"

/* How long a delivery may take, by severity; a P1: by default,
   see fallback_after in fleet.yaml(5). */
#define FALLBACK_P1_S 120
#define FALLBACK_P2_S 3600
#define FALLBACK_P3_S (24 * 3600)
/* So much earlier it is late: a run each minute is not on the second. */
#define FALLBACK_RUN_S 10

/* An error names an event that a route did not take so often. */
#define FALLBACK_SAY_S 3600

/*
 * fallback_say(p, d, now): whether an error is to name delivery d of event p,
 * which has just failed: that of a P1, one that somebody has to mend, and one
 * that is late; and none has in the last FALLBACK_SAY_S, by a clock that is right.
 */
bool fallback_say(const struct pending *p, const struct delivery *d, double now);

/* fallback_any(st, c, now): whether any delivery of that server is overdue; c
   may be NULL. */
bool fallback_any(const struct alert_state *st, const struct conf *c,
	double now);

/*
 * fallback_tell(st, c, now): put each event that is overdue into the outbox for
 * the fallback of its route, with the reason, and with it the later events of
 * the incident that wait for that route. From then on the fallback is told of
 * that incident. Returns the number of events; c may be NULL.
 */
size_t fallback_tell(struct alert_state *st, const struct conf *c, double now);

/*
 * fallback_body(b, p, d, zone): append the body of event p, with the route that
 * was not reached and why: in the summary, in which a time is one of that zone,
 * and as the member `fallback_for`.
 */
void fallback_body(struct buf *b, const struct pending *p,
	const struct delivery *d, const char *zone);

#endif

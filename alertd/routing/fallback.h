/*
 * fallback.h: what could not be brought to a route in time is told to the
 * fallback of that route. The route goes on being tried. Pure.
 */
#ifndef ROUTING_FALLBACK_H
#define ROUTING_FALLBACK_H

#include "conf/conf.h"
#include "incident/state.h"

/* How long is in time, by how bad it is. A P1 wakes somebody; minutes count. */
#define FALLBACK_P1_S (15 * 60)
#define FALLBACK_P2_S 3600
#define FALLBACK_P3_S (24 * 3600)

/*
 * fallback_overdue(p, d, now): whether a delivery of that event cannot get to
 * its route before somebody does something, or did not get there in time; false
 * where the fallback was told. The time of what waits to be put together with
 * others begins when that is done.
 */
bool fallback_overdue(const struct pending *p, const struct delivery *d,
	double now);

/* fallback_any(st, now): whether one of a server is. */
bool fallback_any(const struct alert_state *st, double now);

/*
 * fallback_tell(st, c, now): put the events of all that is overdue into the
 * outbox for the fallbacks, with why, and with them what waits behind them of
 * the same incident. From then on the fallback is told how that goes on.
 * How many there were; c may be NULL.
 */
size_t fallback_tell(struct alert_state *st, const struct conf *c, double now);

/*
 * fallback_body(b, p, d): append the body of an event with the sentence that,
 * and why, it was not told to a route: in its summary, and as its member
 * `fallback_for`.
 */
void fallback_body(struct buf *b, const struct pending *p,
	const struct delivery *d);

#endif

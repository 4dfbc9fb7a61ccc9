/*
 * hours.h: times of day, in a named time zone: when a route is told, when
 * people are at work, and when a digest is due. Pure, but for the system's
 * database of time zones.
 */
#ifndef ROUTING_HOURS_H
#define ROUTING_HOURS_H

#include "conf/conf.h"

/*
 * hours_route(c, r, t): whether the hours and days of a route hold the instant
 * t, epoch seconds; always where it has none.
 */
bool hours_route(const struct conf *c, const struct conf_route *r, double t);

/* hours_business(c, t): whether people are at work then. */
bool hours_business(const struct conf *c, double t);

/*
 * hours_digest(c, period, t): when what happens at t is told together: at the
 * next full hour; the next time that people come to work; or the next Monday,
 * at the time at which they would. Later than t.
 */
int64_t hours_digest(const struct conf *c, enum conf_digest period, double t);

#endif

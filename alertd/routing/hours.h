/*
 * hours.h: hours of routes, business hours, and when digests are due, all in a
 * named time zone. Pure, but for the system's database of time zones.
 */
#ifndef ROUTING_HOURS_H
#define ROUTING_HOURS_H

#include "conf/conf.h"

/*
 * hours_route(c, r, t): whether t, epoch seconds, lies within the hours and
 * days of route r; true where it has none.
 */
bool hours_route(const struct conf *c, const struct conf_route *r, double t);

/* hours_business(c, t): whether t lies within the business hours. */
bool hours_business(const struct conf *c, double t);

/*
 * hours_digest(c, period, t): when the digest with an event of time t is due:
 * hourly at the next full hour, daily when business hours next begin, weekly on
 * the next Monday when they would. Later than t.
 */
int64_t hours_digest(const struct conf *c, enum conf_digest period, double t);

#endif

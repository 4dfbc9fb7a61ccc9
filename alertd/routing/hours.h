/*
 * hours.h: the hours of a policy, and when digests are due, in a named time
 * zone. Pure, but for the system's database of time zones.
 */
#ifndef ROUTING_HOURS_H
#define ROUTING_HOURS_H

#include "conf/conf.h"

/* When people come to work, where a policy has no hours. */
#define HOURS_USUAL "mon-fri 09:00-18:00"

/*
 * hours_within(hours, zone, t): whether t, epoch seconds, lies within the hours
 * of a policy, which are valid or NULL: at any time.
 */
bool hours_within(const char *hours, const char *zone, double t);

/* hours_next(hours, zone, t): when those hours next begin; later than t. */
int64_t hours_next(const char *hours, const char *zone, double t);

/*
 * hours_change(hours, zone, t): when those hours next begin or end, on
 * whatever day; later than t.
 */
double hours_change(const char *hours, const char *zone, double t);

/*
 * hours_digest(period, hours, zone, t): when the digest with an event of time t
 * is due: hourly at the next full hour, or when the hours next begin if that
 * hour is outside of them; daily when the hours, or HOURS_USUAL, next begin;
 * weekly the next Monday at that time of day. Later than t.
 */
int64_t hours_digest(enum conf_digest period, const char *hours,
	const char *zone, double t);

#endif

/*
 * maintenance_plan.h: what somebody wants of a new maintenance, checked. Pure but for the
 * time zone database.
 */
#ifndef COMMANDS_MAINTENANCE_PLAN_H
#define COMMANDS_MAINTENANCE_PLAN_H

#include "conf/conf.h"
#include "records/maintenance_window.h"

/* Room for the reason why a plan is refused. */
#define PLAN_WHY 300

/*
 * plan_instant(s, zone, after, out): an instant of RFC 3339, or of epoch
 * seconds; or "HH:MM", the next one after `after` on the clocks of the zone.
 * False: it is none of these.
 */
bool plan_instant(const char *s, const char *zone, double after, int64_t *out);

enum plan_fit {
	PLAN_FITS,
	PLAN_CUT, /* it was longer than any may be, and is no longer */
	PLAN_OVER /* nothing of it is left */
};

/* plan_fit(m, now, cap_s): cut it to the longest that any may be. */
enum plan_fit plan_fit(struct maintenance *m, double now, double cap_s);

/*
 * plan_servers(m, c, why): whether each of its names, patterns and accounts is
 * or matches one of the configuration. False, and why, which has PLAN_WHY bytes,
 * names what was perhaps meant.
 */
bool plan_servers(const struct maintenance *m, const struct conf *c, char *why);

#endif

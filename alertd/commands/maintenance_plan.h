/*
 * maintenance_plan.h: checks what somebody asks of a new maintenance. Pure
 * but for the time zone database.
 */
#ifndef COMMANDS_MAINTENANCE_PLAN_H
#define COMMANDS_MAINTENANCE_PLAN_H

#include "conf/conf.h"
#include "records/maintenance_window.h"

/* Room for the reason why a plan is refused. */
#define MAINTENANCE_PLAN_WHY 300

/*
 * maintenance_plan_instant(s, zone, after, out): an instant of RFC 3339, or of
 * epoch seconds; or "HH:MM", the next one after `after` on the clocks of the
 * zone. False: it is none of these.
 */
bool maintenance_plan_instant(
	const char *s, const char *zone, double after, int64_t *out);

enum maintenance_plan_fit {
	MAINTENANCE_PLAN_FITS,
	MAINTENANCE_PLAN_CUT, /* it was too long, and was cut */
	MAINTENANCE_PLAN_OVER /* nothing of it is left */
};

/* maintenance_plan_fit(m, now, cap_s): cut m to at most cap_s seconds. */
enum maintenance_plan_fit maintenance_plan_fit(
	struct maintenance *m, double now, double cap_s);

/*
 * maintenance_plan_servers(m, c, why): whether each of its names, patterns and
 * accounts is or matches one of the configuration. False, and why, which has
 * MAINTENANCE_PLAN_WHY bytes, names what was perhaps meant.
 */
bool maintenance_plan_servers(
	const struct maintenance *m, const struct conf *c, char *why);

#endif

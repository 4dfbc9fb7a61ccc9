/*
 * maintenance_plan.h: checks what somebody asks of a new maintenance. Pure
 * but for the time zone database.
 */
#ifndef COMMANDS_MAINTENANCE_PLAN_H
#define COMMANDS_MAINTENANCE_PLAN_H

#include "conf/conf.h"
#include "options.h"
#include "records/maintenance.h"

/*
 * maintenance_plan_zone(o, c): the zone of what somebody types and is shown:
 * that of --zone, else that of the configuration c, which may be NULL.
 */
const char *maintenance_plan_zone(
	const struct options *o, const struct conf *c);

/* Room for the reason why a plan is refused. */
#define MAINTENANCE_PLAN_WHY 300

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

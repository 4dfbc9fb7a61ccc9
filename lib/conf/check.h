/* SPDX-License-Identifier: MIT */
/*
 * check.h: checks of a configuration that need more than one value: names are
 * unique, what they refer to exists, numbers fit each other, and policies with
 * hours leave no minute of the week without a page for a P1.
 */
#ifndef CONF_CHECK_H
#define CONF_CHECK_H

#include "conf/conf.h"
#include "conf/errors.h"

/*
 * conf_check(c, r): report to r what does not fit in c, which conf_read has
 * filled. Nothing is reported that only follows from a value conf_read refused.
 */
void conf_check(struct conf *c, struct conf_errors *r);

/* conf_check_server(c, s, r): the same for one server of c, its slug apart. */
void conf_check_server(const struct conf *c, const struct conf_server *s,
	struct conf_errors *r);

/*
 * conf_check_slugs(c, r): report each server whose slug another has, and leave
 * it out if a list has it; r knows the places of those of the file itself while
 * no list has been read.
 */
void conf_check_slugs(struct conf *c, struct conf_errors *r);

/* conf_check_route(t, r): the same for one route, and what its type needs. */
void conf_check_route(const struct conf_route *t, struct conf_errors *r);

/*
 * conf_check_hours_coverage(c, r): report to r each policy with hours for P1 that
 * leaves a gap: at some minute of the week no policy sends one of its events at
 * once. Servers of lists are not known yet: it must hold for any. Hours are
 * times of day, all on the clocks of alerts.zone, so a change of the clocks
 * opens no gap.
 */
void conf_check_hours_coverage(const struct conf *c, struct conf_errors *r);

#endif

/*
 * check.h: checks of a configuration that need more than one value: names are
 * unique, what they refer to exists, and numbers fit each other.
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

#endif

/*
 * check.h: what no single value can tell: whether names are unique, what
 * they refer to is there, and numbers fit each other.
 */
#ifndef CONF_CHECK_H
#define CONF_CHECK_H

#include "conf/conf.h"
#include "conf/errors.h"

/*
 * conf_check(c, r): tell r what does not fit in c, which conf_read has filled.
 * Where that found a value wrong, nothing is said that would follow from it.
 */
void conf_check(const struct conf *c, struct conf_errors *r);

/* conf_check_route(t, r): the same of a route and what its type wants. */
void conf_check_route(const struct conf_route *t, struct conf_errors *r);

#endif

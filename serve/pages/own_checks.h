/*
 * own_checks.h: what a page says where our own checks are missing or late, for
 * then what it shows of servers is old, and the fault is ours. Pure.
 */
#ifndef PAGES_OWN_CHECKS_H
#define PAGES_OWN_CHECKS_H

#include "data/view.h"
#include "http/escape.h"
#include "store/beat.h"

struct own_checks {
	enum freshness freshness; /* of the newest verdict that is shown */
	int64_t as_of;		  /* its minute, unless there is none */
	const double *heartbeats; /* of all stages, epoch seconds */
	double now;
	bool many; /* the page is of many servers, not of one */
	bool unnotified; /* a notification did not arrive; of many servers */
};

/* own_checks_put(b, o): append the banner, if there is a need for one. */
void own_checks_put(struct html *b, const struct own_checks *o);

#endif

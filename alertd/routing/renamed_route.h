/*
 * renamed_route.h: an incident of which a route was told that the configuration does
 * not have any more. Pure.
 */
#ifndef ROUTING_RENAMED_ROUTE_H
#define ROUTING_RENAMED_ROUTE_H

#include "conf/conf.h"
#include "incident/event.h"

/*
 * route_renamed(c, e, gone): append the routes that were told of the incident
 * and are not in c. If there is one, note in e->told who would be told now that
 * such an incident begins, and return true.
 */
bool route_renamed(
	const struct conf *c, struct alert_event *e, struct strings *gone);

#endif

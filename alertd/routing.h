/*
 * routing.h: which routes an event goes to. Pure.
 */
#ifndef ROUTING_H
#define ROUTING_H

#include "conf.h"
#include "event.h"

/*
 * route_wants(r, a): whether the severity, the kind and the server of an event
 * are among those that a route asks for. An empty list asks for all; who asks
 * for downtimes is told of a maintenance that overruns, too.
 */
bool route_wants(const struct conf_route *r, const struct alert_record *a);

/*
 * route_pick(c, e, out): the names of the routes that get an event. Whoever was
 * told that an incident began is told how it goes on, whatever its severity has
 * become; and its end is told to nobody else. c may be NULL: there are none.
 */
void route_pick(const struct conf *c, const struct alert_event *e,
	struct strings *out);

/* route_find(c, name): the route of that name, or NULL. */
const struct conf_route *route_find(const struct conf *c, const char *name);

#endif

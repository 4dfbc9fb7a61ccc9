/*
 * routing.h: which routes an event goes to: by what they ask for, their role,
 * and the time of day. Pure.
 */
#ifndef ROUTING_ROUTING_H
#define ROUTING_ROUTING_H

#include "conf/conf.h"
#include "incident/event.h"

/*
 * route_wants(c, r, a): whether route r asks for the severity, the kind, the
 * server and the account of a. An empty list asks for all; a route that asks
 * for downtimes gets maintenance_overrun and tests, too.
 */
bool route_wants(const struct conf *c, const struct conf_route *r,
	const struct alert_record *a);

/*
 * route_chooses(r): whether route r asks for some servers only. Such a route is
 * told of each of its servers; the others are told of common incidents, see
 * correlation.h.
 */
bool route_chooses(const struct conf_route *r);

/*
 * route_pick(c, e, out): the names of the routes that get event e, as
 * mcp-routes(5) says, by the time at which it happened. A route that was told
 * that an incident began is told how it goes on, whatever its severity is then;
 * no other route is told of its end. c may be NULL: there are no routes.
 */
void route_pick(const struct conf *c, const struct alert_event *e,
	struct strings *out);

/*
 * route_digest(r, a): the digest in which route r gets event a, if any: the
 * rarer of the route's own and the one for which such an event can wait.
 */
enum conf_digest route_digest(const struct conf_route *r,
	const struct alert_record *a);

/*
 * route_ladder(c, a): the first ladder for such an incident, or NULL; a ladder
 * for downtimes is one for maintenance_overrun, too.
 */
const struct conf_ladder *route_ladder(const struct conf *c,
	const struct alert_record *a);

/* route_find(c, name): the route of that name, or NULL. */
const struct conf_route *route_find(const struct conf *c, const char *name);

#endif

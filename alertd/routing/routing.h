/*
 * routing.h: which routes an event goes to, by what they ask for, what they are
 * for, and the time of day. Pure.
 */
#ifndef ROUTING_ROUTING_H
#define ROUTING_ROUTING_H

#include "conf/conf.h"
#include "incident/event.h"

/*
 * route_wants(c, r, a): whether the severity, the kind, the server and its
 * account are among those that a route asks for. An empty list asks for all;
 * who asks for downtimes is told of a maintenance that overruns, and of a test,
 * too.
 */
bool route_wants(const struct conf *c, const struct conf_route *r,
	const struct alert_record *a);

/*
 * route_chooses(r): whether a route asks for some servers only. Such a one is
 * told of each of its servers; the others of what servers share, see
 * correlation.h.
 */
bool route_chooses(const struct conf_route *r);

/*
 * route_pick(c, e, out): the names of the routes that get an event, as ROUTES
 * in mcp-routes(5) has it, by the time at which it happened. Whoever was told
 * that an incident began is told how it goes on, whatever its severity has
 * become; and its end is told to nobody else. c may be NULL: there are none.
 */
void route_pick(const struct conf *c, const struct alert_event *e,
	struct strings *out);

/*
 * route_digest(r, a): whether the route gets the event together with others,
 * and how often. What is for digests by its nature goes there on every route.
 */
enum conf_digest route_digest(const struct conf_route *r,
	const struct alert_record *a);

/*
 * event_digest(a): its nature: a change of tools that only adds some can wait
 * for a day, one that only describes them anew for a week.
 */
enum conf_digest event_digest(const struct alert_record *a);

/*
 * route_ladder(c, a): the first ladder that is for such an incident, or NULL;
 * one for downtimes is for those that overrun a maintenance, too.
 */
const struct conf_ladder *route_ladder(const struct conf *c,
	const struct alert_record *a);

/* route_find(c, name): the route of that name, or NULL. */
const struct conf_route *route_find(const struct conf *c, const char *name);

#endif

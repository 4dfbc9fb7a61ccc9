/*
 * routing.h: which policy an event belongs to, and which routes it tells. Pure.
 */
#ifndef ROUTING_ROUTING_H
#define ROUTING_ROUTING_H

#include "conf/conf.h"
#include "incident/event.h"
#include "routing/outbox.h"

/* What a policy is looked for by. */
struct routed {
	enum alert_kind kind;
	enum severity severity;
	const char *slug;
	double at; /* epoch seconds: policies for P1 may have hours */
	bool grouped; /* it is told as a part of a common incident */
	const struct strings *servers; /* of a common incident; or NULL */
};

/*
 * route_policy(c, what, out): whether anybody is told of it: *out is the first
 * policy that matches, or NULL for the default. Nobody is told of an anomaly
 * that no policy names. Of a common incident, see correlation.h, the policies
 * tell that choose no servers, if it has a server that no other policy takes;
 * and those that choose tell of their servers one by one.
 */
bool route_policy(const struct conf *c, const struct routed *what,
	const struct conf_notify **out);

/* route_takes(c, p, slug): whether policy p is for that server of c. */
bool route_takes(
	const struct conf *c, const struct conf_notify *p, const char *slug);

/*
 * route_chooses(p): whether policy p, or NULL for the default, is for some
 * servers only.
 */
bool route_chooses(const struct conf_notify *p);

/*
 * route_steps(p, severity): how many steps policy p, or NULL for the default,
 * has for an incident of that severity; route_after(p, tier, step): how long
 * after its start a step is taken, in seconds, and by default sooner in a hard
 * outage; route_step(c, p, severity, step, out):
 * add the routes that it tells.
 */
int route_steps(const struct conf_notify *p, enum severity severity);
double route_after(const struct conf_notify *p, enum tier tier, int step);
void route_step(const struct conf *c, const struct conf_notify *p,
	enum severity severity, int step, struct strings *out);

/*
 * route_pick(c, e, out): the names of the routes that get event e, in the order
 * of the configuration: those of the steps that are taken at once, those of
 * e->steps, and those that were told of the incident before, who alone hear of
 * its end. c may be NULL: there are no routes.
 */
void route_pick(const struct conf *c, const struct alert_event *e,
	struct strings *out);

/*
 * route_wakes(c, name): whether somebody is woken by what that route delivers:
 * by pagers, texts and calls; where there are only chats, by them, too; and by
 * what c does not name.
 */
bool route_wakes(const struct conf *c, const char *name);

/*
 * route_waits(c, r, e, now, w): whether route r gets event e later, together
 * with others, and then *w is how. A P1 never waits.
 */
bool route_waits(const struct conf *c, const struct conf_route *r,
	const struct alert_event *e, double now, struct outbox_wait *w);

/* route_find(c, name): the route of that name, or NULL. */
const struct conf_route *route_find(const struct conf *c, const char *name);

#endif

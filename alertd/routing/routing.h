/* SPDX-License-Identifier: MIT */
/*
 * routing.h: which policy an event belongs to, which routes it notifies and
 * when: by hours, steps of escalation, budgets, digests and fallbacks. Pure but
 * for the budget.
 */
#ifndef ROUTING_ROUTING_H
#define ROUTING_ROUTING_H

#include "conf/conf.h"
#include "incident/event.h"
#include "incident/state.h"
#include "outbox/outbox.h"

#include <stdbool.h>

struct store;

/*
 * The hours of a policy, and when digests are due, in a named time
 * zone. Pure, but for the system's database of time zones.
 */

/* When people come to work, where a policy has no hours. */
#define HOURS_USUAL "mon-fri 09:00-18:00"

/*
 * hours_within(hours, zone, t): whether t, epoch seconds, lies within the hours
 * of a policy, which are valid or NULL: at any time.
 */
bool hours_within(const char *hours, const char *zone, double t);

/* hours_next(hours, zone, t): when those hours next begin; later than t. */
int64_t hours_next(const char *hours, const char *zone, double t);

/*
 * hours_change(hours, zone, t): when those hours next begin or end, on
 * whatever day; later than t.
 */
double hours_change(const char *hours, const char *zone, double t);

/*
 * hours_digest(period, hours, zone, t): when the digest with an event of time t
 * is due: hourly at the next full hour, or when the hours next begin if that
 * hour is outside of them; daily when the hours, or HOURS_USUAL, next begin;
 * weekly the next Monday at that time of day. Later than t.
 */
int64_t hours_digest(enum conf_digest period, const char *hours,
	const char *zone, double t);

/* The facts by which a policy is found. */
struct routed {
	enum alert_kind kind;
	enum severity severity;
	const char *slug;
	double at; /* epoch seconds: policies for P1 may have hours */
	bool grouped; /* it is sent as a part of a common incident */
	const struct strings *servers; /* of a common incident; or NULL */
};

/*
 * route_policy(c, what, out): whether anybody is notified of it: *out is the
 * first policy that matches, or NULL for the default. Of a common incident, see correlation.h, the
 * policies tell that choose no servers, if it has a server that no other policy
 * takes; and those that choose tell of their servers one by one.
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
 * e->steps, and those that were sent the incident before, who alone hear of
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

/*
 * An incident of which a route was notified that the
 * configuration does not have any more. Pure.
 */

/*
 * route_renamed(c, e, gone): append the routes that were notified of the
 * incident and are not in c. If there is one, note in e->notified who would be
 * notified now that such an incident begins, and return true.
 */
bool route_renamed(
	const struct conf *c, struct alert_event *e, struct strings *gone);

/*
 * Dispatch: puts an event into the outbox of its server, for each route that
 * gets it, at once or in a digest.
 */

/* A route that gets an event, and how it waits; see outbox.h. */
struct recipient {
	char *route;
	struct outbox_wait wait; /* CONF_DIGEST_NO: it is sent at once */
};

struct recipients {
	struct recipient *v;
	size_t n, cap;
};

struct dispatch {
	const struct conf *conf; /* or NULL */
	struct rate_limit *budget;
	bool at_once; /* no digests, and no budget */
	/* The clock of deliveries. -INFINITY: the outbox stays as it is. */
	double now;
};

/*
 * dispatch_event(d, st, e, body, out): put event e, whose record is `body`,
 * into the outbox of st, add the routes that get it to *out, and note them in
 * its incident, if that is open.
 */
void dispatch_event(const struct dispatch *d, struct alert_state *st,
	const struct alert_event *e, const char *body, struct recipients *out);

void recipients_release(struct recipients *l);

/*
 * escalation.c: while nobody acknowledges an incident, the steps of its policy
 * tell more and more people of it. Pure: the clock is that of the input.
 */

/* The name of the policy for a P1 that no policy of the configuration
   matches. */
#define ESCALATION_DEFAULT "default"

/*
 * escalate(c, st, now, from, out): take the steps of its policy that are due
 * for each open incident of a server, unless the incident is superseded,
 * acknowledged, suppressed or recovering. One of the events of this instant,
 * those of `out` from index `from` on, gets `steps`, the routes that a step
 * tells; where there is none, a new one is appended. c may be NULL: there are
 * no steps.
 */
void escalate(const struct conf *c, struct alert_state *st, double now,
	size_t from, struct alert_events *out);

/*
 * escalation_due(c, st, kind, now, routes): when the next step of an open
 * incident is due, as escalate left it, by the policy that matches now.
 * INFINITY: there is none. The routes that it notifies are added to `routes`,
 * which may be NULL.
 */
double escalation_due(const struct conf *c, struct alert_state *st,
	enum alert_kind kind, double now, struct strings *routes);

/*
 * rate_limit.c: how many events a route gets one by one in an hour of the
 * clock, so that a storm becomes a digest. Counted in the store, by all mcp-
 * alerts together, or, for a dry run, in memory.
 */

/* Opaque. */
struct rate_limit;

/* rate_limit_new(s): the store is the caller's; NULL: in memory. */
struct rate_limit *rate_limit_new(struct store *s);
void rate_limit_free(struct rate_limit *b);

/*
 * rate_limit_take(b, route, budget, event, t): whether the budget of that route
 * has room for the event in the hour of t; a budget of 0 always has. An event
 * that was allowed once is allowed again. Where the store does not answer it is
 * allowed; an error is logged. Without a store `route` is kept until
 * rate_limit_free.
 */
bool rate_limit_take(struct rate_limit *b, const char *route, int budget,
	const char *event, double t);

/*
 * digest.c: a route gets several events together, in one record: which events
 * are due, and that record. Pure.
 */

/* A digest holds this many events, and bytes; more are only counted. */
#define DIGEST_EVENTS 100
#define DIGEST_BYTES (256 * 1024)

/* An event of a digest, and its place in the outbox of a server. */
struct digest_item {
	char *slug;
	unsigned long number; /* of the pending event */
	double created;
	char *body;
	bool taken; /* it is to be sent with the digest; see digest_keep_taken
		     */
};

/* A digest for one route. */
struct digest {
	char *route;
	int64_t boundary; /* when it was due; a part of its dedup_key */
	enum conf_digest period; /* the longest period of its events */
	bool over; /* the route's budget was spent for some of its events */
	double next_try; /* the earliest of its events */
	int attempts;	 /* that failed; the most of its events */
	unsigned long owed;	 /* see struct delivered */
	int done;	 /* requests that got through; the most of its events */
	struct digest_item *v;
	size_t n, cap;
};

struct digests {
	struct digest *v;
	size_t n, cap;
};

/*
 * digests_note(l, st, now, route): add the events in the outbox of a server
 * that wait for a digest of that route (NULL: of any) which is due now.
 * digests_sort(l): the oldest first.
 */
void digests_note(struct digests *l, const struct alert_state *st, double now,
	const char *route);
void digests_sort(struct digests *l);
void digests_release(struct digests *l);

/* digest_keep_taken(d): drop the events that are not taken. */
void digest_keep_taken(struct digest *d);

/*
 * digest_json(b, d, now): append the record of mcp-records(5) without a
 * newline, the oldest events first; it sorts d.
 */
void digest_json(struct buf *b, struct digest *d, double now);

/*
 * fallback.c: an event that cannot be delivered to a route in time goes to the
 * fallback of that route as well. The route is still tried. Pure.
 */

/* How long a delivery may take, by severity. */
#define FALLBACK_P1_S 120
#define FALLBACK_P2_S 3600
#define FALLBACK_P3_S (24 * 3600)
/* A delivery is late this much earlier: a run each minute is not on the second.
   */
#define FALLBACK_RUN_S 10

/* An error names an event that a route did not take so often. */
#define FALLBACK_SAY_S 3600

/*
 * fallback_say(p, d, now): whether an error is to name delivery d of event p,
 * which has just failed: that of a P1, one that somebody has to mend, and one
 * that is late; and none has in the last FALLBACK_SAY_S, by a clock that is
 * right.
 */
bool fallback_say(const struct pending *p, const struct delivery *d, double now);

/* fallback_any(st, now): whether any delivery of that server is overdue. */
bool fallback_any(const struct alert_state *st, double now);

/*
 * fallback_tell(st, c, now): put each event that is overdue into the outbox for
 * the fallback of its route, with the reason, and with it the later events of
 * the incident that wait for that route. From then on the fallback is notified
 * of that incident. Returns the number of events; c may be NULL.
 */
size_t fallback_tell(struct alert_state *st, const struct conf *c, double now);

#endif

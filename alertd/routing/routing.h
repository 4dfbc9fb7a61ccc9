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
#include "records/silence.h"

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
 * first policy that matches, or NULL for the default. Of a common incident the
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

/*
 * policy.c: the argument of --policy of mcp-alert(1): other numbers for
 * alerting. Pure.
 */

/* Room for the reason why a policy was refused. */
#define CONF_POLICY_WHY 600

/*
 * conf_policy(text, p, why): put the numbers of "key=value[,key=value…]" into
 * the policy. The keys, and what they may be, are those of alerts.policy in
 * fleet.yaml(5), by the same table. 0; or -1, and why, which has
 * CONF_POLICY_WHY bytes; then the policy is half changed.
 */
int conf_policy(const char *text, struct conf_policy *p, char *why);

/* conf_policy_of(c): the policy of a configuration; NULL: the defaults. */
struct conf_policy conf_policy_of(const struct conf *c);

/*
 * silence_hold.c: a silence holds back the incidents that it is about. They
 * begin, get worse and end as ever, but nobody is notified while it lasts; what
 * still lasts at its end, or is no longer covered by it, is sent then. Whoever
 * was notified of the beginning of an incident is sent its end, after the
 * silence if need be: until then the incident stays open. Pure.
 */

/*
 * silence_hold_judge(st, v, n, p, now, out): with the n silences at v: mark the
 * events of `out` that are held back, and append what the end of a silence
 * brings about. Call it after everything else that decides on st at that
 * instant, and before its ladders.
 */
void silence_hold_judge(struct alert_state *st, const struct silence *v,
	size_t n, const struct conf_policy *p, double now,
	struct alert_events *out);

/*
 * silence_hold_of(st, kind, v, n, now): of these silences, the one that holds
 * back that open incident longest; NULL: none does.
 */
const struct silence *silence_hold_of(const struct alert_state *st,
	enum alert_kind kind, const struct silence *v, size_t n, double now);

/*
 * correlation.c: many servers fail together: incidents that begin in one
 * window, of one kind, at one step, seen from the same regions. Policies for
 * all servers tell of those of one severity as one common incident of the
 * fleet; policies that choose servers tell of each of theirs. Pure.
 *
 * The common incident has a state of its own, beside those of the servers. The
 * name of that state depends on kind, severity, step and regions alone, so that
 * a server that follows joins it.
 */

/* Room for the name of such a state, "*." and 8 hex digits. */
#define CORRELATION_SLUG 12

/* An incident that has begun and of which nobody has been notified yet. */
struct correlation_start {
	struct alert_event event;
	struct strings now,
		later; /* the routes that get it; see struct run */
	size_t group; /* number of its group, from 1; 0: none */
};

struct correlation_starts {
	struct correlation_start *v;
	size_t n, cap;
};

/* correlation_may(e): whether event e may begin a common incident. */
bool correlation_may(const struct alert_event *e);

/*
 * correlation_note(l, e, now, later): remember such an event and the routes
 * that get it; *e, *now and *later are moved into l and left empty.
 * correlation_move(to, from): move all that `from` holds to the end of `to`.
 */
void correlation_note(struct correlation_starts *l, struct alert_event *e,
	struct strings *now, struct strings *later);
void correlation_move(
	struct correlation_starts *to, struct correlation_starts *from);
void correlation_release(struct correlation_starts *l);

/*
 * correlation_group(l, least): sort l so that incidents of one group are
 * neighbours, and number the groups. Where at least `least` servers share a
 * cause, those of each severity are a group, but for one that is the only one.
 * Returns the number of groups.
 */
size_t correlation_group(struct correlation_starts *l, size_t least);

/*
 * correlation_slug(e, out): the name of the state of the common incident to
 * which e belongs; out has CORRELATION_SLUG bytes.
 */
void correlation_slug(const struct alert_event *e, char *out);

/*
 * correlation_begin(st, v, n, out): make the n incidents of one group one
 * common incident, whose state is st: it begins, or they join it.
 */
void correlation_begin(struct alert_state *st,
	const struct correlation_start *v, size_t n, struct alert_events *out);

/*
 * correlation_joins(st, e): whether the common incident of st is open, and e
 * begins soon enough after it to belong to it.
 */
bool correlation_joins(
	const struct alert_state *st, const struct alert_event *e);

/*
 * correlation_alone(c, slug, kind, severity, at): whether such an incident of
 * that server is sent by itself at that time, even if it is shared, because its
 * policy chooses servers.
 */
bool correlation_alone(const struct conf *c, const char *slug,
	enum alert_kind kind, enum severity severity, double at);

/*
 * correlation_join(c, st, kind, group, at): from the instant `at`, which is
 * now, the incident of that server is sent as part of the common incident
 * `group`, unless it is sent by itself.
 */
void correlation_join(const struct conf *c, struct alert_state *st,
	enum alert_kind kind, const char *group, double at);

/* Reports of the regions on the servers that still have a common incident. */
struct correlation_reports {
	bool open;	     /* one of them has it */
	double at;	     /* the window of the newest verdict on them */
	bool failing;	     /* on one of them a region reports that it fails */
	struct streak quiet; /* of those on which none reports: the last */
	int64_t seen;	     /* the last window in which one reported */
	struct strings regions, silent;	/* where they failed; of these, silent */
	struct strings heard;		/* that report on one of them */
};

/*
 * correlation_report(r, st, kind): add the incident of one such server.
 * correlation_reports_release(r): free what r holds.
 */
void correlation_report(struct correlation_reports *r,
	const struct alert_state *st, enum alert_kind kind);
void correlation_reports_release(struct correlation_reports *r);

/*
 * correlation_kind(st, kind): of which kind the common incident of st is, if it
 * is open and servers recover from it. False: it is not.
 */
bool correlation_kind(const struct alert_state *st, enum alert_kind *kind);

/*
 * correlation_hear(st, r): the common incident of st is quiet while no region
 * reports on any of its servers, see struct incident; one that passes is about
 * to end, and does not keep the others awake.
 */
void correlation_hear(
	struct alert_state *st, const struct correlation_reports *r);

/*
 * correlation_follow(c, st, e, out): e ended the incident of a server, or made
 * it worse; the common incident of st ends with the last of its servers, and is
 * as severe as the worst of those that are not sent by themselves.
 */
void correlation_follow(const struct conf *c, struct alert_state *st,
	const struct alert_event *e, struct alert_events *out);

#endif

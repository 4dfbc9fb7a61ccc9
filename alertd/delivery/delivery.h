/* SPDX-License-Identifier: MIT */
/*
 * delivery.h: from the outboxes of states to routes: who takes what is due, the
 * attempts, digests, and the call that says that we are alive.
 */
#ifndef DELIVERY_DELIVERY_H
#define DELIVERY_DELIVERY_H

#include "base/strings.h"
#include "conf/conf.h"
#include "outbox/outbox.h"
#include "records/verdict.h"
#include "transport/transport.h"

#include <stdbool.h>

struct alert_state;
struct deliver;
struct delivery;
struct outbox_item;
struct state_store;
struct store;

/*
 * worker.c: delivers the outboxes of servers. A delivery is marked as taken
 * before it is sent, and its result is stored after that, each by compare-and-
 * set, so that of two workers side by side one sends. Routes are served side
 * by side, the most urgent event first; nothing waits for a route but what is
 * for that route.
 */

/* Opaque. */
struct worker;

/*
 * worker_new(states, deliver, conf): none is copied; conf and deliver may be
 * NULL. worker_free(w): nothing may be under way, see worker_finish.
 */
struct worker *worker_new(struct state_store *states, struct deliver *deliver,
	const struct conf *conf);
void worker_free(struct worker *w);

/*
 * worker_judge(w, now): by which a caller leases deliveries for w in a state
 * that is about to be stored, see outbox_take; worker_out begins with these.
 * worker_hold(w, keys): events with these dedup keys are not sent; the list,
 * which is sorted, may change before each call with w.
 */
struct outbox_judge worker_judge(struct worker *w, double now);
void worker_hold(struct worker *w, const struct strings *keys);

/*
 * worker_out(w, slugs, now): begin to deliver what is due of these servers, of
 * which none is there twice. A route that is down is not tried again by this
 * process before its time.
 */
void worker_out(struct worker *w, const struct strings *slugs, double now);

/*
 * worker_wait(w, fd, ms): go on delivering until fd can be read (-1: there is
 * none), or for ms milliseconds; less than 0: for as long as it takes. Whether
 * fd can be read.
 */
bool worker_wait(struct worker *w, int fd, int ms);

/*
 * worker_finish(w): go on delivering until nothing is under way. What cannot
 * begin within WORKER_FINISH_MS, because a route is slow, is left for a later
 * run. worker_busy(w): whether a delivery is under way or about to begin.
 * worker_left(w): whether anything so far is left for a later run, was
 * given up, or the store failed; an error is logged.
 */
#define WORKER_FINISH_MS 30000
void worker_finish(struct worker *w);
bool worker_busy(const struct worker *w);
bool worker_left(const struct worker *w);

/* A caller who waits for what becomes of one event. */
struct worker_watch {
	const char *key; /* its dedup_key */
	void (*heard)(void *arg, const char *route, const struct delivered *d);
	void *arg;
};

/*
 * worker_watch(w, watch): from now on, tell watch->heard what becomes of its
 * event, instead of the operator; a delivery of it that fails is not tried
 * again.
 */
void worker_watch(struct worker *w, const struct worker_watch *watch);

/*
 * worker_overdue(w): whether since worker_begin(w) an event was found that
 * should have been with a route by now, and is not with its fallback either;
 * see routing/fallback.c.
 */
void worker_begin(struct worker *w);
bool worker_overdue(const struct worker *w);

/*
 * digest_worker.c: gathers from the outboxes of all servers the events that
 * wait to be sent together, and sends them as digests, to all routes side by
 * side. An event leaves its outbox only after that, so that a crash loses
 * nothing, but may repeat a digest, under the same key.
 */

struct digest_setup {
	struct state_store *states;
	struct store *store; /* that of the states */
	struct deliver *deliver;
	const struct conf *conf; /* NULL: nothing is sent */
};

/* Opaque. */
struct digest_worker;

/*
 * digest_worker_new(setup): what *setup points to stays the caller's.
 * digest_worker_free(g): none may be under way.
 */
struct digest_worker *digest_worker_new(const struct digest_setup *setup);
void digest_worker_free(struct digest_worker *g);

/*
 * digest_worker_out(g, slugs, now): begin to send the digests that are due;
 * slugs: all servers that have undelivered events. They go on whenever somebody
 * waits for the transfers of setup->deliver. digest_worker_busy(g): whether any
 * is under way. digest_worker_settled(g): servers whose events were in digests
 * that have ended, for worker_out; the caller clears them.
 * digest_worker_left(g): whether a digest was left for a later run; the
 * operator has been notified of what failed.
 */
void digest_worker_out(struct digest_worker *g, const struct strings *slugs,
	double now);
bool digest_worker_busy(const struct digest_worker *g);
struct strings *digest_worker_settled(struct digest_worker *g);
bool digest_worker_left(const struct digest_worker *g);

/*
 * heartbeat.c: a URL that is called after each complete round, so that a
 * service elsewhere alerts when the calls stop: a dead man's switch.
 */

/* Opaque. May be NULL in all functions: then no URL is called. */
struct heartbeat;

/*
 * heartbeat_new(conf, credentials, t): none is copied, and the first two may be
 * NULL; the calls go on whenever somebody waits for t. NULL where the
 * configuration names no URL. heartbeat_free(h): waits for the last call.
 */
struct heartbeat *heartbeat_new(const struct conf *conf,
	const char *credentials, struct transfers *t);
void heartbeat_free(struct heartbeat *h);

/*
 * heartbeat_verdict(h, v, now): a verdict was read at that time.
 * heartbeat_refused(h): a line was refused.
 */
void heartbeat_verdict(struct heartbeat *h, const struct verdict *v,
	double now);
void heartbeat_refused(struct heartbeat *h);

/*
 * heartbeat_round(h, end, trouble): the verdicts so far have been decided on.
 * If they are a complete round, see below, and trouble is NULL:
 * begin to call the URL, and begin the next round; where the last call has not
 * ended, the round goes on. It also goes on in all other cases; but where no
 * more verdicts will come (`end`), a warning says why it is not complete.
 */
void heartbeat_round(struct heartbeat *h, bool end, const char *trouble);

/*
 * Whether a round is complete, which is when the heartbeat
 * is sent. A failure of any stage must stop the heartbeat. Pure.
 */

#define ROUND_COMPLETE_WHY 200

/* A round so far; all zero at first, but for conf. */
struct round_complete {
	const struct conf *conf;
	bool *judged;	/* by server of the configuration, from the first on */
	size_t verdicts; /* how many, those on the past not counted */
	size_t reporters; /* how many regions reported, over all of them */
	size_t refused; /* how many lines */
};

/*
 * round_complete_verdict(p, v, now): a verdict was read at that time. It does
 * not count if it is older than STAGE_STALE_S, as far ahead, or judged late.
 */
void round_complete_verdict(
	struct round_complete *p, const struct verdict *v, double now);

/*
 * round_complete_complete(p, why): whether every server of the configuration
 * was judged, or where it has none any server; a region reported of one of them
 * at least; and no line was refused. If not, why, of ROUND_COMPLETE_WHY bytes.
 */
bool round_complete_complete(const struct round_complete *p, char *why);

/* round_complete_clear(p): begin the next round; frees what p holds. */
void round_complete_clear(struct round_complete *p);

/*
 * sender.c: sends events to routes, side by side: none waits for another.
 */

/* An event to be sent. */
struct delivery_request {
	const struct conf_route *route;
	const char *body; /* a record of mcp-records(5) */
	/* The id that the vendor gave to the message of this incident, in the
	   answer to an earlier delivery; or NULL. */
	const char *handle;
	/* How many requests of this delivery got through before, and which of
	   them are owed; see struct delivered. */
	int done;
	unsigned long owed;
	void (*ended)(void *arg);
	void *arg;
	struct delivered result;
};

/*
 * deliver_new(credentials, conf): credentials is the folder of the secrets;
 * conf has the cities and the zone of messages. Neither is copied; each may be
 * NULL. deliver_free(d): nothing may be under way.
 */
struct deliver *deliver_new(const char *credentials, const struct conf *conf);
void deliver_free(struct deliver *d);

/*
 * deliver_ready(credentials, r, why): whether that folder has all that route r
 * needs. If not, *why says what is missing, in DELIVER_WHY bytes, and names no
 * secret.
 */
bool deliver_ready(const char *credentials, const struct conf_route *r,
	char *why);

/*
 * deliver_odd(credentials, r): why the secret of route r cannot be one of its
 * vendor, a constant, if the route is ready; else NULL.
 */
const char *deliver_odd(const char *credentials, const struct conf_route *r);

/*
 * deliver_begin(d, p): start to try *p once; when p->result is known, maybe at
 * once, p->ended(p->arg) is called. Keep *p in place until then. An attempt
 * takes DELIVER_LIMIT_MS at most for a request, and less than three times that
 * for all its requests: the next attempt goes on from there.
 */
void deliver_begin(struct deliver *d, struct delivery_request *p);

/* deliver_transfers(d): all that is under way, to be waited for. */
struct transfers *deliver_transfers(const struct deliver *d);

/*
 * attempt.c: an attempt of this process to deliver an event to a route: taken
 * from the outbox of a state, sent, and its result put into that state. The
 * caller stores the state.
 */

/* Who sends, and what this process knows of the routes. */
struct attempt_context {
	const struct conf *conf; /* or NULL */
	double now;
	double *down_until; /* by route of the configuration: it is not tried
			       before */
	const char *watched; /* the dedup_key of worker_watch, or NULL */
	char holder[OWNER_SIZE]; /* our name, see outbox/leases.c */
};

/* Its strings are its own. */
struct attempt {
	char *slug;
	unsigned long number; /* of the pending event */
	char *name;	      /* of the route */
	const struct conf_route *route; /* NULL: no longer configured */
	struct urgency urgency;
	double created; /* the event */
	bool watched;
	/* Once it is taken: */
	char *key, *event, *body; /* of the event */
	char *handle; /* see struct delivery_request */
	double since; /* when it was taken; see clock_mono_ms. 0: it is not */
	struct delivery_request request;
	bool last; /* it failed, and is not tried again */
	bool say;  /* it failed, and an error is due; see fallback_say */
	void *owner; /* the caller's */
};

void attempt_free(struct attempt *a);

struct attempts {
	struct attempt **v;
	size_t n, cap;
};

/*
 * attempts_add(l, a): append a, which is l's from now on. attempts_find(l,
 * slug, number, route): that one, or NULL. attempts_remove(l, a): take it out
 * of l. attempts_drop(l, slug): free those of a server.
 */
void attempts_add(struct attempts *l, struct attempt *a);
struct attempt *attempts_find(const struct attempts *l, const char *slug,
	unsigned long number, const char *route);
void attempts_remove(struct attempts *l, const struct attempt *a);
void attempts_drop(struct attempts *l, const char *slug);
void attempts_release(struct attempts *l);

/* attempt_judge(c): what is due for us, what we have leased included. */
struct outbox_judge attempt_judge(struct attempt_context *c);

/*
 * attempt_new(j, c, st, item): an attempt of that delivery; taken if it is
 * leased to us for long enough. attempt_take(j, st, item, a): lease it to us.
 */
struct attempt *attempt_new(const struct outbox_judge *j,
	const struct attempt_context *c, const struct alert_state *st,
	const struct outbox_item *item);
void attempt_take(const struct outbox_judge *j, const struct alert_state *st,
	struct outbox_item *item, struct attempt *a);

/*
 * attempt_may_begin(a): whether a was taken, and not too long ago for another
 * process.
 */
bool attempt_may_begin(const struct attempt *a);

/* attempt_route_up(c, route): whether that route may be tried now. */
bool attempt_route_up(const struct attempt_context *c, const char *route);

/*
 * attempt_lease_lasts(j, d): whether d is leased to us, and for long enough to
 * begin without another lease.
 */
bool attempt_lease_lasts(
	const struct outbox_judge *j, const struct delivery *d);

/*
 * attempt_settle(c, st, a): put the result of a into the outbox of st: the
 * delivery is done, or due again later, or given up, and then a->last is set.
 * False: the delivery is not there any more.
 */
bool attempt_settle(const struct attempt_context *c, struct alert_state *st,
	struct attempt *a);

/*
 * attempt_say(a): tell the operator that a failed: by an error if one is due,
 * as mcp-fleet does not pass warnings on to cron; else by a warning.
 */
void attempt_say(const struct attempt *a);

#endif

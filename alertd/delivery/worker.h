/*
 * worker.h: delivers the outboxes of servers. A delivery is marked as taken
 * before it is sent, and its result is stored after that, each by
 * compare-and-set, so that of two workers side by side one sends.
 */
#ifndef DELIVERY_WORKER_H
#define DELIVERY_WORKER_H

#include "conf/conf.h"

#include <stdbool.h>

struct alert_state;
struct deliver;
struct delivered;
struct state_store;
struct strings;

/* Opaque. */
struct worker;

/* worker_new(states, deliver, conf): none is copied; conf may be NULL. */
struct worker *worker_new(struct state_store *states, struct deliver *deliver,
	const struct conf *conf);
void worker_free(struct worker *c);

/*
 * worker_first(c, st, now): take what is due in a state that is about to be
 * stored, in the same write; worker_out begins with it. worker_drop(c, slug):
 * that state was not stored, and what was taken does not count.
 * worker_let_go(c, st): what was taken earlier is not sent after all, and goes
 * back to the outbox of st, which is about to be stored.
 */
void worker_first(struct worker *c, struct alert_state *st, double now);
void worker_drop(struct worker *c, const char *slug);
void worker_let_go(struct worker *c, struct alert_state *st);

/*
 * worker_out(c, slugs, now): deliver what is due of these servers, of which
 * none is there twice. A route that is down is not tried again by this process
 * before its time. worker_left(c): whether anything so far is left for a later
 * run, was given up, or the store failed; the operator has been told.
 */
void worker_out(struct worker *c, const struct strings *slugs, double now);
bool worker_left(const struct worker *c);

/* Somebody who waits to hear what becomes of one event. */
struct worker_watch {
	const char *key; /* its dedup_key */
	void (*heard)(void *arg, const char *route, const struct delivered *d);
	void *arg;
};

/*
 * worker_watch(c, w): from now on, what becomes of such an event is said to w
 * and not to the operator, and what cannot be delivered is not tried again.
 */
void worker_watch(struct worker *c, const struct worker_watch *w);

/*
 * worker_overdue(c): whether since worker_begin(c) something was found that
 * should have been with a route by now, and is not with its fallback either;
 * see routing/fallback.h.
 */
void worker_begin(struct worker *c);
bool worker_overdue(const struct worker *c);

#endif

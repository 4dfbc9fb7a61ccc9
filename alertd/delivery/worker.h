/*
 * worker.h: carries the outboxes of servers out to their routes. Who sends is
 * written down before, what came of it after, each by a compare-and-set, so
 * that of two that run side by side one sends.
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

/* worker_new(shelf, deliver, conf): none is copied; conf may be NULL. */
struct worker *worker_new(struct state_store *shelf, struct deliver *deliver,
	const struct conf *conf);
void worker_free(struct worker *c);

/*
 * worker_first(c, st, now): take what is due in a state that is about to be
 * stored, with the same write; worker_out begins with that. worker_let_go(c,
 * st): in one that was stored since then: it is not taken after all, unless
 * that is not stored. worker_drop(c, slug): it was not stored; NULL: none was.
 */
void worker_first(struct worker *c, struct alert_state *st, double now);
void worker_let_go(struct worker *c, struct alert_state *st);
void worker_drop(struct worker *c, const char *slug);

/*
 * worker_out(c, slugs, now): deliver what is due of these servers, of which
 * none stands there twice. A route that is down is not tried again by this
 * process before its time. True where nothing is left to be done by a later
 * run; where something is, was given up, or the store failed, the operator has
 * been told.
 */
bool worker_out(struct worker *c, const struct strings *slugs, double now);

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

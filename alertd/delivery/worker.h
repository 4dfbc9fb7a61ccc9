/*
 * worker.h: delivers the outboxes of servers. A delivery is marked as taken
 * before it is sent, and its result is stored after that, each by
 * compare-and-set, so that of two workers side by side one sends. Routes are
 * served side by side, the most urgent event first; nothing waits for a route
 * but what is for that route.
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

/*
 * worker_new(states, deliver, conf): none is copied; conf and deliver may be
 * NULL. worker_free(w): nothing may be under way, see worker_finish.
 */
struct worker *worker_new(struct state_store *states, struct deliver *deliver,
	const struct conf *conf);
void worker_free(struct worker *w);

/*
 * worker_first(w, st, now): take what is due in a state that is about to be
 * stored, in the same write; worker_out begins with it. worker_drop(w, slug):
 * that state was not stored, and what was taken does not count.
 * worker_let_go(w, st): what was taken earlier is not sent after all, and goes
 * back to the outbox of st, which is about to be stored.
 */
void worker_first(struct worker *w, struct alert_state *st, double now);
void worker_drop(struct worker *w, const char *slug);
void worker_let_go(struct worker *w, struct alert_state *st);

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
 * given up, or the store failed; the operator has been told.
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
 * see routing/fallback.h.
 */
void worker_begin(struct worker *w);
bool worker_overdue(const struct worker *w);

#endif

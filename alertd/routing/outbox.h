/*
 * outbox.h: the events of a server that are not yet with all their routes. An
 * event stands here from the write that decided on it until each route has it.
 * Pure: what is due, in which order, and when it is tried again.
 */
#ifndef ROUTING_OUTBOX_H
#define ROUTING_OUTBOX_H

#include "incident/state.h"

/* Longer than any attempt takes; see delivery.holder. */
#define OUTBOX_HOLD_S 30

/*
 * outbox_add(st, r, body, routes, now): put an event there for these routes. An
 * earlier one of the same incident that waits for one of them is due at once,
 * for it has to arrive before this one. Nothing where there are no routes.
 */
void outbox_add(struct alert_state *st, const struct alert_record *r,
	const char *body, const struct strings *routes, double now);

/*
 * outbox_put(st, p, routes): the same of an event whose key, name, body and
 * time of creation are those of *p, which stays the caller's.
 */
void outbox_put(struct alert_state *st, const struct pending *p,
	const struct strings *routes);

/* Whether the process that holds a delivery is gone; whether a route is up. */
struct outbox_judge {
	bool (*gone)(void *arg, const char *holder);
	bool (*up)(void *arg, const char *route);
	void *arg;
};

/* A delivery and the event that it delivers. */
struct outbox_item {
	struct pending *pending;
	struct delivery *delivery;
};

/*
 * outbox_due(st, now, j, out): the delivery to be tried next: the oldest whose
 * time has come, which nobody else is sending, which is for no digest, and
 * before which the same route has nothing of the same incident to wait for.
 * False where there is none.
 */
bool outbox_due(const struct alert_state *st, double now,
	const struct outbox_judge *j, struct outbox_item *out);

/*
 * outbox_waits(st, now, j): whether any delivery is left for a later run; those
 * that another process is sending are that one's.
 */
bool outbox_waits(const struct alert_state *st, double now,
	const struct outbox_judge *j);

/* How an event waits to be put together with others. */
struct outbox_wait {
	enum conf_digest digest; /* how often that is done */
	bool over;		 /* only because the route's budget is spent */
	int64_t boundary;	 /* when it is */
};

/*
 * Of the newest event and one of its routes: outbox_wait(st, route, w): it
 * waits like that, and what waits longer of the same incident waits no longer
 * than it. outbox_joins(st, route, out): whether something of the same incident
 * waits for that route, and how. outbox_pull(st, route, now): what waited like
 * that is due now, each by itself, for it has to arrive before this one.
 */
void outbox_wait(struct alert_state *st, const char *route,
	const struct outbox_wait *w);
bool outbox_joins(struct alert_state *st, const char *route,
	struct outbox_wait *out);
void outbox_pull(struct alert_state *st, const char *route, double now);

/* outbox_find(st, number, route, out): that delivery, if it is still there. */
bool outbox_find(const struct alert_state *st, unsigned long number,
	const char *route, struct outbox_item *out);

/*
 * outbox_forget(st, key, route): what was not yet sent of an incident to a
 * route need not be; what is just being sent is.
 */
void outbox_forget(struct alert_state *st, const char *key, const char *route);

/* outbox_drop(st, item): it is delivered, or given up. */
void outbox_drop(struct alert_state *st, struct outbox_item *item);

#endif

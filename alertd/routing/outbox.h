/*
 * outbox.h: the events of a server that not all their routes have got yet. An
 * event is stored here with the decision to tell it, and stays until each route
 * has it. Pure: what is due, and in which order. When it is tried again:
 * retry.h.
 */
#ifndef ROUTING_OUTBOX_H
#define ROUTING_OUTBOX_H

#include "incident/state.h"

/* How long a process leases a delivery; longer than any attempt takes. */
#define OUTBOX_HOLD_S 30

/*
 * outbox_add(st, r, body, routes, now): add an event for these routes, if there
 * are any. Earlier events of the same incident for the same routes are due at
 * once, for they have to arrive before it.
 */
void outbox_add(struct alert_state *st, const struct alert_record *r,
	const char *body, const struct strings *routes, double now);

/*
 * outbox_put(st, p, routes): the same, with key, event, body and created taken
 * from *p, which stays the caller's.
 */
void outbox_put(struct alert_state *st, const struct pending *p,
	const struct strings *routes);

/* What only the caller knows: whether a process is gone, and a route is up. */
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
 * outbox_due(st, now, j, at, out): find the next delivery, the oldest first,
 * that is due, that no other process is sending, that waits for no digest, and
 * that is the first of its incident for its route. *at is 0 at first, and
 * remembers how far we are. False: there is none.
 */
bool outbox_due(const struct alert_state *st, double now,
	const struct outbox_judge *j, size_t *at, struct outbox_item *out);

/*
 * outbox_waits(st, now, j): whether a delivery that failed, or whose route is
 * down, is left for a later run. What another process is sending does not, nor
 * what comes after that: it sends that, too.
 */
bool outbox_waits(const struct alert_state *st, double now,
	const struct outbox_judge *j);

/* How an event waits for a digest. */
struct outbox_wait {
	enum conf_digest digest; /* the period */
	bool over;		 /* only because the route's budget is spent */
	int64_t boundary;	 /* when the digest is due */
};

/*
 * These are about the newest event and one of its routes. outbox_wait(st,
 * route, w): it waits for the digest *w, and earlier events of its incident for
 * none later. outbox_joins(st, route, out): whether an earlier event of its
 * incident waits for a digest of that route, and which. outbox_pull(st, route,
 * now): earlier events of its incident leave their digest and are due now, for
 * they have to arrive before it; those that are being sent in a digest, once
 * that has failed.
 */
void outbox_wait(struct alert_state *st, const char *route,
	const struct outbox_wait *w);
bool outbox_joins(struct alert_state *st, const char *route,
	struct outbox_wait *out);
void outbox_pull(struct alert_state *st, const char *route, double now);

/* outbox_find(st, number, route, out): that delivery; false: it is gone. */
bool outbox_find(const struct alert_state *st, unsigned long number,
	const char *route, struct outbox_item *out);

/*
 * outbox_forget(st, key, route): drop what was not yet sent of an incident to a
 * route, but for what is being sent right now.
 */
void outbox_forget(struct alert_state *st, const char *key, const char *route);

/* outbox_drop(st, item): remove a delivery: it is done, or given up. */
void outbox_drop(struct alert_state *st, struct outbox_item *item);

#endif

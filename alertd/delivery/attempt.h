/*
 * attempt.h: an attempt of this process to deliver an event to a route: taken
 * from the outbox of a state, sent, and its result put into that state. The
 * caller stores the state.
 */
#ifndef DELIVERY_ATTEMPT_H
#define DELIVERY_ATTEMPT_H

#include "delivery/owner.h"
#include "delivery/sender.h"
#include "routing/retry.h"

#include <stdbool.h>

struct alert_state;
struct delivery;
struct outbox_item;

/* Who sends, and what this process knows of the routes. */
struct attempt_context {
	const struct conf *conf; /* or NULL */
	double now;
	double *down_until; /* by route of the configuration: it is not tried
			       before */
	const char *watched; /* the dedup_key of worker_watch, or NULL */
	char holder[OWNER_SIZE]; /* our name, see owner.h */
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

/*
 * attempt_next(c, st, at, item): find the next delivery that is due, what we
 * have taken included; see outbox_due. attempt_waits(c, st): whether there is
 * one for a later run; see outbox_waits.
 */
bool attempt_next(struct attempt_context *c, const struct alert_state *st,
	size_t *at, struct outbox_item *item);
bool attempt_waits(struct attempt_context *c, const struct alert_state *st);

/* attempt_new(c, st, item): an attempt of that delivery, not yet taken. */
struct attempt *attempt_new(const struct attempt_context *c,
	const struct alert_state *st, const struct outbox_item *item);

/* attempt_take(c, st, item, a): mark the delivery as taken by us. */
void attempt_take(const struct attempt_context *c, const struct alert_state *st,
	struct outbox_item *item, struct attempt *a);

/* attempt_ours(c, d): whether d is marked as taken by us. */
bool attempt_ours(const struct attempt_context *c, const struct delivery *d);

/*
 * attempt_may_begin(a): whether a was taken, and not too long ago for another
 * process.
 */
bool attempt_may_begin(const struct attempt *a);

/* attempt_route_up(c, route): whether that route may be tried now. */
bool attempt_route_up(const struct attempt_context *c, const char *route);

/*
 * attempt_give_back(c, st, busy, n): mark as free what we have taken in the
 * outbox of st, but for the attempts of n lists. Whether there was any.
 */
bool attempt_give_back(const struct attempt_context *c, struct alert_state *st,
	const struct attempts *const *busy, size_t n);

/*
 * attempt_settle(c, st, a): put the result of a into the outbox of st: the
 * delivery is done, or due again later, or given up, and then a->last is set.
 * False: the delivery is not there any more.
 */
bool attempt_settle(const struct attempt_context *c, struct alert_state *st,
	struct attempt *a);

/*
 * attempt_say(a): tell the operator that a failed: by an error if one is due, as
 * mcp-fleet does not pass warnings on to cron; else by a warning.
 */
void attempt_say(const struct attempt *a);

#endif

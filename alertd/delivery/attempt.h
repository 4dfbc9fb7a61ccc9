/*
 * attempt.h: an attempt of this process to deliver an event to a route: taken
 * from the outbox of a state, sent, and its result put into that state. The
 * caller stores the state.
 */
#ifndef DELIVERY_ATTEMPT_H
#define DELIVERY_ATTEMPT_H

#include "delivery/owner.h"
#include "delivery/sender.h"

#include <stdbool.h>

struct alert_state;
struct deliver;

/* Who sends, and what this process knows of the routes. */
struct attempt_context {
	const struct conf *conf; /* or NULL */
	double now;
	/* By route of the configuration: */
	double *down_until; /* it is not tried before */
	bool *up;	    /* it took the last event */
	const char *watched; /* the dedup_key of worker_watch, or NULL */
	char holder[OWNER_SIZE]; /* our name, see owner.h */
};

/* Its strings are its own. */
struct attempt {
	char *slug;
	unsigned long number; /* of the pending event */
	const struct conf_route *route; /* NULL: no longer configured */
	char *name;		 /* of the route */
	char *key, *event, *body; /* of the event */
	char *handle; /* see struct delivery_request */
	int done;     /* see there */
	bool watched;
	double since; /* when it was taken; see clock_mono_ms */
	struct delivered result;
};

void attempt_release(struct attempt *a);

struct attempts {
	struct attempt *v;
	size_t n, cap;
};

/*
 * attempts_add(l, a): append a, which is l's from now on. Of one server:
 * attempts_has(l, slug): whether there is one. attempts_take(l, slug, a): move
 * the first to *a; false: there is none. attempts_drop(l, slug): free them.
 */
void attempts_add(struct attempts *l, const struct attempt *a);
bool attempts_has(const struct attempts *l, const char *slug);
bool attempts_take(struct attempts *l, const char *slug, struct attempt *a);
void attempts_drop(struct attempts *l, const char *slug);
void attempts_release(struct attempts *l);

enum attempt_found {
	ATTEMPT_GOT,
	ATTEMPT_NOTHING,
	ATTEMPT_WAITS /* there is a delivery, but only for a later run */
};

/*
 * attempt_pick(c, st, a): mark the next delivery that is due as taken by us, in
 * the outbox of st, and describe it in *a, to be freed with attempt_release.
 */
enum attempt_found attempt_pick(struct attempt_context *c,
	struct alert_state *st, struct attempt *a);

/*
 * attempt_may_begin(c, a): whether a, taken some time ago, may still be sent:
 * it is not too late, and its route is not known to be down.
 */
bool attempt_may_begin(
	const struct attempt_context *c, const struct attempt *a);

/*
 * attempt_give_back(c, st): mark as free what we have taken in the outbox of
 * st. Whether there was any.
 */
bool attempt_give_back(
	const struct attempt_context *c, struct alert_state *st);

/* attempts_send(c, d, l): try each once, and set its result. */
void attempts_send(const struct attempt_context *c, struct deliver *d,
	struct attempts *l);

/*
 * attempts_tried(l): the attempts that were tried, the caller's from now on;
 * the postponed ones stay in l.
 */
struct attempts attempts_tried(struct attempts *l);

/* attempt_say(a, last): tell the operator that a failed, *last of
   attempt_settle. */
void attempt_say(const struct attempt *a, bool last);

/*
 * attempt_settle(c, st, a, last): put the result of a into the outbox of st:
 * the delivery is done, or due again later, or given up, and then *last is set.
 * False: the delivery is not there any more.
 */
bool attempt_settle(const struct attempt_context *c, struct alert_state *st,
	const struct attempt *a, bool *last);

#endif

/*
 * attempt.h: a delivery that this process is sending: how it is taken out of
 * the outbox of a server, given back, and what comes of it, on a state that is
 * then stored.
 */
#ifndef DELIVERY_ATTEMPT_H
#define DELIVERY_ATTEMPT_H

#include "delivery/owner.h"
#include "delivery/sender.h"

#include <stdbool.h>

struct alert_state;
struct deliver;

/* Who sends, and what it knows of the routes. */
struct attempt_context {
	const struct conf *conf; /* or NULL */
	double now;
	/* By route of the configuration: when it may be tried again; whether
	   it took what came to it last. */
	double *down_until;
	bool *up;
	const char *watched; /* a dedup_key that somebody waits for, or NULL */
	char holder[OWNER_SIZE];
};

/* It outlives the state that it comes from. */
struct attempt {
	char *slug;
	unsigned long number;
	const struct conf_route *route; /* NULL: no longer configured */
	char *name, *key, *event, *body;
	char *handle; /* or NULL */
	int done;
	bool watched;
	double since; /* when it was taken, by clock_mono_ms */
	struct delivered result;
};

void attempt_release(struct attempt *e);

struct attempts {
	struct attempt *v;
	size_t n, cap;
};

/*
 * attempts_add(l, e): one more, which is l's from now on. attempts_has(l,
 * slug): whether there is one of that server. attempts_take(l, slug, e): the
 * first of those, the caller's from now on; false: there is none.
 * attempts_drop(l, slug): forget them.
 */
void attempts_add(struct attempts *l, const struct attempt *e);
bool attempts_has(const struct attempts *l, const char *slug);
bool attempts_take(struct attempts *l, const char *slug, struct attempt *e);
void attempts_drop(struct attempts *l, const char *slug);
void attempts_release(struct attempts *l);

enum attempt_found { ATTEMPT_GOT, ATTEMPT_NOTHING, ATTEMPT_WAITS };

/*
 * attempt_pick(s, st, e): take the next delivery of a state, if there is one,
 * and attempt_release it; else whether one waits for a later run.
 */
enum attempt_found attempt_pick(struct attempt_context *s, struct alert_state *st,
	struct attempt *e);

/*
 * attempt_may_begin(s, e): whether it may, having been taken some time ago: its
 * route may have turned out to be down.
 */
bool attempt_may_begin(const struct attempt_context *s, const struct attempt *e);

/*
 * attempt_give_back(s, st): what of it is taken by us, and not being sent, is
 * not. Whether there was any.
 */
bool attempt_give_back(const struct attempt_context *s, struct alert_state *st);

/* attempts_send(s, d, l): one attempt of each, and its result. */
void attempts_send(const struct attempt_context *s, struct deliver *d,
	struct attempts *l);

/* attempts_tried(l): those that were; the postponed ones stay in l. */
struct attempts attempts_tried(struct attempts *l);

/* attempt_say(e, last): tell the operator of one that failed. */
void attempt_say(const struct attempt *e, bool last);

/*
 * attempt_settle(s, st, e, last): what came of it, e->result, if it is still
 * there; false: it is not. *last where it was given up.
 */
bool attempt_settle(const struct attempt_context *s, struct alert_state *st,
	const struct attempt *e, bool *last);

#endif

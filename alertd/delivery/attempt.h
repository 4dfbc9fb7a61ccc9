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
struct sender {
	const struct conf *conf; /* or NULL */
	double now;
	/* By route of the configuration: when it may be tried again; whether
	   it took what came to it last. */
	double *down_until;
	bool *up;
	const char *watched; /* a dedup_key that somebody waits for, or NULL */
	char holder[HOLDER_SIZE];
};

/* It outlives the state that it comes from. */
struct errand {
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

void errand_release(struct errand *e);

struct errands {
	struct errand *v;
	size_t n, cap;
};

/*
 * errands_add(l, e): one more, which is l's from now on. errands_has(l, slug):
 * whether there is one of that server. errands_take(l, slug, e): the first of
 * those, the caller's from now on; false: there is none. errands_drop(l, slug):
 * forget them.
 */
void errands_add(struct errands *l, const struct errand *e);
bool errands_has(const struct errands *l, const char *slug);
bool errands_take(struct errands *l, const char *slug, struct errand *e);
void errands_drop(struct errands *l, const char *slug);
void errands_release(struct errands *l);

enum errand_found { ERRAND_GOT, ERRAND_NOTHING, ERRAND_WAITS };

/*
 * errand_pick(s, st, e): take the next delivery of a state, if there is one,
 * and errand_release it; else whether one waits for a later run.
 */
enum errand_found errand_pick(struct sender *s, struct alert_state *st,
	struct errand *e);

/*
 * errand_may_begin(s, e): whether it may, having been taken some time ago: its
 * route may have turned out to be down.
 */
bool errand_may_begin(const struct sender *s, const struct errand *e);

/*
 * errand_give_back(s, st): what of it is taken by us, and not being sent, is
 * not. Whether there was any.
 */
bool errand_give_back(const struct sender *s, struct alert_state *st);

/* errands_send(s, d, l): one attempt of each, and its result. */
void errands_send(const struct sender *s, struct deliver *d,
	struct errands *l);

/* errands_tried(l): those that were; the postponed ones stay in l. */
struct errands errands_tried(struct errands *l);

/* errand_say(e, last): tell the operator of one that failed. */
void errand_say(const struct errand *e, bool last);

/*
 * errand_settle(s, st, e, last): what came of it, e->result, if it is still
 * there; false: it is not. *last where it was given up.
 */
bool errand_settle(const struct sender *s, struct alert_state *st,
	const struct errand *e, bool *last);

#endif

/*
 * carry.h: carries the outbox of a server out to its routes. Who sends is
 * written down before, what came of it after, each by a compare-and-set, so
 * that of two that run side by side one sends.
 */
#ifndef CARRY_H
#define CARRY_H

#include "conf.h"

#include <stdbool.h>

struct deliver;
struct delivered;
struct shelf;

/* Opaque. */
struct carry;

/* carry_new(shelf, deliver, conf): none is copied; conf may be NULL. */
struct carry *carry_new(struct shelf *shelf, struct deliver *deliver,
	const struct conf *conf);
void carry_free(struct carry *c);

/*
 * carry_out(c, slug, now): deliver what is due of a server. A route that is
 * down is not tried again by this process before its time. True where nothing
 * is left to be done by a later run; where something is, was given up, or the
 * store failed, the operator has been told.
 */
bool carry_out(struct carry *c, const char *slug, double now);

/* Somebody who waits to hear what becomes of one event. */
struct carry_watch {
	const char *key; /* its dedup_key */
	void (*heard)(void *arg, const char *route, const struct delivered *d);
	void *arg;
};

/*
 * carry_watch(c, w): from now on, what becomes of such an event is said to w
 * and not to the operator, and what cannot be delivered is not tried again.
 */
void carry_watch(struct carry *c, const struct carry_watch *w);

#endif

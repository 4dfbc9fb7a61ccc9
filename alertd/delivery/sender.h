/*
 * sender.h: attempts to bring events to routes, side by side.
 */
#ifndef DELIVERY_SENDER_H
#define DELIVERY_SENDER_H

#include "conf/conf.h"
#include "transport/result.h"

#include <stdbool.h>

/* What is to be brought; nothing of it is kept. */
struct delivery_request {
	const struct conf_route *route;
	const char *body; /* a record of mcp-records(5) */
	/*
	 * What an earlier delivery to this route said that the message of this
	 * incident is called there; or NULL.
	 */
	const char *handle;
	int done; /* requests of this delivery that got through before */
	bool trusted;  /* the route took what came to it last */
	double before; /* not begun after that, by clock_mono_ms; 0: whenever */
	struct delivered result;
};

/* Opaque. */
struct deliver;

/*
 * deliver_new(credentials): what deliveries need; the folder of the secrets is
 * NULL where there is none, and not copied.
 */
struct deliver *deliver_new(const char *credentials);
void deliver_free(struct deliver *d);

/*
 * deliver_ready(credentials, r, why): whether a route has all that it needs of
 * that folder. False, and why, which has DELIVER_WHY bytes and names no secret,
 * where it has not.
 */
bool deliver_ready(const char *credentials, const struct conf_route *r,
	char *why);

/*
 * deliver_all(d, v, n): one attempt for each, and its result; several at once
 * to a route that is up. A route that took nothing lately is tried with one
 * first, and where it is down the others are skipped. Of what is no HTTP one is
 * tried, for it is waited for, and the others are postponed. An attempt takes
 * DELIVER_LIMIT_MS for a request, and less than three times that for all of
 * them: what is left is for the next one.
 */
void deliver_all(struct deliver *d, struct delivery_request *v, size_t n);

/* deliver_send(d, p): the same of one. */
struct delivered deliver_send(struct deliver *d, struct delivery_request *p);

#endif

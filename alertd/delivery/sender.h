/*
 * sender.h: sends events to routes, side by side: none waits for another.
 */
#ifndef DELIVERY_SENDER_H
#define DELIVERY_SENDER_H

#include "conf/conf.h"
#include "transport/transport.h"

#include <stdbool.h>

/* An event to be sent. */
struct delivery_request {
	const struct conf_route *route;
	const char *body; /* a record of mcp-records(5) */
	/* The id that the vendor gave to the message of this incident, in the
	   answer to an earlier delivery; or NULL. */
	const char *handle;
	/* How many requests of this delivery got through before, and which of
	   them are owed; see struct delivered. */
	int done;
	unsigned long owed;
	void (*ended)(void *arg);
	void *arg;
	struct delivered result;
};

/* Opaque. */
struct deliver;

/*
 * deliver_new(credentials, conf): credentials is the folder of the secrets; conf
 * has the cities and the zone of messages. Neither is copied; each may be NULL.
 * deliver_free(d): nothing may be under way.
 */
struct deliver *deliver_new(const char *credentials, const struct conf *conf);
void deliver_free(struct deliver *d);

/*
 * deliver_ready(credentials, r, why): whether that folder has all that route r
 * needs. If not, *why says what is missing, in DELIVER_WHY bytes, and names no
 * secret.
 */
bool deliver_ready(const char *credentials, const struct conf_route *r,
	char *why);

/*
 * deliver_odd(credentials, r): why the secret of route r cannot be one of its
 * vendor, a constant, if the route is ready; else NULL.
 */
const char *deliver_odd(const char *credentials, const struct conf_route *r);

/*
 * deliver_begin(d, p): start to try *p once; when p->result is known, maybe at
 * once, p->ended(p->arg) is called. Keep *p in place until then. An attempt
 * takes DELIVER_LIMIT_MS at most for a request, and less than three times that
 * for all its requests: the next attempt goes on from there.
 */
void deliver_begin(struct deliver *d, struct delivery_request *p);

/* deliver_transfers(d): all that is under way, to be waited for. */
struct transfers *deliver_transfers(const struct deliver *d);

#endif

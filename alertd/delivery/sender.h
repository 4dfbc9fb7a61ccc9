/*
 * sender.h: sends events to routes, several at once.
 */
#ifndef DELIVERY_SENDER_H
#define DELIVERY_SENDER_H

#include "conf/conf.h"
#include "transport/result.h"

#include <stdbool.h>

/* An event to be sent; nothing of it is kept. */
struct delivery_request {
	const struct conf_route *route;
	const char *body; /* a record of mcp-records(5) */
	/* The id that the vendor gave to the message of this incident, in the
	   answer to an earlier delivery; or NULL. */
	const char *handle;
	int done; /* how many requests of this delivery got through before */
	bool trusted;  /* the route took the last event */
	double before; /* not begun later; see clock_mono_ms. 0: no limit */
	struct delivered result;
};

/* Opaque. */
struct deliver;

/*
 * deliver_new(credentials, conf): credentials is the folder of the secrets; conf
 * has the cities and the zone of messages. Neither is copied; each may be NULL.
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
 * deliver_all(d, v, n): try each once, and set its result; several at once to a
 * route that is up. A route that is not trusted is tried with one first, and
 * where it is down the others are skipped. Of deliveries that block (no HTTP)
 * one is tried, and the others are postponed. An attempt takes DELIVER_LIMIT_MS
 * at most for a request, and less than three times that for all its requests:
 * the next attempt goes on from there.
 */
void deliver_all(struct deliver *d, struct delivery_request *v, size_t n);

/* deliver_send(d, p): try one, and return its result. */
struct delivered deliver_send(struct deliver *d, struct delivery_request *p);

#endif

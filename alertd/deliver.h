/*
 * deliver.h: one attempt to bring an event to a route.
 */
#ifndef DELIVER_H
#define DELIVER_H

#include "conf.h"

#include <stdbool.h>

/* No attempt takes longer. */
#define DELIVER_LIMIT_MS 10000
#define DELIVER_WHY 200

struct delivered {
	bool ok;
	/*
	 * The route took nothing at all, so that others need not be tried now;
	 * false where it refused this one event.
	 */
	bool down;
	bool refused; /* and it never will: to try again is of no use */
	double retry_after_s;  /* how long it wants to be left alone; or 0 */
	char why[DELIVER_WHY]; /* where not ok; names no URL and no secret */
};

/* Opaque. */
struct deliver;

/*
 * deliver_new(credentials): what deliveries need; the folder of the secrets is
 * NULL where there is none, and not copied.
 */
struct deliver *deliver_new(const char *credentials);
void deliver_free(struct deliver *d);

/* deliver_send(d, r, body): one attempt, which takes as long as it takes. */
struct delivered deliver_send(struct deliver *d, const struct conf_route *r,
	const char *body);

#endif

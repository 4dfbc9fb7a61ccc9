/*
 * digest_worker.h: gathers from the outboxes of all servers the events that
 * wait to be told together, and sends them as digests. An event leaves its
 * outbox only after that, so that a crash loses nothing, but may repeat a
 * digest, under the same key.
 */
#ifndef DELIVERY_DIGEST_WORKER_H
#define DELIVERY_DIGEST_WORKER_H

#include "base/strings.h"
#include "conf/conf.h"

#include <stdbool.h>

struct deliver;
struct state_store;
struct store;

/* Nothing of it is kept between two calls. */
struct digest_worker {
	struct state_store *states;
	struct store *store; /* that of the states */
	struct deliver *deliver;
	const struct conf *conf; /* NULL: nothing is sent */
	double now;
};

/*
 * digest_worker_out(g, slugs): send the digests that are due; slugs: all servers
 * that have undelivered events. False: one is left for a later run, and the
 * operator has been told of what failed.
 */
bool digest_worker_out(
	const struct digest_worker *g, const struct strings *slugs);

#endif

/*
 * digest_worker.h: gathers from the outboxes of all servers what waits to be
 * told together, and brings it to its routes. An event leaves its outbox only
 * after that, so that a crash repeats a digest, under its key, and loses
 * nothing.
 */
#ifndef DELIVERY_DIGEST_WORKER_H
#define DELIVERY_DIGEST_WORKER_H

#include "base/strings.h"
#include "conf/conf.h"

#include <stdbool.h>

struct deliver;
struct state_store;
struct store;

/* What it works with; nothing is kept between two calls. */
struct digest_worker {
	struct state_store *states;
	struct store *store; /* that of the states */
	struct deliver *deliver;
	const struct conf *conf; /* NULL: nobody knows the routes; all waits */
	double now;
};

/*
 * digest_worker_out(g, slugs): send the digests that are due of these servers,
 * which are all that have something undelivered. True where none is left for a
 * later run; else the operator has been told.
 */
bool digest_worker_out(
	const struct digest_worker *g, const struct strings *slugs);

#endif

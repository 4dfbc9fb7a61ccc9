/*
 * digest_worker.h: gathers from the outboxes of all servers the events that
 * wait to be told together, and sends them as digests, to all routes side by
 * side. An event leaves its outbox only after that, so that a crash loses
 * nothing, but may repeat a digest, under the same key.
 */
#ifndef DELIVERY_DIGEST_WORKER_H
#define DELIVERY_DIGEST_WORKER_H

#include "base/strings.h"
#include "conf/conf.h"

#include <stdbool.h>

struct deliver;
struct state_store;
struct store;

struct digest_setup {
	struct state_store *states;
	struct store *store; /* that of the states */
	struct deliver *deliver;
	const struct conf *conf; /* NULL: nothing is sent */
};

/* Opaque. */
struct digest_worker;

/*
 * digest_worker_new(setup): what *setup points to stays the caller's.
 * digest_worker_free(g): none may be under way.
 */
struct digest_worker *digest_worker_new(const struct digest_setup *setup);
void digest_worker_free(struct digest_worker *g);

/*
 * digest_worker_out(g, slugs, now): begin to send the digests that are due;
 * slugs: all servers that have undelivered events. They go on whenever somebody
 * waits for the transfers of setup->deliver. digest_worker_busy(g): whether any
 * is under way. digest_worker_settled(g): servers whose events were in digests
 * that have ended, for worker_out; the caller clears them.
 * digest_worker_left(g): whether a digest was left for a later run; the
 * operator has been told of what failed.
 */
void digest_worker_out(struct digest_worker *g, const struct strings *slugs,
	double now);
bool digest_worker_busy(const struct digest_worker *g);
struct strings *digest_worker_settled(struct digest_worker *g);
bool digest_worker_left(const struct digest_worker *g);

#endif

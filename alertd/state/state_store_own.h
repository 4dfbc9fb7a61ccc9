/*
 * state_store_own.h: what a shelf is made of, for state_store.c and
 * state_index.c alone.
 */
#ifndef STATE_STATE_STORE_OWN_H
#define STATE_STATE_STORE_OWN_H

#include "state/cache.h"
#include "state/prefetch.h"
#include "state/write_batch.h"

/* Room for a number as text. */
#define NUMBER_SIZE WRITE_BATCH_REVISION

struct state_store {
	struct store *store;
	struct outage_file *local;
	bool trouble; /* the last state_store_beat failed */
	/* Without a store all states; with one some that were just written. */
	struct state_cache memory;
	struct prefetch ahead;   /* what state_store_prefetch read */
	struct write_batch later; /* what state_store_put_off has not written */
	/* Where what state_store_get gave last comes from. */
	enum { FROM_STORE, FROM_AHEAD, FROM_MEMORY } from;
	struct buf seen; /* what state_store_get read, and its revision */
	char revision[NUMBER_SIZE];
	uint64_t writer; /* a number that nobody else has */
	unsigned long writes;
	char signature[STATE_STORE_WRITER]; /* of the last one */
	struct buf content, written; /* what state_store_put tries to write */
};

/* state_store_failed(sh): the store did; the operator is told. False. */
bool state_store_failed(const struct state_store *sh);

#endif

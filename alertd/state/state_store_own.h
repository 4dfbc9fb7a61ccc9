/*
 * state_store_own.h: what a shelf is made of, for state_store.c and state_index.c alone.
 */
#ifndef STATE_STATE_STORE_OWN_H
#define STATE_STATE_STORE_OWN_H

#include "state/cache.h"
#include "state/prefetch.h"
#include "state/write_batch.h"

/* Room for a number as text. */
#define NUMBER_SIZE LATER_REVISION

struct shelf {
	struct store *store;
	struct local *local;
	bool trouble; /* the last shelf_beat failed */
	/* Without a store all states; with one some that were just written. */
	struct memory memory;
	struct ahead ahead;   /* what shelf_ahead read */
	struct later later;   /* what shelf_put_off has not written */
	/* Where what shelf_get gave last comes from. */
	enum { FROM_STORE, FROM_AHEAD, FROM_MEMORY } from;
	struct buf seen; /* what shelf_get read, and its revision */
	char revision[NUMBER_SIZE];
	uint64_t writer; /* a number that nobody else has */
	unsigned long writes;
	char signature[SHELF_WRITER]; /* of the last one */
	struct buf content, written; /* what shelf_put tries to write */
};

/* shelf_failed(sh): the store did; the operator is told. False. */
bool shelf_failed(const struct shelf *sh);

#endif

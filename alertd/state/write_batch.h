/*
 * write_batch.h: states that are written to the store, one now or many
 * together, each only where its revision is still the one that was seen.
 */
#ifndef STATE_WRITE_BATCH_H
#define STATE_WRITE_BATCH_H

#include "state/state_store.h"

#define WRITE_BATCH_REVISION 32

struct write_batch_item {
	char *slug;
	char revision[WRITE_BATCH_REVISION]; /* that was seen */
	char *text;
	int ttl_s;    /* 0: for good */
	bool undelivered; /* it stands in the index of those */
	bool refused; /* somebody else had written */
};

struct write_batch {
	struct write_batch_item *v;
	size_t n, cap;
};

/* write_batch_release(l): forget them all. */
void write_batch_release(struct write_batch *l);

/* write_batch_add(l, w): one more, whose strings are copied. */
void write_batch_add(struct write_batch *l, const struct write_batch_item *w);

/*
 * write_batch_run(l, s, again): write them all, and forget them; the slugs for
 * which somebody else was faster are appended. False: the store failed.
 */
bool write_batch_run(
	struct write_batch *l, struct store *s, struct strings *again);

/* write_batch_now(w, s): write one. */
enum state_store_result write_batch_now(
	const struct write_batch_item *w, struct store *s);

#endif

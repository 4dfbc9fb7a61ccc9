/*
 * write_batch.h: states that are written to the store, one now or many together, each
 * only where its revision is still the one that was seen.
 */
#ifndef STATE_WRITE_BATCH_H
#define STATE_WRITE_BATCH_H

#include "state/state_store.h"

#define LATER_REVISION 32

struct later_write {
	char *slug;
	char revision[LATER_REVISION]; /* that was seen */
	char *text;
	int ttl_s;    /* 0: for good */
	bool undelivered; /* it stands in the index of those */
	bool refused; /* somebody else had written */
};

struct later {
	struct later_write *v;
	size_t n, cap;
};

/* later_release(l): forget them all. */
void later_release(struct later *l);

/* later_add(l, w): one more, whose strings are copied. */
void later_add(struct later *l, const struct later_write *w);

/*
 * later_run(l, s, again): write them all, and forget them; the slugs for which
 * somebody else was faster are appended. False: the store failed.
 */
bool later_run(struct later *l, struct store *s, struct strings *again);

/* later_now(w, s): write one. */
enum shelf_result later_now(const struct later_write *w, struct store *s);

#endif

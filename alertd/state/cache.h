/*
 * cache.h: states in memory, by slug: all that there are, in a dry run and a
 * replay, or those that were written just now. Pure.
 */
#ifndef STATE_CACHE_H
#define STATE_CACHE_H

#include "incident/state.h"

/* One of them. While it is lent, only its slug is here. */
struct kept {
	char *slug;
	struct alert_state *state; /* without a slug of its own: lent */
};

struct memory {
	struct kept *v; /* by slug */
	size_t n, cap;
};

void memory_release(struct memory *m);

/* memory_has(m, slug): whether it is here, and not lent. */
bool memory_has(const struct memory *m, const char *slug);

/* memory_lend(m, slug, st): take it out; that of nothing known is *st then. */
void memory_lend(struct memory *m, const char *slug, struct alert_state *st);

/* memory_keep(m, st): put it in; *st is one of which nothing is known then. */
void memory_keep(struct memory *m, struct alert_state *st);

/* memory_forget(m, slug): as if it had never been here. */
void memory_forget(struct memory *m, const char *slug);

/* memory_awake(m, out): the slugs for which time has something to do. */
void memory_awake(const struct memory *m, struct strings *out);

#endif

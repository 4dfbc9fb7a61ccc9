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

struct state_cache {
	struct kept *v; /* by slug */
	size_t n, cap;
};

void state_cache_release(struct state_cache *m);

/* state_cache_has(m, slug): whether it is here, and not lent. */
bool state_cache_has(const struct state_cache *m, const char *slug);

/* state_cache_lend(m, slug, st): take it out; that of nothing known is *st
 * then. */
void state_cache_lend(
	struct state_cache *m, const char *slug, struct alert_state *st);

/* state_cache_keep(m, st): put it in; *st is one of which nothing is known
 * then. */
void state_cache_keep(struct state_cache *m, struct alert_state *st);

/* state_cache_forget(m, slug): as if it had never been here. */
void state_cache_forget(struct state_cache *m, const char *slug);

/* state_cache_awake(m, out): the slugs for which time has something to do. */
void state_cache_awake(const struct state_cache *m, struct strings *out);

#endif

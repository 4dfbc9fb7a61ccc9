/*
 * cache.h: states in memory, by slug: in a dry run and a replay all states, else
 * some of those that were just written. Pure.
 */
#ifndef STATE_CACHE_H
#define STATE_CACHE_H

#include "incident/state.h"

/* While a state is lent, only its slug is here. */
struct kept {
	char *slug;
	struct alert_state *state; /* without a slug of its own: lent */
};

struct state_cache {
	struct kept *v; /* by slug */
	size_t n, cap;
};

void state_cache_release(struct state_cache *m);

/* state_cache_has(m, slug): whether its state is here, and not lent. */
bool state_cache_has(const struct state_cache *m, const char *slug);

/* state_cache_lend(m, slug, st): move the state to *st; where it is not here, *st
   is that of a server of which nothing is known. */
void state_cache_lend(
	struct state_cache *m, const char *slug, struct alert_state *st);

/* state_cache_keep(m, st): move *st here; then *st is that of a server of which
   nothing is known. */
void state_cache_keep(struct state_cache *m, struct alert_state *st);

/* state_cache_forget(m, slug): drop the state, if it is here. */
void state_cache_forget(struct state_cache *m, const char *slug);

/* state_cache_awake(m, out): the slugs of those with an open incident. */
void state_cache_awake(const struct state_cache *m, struct strings *out);

#endif

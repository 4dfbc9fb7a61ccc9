/*
 * memory.h: states in memory, by slug, for a dry run and a replay. Pure.
 */
#ifndef MEMORY_H
#define MEMORY_H

#include "state.h"

/* One of them. While it is lent, only its slug is here. */
struct kept {
	char *slug;
	struct alert_state state;
};

struct memory {
	struct kept *v; /* by slug */
	size_t n, cap;
};

void memory_release(struct memory *m);

/* memory_lend(m, slug, st): take it out; that of nothing known is *st then. */
void memory_lend(struct memory *m, const char *slug, struct alert_state *st);

/* memory_keep(m, st): put it in; *st is one of which nothing is known then. */
void memory_keep(struct memory *m, struct alert_state *st);

/* memory_awake(m, out): the slugs for which time has something to do. */
void memory_awake(const struct memory *m, struct strings *out);

#endif

/*
 * drawer.h: states in memory, by server, for a dry run. What is taken out is not
 * there until it is put back.
 */
#ifndef DRAWER_H
#define DRAWER_H

#include "state.h"

/* A state. While it is taken out, only its slug is here. */
struct drawer_item {
	char *slug;
	struct alert_state state;
};

struct drawer {
	struct drawer_item *v; /* by slug */
	size_t n, cap;
};

void drawer_release(struct drawer *d);

/* drawer_take(d, slug, st): take a state out; one of which nothing is known. */
void drawer_take(struct drawer *d, const char *slug, struct alert_state *st);

/*
 * drawer_put(d, st): put a state in, which may be new; *st is one of which
 * nothing is known then.
 */
void drawer_put(struct drawer *d, struct alert_state *st);

/* drawer_open(d, out): the slugs that have an open incident. */
void drawer_open(const struct drawer *d, struct strings *out);

#endif

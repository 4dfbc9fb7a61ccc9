/*
 * pool.h: strings that are all freed at once; equal ones can share one copy.
 */
#ifndef OFFLINE_POOL_H
#define OFFLINE_POOL_H

#include "base/index.h"

/* All zero is an empty pool. */
struct pool {
	struct chunk *chunk; /* the newest, linked to the older ones */
	const char **shared;
	size_t n_shared, cap_shared;
	struct index index; /* of the shared ones */
};

/* pool_copy(p, str): a copy of its own. */
const char *pool_copy(struct pool *p, const char *str);

/* pool_share(p, str): the one copy of all strings that equal str. */
const char *pool_share(struct pool *p, const char *str);

/* pool_release(p): free them all; the pool is empty and usable again. */
void pool_release(struct pool *p);

#endif

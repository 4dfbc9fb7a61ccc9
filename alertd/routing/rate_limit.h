/*
 * rate_limit.h: how many events a route got in an hour of the clock, so that a
 * storm does not reach it one by one. Counted in the store, where all
 * mcp-alerts count together, or for a dry run in memory.
 */
#ifndef ROUTING_RATE_LIMIT_H
#define ROUTING_RATE_LIMIT_H

#include "conf/conf.h"

#include <stdbool.h>

struct store;

/* Opaque. */
struct rate_limit;

/* rate_limit_new(s): the store is the caller's; NULL: in memory. */
struct rate_limit *rate_limit_new(struct store *s);
void rate_limit_free(struct rate_limit *b);

/*
 * rate_limit_take(b, r, event, t): whether the budget of a route allows for one
 * more event in the hour of t; that which was allowed once is allowed again.
 * Where the store does not answer it is allowed, for the event goes nowhere
 * then but to where somebody looks.
 */
bool rate_limit_take(struct rate_limit *b, const struct conf_route *r,
	const char *event, double t);

#endif

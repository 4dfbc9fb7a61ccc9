/*
 * rate_limit.h: how many events a route gets one by one in an hour of the clock,
 * so that a storm becomes a digest. Counted in the store, by
 * all mcp-alerts together, or, for a dry run, in memory.
 */
#ifndef ROUTING_RATE_LIMIT_H
#define ROUTING_RATE_LIMIT_H

#include <stdbool.h>

struct store;

/* Opaque. */
struct rate_limit;

/* rate_limit_new(s): the store is the caller's; NULL: in memory. */
struct rate_limit *rate_limit_new(struct store *s);
void rate_limit_free(struct rate_limit *b);

/*
 * rate_limit_take(b, route, budget, event, t): whether the budget of that route
 * has room for the event in the hour of t; a budget of 0 always has. An event
 * that was allowed once is allowed again. Where the store does not answer it is
 * allowed; the operator is told. Without a store `route` is kept until
 * rate_limit_free.
 */
bool rate_limit_take(struct rate_limit *b, const char *route, int budget,
	const char *event, double t);

#endif

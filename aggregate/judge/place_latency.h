/*
 * place_latency.h: how long a server takes from each region, over a day and a
 * week, and where that time goes, for its page: counted once an hour, see
 * script_places.
 */
#ifndef JUDGE_PLACE_LATENCY_H
#define JUDGE_PLACE_LATENCY_H

#include <stdbool.h>

struct store;
struct verdict;

/*
 * place_latency_due(slug, now): whether it is time to count for this server: in
 * one minute of each hour, so that not all servers are counted at once.
 */
bool place_latency_due(const char *slug, double now);

/*
 * place_latency_queue(store, sha, v, now): queue script_places, which the store
 * knows by sha, for the server and the regions of a verdict.
 */
void place_latency_queue(struct store *store, const char *sha,
	const struct verdict *v, double now);

#endif

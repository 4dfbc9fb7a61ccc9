/* SPDX-License-Identifier: MIT */
/*
 * publish.h: hands a verdict to the store, which publishes and counts it, and once an
 * hour counts how long the server takes from each region, and where that time goes.
 */
#ifndef JUDGE_PUBLISH_H
#define JUDGE_PUBLISH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;
struct strings;
struct verdict;

/* How a minute is counted: see fleet.h. */
struct publish_count {
	const char *as;
	bool maintenance_counts;
	/* Epoch second; only a clock that was ahead has published later. */
	double latest;
	int64_t at; /* epoch second of publishing, within the window */
	bool early; /* a round is under way: more may come of this minute */
};

/* A clock that is further ahead of another than this is wrong. */
#define PUBLISH_AHEAD_S 10

/*
 * publish_queue(store, sha, v, c, fields): queue script_publish, which the store
 * knows by sha, for a verdict that is not unknown; `fields` has fields of key_tools
 * and their values in turn.
 */
void publish_queue(struct store *store, const char *sha,
	const struct verdict *v, struct publish_count c,
	const struct strings *fields);

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

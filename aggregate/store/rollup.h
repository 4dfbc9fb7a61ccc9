/*
 * rollup.h: the figures of a server from what ingest counted in the store.
 */
#ifndef STORE_ROLLUP_H
#define STORE_ROLLUP_H

#include "figures/figures.h"
#include "mcp/histogram.h"
#include "store/store.h"

#include <stddef.h>


/*
 * rollup_load(s, sha): have the store load what rollup_ask runs there,
 * and write its name to sha; queue to have it loaded once more. -1: the store
 * failed.
 *
 * rollup_ask(s, sha, slug, now): queue a command that asks for the figures as
 * of now. rollup_read(r, now, out): read them from the reply. The baseline is
 * then NAN, and true the result, where the store holds none of this day:
 * rollup_baselines fills it in.
 */
int rollup_load(struct store *s, char sha[STORE_SHA]);
void rollup_ask(struct store *s, const char *sha, const char *slug, double now);
bool rollup_read(const struct store_reply *r, double now, struct figures *out);

/*
 * rollup_baselines(s, slugs, n, now, out): have the store reckon the baselines
 * of n servers as of now, and set them in the figures that out points to. 0, or
 * -1 where the store failed.
 */
int rollup_baselines(struct store *s, const char *const *slugs, size_t n,
	double now, struct figures *const *out);

/* rollup_latency(h, r): add what a reply holds of the latency of one hour. */
void rollup_latency(struct histogram *h, const struct store_reply *r);

#endif

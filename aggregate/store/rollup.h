/*
 * rollup.h: the figures of a server from what ingest counted in the store.
 */
#ifndef STORE_ROLLUP_H
#define STORE_ROLLUP_H

#include "figures/figures.h"
#include "store/store.h"
#include "terms/rates.h"

#include <stddef.h>

/*
 * rollup_load(s, sha): store_load of the script of rollup_ask.
 *
 * rollup_ask(s, sha, slug, now): queue the command that reads the figures as of
 * now. rollup_read(r, now, out): take them from its reply. True where the store
 * has no baseline as of this day, which is then NAN: call rollup_baselines.
 */
int rollup_load(struct store *s, char sha[STORE_SHA]);
void rollup_ask(struct store *s, const char *sha, const char *slug, double now);
bool rollup_read(const struct store_reply *r, double now, struct figures *out);

/*
 * rollup_baselines(s, slugs, n, now, out): have the store compute the baselines
 * of n servers as of now, and set them in the figures that out points to. 0, or
 * -1 where the store failed, and the operator has been told.
 */
int rollup_baselines(struct store *s, const char *const *slugs, size_t n,
	double now, struct figures *const *out);

/* rollup_latency(h, r): add the counts of a reply, the value of key_latency. */
void rollup_latency(struct histogram *h, const struct store_reply *r);

#endif

/*
 * drift.h: whether the tools of a server changed, and whether its regions see
 * the same ones. Pure: no clock, no I/O, nothing kept between calls.
 */
#ifndef DRIFT_H
#define DRIFT_H

#include "history.h"
#include "record_verdict.h"

#include <stdbool.h>

/*
 * drift_newest(h, until): the newest probe of a region that read the tools and
 * started at or before the instant `until`, among the last HISTORY_MAX; NULL if
 * there is none.
 */
const struct probe *drift_newest(const struct region_history *h, double until);

/*
 * drift_find(h, until, out): whether the newest tools of a region, as of
 * `until`, differ from those seen before (mcp-aggregate(1), DRIFT). Then *out
 * says how. Its strings are those of the history; its lists are freed by
 * drift_release. Names are given where both lists of tools are known; from and
 * to are the contract hashes, the full hashes where only those differ, and the
 * eras where these differ, for then the hashes cannot be compared.
 */
bool drift_find(const struct region_history *h, double until,
	struct verdict_drift *out);
void drift_release(struct verdict_drift *d);

/*
 * drift_diverges(h, n, from, until): whether the newest contract hashes of n
 * regions, each of a probe that started from `from` to `until`, ends included,
 * differ (article 1: a cache that serves one region the tools of yesterday). A
 * region without a hash has no say, and hashes of different eras are not
 * compared.
 */
bool drift_diverges(const struct region_history *h, size_t n, double from,
	double until);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * drift.h: whether the tools of a server changed, whether its regions see the
 * same ones (divergence: drift_sides), and how often they change (churn): if they
 * do all the time, one event says so, and none each change. Pure: no clock, no
 * I/O, nothing kept between calls.
 */
#ifndef RULE_DRIFT_H
#define RULE_DRIFT_H

#include "records/verdict.h"
#include "rule/history.h"

#include <stdbool.h>

struct buf;
struct expected_regions;

/*
 * drift_newest(h, until): the newest probe of a region that read the tools and
 * started at or before the instant `until`, among the last HISTORY_MAX; NULL if
 * there is none.
 */
const struct probe *drift_newest(const struct region_history *h, double until);

/*
 * drift_find(h, until, out): whether the newest tools of a region, as of
 * `until`, differ from those seen before (mcp-aggregate(1), DRIFT); if so, *out
 * says how. Its strings are those of the history; drift_release frees its
 * lists. Names are given where both lists of tools are known. from and to are
 * the contract hashes; the full hashes where only those differ; the eras where
 * these differ, for then hashes cannot be compared.
 */
bool drift_find(const struct region_history *h, double until,
	struct verdict_drift *out);

/* drift_release(d): free its lists. */
void drift_release(struct verdict_drift *d);

/*
 * drift_since(h, until): since when a region sees the contracts that it sees as
 * of `until`, as far as the last HISTORY_MAX probes and tools_since tell. Other
 * tools in between, for not more than 300 s, do not count. 0 where it sees
 * none.
 *
 * drift_words_since(h, until): drift_since for their descriptions.
 *
 * drift_saw(h, until): note in h what a verdict as of `until` saw: tools_seen,
 * tools_since, words_since and changes, for the next verdict to compare with.
 */
double drift_since(const struct region_history *h, double until);
double drift_words_since(const struct region_history *h, double until);
void drift_saw(struct region_history *h, double until);

/*
 * drift_sides(h, n, from, until, out): which of n regions see which tools,
 * where their newest contract hashes, of probes that started from `from` to
 * `until`, ends included, differ: CDN divergence (article 1: a cache serves one
 * region the tools of yesterday). Returns the number of sides in *out, at least
 * two; or 0, and *out is NULL, where all regions see the same. A region without
 * a hash is on no side, and hashes of different eras are not compared: the
 * sides are those of the first era whose hashes differ. If no contract
 * hashes differ, the full hashes are compared: full_hash of each side is then
 * not NULL.
 *
 * A side was first seen when the first of its regions began to see its tools
 * (drift_since), and last when any region did, in its last HISTORY_MAX probes.
 * They are sorted by these two, the earliest first. The strings are those of
 * the histories; drift_sides_free(sides, n) frees the rest.
 */
size_t drift_sides(const struct region_history *h, size_t n, double from,
	double until, struct verdict_side **out);
void drift_sides_free(struct verdict_side *sides, size_t n);

/*
 * churn_changes(h, until): how often the tools of a region changed in each of
 * the 60 minutes up to that of `until`, by h->changes and its probes; of the
 * minutes that these cover, by the probes alone. Where h->changes is known,
 * only the last HISTORY_MAX probes are looked at.
 */
struct change_counts churn_changes(const struct region_history *h, double until);

/*
 * churn_judge(f, until, limit): whether two regions, on two machines, saw the
 * tools change more than `limit` times within the hour, or the only machine
 * that reports did: so one region that lies, or whose cache does, cannot
 * silence the drift that others see. Silent regions have a say only where all
 * are silent. Returns how often the tools changed in the region that saw most;
 * 0 where it is not so.
 */
int churn_judge(const struct expected_regions *f, double until, int limit);

/*
 * churn_put(b, c): append the changes as a text of less than 100 bytes, "<upto>
 * <a digit or letter for each minute>"; nothing where there are none.
 * churn_read(text, c): read it. False where it is no such text.
 */
void churn_put(struct buf *b, const struct change_counts *c);
bool churn_read(const char *text, struct change_counts *c);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * isolation_store.h: regions that are cut off, in the store: which they are and
 * since when, for readers; and that their probes count nowhere.
 */
#ifndef JUDGE_ISOLATION_STORE_H
#define JUDGE_ISOLATION_STORE_H

#include "rule/isolation.h"
#include "terms/names.h"

struct store;

/*
 * isolation_read_canaries(s, found): add to `found` what the last runner record
 * of each region says of its canaries. -1 as below.
 */
int isolation_read_canaries(struct store *s, struct isolation *found);

/*
 * isolation_publish(s, found, rule, now, pretended): write the regions that are
 * cut off as of `now`, by the rule's lookback, to KEY_ISOLATED, and remove
 * others from it. A pretended time before that of the last evaluation changes
 * nothing. -1: the store failed, and an error is logged.
 *
 * isolation_uncount(s, sha, slug, h, n, since): queue that what the n regions
 * of a server saw after `since` while they were cut off is taken out of the
 * counts of its probes and failures, once however often that is asked for. sha
 * is what store_load gives for script_uncount.
 */
int isolation_publish(struct store *s, const struct isolation *found,
	const struct rule *rule, double now, bool pretended);
void isolation_uncount(struct store *s, const char *sha, const char *slug,
	const struct region_history *h, size_t n, double since);

/* A region that is cut off, as KEY_ISOLATED has it. */
struct isolated_region {
	char name[REGION_MAX + 1];
	double since;
	char message[ISOLATION_TEXT];
};

struct isolated_regions {
	struct isolated_region *v;
	size_t n;
};

/*
 * isolated_regions_read(s, out): read them; -1 as above.
 * isolated_regions_release(r): free what it holds. isolated_regions_find(r,
 * name): the region of that name, or NULL. isolated_regions_cut(r, h, n): take
 * what they saw since then out of n histories, as isolation_cut does.
 */
int isolated_regions_read(struct store *s, struct isolated_regions *out);
void isolated_regions_release(struct isolated_regions *r);
const struct isolated_region *isolated_regions_find(
	const struct isolated_regions *r, const char *name);
void isolated_regions_cut(
	const struct isolated_regions *r, struct region_history *h, size_t n);

#endif

/*
 * isolation_store.h: what the store knows of regions that are cut off: since
 * when they are, for those who read, and that their probes count nowhere.
 */
#ifndef STORE_ISOLATION_STORE_H
#define STORE_ISOLATION_STORE_H

#include "mcp/names.h"
#include "rule/isolation.h"

struct store;

/*
 * isolation_ask_canaries(s, found): what the last runner record of each region
 * says of its canaries becomes known to `found`. -1: as below.
 */
int isolation_ask_canaries(struct store *s, struct isolation *found);

/*
 * isolation_keep(s, found, rule, now, pretended): the regions that are cut off
 * as of `now`, by the rule's lookback, are those of KEY_ISOLATED from now on. A
 * pretended time that is before the last evaluation changes nothing. -1: the
 * store failed, and the operator has been told; like those below.
 *
 * isolation_uncount(s, sha, slug, h, n, since): queue that what the n regions
 * of a server saw after `since` while they were cut off is taken out of the
 * counts of its probes and failures, once however often that is asked for. sha
 * is what store_load gives for script_uncount.
 */
int isolation_keep(struct store *s, const struct isolation *found,
	const struct rule *rule, double now, bool pretended);
void isolation_uncount(struct store *s, const char *sha, const char *slug,
	const struct region_history *h, size_t n, double since);

/* A region that is cut off, as KEY_ISOLATED tells. */
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
 * isolation_recall(s, out): read them; isolated_release frees what *out holds.
 * isolated_find(r, name): one of them, or NULL. isolated_cut(r, h, n): take
 * what they saw since then out of n histories, as isolation_cut does.
 */
int isolation_recall(struct store *s, struct isolated_regions *out);
void isolated_release(struct isolated_regions *r);
const struct isolated_region *isolated_find(const struct isolated_regions *r,
	const char *name);
void isolated_cut(const struct isolated_regions *r, struct region_history *h,
	size_t n);

#endif

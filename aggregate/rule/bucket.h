/*
 * bucket.h: the buckets into which an audit sorts servers (mcp-aggregate(1),
 * BUCKETS). Pure.
 */
#ifndef RULE_BUCKET_H
#define RULE_BUCKET_H

#include "rule/verdict.h"

enum bucket {
	BUCKET_HEALTHY,
	BUCKET_DRIFTING,
	BUCKET_DEGRADED, /* up in half of the regions, or in more */
	BUCKET_UP,	 /* up in fewer */
	BUCKET_WALLED,
	BUCKET_DEAD,
	BUCKET_BROKEN,
	BUCKET_MALFORMED,
	BUCKET_NO_DATA
};
#define BUCKETS (BUCKET_NO_DATA + 1)

/* bucket_name(b): the name in records. bucket_title(b): for people. */
const char *bucket_name(enum bucket b);
const char *bucket_title(enum bucket b);

/*
 * bucket_decide(rule, in): the bucket of a server, by the newest probe of each
 * expected region that the rule looks at, and by the tools of these regions as
 * far back as they are known.
 */
enum bucket bucket_decide(const struct rule *rule,
	const struct verdict_input *in);

/*
 * bucket_shares(counts, tenths): the share of each bucket in tenths of a
 * percent, 1000 in all unless all counts are 0: each is rounded down, and what
 * is missing goes to the largest remainders, of equals to the earlier bucket.
 */
void bucket_shares(const size_t counts[BUCKETS], unsigned tenths[BUCKETS]);

#endif

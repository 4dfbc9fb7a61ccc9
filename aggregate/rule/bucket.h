/* SPDX-License-Identifier: MIT */
/*
 * bucket.h: the buckets into which an audit sorts servers (mcp-audit(7)),
 * and the kind of wall that keeps probes out of a server that is auth-walled. Pure.
 */
#ifndef RULE_BUCKET_H
#define RULE_BUCKET_H

#include "records/probe.h"
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

/* ---- Walls. */

enum wall {
	WALL_OAUTH,	  /* OAuth, and a client can find out where */
	WALL_BEARER,	  /* a bearer token; nothing says where to get one */
	WALL_SCHEME,	  /* another scheme, or none named */
	WALL_CERTIFICATE, /* a client certificate */
	WALL_TOOLS,	  /* it shakes hands, and asks once tools are wanted */
	WALL_UNKNOWN
};
#define WALLS (WALL_UNKNOWN + 1)

/* wall_name(w): the name in records. */
const char *wall_name(enum wall w);

/*
 * wall_seen(r): the kind as far as the record of a step shows it: of the kinds
 * that the records of a probe show, the first of the enum holds. WALL_UNKNOWN
 * where it shows none.
 */
enum wall wall_seen(const struct record *r);

#endif

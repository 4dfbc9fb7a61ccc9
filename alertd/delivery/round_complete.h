/*
 * round_complete.h: whether a round is complete, which is when the heartbeat is
 * sent. A failure of any stage must stop the heartbeat. Pure.
 */
#ifndef DELIVERY_ROUND_COMPLETE_H
#define DELIVERY_ROUND_COMPLETE_H

#include "conf/conf.h"
#include "records/verdict.h"

#define ROUND_COMPLETE_WHY 200

/* What a round has seen so far; all zero at first, but for conf. */
struct round_complete {
	const struct conf *conf;
	bool *judged;	/* by server of the configuration, from the first on */
	size_t verdicts; /* how many, those on the past not counted */
	size_t reporters; /* how many regions reported, over all of them */
	size_t refused; /* how many lines */
};

/*
 * round_complete_verdict(p, v, now): a verdict was read at that time. It does
 * not count if it is older than STAGE_STALE_S, as far ahead, or was judged late.
 */
void round_complete_verdict(
	struct round_complete *p, const struct verdict *v, double now);

/*
 * round_complete_complete(p, why): whether every server of the configuration
 * was judged, or where it has none any server; a region reported of one of them
 * at least; and no line was refused. If not, why, of ROUND_COMPLETE_WHY bytes.
 */
bool round_complete_complete(const struct round_complete *p, char *why);

/* round_complete_clear(p): begin the next round; frees what p holds. */
void round_complete_clear(struct round_complete *p);

#endif

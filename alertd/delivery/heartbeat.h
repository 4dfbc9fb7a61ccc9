/*
 * heartbeat.h: a URL that is called after each complete round, so that somebody
 * elsewhere notices when no more rounds are complete: a dead man's switch.
 */
#ifndef DELIVERY_HEARTBEAT_H
#define DELIVERY_HEARTBEAT_H

#include "conf/conf.h"
#include "records/verdict.h"

/* Opaque; NULL is fine everywhere: nobody is called. */
struct heartbeat;

/*
 * heartbeat_new(conf, credentials): neither is copied, and each may be NULL.
 * NULL where the configuration names no URL.
 */
struct heartbeat *heartbeat_new(const struct conf *conf,
	const char *credentials);
void heartbeat_free(struct heartbeat *h);

/*
 * heartbeat_verdict(h, v, now): a verdict was read at that time.
 * heartbeat_refused(h): a line was not understood.
 */
void heartbeat_verdict(struct heartbeat *h, const struct verdict *v,
	double now);
void heartbeat_refused(struct heartbeat *h);

/*
 * heartbeat_round(h, end, trouble): the verdicts so far are dealt with; `end`:
 * no more will come. Calls the URL where that is a complete round, see
 * round_complete.h, and there is no trouble (NULL); the next round begins.
 * Where it is not, a warning says why at the end, and else the round goes on.
 */
void heartbeat_round(struct heartbeat *h, bool end, const char *trouble);

#endif

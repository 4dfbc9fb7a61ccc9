/*
 * heartbeat.h: a URL that is called after each complete round, so that a
 * service elsewhere alerts when the calls stop: a dead man's switch.
 */
#ifndef DELIVERY_HEARTBEAT_H
#define DELIVERY_HEARTBEAT_H

#include "conf/conf.h"
#include "records/verdict.h"

/* Opaque. May be NULL in all functions: then no URL is called. */
struct heartbeat;

struct transfers;

/*
 * heartbeat_new(conf, credentials, t): none is copied, and the first two may be
 * NULL; the calls go on whenever somebody waits for t. NULL where the
 * configuration names no URL. heartbeat_free(h): waits for the last call.
 */
struct heartbeat *heartbeat_new(const struct conf *conf,
	const char *credentials, struct transfers *t);
void heartbeat_free(struct heartbeat *h);

/*
 * heartbeat_verdict(h, v, now): a verdict was read at that time.
 * heartbeat_refused(h): a line was refused.
 */
void heartbeat_verdict(struct heartbeat *h, const struct verdict *v,
	double now);
void heartbeat_refused(struct heartbeat *h);

/*
 * heartbeat_round(h, end, trouble): the verdicts so far have been decided on.
 * Where they are a complete round, see round_complete.h, and trouble is NULL:
 * begin to call the URL, and begin the next round; where the last call has not
 * ended, the round goes on. It also goes on in all other cases; but where no
 * more verdicts will come (`end`), a warning says why it is not complete.
 */
void heartbeat_round(struct heartbeat *h, bool end, const char *trouble);

#endif

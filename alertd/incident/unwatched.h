/*
 * unwatched.h: incidents that end because nobody watches any more: the server,
 * or the regions where it failed, were taken out of the configuration. Nothing
 * else would end them. Pure.
 */
#ifndef INCIDENT_UNWATCHED_H
#define INCIDENT_UNWATCHED_H

#include "incident/event.h"
#include "incident/state.h"
#include "records/verdict.h"

/*
 * unwatched_server(st, now, out): the server is not in the configuration: end
 * all its incidents, in a maintenance too.
 */
void unwatched_server(
	struct alert_state *st, double now, struct alert_events *out);

/*
 * unwatched_regions(st, v, out): end the downtime, the regional incident and
 * the rate limit if verdict v no longer expects any of its regions, and no
 * other region fails, or is throttled.
 */
void unwatched_regions(struct alert_state *st, const struct verdict *v,
	struct alert_events *out);

#endif

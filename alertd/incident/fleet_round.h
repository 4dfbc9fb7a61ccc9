/*
 * fleet_round.h: what the verdicts of one minute, on all servers, say of the
 * regions: which of them report at all. Pure.
 */
#ifndef INCIDENT_FLEET_ROUND_H
#define INCIDENT_FLEET_ROUND_H

#include "conf/conf.h"
#include "records/verdict.h"
#include "base/strings.h"

/* All zero at first, but for conf. */
struct fleet_round {
	const struct conf *conf; /* or NULL */
	int64_t window;		 /* of the verdicts; 0: there is none yet */
	int64_t before;	 /* window of the round before; 0: not known */
	int64_t newest;	 /* window of the newest probe; 0: none is known */
	struct strings regions, reporting; /* all; those that report */
	bool *judged; /* by server of the configuration, from the first on */
	size_t n_judged;
};

/*
 * fleet_round_add(r, v): a verdict of that minute; one of another minute begins
 * the next round, unless it is older. A region reports if any verdict has data
 * of it; of a server that is probed less than once a minute, data that are not
 * late by more than a minute. A verdict on a minute judged late is ignored.
 */
void fleet_round_add(struct fleet_round *r, const struct verdict *v);

/*
 * fleet_round_complete(r): whether it has a verdict on each server of the
 * configuration; where that names none, on any. Else a region that it does not
 * know to report may do so on another server.
 */
bool fleet_round_complete(const struct fleet_round *r);

/*
 * fleet_round_silent(r, out): append the regions that report on no server,
 * sorted.
 */
void fleet_round_silent(const struct fleet_round *r, struct strings *out);

/*
 * fleet_round_dark(r): whether at least three quarters of the regions are
 * silent on all servers.
 */
bool fleet_round_dark(const struct fleet_round *r);

/* fleet_round_release(r): free what it holds. */
void fleet_round_release(struct fleet_round *r);

#endif

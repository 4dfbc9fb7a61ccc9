/* SPDX-License-Identifier: MIT */
/*
 * pipeline_health.h: whether servers are watched at all: regions that report on
 * no server, a stage of the pipeline that stands still, regions whose own
 * network is cut off, a store that does not answer, or a configuration that is
 * refused, as incidents of SLUG_FLEET. They say nothing of any server. Pure.
 */
#ifndef INCIDENT_PIPELINE_HEALTH_H
#define INCIDENT_PIPELINE_HEALTH_H

#include "base/strings.h"
#include "conf/conf.h"
#include "incident/event.h"
#include "incident/state.h"
#include "records/verdict.h"
#include "store/beat.h"

/*
 * A round: what the verdicts of one minute, on all servers, say of the
 * regions: which of them report at all. Pure.
 */

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

/* A runner record: the last of a region, or that it is cut off, since `at`. */
struct pipeline_runner {
	char name[REGION_MAX + 1];
	double at;
	enum runner_status status;
	char why[PIPELINE_WHY]; /* its message, clean; or "" */
	char version[32];	/* of its mcp-probe; or "" */
	bool measured; /* how far its clock is ahead, in seconds */
	double offset_min, offset_max;
};

/* The stages, the regions and the verdicts, as the store has them. */
struct pipeline {
	double at[STAGES]; /* last heartbeats; of alert, that of the last run */
	double ingest_s;   /* see pipeline_ingest_s */
	/* The regions that the last evaluation found cut off; n_regions: of
	 * all. */
	struct pipeline_runner *isolated;
	size_t n_isolated, n_regions;
	struct pipeline_runner *runners;
	size_t n_runners;
	/* The last round of verdicts, if it is new and is complete or has a
	 * region that reports; or NULL. */
	const struct fleet_round *round;
	/* "fleet.yaml:12", where the configuration is refused, so that the last
	   good one is used; or NULL. */
	const char *refused;
};

/*
 * pipeline_ingest_s(c): after how many seconds without a record ingest stands
 * still: four minutes more than the shortest interval of a server, as records
 * are rare where every server is probed rarely. c may be NULL.
 */
double pipeline_ingest_s(const struct conf *c);

/*
 * pipeline_decide(st, pl, p, now, out): judge the pipeline; *st changes only
 * with an event, or where most regions are silent. A pipeline_stalled begins,
 * or is reminded of, while
 * - no region reports on any server, P1, or less than a quarter of them, P2:
 *   for three minutes, or two more than the shortest interval. The first report
 *   ends it, in a round that is not complete as well; where no verdict has come
 *   for STAGE_STALE_S, the next record that is ingested;
 * - all regions are cut off, at once; it ends with the first that no longer is;
 * - ingest or verdict stands still; it ends once every stage that ever ran
 *   runs. If this program did not run either, because the machine slept or its
 *   clock was set, it waits for the next run;
 * - the configuration is refused, at once, and servers are watched as the last
 *   one has them that was not; it ends with the first run that has a new one.
 * Some regions that have been cut off for p->silent minutes make one
 * probe_silent of the fleet.
 */
void pipeline_decide(struct alert_state *st, const struct pipeline *pl,
	const struct conf_policy *p, double now, struct alert_events *out);

/*
 * pipeline_covered(st): the regions that are silent on all servers, where they
 * are most: their silence is sent, or soon will be, for all servers at once.
 * NULL where they are not. The list is st's.
 */
const struct strings *pipeline_covered(const struct alert_state *st);

/*
 * pipeline_away(st, why, p, now, out): this run has no store, so *st is kept in
 * a file. The incident begins STAGE_STALE_S after the first such run, but not
 * in the first run after a pause of that length. pipeline_back(st, now, out):
 * this run has the store again.
 */
void pipeline_away(struct alert_state *st, const char *why,
	const struct conf_policy *p, double now, struct alert_events *out);
void pipeline_back(struct alert_state *st, double now,
	struct alert_events *out);

#endif

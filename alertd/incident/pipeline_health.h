/*
 * pipeline_health.h: whether servers are watched at all: a stage of the
 * pipeline that stands still, regions whose own network is cut off, or a store
 * that does not answer, as incidents of SLUG_FLEET. They say nothing of any
 * server. Pure.
 */
#ifndef INCIDENT_PIPELINE_HEALTH_H
#define INCIDENT_PIPELINE_HEALTH_H

#include "conf/conf.h"
#include "incident/event.h"
#include "incident/state.h"
#include "store/stages.h"

/* A region whose own network is cut off. */
struct pipeline_region {
	char name[REGION_MAX + 1];
	double since;
};

/* What the store says of the stages and the regions. */
struct pipeline {
	double at[STAGES]; /* last heartbeats; of alert, that of the last run */
	double ingest_s;   /* see pipeline_ingest_s */
	/* The regions that the last evaluation found cut off; n_regions: of
	 * all. */
	struct pipeline_region *isolated;
	size_t n_isolated, n_regions;
};

/*
 * pipeline_ingest_s(c): after how many seconds without a record ingest stands
 * still: four minutes more than the shortest interval of a server, as records
 * are rare where every server is probed rarely. c may be NULL.
 */
double pipeline_ingest_s(const struct conf *c);

/*
 * pipeline_decide(st, pl, p, now, out): judge the pipeline; *st changes only
 * with an event. A pipeline_stalled begins, or is reminded of, while ingest or
 * verdict stands still, and ends once every stage that ever ran runs. If this
 * program did not run either, because the machine slept or its clock was set,
 * it waits for the next run. It also begins, at once, when all regions are cut
 * off, and ends with the first that no longer is. Some regions that have been
 * cut off for p->silent minutes make one probe_silent of the fleet.
 */
void pipeline_decide(struct alert_state *st, const struct pipeline *pl,
	const struct conf_policy *p, double now, struct alert_events *out);

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

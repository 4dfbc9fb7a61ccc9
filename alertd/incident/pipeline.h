/*
 * pipeline.h: whether anybody is watched at all: a stage of the pipeline that
 * stands still, and a store that does not answer, as an incident of SLUG_FLEET.
 * It says nothing of any server. Pure.
 */
#ifndef INCIDENT_PIPELINE_H
#define INCIDENT_PIPELINE_H

#include "conf/conf.h"
#include "incident/event.h"
#include "incident/state.h"
#include "store/stages.h"

/* A region whose own network is cut off. */
struct pipeline_region {
	char name[REGION_MAX + 1];
	double since;
};

/* What the store says of the stages, and when they are late. */
struct pipeline {
	double at[STAGES]; /* heartbeats; of alert, that of the run before */
	double ingest_s;   /* see pipeline_ingest_s */
	/* The regions that are cut off, by the last evaluation, and of how many. */
	struct pipeline_region *isolated;
	size_t n_isolated, n_regions;
};

/*
 * pipeline_ingest_s(c): after how many seconds without records ingest stands
 * still: four minutes more than the shortest interval of a server, for where
 * every server is probed rarely, records are rare. c may be NULL.
 */
double pipeline_ingest_s(const struct conf *c);

/*
 * pipeline_decide(st, pl, p, now, out): ingest or verdict stands still: the
 * incident begins, or is reminded of; all run that ever ran: it ends. *st
 * changes only where there is an event. A silence for which our own absence is
 * reason enough, because the machine slept or its clock was set, waits for the
 * next run. It begins at once where all regions are cut off, for then nobody is
 * watched either, and ends with the first of them that is not; some that are
 * cut off for as many minutes as a silent one may be are told of together, as
 * probe_silent.
 */
void pipeline_decide(struct alert_state *st, const struct pipeline *pl,
	const struct conf_policy *p, double now, struct alert_events *out);

/*
 * pipeline_away(st, why, p, now, out): a run without the store; *st is kept
 * elsewhere. The incident begins STAGE_STALE_S after the first of them; but
 * not in the first run after a pause as long as that. pipeline_back(st, now,
 * out): a run with it.
 */
void pipeline_away(struct alert_state *st, const char *why,
	const struct conf_policy *p, double now, struct alert_events *out);
void pipeline_back(struct alert_state *st, double now,
	struct alert_events *out);

#endif

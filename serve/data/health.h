/* SPDX-License-Identifier: MIT */
/*
 * health.h: the answer of /healthz: whether the store answers, which stages of
 * the pipeline are late, and which regions are silent. Pure.
 */
#ifndef DATA_HEALTH_H
#define DATA_HEALTH_H

#include "base/buf.h"
#include "data/view.h"
#include "store/beat.h"
#include "terms/names.h"

#include <stdbool.h>
#include <stddef.h>

struct health_region {
	char name[REGION_MAX + 1];
	bool heard;
	/*
	 * On how many public servers it is to report; on how many it did, as of
	 * an evaluation of the last VIEW_STALE_S; and when the newest probe
	 * started, epoch seconds. NAN where that is not known.
	 */
	double expected, reported, last;
};

struct health {
	bool down; /* the store does not answer: the rest is not known */
	double now;
	double at[STAGES]; /* heartbeats, NAN for never */
	bool regions_known;
	/* Lines of lists of servers that are left out; NAN: not known. */
	double left_out;
	struct health_region *regions; /* by name */
	size_t n_regions, cap_regions;
};

/* health_init(h, now): as of a store that is down. */
void health_init(struct health *h, double now);
void health_release(struct health *h);

/* health_judged(h): whether verdicts, and so the regions, are up to date. */
bool health_judged(const struct health *h);

/*
 * health_regions(h, json): take what KEY_REGIONS holds into account; NULL for
 * nothing. False where it cannot be read, and then no region is known. One that
 * an evaluation of the last VIEW_STALE_S heard of is not silent.
 */
bool health_regions(struct health *h, const char *json);

/* health_good(h): the store answers, and no stage is late. */
bool health_good(const struct health *h);

/* health_put(b, h): append the JSON of mcp-serve(8), a line. */
void health_put(struct buf *b, const struct health *h);

#endif

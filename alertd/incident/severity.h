/*
 * severity.h: what a failure means: its layer and how urgent it is. Pure.
 */
#ifndef INCIDENT_SEVERITY_H
#define INCIDENT_SEVERITY_H

#include "records/alert.h"
#include "records/verdict.h"

/* What a region's probe was answered with when it came too often. */
#define LAYER_THROTTLED "http.429"

/* What is wrong with a server, by one verdict. */
struct assessment {
	enum step step;
	enum failure_layer layer;
	enum severity severity;
	const char *error; /* of the verdict, or NULL */
};

/*
 * severity_assess(v): the worst that the regions which fail at the verdict's
 * step saw; of equals that of the first region.
 */
struct assessment severity_assess(const struct verdict *v);

/* severity_region(v, name): the region of a verdict, or NULL. */
const struct verdict_region *severity_region(const struct verdict *v,
	const char *name);

/* severity_throttled(r): whether its newest probe was throttled; r may be NULL.
 */
bool severity_throttled(const struct verdict_region *r);

#endif

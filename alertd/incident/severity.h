/*
 * severity.h: what a failure means: its layer and how urgent it is. Pure.
 */
#ifndef INCIDENT_SEVERITY_H
#define INCIDENT_SEVERITY_H

#include "records/alert.h"
#include "records/verdict.h"

/* What is wrong with a server, by one verdict. */
struct assessment {
	enum step step;
	enum failure_layer layer;
	enum severity severity;
	const char *error, *said; /* of the verdict, or NULL */
};

/*
 * severity_of_step(step, error): P1 for steps 1, 2, 3 and 5, and for any 5xx
 * answer; else P2. error may be NULL.
 */
enum severity severity_of_step(enum step step, const char *error);

/*
 * severity_assess(v): the worst failure of the regions that fail at the
 * verdict's step; of equal ones, that of the first region.
 */
struct assessment severity_assess(const struct verdict *v);

/*
 * severity_rises(kind): whether an incident of that kind becomes P1 when it
 * lasts: only a downtime does, as what the others say never wakes anybody (A1).
 */
bool severity_rises(enum alert_kind kind);

/* severity_region(v, name): the region of a verdict, or NULL. */
const struct verdict_region *severity_region(const struct verdict *v,
	const char *name);

/*
 * severity_throttled(r): whether the newest probe of r got 429; r may be NULL.
 */
bool severity_throttled(const struct verdict_region *r);

#endif

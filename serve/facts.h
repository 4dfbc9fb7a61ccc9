/*
 * facts.h: what a page says beyond the verdict: the past, incidents, planned
 * work, who sees which tools, and whether we ourselves are well.
 */
#ifndef FACTS_H
#define FACTS_H

#include "incidents.h"
#include "past.h"
#include "sides.h"
#include "stages.h"
#include "works.h"

struct facts {
	struct past past;
	struct incidents incidents;
	struct works works;
	struct occurrence work, next; /* of works: now, and the next one */
	struct sides sides;
	double beats[STAGES]; /* epoch seconds; NAN for never */
};

#endif

/*
 * page_data.h: what a page says beyond the verdict: the past, incidents,
 * planned work, who sees which tools, and whether we ourselves are well.
 */
#ifndef DATA_PAGE_DATA_H
#define DATA_PAGE_DATA_H

#include "data/history.h"
#include "data/incidents.h"
#include "data/maintenance.h"
#include "data/tool_split.h"
#include "store/stages.h"

struct facts {
	struct history past;
	struct incidents incidents;
	struct works works;
	struct occurrence work, next; /* of works: now, and the next one */
	struct sides sides;
	double beats[STAGES]; /* epoch seconds; NAN for never */
};

#endif

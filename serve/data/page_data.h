/*
 * page_data.h: what the status page says beyond the verdict: history,
 * incidents, maintenance, which regions see which tools, and whether our own
 * pipeline runs.
 */
#ifndef DATA_PAGE_DATA_H
#define DATA_PAGE_DATA_H

#include "data/history.h"
#include "data/incidents.h"
#include "data/maintenance.h"
#include "data/tool_split.h"
#include "data/watched.h"
#include "store/beat.h"

struct page_data {
	struct history history;
	struct incidents incidents;
	struct maintenance_list maintenance;
	struct occurrence maintenance_now, maintenance_next; /* of that list */
	struct tool_split tool_split;
	struct watched watched;
	double heartbeats[STAGES]; /* epoch seconds; NAN for never */
};

#endif

/* SPDX-License-Identifier: MIT */
/*
 * page_data.h: what pages say beyond a verdict and an entry: of a server its
 * history, incidents, maintenance, and whether our own pipeline runs; of a
 * month a row of its report.
 */
#ifndef DATA_PAGE_DATA_H
#define DATA_PAGE_DATA_H

#include "data/history.h"
#include "data/incidents.h"
#include "data/maintenance.h"
#include "data/view.h"
#include "data/watched.h"
#include "records/month_report.h"
#include "store/beat.h"

/* A server, beyond its entry and its view. */
struct page_data {
	struct history history;
	struct incidents incidents;
	struct maintenance_list maintenance;
	struct occurrence maintenance_now, maintenance_next; /* of that list */
	struct tool_split tool_split;
	struct watched watched;
	double heartbeats[STAGES]; /* epoch seconds; NAN for never */
};

/* A server in a report on a month, as readers see it. */
struct report_entry {
	struct report_row row;
	char *title; /* or NULL */
};

#endif

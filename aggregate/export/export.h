/* SPDX-License-Identifier: MIT */
/*
 * export.h: what the store holds of a server, as rows of mcp-aggregate(1), export.
 */
#ifndef EXPORT_EXPORT_H
#define EXPORT_EXPORT_H

#include "export/cursor.h"
#include "export/rows.h"

#include <stdint.h>

struct store;

struct export {
	struct store *store;
	struct cursor cursor;
	int64_t probes_kept; /* seconds for which the store keeps hour rows */
	struct rows rows;
};

/* The columns of each table, NULL behind the last; mcp-records(5) has them. */
extern const char *const export_verdict_columns[], *const export_probe_columns[],
	*const export_latency_columns[], *const export_tool_columns[],
	*const export_incident_columns[];

/*
 * export_verdicts(e, slug), export_probes(e, slug), export_latency(e, slug),
 * export_tools(e, slug): add the rows of a server. export_incidents(e, slug): those of
 * a server, or with NULL of the fleet. -1: the store failed, which is logged, or
 * standard output did.
 *
 * export_flush(e): write the rows that are made. -1 likewise.
 */
int export_verdicts(struct export *e, const char *slug);
int export_probes(struct export *e, const char *slug);
int export_latency(struct export *e, const char *slug);
int export_tools(struct export *e, const char *slug);
int export_incidents(struct export *e, const char *slug);
int export_flush(struct export *e);

#endif

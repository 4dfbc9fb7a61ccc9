/* SPDX-License-Identifier: MIT */
/*
 * answers.h: what each tool says, as an object of its outputSchema and in
 * words. All of it is what the pages say, too. Pure.
 */
#ifndef MCP_ANSWERS_H
#define MCP_ANSWERS_H

#include "data/condition.h"

#include <stddef.h>

struct incident_row;
struct incident_rows;
struct index_entry;
struct status_page;
struct tool_history;
struct tool_result;

/* How many servers are in which state, and whether the checks run. */
struct fleet_summary {
	size_t states[CONDITION_STATES], open_incidents;
	bool judged;  /* the checks run */
	double at;    /* when servers were last judged; NAN: never */
	const char *url; /* of the site, or "" */
};

/*
 * Each fills *out, which is empty. answer_servers(out, v, n, total): n of the
 * `total` servers that match. answer_status(out, page, rows): a server, with
 * its open incidents among the rows. answer_incidents(out, v, n, total, site): n of
 * `total` incidents, with their addresses on this site, or "". answer_changes(out, slug, h). answer_summary(out, s).
 */
void answer_servers(struct tool_result *out,
	const struct index_entry *const *v, size_t n, size_t total);
void answer_status(struct tool_result *out, const struct status_page *page,
	const struct incident_rows *rows);
void answer_incidents(struct tool_result *out,
	const struct incident_row *const *v, size_t n, size_t total,
	const char *site);
void answer_changes(struct tool_result *out, const char *slug,
	const struct tool_history *h);
void answer_summary(struct tool_result *out, const struct fleet_summary *s);

/*
 * answer_unknown(out, slug, nearest): there is no such server; `nearest` is the
 * public one that may have been meant, or NULL. answer_unavailable(out): the
 * store does not answer. Both are errors.
 */
void answer_unknown(
	struct tool_result *out, const char *slug, const char *nearest);
void answer_unavailable(struct tool_result *out);

#endif

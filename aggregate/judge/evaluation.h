/* SPDX-License-Identifier: MIT */
/*
 * evaluation.h: one evaluation of the servers: judges them by what the store holds,
 * group by group, and publishes the verdicts there. And its parts: late minutes, the
 * regions that were heard of, and the listing.
 */
#ifndef JUDGE_EVALUATION_H
#define JUDGE_EVALUATION_H

#include "options.h"
#include "terms/names.h"

#include <stdbool.h>
#include <stddef.h>

struct command;
struct fleet;
struct store;
struct store_reply;
struct verdict;

/*
 * evaluation_run(cmd): judge every server that the configuration, or without one
 * the store, names; publish each verdict but unknown ones, and write all of them
 * to standard output. A minute is published and counted once, however many
 * evaluate it. Returns the exit status.
 */
int evaluation_run(const struct command *cmd);

/* ---- Minutes: late_minutes.c. */

/*
 * late_judge(store, fleet, now, output): judge the minutes of the last hour
 * that hold probes but are not counted, each as of its end; count them, and
 * write their verdicts to standard output, in the order of time. Verdicts that
 * mcp-alert has not taken into account yet are written again. A minute before
 * the first that was ever counted is not late; one whose verdict is unknown
 * stays uncounted. 0; or -1, and an error is logged.
 */
int late_judge(struct store *store, const struct fleet *fleet, double now,
	struct output output);

/*
 * minute_counted(day, minute, as): whether a minute of a day, from 0, is
 * counted, by the value of key_counted of that day; and in *as with which
 * colour, VERDICT_UNKNOWN where that is not known.
 */
bool minute_counted(const struct store_reply *day, int minute,
	enum verdict_colour *as);

/* ---- The regions that an evaluation heard of: fleet.c. */

/* The reports of one region on public servers. */
struct region_heard {
	char *name;
	size_t expected; /* servers that it is to report on */
	size_t reported; /* those of them that it reported on */
	double last; /* when its newest probe started, epoch seconds; NAN: none */
};

/* All regions, by name; begin with zeros. */
struct regions_heard {
	struct region_heard *v;
	size_t n, cap;
	/* Lines of lists that the configuration, if there is one, leaves
	   out. */
	bool configured;
	size_t left_out;
};

/* regions_heard_add(r, v): add the regions of a verdict on a public server. */
void regions_heard_add(struct regions_heard *r, const struct verdict *v);
void regions_heard_release(struct regions_heard *r);

/*
 * regions_heard_write(r, s, now, pretended): write them to KEY_REGIONS, as of
 * the evaluation at epoch second now; where that is pretended, only if no later
 * one has been. 0; or -1 where the store failed, and an error is logged.
 */
int regions_heard_write(const struct regions_heard *r, struct store *s,
	double now, bool pretended);

/* ---- Rows of KEY_LISTING on their way to the store: publish.c. */

struct listing_rows; /* opaque */

/*
 * listing_rows_new(store): no rows yet; NULL where the store failed. The caller
 * frees them with listing_rows_free.
 */
struct listing_rows *listing_rows_new(struct store *store);
void listing_rows_free(struct listing_rows *rows);

/*
 * listing_rows_add(rows, slug, state, rest): add the row of a server, which is
 * public; its parts are those of script_listing.
 */
void listing_rows_add(struct listing_rows *rows, const char *slug,
	const char *state, const char *rest);

/*
 * listing_rows_add_verdict(rows, v, days): add a verdict that was just published,
 * with the days that script_publish told.
 */
void listing_rows_add_verdict(struct listing_rows *rows,
	const struct verdict *v, const char *days);

/* listing_rows_queue(rows): queue what was added, and forget it. */
void listing_rows_queue(struct listing_rows *rows);

/*
 * listing_rows_finish(rows, now, pretended): write the rest, and that the listing
 * is kept up to `now`; unless that is pretended, and earlier than what is said. -1
 * where the store failed.
 */
int listing_rows_finish(struct listing_rows *rows, double now, bool pretended);

#endif

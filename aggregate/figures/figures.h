/* SPDX-License-Identifier: MIT */
/*
 * figures.h: the numbers of a verdict that tell of hours and days: from the
 * rollups of a store (store/rollup.c), or from histories, with the same result: of each
 * region and minute only the probe that started first counts. Pure.
 */
#ifndef FIGURES_FIGURES_H
#define FIGURES_FIGURES_H

#include "records/verdict.h"
#include "rule/bucket.h"
#include "terms/names.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct region_history;

/* The days of the baseline, up to the last whole one. */
#define BASELINE_DAYS 30
/*
 * The least probes that make a baseline: with fewer, the 95th percentile is
 * that of a handful. A young server has no normal.
 */
#define BASELINE_LEAST 100

struct figures {
	/* By whole probes that were not broken; NAN: there are none. */
	double p50_ms, p95_ms; /* to the millisecond */
	double baseline;
	struct error_rates rates;
};

/* From `from` up to before `to`, epoch seconds. */
struct span {
	int64_t from, to;
};

/*
 * figures_rate(w, now): what a window counts as of `now`. Each ends with the
 * current minute. Those up to an hour begin with the minute that was current
 * when the window began; the others so many whole hours before the current one.
 *
 * figures_latency(now): 24 whole hours, and the current one up to the current
 * minute. figures_baseline(now): the whole days before that of now, in UTC.
 */
struct span figures_rate(enum rate_window w, double now);
struct span figures_latency(double now);
struct span figures_baseline(double now);

/* figures_put(v, f): copy the figures into a verdict. */
void figures_put(struct verdict *v, const struct figures *f);

/* The figures of a server from its histories. Opaque. */
struct rates;

/* rates_new(regions, n): of n histories, which must outlive it. */
struct rates *rates_new(const struct region_history *regions, size_t n);
void rates_free(struct rates *r);

/*
 * rates_at(r, now): the figures as of an instant, not before that of the last
 * call. Each probe is counted once when it enters a window and once when it
 * leaves: a call costs as much as changed since the last one.
 */
struct figures rates_at(struct rates *r, double now);

/*
 * figures.c: what counts of a server in a month, and in which order servers
 * stand; see mcp-audit(7), REPORT ON A MONTH. Pure.
 */

/*
 * A server has a place that is known on at least so many days of the month, and
 * on half of those that there were; a day on which at least so many of its
 * minutes are known: half of what a round an hour makes.
 */
#define LEADERBOARD_DAYS 7
#define LEADERBOARD_MINUTES 12

/* A month, or as much of it as is over. Days are epoch days. */
struct month_span {
	int64_t first, last; /* the current day included */
	double begin, end;   /* epoch seconds; end is that of reading, or of the
				month */
};

/* Published minutes of each day, from the first, by colour. */
struct month_minutes {
	int32_t days[31][VERDICT_UNKNOWN];
};

struct standing {
	const char *slug;
	double p95_ms;	    /* NAN: not known */
	long tool_changes;  /* in the month; -1: not known */
	double tools_since; /* epoch seconds; 0: not known */
	bool tools_churn;   /* they change all the time */
	enum bucket bucket;
	long known_minutes, known_days;
	long uptime; /* hundredths of a percent, rounded down; -1: not known */
	long rank; /* by leaderboard_sort, from 1; 0: it has no place */
};

/* standing_init(s, slug): nothing is known of the server. */
void standing_init(struct standing *s, const char *slug);

/*
 * month_minutes_add(m, span, field, n): take in a field of key_minutes and its
 * value. What is no count of a day of the month is passed over.
 * standing_minutes(s, m): take in what is known of all days.
 */
void month_minutes_add(struct month_minutes *m, const struct month_span *span,
	const char *field, long long n);
void standing_minutes(struct standing *s, const struct month_minutes *m);

/*
 * standing_lists(s, span, rows): take in the lists of tools that a region saw,
 * as key_definitions has them. A change is a list that follows another one. Of
 * several regions counts the one that saw most, and for how long the tools are
 * the same, the last that saw a change.
 */
void standing_lists(
	struct standing *s, const struct month_span *span, const char *rows);

/*
 * leaderboard_sort(v, n, span): put the servers in order: those with a place by
 * uptime, then 95th percentile, then changes of tools, what is not known last,
 * and then by name; behind them the others, by name. Returns how many have a
 * place.
 */
size_t leaderboard_sort(
	struct standing *v, size_t n, const struct month_span *span);

#endif

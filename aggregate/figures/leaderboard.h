/* SPDX-License-Identifier: MIT */
/*
 * leaderboard.h: what counts of a server in a month, and in which order servers
 * stand; see mcp-audit(7), REPORT ON A MONTH. Pure.
 */
#ifndef FIGURES_LEADERBOARD_H
#define FIGURES_LEADERBOARD_H

#include "rule/bucket.h"
#include "terms/names.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

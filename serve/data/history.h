/* SPDX-License-Identifier: MIT */
/*
 * history.h: what is known of a server's days and hours, from what was counted
 * in the store. Pure.
 */
#ifndef DATA_HISTORY_H
#define DATA_HISTORY_H

#include "terms/names.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HISTORY_DAYS 90
#define HISTORY_KEPT 92 /* what was counted is kept for so many days */
#define HISTORY_HOURS 24

struct histogram;

/* The minutes of a day that a verdict was published for. */
struct history_day {
	int64_t minutes[VERDICT_UNKNOWN]; /* by colour */
	int64_t planned; /* those red ones that were within a maintenance */
	/* Those in which our checks were kept out: they are of no colour. */
	int64_t unchecked;
};

struct history_hour {
	double p50_ms, p95_ms; /* NAN where there was no probe */
};

struct history {
	int64_t today;	 /* epoch seconds / 86400 */
	int64_t hour;	 /* the current one, epoch seconds / 3600 */
	struct history_day days[HISTORY_KEPT]; /* [0] is today, [1] yesterday */
	struct history_hour hours[HISTORY_HOURS]; /* [0] is the current one */
	int tools;	    /* how many the server has; -1: not known */
	double tools_since; /* since when; NAN: not known */
};

/* history_init(p, now): nothing is known of the days and hours before now. */
void history_init(struct history *p, double now);

/*
 * history_minutes(p, field, n): take in a field of probe:<slug>:minutes, which
 * may be NULL, and its value. What is no count of a known day is passed over.
 */
void history_minutes(struct history *p, const char *field, long long n);

/*
 * history_latency(p, ago, h): take in the latencies of an hour, 0 for the
 * current one. What is out of range or empty is passed over.
 */
void history_latency(struct history *p, int ago, const struct histogram *h);

/*
 * history_tools(p, pairs, n): take in the n strings, each of which may be NULL,
 * of probe:<slug>:tools, field and value in turn. The tools are the newest that
 * any region sees.
 */
void history_tools(struct history *p, const char *const *pairs, size_t n);

/* history_hide_tools(p): nothing is known of the tools. */
void history_hide_tools(struct history *p);

/*
 * history_keeps(today, month): whether anything of that month, see base/clock.h,
 * is kept today, epoch days: it is not of the future, nor too long ago.
 */
bool history_keeps(int64_t today, int month);

/* history_known(d): how many minutes of a day are known. */
int64_t history_known(const struct history_day *d);

/*
 * history_young(days, n): how many minutes of n days are known where that is less
 * than a day, of which no percentage says much; else, or where none is, 0.
 */
int64_t history_young(const struct history_day *days, int n);

/* history_planned(p, days): the planned minutes of that many days.
   history_unchecked(p, days): those in which our checks were kept out. */
int64_t history_planned(const struct history *p, int days);
int64_t history_unchecked(const struct history *p, int days);

/*
 * history_unplanned(d): the minutes of a day in which the server did not work
 * outside a maintenance. history_trouble(d): whether there are any, or some in
 * which it worked only partly. history_uptime(days, n, planned_counts): the
 * percentage of the known minutes of n days in which it worked, rounded down to
 * two decimals, so that it is not 100 while anything failed; NAN where none is
 * known, or where the planned ones do not count and are all.
 */
int64_t history_unplanned(const struct history_day *d);
bool history_trouble(const struct history_day *d);
double history_uptime(
	const struct history_day *days, int n, bool planned_counts);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * figures.h: the numbers of a verdict that tell of hours and days: from the
 * rollups of a store (store/rollup.c), or from histories, with the same result: of each
 * region and minute only the probe that started first counts. Pure.
 */
#ifndef FIGURES_FIGURES_H
#define FIGURES_FIGURES_H

#include "records/verdict.h"

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

#endif

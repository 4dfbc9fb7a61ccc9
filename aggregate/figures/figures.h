/*
 * figures.h: the numbers of a verdict that tell of hours and days: from the
 * rollups of a store (store/rollup.h), or from histories (rates.h). Pure.
 */
#ifndef FIGURES_FIGURES_H
#define FIGURES_FIGURES_H

#include "records/verdict.h"

#include <stdint.h>

/* The days of the baseline, up to the last whole one. */
#define BASELINE_DAYS 30
/*
 * The least probes that make a baseline: with fewer, the 95th percentile is
 * that of a handful. A young server has no normal.
 */
#define BASELINE_LEAST 100

struct figures {
	/* Of whole probes that were not broken; NAN where there is none. */
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

#endif

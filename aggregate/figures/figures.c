/* SPDX-License-Identifier: MIT */
#include "figures/figures.h"

#include "base/clock.h"
#include "base/xalloc.h"
#include "rule/history.h"
#include "terms/rates.h"

#include <math.h>

#define HOUR 3600
#define DAY 86400

struct span figures_rate(enum rate_window w, double now)
{
	int64_t minute = clock_window(now), from = minute;

	if (rate_seconds(w) > HOUR)
		from -= minute % HOUR;
	return (struct span) {from - rate_seconds(w), minute + 60};
}

struct span figures_latency(double now)
{
	int64_t minute = clock_window(now);

	return (struct span) {minute - minute % HOUR - DAY, minute + 60};
}

struct span figures_baseline(double now)
{
	int64_t minute = clock_window(now), today = minute - minute % DAY;

	return (struct span) {today - BASELINE_DAYS * DAY, today};
}

void figures_put(struct verdict *v, const struct figures *f)
{
	v->p50_ms = f->p50_ms;
	v->p95_ms = f->p95_ms;
	v->latency_baseline = f->baseline;
	v->error_rates = f->rates;
}

/* ---- The figures of histories. */

/* The counts: the windows of terms/rates.h, and two histograms. */
enum { LATENCY = RATE_WINDOWS, BASELINE, COUNTS };

/* The probes of a region that are in: from one of them up to before another. */
struct range {
	size_t from, to;
};

struct rates {
	const struct region_history *regions;
	size_t n;
	struct range *in[COUNTS]; /* of each region */
	struct span spans[COUNTS];
	struct error_rates rates;
	struct histogram latency, baseline;
	double normal; /* the baseline of its span; NAN where there is none */
};

struct rates *rates_new(const struct region_history *regions, size_t n)
{
	struct rates *r = xcalloc(1, sizeof *r);

	r->regions = regions;
	r->n = n;
	r->rates.known = true;
	r->normal = NAN;
	for (size_t i = 0; i < COUNTS; i++)
		r->in[i] = xcalloc(n, sizeof *r->in[i]);
	return r;
}

void rates_free(struct rates *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < COUNTS; i++)
		free(r->in[i]);
	free(r);
}

static void count_probe(
	struct rates *r, size_t what, const struct probe *p, int by)
{
	if (!p->counts)
		return;
	if (what < RATE_WINDOWS) {
		struct error_rate *rate = &r->rates.windows[what];
		enum failure_layer layer =
			failure_layer_of(p->failed_step, p->error);

		rate->probes += by;
		if (p->failed_step)
			rate->failed[layer] += by;
		if (failure_throttled(p->failed_step, p->error))
			rate->throttled += by;
	} else if (p->state != STATE_BROKEN && !isnan(p->total_ms)) {
		histogram_add(what == LATENCY ? &r->latency : &r->baseline,
			histogram_bucket(p->total_ms), by);
	}
}

/* False where the span is still the same. */
static bool slide(struct rates *r, size_t what, struct span span)
{
	if (span.from == r->spans[what].from && span.to == r->spans[what].to)
		return false;
	r->spans[what] = span;
	for (size_t i = 0; i < r->n; i++) {
		const struct region_history *h = &r->regions[i];
		struct range *in = &r->in[what][i];

		for (; in->to < h->n &&
			h->probes[in->to].started_at < (double)span.to;
			in->to++)
			count_probe(r, what, &h->probes[in->to], 1);
		for (; in->from < in->to &&
			h->probes[in->from].started_at < (double)span.from;
			in->from++)
			count_probe(r, what, &h->probes[in->from], -1);
	}
	return true;
}

struct figures rates_at(struct rates *r, double now)
{
	for (unsigned w = 0; w < RATE_WINDOWS; w++)
		slide(r, w, figures_rate((enum rate_window)w, now));
	slide(r, LATENCY, figures_latency(now));
	if (slide(r, BASELINE, figures_baseline(now)))
		r->normal = r->baseline.total < BASELINE_LEAST
			? NAN
			: histogram_percentile(&r->baseline, 95);
	return (struct figures) {
		.p50_ms = round(histogram_percentile(&r->latency, 50)),
		.p95_ms = round(histogram_percentile(&r->latency, 95)),
		.baseline = r->normal,
		.rates = r->rates,
	};
}

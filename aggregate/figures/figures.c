#include "figures/figures.h"

#include "base/clock.h"

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

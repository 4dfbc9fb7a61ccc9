/* SPDX-License-Identifier: MIT */
#include "figures/figures.h"

#include "base/clock.h"
#include "base/num.h"
#include "base/xalloc.h"
#include "rule/history.h"
#include "terms/rates.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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

#define DAY_MINUTES 1440

void standing_init(struct standing *s, const char *slug)
{
	*s = (struct standing) {.slug = slug,
		.p95_ms = NAN,
		.tool_changes = -1,
		.uptime = -1,
		.bucket = BUCKET_NO_DATA};
}

void month_minutes_add(struct month_minutes *m, const struct month_span *span,
	const char *field, long long n)
{
	static const char unchecked[] = "-unchecked";
	enum verdict_colour colour;
	char name[24];
	long long day;
	size_t length;
	char *end;
	bool out;

	if (!field || *field < '0' || *field > '9' || n <= 0)
		return;
	day = strtoll(field, &end, 10);
	if (*end != ':' || day < span->first || day > span->last ||
		day - span->first >= 31)
		return;
	/* Minutes in which nothing could be checked are no minutes of a colour. */
	length = strcspn(++end, "-");
	out = strcmp(end + length, unchecked) == 0;
	if (length >= sizeof name || (!out && end[length]))
		return;
	memcpy(name, end, length);
	name[length] = '\0';
	if (n > DAY_MINUTES)
		n = DAY_MINUTES;
	if (verdict_colour_parse(name, &colour) && colour != VERDICT_UNKNOWN)
		m->days[day - span->first][colour] += (int32_t)(out ? -n : n);
}

/* Read the instant of a row, and go on to the next row; NAN: it is none. */
static double next_row(const char **rows)
{
	char text[48];
	size_t n = strcspn(*rows, " \n");
	double at = NAN;

	if (n < sizeof text && (*rows)[n] == ' ') {
		memcpy(text, *rows, n);
		text[n] = '\0';
		if (!num_decimal(text, &at))
			at = NAN;
	}
	*rows += strcspn(*rows, "\n");
	*rows += **rows == '\n';
	return at;
}

void standing_lists(
	struct standing *s, const struct month_span *span, const char *rows)
{
	long changes = 0;
	double since = 0;

	for (bool first = true; *rows; first = false) {
		double at = next_row(&rows);

		if (isnan(at) || at >= span->end)
			continue;
		since = at;
		changes += !first && at >= span->begin;
	}
	if (since <= 0)
		return;
	if (changes > s->tool_changes)
		s->tool_changes = changes;
	if (since > s->tools_since)
		s->tools_since = since;
}

void standing_minutes(struct standing *s, const struct month_minutes *m)
{
	long red = 0;

	s->known_minutes = s->known_days = 0;
	for (int d = 0; d < 31; d++) {
		long known = 0;

		for (int c = 0; c < VERDICT_UNKNOWN; c++)
			known += m->days[d][c];
		red += m->days[d][VERDICT_RED];
		s->known_minutes += known;
		s->known_days += known >= LEADERBOARD_MINUTES;
	}
	s->uptime = -1;
	/* Rounded down, so that one red minute is never 100. */
	if (s->known_minutes)
		s->uptime = (s->known_minutes - red) * 10000 / s->known_minutes;
}

static bool has_place(const struct standing *s, const struct month_span *span)
{
	return s->known_days >= LEADERBOARD_DAYS &&
		2 * s->known_days >= span->last - span->first + 1;
}

/* Unknown durations come last. */
static int compare_ms(double a, double b)
{
	if (isnan(a) || isnan(b))
		return isnan(a) - isnan(b);
	return (a > b) - (a < b);
}

static int compare_changes(const struct standing *a, const struct standing *b)
{
	long x = a->tool_changes, y = b->tool_changes;

	if (a->tools_churn != b->tools_churn)
		return a->tools_churn - b->tools_churn;
	if (x < 0 || y < 0)
		return (x < 0) - (y < 0);
	return (x > y) - (x < y);
}

static int by_place(const void *a, const void *b)
{
	const struct standing *x = a, *y = b;
	int by = (y->rank > 0) - (x->rank > 0);

	if (!by && x->rank)
		by = (y->uptime > x->uptime) - (y->uptime < x->uptime);
	if (!by && x->rank)
		by = compare_ms(x->p95_ms, y->p95_ms);
	if (!by && x->rank)
		by = compare_changes(x, y);
	return by ? by : strcmp(x->slug, y->slug);
}

size_t leaderboard_sort(
	struct standing *v, size_t n, const struct month_span *span)
{
	size_t ranked = 0;

	for (size_t i = 0; i < n; i++)
		v[i].rank = has_place(&v[i], span);
	if (n)
		qsort(v, n, sizeof *v, by_place);
	while (ranked < n && v[ranked].rank) {
		v[ranked].rank = (long)ranked + 1;
		ranked++;
	}
	return ranked;
}

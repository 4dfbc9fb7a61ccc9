/* SPDX-License-Identifier: MIT */
#include "rule/history.h"

#include "base/clock.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

size_t history_until(const struct region_history *h, double t)
{
	size_t lo = 0, hi = h->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (h->probes[mid].started_at <= t)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

double history_success(const struct region_history *h, double t)
{
	size_t n = history_until(h, t);

	while (n && h->probes[n - 1].state == STATE_BROKEN)
		n--;
	return n ? h->probes[n - 1].started_at : NAN;
}

double history_healthy(const struct region_history *h, double t)
{
	size_t n = history_until(h, t);

	while (n && h->probes[n - 1].state != STATE_HEALTHY)
		n--;
	return n ? h->probes[n - 1].started_at : NAN;
}

static int by_instant(const void *a, const void *b)
{
	const struct probe *x = a, *y = b;

	if (x->started_at != y->started_at)
		return x->started_at < y->started_at ? -1 : 1;
	return strcmp(x->id, y->id);
}

size_t history_settle(struct probe *probes, size_t n)
{
	int64_t before = INT64_MIN;
	size_t kept = 0;

	if (n)
		qsort(probes, n, sizeof *probes, by_instant);
	for (size_t i = 0; i < n; i++) {
		int64_t window = clock_window(probes[i].started_at);
		bool whole = probes[i].counts;

		probes[i].counts = window != before;
		before = window;
		if (whole)
			probes[kept++] = probes[i];
	}
	return kept;
}

/* ---- Whether a region works, and since when. */

static bool broken(const struct probe *p)
{
	return p->state == STATE_BROKEN;
}

/* The first of the last HISTORY_MAX probes before the one at `end`. */
static size_t first(size_t end)
{
	return end > HISTORY_MAX ? end - HISTORY_MAX : 0;
}

struct region_since region_state_at(const struct region_history *h,
	double until, const struct region_since *before)
{
	size_t end = history_until(h, until), start = first(end), i = end;
	struct region_since s = {0};

	if (!end)
		return s;
	s.broken = broken(&h->probes[end - 1]);
	while (i > start && broken(&h->probes[i - 1]) == s.broken)
		i--;
	s.since = h->probes[i].started_at;
	if (i == start && before && before->since > 0 &&
		before->broken == s.broken && before->since < s.since)
		s.since = before->since;
	return s;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double region_state_p95(const struct region_history *h, double until)
{
	size_t end = history_until(h, until), n = 0;
	double ms[HISTORY_MAX];

	for (size_t i = first(end); i < end; i++)
		if (!broken(&h->probes[i]) && !isnan(h->probes[i].total_ms))
			ms[n++] = h->probes[i].total_ms;
	if (!n)
		return NAN;
	qsort(ms, n, sizeof *ms, ascending);
	return ms[(size_t)ceil(0.95 * (double)n) - 1];
}

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

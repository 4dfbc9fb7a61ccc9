#include "history.h"

#include "clock.h"

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

size_t history_settle(struct probe *probes, size_t n)
{
	int64_t before = INT64_MIN;
	size_t kept = 0;

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

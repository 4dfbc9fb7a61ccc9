#include "history.h"

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

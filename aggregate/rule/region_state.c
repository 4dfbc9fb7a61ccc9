#include "rule/region_state.h"

#include <math.h>
#include <stdlib.h>

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

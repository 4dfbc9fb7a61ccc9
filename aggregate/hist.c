#include "hist.h"

#include <math.h>

void hist_add(struct hist *h, size_t bucket, unsigned long long n)
{
	if (bucket >= HIST_BUCKETS)
		bucket = HIST_BUCKETS - 1;
	h->count[bucket] += n;
	h->total += n;
}

double hist_percentile(const struct hist *h, double p)
{
	double rank = ceil(p / 100 * (double)h->total);
	double seen = 0;

	if (!h->total)
		return NAN;
	if (rank < 1)
		rank = 1;
	for (size_t i = 0; i < HIST_BUCKETS; i++) {
		seen += (double)h->count[i];
		/* The middle of the bucket that halves the greatest error. */
		if (seen >= rank)
			return HIST_LEAST_MS * pow(HIST_GROWTH, (double)i) * 2 *
				HIST_GROWTH / (1 + HIST_GROWTH);
	}
	return NAN;
}

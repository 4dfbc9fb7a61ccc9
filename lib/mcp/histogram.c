#include "mcp/histogram.h"

#include <math.h>

size_t hist_bucket(double ms)
{
	double i = floor(log(fmax(ms, HIST_LEAST_MS) / HIST_LEAST_MS) /
		log(HIST_GROWTH));

	return i < HIST_BUCKETS - 1 ? (size_t)i : HIST_BUCKETS - 1;
}

/* What halves the greatest error. */
double hist_ms(size_t bucket)
{
	return HIST_LEAST_MS * pow(HIST_GROWTH, (double)bucket) * 2 *
		HIST_GROWTH / (1 + HIST_GROWTH);
}

void hist_add(struct hist *h, size_t bucket, long long n)
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

	if (h->total <= 0)
		return NAN;
	if (rank < 1)
		rank = 1;
	for (size_t i = 0; i < HIST_BUCKETS; i++) {
		seen += (double)h->count[i];
		if (seen >= rank)
			return hist_ms(i);
	}
	return NAN;
}

#include "terms/histogram.h"

#include <math.h>

size_t histogram_bucket(double ms)
{
	double i =
		floor(log(fmax(ms, HISTOGRAM_LEAST_MS) / HISTOGRAM_LEAST_MS) /
			log(HISTOGRAM_GROWTH));

	return i < HISTOGRAM_BUCKETS - 1 ? (size_t)i : HISTOGRAM_BUCKETS - 1;
}

/*
 * The harmonic mean of the two bounds: no duration of the bucket is further from
 * it, in relation to itself, than 1 %.
 */
double histogram_ms(size_t bucket)
{
	return HISTOGRAM_LEAST_MS * pow(HISTOGRAM_GROWTH, (double)bucket) * 2 *
		HISTOGRAM_GROWTH / (1 + HISTOGRAM_GROWTH);
}

void histogram_add(struct histogram *h, size_t bucket, long long n)
{
	if (bucket >= HISTOGRAM_BUCKETS)
		bucket = HISTOGRAM_BUCKETS - 1;
	h->count[bucket] += n;
	h->total += n;
}

double histogram_percentile(const struct histogram *h, double p)
{
	double rank = ceil(p / 100 * (double)h->total);
	double seen = 0;

	if (h->total <= 0)
		return NAN;
	if (rank < 1)
		rank = 1;
	for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
		seen += (double)h->count[i];
		if (seen >= rank)
			return histogram_ms(i);
	}
	return NAN;
}

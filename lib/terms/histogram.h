/*
 * histogram.h: counts of durations, in buckets whose bounds grow by 2 %, so
 * that any percentile is off by at most 1 %, however many durations there are.
 */
#ifndef TERMS_HISTOGRAM_H
#define TERMS_HISTOGRAM_H

#include <stddef.h>

/*
 * Bucket i holds 0.1 * 1.02^i <= ms < 0.1 * 1.02^(i+1). The first also holds
 * what is shorter, the last what is longer, from about an hour on.
 */
#define HISTOGRAM_LEAST_MS 0.1
#define HISTOGRAM_GROWTH 1.02
#define HISTOGRAM_BUCKETS 880

struct histogram {
	long long count[HISTOGRAM_BUCKETS];
	long long total;
};

/*
 * histogram_add(h, bucket, n): count n more durations in a bucket, or fewer
 * where n is below 0. A bucket beyond the last counts as the last.
 */
void histogram_add(struct histogram *h, size_t bucket, long long n);

/*
 * histogram_bucket(ms): the bucket of a duration. histogram_ms(bucket): the
 * duration that stands for a bucket.
 */
size_t histogram_bucket(double ms);
double histogram_ms(size_t bucket);

/*
 * histogram_percentile(h, p): in ms, by nearest rank, p from 0 to 100; NAN where
 * h is empty.
 */
double histogram_percentile(const struct histogram *h, double p);

#endif

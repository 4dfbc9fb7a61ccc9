/*
 * hist.h: durations as counts of buckets whose bounds grow by 2 %, so that any
 * percentile is off by at most 1 %, however many there are.
 */
#ifndef MCP_HIST_H
#define MCP_HIST_H

#include <stddef.h>

/* Bucket i holds 0.1 * 1.02^i <= ms < 0.1 * 1.02^(i+1); 0 what is below. */
#define HIST_LEAST_MS 0.1
#define HIST_GROWTH 1.02
/* Beyond an hour nothing is told apart. */
#define HIST_BUCKETS 880

struct hist {
	long long count[HIST_BUCKETS];
	long long total;
};

/*
 * hist_add(h, bucket, n): n more, or fewer where n is below 0; a bucket that is
 * none counts as the last.
 */
void hist_add(struct hist *h, size_t bucket, long long n);

/* hist_bucket(ms): the bucket of a duration. hist_ms(bucket): the middle of one. */
size_t hist_bucket(double ms);
double hist_ms(size_t bucket);

/*
 * hist_percentile(h, p): in ms, by nearest rank, p from 0 to 100; NAN where h
 * is empty.
 */
double hist_percentile(const struct hist *h, double p);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * rates.h: how many probes of a server failed over rolling windows, and at
 * which layer: the error_rate of the verdict record of mcp-records(5). And how
 * long probes took: counts of durations in buckets whose bounds grow by 2 %, so
 * that any percentile is off by at most 1 %, however many durations there are.
 */
#ifndef TERMS_RATES_H
#define TERMS_RATES_H

#include "base/buf.h"
#include "terms/names.h"

#include <cjson/cJSON.h>
#include <stddef.h>

/*
 * The windows of error rates and of the burn rates of an SLO, see
 * mcp-incidents(7).
 */
enum rate_window { RATE_5M, RATE_30M, RATE_1H, RATE_6H, RATE_3D };
#define RATE_WINDOWS 5

struct error_rate {
	long long probes;		/* that started in the window */
	long long failed[LAYER_COUNT];	/* of these, by layer */
	long long throttled; /* of those of LAYER_HTTP: answered with 429 */
};

struct error_rates {
	bool known;
	struct error_rate windows[RATE_WINDOWS];
};

extern const struct word_table rate_words;

/* rate_seconds(w): how long a window is. rate_name(w): "5m", "30m", … */
long long rate_seconds(enum rate_window w);
const char *rate_name(enum rate_window w);
/* rate_parse(s, out): the window of that name, or false. */
bool rate_parse(const char *s, enum rate_window *out);

/* error_rate_failed(r): how many failed, at whatever layer. */
long long error_rate_failed(const struct error_rate *r);

/* error_rate_sound(r): whether no part of it is more than the whole. */
bool error_rate_sound(const struct error_rate *r);

/* error_rates_write(b, r): append r as JSON; null where it is not known. */
void error_rates_write(struct buf *b, const struct error_rates *r);

/*
 * error_rates_read(o, out): read what error_rates_write writes. Nothing is
 * known where o is NULL or null; a window that is missing has no probes. False
 * where o is anything else.
 */
bool error_rates_read(const cJSON *o, struct error_rates *out);

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

/* SPDX-License-Identifier: MIT */
#include "terms/rates.h"

#include "json/json.h"

#include <math.h>

#define COUNT_MAX 1e12

static const char *const windows[RATE_WINDOWS] = {
	"5m", "30m", "1h", "6h", "3d"};

WORDS(rate_window, rate, windows)

long long rate_seconds(enum rate_window w)
{
	static const long long seconds[RATE_WINDOWS] = {
		5 * 60, 30 * 60, 3600, 6 * 3600, 3 * 86400};

	return seconds[w];
}

long long error_rate_failed(const struct error_rate *r)
{
	long long n = 0;

	for (unsigned l = LAYER_NONE + 1; l < LAYER_COUNT; l++)
		n += r->failed[l];
	return n;
}

bool error_rate_sound(const struct error_rate *r)
{
	return error_rate_failed(r) <= r->probes &&
		r->throttled <= r->failed[LAYER_HTTP];
}

static void put_name(struct buf *b, const char *name)
{
	buf_char(b, '"');
	buf_str(b, name);
	buf_str(b, "\":");
}

/* Most are 0, and there are 35 in each verdict: printf would take a while. */
static void put_count(struct buf *b, const char *name, long long n)
{
	put_name(b, name);
	if (n >= 0 && n < 10)
		buf_char(b, (char)('0' + n));
	else
		buf_fmt(b, "%lld", n);
}

void error_rates_write(struct buf *b, const struct error_rates *r)
{
	if (!r->known) {
		buf_str(b, "null");
		return;
	}
	for (unsigned w = 0; w < RATE_WINDOWS; w++) {
		const struct error_rate *rate = &r->windows[w];

		buf_char(b, w ? ',' : '{');
		put_name(b, windows[w]);
		buf_char(b, '{');
		put_count(b, "probes", rate->probes);
		buf_char(b, ',');
		put_count(b, "failed", error_rate_failed(rate));
		for (unsigned l = LAYER_NONE + 1; l < LAYER_COUNT; l++) {
			buf_char(b, ',');
			put_count(b, failure_layer_name((enum failure_layer)l),
				rate->failed[l]);
		}
		buf_char(b, ',');
		put_count(b, "throttled", rate->throttled);
		buf_char(b, '}');
	}
	buf_char(b, '}');
}

static bool get_count(const cJSON *o, const char *key, long long *out)
{
	double v;

	if (!json_num(o, key, &v) || v != floor(v) || v < 0 || v > COUNT_MAX)
		return false;
	*out = (long long)v;
	return true;
}

/*
 * No more can have failed than there were. An older version does not say how
 * many were throttled.
 */
static bool read_window(const cJSON *o, struct error_rate *out)
{
	if (!get_count(o, "probes", &out->probes))
		return false;
	for (unsigned l = LAYER_NONE + 1; l < LAYER_COUNT; l++)
		if (!get_count(o, failure_layer_name((enum failure_layer)l),
			    &out->failed[l]))
			return false;
	if (json_get(o, "throttled") &&
		!get_count(o, "throttled", &out->throttled))
		return false;
	return error_rate_sound(out);
}

bool error_rates_read(const cJSON *o, struct error_rates *out)
{
	*out = (struct error_rates) {0};
	if (!o || cJSON_IsNull(o))
		return true;
	if (!cJSON_IsObject(o))
		return false;
	for (unsigned w = 0; w < RATE_WINDOWS; w++) {
		const cJSON *window = json_get(o, windows[w]);

		if (window && !read_window(window, &out->windows[w]))
			return false;
	}
	out->known = true;
	return true;
}

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

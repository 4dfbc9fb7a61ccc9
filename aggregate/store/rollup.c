/* SPDX-License-Identifier: MIT */
/*
 * rollup.c: figures from what ingest counted. Windows up to an hour are added up from
 * the minutes of this hour and the one before, longer ones from the hours of days, as
 * script_ingest counts them.
 */
#include "store/load.h"

#include "base/clock.h"
#include "base/num.h"
#include "store/keys.h"
#include "store/retention.h"
#include "store/scripts.h"
#include "store/store.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HOUR 3600
#define DAY 86400
#define HOURS 25 /* 24 whole hours and the current one */
#define MINUTED 2 /* the last 60 minutes lie in two hours */
#define DAYS 4	  /* the last 3 days lie in four */
#define COUNT_MAX 1000000000000

/* The keys of script_figures, and what it returns for them. */
enum { KEY_BASELINE, KEY_MINUTES, KEY_HOURS = KEY_MINUTES + MINUTED,
	KEY_LATENCY = KEY_HOURS + DAYS, KEYS = KEY_LATENCY + HOURS };
enum { GOT_MEDIAN = KEY_LATENCY, GOT_P95 };

int rollup_load(struct store *s, char sha[STORE_SHA])
{
	return store_load(s, script_figures, sha);
}

void rollup_ask(struct store *s, const char *sha, const char *slug, double now)
{
	int64_t hour = clock_window(now) / HOUR, day = clock_window(now) / DAY;
	char keys[KEYS][KEY_MAX], number[8];
	const char *args[3 + KEYS] = {"EVALSHA", sha, number};

	snprintf(number, sizeof number, "%d", KEYS);
	key_baseline(keys[KEY_BASELINE], slug);
	for (int i = 0; i < MINUTED; i++)
		key_errors(keys[KEY_MINUTES + i], slug, hour - i);
	for (int i = 0; i < DAYS; i++)
		key_errors_day(keys[KEY_HOURS + i], slug, day - i);
	for (int i = 0; i < HOURS; i++)
		key_latency(keys[KEY_LATENCY + i], slug, hour - i);
	for (int i = 0; i < KEYS; i++)
		args[3 + i] = keys[i];
	store_add_argv(s, 3 + KEYS, args);
}

void rollup_latency(struct histogram *h, const struct store_reply *r)
{
	for (size_t i = 0; i + 1 < store_count(r); i += 2) {
		long long bucket = store_int(store_item(r, i), -1);
		long long n = store_int(store_item(r, i + 1), 0);

		if (bucket >= 0 && n > 0 && n <= COUNT_MAX)
			histogram_add(h, (size_t)bucket, n);
	}
}

/* The counts of `units` units of time, each of `unit` seconds. */
struct counts {
	const struct store_reply *reply;
	int64_t start, units, unit;
	int64_t until; /* later ones do not count */
	enum rate_window first, last; /* of the windows that they count for */
};

static void add_count(struct error_rates *r, const struct counts *c,
	const struct span *spans, int64_t at, const char *what, long long n)
{
	bool throttled = strcmp(what, "throttled") == 0;
	enum failure_layer layer = LAYER_NONE;

	if (!throttled && strcmp(what, "probes") != 0 &&
		!failure_layer_parse(what, &layer))
		return;
	for (enum rate_window w = c->first; w <= c->last; w++) {
		struct error_rate *rate = &r->windows[w];

		if (at < spans[w].from || at >= spans[w].to)
			continue;
		if (throttled)
			rate->throttled += n;
		else if (layer)
			rate->failed[layer] += n;
		else
			rate->probes += n;
	}
}

/* Add the counts to every window that holds them. */
static void add_counts(struct error_rates *r, const struct counts *c,
	const struct span *spans)
{
	for (struct store_field f = {.next = 0}; store_field(c->reply, &f);) {
		long long n = store_int(f.value, 0);
		char *end;
		long k = strtol(f.name, &end, 10);

		if (*f.name < '0' || *f.name > '9' || n <= 0 || n > COUNT_MAX)
			continue;
		if (*end == ':' && k >= 0 && k < c->units &&
			c->start + k * c->unit < c->until)
			add_count(r, c, spans, c->start + k * c->unit, end + 1,
				n);
	}
}

/* If a part is more than the whole, the count is not known. */
static bool sound(const struct error_rates *r)
{
	for (unsigned w = 0; w < RATE_WINDOWS; w++)
		if (!error_rate_sound(&r->windows[w]))
			return false;
	return true;
}

static void read_rates(const struct store_reply *r, double now,
	struct error_rates *out)
{
	int64_t minute = clock_window(now), hour = minute - minute % HOUR;
	struct span spans[RATE_WINDOWS];

	for (unsigned w = 0; w < RATE_WINDOWS; w++)
		spans[w] = figures_rate((enum rate_window)w, now);
	for (int i = 0; i < MINUTED; i++)
		add_counts(out,
			&(struct counts) {store_item(r, KEY_MINUTES + (size_t)i),
				hour - i * HOUR, 60, 60, minute + 60, RATE_5M,
				/*
				 * The whole hours below leave out the current
				 * one.
				 */
				i ? RATE_1H : RATE_3D},
			spans);
	for (int i = 0; i < DAYS; i++)
		add_counts(out,
			&(struct counts) {store_item(r, KEY_HOURS + (size_t)i),
				(minute / DAY - i) * DAY, 24, HOUR, hour,
				RATE_6H, RATE_3D},
			spans);
	out->known = sound(out);
}

/* The middle of a bucket; NAN where it is '-', or none. */
static double bucket_ms(const char *text)
{
	long long bucket;

	if (text && num_parse(text, 0, HISTOGRAM_BUCKETS - 1, &bucket))
		return histogram_ms((size_t)bucket);
	return NAN;
}

/* Read "<day> <bucket>" or "<day> -". False where it is of another day. */
static bool read_baseline(const char *text, int64_t today, double *out)
{
	char day[24];
	size_t n = (size_t)snprintf(day, sizeof day, "%" PRId64 " ", today);

	*out = NAN;
	if (!text || strncmp(text, day, n) != 0)
		return false;
	*out = bucket_ms(text + n);
	return true;
}

bool rollup_read(const struct store_reply *r, double now, struct figures *out)
{
	*out = (struct figures) {
		.p50_ms = round(bucket_ms(store_text(store_item(r, GOT_MEDIAN)))),
		.p95_ms = round(bucket_ms(store_text(store_item(r, GOT_P95)))),
	};
	read_rates(r, now, &out->rates);
	return !read_baseline(store_text(store_item(r, KEY_BASELINE)),
		clock_window(now) / DAY, &out->baseline);
}

void rollup_ask_baseline(struct store *s, const char *slug, double now)
{
	int64_t today = clock_window(now) / DAY;
	char keys[BASELINE_DAYS + 1][KEY_MAX], number[4][24];
	const char *args[3 + BASELINE_DAYS + 1 + 3];
	size_t n = 0;

	snprintf(number[0], sizeof *number, "%d", BASELINE_DAYS + 1);
	snprintf(number[1], sizeof *number, "%" PRId64, today);
	snprintf(number[2], sizeof *number, "%d", BASELINE_LEAST);
	snprintf(number[3], sizeof *number, "%d", RETENTION_BASELINE_S);
	args[n++] = "EVAL";
	args[n++] = script_baseline;
	args[n++] = number[0];
	args[n++] = key_baseline(keys[0], slug);
	for (int i = 1; i <= BASELINE_DAYS; i++)
		args[n++] = key_latency_day(keys[i], slug, today - i);
	for (int i = 1; i <= 3; i++)
		args[n++] = number[i];
	store_add_argv(s, n, args);
}

double rollup_read_baseline(const struct store_reply *r, double now)
{
	double baseline;

	read_baseline(store_text(r), clock_window(now) / DAY, &baseline);
	return baseline;
}

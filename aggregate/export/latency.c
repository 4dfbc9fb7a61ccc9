/* SPDX-License-Identifier: MIT */
/*
 * latency.c: how long probes took that were not broken: of a server, and of each of its
 * regions, by hour and by day.
 */
#include "export/export.h"

#include "store/keys.h"
#include "store/load.h"
#include "store/retention.h"
#include "store/store.h"
#include "terms/names.h"
#include "terms/rates.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const export_latency_columns[] = {"slug", "region", "span", "start",
	"month", "probes", "p50_ms", "p95_ms", "p99_ms", "counts", NULL};

static double percentile(const struct histogram *h, double p)
{
	return round(histogram_percentile(h, p) * 10) / 10;
}

/* The middle of each bucket in ms, and how many probes it has. */
static void put_counts(struct rows *r, const struct histogram *h)
{
	struct buf b;

	buf_init(&b, HISTOGRAM_BUCKETS * 48);
	buf_char(&b, '[');
	for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++)
		if (h->count[i] > 0)
			buf_fmt(&b, "%s[%.1f,%lld]", b.len > 1 ? "," : "",
				histogram_ms(i), h->count[i]);
	buf_char(&b, ']');
	rows_json(r, b.p, b.len);
	buf_release(&b);
}

static void put_row(struct rows *r, const char *slug, const char *region,
	int64_t span, int64_t start, const struct histogram *h)
{
	if (h->total <= 0)
		return;
	rows_text(r, slug);
	rows_text(r, region);
	rows_number(r, (double)span);
	rows_number(r, (double)start);
	rows_month(r, (double)start);
	rows_number(r, (double)h->total);
	rows_number(r, percentile(h, 50));
	rows_number(r, percentile(h, 95));
	rows_number(r, percentile(h, 99));
	put_counts(r, h);
}

/* The rows of all regions together, which have the region "*". */
static int put_spans(struct export *e, const char *slug, int64_t span, int64_t kept,
	const char *(*key_of)(char *, const char *, int64_t))
{
	int64_t first, last;
	char key[KEY_MAX];

	if (!cursor_spans(&e->cursor, span, kept, &first, &last))
		return 0;
	for (int64_t t = first; t <= last; t += span)
		store_add(e->store, "HGETALL", key_of(key, slug, t / span), NULL);
	if (store_run(e->store))
		return store_failed(e->store);
	for (int64_t t = first; t <= last; t += span) {
		struct histogram h = {.total = 0};

		rollup_latency(&h, store_reply(e->store,
					   (size_t)((t - first) / span)));
		put_row(&e->rows, slug, "*", span, t, &h);
	}
	return 0;
}

/* " <bucket>:<count> ...", see key_places. */
static void read_counts(const char *p, const char *end, struct histogram *h)
{
	while (p < end && *p == ' ') {
		char *next;
		long bucket = strtol(p, &next, 10), n;

		if (*next != ':')
			return;
		n = strtol(next + 1, &next, 10);
		if (bucket >= 0 &&
			bucket < HISTOGRAM_BUCKETS / KEYS_PLACES_BUCKETS && n > 0)
			histogram_add(h,
				(size_t)bucket * KEYS_PLACES_BUCKETS +
					KEYS_PLACES_BUCKETS / 2,
				n);
		p = next;
	}
}

/* The lines of a region, see key_places. */
static void put_place(struct export *e, const char *slug, const char *region,
	const char *text)
{
	const char *end;

	for (; (end = strchr(text, '\n')); text = end + 1) {
		int64_t span = *text == 'd' ? CURSOR_DAY : CURSOR_HOUR;
		struct histogram h = {.total = 0};
		int64_t first, last, start;
		char *counts;

		start = strtoll(text + (*text == 'd'), &counts, 10);
		if (start < 0 || start > (int64_t)1e11 / span ||
			!cursor_spans(&e->cursor, span, RETENTION_ROLLUP_S,
				&first, &last))
			continue;
		start *= span;
		if (start < first || start > last)
			continue;
		read_counts(counts, end, &h);
		put_row(&e->rows, slug, region, span, start, &h);
	}
}

static int put_places(struct export *e, const char *slug)
{
	char key[KEY_MAX];
	const struct store_reply *r =
		store_one(e->store, "HGETALL", key_places(key, slug), NULL);

	if (!r)
		return store_failed(e->store);
	for (struct store_field f = {.next = 0}; store_field(r, &f);)
		if (region_valid(f.name))
			put_place(e, slug, f.name, f.text);
	return 0;
}

int export_latency(struct export *e, const char *slug)
{
	return put_spans(e, slug, CURSOR_HOUR, RETENTION_LATENCY_HOUR_S,
		       key_latency) ||
			put_spans(e, slug, CURSOR_DAY, RETENTION_ROLLUP_S,
				key_latency_day) ||
			put_places(e, slug)
		? -1
		: 0;
}

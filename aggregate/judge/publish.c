/* SPDX-License-Identifier: MIT */
#include "judge/publish.h"

#include "base/buf.h"
#include "base/index.h"
#include "base/lines.h"
#include "base/num.h"
#include "base/strings.h"
#include "base/xalloc.h"
#include "judge/evaluation.h"
#include "records/listing_row.h"
#include "records/verdict.h"
#include "store/keys.h"
#include "store/retention.h"
#include "store/scripts.h"
#include "store/store.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Tells a verdict from another one of its minute: by its probes, and by whether more
 * are awaited.
 */
static void put_basis(struct strings *args, const struct verdict *v)
{
	double sum = 0;

	for (size_t i = 0; i < v->n_regions; i++)
		sum += v->regions[i].started_at;
	strings_fmt(args, "%zu/%zu/%zu/%.3f", v->n_regions, v->n_awaited,
		v->n_isolated, sum);
}

static void put_keys(struct strings *args, const struct verdict *v)
{
	char key[KEY_MAX];

	strings_add(args, "5");
	strings_add(args, key_verdict(key, v->slug));
	strings_add(args, key_minutes(key, v->slug));
	strings_add(args, key_tools(key, v->slug));
	strings_add(args, key_counted(key, v->slug, v->window / 86400));
	strings_add(args, key_latest(key, v->slug));
}

void publish_queue(struct store *store, const char *sha,
	const struct verdict *v, struct publish_count c,
	const struct strings *fields)
{
	static const int lives[] = {RETENTION_VERDICT_S, RETENTION_MINUTES_S,
		RETENTION_HASH_S, RETENTION_ROLLUP_S, RETENTION_MINUTES_DAYS,
		RETENTION_ROW_S};
	struct strings args = {0};
	struct buf b;

	buf_init(&b, LINE_MAX_BYTES);
	verdict_write(&b, v);
	if (b.len)
		buf_cut(&b, b.len - 1);
	strings_add(&args, "EVALSHA");
	strings_add(&args, sha);
	put_keys(&args, v);
	strings_fmt(&args, "%" PRId64, v->window);
	strings_add(&args, b.p);
	strings_add(&args, c.as);
	for (size_t i = 0; i < sizeof lives / sizeof *lives; i++)
		strings_fmt(&args, "%d", lives[i]);
	strings_add(&args, c.maintenance_counts ? "1" : "0");
	strings_fmt(&args, "%" PRId64, c.at);
	strings_fmt(&args, "%.0f", c.latest);
	put_basis(&args, v);
	strings_add(&args, c.early ? "1" : "0");
	for (size_t i = 0; i < fields->n; i++)
		strings_add(&args, fields->v[i]);
	store_add_argv(store, args.n, (const char *const *)args.v);
	strings_release(&args);
	buf_release(&b);
}

/* ---- How long a server takes from each region. */

/* Look back so many hours: an evaluation may have been missed. */
#define HOURS 3

bool place_latency_due(const char *slug, double now)
{
	return (uint64_t)(now / 60) % 60 ==
		index_hash(0, slug, strlen(slug)) % 60;
}

/* The rows of the hours that are over, and the records of the newest probe. */
static void put_place_keys(struct strings *args, const char *slug,
	const struct verdict_region *r, int64_t hour)
{
	int64_t window = isnan(r->started_at)
		? 0 : (int64_t)(r->started_at / 60) * 60;
	char key[KEY_MAX];

	for (int i = 0; i < HOURS; i++)
		strings_add(args,
			key_hour_row(key, slug, hour - HOURS + i, r->region));
	strings_add(args, key_probe(key, slug, window, r->region));
}

void place_latency_queue(struct store *store, const char *sha,
	const struct verdict *v, double now)
{
	int64_t hour = (int64_t)(now / 3600);
	struct strings args = {0};
	char key[KEY_MAX];

	strings_add(&args, "EVALSHA");
	strings_add(&args, sha);
	strings_fmt(&args, "%zu", 1 + (HOURS + 1) * v->n_regions);
	strings_add(&args, key_places(key, v->slug));
	for (size_t i = 0; i < v->n_regions; i++)
		put_place_keys(&args, v->slug, &v->regions[i], hour);
	strings_fmt(&args, "%" PRId64, hour);
	strings_fmt(&args, "%d", RETENTION_PLACES_S);
	for (size_t i = 0; i < v->n_regions; i++)
		strings_add(&args, v->regions[i].region);
	store_add_argv(store, args.n, (const char *const *)args.v);
	strings_release(&args);
}

struct listing_rows {
	struct store *store;
	char sha[STORE_SHA];
	struct strings texts; /* the arguments of script_listing */
};

struct listing_rows *listing_rows_new(struct store *store)
{
	struct listing_rows *rows = xcalloc(1, sizeof *rows);

	rows->store = store;
	if (!store_load(store, script_listing, rows->sha))
		return rows;
	listing_rows_free(rows);
	return NULL;
}

void listing_rows_free(struct listing_rows *rows)
{
	if (rows)
		strings_release(&rows->texts);
	free(rows);
}

void listing_rows_add(struct listing_rows *rows, const char *slug,
	const char *state, const char *rest)
{
	strings_add(&rows->texts, slug);
	strings_add(&rows->texts, state);
	strings_add(&rows->texts, rest);
}

/*
 * Since when regions say that it is as it is, for a row that does not know it: the
 * last of them began to work, or the first one began to fail.
 */
static int64_t colour_since(const struct verdict *v)
{
	bool green = v->verdict == VERDICT_GREEN;
	double at = NAN;

	for (size_t i = 0; i < v->n_regions; i++) {
		const struct verdict_region *r = &v->regions[i];

		if (!(r->since > 0) || (r->state == STATE_BROKEN) == green)
			continue;
		at = green ? fmax(at, r->since) : fmin(at, r->since);
	}
	return isnan(at) ? 0 : (int64_t)floor(at);
}

void listing_rows_add_verdict(struct listing_rows *rows,
	const struct verdict *v, const char *days)
{
	struct listing_row row = {.published = true,
		.window = v->window,
		.verdict = v->verdict,
		.since = colour_since(v),
		.uptime_30d = v->uptime_30d,
		.p95_ms = v->p95_ms,
		.sides = v->n_sides > 0};
	struct buf b;

	snprintf(row.days, sizeof row.days, "%s", days);
	buf_init(&b, LISTING_ROW_MAX);
	listing_row_put_state(&b, &row);
	listing_rows_add(rows, v->slug, b.p, "");
	buf_release(&b);
}

void listing_rows_queue(struct listing_rows *rows)
{
	const char **args;
	size_t n = rows->texts.n;

	if (!n)
		return;
	args = xcalloc(n + 4, sizeof *args);
	args[0] = "EVALSHA";
	args[1] = rows->sha;
	args[2] = "1";
	args[3] = KEY_LISTING;
	for (size_t i = 0; i < n; i++)
		args[i + 4] = rows->texts.v[i];
	store_add_argv(rows->store, n + 4, args);
	free(args);
	strings_clear(&rows->texts);
}

int listing_rows_finish(struct listing_rows *rows, double now, bool pretended)
{
	const struct store_reply *r;
	double kept = NAN;
	char upto[40];

	listing_rows_queue(rows);
	if (store_run(rows->store))
		return -1;
	if (pretended) {
		r = store_one(rows->store, "HGET", KEY_LISTING, LISTING_UPTO,
			NULL);
		if (!r)
			return -1;
		if (store_text(r) && num_decimal(store_text(r), &kept) &&
			kept > now)
			return 0;
	}
	snprintf(upto, sizeof upto, "%.0f", now);
	return store_one(rows->store, "HSET", KEY_LISTING, LISTING_UPTO, upto,
		       NULL) ? 0 : -1;
}

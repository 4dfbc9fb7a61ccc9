/* SPDX-License-Identifier: MIT */
#include "judge/evaluation.h"

#include "base/buf.h"
#include "base/num.h"
#include "base/strings.h"
#include "base/xalloc.h"
#include "records/listing_row.h"
#include "records/verdict.h"
#include "store/keys.h"
#include "store/scripts.h"
#include "store/store.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* SPDX-License-Identifier: MIT */
/*
 * probes.c: the probes of an hour and region, a row: how many there were, each of them
 * in short, and the records of those that failed, as far as the store has them still.
 */
#include "export/export.h"

#include "json/json.h"
#include "store/hour_row.h"
#include "store/keys.h"
#include "store/load.h"
#include "store/store.h"
#include "terms/names.h"

#include <math.h>
#include <string.h>

const char *const export_probe_columns[] = {"slug", "region", "start", "month",
	"probes", "healthy", "walled", "broken", "step", "error", "each",
	"records", NULL};

#define MINUTES 60
#define TEXT_BYTES 160 /* of one probe in `each` */

/* The row of an hour. */
struct hour {
	size_t n, by_state[STATE_BROKEN + 1];
	bool broken[MINUTES];
	/* Of the probes that failed, how many are like this one: step and code. */
	struct failure {
		enum step step;
		unsigned code;
		size_t n;
		char error[HOUR_ROW_TEXT];
	} failures[MINUTES];
	size_t n_failures;
	struct buf each;
};

static void add_failure(struct hour *h, const struct hour_row_probe *p)
{
	size_t i = 0;

	while (i < h->n_failures &&
		(h->failures[i].step != p->record.failed_step ||
			h->failures[i].code != p->code))
		i++;
	if (i == h->n_failures) {
		h->failures[h->n_failures++] = (struct failure) {
			.step = p->record.failed_step, .code = p->code};
		if (p->record.error)
			memcpy(h->failures[i].error, p->record.error,
				strlen(p->record.error) + 1);
	}
	h->failures[i].n++;
}

/* [second of the hour, ms], and for one that was not healthy state, step and error. */
static void add_each(struct hour *h, int64_t start, const struct probe_record *r)
{
	struct buf *b = &h->each;

	json_fmt(b, ",[%g,%g", r->key.started_at - (double)start,
		r->total_ms < 10 ? round(r->total_ms * 10) / 10
				 : round(r->total_ms));
	if (r->state != STATE_HEALTHY)
		json_fmt(b, ",%s", region_state_name(r->state));
	if (r->failed_step)
		json_fmt(b, ",%s,%s", step_name(r->failed_step), r->error);
	buf_char(b, ']');
}

static void read_hour(struct hour *h, int64_t start, const struct store_reply *row)
{
	struct hour_row_probe p;

	for (int64_t m = 0; m < MINUTES && store_text(row); m++) {
		if (!hour_row_read(store_text(row), store_size(row),
			    start + m * 60, &p))
			continue;
		h->n++;
		h->by_state[p.record.state]++;
		h->broken[m] = p.record.state == STATE_BROKEN;
		if (p.record.failed_step)
			add_failure(h, &p);
		add_each(h, start, &p.record);
	}
}

/* The failure that came most often, of several the first. */
static const struct failure *worst(const struct hour *h)
{
	const struct failure *found = NULL;

	for (size_t i = 0; i < h->n_failures; i++)
		if (!found || h->failures[i].n > found->n)
			found = &h->failures[i];
	return found;
}

static void ask_records(struct export *e, const char *slug, const char *region,
	int64_t start, const struct hour *h)
{
	char key[KEY_MAX];

	for (int64_t m = 0; m < MINUTES; m++)
		if (h->broken[m])
			store_add(e->store, "GET",
				key_probe(key, slug, start + m * 60, region),
				NULL);
}

/* The records of several probes as one list; each probe has a list of its own. */
static void put_records(struct export *e, const struct hour *h)
{
	size_t replies = 0;
	struct buf b;

	buf_init(&b, ROWS_LINE_MAX);
	for (size_t m = 0; m < MINUTES; m++)
		replies += h->broken[m];
	for (size_t i = 0; i < replies; i++) {
		const struct store_reply *r = store_reply(e->store, i);
		size_t n = store_size(r);

		if (n < 2 || store_text(r)[0] != '[')
			continue;
		buf_char(&b, b.len ? ',' : '[');
		buf_add(&b, store_text(r) + 1, n - 2);
	}
	if (b.len)
		buf_char(&b, ']');
	rows_json(&e->rows, b.p, b.len);
	buf_release(&b);
}

static int put_hour(struct export *e, const char *slug, const char *region,
	int64_t start, struct hour *h)
{
	const struct failure *f = worst(h);
	struct rows *r = &e->rows;

	ask_records(e, slug, region, start, h);
	if (store_run(e->store))
		return store_failed(e->store);
	rows_text(r, slug);
	rows_text(r, region);
	rows_number(r, (double)start);
	rows_month(r, (double)start);
	rows_number(r, (double)h->n);
	rows_number(r, (double)h->by_state[STATE_HEALTHY]);
	rows_number(r, (double)h->by_state[STATE_AUTH_WALLED]);
	rows_number(r, (double)h->by_state[STATE_BROKEN]);
	rows_text(r, f ? step_name(f->step) : NULL);
	rows_text(r, f && *f->error ? f->error : NULL);
	buf_char(&h->each, ']');
	rows_json(r, h->each.p, h->each.len);
	put_records(e, h);
	return 0;
}

static int put_region_hours(struct export *e, const char *slug, const char *region)
{
	int64_t first, last;
	char key[KEY_MAX];
	int rc = 0;

	if (!cursor_spans(&e->cursor, CURSOR_HOUR, e->probes_kept, &first, &last))
		return 0;
	for (int64_t t = first; t <= last && !rc; t += CURSOR_HOUR) {
		const struct store_reply *row = store_one(e->store, "GET",
			key_hour_row(key, slug, t / CURSOR_HOUR, region), NULL);
		struct hour h = {.n = 0};

		if (!row)
			return store_failed(e->store);
		buf_init(&h.each, MINUTES * TEXT_BYTES);
		buf_char(&h.each, '[');
		read_hour(&h, t, row);
		if (h.n)
			rc = put_hour(e, slug, region, t, &h);
		buf_release(&h.each);
		if (!rc && e->rows.out.len >= ROWS_WRITE_BYTES)
			rc = export_flush(e);
	}
	return rc;
}

int export_probes(struct export *e, const char *slug)
{
	size_t n;
	char **regions = load_regions(e->store, slug, &n);
	int rc = 0;

	if (!regions)
		return store_failed(e->store);
	for (size_t i = 0; i < n && !rc; i++)
		rc = put_region_hours(e, slug, regions[i]);
	load_regions_free(regions);
	return rc;
}

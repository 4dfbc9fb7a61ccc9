/* SPDX-License-Identifier: MIT */
/*
 * incidents.c: the history records of the days from that of the cursor on: what is in
 * the list of a day has no order, and a record may be in it twice.
 */
#include "export/export.h"

#include "base/sha256.h"
#include "json/json.h"
#include "records/history.h"
#include "records/probe.h"
#include "store/keys.h"
#include "store/retention.h"
#include "store/store.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

const char *const export_incident_columns[] = {"id", "at", "month", "slug", "what",
	"kind", "severity", "started_at", "resolved_at", "dedup_key", "told_with",
	"route", "event", "decided_at", "text", NULL};

#define ID_DIGITS 32
/* How many records come at a time. */
#define PIECE 500

/* In whole milliseconds; 0 is not known. */
static double known(double t)
{
	return t > 0 ? round(t * 1000) / 1000 : NAN;
}

static void put_record(struct rows *r, const char *id,
	const struct history_record *h)
{
	rows_text(r, id);
	rows_number(r, known(h->at));
	rows_month(r, h->at);
	rows_text(r, h->slug);
	rows_text(r, h->what);
	rows_text(r, h->kind);
	rows_text(r, h->severity);
	rows_number(r, known((double)h->started_at));
	rows_number(r, known((double)h->resolved_at));
	rows_text(r, h->key);
	rows_text(r, h->group);
	rows_text(r, h->route);
	rows_text(r, h->event);
	rows_number(r, known(h->decided_at));
	rows_text(r, h->text);
}

static void put_line(struct rows *r, const char *line, size_t n, const char *slug)
{
	char id[SHA256_HEX], why[RECORD_WHY];
	cJSON *doc = json_parse(line, n, &json_record, why);
	struct history_record h;

	if (!doc || !record_type(doc, why)) {
		cJSON_Delete(doc);
		return;
	}
	if (!history_take(doc, &h, why))
		return;
	sha256_hex(line, n, id);
	id[ID_DIGITS] = '\0';
	if (!slug || strcmp(h.slug, slug) == 0)
		put_record(r, id, &h);
	history_release(&h);
}

static int put_day(struct export *e, int64_t day, const char *slug)
{
	char key[KEY_MAX], from[32], to[32];
	const struct store_reply *r;
	long long first = 0;

	do {
		snprintf(from, sizeof from, "%lld", first);
		snprintf(to, sizeof to, "%lld", first + PIECE - 1);
		r = store_one(e->store, "LRANGE", key_history(key, day), from, to,
			NULL);
		if (!r)
			return store_failed(e->store);
		for (size_t i = 0; i < store_count(r); i++)
			if (store_text(store_item(r, i)))
				put_line(&e->rows, store_text(store_item(r, i)),
					store_size(store_item(r, i)), slug);
		if (export_flush(e))
			return -1;
		first += PIECE;
	} while (store_count(r) == PIECE);
	return 0;
}

int export_incidents(struct export *e, const char *slug)
{
	double from = fmax(e->cursor.since - CURSOR_HOUR,
		e->cursor.now - RETENTION_HISTORY_S);
	int64_t last = (int64_t)floor(e->cursor.now / CURSOR_DAY);
	int rc = 0;

	for (int64_t d = (int64_t)floor(from / CURSOR_DAY); d <= last && !rc; d++)
		rc = d < 0 ? 0 : put_day(e, d, slug);
	return rc;
}

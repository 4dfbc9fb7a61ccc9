/* SPDX-License-Identifier: MIT */
#include "fetch/fetch.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "data/entries.h"
#include "source/source.h"
#include "store/keys.h"
#include "store/store.h"

#include <stdlib.h>
#include <string.h>

#define CHUNKS (REPORT_BATCH / REPORT_ROWS)
/* Room for the name of a field. */
#define FIELD_SIZE 32

int fetch_report_months(struct source *s, double now, int months[REPORT_MONTHS])
{
	int current = month_of(now), n = 0;
	char key[KEY_MAX], text[MONTH_TEXT];

	if (source_open(s))
		return -1;
	for (int i = 0; i < REPORT_MONTHS; i++)
		store_add(s->store, "HGET",
			key_report(key, month_text(current - i, text)), "as_of",
			NULL);
	if (source_run(s))
		return -1;
	for (int i = 0; i < REPORT_MONTHS; i++)
		if (store_text(store_reply(s->store, (size_t)i)))
			months[n++] = current - i;
	return n;
}

int fetch_report(struct source *s, const char *month, struct report_head *head)
{
	char key[KEY_MAX], why[FIELD_WHY];
	const char *text;

	if (source_open(s))
		return -1;
	store_add(s->store, "HGET", key_report(key, month), "head", NULL);
	if (source_run(s))
		return -1;
	text = store_text(store_reply(s->store, 0));
	if (!text)
		return 0;
	if (!month_report_read(text, head, why))
		return 1;
	log_error("%s: %s", key, why);
	return -1;
}

/* Take the rows of a piece. -1: they cannot be read, and that is logged. */
static int take_rows(struct report_part *p, const char *text)
{
	struct report_row rows[REPORT_ROWS];
	char why[FIELD_WHY] = "missing";
	size_t n;

	if (!text || month_report_rows_read(
			     text, rows, &n, &p->docs[p->n_docs], why)) {
		log_error("rows of a report: %s", why);
		return -1;
	}
	p->n_docs++;
	for (size_t i = 0; i < n; i++)
		p->v[p->n++] = (struct report_entry) {.row = rows[i]};
	return 0;
}

/* Whether anybody may know of the server; then its title is taken. */
static bool take_entry(struct report_entry *e, const char *json)
{
	struct server server;
	char why[SERVER_WHY];
	bool known;

	if (!json || !*json)
		return false;
	if (server_read(json, false, &server, why)) {
		log_warn("%s: %s: %s", KEY_SERVERS, e->row.slug, why);
		return false;
	}
	known = !server.is_private;
	if (known && server.title)
		e->title = xstrdup(server.title);
	server_release(&server);
	return known;
}

/* Keep the rows of servers that anybody may know of. */
static int keep_public(struct source *s, struct report_part *p)
{
	size_t n = p->n, kept = 0;

	for (size_t i = 0; i < n; i++)
		store_add(
			s->store, "HGET", KEY_SERVERS, p->v[i].row.slug, NULL);
	if (source_run(s))
		return -1;
	for (size_t i = 0; i < n; i++)
		if (take_entry(&p->v[i], store_text(store_reply(s->store, i))))
			p->v[kept++] = p->v[i];
	p->hidden = n - kept;
	p->n = kept;
	return 0;
}

static void ask_rows(struct source *s, const char *month, size_t from, size_t n)
{
	char key[KEY_MAX], fields[CHUNKS][FIELD_SIZE];
	const char *args[3 + CHUNKS] = {"HMGET", key, "as_of"};

	key_report(key, month);
	for (size_t i = 0; i < n; i++) {
		snprintf(fields[i], sizeof fields[i], "rows:%zu", from + i);
		args[3 + i] = fields[i];
	}
	store_add_argv(s->store, 3 + n, args);
}

int fetch_report_part(struct source *s, const char *month, int64_t as_of,
	size_t from, size_t n, struct report_part *part)
{
	size_t chunks = (n + REPORT_ROWS - 1) / REPORT_ROWS;
	char made[CLOCK_RFC3339];
	const char *text;
	int rc = 1;

	*part = (struct report_part) {.v = NULL};
	clock_rfc3339(as_of, made);
	chunks = chunks < CHUNKS ? chunks : CHUNKS;
	if (source_open(s))
		return -1;
	ask_rows(s, month, from / REPORT_ROWS, chunks);
	if (source_run(s))
		return -1;
	text = store_text(store_item(store_reply(s->store, 0), 0));
	if (!text || strcmp(text, made) != 0)
		return 0;
	part->v = xcalloc(chunks * REPORT_ROWS, sizeof *part->v);
	part->docs = xcalloc(chunks, sizeof(cJSON *));
	for (size_t i = 0; i < chunks && rc > 0; i++) {
		text = store_text(store_item(store_reply(s->store, 0), 1 + i));
		if (take_rows(part, text))
			rc = -1;
	}
	if (rc > 0 && keep_public(s, part))
		rc = -1;
	if (rc < 0)
		report_part_release(part);
	return rc;
}

void report_part_release(struct report_part *part)
{
	for (size_t i = 0; i < part->n; i++)
		free(part->v[i].title);
	free(part->v);
	for (size_t i = 0; i < part->n_docs; i++)
		cJSON_Delete(part->docs[i]);
	free(part->docs);
	*part = (struct report_part) {.v = NULL};
}

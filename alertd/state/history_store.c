/* SPDX-License-Identifier: MIT */
/*
 * history_store.c: what outlives the states of servers: the notifications
 * that people got, by day, and what the public may know of incidents, by server.
 */
#include "state/stores.h"

#include "base/log.h"
#include "base/xalloc.h"
#include "json/json.h"
#include "records/incident.h"
#include "records/probe.h"
#include "store/keys.h"
#include "store/retention.h"
#include "store/store.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DAY_S 86400
/* The records of a day that are kept; the oldest go. */
#define DAY_LINES "-100000"

/* The day of a line that history_write made: what follows "at". */
static int64_t day_of(const char *line)
{
	const char *at = strstr(line, "\"at\":");

	return at ? (int64_t)floor(strtod(at + 5, NULL) / DAY_S) : 0;
}

bool history_store_add(struct store *s, const struct strings *lines)
{
	char key[KEY_MAX], ttl[32];
	int64_t last = -1;

	snprintf(ttl, sizeof ttl, "%d", RETENTION_HISTORY_S);
	for (size_t i = 0; i < lines->n; i++) {
		int64_t day = day_of(lines->v[i]);

		key_history(key, day);
		store_add(s, "RPUSH", key, lines->v[i], NULL);
		if (day == last)
			continue;
		last = day;
		store_add(s, "LTRIM", key, DAY_LINES, "-1", NULL);
		store_add(s, "EXPIRE", key, ttl, NULL);
	}
	if (store_run(s) == 0)
		return true;
	log_error("%s", store_why(s));
	return false;
}

/* A line is read where `part` is in it, as it was written. */
static void read_line(struct history *out, const char *line, const char *part)
{
	char why[RECORD_WHY];
	cJSON *doc = strstr(line, part)
		? json_parse(line, strlen(line), &json_record, why)
		: NULL;
	struct history_record h;

	if (!doc || !record_type(doc, why)) {
		cJSON_Delete(doc);
		return;
	}
	if (!history_take(doc, &h, why))
		return;
	out->v = xgrow(out->v, &out->cap, out->n + 1, sizeof *out->v);
	out->v[out->n++] = h;
}

static int by_time(const void *a, const void *b)
{
	const struct history_record *x = a, *y = b;
	int order = (x->at > y->at) - (x->at < y->at);

	if (!order)
		order = strcmp(x->slug, y->slug);
	/* An event comes before its deliveries. */
	if (!order)
		order = (x->route != NULL) - (y->route != NULL);
	if (!order)
		order = strcmp(x->what, y->what);
	return order ? order : strcmp(x->text, y->text);
}

/* A batch may have gone out twice, see store.h. */
static void drop_twins(struct history *out)
{
	size_t n = 0;

	if (out->n)
		qsort(out->v, out->n, sizeof *out->v, by_time);
	for (size_t i = 0; i < out->n; i++) {
		if (n && by_time(&out->v[n - 1], &out->v[i]) == 0)
			history_release(&out->v[i]);
		else
			out->v[n++] = out->v[i];
	}
	out->n = n;
}

/* Add the records of a day in which `part` is, from the one at `first` on. */
static bool read_day(struct store *s, int64_t day, const char *first,
	const char *part, struct history *out)
{
	const struct store_reply *r;
	char key[KEY_MAX];

	r = store_one(s, "LRANGE", key_history(key, day), first, "-1", NULL);
	if (!r) {
		log_error("%s", store_why(s));
		return false;
	}
	for (size_t i = 0; i < store_count(r); i++)
		if (store_text(store_item(r, i)))
			read_line(out, store_text(store_item(r, i)), part);
	return true;
}

/* Add those of the days from one instant to another, of each from `first` on. */
static bool read_days(struct store *s, double from, double to,
	const char *first, const char *part, struct history *out)
{
	int64_t last = (int64_t)floor(to / DAY_S);

	for (int64_t day = (int64_t)floor(from / DAY_S); day <= last; day++)
		if (!read_day(s, day, first, part, out))
			return false;
	drop_twins(out);
	return true;
}

bool history_store_last(struct store *s, double from, double now, int most,
	struct history *out)
{
	char first[32];

	snprintf(first, sizeof first, "-%d", most);
	return read_days(s, from, now, first, "", out);
}

bool history_store_read(struct store *s, const char *slug, double from,
	double to, struct history *out)
{
	char part[KEY_MAX] = "";

	if (slug)
		snprintf(part, sizeof part, "\"server_slug\":\"%s\"", slug);
	return read_days(s, from, to, "0", part, out);
}

void history_store_release(struct history *out)
{
	for (size_t i = 0; i < out->n; i++)
		history_release(&out->v[i]);
	free(out->v);
	*out = (struct history) {0};
}

static bool failed(const struct store *s)
{
	log_error("%s", store_why(s));
	return false;
}

/* Queue a command with a key and n more arguments. */
static void queue(struct store *s, const char *command, const char *slug,
	char *const *v, size_t n)
{
	const char **args = xcalloc(n + 2, sizeof *args);
	char key[KEY_MAX];

	args[0] = command;
	args[1] = key_incidents(key, slug);
	for (size_t i = 0; i < n; i++)
		args[i + 2] = v[i];
	store_add_argv(s, n + 2, args);
	free(args);
}

static int oldest_first(const void *a, const void *b)
{
	int64_t x = incident_update_first(*(char *const *)a);
	int64_t y = incident_update_first(*(char *const *)b);

	return (x > y) - (x < y);
}

/* Sort the fields; how many of the first ones have to go. */
static size_t surplus(struct strings *fields)
{
	size_t n = fields->n > UPDATES_MAX ? fields->n - UPDATES_MAX : 0;
	int64_t newest;

	if (!fields->n)
		return 0;
	qsort(fields->v, fields->n, sizeof *fields->v, oldest_first);
	newest = incident_update_first(fields->v[fields->n - 1]);
	while (n < fields->n && incident_update_first(fields->v[n]) <
			newest - RETENTION_INCIDENTS_S)
		n++;
	return n;
}

static void add_fields(const struct store_reply *r, struct strings *out)
{
	for (size_t i = 0; i < store_count(r); i++)
		if (store_text(store_item(r, i)))
			strings_add(out, store_text(store_item(r, i)));
}

static bool read_incidents(struct store *s, const char *command,
	const char *slug, struct strings *out)
{
	char key[KEY_MAX];
	const struct store_reply *r =
		store_one(s, command, key_incidents(key, slug), NULL);

	add_fields(r, out);
	return r || failed(s);
}

bool incident_store_fields(struct store *s, const char *slug,
	struct strings *out)
{
	return read_incidents(s, "HKEYS", slug, out);
}

bool incident_store_read(struct store *s, const char *slug,
	struct strings *out)
{
	return read_incidents(s, "HGETALL", slug, out);
}

/* The replies to these are in turn. */
enum { WRITTEN, LIVES, FIELDS, REPLIES };

static void queue_all(struct store *s, const struct incident_updates *v,
	size_t n)
{
	char ttl[32], *const life[] = {ttl};

	snprintf(ttl, sizeof ttl, "%d", RETENTION_INCIDENTS_S);
	for (size_t i = 0; i < n; i++) {
		queue(s, "HSET", v[i].slug, v[i].fields->v, v[i].fields->n);
		queue(s, "EXPIRE", v[i].slug, life, 1);
		queue(s, "HKEYS", v[i].slug, NULL, 0);
	}
}

bool incident_store_add(struct store *s, const struct incident_updates *v,
	size_t n)
{
	struct strings *fields = xcalloc(n + 1, sizeof *fields);
	size_t first = store_queued(s);
	bool ok, thin = false;

	queue_all(s, v, n);
	ok = store_run(s) == 0;
	for (size_t i = 0; i < n && ok; i++)
		add_fields(store_reply(s, first + REPLIES * i + FIELDS),
			&fields[i]);
	for (size_t i = 0; i < n && ok; i++) {
		size_t gone = surplus(&fields[i]);

		if (gone)
			queue(s, "HDEL", v[i].slug, fields[i].v, gone);
		thin = thin || gone;
	}
	if (thin)
		ok = store_run(s) == 0;
	for (size_t i = 0; i < n; i++)
		strings_release(&fields[i]);
	free(fields);
	return ok || failed(s);
}

bool news_store_add(struct store *s, const struct strings *v)
{
	char ttl[32];

	snprintf(ttl, sizeof ttl, "%d", RETENTION_NEWS_S);
	for (size_t i = 0; i + 1 < v->n; i += 2) {
		if (*v->v[i + 1])
			store_add(s, "HSETNX", KEY_NEWS, v->v[i], v->v[i + 1],
				NULL);
		else
			store_add(s, "HDEL", KEY_NEWS, v->v[i], NULL);
	}
	store_add(s, "EXPIRE", KEY_NEWS, ttl, NULL);
	return store_run(s) == 0 || failed(s);
}

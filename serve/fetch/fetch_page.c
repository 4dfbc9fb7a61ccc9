/* SPDX-License-Identifier: MIT */
#include "fetch/fetch.h"

#include "base/xalloc.h"
#include "data/entries.h"
#include "data/history.h"
#include "data/page_data.h"
#include "source/source.h"
#include "store/keys.h"
#include "store/store.h"
#include "terms/rates.h"

#include <stdlib.h>
#include <string.h>

/*
 * The replies from that on source_ask names, and the items of the first. Those
 * from BEATS and from UPDATES_OF on are of the past.
 */
enum { OWN, SITE, WORKS, BEATS };
enum { VERDICT, INCIDENTS, UPDATES_OF, TOOLS, MINUTES, PLACES, HOURS };

static size_t ask_page(struct source *s, const char *slug, const char *token,
	const struct history *past)
{
	struct source_key keys[HOURS - VERDICT + HISTORY_HOURS];
	struct source_key *k = keys;
	size_t first;

	*k = (struct source_key) {.command = "GET"};
	key_verdict(k++->name, slug);
	*k = (struct source_key) {.command = "GET"};
	key_alert(k++->name, slug);
	if (past) {
		*k = (struct source_key) {.command = "HGETALL"};
		key_incidents(k++->name, slug);
		*k = (struct source_key) {.command = "HGETALL"};
		key_tools(k++->name, slug);
		*k = (struct source_key) {.command = "HGETALL"};
		key_minutes(k++->name, slug);
		*k = (struct source_key) {.command = "HGETALL"};
		key_places(k++->name, slug);
	}
	for (int i = 0; past && i < HISTORY_HOURS; i++) {
		*k = (struct source_key) {.command = "HGETALL"};
		key_latency(k++->name, slug, past->hour - i);
	}
	first = source_ask(s, slug, token, keys, (size_t)(k - keys));
	store_add(s->store, "GET", KEY_SITE, NULL);
	maintenance_list_ask(s->store);
	if (past)
		store_add(s->store, "HMGET", KEY_HEARTBEATS,
			stage_name(STAGE_INGEST), stage_name(STAGE_VERDICT),
			stage_name(STAGE_ALERT), NULL);
	return first;
}

static void read_latency(
	struct history *p, int ago, const struct store_reply *r)
{
	struct histogram h = {0};

	for (size_t i = 0; i + 1 < store_count(r); i += 2) {
		long long bucket = store_int(store_item(r, i), -1);
		long long n = store_int(store_item(r, i + 1), 0);

		if (bucket >= 0 && n > 0 && n < 1000000000)
			histogram_add(&h, (size_t)bucket, n);
	}
	history_latency(p, ago, &h);
}

/* The strings of a hash, each of which may be NULL; free it. */
static const char **pairs_of(const struct store_reply *r, size_t *n)
{
	const char **pairs;

	*n = store_count(r);
	pairs = xcalloc(*n + 1, sizeof *pairs);
	for (size_t i = 0; i < *n; i++)
		pairs[i] = store_text(store_item(r, i));
	return pairs;
}

static void read_past(
	struct page_data *d, const struct store_reply *own, double now)
{
	const struct store_reply *r = store_item(own, MINUTES);
	struct history *p = &d->history;
	const char **pairs;
	size_t n;

	for (struct store_field f = {.next = 0}; store_field(r, &f);)
		history_minutes(p, f.name, store_int(f.value, 0));
	for (int i = 0; i < HISTORY_HOURS; i++)
		read_latency(p, i, store_item(own, HOURS + (size_t)i));
	pairs = pairs_of(store_item(own, TOOLS), &n);
	history_tools(p, pairs, n);
	free(pairs);
	pairs = pairs_of(store_item(own, PLACES), &n);
	watched_places(&d->watched, pairs, n, now);
	free(pairs);
}

static void read_all_incidents(struct page_data *d, const struct store_reply *own)
{
	size_t n;
	const char **pairs = pairs_of(store_item(own, UPDATES_OF), &n);

	incidents_read_all(
		&(struct incident_sources) {
			.state = store_text(store_item(own, INCIDENTS)),
			.updates = pairs,
			.n_updates = n,
			.since = (d->history.today - HISTORY_KEPT + 1) * 86400},
		&d->incidents);
	free(pairs);
}

/* Without `past` a tree is only made of what has an open incident at all. */
static void read_incidents(struct page_data *d, const struct store_reply *own,
	bool past)
{
	const char *state = store_text(store_item(own, INCIDENTS));

	if (past)
		read_all_incidents(d, own);
	else if (state && strstr(state, INCIDENTS_OPEN))
		incidents_read(state, &d->incidents);
}

int fetch_page(struct source *s, const char *slug, const char *token,
	double now, bool past, struct fetched *got, struct page_data *d)
{
	const struct store_reply *own;
	const char *server;
	size_t first;

	*d = (struct page_data) {0};
	*got = (struct fetched) {0};
	history_init(&d->history, now);
	if (source_open(s))
		return -1;
	first = ask_page(s, slug, token, past ? &d->history : NULL);
	if (source_run(s))
		return -1;
	server = source_entry(s, token);
	if (!server)
		return 0;
	own = store_reply(s->store, first + OWN);
	*got = (struct fetched) {
		.server = server,
		.verdict = store_text(store_item(own, VERDICT)),
		.site = store_text(store_reply(s->store, first + SITE)),
	};
	maintenance_list_read(
		store_reply(s->store, first + WORKS), &d->maintenance);
	read_incidents(d, own, past);
	if (past) {
		fetch_heartbeats(
			store_reply(s->store, first + BEATS), d->heartbeats);
		read_past(d, own, now);
	}
	return 0;
}

enum { TOOLS_VERDICT, TOOLS_DEFINITIONS };

/*
 * Without the rows of regions that the server is no longer watched from: its entry
 * names those that it is.
 */
static size_t drop_gone(const char **pairs, size_t n, const char *entry)
{
	struct server server;
	char why[SERVER_WHY];
	size_t left = 0;

	if (server_read(entry, true, &server, why))
		return n;
	for (size_t i = 0; i + 1 < n; i += 2) {
		bool row = pairs[i] && strncmp(pairs[i], "r:", 2) == 0;
		bool there = !row || !server.n_regions;

		for (size_t k = 0; k < server.n_regions && !there; k++)
			there = strcmp(pairs[i] + 2,
					server.regions[k].name) == 0;
		if (!there)
			continue;
		pairs[left++] = pairs[i];
		pairs[left++] = pairs[i + 1];
	}
	server_release(&server);
	return left;
}

int fetch_tools(struct source *s, const char *slug, const char *token,
	struct fetched_tools *t)
{
	struct source_key keys[] = {
		[TOOLS_VERDICT] = {.command = "GET"},
		[TOOLS_DEFINITIONS] = {.command = "HGETALL"},
	};
	const struct store_reply *own, *r;
	const char *server;
	size_t first;

	*t = (struct fetched_tools) {.n = 0};
	if (source_open(s))
		return -1;
	key_verdict(keys[TOOLS_VERDICT].name, slug);
	key_definitions(keys[TOOLS_DEFINITIONS].name, slug);
	first = source_ask(s, slug, token, keys, 2);
	store_add(s->store, "GET", KEY_SITE, NULL);
	if (source_run(s))
		return -1;
	server = source_entry(s, token);
	if (!server)
		return 0;
	own = store_reply(s->store, first);
	t->got = (struct fetched) {.server = server,
		.verdict = store_text(store_item(own, TOOLS_VERDICT)),
		.site = store_text(store_reply(s->store, first + 1))};
	r = store_item(own, TOOLS_DEFINITIONS);
	t->pairs = pairs_of(r, &t->n);
	t->n = drop_gone(t->pairs, t->n, server);
	return 0;
}

void fetch_tools_release(struct fetched_tools *t)
{
	free(t->pairs);
	*t = (struct fetched_tools) {.n = 0};
}

int fetch_tool_count(struct source *s, const char *slug, const char *token,
	int *n)
{
	struct source_key key = {.command = "HGETALL"};
	const struct store_reply *r;
	struct history history;
	const char **pairs;
	size_t first, n_pairs;

	*n = -1;
	if (source_open(s))
		return -1;
	key_tools(key.name, slug);
	first = source_ask(s, slug, token, &key, 1);
	if (source_run(s))
		return -1;
	r = store_item(store_reply(s->store, first), 0);
	pairs = pairs_of(r, &n_pairs);
	history_init(&history, 0);
	history_tools(&history, pairs, n_pairs);
	*n = history.tools;
	free(pairs);
	return 0;
}

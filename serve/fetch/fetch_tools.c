#include "fetch/fetch_tools.h"

#include "base/xalloc.h"
#include "data/entries.h"
#include "data/history.h"
#include "fetch/fetch.h"
#include "store/keys.h"
#include "store/store.h"

#include <stdlib.h>
#include <string.h>

enum { VERDICT, DEFINITIONS };

/* The items of a reply, NULL where one is no text; the caller frees the list. */
static const char **read_pairs(const struct store_reply *r, size_t n)
{
	const char **pairs = xcalloc(n + 1, sizeof *pairs);

	for (size_t i = 0; i < n; i++)
		pairs[i] = store_text(store_item(r, i));
	return pairs;
}

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
	struct fetch_key keys[] = {
		[VERDICT] = {.command = "GET"},
		[DEFINITIONS] = {.command = "HGETALL"},
	};
	const struct store_reply *own, *r;
	const char *server;
	size_t first;

	*t = (struct fetched_tools) {.n = 0};
	if (fetch_open(s))
		return -1;
	key_verdict(keys[VERDICT].name, slug);
	key_definitions(keys[DEFINITIONS].name, slug);
	first = fetch_ask(s, slug, token, keys, 2);
	store_add(s->store, "GET", KEY_SITE, NULL);
	if (fetch_run(s))
		return -1;
	server = fetch_entry(s, token);
	if (!server)
		return 0;
	own = store_reply(s->store, first);
	t->got = (struct fetched) {.server = server,
		.verdict = store_text(store_item(own, VERDICT)),
		.site = store_text(store_reply(s->store, first + 1))};
	r = store_item(own, DEFINITIONS);
	t->n = store_count(r);
	t->pairs = read_pairs(r, t->n);
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
	struct fetch_key key = {.command = "HGETALL"};
	const struct store_reply *r;
	struct history history;
	const char **pairs;
	size_t first;

	*n = -1;
	if (fetch_open(s))
		return -1;
	key_tools(key.name, slug);
	first = fetch_ask(s, slug, token, &key, 1);
	if (fetch_run(s))
		return -1;
	r = store_item(store_reply(s->store, first), 0);
	pairs = read_pairs(r, store_count(r));
	history_init(&history, 0);
	history_tools(&history, pairs, store_count(r));
	*n = history.tools;
	free(pairs);
	return 0;
}

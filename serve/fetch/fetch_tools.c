#include "fetch/fetch_tools.h"

#include "base/xalloc.h"
#include "fetch/fetch.h"
#include "data/history.h"
#include "data/tool_history.h"
#include "store/keys.h"
#include "store/store.h"

#include <stdlib.h>

enum { VERDICT, DEFINITIONS };

/* The items of a reply, NULL where one is no text; the caller frees the list. */
static const char **read_pairs(const struct store_reply *r, size_t n)
{
	const char **pairs = xcalloc(n + 1, sizeof *pairs);

	for (size_t i = 0; i < n; i++)
		pairs[i] = store_text(store_item(r, i));
	return pairs;
}

int fetch_tools(struct source *s, const char *slug, const char *token,
	double from, const char **server, const char **verdict,
	struct tool_history *h)
{
	struct fetch_key keys[] = {
		[VERDICT] = {.command = "GET"},
		[DEFINITIONS] = {.command = "HGETALL"},
	};
	const struct store_reply *own, *r;
	const char **pairs;
	size_t first, n;

	*server = *verdict = NULL;
	if (fetch_open(s))
		return -1;
	key_verdict(keys[VERDICT].name, slug);
	key_definitions(keys[DEFINITIONS].name, slug);
	first = fetch_ask(s, slug, token, keys, 2);
	if (fetch_run(s))
		return -1;
	*server = fetch_entry(s, token);
	own = store_reply(s->store, first);
	*verdict = store_text(store_item(own, VERDICT));
	r = store_item(own, DEFINITIONS);
	n = *server ? store_count(r) : 0;
	pairs = read_pairs(r, n);
	tool_history_read(pairs, n, from, h);
	free(pairs);
	return 0;
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

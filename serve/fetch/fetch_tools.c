#include "fetch/fetch_tools.h"

#include "base/xalloc.h"
#include "fetch/fetch.h"
#include "store/keys.h"
#include "store/store.h"

#include <stdlib.h>

enum { VERDICT, DEFINITIONS };

int fetch_tools(struct source *s, const char *slug, const char *token,
	struct fetched_tools *t)
{
	struct fetch_key keys[] = {
		[VERDICT] = {.command = "GET"},
		[DEFINITIONS] = {.command = "HGETALL"},
	};
	const struct store_reply *own, *r;
	const char *server;
	size_t first, n;

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
	n = store_count(r);
	t->pairs = xcalloc(n + 1, sizeof *t->pairs);
	for (; t->n < n; t->n++)
		t->pairs[t->n] = store_text(store_item(r, t->n));
	return 0;
}

void fetch_tools_release(struct fetched_tools *t)
{
	free(t->pairs);
	*t = (struct fetched_tools) {.n = 0};
}

#include "fetch/fetch_tools.h"

#include "base/xalloc.h"
#include "fetch/fetch.h"
#include "data/tool_history.h"
#include "store/keys.h"
#include "store/store.h"

#include <stdlib.h>

enum { VERDICT, DEFINITIONS };

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
	pairs = xcalloc(n + 1, sizeof *pairs);
	for (size_t i = 0; i < n; i++)
		pairs[i] = store_text(store_item(r, i));
	tool_history_read(pairs, n, from, h);
	free(pairs);
	return 0;
}

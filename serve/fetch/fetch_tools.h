/*
 * fetch_tools.h: the history of a server's tools, from the store.
 */
#ifndef DATA_FETCH_TOOLS_H
#define DATA_FETCH_TOOLS_H

#include "fetch/fetch_page.h"

struct source;

/* What the store holds of a server and its tools. */
struct fetched_tools {
	struct fetched got;
	const char **pairs; /* of key_definitions: field and value in turn */
	size_t n;
};

/*
 * fetch_tools(s, slug, token, t): 0, and then fetch_tools_release frees *t, whose
 * strings live until the next round trip; there are none where the client may not
 * know of the server. Or -1, as in fetch.h.
 */
int fetch_tools(struct source *s, const char *slug, const char *token,
	struct fetched_tools *t);
void fetch_tools_release(struct fetched_tools *t);

/*
 * fetch_tool_count(s, slug, token, n): how many tools the newest list of a server
 * has that any region got; -1 in *n where that is not known, or the client may not
 * know of the server. 0; or -1, as in fetch.h.
 */
int fetch_tool_count(struct source *s, const char *slug, const char *token,
	int *n);

#endif

/*
 * fetch_tools.h: the history of a server's tools, from the store.
 */
#ifndef DATA_FETCH_TOOLS_H
#define DATA_FETCH_TOOLS_H

struct source;
struct tool_history;

/*
 * fetch_tools(s, slug, token, from, server, verdict, h): the entry and the
 * verdict of a server, as fetch_server has them, and the changes of its tools
 * since `from`, epoch seconds. 0, and then tool_history_release frees what *h
 * holds, which is empty where the client may not know of the server; or -1, as
 * in fetch.h.
 */
int fetch_tools(struct source *s, const char *slug, const char *token,
	double from, const char **server, const char **verdict,
	struct tool_history *h);

/*
 * fetch_tool_count(s, slug, token, n): how many tools the newest list of a server
 * has that any region got; -1 in *n where that is not known, or the client may not
 * know of the server. 0; or -1, as in fetch.h.
 */
int fetch_tool_count(struct source *s, const char *slug, const char *token,
	int *n);

#endif

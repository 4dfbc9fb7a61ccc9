/*
 * tool_history.h: which tools of a server were added, removed or changed, and
 * when, out of the lists that its regions saw (key_definitions). Neither what
 * a tool says nor a digest is in it. Pure.
 */
#ifndef DATA_TOOL_HISTORY_H
#define DATA_TOOL_HISTORY_H

#include <stdbool.h>
#include <stddef.h>

/* Of more changes the newest are kept. */
#define TOOL_CHANGES_MAX 100

enum tool_change_kind {
	TOOL_ADDED,
	TOOL_REMOVED,
	TOOL_CHANGED /* it says something else than before */
};

struct tool_change {
	char *name; /* as in the tools of a probe record */
	enum tool_change_kind kind;
	double at;     /* when the first region saw it, epoch seconds */
	size_t places; /* how many regions saw it */
};

struct tool_history {
	struct tool_change v[TOOL_CHANGES_MAX]; /* the newest first */
	size_t n;
	bool more;	/* there are others, older ones */
	size_t regions; /* whose lists are known */
	double since;	/* of the oldest list, epoch seconds; NAN: none */
};

/*
 * tool_history_read(pairs, n, from, h): the changes since `from`, epoch
 * seconds, from n strings, each of which may be NULL, of key_definitions: field
 * and value in turn. What cannot be read is passed over. tool_history_release
 * frees the names.
 */
void tool_history_read(const char *const *pairs, size_t n, double from,
	struct tool_history *h);
void tool_history_release(struct tool_history *h);

#endif

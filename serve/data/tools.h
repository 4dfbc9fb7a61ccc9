/* SPDX-License-Identifier: MIT */
/*
 * tools.h: the tools of a server, out of the lists that its regions saw (data/
 * tool_lists.h): those that it has now; and which were added, removed, renamed
 * or changed, and when. Of a changed definition only the class of the change is
 * kept. Pure.
 */
#ifndef DATA_TOOLS_H
#define DATA_TOOLS_H

#include "base/buf.h"
#include "tools/definition_diff.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* No more tools are told, nor characters of what one says of itself. */
#define TOOL_CURRENT_MAX 200
#define TOOL_DESCRIPTION_SHOWN 300

/* Longer names have no anchor. */
#define TOOL_ANCHOR_NAME 128
#define TOOL_ANCHOR (3 * TOOL_ANCHOR_NAME + 1)

struct current_tool {
	char *name;	   /* as tool_text_shown has it */
	char *description; /* likewise; or NULL */
	char anchor[TOOL_ANCHOR]; /* no two are the same; "" for a long name */
	size_t places;	/* how many regions see it */
	bool differs;	/* they see different things under this name */
	/*
	 * When a region last saw it come or change, epoch seconds; where none did,
	 * since when it is known, and `changed` is not set.
	 */
	double since;
	bool changed;
};

struct tool_current {
	struct current_tool *v; /* by name */
	size_t n;
	size_t total;	/* with those that are not told */
	size_t regions; /* whose lists are known */
};

/*
 * tool_current_read(pairs, n, t): from n strings of key_definitions, as
 * tool_history_read; tool_current_release frees what *t holds.
 */
void tool_current_read(
	const char *const *pairs, size_t n, struct tool_current *t);
void tool_current_release(struct tool_current *t);

/* No more changes are kept: the newest. */
#define TOOL_CHANGES_MAX 100

struct tool_event {
	char *name; /* as tool_text_shown has it */
	char *was;  /* of a renamed tool its name before; or NULL */
	uint64_t key; /* of its names, to the byte */
	enum tool_change_kind kind;
	bool known; /* the class is known */
	enum change_class class;
	double at;     /* when the first region saw it, epoch seconds */
	double last;   /* when the last one did that saw it */
	size_t places; /* how many regions saw it */
};

struct tool_history {
	struct tool_event v[TOOL_CHANGES_MAX]; /* the newest first */
	size_t n;
	bool more;	/* there are others, older ones */
	size_t regions; /* whose lists are known */
	double since;	/* of the oldest list, epoch seconds; NAN: none */
};

/*
 * tool_history_read(pairs, n, from, h): the changes since `from`, epoch
 * seconds, from n strings, each of which may be NULL, of key_definitions: field
 * and value in turn. What cannot be read is passed over. A tool that is gone was
 * renamed where one that is new says the same but for its name, and neither has
 * another such one. tool_history_release frees the names.
 */
void tool_history_read(const char *const *pairs, size_t n, double from,
	struct tool_history *h);
void tool_history_release(struct tool_history *h);

/*
 * tool_event_words(b, e, places): append a change in words, without its time:
 * "`a` became `b` in 4 of 5 places; removed, breaking". `places`: of how many;
 * names are as tool_text_shown has them. tool_event_verb(e), tool_event_rest:
 * what follows the first name there, and the last one.
 */
void tool_event_words(struct buf *b, const struct tool_event *e, size_t places);
const char *tool_event_verb(const struct tool_event *e);
void tool_event_rest(struct buf *b, const struct tool_event *e, size_t places);

#endif

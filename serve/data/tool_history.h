/*
 * tool_history.h: which tools of a server were added, removed, renamed or changed,
 * and when, out of the lists that its regions saw (key_definitions). What changed
 * in a definition is compared, and only the class of that is kept. Pure.
 */
#ifndef DATA_TOOL_HISTORY_H
#define DATA_TOOL_HISTORY_H

#include "base/buf.h"
#include "tools/definition_diff.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of more changes the newest are kept. */
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

/*
 * tool_current.h: the tools that a server has now, out of the newest list of each
 * region (key_definitions), as people may see them. Pure.
 */
#ifndef DATA_TOOL_CURRENT_H
#define DATA_TOOL_CURRENT_H

#include <stdbool.h>
#include <stddef.h>

/* No more tools are told, nor characters of what one says of itself. */
#define TOOL_CURRENT_MAX 200
#define TOOL_DESCRIPTION_SHOWN 300

/* Of longer names: none. */
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

#endif

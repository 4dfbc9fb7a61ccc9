/*
 * tool_names.h: the names of the tools of several servers, and which of them
 * another text names, or another name resembles. A look-up costs no more for many
 * names than for few.
 */
#ifndef SIGNS_TOOL_NAMES_H
#define SIGNS_TOOL_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tool_name {
	char *name;
	char *plain;	 /* as fold_name has it */
	uint32_t server; /* its number */
};

/* Opaque. */
struct tool_names;

struct tool_names *tool_names_new(void);
void tool_names_free(struct tool_names *t);

/*
 * tool_names_add(t, server, name): learn that a server, by its number, has a
 * tool of that name, which is copied.
 */
void tool_names_add(struct tool_names *t, uint32_t server, const char *name);

/*
 * tool_names_foreign(t, server, name, n): the tool whose name the n bytes are,
 * where only servers other than `server` have such a one; else NULL.
 */
const struct tool_name *tool_names_foreign(const struct tool_names *t,
	uint32_t server, const char *name, size_t n);

/* How one name resembles another. */
enum likeness {
	LIKENESS_LOOKS,	 /* it looks the same, or differs in case or accents */
	LIKENESS_LETTER, /* one letter is another, missing, added or swapped */
};

/*
 * tool_names_alike(t, server, name, how): a tool of a server with a lower number
 * whose name this one resembles, and is not; NULL where there is none, or where
 * `server` has a tool of that other name, too.
 */
const struct tool_name *tool_names_alike(const struct tool_names *t,
	uint32_t server, const char *name, enum likeness *how);

#endif

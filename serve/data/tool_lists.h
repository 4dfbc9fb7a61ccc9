/* SPDX-License-Identifier: MIT */
/*
 * tool_lists.h: the lists of tools that the regions of a server saw, and when,
 * as key_definitions has them; and what the tools say, by the first digits of
 * their digests: a stranger's text, which is read where it is asked for, and
 * only where it has its digest. Pure.
 */
#ifndef DATA_TOOL_LISTS_H
#define DATA_TOOL_LISTS_H

#include "base/index.h"
#include "terms/names.h"

#include <stdbool.h>
#include <stddef.h>

struct definitions;

/* ---- The texts of tools. */

/*
 * No more pairs of definitions are compared for one answer: a server whose tools
 * change all the time must not keep a worker busy.
 */
#define TOOL_TEXTS_COMPARED 64

struct tool_text {
	const char *digest; /* DIGEST_HEAD digits */
	const char *text;
	struct definitions *read; /* or NULL: not yet */
	char *nameless; /* digest of all but the name; "" for none; or NULL */
};

struct tool_comparison {
	const struct tool_text *before, *after;
	enum change_class class;
};

/* Begin with zeros. */
struct tool_texts {
	struct tool_text *v;
	size_t n, cap;
	struct index by_digest;
	struct tool_comparison compared[TOOL_TEXTS_COMPARED];
	size_t n_compared;
};

/*
 * tool_texts_class(t, before, after, class): what the change of a tool does to
 * who uses it, as lib/tools has it. False where that is not known: one of the two
 * is not there, or too many were compared.
 */
bool tool_texts_class(struct tool_texts *t, const char *before,
	const char *after, enum change_class *class);

/*
 * tool_texts_nameless(t, digest): a digest of all that a tool says but for its
 * name; "" where that is not known.
 */
const char *tool_texts_nameless(struct tool_texts *t, const char *digest);

/*
 * tool_texts_description(t, digest): the description of a tool, or NULL. It
 * lives as long as t.
 */
const char *tool_texts_description(struct tool_texts *t, const char *digest);

/* ---- The lists. */

/* Strings of the store are ended by a newline, too. */
struct listed_tool {
	const char *name; /* `length` bytes, of a stranger */
	size_t length;
	const char *digest; /* DIGEST_HEAD digits */
};

struct tool_list {
	const char *id, *text;
	struct listed_tool *v; /* by name; NULL until tool_lists_find */
	size_t n;
};

/* From then on a region saw this list. */
struct tool_row {
	double since; /* epoch seconds */
	const char *id;
};

struct tool_region {
	struct tool_row *rows; /* the newest last */
	size_t n, cap;
};

struct tool_lists {
	struct tool_list *lists;
	size_t n_lists, cap_lists;
	struct tool_region *regions;
	size_t n_regions, cap_regions;
	struct tool_texts texts;
};

/*
 * tool_lists_read(pairs, n, l): from n strings, each of which may be NULL, of
 * key_definitions: field and value in turn, which live as long as l. What cannot
 * be read is passed over. tool_lists_release frees what l holds.
 */
void tool_lists_read(const char *const *pairs, size_t n, struct tool_lists *l);
void tool_lists_release(struct tool_lists *l);

/* tool_lists_find(l, id): the list of that id, with its tools; or NULL. */
const struct tool_list *tool_lists_find(struct tool_lists *l, const char *id);

/* tool_lists_same(a, b): whether two ids are the same. */
bool tool_lists_same(const char *a, const char *b);

/* listed_tool_order(a, b): of two tools by their names, as strcmp(3) has it. */
int listed_tool_order(
	const struct listed_tool *a, const struct listed_tool *b);

/* listed_tool_same(a, b): whether two tools say the same. */
bool listed_tool_same(
	const struct listed_tool *a, const struct listed_tool *b);

/*
 * tool_text_shown(p, n, max): n bytes of a stranger as a person may see them: what
 * shows nothing of its own is escaped, see text_shown, and what is longer than
 * `max` characters, of which an escape takes several, ends in "…". Free it.
 */
#define TOOL_NAME_SHOWN 128
char *tool_text_shown(const char *p, size_t n, size_t max);

#endif

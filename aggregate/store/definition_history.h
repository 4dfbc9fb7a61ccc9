/*
 * definition_history.h: what the tools of a server said, by region and time, read
 * from key_definitions.
 */
#ifndef STORE_DEFINITION_HISTORY_H
#define STORE_DEFINITION_HISTORY_H

#include "records/probe.h"
#include "records/verdict.h"
#include "tools/definitions.h"

struct store;
struct tool_texts;

struct listed_tool {
	const char *digest; /* its first DIGEST_HEAD digits */
	const char *name;   /* as in the tools of a probe record */
	const char *text;   /* its definition; NULL: it is not kept */
};

struct listed_tools {
	const char *id; /* the first DIGEST_HEAD digits of the full_hash */
	struct listed_tool *v; /* NULL: they are too many to be kept */
	size_t n;
};

/* The list that a region saw from an instant on, up to the next row. */
struct list_row {
	double since; /* epoch seconds */
	const struct listed_tools *list; /* NULL: it is not kept */
};

struct region_lists {
	const char *region;
	struct list_row *v; /* by time, the newest last */
	size_t n;
};

/* All zero is empty. */
struct definition_history {
	struct region_lists *regions; /* by name */
	size_t n_regions, cap_regions;
	struct listed_tools *lists;
	size_t n_lists, cap_lists;
	char **texts; /* all the strings */
	size_t n_texts, cap_texts;
};

/*
 * definition_history_read(s, slug, h): fill *h, which is empty. -1: the store
 * failed; definition_history_release in both cases.
 */
int definition_history_read(struct store *s, const char *slug,
	struct definition_history *h);
void definition_history_release(struct definition_history *h);

/*
 * definition_history_list(h, full_hash): the list of that hash, of which the
 * first DIGEST_HEAD digits count; NULL where it is not kept.
 */
const struct listed_tools *definition_history_list(
	const struct definition_history *h, const char *full_hash);

/*
 * listed_tools_compare(l, other, d, refuse, arg): the definitions of list l that
 * can be compared with those of the other, to *d, which is all zero: of a tool
 * whose definition the other list has, but nobody keeps, nobody can say how it
 * differs. refuse: as in tools/definitions.h; NULL: nobody is told.
 */
void listed_tools_compare(const struct listed_tools *l,
	const struct listed_tools *other, struct definitions *d,
	definitions_refuse *refuse, void *arg);

/* definition_history_at(r, at): the row that holds at an instant, or NULL. */
const struct list_row *definition_history_at(const struct region_lists *r,
	double at);

/*
 * definition_history_texts(s, slug, t): add all definitions that the store keeps of
 * a server to *t, and sort it. -1: the store failed, and that is logged;
 * tool_texts_release in both cases.
 */
int definition_history_texts(
	struct store *s, const char *slug, struct tool_texts *t);

/*
 * definition_history_renames(s, slug, v): give the drifts of v, where tools came and
 * went, their renames, as far as the definitions are kept. -1: the store failed, and
 * that is logged; 1: s is NULL, and has to be asked.
 */
int definition_history_renames(
	struct store *s, const char *slug, struct verdict *v);

#endif

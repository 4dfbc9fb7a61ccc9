/* SPDX-License-Identifier: MIT */
/*
 * definition_diff.h: what changed between two lists of tools, for who calls
 * them, reads their answers, or approved them; see SEE WHAT CHANGED in
 * mcp-tools(7). Pure.
 */
#ifndef TOOLS_DEFINITION_DIFF_H
#define TOOLS_DEFINITION_DIFF_H

#include "tools/definitions.h"
#include "tools/schema_diff.h"

enum tool_change_kind {
	TOOL_REMOVED,
	TOOL_ADDED,
	TOOL_RENAMED, /* one that is gone seems to be one that is new */
	TOOL_CHANGED
};
const char *tool_change_kind_name(enum tool_change_kind k);
bool tool_change_kind_parse(const char *s, enum tool_change_kind *out);
extern const struct word_table tool_change_kind_words;

/* A tool that changed; before or after is NULL where it was not there. */
struct tool_change {
	enum tool_change_kind kind;
	const struct definition *before, *after;
};

struct tool_changes {
	struct tool_change *v; /* in the order of their names, the later one of
				  a renamed tool */
	size_t n;
};

/*
 * tool_changes_of(out, before, after): which tools differ; they live as long as
 * both lists. A tool that either list refused is in neither. A tool that is
 * gone is taken for one that is new as renames_find (definition_diff.c) says.
 * tool_changes_release frees out->v.
 */
void tool_changes_of(struct tool_changes *out, const struct definitions *before,
	const struct definitions *after);
void tool_changes_release(struct tool_changes *t);

/*
 * definition_diff(c, t): what changed in one tool, and its class. changes_init
 * is done; the changes live as long as both definitions.
 */
void definition_diff(struct changes *c, const struct tool_change *t);

#endif

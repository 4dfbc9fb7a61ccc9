/*
 * change_text.h: a tool that changed, for a person and for a program. Pure.
 */
#ifndef WORDS_CHANGE_TEXT_H
#define WORDS_CHANGE_TEXT_H

#include "tools/definition_diff.h"

/*
 * change_text(b, t, c, colour): append lines for a person: the tool and the
 * class, each change with its path, and the words that changed between those
 * around them: [-removed-] and {+added+}, or red and green. Of a text of which
 * little changed, what is far from that is left out. Foreign text is as
 * text_visible makes it, and so is what cannot be seen.
 */
void change_text(struct buf *b, const struct tool_change *t,
	const struct changes *c, bool colour);

/*
 * change_json(b, slug, t, c): append the record of type "tool-change" of
 * mcp-aggregate(1), a line; with the server, where slug is not NULL. Where the line would be longer than a line may be,
 * before and after of each change are left out, and the patch is null.
 */
void change_json(struct buf *b, const char *slug, const struct tool_change *t,
	const struct changes *c);

/*
 * change_excerpt(b, c, after): append what stood before a change, or after it,
 * around where the two texts differ: at most about 100 characters, "…" for what
 * is left out, and what cannot be seen made visible. Nothing where there was
 * nothing.
 */
#define CHANGE_EXCERPT 320 /* bytes, at most */
void change_excerpt(struct buf *b, const struct change *c, bool after);

#endif

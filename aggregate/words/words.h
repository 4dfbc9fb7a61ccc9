/*
 * words.h: verdicts and changes of tools in words, for people. Pure.
 */
#ifndef WORDS_WORDS_H
#define WORDS_WORDS_H

#include "base/buf.h"
#include "records/verdict.h"
#include "terms/change_class.h"

#include <stdbool.h>
#include <stddef.h>

struct change;
struct changes;
struct definitions;
struct tool_change;

/* ---- A verdict as a line, verdict_line.c. */

/*
 * show_verdict(b, v, colour): append the line and its newline; with the escape
 * sequences of ECMA-48 that colour its first word, if `colour`.
 */
void show_verdict(struct buf *b, const struct verdict *v, bool colour);

/*
 * put_broken(b, v, message): append that the only region of the verdict finds
 * the server broken, where and why, without a newline. message: of the step that
 * failed, or NULL. show_broken(b, v, message, colour): show_verdict in those words.
 */
void put_broken(struct buf *b, const struct verdict *v, const char *message);
void show_broken(struct buf *b, const struct verdict *v, const char *message,
	bool colour);

/* ---- A tool that changed, change_text.c. */

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

/*
 * list_words_put(b, before, after): append the object of verdict_words_put with
 * the first LIST_WORDS places in which tools that are in both lists differ, what
 * breaks or says something else before the rest. Returns the gravest class of what
 * changed, as change_class_graver has it; CHANGE_ORDER where nothing did. Tools
 * that either list refused are not compared.
 */
#define LIST_WORDS 3
enum change_class list_words_put(struct buf *b,
	const struct definitions *before, const struct definitions *after);

/*
 * ---- Which words two texts have in common, and which were removed and added,
 * word_diff.c: Myers's greedy algorithm ("An O(ND) difference algorithm and its
 * variations", 1986), with a bound.
 */

enum word_run_kind { WORDS_KEPT, WORDS_REMOVED, WORDS_ADDED };

struct word_run {
	enum word_run_kind kind;
	const char *p; /* in the text before; what is added, in the new one */
	size_t n;      /* bytes, never 0 */
};

struct word_diff {
	struct word_run *runs;
	size_t n, cap;
};

/*
 * word_diff(before, after, out): the runs that make one text of the other, in
 * order: what is kept and removed makes `before`, what is kept and added makes
 * `after`. A word is a run of letters, digits and whatever is not ASCII; a run
 * of white space is one, too, and each other character. Between two changes
 * stands at least one word that is no white space. *out need not be set; the
 * runs live as long as both texts; word_diff_release frees them.
 *
 * Takes time in proportion to the texts, however they differ: what would take
 * more than WORD_DIFF_EDITS words removed and added is replaced as a whole,
 * but for how the texts begin and end.
 */
#define WORD_DIFF_EDITS 128
void word_diff(const char *before, const char *after, struct word_diff *out);
void word_diff_release(struct word_diff *d);

#endif

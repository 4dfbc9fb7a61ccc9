#include "words/list_words.h"

#include "base/text.h"
#include "records/verdict.h"
#include "tools/definition_diff.h"
#include "tools/definitions.h"
#include "words/change_text.h"

#include <stdlib.h>
#include <string.h>

/* Characters of the name of a tool, bytes of a path. */
#define NAME_SHOWN 64
#define PATH_SHOWN 200

/* Text that is made while the words of a side are collected. */
struct words {
	struct buf texts[LIST_WORDS][4];
	struct verdict_words v[LIST_WORDS];
	size_t n;
	enum change_class class;
};

static void add_words(
	struct words *w, const char *tool, const struct change *c)
{
	struct buf *t = w->texts[w->n];
	char name[4 * NAME_SHOWN + 1], path[PATH_SHOWN];

	for (int i = 0; i < 4; i++)
		buf_init(&t[i], TEXT_SIZE);
	text_visible(tool, strlen(tool), name, sizeof name, NAME_SHOWN);
	text_visible(c->path, strlen(c->path), path, sizeof path, PATH_SHOWN);
	buf_str(&t[0], name);
	buf_str(&t[1], path);
	change_excerpt(&t[2], c, false);
	change_excerpt(&t[3], c, true);
	w->v[w->n++] = (struct verdict_words) {
		buf_take(&t[0]), buf_take(&t[1]), buf_take(&t[2]),
		buf_take(&t[3])};
}

/* What is not must not take the room of what is. */
static bool is_grave(enum change_class class)
{
	return class == CHANGE_BREAKING || class == CHANGE_WORDS;
}

/*
 * The changes of one tool, either the grave ones or the others; of one that is new
 * or gone, its name says it.
 */
static void add_tool(struct words *w, const struct tool_change *t, bool grave)
{
	bool both = t->kind != TOOL_ADDED && t->kind != TOOL_REMOVED;
	struct changes c;

	changes_init(&c);
	definition_diff(&c, t);
	for (size_t i = 0; i < c.n && both && w->n < LIST_WORDS; i++)
		if (*c.v[i].path && is_grave(c.v[i].class) == grave)
			add_words(w, t->after->name, &c.v[i]);
	w->class = change_class_graver(w->class, c.class);
	for (size_t i = 0; i < c.n; i++)
		w->class = change_class_graver(w->class, c.v[i].class);
	/* What is not in the list may be words. */
	if (c.more)
		w->class = change_class_graver(w->class, CHANGE_WORDS);
	changes_release(&c);
}

enum change_class list_words_put(struct buf *b,
	const struct definitions *before, const struct definitions *after)
{
	struct words w = {.class = CHANGE_ORDER};
	struct tool_changes t;

	tool_changes_of(&t, before, after);
	for (size_t i = 0; i < t.n; i++)
		add_tool(&w, &t.v[i], true);
	for (size_t i = 0; i < t.n && w.n < LIST_WORDS; i++)
		add_tool(&w, &t.v[i], false);
	verdict_words_put(b, &(struct verdict_side) {
		.words = w.v, .n_words = w.n});
	for (size_t i = 0; i < w.n; i++) {
		free((char *)w.v[i].tool);
		free((char *)w.v[i].path);
		free((char *)w.v[i].before);
		free((char *)w.v[i].after);
	}
	tool_changes_release(&t);
	return w.class;
}

/*
 * tool_texts.h: what the tools of a server say, by the first digits of their
 * digests, as the store has it: a stranger's text. It is read where it is asked
 * for, and only where it has its digest. Pure.
 */
#ifndef DATA_TOOL_TEXTS_H
#define DATA_TOOL_TEXTS_H

#include "base/index.h"
#include "terms/names.h"

#include <stdbool.h>
#include <stddef.h>

struct definitions;

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
 * tool_texts_add(t, digest, text): one more; both live as long as t, and the
 * digest has DIGEST_HEAD digits. The rest is asked for once all are there.
 * tool_texts_release frees what t holds.
 */
void tool_texts_add(
	struct tool_texts *t, const char *digest, const char *text);
void tool_texts_release(struct tool_texts *t);

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

#endif

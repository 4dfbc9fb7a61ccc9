/*
 * tool_texts.h: what tools of a server said, by digest.
 */
#ifndef LOCK_TOOL_TEXTS_H
#define LOCK_TOOL_TEXTS_H

#include "records/probe.h"

/* All zero has none. */
struct tool_texts {
	struct tool_text {
		char digest[DIGEST_HEAD + 1];
		char *text; /* of a definition, in the form of RFC 8785 */
	} *v;
	size_t n, cap;
};

/*
 * tool_texts_add(t, digest, text): add a copy of a definition, of whose digest at
 * least DIGEST_HEAD digits are given. tool_texts_sort(t): after the last one,
 * before tool_texts_find.
 */
void tool_texts_add(
	struct tool_texts *t, const char *digest, const char *text);
void tool_texts_sort(struct tool_texts *t);

/*
 * tool_texts_find(t, full): the text whose SHA-256 is the full digest, or NULL.
 * It lives until tool_texts_release.
 */
const char *tool_texts_find(const struct tool_texts *t, const char *full);
void tool_texts_release(struct tool_texts *t);

#endif

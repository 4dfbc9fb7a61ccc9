/*
 * phrases.h: finds phrases in text, in time linear in its length: words are
 * compared folded (folding.h), a phrase may have gaps of a few words, and none
 * goes beyond its sentence.
 */
#ifndef SIGNS_PHRASES_H
#define SIGNS_PHRASES_H

#include <stdbool.h>
#include <stddef.h>

/* What a phrase speaks of. */
enum phrase_kind {
	PHRASE_MODEL,	/* it tells the model what to do, or to hide */
	PHRASE_SECRET,	/* it reaches for a secret, or passes one on */
	PHRASE_CHANNEL, /* it asks for what the model knows */
	PHRASE_CONTENT, /* the same, in words that are common elsewhere, too */
	PHRASE_KINDS
};

/* Opaque: the table of phrases, ready for use. */
struct phrases;

struct phrases *phrases_new(void);
void phrases_free(struct phrases *ph);

/* Where a phrase stands in a text, in bytes. */
struct phrase_hit {
	enum phrase_kind kind;
	size_t at, end;
	/* Of a secret: words, between spaces, of which a tool whose business
	   that secret is has one in its name. */
	const char *business;
};

/* phrases_find calls it with its `arg` for each phrase; false: no more. */
typedef bool phrase_found(void *arg, const struct phrase_hit *hit);

/*
 * phrases_find(ph, s, n, humps, found, arg): find phrases in the n bytes at s;
 * `humps`: a capital letter begins a word, as in names.
 */
void phrases_find(const struct phrases *ph, const char *s, size_t n,
	bool humps, phrase_found *found, void *arg);

#endif

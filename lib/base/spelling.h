/*
 * spelling.h: whether one word may be a misspelling of another.
 */
#ifndef BASE_SPELLING_H
#define BASE_SPELLING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In no word more letters are taken for slips. */
#define SPELLING_SLIPS 3

/* A word that others are compared with: where each letter stands in it. */
struct spelling {
	uint64_t at[256]; /* bit i: the letter is the i-th, in either case */
	size_t n;
};

/*
 * spelling_of(s, word): learn a word. spelling_fits(s, other): whether the word
 * becomes `other` by a few letters added, left out, swapped or replaced: one in
 * a short word, up to three in a long one. Case does not count. Words of more
 * than 48 letters fit none.
 */
void spelling_of(struct spelling *s, const char *word);
bool spelling_fits(const struct spelling *s, const char *other);

/* spelling_enough(a, b): the same of two words. */
bool spelling_enough(const char *a, const char *b);

#endif

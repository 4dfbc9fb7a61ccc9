/*
 * spelling.h: whether one word may be a misspelling of another.
 */
#ifndef BASE_SPELLING_H
#define BASE_SPELLING_H

#include <stdbool.h>

/*
 * spelling_enough(a, b): whether a becomes b by a few letters added, left out,
 * swapped or replaced: one in a short word, up to three in a long one. Case
 * does not count.
 */
bool spelling_enough(const char *a, const char *b);

#endif

/*
 * spelling.h: whether a word is a slip of the pen for another.
 */
#ifndef BASE_SPELLING_H
#define BASE_SPELLING_H

#include <stdbool.h>

/*
 * spelling_enough(a, b): whether a few letters added, left out, swapped or
 * mistaken lead from a to b: one in a short word, three in a long one. Case
 * does not count.
 */
bool spelling_enough(const char *a, const char *b);

#endif

#include "base/spelling.h"

#include <string.h>

/* Longer words are not compared; a row of them is a number of 64 bits. */
#define LETTERS 48

void spelling_of(struct spelling *s, const char *word)
{
	*s = (struct spelling) {.n = strnlen(word, LETTERS + 1)};
	for (size_t i = 0; i < s->n && s->n <= LETTERS; i++) {
		unsigned char c = (unsigned char)word[i];

		if (c >= 'A' && c <= 'Z')
			c = (unsigned char)(c - 'A' + 'a');
		s->at[c] |= UINT64_C(1) << i;
		if (c >= 'a' && c <= 'z')
			s->at[c - 'a' + 'A'] |= UINT64_C(1) << i;
	}
}

/*
 * Whether the Damerau-Levenshtein distance (optimal string alignment) is within
 * the limit. A column of its table is one number, whose bits say where it rises
 * and falls, and the next follows from it by a few operations: H. Hyyrö, "A
 * bit-vector algorithm for computing Levenshtein and Damerau edit distances",
 * 2003. Of each column only the last cell is known as such. It falls by at most
 * one for a letter: once too few are left, so is the result too large.
 */
static bool within(size_t limit, const struct spelling *s, const char *b,
	size_t n)
{
	const uint64_t last = UINT64_C(1) << (s->n - 1);
	uint64_t rises = ~UINT64_C(0), falls = 0, even = 0, before = 0;
	size_t distance = s->n;

	for (size_t i = 0; i < n && distance <= limit + n - i; i++) {
		uint64_t here = s->at[(unsigned char)b[i]];
		uint64_t swapped = ((~even & here) << 1) & before;
		uint64_t right_rises, right_falls;

		even = ((here & rises) + rises) ^ rises;
		even |= here | falls | swapped;
		right_rises = falls | ~(even | rises);
		right_falls = even & rises;
		if (right_rises & last)
			distance++;
		else if (right_falls & last)
			distance--;
		right_rises = right_rises << 1 | 1;
		rises = right_falls << 1 | ~(even | right_rises);
		falls = right_rises & even;
		before = here;
	}
	return distance <= limit;
}

bool spelling_fits(const struct spelling *s, const char *other)
{
	size_t n = strnlen(other, LETTERS + 1);
	size_t longer = s->n > n ? s->n : n, shorter = s->n + n - longer;
	size_t limit = longer < 6 ? 1 : longer < 9 ? 2 : SPELLING_SLIPS;

	if (!shorter || longer > LETTERS || longer - shorter > limit)
		return false;
	return within(limit, s, other, n);
}

bool spelling_enough(const char *a, const char *b)
{
	struct spelling s;

	spelling_of(&s, a);
	return spelling_fits(&s, b);
}

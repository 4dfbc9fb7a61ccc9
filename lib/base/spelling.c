#include "base/spelling.h"

/* Longer words are not compared. */
#define LETTERS 48

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static unsigned min(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/*
 * Whether the Damerau-Levenshtein distance (optimal string alignment) is within
 * the limit, as that of the lengths is. Three rows of its table are enough, as
 * a swap looks two rows back, and of each what is no further from the diagonal
 * than the limit: all else is beyond it. Once a whole row is, so is the result.
 */
static bool within(unsigned limit, const char *a, size_t na, const char *b,
	size_t nb)
{
	unsigned rows[3][LETTERS + 2], least = 0;

	for (unsigned k = 0; k <= nb; k++)
		rows[0][k] = k;
	for (size_t i = 1; i <= na && least <= limit; i++) {
		unsigned *row = rows[i % 3];
		const unsigned *last = rows[(i - 1) % 3];
		const unsigned *before = rows[(i + 1) % 3];
		size_t from = i > limit ? i - limit : 1;
		size_t to = i + limit < nb ? i + limit : nb;
		char c = lower(a[i - 1]);

		least = row[from - 1] = i > limit ? limit + 1 : (unsigned)i;
		for (size_t k = from; k <= to; k++) {
			char d = lower(b[k - 1]);

			row[k] = min(last[k - 1] + (c != d),
				min(last[k], row[k - 1]) + 1);
			if (i > 1 && k > 1 && c == lower(b[k - 2]) &&
				d == lower(a[i - 2]))
				row[k] = min(row[k], before[k - 2] + 1);
			least = min(least, row[k]);
		}
		row[to + 1] = limit + 1;
	}
	return least <= limit && rows[na % 3][nb] <= limit;
}

bool spelling_enough(const char *a, const char *b)
{
	size_t na = strlen(a), nb = strlen(b);
	size_t longer = na > nb ? na : nb, shorter = na + nb - longer;
	unsigned limit = longer < 6 ? 1 : longer < 9 ? 2 : 3;

	if (!shorter || longer > LETTERS || longer - shorter > limit)
		return false;
	return within(limit, a, na, b, nb);
}

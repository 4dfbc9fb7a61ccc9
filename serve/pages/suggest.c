#include "pages/suggest.h"

#include "base/spelling.h"
#include "data/search.h"
#include "mcp/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Shorter parts are in too many names. */
#define PART_MIN 3

/* Whether one of two names of these lengths stands in the other. */
static bool shares_part(const char *name, size_t n, const char *slug)
{
	size_t len = strlen(slug);

	if (n <= len)
		return n >= PART_MIN && strstr(slug, name);
	return len >= PART_MIN && strstr(name, slug);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

size_t suggest(
	const char *name, const char *const *slugs, size_t n, const char **out)
{
	char lower[SLUG_MAX + 1];
	struct spelling spelling;
	size_t slips = 0, found, length;

	snprintf(lower, sizeof lower, "%s", name);
	search_lower(lower);
	length = strlen(lower);
	spelling_of(&spelling, lower);
	/* Those that share a part are put at the end, until all slips are known. */
	found = n;
	for (size_t i = 0; i < n; i++) {
		if (strcmp(name, slugs[i]) == 0)
			continue;
		if (spelling_fits(&spelling, slugs[i]))
			out[slips++] = slugs[i];
		else if (shares_part(lower, length, slugs[i]))
			out[--found] = slugs[i];
	}
	memmove(out + slips, out + found, (n - found) * sizeof *out);
	found = slips + n - found;
	if (slips)
		qsort(out, slips, sizeof *out, by_name);
	if (found > slips)
		qsort(out + slips, found - slips, sizeof *out, by_name);
	return found;
}

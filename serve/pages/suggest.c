#include "pages/suggest.h"

#include "base/spelling.h"
#include "data/search.h"
#include "mcp/names.h"

#include <stdio.h>
#include <string.h>

/* Shorter parts are in too many names. */
#define PART_MIN 3

static bool shares_part(const char *name, const char *slug)
{
	return (strlen(name) >= PART_MIN && strstr(slug, name)) ||
		(strlen(slug) >= PART_MIN && strstr(name, slug));
}

size_t suggest(const char *name, const char *const *slugs, size_t n,
	const char **out, size_t max)
{
	char lower[SLUG_MAX + 1];
	size_t found = 0, slips;

	snprintf(lower, sizeof lower, "%s", name);
	search_lower(lower);
	for (size_t i = 0; i < n && found < max; i++)
		if (spelling_enough(lower, slugs[i]))
			out[found++] = slugs[i];
	slips = found;
	for (size_t i = 0, k = 0; i < n && found < max; i++) {
		if (k < slips && out[k] == slugs[i])
			k++;
		else if (shares_part(lower, slugs[i]))
			out[found++] = slugs[i];
	}
	return found;
}

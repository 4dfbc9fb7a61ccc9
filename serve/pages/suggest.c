#include "pages/suggest.h"

#include "base/spelling.h"
#include "mcp/names.h"

#include <string.h>

/* Shorter parts are in every other name. */
#define HTML_MIN 3

static bool shares_part(const char *name, const char *slug)
{
	return (strlen(name) >= HTML_MIN && strstr(slug, name)) ||
		(strlen(slug) >= HTML_MIN && strstr(name, slug));
}

size_t suggest(const char *name, const char *const *slugs, size_t n,
	const char **out, size_t max)
{
	char lower[SLUG_MAX + 1];
	size_t len, found = 0, slips;

	for (len = 0; len < SLUG_MAX && name[len]; len++) {
		char c = name[len];

		lower[len] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	lower[len] = '\0';
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

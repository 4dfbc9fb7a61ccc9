#include "search.h"

#include <string.h>
#include <strings.h>

static bool has(const char *text, const char *word, size_t n)
{
	for (; text && *text; text++)
		if (strncasecmp(text, word, n) == 0)
			return true;
	return false;
}

bool search_matches(const char *query, const char *slug, const char *title)
{
	for (;;) {
		size_t n;

		query += strspn(query, " \t");
		n = strcspn(query, " \t");
		if (!n)
			return true;
		if (!has(slug, query, n) && !has(title, query, n))
			return false;
		query += n;
	}
}

#include "data/search.h"

#include "base/xalloc.h"

#include <stdio.h>
#include <string.h>

void search_lower(char *s)
{
	for (; *s; s++)
		if (*s >= 'A' && *s <= 'Z')
			*s = (char)(*s - 'A' + 'a');
}

void search_read(struct search *s, const char *query)
{
	char *p = s->text;

	snprintf(s->text, sizeof s->text, "%s", query);
	search_lower(s->text);
	for (s->n = 0; s->n < SEARCH_WORDS; s->n++) {
		p += strspn(p, " \t");
		if (!*p)
			break;
		s->words[s->n] = p;
		p += strcspn(p, " \t");
		if (*p)
			*p++ = '\0';
	}
}

/* No word of a query has a tab in it, so none matches across the two. */
char *search_words(const char *slug, const char *title)
{
	size_t n = strlen(slug) + 1 + (title ? strlen(title) : 0) + 1;
	char *words = xcalloc(1, n);

	snprintf(words, n, "%s\t%s", slug, title ? title : "");
	search_lower(words);
	return words;
}

bool search_matches(const struct search *s, const char *words)
{
	for (size_t i = 0; i < s->n; i++)
		if (!strstr(words, s->words[i]))
			return false;
	return true;
}

/*
 * search.h: which servers a reader looks for. Pure.
 */
#ifndef DATA_SEARCH_H
#define DATA_SEARCH_H

#include <stdbool.h>
#include <stddef.h>

/* Room for what is looked for, and its NUL. */
#define SEARCH_SIZE 256
/* Words beyond these are not looked for. */
#define SEARCH_WORDS 8

struct search {
	char text[SEARCH_SIZE];
	const char *words[SEARCH_WORDS];
	size_t n;
};

/* search_read(s, query): what is looked for; a query has room in SEARCH_SIZE. */
void search_read(struct search *s, const char *query);

/*
 * search_words(slug, title): what a server is found by; the title may be NULL.
 * To be freed.
 */
char *search_words(const char *slug, const char *title);

/*
 * search_matches(s, words): whether each word that is looked for stands
 * somewhere in the slug or the title. Case does not count, of ASCII letters.
 */
bool search_matches(const struct search *s, const char *words);

#endif

/*
 * search.h: the search of the index. Pure.
 */
#ifndef DATA_SEARCH_H
#define DATA_SEARCH_H

#include <stdbool.h>
#include <stddef.h>

/* Room for a query and its NUL. */
#define SEARCH_SIZE 256
/* Words beyond these are not looked for. */
#define SEARCH_WORDS 8

struct search {
	char text[SEARCH_SIZE];
	const char *words[SEARCH_WORDS];
	size_t n;
};

/* search_lower(s): make the ASCII letters of s lower case. */
void search_lower(char *s);

/* search_read(s, query): split a query into words; a longer one is cut. */
void search_read(struct search *s, const char *query);

/*
 * search_words(slug, title): the text in which search_matches looks for a
 * server; the title may be NULL. The caller frees it.
 */
char *search_words(const char *slug, const char *title);

/*
 * search_matches(s, words): whether each word of the query stands somewhere in
 * the slug or the title, whatever the case of its ASCII letters.
 */
bool search_matches(const struct search *s, const char *words);

#endif

/*
 * search.h: which servers a reader looks for. Pure.
 */
#ifndef SEARCH_H
#define SEARCH_H

#include <stdbool.h>

/* Room for what is looked for, and its NUL. */
#define SEARCH_SIZE 256

/*
 * search_matches(query, slug, title): whether each word of the query stands
 * somewhere in the slug or the title, which may be NULL. Case does not count,
 * of ASCII letters.
 */
bool search_matches(const char *query, const char *slug, const char *title);

#endif

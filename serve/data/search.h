/* SPDX-License-Identifier: MIT */
/*
 * search.h: servers by what somebody typed: the search of the index, and the
 * names that may have been meant where nobody has the one that was asked for.
 * Of a hundred thousand names each has a print, by which most of those that are
 * not close are passed over without a look at their letters. Pure.
 */
#ifndef DATA_SEARCH_H
#define DATA_SEARCH_H

#include "base/strings.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct name_print;

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

/* Begin with zeros. */
struct names {
	struct strings list;
	struct name_print *prints; /* of each of the list */
	size_t cap;
};

/*
 * names_add(l, name): append a copy of a name. names_clear(l): forget all.
 * names_release(l): and the room.
 */
void names_add(struct names *l, const char *name);
void names_clear(struct names *l);
void names_release(struct names *l);

/*
 * suggest(name, slugs, out): put those of the slugs that may have been meant into
 * out, which has room for all: first those that are a typing error away, then
 * those that contain the name or stand in it; each by name. The name itself, which
 * is missing or private, is none of them. Returns how many there are.
 */
size_t suggest(const char *name, const struct names *slugs, const char **out);

#endif

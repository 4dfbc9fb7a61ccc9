/*
 * manual.h: the manual pages, which scripts/manual turned into HTML when the
 * program was built. No file is read.
 */
#ifndef PAGES_MANUAL_H
#define PAGES_MANUAL_H

#include "http/escape.h"

#include <stddef.h>

struct brand;

struct manual_page {
	const char *name;  /* "mcp-serve.8" */
	const char *about; /* one line */
	const unsigned char *html;
	size_t n;
};

/* In the order in which they are listed. */
extern const struct manual_page manual_pages[];
extern const size_t manual_count;

/* manual_find(name): the page of that name, or NULL. */
const struct manual_page *manual_find(const char *name);

/* manual_put(b, page, brand): append a page. manual_put_list: the list. */
void manual_put(struct html *b, const struct manual_page *page,
	const struct brand *brand);
void manual_put_list(struct html *b, const struct brand *brand);

#endif

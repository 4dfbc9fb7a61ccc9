/*
 * error_page.h: the pages for what is not there or not known. Pure.
 */
#ifndef PAGES_ERROR_PAGE_H
#define PAGES_ERROR_PAGE_H

#include "http/escape.h"

struct brand;

/*
 * error_page_missing(b, name, close, n, brand): append the page for a server
 * that is not there, with the n slugs in `close` that may have been meant.
 * `name` may be "".
 */
void error_page_missing(struct html *b, const char *name,
	const char *const *close, size_t n, const struct brand *brand);

/*
 * error_page_put(b, heading, text, brand): append a page of a heading and a
 * paragraph.
 */
void error_page_put(struct html *b, const char *heading, const char *text,
	const struct brand *brand);

#endif

/*
 * page.h: the pages that people read. They need no script and load nothing but
 * their own badge; they follow the reader's light or dark scheme, and fit a
 * width of 360 pixels. Where a server fails is told by city; how it fails is
 * for its operators, and not told.
 */
#ifndef PAGE_H
#define PAGE_H

#include "buf.h"

#include <stddef.h>

struct server;
struct view;

/* A server in a list. */
struct page_item {
	const char *slug;
	const char *title; /* or NULL */
	const struct view *view;
};

struct page_subject {
	const char *slug;
	const struct server *server;
	const struct view *view;
};

/*
 * page_status(b, subject, site, now): append the page of a server. `site` is
 * the address of this site without a slash at its end; "" where nobody knows.
 */
void page_status(struct buf *b, const struct page_subject *subject,
	const char *site, double now);

/* page_index(b, items, n): append the list of all servers. */
void page_index(struct buf *b, const struct page_item *items, size_t n);

/*
 * page_missing(b, name, close, n): append the page for a server that is not
 * there, with the n slugs that may have been meant. `name` may be "".
 */
void page_missing(struct buf *b, const char *name, const char *const *close,
	size_t n);

/* page_message(b, heading, text): append a page that says one thing. */
void page_message(struct buf *b, const char *heading, const char *text);

#endif

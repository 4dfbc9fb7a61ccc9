/*
 * page.h: the pages that people read. They need no script and load nothing but
 * their style and their own badge; they follow the reader's light or dark
 * scheme, and fit a width of 320 pixels. Where a server fails is told by city;
 * how it fails is for its operators, and not told. Pure.
 */
#ifndef PAGES_PAGE_H
#define PAGES_PAGE_H

#include "base/buf.h"

#include <stddef.h>

struct facts;
struct places;
struct server;
struct brand;
struct view;

/* A server in a list. */
struct page_item {
	const char *slug;
	const char *title; /* or NULL */
	const struct view *view;
};

/* So many are listed at once; those in trouble come first. */
#define PAGE_ITEMS 200

struct page_list {
	const struct page_item *items;
	size_t n;
	const char *query;   /* what was searched for; "" for nothing */
	const char *account; /* whose servers they are, or NULL */
};

struct page_subject {
	const char *slug;
	const struct server *server;
	const struct view *view;
	const struct facts *facts;
	const struct brand *brand;
	double now; /* epoch seconds */
};

/* page_status(b, subject): append the page of a server. */
void page_status(struct buf *b, const struct page_subject *subject);

/*
 * The parts of it: the answers that stand above the fold, with the map of where
 * it works; its days and its hours; its incidents.
 */
void page_answers(struct buf *b, const struct page_subject *subject,
	const struct places *places);
void page_map(struct buf *b, const struct places *places);
void page_days(struct buf *b, const struct facts *f);
void page_latency(struct buf *b, const struct facts *f);
void page_incidents(struct buf *b, const struct page_subject *subject,
	const struct places *places);

/* page_list(b, l, brand): append a list of servers, to be searched. */
void page_list(struct buf *b, const struct page_list *l,
	const struct brand *brand);

/*
 * page_missing(b, name, close, n, brand): append the page for a server that is
 * not there, with the n slugs that may have been meant. `name` may be "".
 */
void page_missing(struct buf *b, const char *name, const char *const *close,
	size_t n, const struct brand *brand);

/* page_message(b, heading, text, brand): append a page that says one thing. */
void page_message(struct buf *b, const char *heading, const char *text,
	const struct brand *brand);

#endif

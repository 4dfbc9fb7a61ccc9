/*
 * index_page.h: the index, a list of servers that can be searched: of all
 * public ones, or of those of an account. Pure.
 */
#ifndef PAGES_INDEX_PAGE_H
#define PAGES_INDEX_PAGE_H

#include "base/buf.h"
#include "data/condition.h"
#include "pages/own_checks.h"

struct brand;
struct paging;
struct request;

/* A server in the list. */
struct index_item {
	const char *slug;
	const char *title; /* or NULL */
	struct condition condition;
	const char *sentence; /* of condition_put; NULL: the word says all */
};

/* The servers of a page, if the request does not say how many. */
#define INDEX_ITEMS 200

struct index_page {
	const struct index_item *items; /* of all pages, in any order */
	size_t n;
	const struct paging *paging;
	const struct request *request; /* for links to the other pages */
	const char *query;   /* what was searched for; "" for nothing */
	const char *account; /* whose servers they are, or NULL */
	int report; /* the month of the newest, see base/month.h; 0: none */
	struct own_checks checks;
};

/* index_page_put(b, page, brand): append the page. */
void index_page_put(struct buf *b, const struct index_page *page,
	const struct brand *brand);

/*
 * index_page_search(b, query, account): append the form that searches the
 * index, with that query in it; the list of an account unless it is NULL.
 */
void index_page_search(struct buf *b, const char *query, const char *account);

#endif

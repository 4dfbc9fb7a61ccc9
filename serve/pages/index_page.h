/*
 * index_page.h: the index, a list of servers in sections by state, that can be
 * searched, filtered and sorted: of all public ones, or of those of an account.
 * Pure.
 */
#ifndef PAGES_INDEX_PAGE_H
#define PAGES_INDEX_PAGE_H

#include "http/escape.h"
#include "base/strings.h"
#include "data/index_list.h"
#include "pages/own_checks.h"

struct brand;
struct paging;
struct request;

/* The servers of a page, and the most groups that one may choose from. */
#define INDEX_ITEMS 100
#define INDEX_GROUPS 50

/* A server in the list. */
struct index_item {
	const struct index_entry *e;
	struct condition condition;
	const char *sentence; /* of condition_put; NULL: the word says all */
	const char *days;     /* LISTING_DAYS letters */
	int64_t work; /* when a maintenance begins, if that is soon; or 0 */
};

struct index_page {
	const struct index_list *list;
	const struct index_item *items; /* those of this page, in order */
	size_t n;
	const struct paging *paging;
	const struct request *request; /* for links to the other pages */
	const struct index_query *query;
	const struct strings *groups; /* that one may choose from, in order */
	const char *account; /* whose servers they are, or NULL */
	bool is_file; /* it has no parameters, and everything is on it */
	int report; /* the month of the newest, see base/clock.h; 0: none */
	struct own_checks checks;
};

/* index_page_put(b, page, brand): append the page. */
void index_page_put(struct html *b, const struct index_page *page,
	const struct brand *brand);

/*
 * index_page_search(b, query): append the form that searches the index, with that
 * query in it, for a page that is none.
 */
void index_page_search(struct html *b, const char *query);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * paging.h: a long list, a page at a time: the parameters `page` and `limit`,
 * and the Link field that names the other pages (RFC 8288). Pure.
 */
#ifndef HTTP_PAGING_H
#define HTTP_PAGING_H

#include "base/buf.h"

#include <stdbool.h>

struct request;

/* The highest `page` and `limit`, and the error for others. */
#define PAGING_PAGE_MAX 1000000
#define PAGING_LIMIT_MAX 1000
/* The most rows of a page that has much to say of each. */
#define PAGING_SHORT_MAX 100
#define PAGING_ERROR                                                           \
	"The page is a number from 1 to 1000000, and the limit one from 1 to " \
	"1000."

struct paging {
	size_t page, pages; /* from 1; at least one page, that may be empty */
	size_t from, to;    /* what stands on this one; to is not on it */
};

/*
 * paging_read(r, n, limit, p): the page of n items that a request asks for, the
 * first of `limit` items where it asks for none. Beyond the last it is empty.
 * False where it asks for something that is no page.
 */
bool paging_read(
	const struct request *r, size_t n, size_t limit, struct paging *p);

/* A file has no parameters, so a list in one is whole: the query that asks so. */
#define PAGING_WHOLE "limit=1000000"

/* paging_whole(r): whether the list is for a file. */
bool paging_whole(const struct request *r);

/*
 * paging_address(r, page, b): append a relative reference to a page, the other
 * parameters of the request with it, as route_query wrote them.
 */
void paging_address(const struct request *r, size_t page, struct buf *b);

/*
 * paging_link(p, r, b): append the value of a Link field: first, prev, next and
 * last; nothing where there is one page only.
 */
void paging_link(
	const struct paging *p, const struct request *r, struct buf *b);

#endif

/* SPDX-License-Identifier: MIT */
#include "http/paging.h"

#include "base/num.h"
#include "cgi/request.h"

#include <string.h>

/* Room for a number as route_query writes it. */
#define NUMBER_SIZE 16

/* Read a number into *v, which stays as it is where there is none. */
static bool number(const struct request *r, const char *name, size_t *v)
{
	char text[NUMBER_SIZE];
	long long n;

	if (!request_query(r, name, text, sizeof text))
		return true;
	if (!num_parse(text, 1, PAGING_PAGE_MAX, &n))
		return false;
	*v = (size_t)n;
	return true;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

bool paging_read(
	const struct request *r, size_t n, size_t limit, struct paging *p)
{
	p->page = 1;
	if (!number(r, "limit", &limit) || !number(r, "page", &p->page))
		return false;
	p->pages = n ? (n - 1) / limit + 1 : 1;
	p->from = least((p->page - 1) * limit, n);
	p->to = least(p->from + limit, n);
	return true;
}

bool paging_whole(const struct request *r)
{
	return r->query && strcmp(r->query, PAGING_WHOLE) == 0;
}

void paging_address(const struct request *r, size_t page, struct buf *b)
{
	const char *p = r->query ? r->query : "";

	buf_fmt(b, "?page=%zu", page);
	while (*p) {
		size_t n = strcspn(p, "&");

		/*
		 * A parameter that is encoded as it should be has none of
		 * these.
		 */
		if (strncmp(p, "page=", 5) != 0 &&
			strcspn(p, "<>\"'\r\n ") >= n) {
			buf_char(b, '&');
			buf_add(b, p, n);
		}
		p += n + (p[n] == '&');
	}
}

static void put(
	struct buf *b, const struct request *r, const char *rel, size_t page)
{
	buf_str(b, b->len ? ", <" : "<");
	paging_address(r, page, b);
	buf_fmt(b, ">; rel=\"%s\"", rel);
}

void paging_link(const struct paging *p, const struct request *r, struct buf *b)
{
	if (p->pages == 1 && p->page == 1)
		return;
	put(b, r, "first", 1);
	if (p->page > 1)
		put(b, r, "prev", least(p->page - 1, p->pages));
	if (p->page < p->pages)
		put(b, r, "next", p->page + 1);
	put(b, r, "last", p->pages);
}

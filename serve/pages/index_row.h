/*
 * index_row.h: a server in the list of the index. Pure.
 */
#ifndef PAGES_INDEX_ROW_H
#define PAGES_INDEX_ROW_H

#include "http/escape.h"

struct index_item;
struct index_page;
struct index_query;

/* index_row_put(b, item, page): append the row of a server. */
void index_row_put(struct html *b, const struct index_item *item,
	const struct index_page *page);

/*
 * index_row_address(b, q): append the relative reference to the list that a query
 * asks for, from its first page, for an attribute.
 */
void index_row_address(struct html *b, const struct index_query *q);

#endif

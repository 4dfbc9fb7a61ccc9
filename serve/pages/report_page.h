/*
 * report_page.h: the report on a month, for people; and the list of reports.
 * Pure.
 */
#ifndef PAGES_REPORT_PAGE_H
#define PAGES_REPORT_PAGE_H

#include "http/escape.h"

#include <stddef.h>

struct brand;
struct paging;
struct report_entry;
struct report_head;
struct request;

struct report_page {
	const struct report_head *head;
	const struct report_entry *entries; /* n, of this page */
	size_t n, hidden;	     /* hidden: those that nobody may know of */
	const struct paging *paging; /* of all servers of the report */
	const struct request *request; /* for links to the other pages */
	const int *months; /* that have a report, the newest first */
	size_t n_months;
};

/* report_page_put(b, page, brand): append the page. */
void report_page_put(struct html *b, const struct report_page *page,
	const struct brand *brand);

/* report_list_put(b, months, n, brand): append the list of their reports. */
void report_list_put(
	struct html *b, const int *months, size_t n, const struct brand *brand);

#endif

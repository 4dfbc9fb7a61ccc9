/*
 * history_page.h: a month of a server, at /status/<slug>/history/<month>: a
 * calendar with the minutes of each day, and the incidents. Pure.
 */
#ifndef PAGES_HISTORY_PAGE_H
#define PAGES_HISTORY_PAGE_H

#include "http/escape.h"

#include <stdbool.h>
#include <stdint.h>

struct status_page;

/* history_page_put(b, page, name): append the page of the month "2026-11"; false,
   and nothing is appended, where no kept month has that name. */
bool history_page_put(struct html *b, const struct status_page *page,
	const char *name);

/* history_page_day(b, slug, day): append the address of a day, epoch days, on the
   page of its month. */
void history_page_day(struct html *b, const char *slug, int64_t day);

/* history_page_month(b, slug, month): append a link to the page of a month. */
void history_page_month(struct html *b, const char *slug, int month);

/* history_page_months(b, page): append links to all months that are kept, the
   newest first. */
void history_page_months(struct html *b, const struct status_page *page);

/* history_page_none(b, page, heading, text): append a page that says what is not
   there, and leads to the server and its months. */
void history_page_none(struct html *b, const struct status_page *page,
	const char *heading, const char *text);

/* history_page_server(b, page): append a link to the page of the server. */
void history_page_server(struct html *b, const struct status_page *page);

#endif

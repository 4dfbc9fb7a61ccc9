/*
 * incident_page.h: the page of an incident, at /status/<slug>/incident/<id>: what
 * it was, where, since when and for how long, all that became of it, and what the
 * operators say. Its address is made of what the incident has from its first event
 * on, so that it never changes. Pure.
 */
#ifndef PAGES_INCIDENT_PAGE_H
#define PAGES_INCIDENT_PAGE_H

#include "http/escape.h"

#include <stdbool.h>

struct incident;
struct status_page;
struct word;

/* incident_page_put(b, page, id): append the page; false, and nothing is
   appended, where there is no such incident. */
bool incident_page_put(struct html *b, const struct status_page *page,
	const char *id);

/* incident_page_state(page, in): the word for its state, with an icon. */
struct word incident_page_state(const struct status_page *page,
	const struct incident *in);

/* incident_page_path(b, slug, in): append its path. */
void incident_page_path(struct buf *b, const char *slug,
	const struct incident *in);

#endif

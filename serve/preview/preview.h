/* SPDX-License-Identifier: MIT */
/*
 * preview.h: the image that stands beside a link to a page where somebody shares
 * it: PREVIEW_WIDTH by PREVIEW_HEIGHT pixels (pages/html.h), as PNG. It says what
 * the page says first, and as of when. Pure.
 */
#ifndef PREVIEW_PREVIEW_H
#define PREVIEW_PREVIEW_H

#include "base/buf.h"

#include <stdbool.h>

struct status_page;

/* preview_put(b, page): append the image of a server: its name, the sentence of
   its page, and 90 days. */
void preview_put(struct buf *b, const struct status_page *page);

/* preview_put_incident(b, page, id): append the image of an incident: what, where
   and when; false, and nothing is appended, where there is no such incident. */
bool preview_put_incident(struct buf *b, const struct status_page *page,
	const char *id);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * embed.h: the widget for other people's pages, embed.js, and the page that
 * shows it. Neither knows anything of a server: that is what the script, in the
 * reader's browser, is told by /api/embed-status. So nobody learns here whether
 * there is a server of some name.
 */
#ifndef WIDGET_EMBED_H
#define WIDGET_EMBED_H

#include <stddef.h>

struct brand;
struct html;
struct request;
struct response;

/* embed_script(r): fill r with embed.js. */
void embed_script(struct response *r);

/*
 * embed_preview(request, brand, b): append the page that shows the widget of the
 * query's slug in its four modes, with what to copy for each. A slug
 * that is not valid is named in a message; without one the widget is an
 * invitation.
 */
void embed_preview(const struct request *request, const struct brand *brand,
	struct html *b);

/* The bytes of embed.js. */
extern const unsigned char embed_js[];
extern const size_t embed_js_size;

#endif

/*
 * sharing.h: what stands in the head of a page for search engines, and for
 * programs that show a link: description, canonical address, OpenGraph
 * (https://ogp.me), and the state of a server as JSON-LD. A page that is not for
 * everybody, or says that there is nothing, has none of it. Pure.
 */
#ifndef PAGES_SHARING_H
#define PAGES_SHARING_H

#include "http/escape.h"

struct frame;

/* sharing_put(b, f): append it. */
void sharing_put(struct html *b, const struct frame *f);

#endif

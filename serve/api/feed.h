/*
 * feed.h: the incidents of a server as an Atom feed (RFC 4287). An incident is
 * one entry, which changes only when there is news of it. Pure.
 */
#ifndef API_FEED_H
#define API_FEED_H

#include "base/buf.h"

struct status_page;

/* feed_put(b, subject): append the feed. */
void feed_put(struct buf *b, const struct status_page *subject);

#endif

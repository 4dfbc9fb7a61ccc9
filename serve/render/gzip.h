/*
 * gzip.h: a body, compressed, as a file beside it has it (RFC 1952). The same
 * bytes in, the same bytes out: no time and no name is in it.
 */
#ifndef RENDER_GZIP_H
#define RENDER_GZIP_H

#include "base/buf.h"

/* gzip_put(b, p, n): append n bytes, compressed; false where that fails. */
bool gzip_put(struct buf *b, const void *p, size_t n);

#endif

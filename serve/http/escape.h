/*
 * escape.h: text into HTML and XML.
 */
#ifndef HTTP_ESCAPE_H
#define HTTP_ESCAPE_H

#include "base/buf.h"

/*
 * escape_put(b, s): append text, for the inside of an element or of a quoted
 * attribute. What base/text.h calls unfit to be shown becomes '?', and what is
 * longer than TEXT_MAX characters is cut.
 */
void escape_put(struct buf *b, const char *s);

/*
 * escape_put_query(b, s): append a value of a query, percent-encoded (RFC 3986): so
 * it needs no other escape.
 */
void escape_put_query(struct buf *b, const char *s);

/*
 * escape_undo(b, s): append the text of which escape_put made s, for answers that
 * are no markup.
 */
void escape_undo(struct buf *b, const char *s);

#endif

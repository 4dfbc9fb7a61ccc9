/*
 * escape.h: text into HTML and XML.
 */
#ifndef ESCAPE_H
#define ESCAPE_H

#include "buf.h"

/*
 * escape_put(b, s): append text, for the inside of an element or of a quoted
 * attribute. What text.h calls unfit to be shown becomes '?', and what is
 * longer than TEXT_MAX characters is cut.
 */
void escape_put(struct buf *b, const char *s);

#endif

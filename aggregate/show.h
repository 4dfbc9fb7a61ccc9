/*
 * show.h: a verdict as a line that a person reads.
 */
#ifndef SHOW_H
#define SHOW_H

#include "buf.h"
#include "record_verdict.h"

/*
 * show_verdict(b, v, colour): append the line and its newline; with the escape
 * sequences of ECMA-48 that colour its first word, if `colour`.
 */
void show_verdict(struct buf *b, const struct verdict *v, bool colour);

#endif

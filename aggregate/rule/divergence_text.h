/*
 * divergence_text.h: in words, which regions see which tools where these differ.
 * Pure.
 */
#ifndef RULE_DIVERGENCE_TEXT_H
#define RULE_DIVERGENCE_TEXT_H

#include "base/buf.h"
#include "records/verdict.h"

/*
 * divergence_text_sides(b, v, now): append
 *
 *	eu-west-2 sees get_data, the others fetch_data since 14:02
 *
 * or nothing where the verdict has no sides. What a side sees is what tells it
 * from the first one, and that from the second; where no names are known, the
 * start of the hash. The times are UTC, the dates of what was first seen a day
 * or more before `now`.
 */
void divergence_text_sides(struct buf *b, const struct verdict *v, double now);

/*
 * divergence_text_stale(b, v): append, of the regions of which a check says so,
 *
 *	clients in eu-west-2 get an older list than the server's (3412 s old):
 *	without fetch_data, still with get_data
 *
 * or nothing. Whose lists differ in other tools is told by a part of its own.
 */
void divergence_text_stale(struct buf *b, const struct verdict *v);

/* divergence_any_stale(v): whether there is such a region. */
bool divergence_any_stale(const struct verdict *v);

/*
 * divergence_text_tools(b, names, n): append names of tools, which a stranger chose:
 * clean, cut, and no more than a few of them.
 */
void divergence_text_tools(struct buf *b, const char **names, size_t n);

#endif

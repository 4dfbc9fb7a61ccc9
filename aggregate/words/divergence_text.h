/*
 * divergence_text.h: which regions see which tools, in words: where regions
 * differ (CDN divergence), or a stale cache gives clients an older list. Pure.
 */
#ifndef WORDS_DIVERGENCE_TEXT_H
#define WORDS_DIVERGENCE_TEXT_H

#include "base/buf.h"
#include "records/verdict.h"

/*
 * divergence_text_sides(b, v, now, zone): append
 *
 *	eu-west-2 sees get_data, the others fetch_data since 14:02
 *
 * or nothing where the verdict has no sides. Of each side the tools are named
 * that the first does not see, of the first those that the second does not;
 * where no names are known, the start of the hash. The times are those of the
 * zone; dates for what was first seen a day or more before `now`. Where the
 * verdict has words of the sides, the first of each follow:
 *
 *	; get_data, /description: "Gets…" is "Reads…" in eu-west-2
 */
void divergence_text_sides(struct buf *b, const struct verdict *v, double now,
	const char *zone);

/*
 * divergence_text_stale(b, v): append, of the regions that a stale cache
 * serves,
 *
 *	clients in eu-west-2 get an older list than the server's (3412 s old):
 *	without fetch_data, still with get_data
 *
 * or nothing. Regions whose lists differ in the same tools are named together.
 */
void divergence_text_stale(struct buf *b, const struct verdict *v);

/*
 * divergence_any_stale(v): whether divergence_text_stale has anything to say.
 */
bool divergence_any_stale(const struct verdict *v);

/*
 * divergence_text_tools(b, names, n): append names of tools, which a stranger
 * chose: cleaned and cut, the first five, and how many more there are.
 */
void divergence_text_tools(struct buf *b, const char **names, size_t n);

#endif

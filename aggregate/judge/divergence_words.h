/*
 * divergence_words.h: where the tools that regions see differ, in the words of
 * their definitions. They are read from the store only where a divergence
 * begins or changes; else they are kept beside what the regions saw.
 */
#ifndef JUDGE_DIVERGENCE_WORDS_H
#define JUDGE_DIVERGENCE_WORDS_H

#include "base/buf.h"
#include "records/verdict.h"
#include "rule/history.h"

struct store;

/*
 * divergence_words_of(b, v, h, n, until): append which lists the sides of v see, by
 * the newest probes of the n regions h that started by `until`. Nothing where v
 * has no sides.
 */
void divergence_words_of(struct buf *b, const struct verdict *v,
	const struct region_history *h, size_t n, double until);

/*
 * divergence_words_kept(kept, of): whether the value of the field, which may be
 * NULL, is that of these lists.
 */
bool divergence_words_kept(const char *kept, const char *of);

/*
 * divergence_words_read(s, slug, of, b): append the value of the field, made of
 * the definitions that the store has of these lists. Returns how many of the
 * lists it has not; -1 where the store failed.
 */
int divergence_words_read(
	struct store *s, const char *slug, const char *of, struct buf *b);

/*
 * divergence_words_put(v, text): give the sides of v the words of a value of
 * the field. Their strings belong to the tree that is returned; NULL where the
 * text is none.
 */
cJSON *divergence_words_put(struct verdict *v, const char *text);

#endif

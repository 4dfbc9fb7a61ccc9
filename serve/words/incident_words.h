/*
 * incident_words.h: incidents in words for visitors, for the status page and
 * the feed. Pure.
 */
#ifndef DATA_INCIDENT_WORDS_H
#define DATA_INCIDENT_WORDS_H

#include "base/buf.h"

struct incident;
struct places;

/*
 * Its title, and what it means for users of the server, which are other words
 * where not all of the places were hit; its latest news.
 */
const char *incident_words_title(const struct incident *in,
	const struct places *places);
const char *incident_words_impact(const struct incident *in,
	const struct places *places);
const char *incident_words_update(const struct incident *in);

/* incident_words_latest(b, in): append its latest news, which may be what its
   operators said, escaped. */
void incident_words_latest(struct buf *b, const struct incident *in);

#endif

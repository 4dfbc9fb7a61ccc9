/*
 * words.h: incidents in words for visitors, as the page and the feed say them.
 */
#ifndef DATA_WORDS_H
#define DATA_WORDS_H

struct incident;

/* A title; what it means for whoever uses the server; what was new last. */
const char *words_title(const struct incident *in);
const char *words_impact(const struct incident *in);
const char *words_update(const struct incident *in);

#endif

/*
 * incident_words.h: incidents in words for visitors, for the status page and
 * the feed.
 */
#ifndef DATA_INCIDENT_WORDS_H
#define DATA_INCIDENT_WORDS_H

struct incident;

/* Its title; what it means for users of the server; its latest news. */
const char *incident_words_title(const struct incident *in);
const char *incident_words_impact(const struct incident *in);
const char *incident_words_update(const struct incident *in);

#endif

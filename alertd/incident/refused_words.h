/*
 * refused_words.h: what an incident says while the server refuses our credential,
 * which worked before: we cannot check the server, and know no more of it. Pure.
 */
#ifndef INCIDENT_REFUSED_WORDS_H
#define INCIDENT_REFUSED_WORDS_H

#include "incident/summary.h"

/* refused_words_fit(s): whether s is of such an incident, at its end too. */
bool refused_words_fit(const struct summary *s);

/* refused_words_headline(b, s): append the headline, without "P1: ". */
void refused_words_headline(struct buf *b, const struct summary *s);

/*
 * refused_words_put(b, s): append the sentence, without its end.
 * refused_words_end(b, s): append how the incident ended. refused_words_found(b, s):
 * append that it was over when it was found. What follows is how often it failed.
 */
void refused_words_put(struct buf *b, const struct summary *s);
void refused_words_end(struct buf *b, const struct summary *s);
void refused_words_found(struct buf *b, const struct summary *s);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * summary.h: the parts of the words of an incident; words.h has the whole. s is
 * what they are about; each appends to b. Pure.
 */
#ifndef WORDS_SUMMARY_H
#define WORDS_SUMMARY_H

#include "words/words.h"

/* The subject of the words. */
struct summary {
	const char *slug; /* the name of the server, or of those that share it */
	const char *url; /* or NULL */
	bool common;	 /* many servers share it */
	const char *zone; /* of the times in it; NULL: UTC */
	enum alert_kind kind;
	enum alert_phase phase;
	double at;
	const struct incident *incident;
	const struct event_facts *facts;
	const struct alert_event *event;
};

/* The words of a kind in a headline, and in the sentence. */
struct kind_words {
	const char *bad, *good, *lasts, *over;
};
extern const struct kind_words kind_words[];

/*
 * cause.c: the fault of the server, in the sentence.
 *
 * cause_put(b, s): the failure, without the end of the sentence.
 * cause_phrase(b, phrase, regions, put): a phrase of a row, with these
 * regions in their place, as `put` says them. cause_words(b, phrase, s): the
 * same behind a name, with all regions of the incident. cause_failure(b, s):
 * "tls fails with tcp.refused". cause_remainder(b, regions): the rest of a
 * downtime, " works again, but not from London". cause_down(inc): how a
 * server is down; a hard outage may be in all regions.
 */
void cause_put(struct buf *b, const struct summary *s);
void cause_phrase(struct buf *b, const char *phrase,
	const struct strings *regions,
	void (*put)(struct buf *b, const struct strings *l));
void cause_words(
	struct buf *b, const char *phrase, const struct summary *s);
void cause_failure(struct buf *b, const struct summary *s);
void cause_remainder(struct buf *b, const struct strings *regions);
const char *cause_down(const struct incident *inc);

/*
 * cause.c: the same while our credential is refused, so that nobody
 * knows how the server is.
 *
 * refused_is(s): whether the credential is refused. refused_headline(b, s): the
 * end of the headline. refused_end(b, s), refused_found(b, s): how it ended, and
 * what was over when it was found.
 */
bool refused_is(const struct summary *s);
void refused_headline(struct buf *b, const struct summary *s);
void refused_end(struct buf *b, const struct summary *s);
void refused_found(struct buf *b, const struct summary *s);

#endif

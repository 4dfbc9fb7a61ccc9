/*
 * words.h: what each kind of event means, in words. Pure.
 */
#ifndef SINKS_WORDS_H
#define SINKS_WORDS_H

#include "sinks/event_fields.h"

struct message_words {
	const char *kind, *layer; /* of which events; NULL: of any layer */
	const char *step;	  /* NULL: of any step */
	const char *bad, *good;	  /* "is down", "is up again" */
	const char *means;
	const char *first; /* what to look at */
};

/* message_words(e): those of an event; of a kind that nobody knows, too. */
const struct message_words *message_words(const struct sink_event *e);

#endif

/*
 * words.h: what each kind of event means, for a person. Pure.
 */
#ifndef SINKS_WORDS_H
#define SINKS_WORDS_H

#include "sinks/event_fields.h"

struct message_words {
	const char *kind, *layer; /* of these events; NULL: any layer */
	const char *step;	  /* NULL: any step */
	const char *means; /* for users */
	const char *first; /* what to look at first, but for hint.h */
};

/*
 * message_words(e): the words for event e; never NULL, even for unknown kinds.
 */
const struct message_words *message_words(const struct sink_event *e);

#endif

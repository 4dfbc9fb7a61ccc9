/*
 * message.h: an event as a woken person reads it: what fails, seen from where,
 * since when, what that means, what to look at first, and links. Plain text,
 * which each sink escapes for its vendor. Pure.
 */
#ifndef SINKS_MESSAGE_H
#define SINKS_MESSAGE_H

#include "base/buf.h"
#include "sinks/event_fields.h"

/* How a message is to be taken: its colour. */
enum message_mood {
	MESSAGE_BAD,   /* P1 */
	MESSAGE_WORRY, /* P2 */
	MESSAGE_NEWS,  /* P3, an event without an end, a digest */
	MESSAGE_TAKEN, /* acknowledged */
	MESSAGE_GOOD   /* resolved */
};

#define MESSAGE_LINES 8
#define MESSAGE_LINKS 3

struct message_line {
	const char *label; /* "Since"; a constant */
	char *text;
};

struct message {
	enum message_mood mood;
	char *title; /* "P1: example-mcp is down (dns: dns.nxdomain)"; short,
			for a lock screen */
	char *text;  /* the sentence or the sentences of the event */
	struct message_line lines[MESSAGE_LINES];
	size_t n;
	/* "Runbook", "Dashboard", "Acknowledge"; the texts are URLs. */
	struct message_line links[MESSAGE_LINKS];
	size_t n_links;
};

/*
 * message_make(e, m): make the message of an event, or of a digest, in which
 * each event is a line of m->text; message_release it.
 */
void message_make(const struct sink_event *e, struct message *m);
void message_release(struct message *m);

/*
 * message_plain(b, m): append text, lines and links of m, a line each, as in a
 * mail, but not the title.
 */
void message_plain(struct buf *b, const struct message *m);

/* message_colour(mood): as in CSS: "#c40040" is the red of MESSAGE_BAD. */
const char *message_colour(enum message_mood mood);

#endif

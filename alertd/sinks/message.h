/*
 * message.h: an event as a woken person reads it: what, where from, since when,
 * what it means, what to look at first, and where to go on. Pure; plain text,
 * which each sink escapes as its vendor wants it.
 */
#ifndef SINKS_MESSAGE_H
#define SINKS_MESSAGE_H

#include "base/buf.h"
#include "sinks/event_fields.h"

/* What colour it is. */
enum message_mood {
	MESSAGE_BAD,   /* P1 */
	MESSAGE_WORRY, /* P2 */
	MESSAGE_NEWS,  /* P3, what is told once, a digest */
	MESSAGE_TAKEN, /* somebody looks after it */
	MESSAGE_GOOD   /* it is over */
};

#define MESSAGE_LINES 8
#define MESSAGE_LINKS 3

struct message_line {
	const char *label; /* "Since"; a constant */
	char *text;
};

struct message {
	enum message_mood mood;
	char *title; /* "P1: example-mcp is down (dns: dns.nxdomain)"; short, for
			a lock screen */
	char *text;  /* the sentence or the sentences of the event */
	struct message_line lines[MESSAGE_LINES];
	size_t n;
	/* "Runbook", "Dashboard", "Acknowledge"; the texts are URLs. */
	struct message_line links[MESSAGE_LINKS];
	size_t n_links;
};

/*
 * message_make(e, m): of an event or a digest, whose events become a line each
 * in m->text; message_release it.
 */
void message_make(const struct sink_event *e, struct message *m);
void message_release(struct message *m);

/*
 * message_plain(b, m): append text, lines and links, a line each, as in a mail;
 * the title is not among them.
 */
void message_plain(struct buf *b, const struct message *m);

/* message_colour(mood): "#c40040", red; green where it is over. */
const char *message_colour(enum message_mood mood);

#endif

/*
 * message.h: an event as a woken person reads it: how bad it is and what
 * happened, what that means for users, since when, seen from which cities, what
 * to look at first, and links. Plain text, which each sink escapes for its
 * vendor. Pure.
 */
#ifndef SINKS_MESSAGE_H
#define SINKS_MESSAGE_H

#include "base/buf.h"
#include "conf/conf.h"
#include "sinks/event_fields.h"

/* How a message is to be taken: its colour. */
enum message_mood {
	MESSAGE_BAD,   /* P1 */
	MESSAGE_WORRY, /* P2 */
	MESSAGE_NEWS,  /* P3 */
	MESSAGE_TAKEN, /* acknowledged */
	MESSAGE_GOOD   /* resolved */
};

#define MESSAGE_LINES 9
#define MESSAGE_LINKS 3

struct message_line {
	const char *label; /* "Since"; a constant */
	char *text;
};

struct message {
	enum message_mood mood;
	/* A step alert, while other regions reach the server: the second
	   priority of a vendor, as it is no hard outage; unless it became P1
	   because it lasts. */
	bool partial;
	char *title; /* "P1: example-mcp is down": the headline; short, for a
			lock screen */
	char *means; /* what that means for users; "": nothing */
	char *text;  /* the sentences of the event that the title leaves out */
	char *since;  /* "Sun 22 Nov 02:05 UTC (12 min ago)", or NULL */
	const char *where; /* "Seen from": what the regions are; a constant */
	char *cities; /* "Ashburn and London", or NULL */
	char *core;   /* the same for all messages of an incident, or NULL:
			 "example-mcp, Sun 22 Nov 02:05 UTC" */
	/* Since, seen from where, ..., in the order in which they are read. */
	struct message_line lines[MESSAGE_LINES];
	size_t n;
	/* message_ack_label, "Runbook", "Dashboard"; the texts are URLs. */
	struct message_line links[MESSAGE_LINKS];
	size_t n_links;
};

/* For whom a message is made, and when. */
struct message_view {
	const struct conf *conf; /* whose cities and zone; or NULL */
	const struct conf_route *route;
	double now; /* epoch seconds */
};

/*
 * message_make(e, v, m): make the message of an event, or of a digest, in which
 * each event is a line of m->text; message_release it.
 */
void message_make(const struct sink_event *e, const struct message_view *v,
	struct message *m);
void message_release(struct message *m);

/*
 * message_ack_label(e): what the page at e->ack_url is for: "Acknowledge", or
 * "Take over" where somebody has the incident. A constant.
 */
const char *message_ack_label(const struct sink_event *e);

/*
 * message_plain(b, m): append means, text, lines and links of m, a line each,
 * as in a mail, but not the title.
 */
void message_plain(struct buf *b, const struct message *m);

/* message_says(b, m): append means and text of m, a line each. */
void message_says(struct buf *b, const struct message *m);

/* message_colour(mood): as in CSS: "#c40040" is the red of MESSAGE_BAD. */
const char *message_colour(enum message_mood mood);

#endif

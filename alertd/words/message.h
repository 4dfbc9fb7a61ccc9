/* SPDX-License-Identifier: MIT */
/*
 * message.h: an event as a woken person reads it: how bad it is and what
 * happened, what that means for users, since when, seen from which cities, what
 * to look at first, and links. Plain text, which each sink escapes for its
 * vendor. Pure.
 */
#ifndef WORDS_MESSAGE_H
#define WORDS_MESSAGE_H

#include "base/buf.h"
#include "base/strings.h"
#include "conf/conf.h"
#include "json/json.h"
#include "records/alert.h"

/*
 * event_record.c: an event or a digest of mcp-records(5), read from the body
 * in the outbox, for sinks that send something else than that body. The
 * store's text is as foreign as any other: it is cleaned, cut and checked
 * here, once. Pure.
 */

/* A longer list is cut. */
#define SINK_REGIONS 100
#define SINK_SERVERS 1000

struct sink_event {
	/* A digest: only `key`, `at`, `route` to `n` are there then. */
	bool digest;
	double at;  /* epoch seconds */
	char *key;  /* dedup_key */
	char *name; /* "downtime_started" */
	char *kind; /* "downtime"; a newer version may write unknown ones */
	enum alert_phase phase; /* ALERT_ONCE: nothing follows it */
	char *slug;		/* "*" for the fleet */
	char *url;		/* or NULL, like whatever may be null */
	enum severity severity;
	char *tier, *step, *layer, *error, *summary;
	char *said; /* by the server, of its failure; or NULL */
	bool checks_refused; /* our credential is: no more is known */
	char *headline; /* NULL: an event that is sent once, or an old one */
	struct strings regions, silent; /* that failed; that do not report */
	struct strings servers; /* of a common incident; else none */
	int server_count;	/* number of all servers, named or not */
	int probe_count;	/* failing windows; 0: not known */
	bool slow;		/* a window is a probe, and no minute */
	int64_t started_at;	/* 0: not known */
	int64_t resolved_at;	/* 0: not over */
	int64_t acknowledged_until; /* 0: this event does not say */
	/* Only plain http:// and https:// URLs; else NULL. */
	char *dashboard_url, *runbook_url, *ack_url, *ack_short_url;
	char *owner;  /* of the server, or NULL */
	char *labels; /* "team=payments, env=prod", or NULL */
	/* A digest's. */
	char *route, *period;
	bool budget;		   /* because the route's budget was spent */
	int count;		   /* events in all */
	struct sink_event *events; /* the named ones; none is a digest */
	size_t n;
};

/*
 * sink_event_read(body, e, why): read a body into *e; sink_event_release it.
 * False, with nothing to release, and why, in JSON_WHY bytes: it is no event.
 */
bool sink_event_read(const char *body, struct sink_event *e, char *why);
void sink_event_release(struct sink_event *e);

/*
 * sink_event_tests(e): whether it tests a route. If a vendor opens an incident
 * for it, that is ended at once.
 */
bool sink_event_tests(const struct sink_event *e);

/* How a message is to be taken: its colour. */
enum message_mood {
	MESSAGE_BAD,   /* P1 */
	MESSAGE_WORRY, /* P2 */
	MESSAGE_NEWS,  /* P3 */
	MESSAGE_TAKEN, /* acknowledged */
	MESSAGE_GOOD   /* resolved */
};

#define MESSAGE_LINES 11
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

/* message_dot(mood): a dot of about that colour, one character. */
const char *message_dot(enum message_mood mood);

/*
 * hint.c: what to look at first, by the cause of a failure, which its code
 * names, and by how far it spreads: one region or all, one server or many.
 * Pure.
 */

/* hint_put(b, e): append the hint for event e; nothing where there is none. */
void hint_put(struct buf *b, const struct sink_event *e);

/*
 * The meaning of each kind of event, for a person. Pure.
 */

struct message_words {
	const char *kind, *layer; /* of these events; NULL: any layer */
	const char *step;	  /* NULL: any step */
	const char *means; /* for users */
	const char *first; /* what to look at first, but for hint_put */
};

/*
 * message_words(e): the words for event e; never NULL, even for unknown kinds.
 */
const struct message_words *message_words(const struct sink_event *e);

#endif

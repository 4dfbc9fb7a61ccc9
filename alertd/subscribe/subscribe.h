/* SPDX-License-Identifier: MIT */
/*
 * subscribe.h: people and programs that visitors of the pages sign up, by an
 * address of e-mail or a URL, for the public news of a server, a group or all:
 * the record of a subscriber and the links by which one confirms and leaves; the
 * news; where both are kept; and the worker that sends them once the routes of
 * the operators have had their turn. Nobody is shown an address, and no log has
 * one.
 */
#ifndef SUBSCRIBE_SUBSCRIBE_H
#define SUBSCRIBE_SUBSCRIBE_H

#include "base/buf.h"
#include "base/strings.h"
#include "conf/conf.h"
#include "records/incident.h"
#include "records/maintenance.h"

#include <stdbool.h>
#include <stdint.h>

struct alert_event;
struct alert_state;
struct run;
struct store;
struct transfers;

/*
 * subscriber.c: the record of a subscriber, addresses, topics and links.
 */

/* 24 hex digits and a NUL. */
#define SUBSCRIBER_ID 25
/* The longest address, and the most topics of one. */
#define SUBSCRIBER_TO 500
#define SUBSCRIBER_TOPICS 50
/* Room for a topic: "*", "server:SLUG" or "group:NAME". */
#define SUBSCRIBER_TOPIC 300

struct subscriber {
	char id[SUBSCRIBER_ID]; /* its field, not in the record */
	char *to; /* an address of e-mail, or a URL */
	char **topics;
	size_t n_topics;
	double at; /* when it signed up, or confirmed */
	/* Permanent refusals in a row; of one that has not confirmed yet, the
	   messages that ask for it, today. */
	int count;
	bool wait; /* not confirmed: such a message is due */
};

/* subscriber_write(b, s): append it as JSON. subscriber_read(id, text, s): read
   it; subscriber_release. False, and nothing to release: it cannot be read. */
void subscriber_write(struct buf *b, const struct subscriber *s);
bool subscriber_read(const char *id, const char *text, struct subscriber *s);
void subscriber_release(struct subscriber *s);

/* subscriber_is_mail(to): whether an address is one of e-mail; else a URL. */
bool subscriber_is_mail(const char *to);

/*
 * subscriber_to_bad(to, inward): why what a stranger typed is no address that we
 * send to, a constant; or NULL. A URL is https, or with `inward` http on this
 * machine.
 */
const char *subscriber_to_bad(const char *to, bool inward);

/*
 * subscriber_id(secret, to, out): the id of an address: nobody without the secret
 * finds out which address an id has. Case does not count in one of e-mail.
 */
void subscriber_id(const char *secret, const char *to, char *out);

/*
 * subscriber_topic_known(c, topic): whether there is something public by that
 * name. subscriber_topic_put(b, c, topic): append its name for people.
 * subscriber_wants(s, c, slug): whether one of the topics of s has that server,
 * which is public.
 */
bool subscriber_topic_known(const struct conf *c, const char *topic);
void subscriber_topic_put(struct buf *b, const struct conf *c,
	const char *topic);
bool subscriber_wants(const struct subscriber *s, const struct conf *c,
	const char *slug);

/* subscriber_public(c, slug, out): whether visitors may know of a server; out
   gets it. */
bool subscriber_public(const struct conf *c, const char *slug,
	struct conf_server *out);

/*
 * The last part of a link, signed: subscriber_link(secret, what, id, until, out)
 * makes it; out has SUBSCRIBER_LINK bytes. subscriber_link_read(secret, what,
 * link, now, id): whether a stranger's link is ours, and good: id is set.
 */
enum subscriber_link { LINK_CONFIRM, LINK_LEAVE };
#define SUBSCRIBER_LINK 128
/* A link to leave is good for ever. */
#define LINK_FOREVER 0
void subscriber_link(const char *secret, enum subscriber_link what,
	const char *id, long long until, char *out);
bool subscriber_link_read(const char *secret, enum subscriber_link what,
	const char *link, double now, char *id);

/*
 * news.c: what subscribers are notified of, and where it waits in the store.
 */

enum news_what {
	NEWS_STARTED,
	NEWS_SPREAD, /* more servers share the incident */
	NEWS_RESOLVED,
	NEWS_NOTE,
	NEWS_POSTMORTEM,
	NEWS_MAINTENANCE
};

struct news {
	char *key;	/* its field, not in the record */
	enum news_what what;
	char *thread;	/* the same for all news of an incident */
	char **slugs;
	size_t n_slugs;
	char *kind; /* of the incident, see alert_kind_name; or NULL */
	char *title; /* of one that somebody opened by hand, or NULL */
	char *state; /* how far the work on it is, see progress_name; or NULL */
	bool checks_refused; /* see incident_record */
	int64_t first; /* its first window; the start of a maintenance */
	int64_t end; /* of an incident or a maintenance; 0: not known */
	double at;
	char *text; /* of a note, why there is a maintenance, or what who opens
		       or closes an incident says; or NULL */
	/* How far it was sent: mail and webhooks up to these ids have it, or
	   will never, but for `owed`, who could not take it `tries` times,
	   last at `tried`. NULL: nobody has it. */
	char *mailed, *called;
	char **owed;
	size_t n_owed;
	int tries;
	double tried;
	bool done;
};

bool news_read(const char *key, const char *text, struct news *n);
void news_release(struct news *n);

/*
 * news_of_event(c, st, e, out): append the field and the record of the news that
 * an event is; nothing where the public does not hear of it. news_withdraw(c, st,
 * kind, out): append the field of the start of an incident, and "": it became part
 * of one that servers share.
 */
void news_of_event(const struct conf *c, const struct alert_state *st,
	const struct alert_event *e, struct strings *out);
void news_withdraw(const struct conf *c, const struct alert_state *st,
	enum alert_kind kind, struct strings *out);

/* news_of_note(u, slug, servers, out), news_of_maintenance(c, m, o, out): the same
   of what operators say in public of an incident of the state `slug`, which may be
   of several servers; and of the next time of a maintenance. */
void news_of_note(const struct incident_update *u, const char *slug,
	const struct strings *servers, struct strings *out);
void news_of_maintenance(const struct conf *c, const struct maintenance *m,
	const struct occurrence *o, struct strings *out);

/* news_for(n, c, s): whether they are about a topic of s. */
bool news_for(const struct news *n, const struct conf *c,
	const struct subscriber *s);

/* The most news that wait. */
#define SUBSCRIBE_NEWS_MAX 1000

/* All zero: none. */
struct news_list {
	struct news *v; /* the oldest first */
	size_t n, cap;
};

/*
 * news_all(s, now, out): those in the store that are not done; what is too
 * old goes. news_put(s, n): write one. False: the store failed, and an error is
 * logged.
 */
bool news_all(struct store *s, double now, struct news_list *out);
bool news_put(struct store *s, const struct news *n);
void news_list_release(struct news_list *l);

/*
 * news.c: messages in the words of the public pages. Pure.
 */

/* All zero but the first: a message asks to confirm the topics of s. */
struct public_message {
	const struct conf *conf;
	const struct subscriber *to;
	const struct news *news; /* or NULL */
	const char *confirm, *leave; /* addresses, or NULL */
	double now;
};

/* public_title(b, m), public_text(b, m): append the title, one line, and the
   text, lines that end in a newline; the links to confirm or leave included. */
void public_title(struct buf *b, const struct public_message *m);
void public_text(struct buf *b, const struct public_message *m);

/* public_json(b, m): append the body for the URL m->to: Slack's, or our own. */
void public_json(struct buf *b, const struct public_message *m);

/* public_thread(m, out), public_name(m, out): what names the incident, and the
   message among those of it, to this subscriber; both have PUBLIC_NAME bytes. */
#define PUBLIC_NAME 320
const char *public_thread(const struct public_message *m, char *out);
const char *public_name(const struct public_message *m, char *out);

/*
 * subscriber.c, too: what the store has of these.
 */

/* The most subscribers, and as many who have not confirmed. */
#define SUBSCRIBERS_MAX 10000
/* How long one may confirm, and news are news. */
#define SUBSCRIBE_DAY_S 86400
/* The most messages that ask an address to confirm, in that time. */
#define SUBSCRIBE_ASKED_MAX 3
/* Sign-ups in an hour: of a network (/24, /64), of one around it (/16, /48),
   and of all. */
#define SUBSCRIBE_NETWORK_MAX 10
#define SUBSCRIBE_WIDE_MAX 60
#define SUBSCRIBE_HOUR_MAX 400

/* Several, by id. */
struct subscribers {
	struct subscriber *v;
	size_t n, cap;
};
void subscribers_release(struct subscribers *l);

enum signup {
	SIGNUP_TAKEN,
	SIGNUP_LIMITED, /* too many from that network, or in all */
	SIGNUP_FAILED	/* the store failed, and an error is logged */
};

/*
 * signup_add(s, to, id, topic, address, now): note that somebody at that IP
 * address signs up `to`, who is to be asked. The answer is the same whoever has
 * signed up before.
 */
enum signup signup_add(struct store *s, const char *to, const char *id,
	const char *topic, const char *address, double now);

/* signup_network(address, wide, out): the network of an IP address, or with `wide`
   the one around it; out has
   SIGNUP_NETWORK bytes. Whatever is no address is one network. Pure. */
#define SIGNUP_NETWORK 64
const char *signup_network(const char *address, bool wide, char *out);

/*
 * signup_all(s, out): those who have not confirmed, by id; subscribers_all(s,
 * out): those who have. False: the store failed, and an error is logged.
 * signup_get(s, id, out), subscriber_get(s, id, out): one; 1, 0 where there is
 * none, -1.
 */
bool signup_all(struct store *s, struct subscribers *out);
bool subscribers_all(struct store *s, struct subscribers *out);
int signup_get(struct store *s, const char *id, struct subscriber *out);
int subscriber_get(struct store *s, const char *id, struct subscriber *out);

/* signup_drop(s, id), subscriber_drop(s, id): forget one. False as above. */
bool signup_drop(struct store *s, const char *id);
bool subscriber_drop(struct store *s, const char *id);

/*
 * subscriber_confirm(s, id, now): what who signed up asked for is theirs: 1; 0:
 * there is nothing to confirm; -1: the store failed; 2: there are too many.
 */
int subscriber_confirm(struct store *s, const char *id, double now);

/* subscriber_leave(s, id, topic): no more news on that topic, or where it is NULL
   on any. False: the store failed. */
bool subscriber_leave(struct store *s, const char *id, const char *topic);

/* An address that refuses so many messages in a row is dropped. */
#define SUBSCRIBER_BOUNCES 5
/* subscriber_heard(s, id, refused): count a refusal of that address, or forget
   those before it. 1; 0: nobody has that id; -1: the store failed. */
int subscriber_heard(struct store *s, const char *id, bool refused);
/* signup_asked(s, id, refused): it was asked to confirm, or refused that. False:
   the store failed. */
bool signup_asked(struct store *s, const char *id, bool refused);

/*
 * subscriber_worker.c: sends what subscribers are owed.
 */

/* How long a run sends mail, and calls webhooks, which may be slow; and how many
   at once. */
#define SUBSCRIBE_MAIL_S 20
#define SUBSCRIBE_CALL_S 10
#define SUBSCRIBE_TOGETHER 8

/*
 * subscriber_worker_run(setup, transfers): send the news, and ask those who signed up, for
 * that time at most; a later run goes on. Nothing without site.subscribe.
 * False: the store failed, and an error is logged.
 */
bool subscriber_worker_run(const struct run *setup,
	struct transfers *transfers);

#endif

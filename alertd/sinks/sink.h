/* SPDX-License-Identifier: MIT */
/*
 * sink.h: what the types of routes have in common: each is one `struct sink` in
 * a file sinks/NAME.c, and a row of CONF_ROUTE_TYPES (conf/conf.h). All its
 * decisions are pure: an event in, a request out; an answer in, a result out.
 * delivery/sender.c does the rest, the same for all.
 */
#ifndef SINKS_SINK_H
#define SINKS_SINK_H

#include "base/buf.h"
#include "conf/conf.h"
#include "incident/incident.h"
#include "transport/credential.h"
#include "transport/transport.h"
#include "words/message.h"

/* The input from which a sink makes its requests. */
struct sink_job {
	const struct conf_route *route;
	const char *body;		 /* the record in the outbox */
	const struct sink_event *event;	 /* the body, read; NULL: see `raw` */
	const struct message *message;	 /* for a person; NULL: see `raw` */
	const struct secret *secret;	 /* NULL where the route names none */
	const char *handle; /* see struct delivery_request; NULL: none */
	const char *site;   /* the address of the pages; NULL: there is none */
	double now; /* epoch seconds */
};

/*
 * A request by which a vendor tells us what somebody there says of an incident.
 * Trust nothing in it before its signature is found to be right.
 */
struct sink_call {
	char *const *env; /* of the CGI (RFC 3875), ends with NULL */
	const char *url;  /* as the vendor got it from us, query included */
	const char *query; /* that of the URL, or "" */
	const char *body;
	/* The key with which the vendor proves that it is the vendor. */
	const char *secret;
	const char *ack_secret; /* see transport/signature.h; or NULL */
	double now;		/* epoch seconds */
};

/* The answer that such a request brings. */
struct sink_answer {
	char key[ALERT_KEY_SIZE]; /* of which incident; "": nothing for us */
	bool withdrawn; /* nobody there looks after it any more */
	char by[4 * ACK_BY_MAX + 1];
	const char *reason; /* a constant, or NULL */
	double said_at; /* epoch seconds; 0 where that is not known */
};

/*
 * A sink has either `build` and `judge`, or `mail`; with neither, the command
 * of the route is run. An event may take several requests or mails, n = 0, 1
 * and so on, sent in this order; what got through is not repeated.
 */
struct sink {
	bool raw; /* it uses only the body: event and message are NULL */
	bool opens; /* an event opens something there, which another one ends */
	/*
	 * build(job, n, r): fill in request n; r comes from http_request_init.
	 * False: there is no request n, so the event is delivered.
	 */
	bool (*build)(const struct sink_job *job, int n,
		struct http_request *r);
	/*
	 * judge(job, n, a, d): correct *d, which says what answer a to request
	 * n means for any HTTP server (sink_judge), and set d->handle if the
	 * vendor named the message.
	 */
	void (*judge)(const struct sink_job *job, int n,
		const struct http_answer *a, struct delivered *d);
	/*
	 * mail(job, n, out): fill in mail n, which is all zero. False: there is
	 * no mail n.
	 */
	bool (*mail)(const struct sink_job *job, int n, struct smtp_job *out);
	/*
	 * odd(job): why the secret cannot be one of this vendor, a constant;
	 * NULL if it can, and for addresses that are not the vendor's. The
	 * member may itself be NULL.
	 */
	const char *(*odd)(const struct sink_job *job);
	/*
	 * wrong(job): why the route cannot be used as configured, a constant;
	 * NULL: it can. The member may itself be NULL.
	 */
	const char *(*wrong)(const struct sink_job *job);
	/* The keys that its credential must have, and a NULL; or NULL. */
	const char *const *needs;
	/*
	 * answer(c, a): what a request says; *a comes empty. False where it is
	 * not from the vendor, or too old. NULL: the vendor says nothing.
	 */
	bool (*answer)(const struct sink_call *c, struct sink_answer *a);
	/* reply(b, s): the sentence s as the vendor shows or reads it out;
	   NULL: it does not. Its type. */
	void (*reply)(struct buf *b, const char *s);
	const char *reply_type;
};

/* The key of the credential for `answer`; a route without it takes none. */
#define SINK_ANSWER_SECRET "answer_secret"

/* sink_answers(job): whether the route of a sink with `answer` takes
   answers. */
bool sink_answers(const struct sink_job *job);

/* How old a request may be that says when it was signed, in seconds. */
#define SINK_ANSWER_AGE 300

/*
 * sink_answer_by(a, name, where): set who says it: "ann (Slack)"; a name that
 * is NULL or empty becomes "somebody".
 */
void sink_answer_by(struct sink_answer *a, const char *name, const char *where);

/*
 * sink_answer_key(a, key): set which incident is meant; nothing where it is
 * NULL or too long.
 */
void sink_answer_key(struct sink_answer *a, const char *key);

/* sink_of(type): the sink of that type of route. */
const struct sink *sink_of(enum conf_route_type type);

/*
 * sink_judge(a): what an HTTP answer with a status means, unless the sink knows
 * better: 2xx is delivered; 408, 429 and 5xx are down; a redirect, and what is
 * about the address or who asks, such as 401, 404 and 410, has to be mended by
 * somebody; all others are refused.
 */
struct delivered sink_judge(const struct http_answer *a);

/*
 * sink_unsound(d, what): set *d for an answer that looks like success but does
 * not come from the vendor (`what`: "Slack's"): try again.
 */
void sink_unsound(struct delivered *d, const char *what);

/* sink_mail(job, from, to, out): begin a mail from one mailbox to another by the
   server of the route, whose message is still empty. */
void sink_mail(const struct sink_job *job, const struct mailbox *from,
	const struct mailbox *to, struct smtp_job *out);

/* sink_follows(e): whether events of the same incident may follow. */
bool sink_follows(const struct sink_event *e);

/* sink_loud(e): whether people must notice the event although a message of the
   incident is there: it got worse, or nobody has acknowledged. */
bool sink_loud(const struct sink_event *e);

/* sink_mend(d): somebody has to correct the route; the event is not at
   fault. */
void sink_mend(struct delivered *d);

/*
 * sink_vendors(job, domain): whether the route goes to the vendor, whose hosts
 * are in that domain.
 */
bool sink_vendors(const struct sink_job *job, const char *domain);

/*
 * sink_key_fits(key, form): whether a key has that form: h is a hex digit, x a
 * letter or digit, every other character itself. False where key is NULL.
 */
bool sink_key_fits(const char *key, const char *form);
#define SINK_HEX32 "hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh"
#define SINK_ALNUM32 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

/* sink_webhook and so on, each in sinks/NAME.c. */
#define SINK_DECLARE(TYPE, type, ...) extern const struct sink sink_##type;
CONF_ROUTE_TYPES(SINK_DECLARE)

/*
 * vendor.c: plain text for the vendors: cut to their limits, and escaped so
 * that no text of a server becomes markup, a link, or a mention of everybody.
 * Pure.
 */

/*
 * sink_cut(s, max, out, size): copy at most `max` characters of s to out, which
 * has `size` bytes; a text that is cut ends with "...". Returns out.
 */
const char *sink_cut(const char *s, size_t max, char *out, size_t size);

/*
 * sink_put_cut(b, s, max): append s, cut to `max` characters, as a JSON string.
 */
void sink_put_cut(struct buf *b, const char *s, size_t max);

/*
 * sink_put_escaped(b, s, max, escape): the same, escaped after it is cut by one
 * of the functions below.
 */
void sink_put_escaped(struct buf *b, const char *s, size_t max,
	void (*escape)(struct buf *b, const char *s));

/*
 * sink_text_within(b, s, max, left, escape): append s, cut to `max` characters
 * and to *left, which becomes less by those that it took; then escaped, unless
 * that is NULL. With it a message as a whole stays below a limit.
 */
void sink_text_within(struct buf *b, const char *s, size_t max, size_t *left,
	void (*escape)(struct buf *b, const char *s));

/* sink_text_slack(b, s): append s for Slack: &, < and > as entities. */
void sink_text_slack(struct buf *b, const char *s);

/* sink_text_discord(b, s): append s for Discord: its Markdown escaped, no
 * mention. */
void sink_text_discord(struct buf *b, const char *s);

/* sink_text_xml(b, s): append s as character data of XML 1.0. */
void sink_text_xml(struct buf *b, const char *s);

/*
 * sink_text_sms(b, s): append s with typographic dashes, quotes and dots as
 * ASCII: a single character beyond that halves the room of a message.
 */
void sink_text_sms(struct buf *b, const char *s);

#endif

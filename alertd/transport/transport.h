/* SPDX-License-Identifier: MIT */
/*
 * transport.h: how an event leaves this machine: over HTTP, as a mail, or to a
 * command; all that are under way side by side, in one loop; and what became of
 * each.
 */
#ifndef TRANSPORT_TRANSPORT_H
#define TRANSPORT_TRANSPORT_H

#include "base/buf.h"
#include "conf/formats.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Opaque. */
struct transfers;

/*
 * The result of one attempt to deliver an event to a route, and how long an
 * attempt may take.
 */

/* The longest that a request of an attempt takes. */
#define DELIVER_LIMIT_MS 10000
#define DELIVER_WHY 200
/* Room for the words of the other side. */
#define DELIVER_SAID 240
/* Room for a handle: a vendor's name for a message. */
#define DELIVER_HANDLE 160

struct delivered {
	bool ok;
	/*
	 * The route takes nothing at all now, so other events need not be
	 * tried; false: it refused only this one.
	 */
	bool down;
	bool refused; /* the route will never take this event */
	bool mend;    /* the route takes nothing until somebody mends the
			 configuration or a credential */
	bool own;     /* with mend: of one recipient alone, whom the others,
			 and other events, do not wait for; then not down */
	bool recipient; /* a mail server said it of the recipient */
	double retry_after_s; /* how long the route asks us to wait; or 0 */
	int done; /* requests that got through, or are owed; the next attempt
		     skips them */
	/* A bit for each request of these that was for a recipient whom
	   somebody has to correct: the next attempt repeats it, behind those
	   not yet sent. */
	unsigned long owed;
	char handle[DELIVER_HANDLE]; /* to be kept; "": nothing new */
	char why[DELIVER_WHY]; /* if not ok; names no URL and no secret */
	char said[DELIVER_SAID]; /* the words of the other side, or "" */
};

/*
 * transfers.c: HTTP requests, mails and commands that are under way side by
 * side, in one loop, so that none waits for another.
 */

struct transfers *transfers_new(void);
/* transfers_free(t): none may be under way; NULL is fine. */
void transfers_free(struct transfers *t);

/* The result of a command that was killed because it took too long. */
#define TRANSFER_LATE (-1)

/* Called once a transfer has ended; it may begin others. */
typedef void transfer_ended(void *arg, int result);

/*
 * transfers_handle(t): a handle of libcurl without options, or NULL; to be
 * given back with transfers_give_back(t, easy), where easy may be NULL.
 */
void *transfers_handle(struct transfers *t);
void transfers_give_back(struct transfers *t, void *easy);

/*
 * transfers_easy(t, easy, ended, arg): begin the transfer of that handle of
 * libcurl, whose CURLOPT_PRIVATE is t's meanwhile. Its result is a CURLcode.
 * False: it did not begin.
 */
bool transfers_easy(struct transfers *t, void *easy, transfer_ended *ended,
	void *arg);

/*
 * transfers_command(t, pid, ended, arg): await that child, which leads a
 * process group; after DELIVER_LIMIT_MS the group is killed. Its result is that
 * of waitpid(2), or TRANSFER_LATE.
 */
void transfers_command(struct transfers *t, pid_t pid, transfer_ended *ended,
	void *arg);

/*
 * transfers_wait(t, fd, ms): let the transfers go on until one has ended, or
 * for ms milliseconds, or until fd can be read (-1: there is none). Whether it
 * can be read.
 */
bool transfers_wait(struct transfers *t, int fd, int ms);

/*
 * http_client.c: HTTP requests to routes, and their answers. Only https,
 * except to loopback. Redirects are not followed: neither events nor secrets
 * may go where nobody configured them to go.
 */

/* More of an answer is not read. */
#define HTTP_ANSWER_MAX (64 * 1024)
/* No request is larger. */
#define HTTP_REQUEST_MAX (1024 * 1024)

/* Each part may hold secrets; http_request_release wipes them. */
struct http_request {
	const char *method; /* "POST" and so on; a GET has no body */
	const char *type;   /* of the body; a constant */
	struct buf url;
	struct buf body;
	struct buf field; /* one more header field, or empty */
	/* For basic authentication, or NULL; the caller's. */
	const char *user, *password;
	/* A stranger named the URL: no private address is connected to, and
	   no proxy asked, which could connect to one. */
	bool outward;
};

/* http_request_init(r): a POST of JSON, without URL and body yet. */
void http_request_init(struct http_request *r);
void http_request_release(struct http_request *r);

/*
 * http_allowed(url, local): whether the URL may be called: https, or http to
 * this machine. *local: whether it is on this machine.
 */
bool http_allowed(const char *url, bool *local);

/* loopback(host): whether it is this machine: 127.0.0.0/8, ::1 in brackets as
   in a URL, and the name that stands for them. */
bool loopback(const char *host);

/* The answer to a request. */
struct http_answer {
	/*
	 * The status; 0: there is no complete answer, and `why` says why. An
	 * answer that is cut at HTTP_ANSWER_MAX counts as complete.
	 */
	int status;
	const char *why;      /* a constant that names no address */
	double retry_after_s; /* 0: the answer does not say */
	struct buf body;      /* may hold anything but is followed by a NUL */
	bool cut;
	/* Not sent: the configuration or a credential forbids it, or the
	   certificate of the server. */
	bool untried;
};

void http_answer_release(struct http_answer *a);

/*
 * http_begin(t, r, a, ended, arg): start request r, which may take
 * DELIVER_LIMIT_MS, and call ended(arg) when *a is the answer. Keep *r and *a
 * in place until then; http_answer_release(a) in any case. False: nothing was
 * started, and *a says why.
 */
bool http_begin(struct transfers *t, const struct http_request *r,
	struct http_answer *a, void (*ended)(void *arg), void *arg);

/* http_join(url, base, path): append base, without a slash at its end, and
 * path. */
void http_join(struct buf *url, const char *base, const char *path);

/* http_escape(b, s): append s, percent-encoded (RFC 3986) for a path or a form. */
void http_escape(struct buf *b, const char *s);

/*
 * http_field(b, name, value): append "name=value" of a form, escaped, with an
 * ampersand before it if b is not empty.
 */
void http_field(struct buf *b, const char *name, const char *value);

/*
 * smtp_client.c: sends one message to one recipient over SMTP (RFC 5321). To
 * another machine only under TLS, by STARTTLS or from the start; certificates
 * are always checked.
 */

/* Room for a domain, or an address in brackets. */
#define SMTP_HELO 256

/* A mail. The strings that it points to are kept by others until it is sent. */
struct smtp_job {
	const char *url;  /* smtp://host:port or smtps://host:port */
	const char *user; /* NULL: nobody logs in */
	const char *password;
	const char *ca; /* a file with certificates to trust instead; or NULL */
	/* Our name, RFC 5321, 4.1.1.1; "": an address of ours. */
	char helo[SMTP_HELO];
	char from[MAILBOX_ADDRESS], to[MAILBOX_ADDRESS];
	struct buf message;
};

/*
 * smtp_begin(t, job, out, ended, arg): start to send the message, which may
 * take DELIVER_LIMIT_MS, and call ended(arg) when *out is the result. Keep *job
 * and *out in place until then. An answer of 4xx means "later"; of 5xx to the
 * message "refused"; of 5xx to the recipient that somebody has to correct that;
 * of 5xx before these, or because of our name or our commands, that somebody
 * has to correct something for all. False: nothing was started, and *out says
 * why.
 */
bool smtp_begin(struct transfers *t, const struct smtp_job *job,
	struct delivered *out, void (*ended)(void *arg), void *arg);

/*
 * exec.c: an event on the standard input of a command.
 */

/*
 * exec_begin(t, argv, body, out, ended, arg): run the command without a shell,
 * in a process group of its own, with the body and a newline on its standard
 * input, and our standard error for both its outputs; call ended(arg) when *out
 * is the result. It inherits no other descriptor, the part of our environment
 * that mcp-routes(5) names, and default signal actions. The event is delivered
 * if it exits with 0. After DELIVER_LIMIT_MS the group is killed. False:
 * nothing was started, and *out says why.
 */
bool exec_begin(struct transfers *t, char *const *argv, const char *body,
	struct delivered *out, void (*ended)(void *arg), void *arg);

/*
 * error_text.c: the words of a vendor or mail server about a request that it
 * refused. Pure.
 */

/* error_text_has(said, part): whether it contains the part; case is ignored. */
bool error_text_has(const char *said, const char *part);

/* error_text_has_one(said, parts): whether it contains one of the parts, a list
   that ends with NULL. */
bool error_text_has_one(const char *said, const char *const *parts);

/*
 * error_text_read(p, n, out): put the words of an answer of n bytes into out,
 * which has DELIVER_SAID bytes, shortened and without control characters: the
 * message and the errors of a JSON object, or the first line of a text. "" if
 * there are none, as in a page of HTML.
 */
void error_text_read(const char *p, size_t n, char *out);

/* error_text_copy(p, n, out): the same for a text that is all words. */
void error_text_copy(const char *p, size_t n, char *out);

/* error_text_why(d, out): put d->why, and the words if there are any, into out,
   which has DELIVER_SAID_WHY bytes; returns out. */
#define DELIVER_SAID_WHY (DELIVER_WHY + DELIVER_SAID + 10)
const char *error_text_why(const struct delivered *d, char *out);

/*
 * mime.c: writes an e-mail (RFC 5322) with text in UTF-8 (RFC 2045 to 2047).
 * No text can become a header field or end the message. Pure.
 */

/* Room for a Message-ID without its brackets, and its NUL. */
#define MAIL_ID 400

struct mail {
	const struct mailbox *from, *to;
	const char *subject;
	const char *text; /* lines end in a newline */
	const char *id;
	const char
		*thread; /* the id of the first mail of the thread; or NULL */
	int64_t at;	    /* epoch seconds */
	bool urgent;
	/* Where a POST ends a subscription (RFC 8058); or NULL. */
	const char *unsubscribe;
};

/*
 * mail_id(key, what, from, out): the Message-ID "HASH.WHAT@DOMAIN" of a mail
 * about the incident `key`; a mail with another key or `what` gets another. Of
 * `what` only letters, digits, '.', '_' and '-' are used. Returns out, which
 * has MAIL_ID bytes.
 */
const char *mail_id(const char *key, const char *what,
	const struct mailbox *from, char *out);

/*
 * mail_write(b, m): append mail m, its lines ending in CR LF and at most 76
 * characters long, except lines with an id, which some programs cannot read
 * when it is folded.
 */
void mail_write(struct buf *b, const struct mail *m);

#endif

/*
 * http_client.h: HTTP requests to routes, and their answers. Only https, except
 * to loopback. Redirects are not followed: neither events nor secrets may go
 * where nobody configured them to go.
 */
#ifndef TRANSPORT_HTTP_CLIENT_H
#define TRANSPORT_HTTP_CLIENT_H

#include "base/buf.h"

#include <stdbool.h>

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
};

/* http_request_init(r): a POST of JSON, without URL and body yet. */
void http_request_init(struct http_request *r);
void http_request_release(struct http_request *r);

/*
 * http_allowed(url, local): whether the URL may be called: https, or http to
 * this machine. *local: whether it is on this machine.
 */
bool http_allowed(const char *url, bool *local);

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

struct transfers;

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

/* http_escape(b, s): append s as RFC 3986 has it in a path or a form. */
void http_escape(struct buf *b, const char *s);

/*
 * http_field(b, name, value): append "name=value" of a form, escaped, with an
 * ampersand before it if b is not empty.
 */
void http_field(struct buf *b, const char *name, const char *value);

#endif

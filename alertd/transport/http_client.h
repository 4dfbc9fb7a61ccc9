/*
 * http_client.h: HTTP requests to routes, and their answers. Only https,
 * loopback apart; redirects are not followed: a page must not go where nobody
 * configured it to go, and a secret neither.
 */
#ifndef TRANSPORT_HTTP_CLIENT_H
#define TRANSPORT_HTTP_CLIENT_H

#include "base/buf.h"

#include <stdbool.h>

/* More of an answer is not read. */
#define HTTP_ANSWER_MAX (64 * 1024)
/* No request is larger. */
#define HTTP_REQUEST_MAX (1024 * 1024)

/* All of it may hold secrets; http_request_release wipes it. */
struct http_request {
	const char *method; /* "POST" and so on; a GET has no body */
	const char *type;   /* of the body; a constant */
	struct buf url;
	struct buf body;
	struct buf field; /* one more header field, or empty */
	/* For basic authentication, or NULL; the caller's. */
	const char *user, *password;
};

/* http_request_init(r): a POST of JSON to nowhere. */
void http_request_init(struct http_request *r);
void http_request_release(struct http_request *r);

/* What came of it. */
struct http_answer {
	/*
	 * The status; 0 where there is no whole answer, and then `why` says so.
	 * One that is longer than HTTP_ANSWER_MAX is whole, and cut.
	 */
	int status;
	const char *why;      /* a constant that names no address */
	double retry_after_s; /* 0 where it did not say */
	struct buf body;      /* may hold anything but is followed by a NUL */
	bool cut;
	/* Not sent at all, for what the configuration or a credential says. */
	bool untried;
};

void http_answer_release(struct http_answer *a);

/* Opaque. */
struct http_send;

struct http_send *http_send_new(void);
void http_send_free(struct http_send *h); /* NULL is fine */

/* No more are on their way together. */
#define HTTP_SEND_MAX 32

/*
 * http_begin(h, r, a, arg): send it; it may take DELIVER_LIMIT_MS. Until
 * http_end returns arg, *r and *a stay where they are. http_answer_release it,
 * in any case. False where nothing is on its way: then *a says why, at once.
 * http_end(h): wait for the next answer; NULL where none is to come.
 */
bool http_begin(struct http_send *h, const struct http_request *r,
	struct http_answer *a, void *arg);
void *http_end(struct http_send *h);

/* http_send(h, r, a): both, of one alone. */
void http_send(struct http_send *h, const struct http_request *r,
	struct http_answer *a);

/* http_join(url, base, path): append base, without a slash at its end, and path. */
void http_join(struct buf *url, const char *base, const char *path);

/* http_escape(b, s): append s as RFC 3986 has it in a path or a form. */
void http_escape(struct buf *b, const char *s);

/*
 * http_field(b, name, value): append "name=value" of a form, escaped, with an
 * ampersand before it if b is not empty.
 */
void http_field(struct buf *b, const char *name, const char *value);

#endif

/*
 * http_send.h: one HTTP request to a route, and its answer. Only https,
 * loopback apart; redirects are not followed: a page must not go where nobody
 * configured it to go, and a secret neither.
 */
#ifndef HTTP_SEND_H
#define HTTP_SEND_H

#include "buf.h"

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
};

void http_answer_release(struct http_answer *a);

/* Opaque. */
struct http_send;

struct http_send *http_send_new(void);
void http_send_free(struct http_send *h); /* NULL is fine */

/*
 * http_send(h, r, a): send it and wait for the answer, DELIVER_LIMIT_MS at the
 * most; http_answer_release it. False, and `why`, where it was not even tried,
 * for what the configuration or a credential says.
 */
bool http_send(struct http_send *h, const struct http_request *r,
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

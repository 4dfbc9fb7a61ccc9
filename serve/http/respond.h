/* SPDX-License-Identifier: MIT */
/*
 * respond.h: a response, and its output to the web server (RFC 3875, 6); its
 * HTTP caching: the ETag, and whether the client has it already (RFC 9110,
 * sections 8.8.3 and 13.1.2); by whom and for how long it may be kept:
 * Cache-Control (RFC 9111, section 5.2) and Vary. The cache in our own memory
 * is http/response_cache.h.
 */
#ifndef HTTP_RESPOND_H
#define HTTP_RESPOND_H

#include "base/buf.h"
#include "cgi/request.h"
#include "http/escape.h"

#include <stdbool.h>

enum cache {
	CACHE_MINUTE, /* a new verdict comes each minute */
	CACHE_DETAIL, /* details that people watch during an incident */
	CACHE_BRIEF,  /* an error, or the image of one: it may soon be over */
	CACHE_NEVER
};

enum audience {
	AUDIENCE_ALL,
	AUDIENCE_STRANGER, /* a client with a token may be told more */
	AUDIENCE_HOLDER	   /* only for the holder of a token, or of a cookie */
};

#define RESPOND_ETAG 80
#define RESPOND_LOCATION 1024
#define RESPOND_ORIGIN 272
#define RESPOND_COOKIE 256
/* More than any header needs. */
#define RESPOND_HEADER 8192

struct response {
	int status;
	const char *type;
	enum cache cache;
	enum audience audience;
	bool cookies; /* a cookie may stand for the token */
	char etag[RESPOND_ETAG]; /* with its quotes; "" for none */
	const char *allow; /* the methods that a 405 names; NULL: GET, HEAD */
	const char *policy; /* a Content-Security-Policy; NULL for ours */
	char images[RESPOND_ORIGIN]; /* from where else a page has one; or "" */
	bool anywhere; /* pages with cross-origin isolation may load it */
	char origin[RESPOND_ORIGIN]; /* whose pages may read it; or "": none, if
					it is for the holder of a token */
	const char *preflight; /* of an answer to OPTIONS: the header fields
				  that a page may send; NULL: it is none */
	union {
		struct buf body;
		struct html html; /* the same, where it is markup */
	};
	/*
	 * NULL; or the body is the beginning of one that is sent piece by
	 * piece, without ETag and Content-Length, and never kept: more(rest, b)
	 * appends the next piece, false: that was the last. respond_release
	 * frees rest with free(3).
	 */
	bool (*more)(void *rest, struct buf *b);
	void *rest;
	struct buf link; /* the value of a Link field (RFC 8288), or empty */
	char location[RESPOND_LOCATION]; /* where it is instead; or "" */
	char set_cookie[RESPOND_COOKIE]; /* only for a holder; or "" */
};

#define TYPE_JSON "application/json; charset=utf-8"
#define TYPE_HTML "text/html; charset=utf-8"
#define TYPE_JS "application/javascript; charset=utf-8"
#define TYPE_ATOM "application/atom+xml; charset=utf-8"
#define TYPE_CALENDAR "text/calendar; charset=utf-8"
#define TYPE_CSS "text/css; charset=utf-8"
#define TYPE_TEXT "text/plain; charset=utf-8"
#define TYPE_XML "application/xml; charset=utf-8"
/* The text format of Prometheus. */
#define TYPE_METRICS "text/plain; version=0.0.4"
#define TYPE_CSV "text/csv; charset=utf-8; header=present" /* RFC 4180 */
#define TYPE_PNG "image/png"
#define TYPE_SVG "image/svg+xml; charset=utf-8"

/* respond_init(r): status 200, JSON, no body; respond_release frees it. */
void respond_init(struct response *r);
void respond_release(struct response *r);

/*
 * respond_error(r, status, code, message): make r an error for programs: a
 * stable code, and a sentence for whoever reads the log.
 */
void respond_error(struct response *r, int status, const char *code,
	const char *message);

/*
 * respond_elsewhere(r, status, path): make r a redirect (301, for good, 302 or
 * 303) to a path of this site.
 */
void respond_elsewhere(struct response *r, int status, const char *path);

/*
 * respond_write(r, request, out): append the response as it goes to the web
 * server. A 200 becomes a 304 if the client has it already; a body that grew
 * beyond its limit becomes an error, in r too.
 */
void respond_write(struct response *r, const struct request *request,
	struct buf *out);

/*
 * respond_unchanged(text, out): append the 304 for what respond_write wrote as
 * a 200 with an ETag.
 */
void respond_unchanged(const char *text, struct buf *out);

/*
 * etag_of_body(r): give the response an ETag made of its body and its Link
 * field, for an answer that depends on more than a verdict.
 */
void etag_of_body(struct response *r);

/*
 * etag_matches(list, etag): whether an If-None-Match field, which may be NULL,
 * holds the ETag, compared weakly.
 */
bool etag_matches(const char *list, const char *etag);

/*
 * etag_max_age(r): for how many seconds Cache-Control lets anybody keep the
 * response; 0 where nobody may.
 */
int etag_max_age(const struct response *r);

#endif

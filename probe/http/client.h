/* SPDX-License-Identifier: MIT */
/*
 * client.h: HTTP requests of many probes at a time, in one thread, over
 * libcurl's multi interface. Only http/ knows libcurl.
 *
 * Redirects are not followed, cookies not kept, bodies not stored: what arrives
 * is handed on as it comes. Every request has a timeout of its own.
 */
#ifndef HTTP_CLIENT_H
#define HTTP_CLIENT_H

#include "http/deadline.h"
#include "terms/stale_cache_check.h"

#include <stdbool.h>
#include <stddef.h>

struct http;
struct http_response;
struct http_transfer;
struct http_trust;
struct lost_time;

struct http_config {
	const char *user_agent;
	const char *cacert; /* a PEM file instead of the machine's, or NULL */
	int ip_version; /* 4 or 6; 0 for either */
	bool http2;	/* each request speaks HTTP/2, if the server offers it */
	/* As curl's options of these names; NULL at the end, or NULL. */
	const char *const *resolve;
	const char *const *connect_to;
	bool trace;  /* show the exchange on standard error, see trace.c */
	bool labels; /* begin each line with the request's label */
	long width; /* how many probes there are at a time */
	/* Set by http_new: the environment names a proxy. */
	bool may_proxy;
};

/*
 * Whatever arrives costs time, even a single byte: each arrival counts as this
 * many bytes more.
 */
#define HTTP_ARRIVAL 4096

/* How a body is compressed. */
enum coding { CODING_NONE, CODING_GZIP, CODING_DEFLATE, CODING_BROTLI };

/* Functions that are called while a connection is made. */
struct http_watch {
	/* The name was resolved; r->address is connected to. */
	void (*resolved)(void *arg, const struct http_response *r);
	/* TCP and TLS stand, and the request is sent. */
	void (*connected)(void *arg, const struct http_response *r);
	void *arg;
};

struct http_request {
	const char *method;
	const char *url;
	/* The URL by url_parts, which must live as long as the request; or
	   NULL. */
	struct Curl_URL *parts;
	const char *const *headers; /* "Name: value", NULL at the end */
	const char *body;	    /* NULL for none */
	double timeout_ms;	    /* from start to end, at least 1 */
	/* The most bytes that may come over the network; 0: any number. */
	size_t network_max;
	/* Open a connection of its own, and resolve the name anew. */
	bool fresh;
	/* Close its connection at the end: no other request follows. */
	bool last;
	/* No request follows unless the answer holds this text: see
	   exchange.h. NULL: one may follow in any case. */
	const char *last_unless;
	/* Speak HTTP/2 if the server offers it; the official clients do not. */
	bool http2;
	/* Do not connect to loopback, private and link-local addresses; nor let
	   a proxy do so. */
	bool deny_private;
	/* A proxy would connect on our behalf, to any address it likes. */
	bool no_proxy;
	/* More authorities than this machine has; NULL: none. */
	struct http_trust *trust;
	/* PEM files of a client certificate and its key, or NULL. */
	const char *cert, *key;
	/*
	 * only_connect: send nothing, not even what HTTP/2 begins with; the
	 * request ends as HTTP_ENOUGH once the connection stands, TLS included.
	 * distrusted, only with it: accept any certificate, to read it.
	 */
	bool only_connect, distrusted;
	const struct http_watch *watch; /* lives until the end; NULL: nobody */
	const char *label; /* in a trace; NULL: the URL */
	bool confidential; /* its bodies are not traced */
};

enum http_end {
	HTTP_COMPLETE,	/* the whole response was read */
	HTTP_ENOUGH,	/* its reader had what it wanted before the end */
	HTTP_ABORTED,	/* its reader refused the rest */
	HTTP_FAILED,	/* the server's failure: see code and message */
	HTTP_OURS	/* this machine's failure: message says why */
};

/* How far the connection of a request came. */
enum http_phase { HTTP_RESOLVING, HTTP_CONNECTING, HTTP_SECURING, HTTP_READY };

/* A response as far as it has come. Strings are "" while unknown, and as the
   server sent them: hostile. */
struct http_response {
	enum http_end end;
	const char *code; /* with HTTP_FAILED: a dotted code, static */
	char message[320];
	enum http_phase phase;
	bool reused;	     /* over a connection that was open already */
	bool proxied;	     /* through the proxy of this machine */
	/* Since the start; 0: not yet, or over a reused connection. */
	double resolved_ms;  /* the name had an address */
	double tcp_ms;	     /* TCP stood */
	double connected_ms; /* TLS stood too: the request could be sent */
	double first_byte_ms;
	double total_ms;  /* the end */
	size_t fields_n;  /* bytes of header fields that came */
	size_t network_n; /* bytes that came, with HTTP_ARRIVAL for each time */
	char address[48];
	long port;
	char tls_version[16];
	double not_after; /* end of the certificate, epoch seconds; 0 unknown */
	/*
	 * When the first of all certificates that the server sent ends, and the
	 * name of the issuer whose certificate that is; "" for the server's
	 * own.
	 */
	double first_end;
	char first_issuer[4 * 64 + 1];
	bool cert_wanted; /* the server asked for a client certificate */
	bool cert_shown;  /* and this machine holds one to show */
	long status;	  /* 0 before the status line */
	const char *http_version; /* "1.1", "2", … static */
	/* How many codings, besides chunked, each field lists, and the last of
	   Content-Encoding; see http_codings. */
	unsigned transfer_codings, codings;
	enum coding coding;
	bool coding_unknown; /* a name in Content-Encoding is unknown */
	unsigned odd; /* FRAMING_ bits: why fetch refuses the head */
	double retry_s; /* Retry-After in seconds from now; 0 unknown */
	struct http_fields *fields; /* see http_fields; NULL: none came */
};

/* The header fields of a response that are kept. */
struct http_fields {
	char content_type[128];
	char location[1024];
	char redirect[1024]; /* location as an absolute URL, without query */
	char www_authenticate[4096]; /* all fields, joined with ", " */
	char session_id[1024];
	char retry_after[64];
	char cache_control[128];
	char signs[CACHE_SIGNS][72]; /* fields of a cache: terms/stale_cache_check.h */
	char pop[128]; /* which edge of a content network answered */
};

/* http_fields(r): the header fields of a response, "" where it has none;
   never NULL. They live as long as *r. */
const struct http_fields *http_fields(const struct http_response *r);

/* http_media_is(r, media): whether the Content-Type of r is this media type. */
bool http_media_is(const struct http_response *r, const char *media);

enum http_want { HTTP_WANT_MORE, HTTP_WANT_EOF, HTTP_WANT_NOTHING };

struct http_handler {
	/*
	 * n bytes of the body. Return HTTP_WANT_EOF where the answer is
	 * complete: the rest is read for a short time only, so that the
	 * connection can be reused; HTTP_WANT_NOTHING refuses the rest.
	 */
	enum http_want (*data)(void *arg, const struct http_response *r,
		const char *p, size_t n);
	/* The end. The transfer is gone; new ones may be started. */
	void (*done)(void *arg, const struct http_response *r);
};

/* http_new(c): NULL, with a message logged, where libcurl fails. */
struct http *http_new(const struct http_config *c);

/*
 * http_free(h): free h, but not what a resolver that hangs still uses. No
 * transfer may be running.
 */
void http_free(struct http *h);

/*
 * http_start(h, rq, handler, arg): begin a request; what rq points to is
 * copied. handler's functions get arg; `done` is called exactly once, from
 * http_turn, whatever happens; until then the transfer that is returned lives.
 * NULL where libcurl refuses the request, and then nothing is called.
 */
struct http_transfer *http_start(struct http *h, const struct http_request *rq,
	const struct http_handler *handler, void *arg);

/* http_lost(h): the time that http_turn lost, for deadlines (deadline.h). */
const struct lost_time *http_lost(const struct http *h);

/* http_stop(t): end the transfer soon, as HTTP_ENOUGH. */
void http_stop(struct http_transfer *t);

/*
 * http_last(t, last): whether no other request follows this one, as
 * http_request.last says it when it begins. libcurl looks through all the idle
 * connections when there is one too many, so none should be left behind.
 */
void http_last(struct http_transfer *t, bool last);

/*
 * http_after(h, ms, fn, arg): call fn(arg) from http_turn after ms
 * milliseconds. The timer lives until then, or until timers_cancel.
 */
struct timer *http_after(struct http *h, double ms, void (*fn)(void *arg),
	void *arg);

/* http_note(h, label, text): show a line in the trace, if there is one;
   label as in a request. */
void http_note(const struct http *h, const char *label, const char *text);

/*
 * http_turn(h, max_ms): wait for something to happen, at most max_ms, and
 * handle it. Returns whether that was little: where it is false, to start more
 * would make those wait that are running.
 */
bool http_turn(struct http *h, double max_ms);

#endif

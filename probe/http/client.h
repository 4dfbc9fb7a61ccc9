/*
 * client.h: one HTTP request at a time for each of many probes, over libcurl's
 * multi interface. The files http*.c and url.c are all that knows libcurl.
 *
 * Redirects are not followed, cookies not kept, bodies not stored: what arrives
 * is handed on as it comes. Every request has an end: its own deadline.
 */
#ifndef HTTP_CLIENT_H
#define HTTP_CLIENT_H

#include "http/timer.h"
#include "mcp/cache_check.h"

#include <stdbool.h>
#include <stddef.h>

struct http;
struct http_transfer;

struct http_config {
	const char *user_agent;
	const char *cacert; /* a PEM file instead of the system's, or NULL */
	/* Do not connect to loopback, private and link-local addresses. */
	bool deny_private;
	int ip_version; /* 4 or 6; 0 for either */
	bool http1;	/* HTTP/1.1 only; HTTP/2 is not negotiated */
	/* As curl's options of these names; NULL at the end, or NULL. */
	const char *const *resolve;
	const char *const *connect_to;
	bool trace;  /* show the exchange on standard error, see trace.h */
	bool labels; /* and in each line what it is about */
};

/*
 * Whatever comes costs some time, however little it is: that counts as so many
 * bytes.
 */
#define HTTP_ARRIVAL 4096

struct http_request {
	const char *method;
	const char *url;
	const char *const *headers; /* "Name: value", NULL at the end */
	const char *body;	    /* NULL for none */
	double timeout_ms;	    /* for all of it, at least 1 */
	/* Bytes that may come on the network; 0: any number. */
	size_t network_max;
	/* Open a connection of its own, and resolve the name anew. */
	bool fresh;
	/* This request alone may not reach private addresses. */
	bool deny_private;
	/* PEM files of a client certificate and its key, or NULL. */
	const char *cert, *key;
	/*
	 * Send nothing, not even what HTTP/2 begins with: once the connection
	 * stands, TLS included, it ends as HTTP_ENOUGH. Only then may it be
	 * distrusted: the certificate is read, whatever it is.
	 */
	bool only_connect, distrusted;
	const char *label; /* in a trace; NULL: the URL */
	bool confidential; /* its bodies are not traced */
};

enum http_end {
	HTTP_COMPLETE,	/* the whole response was read */
	HTTP_ENOUGH,	/* its reader had what it wanted before the end */
	HTTP_ABORTED,	/* its reader refused the rest */
	HTTP_FAILED,	/* code and message say at what and why */
	HTTP_OURS	/* we failed, not the server: message says why */
};

/* How far the connection of a request came. */
enum http_phase { HTTP_RESOLVING, HTTP_CONNECTING, HTTP_SECURING, HTTP_READY };

/*
 * What is known of a response so far. Strings are "" while unknown, and as the
 * server sent them: hostile.
 */
struct http_response {
	enum http_end end;
	const char *code; /* with HTTP_FAILED: a dotted code, static */
	char message[320];
	enum http_phase phase;
	bool reused;	     /* over a connection that was open already */
	bool proxied;	     /* through the proxy of this machine */
	/* After the start; 0 while it is not so, or over a reused connection. */
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
	 * The earliest end of all certificates that the server sent, and the
	 * name of the issuer that it is of; "" where it is the server's own.
	 */
	double first_end;
	char first_issuer[4 * 64 + 1];
	bool cert_wanted; /* the server asked for a client certificate */
	bool cert_shown;  /* and there is one to show */
	long status;	  /* 0 before the status line */
	const char *http_version; /* "1.1", "2", … static */
	unsigned codings;	  /* how many times the body is compressed */
	char content_type[128];
	char location[1024];
	char redirect[1024]; /* where that leads: absolute, without query */
	char www_authenticate[4096]; /* all fields, joined with ", " */
	char session_id[1024];
	char retry_after[64];
	double retry_s; /* what it says, from now on; 0 unknown */
	char cache_control[128];
	char signs[CACHE_SIGNS][72]; /* of a cache: see mcp/cache_check.h */
	char pop[128]; /* which edge of a content network answered */
};

enum http_want { HTTP_WANT_MORE, HTTP_WANT_EOF, HTTP_WANT_NOTHING };

struct http_handler {
	/* The name was resolved; connecting to r->address begins. May be NULL. */
	void (*resolved)(void *arg, const struct http_response *r);
	/* The connection stands, TLS included; the request goes out. NULL ok. */
	void (*connected)(void *arg, const struct http_response *r);
	/*
	 * n bytes of the body. HTTP_WANT_EOF: the answer is here, and the rest
	 * is waited for only shortly, so that the connection can be used again;
	 * HTTP_WANT_NOTHING: refuse the rest.
	 */
	enum http_want (*data)(void *arg, const struct http_response *r,
		const char *p, size_t n);
	/* The end. The transfer is gone; new ones may be started. */
	void (*done)(void *arg, const struct http_response *r);
};

/* http_new(c): NULL, with a message logged, where libcurl fails. */
struct http *http_new(const struct http_config *c);

/*
 * http_free(h): frees what can be freed without waiting for a resolver that
 * hangs. No transfer may be running.
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

/* http_stop(t): no more of it is wanted: it ends as HTTP_ENOUGH, soon. */
void http_stop(struct http_transfer *t);

/*
 * http_after(h, ms, fn, arg): call fn(arg) from http_turn after a time. The
 * timer lives until then, or until timers_cancel, which may come from anywhere.
 */
struct timer *http_after(struct http *h, double ms, void (*fn)(void *arg),
	void *arg);

/*
 * http_turn(h, max_ms): wait for something to happen, at most max_ms, and
 * handle it. Returns how many transfers are still running.
 */
size_t http_turn(struct http *h, double max_ms);

#endif

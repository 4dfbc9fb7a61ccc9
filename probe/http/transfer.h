/* SPDX-License-Identifier: MIT */
/*
 * transfer.h: the parts of a transfer of client.c, each in a file of its own:
 * the options of libcurl and its memory (setup.c), the proxy (proxy.c), sockets
 * (sockets.c), names (address.c), header fields (fields.c), compression
 * (decoding.c), the trace (trace.c) and why it failed (failure.c).
 * Other areas include client.h.
 */
#ifndef HTTP_TRANSFER_H
#define HTTP_TRANSFER_H

#include "base/buf.h"
#include "http/client.h"
#include "http/url.h"

#include <curl/curl.h>
#include <stdint.h>

struct http_tls;

/* ---- setup.c: the options of libcurl for a request, and its memory. */

/* Set an option of the easy handle e, unless the CURLcode rc is an error. */
#define HTTP_SET(option, value)                                                \
	do {                                                                   \
		if (!rc)                                                       \
			rc = curl_easy_setopt(e, option, value);               \
	} while (0)

#define HTTP_FIELDS_MAX 64

/* If more probes than this run at a time, each has smaller buffers for
   reading and sending. */
#define HTTP_MANY 200

struct http_setup {
	/* Lists that libcurl uses but does not copy. */
	struct curl_slist *fields, *resolve, *connect_to;
	size_t fields_cap;
	struct buf text;   /* of the fields and the body */
	const char *proxy; /* NULL for none */
	char host[256];	   /* of the URL, an IPv6 address without brackets */
	bool usual;	   /* easy may be used for another request */
	bool done;	   /* the options that all requests have are set */
};

/* http_setup_usual(c, rq): whether the request needs only those options that
   are set anew for each. */
bool http_setup_usual(const struct http_config *c,
	const struct http_request *rq);

/*
 * http_setup(s, easy, c, rq): set all options but the callbacks. False where
 * libcurl refuses one. s must live as long as easy, and stay where it is during
 * the request; http_setup_free releases it.
 */
bool http_setup(struct http_setup *s, CURL *easy, const struct http_config *c,
	const struct http_request *rq);

/*
 * http_setup_aim(s, easy, address): have a SOCKS proxy connect to this address
 * instead of resolving the name itself. An HTTP proxy still gets the name.
 * False where libcurl refuses it.
 */
bool http_setup_aim(struct http_setup *s, CURL *easy, const char *address);

/* http_setup_wipe(s): the request is over: wipe what it sent. */
void http_setup_wipe(struct http_setup *s);

/* http_setup_free(s): free the lists, once easy is gone. */
void http_setup_free(struct http_setup *s);

/* The least that libcurl takes, and a byte, by which they are known. */
#define UPLOAD_BUFFER ((size_t)16384 + 1)

/*
 * upload_buffers_reserve(n): address space for n buffers, once in a process and
 * before it has threads. Where there is none, they come from malloc(3).
 */
void upload_buffers_reserve(size_t n);

/*
 * For curl_global_init_mem: malloc(3), free(3) and realloc(3), but for what has
 * the size of such a buffer. That is asked for and given back by one thread.
 */
void *upload_buffer_malloc(size_t size);
void upload_buffer_free(void *p);
void *upload_buffer_realloc(void *p, size_t size);

/* ---- proxy.c: which proxy the environment names. */

/*
 * http_proxy_find(u): the value of http_proxy, https_proxy, HTTPS_PROXY,
 * all_proxy or ALL_PROXY that is for u, from the environment; NULL for none,
 * or where no_proxy or NO_PROXY names its host. Plain HTTP to the loopback goes
 * through a proxy only if that is on this machine too.
 */
const char *http_proxy_find(const struct url *u);

/* http_proxy_any(): whether the environment names a proxy at all. */
bool http_proxy_any(void);

/* http_proxy_hide(): mask the passwords of all proxies of the environment, see
   redaction/mask.c. */
void http_proxy_hide(void);

/* ---- sockets.c: the sockets of all open connections. */

struct http_socket; /* opaque: one of these for each descriptor */

struct http_sockets {
	struct http_socket *of; /* by descriptor */
	size_t n, cap;
	int epoll, bell;
};

/* http_sockets_init(s): false where the system has no descriptor left. */
bool http_sockets_init(struct http_sockets *s);
void http_sockets_release(struct http_sockets *s);

/* http_sockets_add(s, fd), http_sockets_drop(s, fd): fd was opened, is about to
   be closed. */
void http_sockets_add(struct http_sockets *s, int fd);
void http_sockets_drop(struct http_sockets *s, int fd);

/* http_sockets_note(s, fd, port, local_port): the connection of fd is from
   local_port to the server's port; else http_sockets_find asks the kernel. */
void http_sockets_note(
	struct http_sockets *s, int fd, int port, int local_port);

/* http_sockets_want(s, fd, what): wait for what CURLMOPT_SOCKETFUNCTION
   says. */
void http_sockets_want(struct http_sockets *s, int fd, int what);

/*
 * http_sockets_wait(s, max_ms, ready): wait for at most max_ms milliseconds.
 * Returns how many sockets are ready, with each its CURL_CSELECT_… bits.
 */
#define HTTP_SOCKETS_READY 64
struct http_ready {
	int fd, bits;
};
size_t http_sockets_wait(struct http_sockets *s, double max_ms,
	struct http_ready ready[HTTP_SOCKETS_READY]);

/*
 * http_sockets_left(s): whether this process may open as many descriptors as
 * libcurl takes to resolve a name.
 */
bool http_sockets_left(const struct http_sockets *s);

/* http_sockets_wake(s): end the wait, from any thread; s: the http_sockets. */
void http_sockets_wake(void *s);

/*
 * http_sockets_find(s, hint, port, local_port): a socket whose connection is
 * from local_port to the server's port, or -1. hint, if not -1, is tried first.
 */
int http_sockets_find(
	struct http_sockets *s, int hint, int port, int local_port);

/* ---- address.c: names that libcurl could not resolve, or that a proxy would. */

struct dns; /* opaque */

enum dns_end {
	DNS_RUNNING,
	DNS_PUBLIC,	 /* all its addresses are public */
	DNS_PRIVATE, /* at least one is not */
	DNS_NO_NAME,
	DNS_NO_ADDRESS, /* the name has no address of this version */
	DNS_TEMPORARY, /* the resolver or a name server fails for now */
	DNS_SHORT, /* this machine lacks open files, threads or memory */
	DNS_FAILED	   /* any other failure */
};

/*
 * dns_start(host, ip_version, wake, arg): ask for addresses of that version, 4
 * or 6, or 0 for both; wake(arg) is called from the thread once the answer is
 * there. NULL where no thread can be started.
 */
struct dns *dns_start(const char *host, int ip_version,
	void (*wake)(void *arg), void *arg);

/* dns_result(r): the answer, or DNS_RUNNING. */
enum dns_end dns_result(struct dns *r);

/*
 * dns_address(r): the first address in text, once the result is
 * DNS_PUBLIC or DNS_PRIVATE; lives as long as r.
 */
const char *dns_address(const struct dns *r);

/* dns_free(r): free it; a thread that still waits will not call wake. */
void dns_free(struct dns *r);

/* ---- fields.c: the header fields of a response that a probe keeps. */

/* http_fields_clear(r): forget all fields, and free them: another response
   begins, or r is of no more use. */
void http_fields_clear(struct http_response *r);

/* http_fields_add(r, p, n): a line "Name: value" of n bytes; r keeps what it
   has room for. */
void http_fields_add(struct http_response *r, const char *p, size_t n);

/*
 * http_codings(r): how many times the body is to be decompressed. If
 * Content-Encoding has an unknown name, clients decode none of its codings, and
 * none of them counts. http_coding(r): the last known coding of
 * Content-Encoding; CODING_NONE if there is none to decode.
 */
unsigned http_codings(const struct http_response *r);
enum coding http_coding(const struct http_response *r);

/*
 * http_fields_end(r, easy): fill in what is known at the end of a response:
 * status, HTTP version, the URL of a redirect, Retry-After in seconds.
 */
void http_fields_end(struct http_response *r, CURL *easy);

/* ---- decoding.c: compressed bodies. */

/* coding_of(name, n): the coding that has this name of n bytes, in any case;
   CODING_NONE for one that is not known. */
enum coding coding_of(const char *name, size_t n);

struct decoding; /* opaque */

/* decoding_new(c): c is not CODING_NONE. */
struct decoding *decoding_new(enum coding c);
void decoding_free(struct decoding *d);

/* Takes n decoded bytes; false where no more are wanted. */
typedef bool decoding_fn(void *arg, const char *p, size_t n);

/*
 * decoding_feed(d, p, n, fn, arg): decode n bytes more, and hand the result to
 * fn, up to 16 KiB at a time. False if the bytes are not in that coding. Once
 * fn has returned false, do not feed d any more.
 */
bool decoding_feed(struct decoding *d, const char *p, size_t n,
	decoding_fn *fn, void *arg);

/* ---- trace.c: a request and its response, for people. */

struct trace;

/* trace_new(rq, labels): begin the trace of a request; labels: begin each line
   with rq->label, or with its URL. */
struct trace *trace_new(const struct http_request *rq, int labels);

/* trace_note(t, fmt, ...): write a note. For this and all functions below t may
   be NULL: no trace. */
void trace_note(struct trace *t, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* trace_connected(t, r, names): the connection stands; names: the host names
   in the server's certificate. */
void trace_connected(struct trace *t, const struct http_response *r,
	const char *names);

/* trace_sent(t, p, n): n bytes of the head of the request were sent; after the
   last of them its body is shown. */
void trace_sent(struct trace *t, const char *p, size_t n);

/* trace_field(t, p, n): a line of the head of the response came. */
void trace_field(struct trace *t, const char *p, size_t n);

/* trace_body(t, p, n): n decoded bytes of the body of the response came. */
void trace_body(struct trace *t, const char *p, size_t n);

/* trace_end(t): show the body of the response, and free t. */
void trace_end(struct trace *t);

/* ---- failure.c: why a transfer failed, from what libcurl says. */

/* How a transfer ended. */
struct http_failure {
	CURLcode rc;
	CURL *easy;
	const char *error; /* libcurl's text */
	bool denied;	   /* r->address is private, which was not allowed */
	int lacked;	   /* errno: no socket could be opened for it; or 0 */
	int ip_version;	   /* 4 or 6 where only such addresses count, or 0 */
	bool fields;	   /* the header fields were too large */
	bool codings;	   /* the body is compressed more than once */
	bool undecoded;	   /* or not as it says */
	const char *misframed; /* why its head is invalid, or NULL */
	const struct http_tls *tls;
	double after_ms; /* since the start */
};

/*
 * failure_transfer(r, f): set r->end, code and message for a transfer that
 * failed. A proxy of ours that cannot be used, or a socket or port that this
 * machine does not have, is no failure of the server: HTTP_OURS.
 */
void failure_transfer(struct http_response *r, const struct http_failure *f);

/*
 * failure_late(f): whether a transfer may have failed only because this machine
 * was slow: it took too long, or the server gave up on us.
 */
bool failure_late(const struct http_failure *f);

/* failure_held_up(r, d): where this machine was held up since d was set,
   that is why the transfer failed: HTTP_OURS. False where it was not. */
bool failure_held_up(struct http_response *r, const struct deadline *d);

/* failure_proxy_auth(r): a request over plain HTTP was answered with 407, which
   comes from this machine's proxy: HTTP_OURS. */
void failure_proxy_auth(struct http_response *r);

/*
 * failure_detour(r, end, host): a proxy may not be asked for this host, because
 * r->address, which it resolves to, is private, or it does not resolve.
 */
void failure_detour(struct http_response *r, enum dns_end end,
	const char *host);

/*
 * failure_host(easy, error, out, size): the name that did not resolve; error:
 * libcurl's text. False where it is not known, or the resolver could not be
 * asked.
 */
bool failure_host(CURL *easy, const char *error, char *out, size_t size);

/*
 * failure_unresolved(r, end, ip_version): the name did not resolve, and this is
 * why: set r's code and message, or with DNS_SHORT HTTP_OURS. ip_version as in
 * dns_start.
 */
void failure_unresolved(struct http_response *r, enum dns_end end,
	int ip_version);

#endif

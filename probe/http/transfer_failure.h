/*
 * transfer_failure.h: why a transfer failed, from what libcurl says: TCP, proxy
 * and HTTP errors. TLS errors are in tls.h, DNS errors in dns.h.
 */
#ifndef HTTP_TRANSFER_FAILURE_H
#define HTTP_TRANSFER_FAILURE_H

#include "http/dns.h"

#include <curl/curl.h>
#include <stdbool.h>

struct deadline;
struct http_response;
struct http_tls;

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
	const char *misframed; /* what is invalid in its head, or NULL */
	const struct http_tls *tls;
	double after_ms; /* since the start */
};

/*
 * http_fail(r, f): set r->end, code and message for a transfer that failed. A
 * proxy of ours that cannot be used, or a socket or port that this machine does
 * not have, is no failure of the server: HTTP_OURS.
 */
void http_fail(struct http_response *r, const struct http_failure *f);

/*
 * transfer_failure_late(f): whether a transfer may have failed only because
 * this machine was slow: it took too long, or the server gave up on us.
 */
bool transfer_failure_late(const struct http_failure *f);

/*
 * transfer_failure_held_up(r, d): where this machine was held up since d was
 * set, that is why the transfer failed: HTTP_OURS. False where it was not.
 */
bool transfer_failure_held_up(
	struct http_response *r, const struct deadline *d);

/*
 * transfer_failure_proxy_auth(r): a request over plain HTTP was answered with
 * 407, which comes from this machine's proxy: HTTP_OURS.
 */
void transfer_failure_proxy_auth(struct http_response *r);

/*
 * transfer_failure_detour(r, end, host): a proxy may not be asked for this
 * host, because r->address, which it resolves to, is private, or it does not
 * resolve.
 */
void transfer_failure_detour(struct http_response *r, enum dns_end end,
	const char *host);

/*
 * transfer_failure_name(easy, error, out, size): the name that did not resolve;
 * error: libcurl's text. False where it is not known, or the resolver could not
 * be asked.
 */
bool transfer_failure_name(
	CURL *easy, const char *error, char *out, size_t size);

#endif

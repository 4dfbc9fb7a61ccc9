/*
 * tls.h: TLS errors. Notes while a connection is made what libcurl does not
 * tell: which certificate was refused and why, the server's last alert, and
 * whether the server asked for a client certificate; and says what went wrong.
 */
#ifndef HTTP_TLS_H
#define HTTP_TLS_H

#include <curl/curl.h>
#include <stdbool.h>

struct http_response;

/* Shared by a request and the connections that it opened. */
struct http_tls {
	int users;
	double began_ms; /* monotonic: the handshake began; 0 before */
	bool cert_wanted;
	int alert;	/* the last that the server sent (RFC 8446, 6); or -1 */
	int depth;	/* where verification failed; 0 is the server's own */
	char names[240]; /* host names in the server's certificate, cut */
	char issuer[120]; /* of the certificate that failed */
	char from[24], until[24]; /* its validity, in RFC 3339 */
	struct x509_store_st *store; /* what is trusted; NULL: as libcurl has it */
};

struct http_tls *http_tls_new(void);

/* http_tls_drop(t): t has one user less; the last frees it. NULL is fine. */
void http_tls_drop(struct http_tls *t);

/* http_tls_watch: for CURLOPT_SSL_CTX_FUNCTION; arg is a struct http_tls. */
CURLcode http_tls_watch(CURL *easy, void *ctx, void *arg);

/*
 * http_tls_facts(r, easy): fill in the TLS version and the certificate of the
 * connection that easy uses, and whether its server asked for a client
 * certificate.
 */
void http_tls_facts(struct http_response *r, CURL *easy);

/*
 * http_tls_fail_certificate(r, t, easy, error): the server's certificate was
 * not accepted: set r's code and message. error: libcurl's text.
 */
void http_tls_fail_certificate(struct http_response *r,
	const struct http_tls *t, CURL *easy, const char *error);

/* http_tls_fail_handshake(r, t, error): the handshake ended in another way. */
void http_tls_fail_handshake(struct http_response *r, const struct http_tls *t,
	const char *error);

/*
 * http_tls_fail_for_ours(r, t): whether a connection broke for want of a client
 * certificate, or for the one that was shown; then r's code and message are
 * set. In TLS 1.3 that shows only when the response is read.
 */
bool http_tls_fail_for_ours(struct http_response *r, const struct http_tls *t);

#endif

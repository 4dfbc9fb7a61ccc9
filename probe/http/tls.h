/* SPDX-License-Identifier: MIT */
/*
 * tls.h: what libcurl does not tell of TLS, noted while a connection is made:
 * which certificate was refused and why, the server's last alert, and whether
 * the server asked for a client certificate (failure.c has the words); and when
 * certificates end.
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
	struct x509_store_st *store; /* the authorities; NULL: libcurl's */
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

/* certificate_file_end(path): when the first certificate in a PEM file ends, in
   epoch seconds; 0 where it holds none. */
double certificate_file_end(const char *path);

#endif

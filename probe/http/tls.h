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
#include <stddef.h>

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

struct x509_store_st;

/* Opaque. */
struct http_trust;

/*
 * Room for the reason why an authority cannot be used; the most bytes in PEM;
 * and how many different ones there may be: who sends targets pays for no
 * memory here.
 */
#define TRUST_WHY 300
#define TRUST_MAX (64 * 1024)
#define TRUST_MOST 1000

/* trust_inline(ca): whether ca is no file, but the certificates themselves. */
bool trust_inline(const char *ca);

/*
 * trust_read(ca, why): the certificates of ca. They live until trust_forget.
 * NULL and why, of TRUST_WHY bytes: there is no such file, or no certificate in
 * it, or one that cannot be read, or there are more than TRUST_MAX bytes, or
 * TRUST_MOST others.
 */
struct http_trust *trust_read(const char *ca, char *why);

/* trust_pem(t, n): its certificates in PEM, n bytes; libcurl keeps apart the
   connections that were made with others. */
const char *trust_pem(const struct http_trust *t, size_t *n);

/*
 * trust_store(t, cacert): those and the authorities of this machine, in the
 * file cacert, which is the same each time; NULL, or one that is not there:
 * there are none. It belongs to t. NULL: there is no memory for it.
 */
struct x509_store_st *trust_store(struct http_trust *t, const char *cacert);

/* trust_forget(): frees all of them. */
void trust_forget(void);

#endif

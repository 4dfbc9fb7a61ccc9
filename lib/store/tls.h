/*
 * tls.h: TLS, 1.2 at least, as a thing between two streams of bytes: it never
 * sees a socket. The other side's certificate is verified, and must be for the
 * host or the address that we connect to. Only tls.c knows OpenSSL's TLS.
 */
#ifndef STORE_TLS_H
#define STORE_TLS_H

#include "store/store.h"

/* What all connections of a store share; and one connection. Opaque. */
struct tls;
struct tls_session;

/*
 * tls_new(ca, why): trust the certificates of the file `ca`; NULL: of
 * $MCP_STORE_CA; without either those that the system trusts, or the files that
 * OpenSSL's own SSL_CERT_FILE and SSL_CERT_DIR name. $MCP_STORE_CERT and
 * $MCP_STORE_KEY are what we show, if anything; only its owner may read the
 * key. NULL and why, which has STORE_WHY bytes.
 */
struct tls *tls_new(const char *ca, char *why);
void tls_free(struct tls *t);

/* tls_open(t, host): a session with a host, which is its name or address. */
struct tls_session *tls_open(struct tls *t, const char *host);
void tls_close(struct tls_session *s);

/*
 * tls_ready(s): make what progress can be made with the handshake: 1 once it is
 * done, 0 while more has to come in or go out, -1: it failed, and tls_why(s).
 */
int tls_ready(struct tls_session *s);
const char *tls_why(const struct tls_session *s);

/*
 * tls_put(s, p, n): n bytes that came over the socket. tls_take(s, p, size): at
 * most `size` bytes that are to go over it, to p; returns how many.
 */
void tls_put(struct tls_session *s, const void *p, size_t n);
size_t tls_take(struct tls_session *s, void *p, size_t size);

/*
 * tls_write(s, p, n): send n bytes; returns how many were taken, or -1.
 * tls_read(s, p, size): at most `size` bytes that were received, to p; returns
 * how many, 0 where all that came has been read, or -1: it failed or was ended,
 * and tls_why(s).
 */
long tls_write(struct tls_session *s, const void *p, size_t n);
long tls_read(struct tls_session *s, void *p, size_t size);

#endif

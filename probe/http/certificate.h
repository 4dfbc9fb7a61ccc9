/*
 * certificate.h: when certificates end.
 */
#ifndef HTTP_CERTIFICATE_H
#define HTTP_CERTIFICATE_H

#include <openssl/ssl.h>
#include <stddef.h>

/* certificate_time(t): in epoch seconds; 0 where it cannot be read. */
double certificate_time(const ASN1_TIME *t);

/* certificate_file_end(path): of the first in a PEM file; 0 for none. */
double certificate_file_end(const char *path);

/*
 * certificate_first_end(ssl, after, issuer, size): the earliest end of the
 * certificates that the peer sent, of those that end after that instant; 0
 * where there is none. issuer, of size bytes, gets the common name of the one
 * that it is of, or "" where that is the peer's own.
 */
double certificate_first_end(SSL *ssl, double after, char *issuer, size_t size);

#endif

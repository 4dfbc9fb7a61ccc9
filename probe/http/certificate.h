/*
 * certificate.h: when certificates end.
 */
#ifndef HTTP_CERTIFICATE_H
#define HTTP_CERTIFICATE_H

#include <openssl/ssl.h>
#include <stddef.h>

/* certificate_time(t): t in epoch seconds; 0 where it cannot be read. */
double certificate_time(const ASN1_TIME *t);

/* certificate_file_end(path): when the first certificate in a PEM file ends, in
   epoch seconds; 0 where it holds none. */
double certificate_file_end(const char *path);

/*
 * certificate_first_end(ssl, after, issuer, size): the earliest end, in epoch
 * seconds, of those certificates from the peer's chain that end later than
 * `after`; 0 where there is none. issuer, of size bytes, gets the common name
 * of the certificate that ends then, or "" where it is the peer's own.
 */
double certificate_first_end(SSL *ssl, double after, char *issuer, size_t size);

#endif

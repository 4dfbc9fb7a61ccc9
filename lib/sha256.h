/*
 * sha256.h: SHA-256 (FIPS 180-4) in lower-case hex.
 */
#ifndef SHA256_H
#define SHA256_H

#include <stddef.h>

/* Room for the digest in hex and its NUL. */
#define SHA256_HEX 65

/* sha256_hex(p, n, out): the digest of n bytes; out has SHA256_HEX bytes. */
void sha256_hex(const void *p, size_t n, char *out);

#endif

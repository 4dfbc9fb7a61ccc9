/* SPDX-License-Identifier: MIT */
/*
 * sha256.h: SHA-256 (FIPS 180-4), and HMAC with it (RFC 2104), in lower-case
 * hex.
 */
#ifndef BASE_SHA256_H
#define BASE_SHA256_H

#include <stdbool.h>
#include <stddef.h>

/* Room for the digest in hex and its NUL. */
#define SHA256_HEX 65

/* sha256_hex(p, n, out): the digest of n bytes; out has SHA256_HEX bytes. */
void sha256_hex(const void *p, size_t n, char *out);

/*
 * sha256_hmac(key, text, out): the HMAC-SHA256 of a text under a key; out has
 * SHA256_HEX bytes.
 */
void sha256_hmac(const char *key, const char *text, char *out);

/*
 * sha256_same(a, b): whether two digests, each of 64 characters, are the same.
 * The time taken does not show where they differ.
 */
bool sha256_same(const char *a, const char *b);

struct sha256; /* opaque: the digest of bytes that come piece by piece */

/* sha256_new(): the digest of no bytes yet. sha256_free(s): NULL is fine. */
struct sha256 *sha256_new(void);
void sha256_free(struct sha256 *s);

/*
 * sha256_add(s, p, n): add n bytes. sha256_end(s, out): write the digest of all
 * bytes to out, as sha256_hex does, and begin anew.
 */
void sha256_add(struct sha256 *s, const void *p, size_t n);
void sha256_end(struct sha256 *s, char *out);

#endif

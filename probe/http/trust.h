/* SPDX-License-Identifier: MIT */
/*
 * trust.h: the authorities that probes trust besides those of this machine, as
 * the `ca` of a target says: certificates in PEM, or the file that has them.
 * The certificates that several targets name are kept once.
 */
#ifndef HTTP_TRUST_H
#define HTTP_TRUST_H

#include <stdbool.h>
#include <stddef.h>

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

/* SPDX-License-Identifier: MIT */
/*
 * trust.c: a probe asks its server and those that issue tokens for it, whose
 * certificates may come from a private authority and from public ones; so a
 * `ca` adds to what is trusted. The authorities of this machine are read once.
 */
#include "http/trust.h"

#include "base/files.h"
#include "base/xalloc.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct http_trust {
	struct http_trust *next;
	STACK_OF(X509) * certs;
	X509_STORE *store; /* NULL until it is wanted */
	char *pem;
	size_t n;
};

static struct http_trust *all;
static size_t n_all;
static STACK_OF(X509) * machine; /* what this machine trusts; NULL: not read */

__attribute__((format(printf, 2, 3))) static void *refuse(
	char *why, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, TRUST_WHY, format, args);
	va_end(args);
	return NULL;
}

bool trust_inline(const char *ca)
{
	return strstr(ca, "-----BEGIN ") != NULL;
}

/* Whether the next certificate of a text is there and goes into the list; false
   at the end, too, and *sound says whether it is the end. */
static bool next_certificate(BIO *in, STACK_OF(X509) * certs, bool *sound)
{
	X509 *cert;
	unsigned long e;

	ERR_clear_error();
	cert = PEM_read_bio_X509_AUX(in, NULL, NULL, NULL);
	if (cert && sk_X509_push(certs, cert))
		return true;
	X509_free(cert);
	e = ERR_peek_last_error();
	ERR_clear_error();
	*sound = ERR_GET_LIB(e) == ERR_LIB_PEM &&
		ERR_GET_REASON(e) == PEM_R_NO_START_LINE;
	return false;
}

/* The certificates of a text in PEM, with other things between them. */
static STACK_OF(X509) * take_certificates(const char *pem, size_t n, bool *sound)
{
	STACK_OF(X509) *certs = sk_X509_new_null();
	BIO *in = BIO_new_mem_buf(pem, (int)n);

	*sound = false;
	while (in && certs && next_certificate(in, certs, sound))
		;
	BIO_free(in);
	return certs;
}

/* Takes ownership of pem. */
static struct http_trust *add_trust(
	const char *what, char *pem, size_t n, char *why)
{
	struct http_trust *t;
	bool sound;

	if (n > TRUST_MAX) {
		free(pem);
		return refuse(why, "ca: %.200s: larger than 64 KiB", what);
	}
	for (t = all; t; t = t->next) {
		if (t->n != n || memcmp(t->pem, pem, n) != 0)
			continue;
		free(pem);
		return t;
	}
	if (n_all == TRUST_MOST) {
		free(pem);
		return refuse(why, "ca: %.200s: more than %d different values "
				   "of ca",
			what, TRUST_MOST);
	}
	t = xcalloc(1, sizeof *t);
	t->certs = take_certificates(pem, n, &sound);
	t->pem = pem;
	t->n = n;
	t->next = all;
	if (sound && sk_X509_num(t->certs) > 0) {
		n_all++;
		return all = t;
	}
	refuse(why, sound ? "ca: %.200s: contains no certificate in PEM"
			  : "ca: %.200s: contains a certificate that cannot be "
			    "read",
		what);
	sk_X509_pop_free(t->certs, X509_free);
	free(t->pem);
	free(t);
	return NULL;
}

struct http_trust *trust_read(const char *ca, char *why)
{
	size_t n = strlen(ca);
	const char *cause;
	char *pem;

	if (trust_inline(ca))
		return add_trust("its text", xstrndup(ca, n), n, why);
	pem = file_text(ca, TRUST_MAX, &n, &cause);
	return pem ? add_trust(ca, pem, n, why)
		   : refuse(why, "ca: %.200s: %s", ca, cause);
}

const char *trust_pem(const struct http_trust *t, size_t *n)
{
	*n = t->n;
	return t->pem;
}

/* The authorities of this machine; none where it has no such file. */
static STACK_OF(X509) * of_machine(const char *cacert)
{
	BIO *in;
	bool sound = true;

	if (machine)
		return machine;
	machine = sk_X509_new_null();
	in = cacert ? BIO_new_file(cacert, "r") : NULL;
	while (in && machine && next_certificate(in, machine, &sound))
		;
	BIO_free(in);
	return machine;
}

static bool put_all(X509_STORE *store, const STACK_OF(X509) * certs)
{
	bool ok = true;

	for (int i = 0; i < sk_X509_num(certs); i++)
		ok = X509_STORE_add_cert(store, sk_X509_value(certs, i)) && ok;
	return ok;
}

struct x509_store_st *trust_store(struct http_trust *t, const char *cacert)
{
	/* As libcurl: a server's own certificate is authority enough. */
	const unsigned long flags =
		X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_PARTIAL_CHAIN;

	if (t->store)
		return t->store;
	t->store = X509_STORE_new();
	if (t->store && put_all(t->store, of_machine(cacert)) &&
		put_all(t->store, t->certs) &&
		X509_STORE_set_flags(t->store, flags))
		return t->store;
	X509_STORE_free(t->store);
	return t->store = NULL;
}

void trust_forget(void)
{
	while (all) {
		struct http_trust *t = all;

		all = t->next;
		X509_STORE_free(t->store);
		sk_X509_pop_free(t->certs, X509_free);
		free(t->pem);
		free(t);
	}
	n_all = 0;
	sk_X509_pop_free(machine, X509_free);
	machine = NULL;
}

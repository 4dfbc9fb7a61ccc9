/* SPDX-License-Identifier: MIT */
#include "http/tls.h"

#include "base/clock.h"
#include "base/files.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "http/client.h"

#include <math.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The most certificates of a chain that are looked at; TLS allows more. */
#define CHAIN_MAX 100

/* In epoch seconds; 0 where it cannot be read. */
static double certificate_time(const ASN1_TIME *t)
{
	ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
	int days, seconds;
	double s = 0;

	if (epoch &&
		ASN1_TIME_diff(&days, &seconds, epoch, t))
		s = days * 86400.0 + seconds;
	ASN1_TIME_free(epoch);
	return s;
}

double certificate_file_end(const char *path)
{
	FILE *f = fopen(path, "re");
	X509 *cert = f ? PEM_read_X509(f, NULL, NULL, NULL) : NULL;
	double end = cert ? certificate_time(X509_get0_notAfter(cert))
			  : 0;

	X509_free(cert);
	if (f)
		fclose(f);
	return end;
}

/* The common name that a certificate gives itself, or else "unnamed". */
static void put_common_name(const X509 *cert, char *out, size_t size)
{
	const X509_NAME *name = X509_get_subject_name(cert);
	int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
	unsigned char *text = NULL;
	int n = -1;

	if (at >= 0)
		n = ASN1_STRING_to_UTF8(&text,
			X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
	if (n > 0)
		text_clean((char *)text, (size_t)n, out, size, 64);
	else
		snprintf(out, size, "unnamed");
	OPENSSL_free(text);
}

/*
 * The earliest end of those certificates from the peer's chain that end later
 * than `after`; 0 where there is none. issuer gets the common name of that
 * certificate, or "" where it is the peer's own.
 */
static double certificate_first_end(
	SSL *ssl, double after, char *issuer, size_t size)
{
	const STACK_OF(X509) *chain = SSL_get_peer_cert_chain(ssl);
	double first = 0;

	issuer[0] = '\0';
	for (int i = 0; i < sk_X509_num(chain) && i < CHAIN_MAX; i++) {
		const X509 *cert = sk_X509_value(chain, i);
		double end = certificate_time(X509_get0_notAfter(cert));

		if (!(end > after) || (first > 0 && end >= first))
			continue;
		first = end;
		if (i > 0)
			put_common_name(cert, issuer, size);
	}
	return first;
}

struct http_tls *http_tls_new(void)
{
	struct http_tls *t = xcalloc(1, sizeof *t);

	t->users = 1;
	t->alert = -1;
	return t;
}

void http_tls_drop(struct http_tls *t)
{
	if (t && --t->users == 0)
		free(t);
}

static void on_free(void *parent, void *t, CRYPTO_EX_DATA *ad, int index,
	long argl, void *argp)
{
	(void)parent;
	(void)ad;
	(void)index;
	(void)argl;
	(void)argp;
	http_tls_drop(t);
}

/* The place in a connection's context for its struct http_tls. */
static int context_index(void)
{
	static int index = -1;

	if (index < 0)
		index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, on_free);
	return index;
}

static struct http_tls *notes_of(const SSL *ssl)
{
	return ssl ? SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), context_index())
		   : NULL;
}

/* Called where the server asks for a client certificate. */
static int on_wanted(SSL *ssl, void *arg)
{
	struct http_tls *t = notes_of(ssl);

	(void)arg;
	if (t)
		t->cert_wanted = true;
	return 1;
}

static void on_info(const SSL *ssl, int where, int value)
{
	struct http_tls *t = notes_of(ssl);

	/* The lower byte is the alert; 0 is the regular end, no error. */
	if (t && (where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT &&
		(value & 0xff))
		t->alert = value & 0xff;
}

/* Append a name to t->names, or "…" where there is no room for it. */
static void add_name(struct http_tls *t, const ASN1_STRING *s)
{
	size_t used = strlen(t->names), n = (size_t)ASN1_STRING_length(s);
	const char *p = (const char *)ASN1_STRING_get0_data(s);

	if (used && strcmp(t->names + used - 3, "…") == 0)
		return;
	if (used + 2 + n + sizeof ", …" > sizeof t->names) {
		snprintf(t->names + used, sizeof t->names - used, "%s…",
			used ? ", " : "");
		return;
	}
	if (used)
		used += (size_t)snprintf(t->names + used,
			sizeof t->names - used, ", ");
	text_clean(p, n, t->names + used, sizeof t->names - used, n);
}

static void add_address(struct http_tls *t, const ASN1_OCTET_STRING *a)
{
	char *s = NULL;
	ASN1_STRING *text = ASN1_STRING_new();
	const unsigned char *p = ASN1_STRING_get0_data(a);
	int n = ASN1_STRING_length(a);
	BIO *out = BIO_new(BIO_s_mem());

	if (text && out && n == 4)
		BIO_printf(out, "%d.%d.%d.%d", p[0], p[1], p[2], p[3]);
	else if (text && out && n == 16)
		for (int i = 0; i < 16; i += 2)
			BIO_printf(out, "%s%x", i ? ":" : "",
				p[i] << 8 | p[i + 1]);
	if (out && text) {
		n = (int)BIO_get_mem_data(out, &s);
		if (n > 0 && ASN1_STRING_set(text, s, n))
			add_name(t, text);
	}
	BIO_free(out);
	ASN1_STRING_free(text);
}

/* The names of a certificate (RFC 6125): the common name only where it has no
   others. */
static void note_names(struct http_tls *t, X509 *cert)
{
	GENERAL_NAMES *names =
		X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	X509_NAME *subject = X509_get_subject_name(cert);
	int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);

	t->names[0] = '\0';
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

		if (name->type == GEN_DNS)
			add_name(t, name->d.dNSName);
		else if (name->type == GEN_IPADD)
			add_address(t, name->d.iPAddress);
	}
	if (!*t->names && at >= 0)
		add_name(t,
			X509_NAME_ENTRY_get_data(
				X509_NAME_get_entry(subject, at)));
	GENERAL_NAMES_free(names);
}

static void note_time(char *out, size_t size, const ASN1_TIME *when)
{
	char text[CLOCK_RFC3339] = "";
	double s = certificate_time(when);

	if (s > 0)
		clock_rfc3339((int64_t)s, text);
	snprintf(out, size, "%s", text);
}

static void note_failed(struct http_tls *t, X509_STORE_CTX *store, X509 *cert)
{
	X509_NAME *issuer = X509_get_issuer_name(cert);
	char text[120];
	int n = X509_NAME_get_text_by_NID(issuer, NID_commonName, text,
		sizeof text);

	if (n < 0)
		n = X509_NAME_get_text_by_NID(issuer, NID_organizationName,
			text, sizeof text);
	text_clean(text, n < 0 ? 0 : strlen(text), t->issuer,
		sizeof t->issuer, sizeof t->issuer);
	t->depth = X509_STORE_CTX_get_error_depth(store);
	note_time(t->from, sizeof t->from, X509_get0_notBefore(cert));
	note_time(t->until, sizeof t->until, X509_get0_notAfter(cert));
}

/* Notes what failed, and leaves the result of the verification as it is. */
static int on_verify(int good, X509_STORE_CTX *store)
{
	struct http_tls *t = notes_of(X509_STORE_CTX_get_ex_data(store,
		SSL_get_ex_data_X509_STORE_CTX_idx()));
	X509 *cert = X509_STORE_CTX_get_current_cert(store);
	X509 *own = X509_STORE_CTX_get0_cert(store);

	if (t && own)
		note_names(t, own);
	if (t && cert && !good)
		note_failed(t, store, cert);
	return good;
}

CURLcode http_tls_watch(CURL *easy, void *ctx, void *arg)
{
	struct http_tls *t = arg;

	(void)easy;
	if (!SSL_CTX_set_ex_data(ctx, context_index(), t))
		return CURLE_OUT_OF_MEMORY;
	t->users++;
	if (!(t->began_ms > 0))
		t->began_ms = clock_mono_ms();
	/* Without it each connection holds 34 KiB while it waits. */
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_cert_cb(ctx, on_wanted, NULL);
	SSL_CTX_set_info_callback(ctx, on_info);
	SSL_CTX_set_verify(ctx, SSL_CTX_get_verify_mode(ctx), on_verify);
	if (t->store && !SSL_CTX_set1_verify_cert_store(ctx, t->store))
		return CURLE_OUT_OF_MEMORY;
	return CURLE_OK;
}

void http_tls_facts(struct http_response *r, CURL *easy)
{
	struct curl_tlssessioninfo *info = NULL;
	const struct http_tls *t;
	X509 *cert;
	SSL *ssl;
	bool verified;

	if (curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &info) ||
		!info || info->backend != CURLSSLBACKEND_OPENSSL)
		return;
	ssl = info->internals;
	if (!ssl)
		return;
	t = notes_of(ssl);
	r->cert_wanted = t && t->cert_wanted;
	snprintf(r->tls_version, sizeof r->tls_version, "%s",
		SSL_get_version(ssl));
	cert = SSL_get_peer_certificate(ssl);
	if (cert)
		r->not_after = certificate_time(X509_get0_notAfter(cert));
	X509_free(cert);
	/* An accepted chain may hold certificates that have ended: it was
	 * accepted without them. */
	verified = SSL_get_verify_mode(ssl) != SSL_VERIFY_NONE;
	r->first_end = certificate_first_end(ssl, verified ? clock_wall() : 0,
		r->first_issuer, sizeof r->first_issuer);
}

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

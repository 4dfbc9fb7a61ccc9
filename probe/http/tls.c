/* SPDX-License-Identifier: MIT */
#include "http/tls.h"

#include "base/clock.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "http/client.h"

#include <math.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
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

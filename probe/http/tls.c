#include "http/tls.h"

#include "base/clock.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "http/certificate.h"
#include "http/client.h"
#include "http/failure.h"

#include <math.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string.h>

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

/* Where a connection's context keeps its struct http_tls. */
static int place(void)
{
	static int index = -1;

	if (index < 0)
		index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, on_free);
	return index;
}

static struct http_tls *of(const SSL *ssl)
{
	return ssl ? SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), place()) : NULL;
}

/* Called where the server asks for a client certificate. */
static int on_wanted(SSL *ssl, void *arg)
{
	struct http_tls *t = of(ssl);

	(void)arg;
	if (t)
		t->cert_wanted = true;
	return 1;
}

static void on_info(const SSL *ssl, int where, int value)
{
	struct http_tls *t = of(ssl);

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
	struct http_tls *t = of(X509_STORE_CTX_get_ex_data(store,
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
	if (!SSL_CTX_set_ex_data(ctx, place(), t))
		return CURLE_OUT_OF_MEMORY;
	t->users++;
	if (!(t->began_ms > 0))
		t->began_ms = clock_mono_ms();
	/* Else each connection holds 34 KiB while it waits. */
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
	t = of(ssl);
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

/* What makes a private authority trusted. */
#define TRUST_IT "trust it by ca of the server in fleet.yaml(5), or by --cacert"

static const char *whose(const struct http_tls *t)
{
	return t->depth > 0 ? "a certificate above the server's" :
			      "the certificate";
}

static void fail_name(struct http_response *r,
	const struct http_tls *t)
{
	if (*t->names)
		failure_http(r, "tls.hostname",
			"the certificate is for other names: %s", t->names);
	else
		failure_http(r, "tls.hostname",
			"the certificate is for no name at all");
}

void http_tls_fail_certificate(struct http_response *r,
	const struct http_tls *t, CURL *easy, const char *error)
{
	long v = 0;

	curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &v);
	/* libcurl compares the name itself, and tells only in its message. */
	if (strstr(error, "subject name"))
		v = X509_V_ERR_HOSTNAME_MISMATCH;
	switch (v) {
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		fail_name(r, t);
		return;
	case X509_V_ERR_CERT_HAS_EXPIRED:
		failure_http(r, "tls.expired", "%s expired on %.10s",
			whose(t), t->until);
		return;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		failure_http(r, "tls.not-yet-valid",
			"%s is valid only from %s on; is a clock wrong?",
			whose(t), t->from);
		return;
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
		failure_http(r, "tls.self-signed",
			"the certificate is self-signed, so nobody vouches for "
			"it; " TRUST_IT);
		return;
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
		failure_http(r, "tls.self-signed",
			"the certificate leads to an authority that is not "
			"trusted here%s%s; " TRUST_IT,
			*t->issuer ? ", " : "", t->issuer);
		return;
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		failure_http(r, "tls.untrusted",
			"the issuer of %s%s%s%s is unknown here, or the server "
			"does not send its intermediate certificates; if the "
			"issuer is private, " TRUST_IT,
			whose(t), *t->issuer ? ", " : "", t->issuer,
			*t->issuer ? "," : "");
		return;
	default:
		failure_http(r, "tls.untrusted",
			"%s is not accepted: %s", whose(t),
			v ? X509_verify_cert_error_string(v) : error);
	}
}

/* Alerts by which a server refuses the certificate that it was shown. */
static bool refuses_ours(int alert)
{
	switch (alert) {
	case SSL_AD_BAD_CERTIFICATE:
	case SSL_AD_UNSUPPORTED_CERTIFICATE:
	case SSL_AD_CERTIFICATE_REVOKED:
	case SSL_AD_CERTIFICATE_EXPIRED:
	case SSL_AD_CERTIFICATE_UNKNOWN:
	case SSL_AD_UNKNOWN_CA:
	case SSL_AD_ACCESS_DENIED:
	case SSL_AD_DECRYPT_ERROR:
		return true;
	default:
		return false;
	}
}

bool http_tls_fail_for_ours(struct http_response *r, const struct http_tls *t)
{
	if (!r->cert_wanted || r->status)
		return false;
	if (!r->cert_shown)
		failure_http(r, "tls.client-certificate",
			"the server wants a client certificate, and none is "
			"held");
	else if (refuses_ours(t->alert))
		failure_http(r, "tls.client-certificate",
			"the server refuses the client certificate: %s",
			SSL_alert_desc_string_long(t->alert));
	else
		return false;
	return true;
}

void http_tls_fail_handshake(
	struct http_response *r, const struct http_tls *t, const char *error)
{
	if (http_tls_fail_for_ours(r, t))
		return;
	if (t->alert == SSL_AD_PROTOCOL_VERSION ||
		strstr(error, "unsupported protocol") ||
		strstr(error, "wrong ssl version"))
		failure_http(r, "tls.version",
			"the server speaks no version of TLS that is still in "
			"use; it needs TLS 1.2 or 1.3");
	else if (strstr(error, "wrong version number") ||
		strstr(error, "record layer failure") ||
		strstr(error, "packet length too long"))
		failure_http(r, "tls.not-tls",
			"what listens at this port does not speak TLS; is it "
			"an http:// URL?");
	else if (t->alert >= 0)
		failure_http(r, "tls.handshake",
			"the server ends the TLS handshake: %s",
			SSL_alert_desc_string_long(t->alert));
	else
		failure_http(r, "tls.handshake",
			"the TLS handshake failed: %s",
			*error ? error : "no reason given");
}

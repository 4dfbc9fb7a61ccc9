#include "http/tls_failure.h"

#include "http/client.h"
#include "http/tls.h"

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <string.h>

static const char *whose(const struct http_tls *t)
{
	return t->depth > 0 ? "a certificate above the server's" :
			      "the certificate";
}

static void fail_name(struct http_response *r,
	const struct http_tls *t)
{
	if (*t->names)
		transfer_failure_set(r, "tls.hostname",
			"the certificate is for other names: %s", t->names);
	else
		transfer_failure_set(r, "tls.hostname",
			"the certificate is for no name at all");
}

void transfer_failure_certificate(
	struct http_response *r, const struct http_failure *f)
{
	const struct http_tls *t = f->tls;
	long v = 0;

	curl_easy_getinfo(f->easy, CURLINFO_SSL_VERIFYRESULT, &v);
	/* libcurl compares the name by itself, and tells in words alone. */
	if (strstr(f->error, "subject name"))
		v = X509_V_ERR_HOSTNAME_MISMATCH;
	switch (v) {
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		fail_name(r, t);
		return;
	case X509_V_ERR_CERT_HAS_EXPIRED:
		transfer_failure_set(r, "tls.expired", "%s expired on %.10s",
			whose(t), t->until);
		return;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		transfer_failure_set(r, "tls.not-yet-valid",
			"%s is valid only from %s on; is a clock wrong?",
			whose(t), t->from);
		return;
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
		transfer_failure_set(r, "tls.self-signed",
			"the certificate is self-signed, so nobody vouches for "
			"it; see --cacert");
		return;
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
		transfer_failure_set(r, "tls.self-signed",
			"the certificate leads to an authority that is not "
			"trusted here%s%s; see --cacert",
			*t->issuer ? ", " : "", t->issuer);
		return;
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		transfer_failure_set(r, "tls.untrusted",
			"the issuer of %s%s%s%s is unknown here, or the server "
			"does not send the certificates between",
			whose(t), *t->issuer ? ", " : "", t->issuer,
			*t->issuer ? "," : "");
		return;
	default:
		transfer_failure_set(r, "tls.untrusted",
			"%s is not accepted: %s", whose(t),
			v ? X509_verify_cert_error_string(v) : f->error);
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

bool transfer_failure_client(
	struct http_response *r, const struct http_failure *f)
{
	const struct http_tls *t = f->tls;

	if (!r->cert_wanted || r->status)
		return false;
	if (!r->cert_shown)
		transfer_failure_set(r, "tls.client-certificate",
			"the server wants a client certificate, and none is "
			"held");
	else if (refuses_ours(t->alert))
		transfer_failure_set(r, "tls.client-certificate",
			"the server refuses the client certificate: %s",
			SSL_alert_desc_string_long(t->alert));
	else
		return false;
	return true;
}

void transfer_failure_handshake(
	struct http_response *r, const struct http_failure *f)
{
	const char *e = f->error;

	if (transfer_failure_client(r, f))
		return;
	if (f->tls->alert == SSL_AD_PROTOCOL_VERSION ||
		strstr(e, "unsupported protocol") ||
		strstr(e, "wrong ssl version"))
		transfer_failure_set(r, "tls.version",
			"the server speaks no version of TLS that is still in "
			"use; it needs TLS 1.2 or 1.3");
	else if (strstr(e, "wrong version number") ||
		strstr(e, "record layer failure") ||
		strstr(e, "packet length too long"))
		transfer_failure_set(r, "tls.not-tls",
			"what listens at this port does not speak TLS; is it "
			"an http:// URL?");
	else if (f->tls->alert >= 0)
		transfer_failure_set(r, "tls.handshake",
			"the server ends the TLS handshake: %s",
			SSL_alert_desc_string_long(f->tls->alert));
	else
		transfer_failure_set(r, "tls.handshake",
			"the TLS handshake failed: %s",
			*e ? e : "no reason given");
}

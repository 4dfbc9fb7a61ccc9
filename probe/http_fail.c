#include "http_fail.h"

#include "http.h"

#include <errno.h>
#include <openssl/x509_vfy.h>
#include <stdarg.h>

static void set(struct http_response *r, const char *code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void set(struct http_response *r, const char *code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(r->message, sizeof r->message, fmt, ap);
	va_end(ap);
	r->end = HTTP_FAILED;
	r->code = code;
}

static void fail_timeout(struct http_response *r)
{
	switch (r->phase) {
	case HTTP_RESOLVING:
		set(r, "dns.timeout", "the name did not resolve in time");
		return;
	case HTTP_CONNECTING:
		set(r, "tcp.timeout", "no TCP connection to %s port %ld in time",
			r->address, r->port);
		return;
	case HTTP_SECURING:
		set(r, "tls.timeout", "the TLS handshake did not end in time");
		return;
	case HTTP_READY:
		break;
	}
	if (r->status)
		set(r, "deadline", "the response did not end in time");
	else
		set(r, "deadline", "no response in time");
}

static void fail_connect(struct http_response *r, CURL *easy, const char *error)
{
	long os = 0;

	curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &os);
	switch (os) {
	case ECONNREFUSED:
		set(r, "tcp.refused", "%s port %ld refuses connections",
			r->address, r->port);
		return;
	case ETIMEDOUT:
		set(r, "tcp.timeout", "no answer from %s port %ld", r->address,
			r->port);
		return;
	case ENETUNREACH:
	case EHOSTUNREACH:
	case ENETDOWN:
		set(r, "tcp.unreachable", "no route to %s", r->address);
		return;
	default:
		set(r, "tcp.failed", "%s", *error ? error : "not connected");
	}
}

static void fail_certificate(struct http_response *r, CURL *easy,
	const char *error)
{
	long v = 0;

	curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &v);
	/* libcurl compares the name by itself, and tells in words alone. */
	if (strstr(error, "subject name"))
		v = X509_V_ERR_HOSTNAME_MISMATCH;
	switch (v) {
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		set(r, "tls.hostname", "the certificate is for another name");
		return;
	case X509_V_ERR_CERT_HAS_EXPIRED:
		set(r, "tls.expired", "the certificate has expired");
		return;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		set(r, "tls.not-yet-valid",
			"the certificate is not valid yet; is a clock wrong?");
		return;
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
		set(r, "tls.self-signed", "the certificate is self-signed");
		return;
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		set(r, "tls.untrusted",
			"the certificate's issuer is unknown, or the server "
			"does not send the certificates between");
		return;
	default:
		set(r, "tls.untrusted", "the certificate is not accepted: %s",
			error);
	}
}

/* A connection that breaks, at whatever it was in the middle of. */
static void fail_broken(struct http_response *r, const char *error)
{
	if (r->phase == HTTP_SECURING || r->phase == HTTP_CONNECTING)
		set(r, "tls.handshake", "the TLS handshake failed: %s", error);
	else if (r->status)
		set(r, "http.truncated",
			"the connection broke in the middle of the response");
	else
		set(r, "http.empty",
			"the connection was closed before a response");
}

void http_fail_resolve(struct http_response *r, enum resolve_end end)
{
	switch (end) {
	case RESOLVE_NO_NAME:
		set(r, "dns.nxdomain", "the name does not resolve");
		return;
	case RESOLVE_RUNNING:
		set(r, "dns.timeout", "the name did not resolve in time");
		return;
	case RESOLVE_TEMPORARY:
		set(r, "dns.temporary",
			"the resolver, or a name server of the domain, fails");
		return;
	case RESOLVE_FAILED:
		set(r, "dns.failed", "the name cannot be resolved");
		return;
	}
}

/* CURLE_TOO_LARGE, which libcurl has since 8.6. */
#define TOO_LARGE 100

static const char too_large[] =
	"the header fields of the response are too large";

void http_fail(struct http_response *r, CURLcode rc, CURL *easy,
	const char *error, bool denied, bool fields)
{
	if (fields || (int)rc == TOO_LARGE) {
		set(r, "http.headers-too-large", "%s", too_large);
		return;
	}
	switch (rc) {
	case CURLE_COULDNT_RESOLVE_HOST:
		set(r, "dns.failed", "the name does not resolve");
		return;
	case CURLE_COULDNT_CONNECT:
		if (denied)
			set(r, "tcp.denied",
				"%s is a private address, and those are denied",
				r->address);
		else
			fail_connect(r, easy, error);
		return;
	case CURLE_OPERATION_TIMEDOUT:
		fail_timeout(r);
		return;
	case CURLE_PEER_FAILED_VERIFICATION:
		fail_certificate(r, easy, error);
		return;
	case CURLE_SSL_CONNECT_ERROR:
		set(r, "tls.handshake", "the TLS handshake failed: %s",
			*error ? error : "no reason given");
		return;
	case CURLE_GOT_NOTHING:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
	case CURLE_PARTIAL_FILE:
		fail_broken(r, error);
		return;
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_PROXY:
		set(r, "proxy", "the proxy of this machine failed: %s",
			*error ? error : curl_easy_strerror(rc));
		return;
	case CURLE_OUT_OF_MEMORY:
		/* libcurl's word for a field that is too long for it, too. */
		if (r->phase == HTTP_READY) {
			set(r, "http.headers-too-large", "%s", too_large);
			return;
		}
		/* fall through */
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ENGINE_NOTFOUND:
	case CURLE_SSL_ENGINE_INITFAILED:
	case CURLE_FAILED_INIT:
		set(r, "", "%s", *error ? error : curl_easy_strerror(rc));
		r->end = HTTP_OURS;
		return;
	default:
		set(r, "http.malformed", "what came is not HTTP: %s",
			*error ? error : curl_easy_strerror(rc));
	}
}

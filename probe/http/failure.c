/* SPDX-License-Identifier: MIT */
/*
 * failure.c: a failure as a code and a sentence. The codes of DNS, TLS, TCP,
 * proxies and HTTP, and their sentences, are set here, from what libcurl and
 * the files beside this one found out.
 */
#include "http/failure.h"

#include "http/address.h"
#include "http/client.h"
#include "http/deadline.h"
#include "http/tls.h"
#include "http/transfer.h"
#include "http/url.h"

#include <errno.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdarg.h>
#include <string.h>

/* The end of a message about a failure of this machine. */
static const char unknown[] = "this says nothing about the server";

bool failure_set(struct failure *f, const char *code, const char *fmt, ...)
{
	va_list ap;

	snprintf(f->code, sizeof f->code, "%s", code);
	va_start(ap, fmt);
	vsnprintf(f->message, sizeof f->message, fmt, ap);
	va_end(ap);
	*f->said = '\0';
	return false;
}

bool failure_said(struct failure *f, const char *text)
{
	server_message(text ? text : "", text ? strlen(text) : 0, f->said);
	return false;
}

/* The transfer of r ended as HTTP_FAILED, for this; code is static. */
__attribute__((format(printf, 3, 4))) static void failure_http(
	struct http_response *r, const char *code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(r->message, sizeof r->message, fmt, ap);
	va_end(ap);
	r->end = HTTP_FAILED;
	r->code = code;
}

/* The transfer of r ended as HTTP_OURS: this machine failed. */
__attribute__((format(printf, 2, 3))) static void failure_ours(
	struct http_response *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(r->message, sizeof r->message, fmt, ap);
	va_end(ap);
	r->end = HTTP_OURS;
	r->code = "";
}

/* ---- DNS. */

void failure_unresolved(struct http_response *r, enum dns_end end,
	int ip_version)
{
	switch (end) {
	case DNS_NO_NAME:
		failure_http(r, "dns.nxdomain",
			"the name does not exist; check its spelling, and "
			"whether its domain has expired");
		return;
	case DNS_NO_ADDRESS:
		failure_http(r, "dns.nxdomain",
			ip_version ? "the name has no IPv%d address"
				   : "the name has no address",
			ip_version);
		return;
	case DNS_RUNNING:
		failure_http(r, "dns.timeout",
			"the resolver did not answer in time");
		return;
	case DNS_PUBLIC: /* a moment later the name does resolve */
	case DNS_PRIVATE:
	case DNS_TEMPORARY:
		failure_http(r, "dns.temporary",
			"the resolver or a name server of the domain fails");
		return;
	case DNS_SHORT:
		failure_ours(r, "this machine cannot resolve names: it lacks "
				"open files, threads or memory; this says "
				"nothing about the server");
		return;
	case DNS_FAILED:
		failure_http(
			r, "dns.failed", "the name cannot be resolved");
		return;
	}
}

/* ---- TLS. */

/* How to have a private authority trusted. */
#define TRUST_IT "set ca of the server in fleet.yaml(5), or use --cacert"

static const char *whose_certificate(const struct http_tls *t)
{
	return t->depth > 0 ? "an issuer's certificate" :
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
			"the certificate names no host");
}

/* The server's certificate was not accepted; error: libcurl's text. */
static void fail_certificate(struct http_response *r,
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
			whose_certificate(t), t->until);
		return;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		failure_http(r, "tls.not-yet-valid",
			"%s is not valid before %s; check the clock of the "
			"server and of this machine",
			whose_certificate(t), t->from);
		return;
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
		failure_http(r, "tls.self-signed",
			"the certificate is self-signed; to trust it, " TRUST_IT);
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
			whose_certificate(t), *t->issuer ? ", " : "", t->issuer,
			*t->issuer ? "," : "");
		return;
	default:
		failure_http(r, "tls.untrusted",
			"%s is not accepted: %s", whose_certificate(t),
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

/* Whether a connection broke for want of a client certificate, or for the
   one that was shown. In TLS 1.3 that shows only when the response is read. */
static bool fail_for_ours(struct http_response *r, const struct http_tls *t)
{
	if (!r->cert_wanted || r->status)
		return false;
	if (!r->cert_shown)
		failure_http(r, "tls.client-certificate",
			"the server requires a client certificate, and none is "
			"configured");
	else if (refuses_ours(t->alert))
		failure_http(r, "tls.client-certificate",
			"the server refuses the client certificate: %s",
			SSL_alert_desc_string_long(t->alert));
	else
		return false;
	return true;
}

/* The handshake ended in another way. */
static void fail_handshake(
	struct http_response *r, const struct http_tls *t, const char *error)
{
	if (fail_for_ours(r, t))
		return;
	if (t->alert == SSL_AD_PROTOCOL_VERSION ||
		strstr(error, "unsupported protocol") ||
		strstr(error, "wrong ssl version"))
		failure_http(r, "tls.version",
			"the server supports only outdated versions of TLS; "
			"clients need TLS 1.2 or 1.3");
	else if (strstr(error, "wrong version number") ||
		strstr(error, "record layer failure") ||
		strstr(error, "packet length too long"))
		failure_http(r, "tls.not-tls",
			"the service at this port does not speak TLS; try an "
			"http:// URL");
	else if (t->alert >= 0)
		failure_http(r, "tls.handshake",
			"the server ends the TLS handshake: %s",
			SSL_alert_desc_string_long(t->alert));
	else
		failure_http(r, "tls.handshake",
			"the TLS handshake failed: %s",
			*error ? error : "no reason given");
}

/* ---- TCP, proxies and HTTP. */

bool failure_late(const struct http_failure *f)
{
	long os = 0;

	switch (f->rc) {
	case CURLE_OPERATION_TIMEDOUT:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_GOT_NOTHING:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
	case CURLE_PARTIAL_FILE:
	case CURLE_HTTP2_STREAM:
		return true;
	case CURLE_COULDNT_CONNECT:
		curl_easy_getinfo(f->easy, CURLINFO_OS_ERRNO, &os);
		return os == ETIMEDOUT;
	default:
		return false;
	}
}

bool failure_held_up(struct http_response *r,
	const struct deadline *d)
{
	char why[DEADLINE_WHY];
	bool held_up = deadline_held_up(d, why);

	if (held_up)
		failure_ours(r, "%s", why);
	return held_up;
}

static void fail_timeout(struct http_response *r, double after_ms)
{
	double s = after_ms / 1000;

	switch (r->phase) {
	case HTTP_RESOLVING:
		failure_http(r, "dns.timeout",
			"the name did not resolve within %.1f s", s);
		return;
	case HTTP_CONNECTING:
		failure_http(r, "tcp.timeout",
			"no answer from %s port %ld within %.1f s: the host is "
			"down, or a firewall drops packets",
			r->address, r->port, s);
		return;
	case HTTP_SECURING:
		failure_http(r, "tls.timeout",
			"TCP connects, but the TLS handshake did not end "
			"within %.1f s",
			s);
		return;
	case HTTP_READY:
		break;
	}
	if (r->status)
		failure_http(r, "deadline",
			"the response (status %ld) did not end within %.1f s",
			r->status, s);
	else
		failure_http(r, "deadline",
			"the request was sent, but no response came within "
			"%.1f s",
			s);
}

/* The errors of connect() that say that there is no way to an address. */
static const char *errno_name(int e)
{
	switch (e) {
	case ENETUNREACH:
		return "ENETUNREACH";
	case EHOSTUNREACH:
		return "EHOSTUNREACH";
	case ENETDOWN:
		return "ENETDOWN";
	case EACCES:
		return "EACCES";
	case EPERM:
		return "EPERM";
	default:
		return NULL;
	}
}

/* There is no route: says whether this machine refuses, or a router does. */
static void fail_unreachable(struct http_response *r, int e)
{
	bool rule = e == EACCES || e == EPERM;

	failure_http(r, "tcp.unreachable",
		"connect to %s port %ld: %s (%s): %s", r->address, r->port,
		strerror(e), errno_name(e),
		address_refused(r->address, r->port) != e
			? "reported by a router, or the host does not answer"
			: rule ? "refused by this machine's routing, or a "
				 "firewall on it"
			       : "refused by this machine's routing");
}

static void fail_short(struct http_response *r, int e)
{
	failure_ours(r, "this machine cannot open a socket: %s; %s",
		strerror(e),
		unknown);
}

static void fail_connect(struct http_response *r, const struct http_failure *f)
{
	long os = 0;

	curl_easy_getinfo(f->easy, CURLINFO_OS_ERRNO, &os);
	switch (os) {
	case ECONNREFUSED:
		failure_http(r, "tcp.refused",
			"%s port %ld refuses connections: nothing listens "
			"there, or a firewall refuses them",
			r->address, r->port);
		return;
	case ETIMEDOUT:
		failure_http(r, "tcp.timeout",
			"no answer from %s port %ld", r->address, r->port);
		return;
	case EADDRNOTAVAIL:
		/* This machine may have no address of this version. */
		if (address_refused(r->address, r->port) == EADDRNOTAVAIL)
			break;
		failure_ours(r, "this machine has no local port left; %s",
			unknown);
		return;
	case ENOMEM:
	case ENOBUFS:
		fail_short(r, (int)os);
		return;
	default:
		if (errno_name((int)os)) {
			fail_unreachable(r, (int)os);
			return;
		}
	}
	failure_http(r, "tcp.failed", "%s",
		*f->error ? f->error : "not connected");
}

static void fail_denied(struct http_response *r)
{
	failure_http(r, "tcp.denied",
		"%s is not a public internet address, and only those are "
		"allowed",
		r->address);
}

void failure_detour(struct http_response *r, enum dns_end end,
	const char *host)
{
	if (end == DNS_PRIVATE)
		fail_denied(r);
	else if (end == DNS_SHORT)
		failure_unresolved(r, end, 0);
	else
		failure_http(r, "tcp.denied",
			"the server names a URL at %.100s, which does not "
			"resolve here; the proxy is used only for hosts that "
			"resolve to public internet addresses",
			host);
}

/* The connection broke: in the handshake, before the response or within it. */
static void fail_broken(struct http_response *r, const struct http_failure *f)
{
	if (r->phase == HTTP_SECURING || r->phase == HTTP_CONNECTING)
		fail_handshake(r, f->tls, f->error);
	else if (fail_for_ours(r, f->tls))
		;
	else if (r->status)
		failure_http(r, "http.truncated",
			"the connection broke in the middle of the response");
	else
		failure_http(r, "http.empty",
			"the connection was closed before a response");
}

bool failure_host(
	CURL *easy, const char *error, char *out, size_t size)
{
	static const char before[] = "resolve host: ";
	const char *p = strstr(error, before);
	char *url = NULL, why[URL_WHY];
	struct url u;

	/* libcurl got no thread, or not what it takes. */
	if (strstr(error, "thread failed to start"))
		return false;
	/* With --connect-to this is another name than the URL's host. */
	if (p) {
		snprintf(out, size, "%s", p + sizeof before - 1);
		return true;
	}
	curl_easy_getinfo(easy, CURLINFO_EFFECTIVE_URL, &url);
	if (!url || !url_parse(url, &u, why))
		return false;
	snprintf(out, size, "%s", u.host);
	return true;
}

void failure_proxy_auth(struct http_response *r)
{
	failure_ours(r, "proxy: the proxy of this machine requires a password, "
			"or refuses the given one; %s", unknown);
}

/* Whether a SOCKS proxy works, but could not connect to the server. */
static bool beyond_socks(CURL *easy)
{
	long v = 0;

	curl_easy_getinfo(easy, CURLINFO_PROXY_ERROR, &v);
	return v == CURLPX_REPLY_CONNECTION_REFUSED ||
		v == CURLPX_REPLY_HOST_UNREACHABLE ||
		v == CURLPX_REPLY_NETWORK_UNREACHABLE ||
		v == CURLPX_REPLY_TTL_EXPIRED ||
		v == CURLPX_REPLY_GENERAL_SERVER_FAILURE;
}

/*
 * A request through a proxy did not reach the server. That is this machine's
 * failure where the proxy cannot be used, and the server's where the proxy
 * cannot connect to it. False where it was not for the proxy.
 */
static bool fail_proxy(struct http_response *r, const struct http_failure *f)
{
	long status = 0, bad = 0;

	curl_easy_getinfo(f->easy, CURLINFO_HTTP_CONNECTCODE, &status);
	curl_easy_getinfo(f->easy, CURLINFO_PROXY_SSL_VERIFYRESULT, &bad);
	if (f->rc == CURLE_COULDNT_RESOLVE_PROXY) {
		failure_ours(r, "proxy: the name of this machine's proxy does "
			"not resolve; %s", unknown);
	} else if (status == 407) {
		failure_proxy_auth(r);
	} else if (status >= 400 && status <= 499) {
		failure_ours(r, "proxy: the proxy of this machine refuses the "
				"connection; %s: %s", unknown, f->error);
	} else if (status >= 500) {
		failure_http(r, "proxy",
			"the proxy of this machine cannot reach the server: it "
			"answers with status %ld", status);
	} else if (f->rc == CURLE_PROXY && beyond_socks(f->easy)) {
		failure_http(r, "proxy",
			"the proxy of this machine cannot reach the server: %s",
			f->error);
	} else if (f->rc == CURLE_OPERATION_TIMEDOUT && r->tcp_ms > 0) {
		failure_http(r, "proxy",
			"the proxy of this machine did not connect to the "
			"server within %.1f s", f->after_ms / 1000);
	} else if (f->rc == CURLE_PROXY || bad || !(r->tcp_ms > 0)) {
		failure_ours(r, "proxy: the proxy of this machine cannot be "
			"used; %s: %s", unknown,
			*f->error ? f->error : curl_easy_strerror(f->rc));
	} else {
		return false;
	}
	return true;
}

static void fail_cert(struct http_response *r, const char *error)
{
	/* libcurl's message would quote the paths. */
	if (strstr(error, "rivate key"))
		failure_ours(r, "the key of the client certificate cannot be "
				"used: it cannot be read, is not an "
				"unencrypted key in PEM, or belongs to another "
				"certificate");
	else
		failure_ours(r, "the client certificate cannot be used: it "
			"cannot be read, or is not PEM");
}

static void fail_fields(struct http_response *r)
{
	failure_http(r, "http.headers-too-large",
		"the header fields of the response are too large");
}

static void fail_framing(struct http_response *r, const char *why)
{
	failure_http(r, "http.framing",
		"the head of the response is invalid, so clients refuse it: %s",
		why);
}

/* Whether libcurl found a head invalid before framing.h could. */
static bool about_framing(const char *error)
{
	return strstr(error, "Nul byte in header") ||
		strstr(error, "Content-Length");
}

/* CURLE_TOO_LARGE, which libcurl has since 8.6. */
#define TOO_LARGE 100

static void fail_http(struct http_response *r, const struct http_failure *f)
{
	const char *why = *f->error ? f->error : curl_easy_strerror(f->rc);

	switch ((int)f->rc) {
	case CURLE_GOT_NOTHING:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
	case CURLE_PARTIAL_FILE:
	case CURLE_HTTP2_STREAM:
		fail_broken(r, f);
		return;
	case CURLE_BAD_CONTENT_ENCODING: /* of a Transfer-Encoding */
		failure_http(r, "http.content-encoding",
			"the response is not compressed as its "
			"Transfer-Encoding says: %s", why);
		return;
	case TOO_LARGE:
		fail_fields(r);
		return;
	default:
		if (about_framing(why))
			fail_framing(r, why);
		else
			failure_http(r, "http.malformed",
				"the response is not HTTP: %s", why);
	}
}

/* Whether client.c itself found the failure; libcurl's code then says nothing. */
static bool fail_noticed(
	struct http_response *r, const struct http_failure *f)
{
	if (f->fields)
		fail_fields(r);
	else if (f->denied && r->phase != HTTP_READY)
		fail_denied(r);
	else if (f->lacked && r->phase <= HTTP_CONNECTING)
		fail_short(r, f->lacked);
	else if (f->misframed && r->phase == HTTP_READY)
		fail_framing(r, f->misframed);
	else if (f->codings)
		failure_http(r, "http.content-encoding",
			"the response is compressed more than once");
	else if (f->undecoded)
		failure_http(r, "http.content-encoding",
			"the response is not compressed as its "
			"Content-Encoding says");
	else
		return false;
	return true;
}

void failure_transfer(struct http_response *r, const struct http_failure *f)
{
	if (fail_noticed(r, f))
		return;
	if (r->proxied && r->phase != HTTP_READY && fail_proxy(r, f))
		return;
	switch (f->rc) {
	case CURLE_COULDNT_RESOLVE_HOST:
		/* The resolver could not be asked, or not be asked why. */
		failure_unresolved(r, DNS_SHORT, 0);
		return;
	case CURLE_COULDNT_CONNECT:
		/* libcurl looks up both versions, and drops the other one. */
		if (r->phase == HTTP_RESOLVING && f->ip_version)
			failure_unresolved(
				r, DNS_NO_ADDRESS, f->ip_version);
		else
			fail_connect(r, f);
		return;
	case CURLE_OPERATION_TIMEDOUT:
		fail_timeout(r, f->after_ms);
		return;
	case CURLE_PEER_FAILED_VERIFICATION:
		fail_certificate(r, f->tls, f->easy, f->error);
		return;
	case CURLE_SSL_CONNECT_ERROR:
		fail_handshake(r, f->tls, f->error);
		return;
	case CURLE_SSL_CERTPROBLEM:
		fail_cert(r, f->error);
		return;
	case CURLE_OUT_OF_MEMORY:
		/* libcurl also says this of a header field that is too long. */
		if (r->phase == HTTP_READY) {
			fail_fields(r);
			return;
		}
		/* fall through */
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ENGINE_NOTFOUND:
	case CURLE_SSL_ENGINE_INITFAILED:
	case CURLE_FAILED_INIT:
		failure_ours(r, "%s",
			*f->error ? f->error : curl_easy_strerror(f->rc));
		return;
	default:
		fail_http(r, f);
	}
}

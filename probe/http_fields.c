#include "http_fields.h"

#include "certificate.h"
#include "clock.h"
#include "http.h"

#include <string.h>
#include <strings.h>

void http_fields_clear(struct http_response *r)
{
	r->content_type[0] = r->location[0] = r->www_authenticate[0] = '\0';
	r->session_id[0] = r->retry_after[0] = r->age[0] = '\0';
	r->x_cache[0] = r->pop[0] = '\0';
}

/* The value of a field as text; what does not fit is cut. */
static void keep(char *out, size_t size, const char *p, size_t n, bool join)
{
	size_t used = join ? strlen(out) : 0;

	while (n && (*p == ' ' || *p == '\t')) {
		p++;
		n--;
	}
	while (n && strchr(" \t\r\n", p[n - 1]))
		n--;
	if (used && used + 2 < size) {
		memcpy(out + used, ", ", 2);
		used += 2;
	}
	if (n > size - used - 1)
		n = size - used - 1;
	memcpy(out + used, p, n);
	out[used + n] = '\0';
}

void http_fields_add(struct http_response *r, const char *p, size_t n)
{
	const struct {
		const char *name;
		char *out;
		size_t size;
		bool join;
	} fields[] = {
		{"content-type:", r->content_type, sizeof r->content_type, 0},
		{"location:", r->location, sizeof r->location, 0},
		{"www-authenticate:", r->www_authenticate,
			sizeof r->www_authenticate, true},
		{"mcp-session-id:", r->session_id, sizeof r->session_id, 0},
		{"retry-after:", r->retry_after, sizeof r->retry_after, 0},
		{"age:", r->age, sizeof r->age, 0},
		{"x-cache:", r->x_cache, sizeof r->x_cache, 0},
		{"cf-ray:", r->pop, sizeof r->pop, 0},
		{"x-amz-cf-pop:", r->pop, sizeof r->pop, 0},
		{"x-served-by:", r->pop, sizeof r->pop, 0},
		{"fly-request-id:", r->pop, sizeof r->pop, 0},
	};

	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		size_t len = strlen(fields[i].name);

		if (n < len || strncasecmp(p, fields[i].name, len) != 0)
			continue;
		keep(fields[i].out, fields[i].size, p + len, n - len,
			fields[i].join);
		return;
	}
}

void http_fields_tls(struct http_response *r, CURL *easy)
{
	struct curl_tlssessioninfo *info = NULL;
	bool verified;
	X509 *cert;
	SSL *ssl;

	if (curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &info) ||
		!info || info->backend != CURLSSLBACKEND_OPENSSL)
		return;
	ssl = info->internals;
	if (!ssl)
		return;
	snprintf(r->tls_version, sizeof r->tls_version, "%s",
		SSL_get_version(ssl));
	cert = SSL_get_peer_certificate(ssl);
	if (cert)
		r->not_after = certificate_end(cert);
	X509_free(cert);
	/* Of a chain that was accepted, what has ended was not needed. */
	verified = SSL_get_verify_mode(ssl) != SSL_VERIFY_NONE;
	r->first_end = certificate_first_end(ssl, verified ? clock_wall() : 0,
		r->first_issuer, sizeof r->first_issuer);
}

const char *http_fields_version(CURL *easy)
{
	long v = 0;

	curl_easy_getinfo(easy, CURLINFO_HTTP_VERSION, &v);
	switch (v) {
	case CURL_HTTP_VERSION_1_0:
		return "1.0";
	case CURL_HTTP_VERSION_1_1:
		return "1.1";
	case CURL_HTTP_VERSION_2_0:
		return "2";
	case CURL_HTTP_VERSION_3:
		return "3";
	default:
		return "";
	}
}

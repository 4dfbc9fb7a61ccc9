#include "http/setup.h"

#include "http/client.h"
#include "http/proxy.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* For TCP and TLS together; a handshake that takes longer serves nobody. */
#define CONNECT_MS 10000L
/* Shorter than the 5 s after which node closes an idle connection. */
#define IDLE_S 4L

/*
 * What a client of fetch asks for: a server that holds back an event stream
 * to compress it fails here as it fails there.
 */
static const char *encodings(const char *url)
{
	const curl_version_info_data *v = curl_version_info(CURLVERSION_NOW);
	bool brotli = v->features & CURL_VERSION_BROTLI;

	if (!(v->features & CURL_VERSION_LIBZ))
		return NULL;
	return brotli && strncmp(url, "https:", 6) == 0 ? "br, gzip, deflate"
							: "gzip, deflate";
}

static CURLcode set_http(CURL *e, const struct http_config *c)
{
	CURLcode rc = CURLE_OK;

	HTTP_SET(CURLOPT_NOSIGNAL, 1L);
	HTTP_SET(CURLOPT_USERAGENT, c->user_agent);
	HTTP_SET(CURLOPT_FOLLOWLOCATION, 0L);
	HTTP_SET(CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	HTTP_SET(CURLOPT_MAXAGE_CONN, IDLE_S);
	HTTP_SET(CURLOPT_HTTP_VERSION,
		(long)(c->http1 ? CURL_HTTP_VERSION_1_1
				: CURL_HTTP_VERSION_2TLS));
#if LIBCURL_VERSION_NUM >= 0x075500
	HTTP_SET(CURLOPT_PROTOCOLS_STR, "http,https");
#else
	HTTP_SET(CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
#if LIBCURL_VERSION_NUM >= 0x075700
	HTTP_SET(CURLOPT_QUICK_EXIT, 1L);
#endif
	return rc;
}

static CURLcode set_tls(CURL *e, const struct http_config *c,
	const struct http_request *rq)
{
	CURLcode rc = CURLE_OK;

	HTTP_SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	HTTP_SET(CURLOPT_SSL_SESSIONID_CACHE, 0L);
	/* With CAPATH set libcurl does not cache the bundle, which is slow. */
	HTTP_SET(CURLOPT_CAPATH, NULL);
	if (c->cacert)
		HTTP_SET(CURLOPT_CAINFO, c->cacert);
	HTTP_SET(CURLOPT_SSL_ENABLE_ALPN, (long)!rq->only_connect);
	if (rq->only_connect && rq->distrusted) {
		HTTP_SET(CURLOPT_SSL_VERIFYPEER, 0L);
		HTTP_SET(CURLOPT_SSL_VERIFYHOST, 0L);
	}
	if (rq->cert) {
		HTTP_SET(CURLOPT_SSLCERT, rq->cert);
		HTTP_SET(CURLOPT_SSLKEY, rq->key ? rq->key : rq->cert);
		/* Or OpenSSL asks the terminal for a passphrase. */
		HTTP_SET(CURLOPT_KEYPASSWD, "");
	}
	return rc;
}

/* Copy a list that ends with NULL; NULL is an empty one. */
static bool copy(struct curl_slist **out, const char *const *list)
{
	for (; list && *list; list++) {
		struct curl_slist *more = curl_slist_append(*out, *list);

		if (!more)
			return false;
		*out = more;
	}
	return true;
}

/* Choose the proxy. */
static void find_proxy(struct http_setup *s, const struct http_config *c,
	const struct http_request *rq)
{
	char why[URL_WHY];
	struct url u;
	bool v6;

	if (!url_parse(rq->url, &u, why))
		return;
	v6 = *u.host == '[';
	snprintf(s->host, sizeof s->host, "%s", u.host + v6);
	if (v6)
		s->host[strcspn(s->host, "]")] = '\0';
	/* A proxy would connect on our behalf, to any address it likes. */
	if (!c->deny_private)
		s->proxy = http_proxy_find(&u);
}

static CURLcode set_network(struct http_setup *s, CURL *e,
	const struct http_config *c, const struct http_request *rq)
{
	CURLcode rc = CURLE_OK;

	find_proxy(s, c, rq);
	if (c->ip_version)
		HTTP_SET(CURLOPT_IPRESOLVE,
			(long)(c->ip_version == 4 ? CURL_IPRESOLVE_V4
						  : CURL_IPRESOLVE_V6));
	/* No --connect-to: a proxy must connect to the host that was judged. */
	if (!copy(&s->resolve, c->resolve) ||
		(!(s->proxy && rq->deny_private) &&
			!copy(&s->connect_to, c->connect_to)))
		return CURLE_OUT_OF_MEMORY;
	if (s->resolve)
		HTTP_SET(CURLOPT_RESOLVE, s->resolve);
	if (s->connect_to)
		HTTP_SET(CURLOPT_CONNECT_TO, s->connect_to);
	HTTP_SET(CURLOPT_PROXY, s->proxy ? s->proxy : "");
	HTTP_SET(CURLOPT_NOPROXY, "");
	return rc;
}

/*
 * The header fields of a request and, around them, those that node's fetch adds
 * for the official SDK, because a cache may keep answers apart by any of them
 * (Vary). Only the user agent is our own. HTTP/2 has no "connection".
 */
static bool set_fields(struct http_setup *s, const struct http_config *c,
	const struct http_request *rq, const char *encoding)
{
	static const char *const first[] = {
		"Expect:", "connection: keep-alive", NULL};
	char agent[64], accepted[64];
	const char *const last[] = {"accept-language: *",
		"sec-fetch-mode: cors", agent, encoding ? accepted : NULL,
		NULL};

	snprintf(agent, sizeof agent, "user-agent: %s", c->user_agent);
	if (encoding)
		snprintf(accepted, sizeof accepted, "accept-encoding: %s",
			encoding);
	return copy(&s->fields, first) && copy(&s->fields, rq->headers) &&
		copy(&s->fields, last);
}

static CURLcode set_request(struct http_setup *s, CURL *e,
	const struct http_config *c, const struct http_request *rq)
{
	const char *encoding = encodings(rq->url);
	CURLcode rc = CURLE_OK;

	if (!set_fields(s, c, rq, encoding))
		return CURLE_OUT_OF_MEMORY;
	HTTP_SET(CURLOPT_ACCEPT_ENCODING, encoding);
	HTTP_SET(CURLOPT_URL, rq->url);
	HTTP_SET(CURLOPT_HTTPHEADER, s->fields);
	HTTP_SET(CURLOPT_TIMEOUT_MS, (long)(rq->timeout_ms < 1 ? 1 : rq->timeout_ms));
	if (rq->fresh) {
		HTTP_SET(CURLOPT_FRESH_CONNECT, 1L);
		HTTP_SET(CURLOPT_DNS_CACHE_TIMEOUT, 0L);
	}
	if (rq->body) {
		HTTP_SET(CURLOPT_POSTFIELDSIZE, (long)strlen(rq->body));
		HTTP_SET(CURLOPT_COPYPOSTFIELDS, rq->body);
	} else if (strcmp(rq->method, "GET") != 0) {
		HTTP_SET(CURLOPT_CUSTOMREQUEST, rq->method);
	}
	return rc;
}

bool http_setup(struct http_setup *s, CURL *easy, const struct http_config *c,
	const struct http_request *rq)
{
	return !set_http(easy, c) && !set_tls(easy, c, rq) &&
		!set_network(s, easy, c, rq) && !set_request(s, easy, c, rq);
}

bool http_setup_aim(struct http_setup *s, CURL *easy, const char *address)
{
	bool v6 = strchr(address, ':') != NULL;
	char entry[96];

	if (strncasecmp(s->proxy, "socks", 5) != 0)
		return true;
	snprintf(entry, sizeof entry, v6 ? "::[%s]:" : "::%s:", address);
	return copy(&s->connect_to, (const char *const[]) {entry, NULL}) &&
		!curl_easy_setopt(easy, CURLOPT_CONNECT_TO, s->connect_to);
}

void http_setup_free(struct http_setup *s)
{
	curl_slist_free_all(s->fields);
	curl_slist_free_all(s->resolve);
	curl_slist_free_all(s->connect_to);
}

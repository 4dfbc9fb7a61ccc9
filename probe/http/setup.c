/* SPDX-License-Identifier: MIT */
/*
 * setup.c: the options of libcurl for a request, and its memory.
 */
#include "http/transfer.h"

#include "base/xalloc.h"
#include "http/trust.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>

/* For TCP and TLS together; a handshake that takes longer serves nobody. */
#define CONNECT_MS 10000L
#define SMALL_BUFFER 2048L
/* libcurl's own. */
#define DNS_CACHE_S 60L
/* Shorter than the 5 s after which node closes an idle connection. */
#define IDLE_S 4L

/*
 * Ask for the codings that fetch asks for: a server that holds back an event
 * stream to compress it fails here as it fails there. libcurl does not decode
 * them: see decoding.c.
 */
static const char *encodings_for(const char *url)
{
	return strncmp(url, "https:", 6) == 0 ? "br, gzip, deflate"
					      : "gzip, deflate";
}

static CURLcode set_http(CURL *e, const struct http_config *c)
{
	CURLcode rc = CURLE_OK;

	HTTP_SET(CURLOPT_NOSIGNAL, 1L);
	/* Sent to a proxy; each request has a field of its own for it. */
	if (c->may_proxy)
		HTTP_SET(CURLOPT_USERAGENT, c->user_agent);
	HTTP_SET(CURLOPT_FOLLOWLOCATION, 0L);
	HTTP_SET(CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	HTTP_SET(CURLOPT_MAXAGE_CONN, IDLE_S);
	HTTP_SET(CURLOPT_UPLOAD_BUFFERSIZE, (long)UPLOAD_BUFFER);
	if (c->width > HTTP_MANY)
		HTTP_SET(CURLOPT_BUFFERSIZE, SMALL_BUFFER);
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

/* libcurl reuses a connection only where these authorities are the same. The
   store of http_tls_watch has them, too, and those of this machine. */
static CURLcode set_trust(CURL *e, const struct http_trust *t)
{
	struct curl_blob blob = {.flags = CURL_BLOB_NOCOPY};

	blob.data = (void *)(uintptr_t)trust_pem(t, &blob.len);
	return curl_easy_setopt(e, CURLOPT_CAINFO_BLOB, &blob);
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
	if (rq->trust && !rc)
		rc = set_trust(e, rq->trust);
	HTTP_SET(CURLOPT_SSL_ENABLE_ALPN, (long)!rq->only_connect);
	if (rq->only_connect && rq->distrusted) {
		HTTP_SET(CURLOPT_SSL_VERIFYPEER, 0L);
		HTTP_SET(CURLOPT_SSL_VERIFYHOST, 0L);
	}
	if (rq->cert) {
		HTTP_SET(CURLOPT_SSLCERT, rq->cert);
		HTTP_SET(CURLOPT_SSLKEY, rq->key ? rq->key : rq->cert);
		/* Without it OpenSSL asks the terminal for a passphrase. */
		HTTP_SET(CURLOPT_KEYPASSWD, "");
	}
	return rc;
}

/* Copy a list that ends with NULL; NULL is an empty one. */
static bool copy_list(struct curl_slist **out, const char *const *list)
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
static void find_proxy(struct http_setup *s, const struct http_request *rq)
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
	s->proxy = http_proxy_find(&u);
}

static CURLcode set_network(struct http_setup *s, CURL *e,
	const struct http_config *c, const struct http_request *rq)
{
	CURLcode rc = CURLE_OK;

	if (c->may_proxy && !rq->no_proxy)
		find_proxy(s, rq);
	if (c->ip_version)
		HTTP_SET(CURLOPT_IPRESOLVE,
			(long)(c->ip_version == 4 ? CURL_IPRESOLVE_V4
						  : CURL_IPRESOLVE_V6));
	/* No --connect-to: a proxy must connect to the host that was judged. */
	if (!copy_list(&s->resolve, c->resolve) ||
		(!(s->proxy && rq->deny_private) &&
			!copy_list(&s->connect_to, c->connect_to)))
		return CURLE_OUT_OF_MEMORY;
	if (s->resolve)
		HTTP_SET(CURLOPT_RESOLVE, s->resolve);
	if (s->connect_to)
		HTTP_SET(CURLOPT_CONNECT_TO, s->connect_to);
	HTTP_SET(CURLOPT_PROXY, s->proxy ? s->proxy : "");
	HTTP_SET(CURLOPT_NOPROXY, "");
	return rc;
}

/* Add a field to the list, its text to s->text: a name that ends with ": ", and
   its value, or both in one. False where there are too many. */
static bool add_field(struct http_setup *s, size_t *n, const char *name,
	const char *value)
{
	if (*n == HTTP_FIELDS_MAX)
		return false;
	s->fields = xgrow(
		s->fields, &s->fields_cap, *n + 1, sizeof *s->fields);
	s->fields[(*n)++].data = (char *)(uintptr_t)s->text.len;
	buf_str(&s->text, name);
	buf_add(&s->text, value, strlen(value) + 1);
	return true;
}

/*
 * The header fields of a request and, around them, those that node's fetch adds
 * for the official SDK, because a cache may keep answers apart by any of them
 * (Vary). Only the user agent is our own. HTTP/2 has no "connection". The body
 * is behind them in s->text.
 */
static bool set_fields(struct http_setup *s, const struct http_config *c,
	const struct http_request *rq)
{
	const char *const *own = rq->headers;
	size_t n = 0;
	bool fit;

	if (!s->text.max)
		buf_init(&s->text, SIZE_MAX / 2);
	buf_clear(&s->text);
	fit = add_field(s, &n, "Expect:", "") &&
	      add_field(s, &n, "connection: ", "keep-alive");
	for (; own && *own && fit; own++)
		fit = add_field(s, &n, *own, "");
	if (!fit || !add_field(s, &n, "accept-language: ", "*") ||
		!add_field(s, &n, "sec-fetch-mode: ", "cors") ||
		!add_field(s, &n, "user-agent: ", c->user_agent) ||
		!add_field(s, &n, "accept-encoding: ", encodings_for(rq->url)))
		return false;
	if (rq->body)
		buf_str(&s->text, rq->body);
	/* Only now it is known where the text stays. */
	for (size_t i = 0; i < n; i++)
		s->fields[i] = (struct curl_slist) {
			s->text.p + (uintptr_t)s->fields[i].data,
			i + 1 < n ? &s->fields[i + 1] : NULL};
	return true;
}

/* Its method and its body, which ends the text. */
static CURLcode set_method(struct http_setup *s, CURL *e,
	const struct http_request *rq)
{
	size_t n = rq->body ? strlen(rq->body) : 0;
	CURLcode rc = CURLE_OK;

	if (rq->body) {
		HTTP_SET(CURLOPT_CUSTOMREQUEST, NULL);
		HTTP_SET(CURLOPT_POST, 1L);
		HTTP_SET(CURLOPT_POSTFIELDSIZE, (long)n);
		HTTP_SET(CURLOPT_POSTFIELDS, s->text.p + s->text.len - n);
		return rc;
	}
	HTTP_SET(CURLOPT_HTTPGET, 1L);
	HTTP_SET(CURLOPT_CUSTOMREQUEST,
		strcmp(rq->method, "GET") != 0 ? rq->method : NULL);
	return rc;
}

static CURLcode set_request(struct http_setup *s, CURL *e,
	const struct http_config *c, const struct http_request *rq)
{
	CURLcode rc = CURLE_OK;

	if (!set_fields(s, c, rq))
		return CURLE_OUT_OF_MEMORY;
	/* In this order: libcurl 8.14 forgets the URL where there are no
	   parts. */
	HTTP_SET(CURLOPT_CURLU, rq->parts);
	if (!rq->parts)
		HTTP_SET(CURLOPT_URL, rq->url);
	HTTP_SET(CURLOPT_HTTPHEADER, s->fields);
	HTTP_SET(CURLOPT_HTTP_VERSION,
		(long)(c->http2 || rq->http2 ? CURL_HTTP_VERSION_2TLS
					    : CURL_HTTP_VERSION_1_1));
	HTTP_SET(CURLOPT_TIMEOUT_MS, (long)(rq->timeout_ms < 1 ? 1 : rq->timeout_ms));
	HTTP_SET(CURLOPT_FRESH_CONNECT, (long)rq->fresh);
	HTTP_SET(CURLOPT_FORBID_REUSE, (long)rq->last);
	HTTP_SET(CURLOPT_DNS_CACHE_TIMEOUT, rq->fresh ? 0L : DNS_CACHE_S);
	return rc ? rc : set_method(s, e, rq);
}

bool http_setup_usual(const struct http_config *c,
	const struct http_request *rq)
{
	return !c->may_proxy && !c->trace && !rq->only_connect && !rq->cert &&
		!rq->trust;
}

bool http_setup(struct http_setup *s, CURL *easy, const struct http_config *c,
	const struct http_request *rq)
{
	if (!s->done && (set_http(easy, c) || set_tls(easy, c, rq) ||
				set_network(s, easy, c, rq)))
		return false;
	if (set_request(s, easy, c, rq))
		return false;
	s->done = true;
	return true;
}

bool http_setup_aim(struct http_setup *s, CURL *easy, const char *address)
{
	bool v6 = strchr(address, ':') != NULL;
	char entry[96];

	if (strncasecmp(s->proxy, "socks", 5) != 0)
		return true;
	snprintf(entry, sizeof entry, v6 ? "::[%s]:" : "::%s:", address);
	return copy_list(&s->connect_to, (const char *const[]) {entry, NULL}) &&
		!curl_easy_setopt(easy, CURLOPT_CONNECT_TO, s->connect_to);
}

void http_setup_wipe(struct http_setup *s)
{
	if (s->text.len)
		explicit_bzero(s->text.p, s->text.len);
	buf_clear(&s->text);
}

void http_setup_free(struct http_setup *s)
{
	http_setup_wipe(s);
	buf_release(&s->text);
	free(s->fields);
	curl_slist_free_all(s->resolve);
	curl_slist_free_all(s->connect_to);
}

/*
 * ---- Memory. Over TLS libcurl holds a buffer of 16 KiB for each request until
 * the answer is there, and writes to the first few hundred bytes of it. From
 * malloc(3), which gives it pieces that others wrote to, all of it would take
 * memory; here only the pages that are written to do.
 */

/* Each begins a page. */
#define STRIDE ((size_t)20 * 1024)

static struct {
	char *base; /* NULL: none are reserved */
	size_t n;
	char **free; /* the last one given back is taken first */
	size_t n_free;
} reserved;

void upload_buffers_reserve(size_t n)
{
	char *base = mmap(NULL, n * STRIDE, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (reserved.base || base == MAP_FAILED)
		return;
	reserved.base = base;
	reserved.n = n;
	reserved.free = xcalloc(n, sizeof *reserved.free);
	while (n)
		reserved.free[reserved.n_free++] = base + --n * STRIDE;
}

static bool is_reserved(const char *p)
{
	return reserved.base && p >= reserved.base &&
	       p < reserved.base + reserved.n * STRIDE;
}

void *upload_buffer_malloc(size_t size)
{
	return size == UPLOAD_BUFFER && reserved.n_free
		       ? reserved.free[--reserved.n_free]
		       : malloc(size);
}

void upload_buffer_free(void *p)
{
	if (is_reserved(p))
		reserved.free[reserved.n_free++] = p;
	else
		free(p);
}

void *upload_buffer_realloc(void *p, size_t size)
{
	void *new;

	if (!is_reserved(p))
		return realloc(p, size);
	new = malloc(size);
	if (new) {
		memcpy(new, p, size < UPLOAD_BUFFER ? size : UPLOAD_BUFFER);
		upload_buffer_free(p);
	}
	return new;
}

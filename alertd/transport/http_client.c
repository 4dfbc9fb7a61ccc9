/* SPDX-License-Identifier: MIT */
#include "transport/transport.h"

#include "base/ip.h"
#include "base/xalloc.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#define URL_MAX 8192

/* A request that is under way. */
struct http_call {
	struct transfers *transfers;
	CURL *easy;
	struct curl_slist *fields;
	struct http_answer *answer;
	void (*ended)(void *arg);
	void *arg;
};

void http_request_init(struct http_request *r)
{
	*r = (struct http_request) {
		.method = "POST", .type = "application/json"};
	buf_init(&r->url, URL_MAX);
	buf_init(&r->body, HTTP_REQUEST_MAX);
	buf_init(&r->field, URL_MAX);
}

static void wipe(struct buf *b)
{
	if (b->cap)
		explicit_bzero(b->p, b->cap);
	buf_release(b);
}

void http_request_release(struct http_request *r)
{
	wipe(&r->url);
	wipe(&r->body);
	wipe(&r->field);
}

void http_answer_release(struct http_answer *a)
{
	wipe(&a->body);
}

void http_join(struct buf *url, const char *base, const char *path)
{
	size_t n = strlen(base);

	while (n && base[n - 1] == '/')
		n--;
	buf_add(url, base, n);
	buf_str(url, path);
}

void http_escape(struct buf *b, const char *s)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-._~";

	for (; *s; s++) {
		if (strchr(plain, *s))
			buf_char(b, *s);
		else
			buf_fmt(b, "%%%02X", (unsigned)(unsigned char)*s);
	}
}

void http_field(struct buf *b, const char *name, const char *value)
{
	buf_fmt(b, "%s%s=", b->len ? "&" : "", name);
	http_escape(b, value);
}

bool http_allowed(const char *url, bool *local)
{
	CURLU *u = curl_url();
	char *scheme = NULL, *host = NULL;
	bool ok = u && !curl_url_set(u, CURLUPART_URL, url, 0) &&
		!curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) &&
		!curl_url_get(u, CURLUPART_HOST, &host, 0);

	*local = ok && loopback(host);
	ok = ok && (strcmp(scheme, "https") == 0 ||
			   (*local && strcmp(scheme, "http") == 0));
	curl_free(scheme);
	curl_free(host);
	curl_url_cleanup(u);
	return ok;
}

static size_t on_data(char *p, size_t size, size_t n, void *arg)
{
	struct http_answer *a = arg;
	size_t got = size * n, room = HTTP_ANSWER_MAX - a->body.len;

	a->cut = got > room;
	buf_add(&a->body, p, a->cut ? room : got);
	return a->cut ? 0 : got;
}

static curl_socket_t outward_socket(void *arg, curlsocktype purpose,
	struct curl_sockaddr *a)
{
	bool *denied = arg;
	char text[INET6_ADDRSTRLEN] = "";
	uint8_t bytes[16];
	size_t n;

	(void)purpose;
	if (a->family == AF_INET)
		inet_ntop(AF_INET, &((struct sockaddr_in *)(void *)&a->addr)->sin_addr,
			text, sizeof text);
	else if (a->family == AF_INET6)
		inet_ntop(AF_INET6,
			&((struct sockaddr_in6 *)(void *)&a->addr)->sin6_addr, text,
			sizeof text);
	n = ip_read(text, bytes);
	*denied = !n || ip_private(bytes, n);
	return *denied ? CURL_SOCKET_BAD
		       : socket(a->family, a->socktype | SOCK_CLOEXEC,
				 a->protocol);
}

static CURLcode set_up(CURL *e, const struct http_request *r, bool local,
	struct curl_slist *fields, struct http_answer *a)
{
	CURLcode rc = CURLE_OK;

#define SET(option, value)                                                     \
	do {                                                                   \
		if (!rc)                                                       \
			rc = curl_easy_setopt(e, option, value);               \
	} while (0)
	SET(CURLOPT_URL, r->url.p);
	if (strcmp(r->method, "GET") != 0) {
		SET(CURLOPT_POSTFIELDSIZE, (long)r->body.len);
		SET(CURLOPT_POSTFIELDS, r->body.p);
	}
	SET(CURLOPT_CUSTOMREQUEST, r->method);
	SET(CURLOPT_HTTPHEADER, fields);
	SET(CURLOPT_USERAGENT, "mcp-alert/" VERSION);
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_TIMEOUT_MS, (long)DELIVER_LIMIT_MS);
	SET(CURLOPT_WRITEFUNCTION, on_data);
	SET(CURLOPT_WRITEDATA, a);
#if LIBCURL_VERSION_NUM >= 0x075700
	/* Nobody waits for a name server that does not answer. */
	SET(CURLOPT_QUICK_EXIT, 1L);
#endif
#if LIBCURL_VERSION_NUM >= 0x075500
	SET(CURLOPT_PROTOCOLS_STR, "http,https");
#else
	SET(CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
	if (r->user) {
		SET(CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		SET(CURLOPT_USERNAME, r->user);
		SET(CURLOPT_PASSWORD, r->password);
	}
	if (local || r->outward)
		SET(CURLOPT_PROXY, "");
	if (r->outward) {
		/* A connection that is there was not checked. */
		SET(CURLOPT_FRESH_CONNECT, 1L);
		SET(CURLOPT_FORBID_REUSE, 1L);
		SET(CURLOPT_OPENSOCKETFUNCTION, outward_socket);
		SET(CURLOPT_OPENSOCKETDATA, &a->untried);
	}
#undef SET
	return rc;
}

static bool add_header(struct curl_slist **l, const char *field)
{
	struct curl_slist *more = curl_slist_append(*l, field);

	if (more)
		*l = more;
	return more;
}

/* The header fields; NULL where there is no memory. */
static struct curl_slist *make_fields(const struct http_request *r)
{
	struct curl_slist *l = NULL;
	char type[100];

	snprintf(type, sizeof type, "Content-Type: %s", r->type);
	if (add_header(&l, type) && add_header(&l, "Expect:") &&
		(!r->field.len || add_header(&l, r->field.p)))
		return l;
	curl_slist_free_all(l);
	return NULL;
}

/* The result that libcurl gives for a request. */
static void read_result(CURL *e, CURLcode rc, struct http_answer *a)
{
	curl_off_t after = 0;
	long status = 0;

	/* An answer that was cut counts. */
	if (rc && !(rc == CURLE_WRITE_ERROR && a->cut)) {
		a->why = curl_easy_strerror(rc);
		/* A certificate that is not good was met before any secret. */
		a->untried = a->untried || rc == CURLE_PEER_FAILED_VERIFICATION ||
			rc == CURLE_SSL_CACERT_BADFILE;
		return;
	}
	curl_easy_getinfo(e, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(e, CURLINFO_RETRY_AFTER, &after);
	a->status = (int)status;
	a->retry_after_s = after > 0 ? (double)after : 0;
}

static void end_exchange(struct http_call *x)
{
	transfers_give_back(x->transfers, x->easy);
	curl_slist_free_all(x->fields);
	free(x);
}

static void exchange_done(void *arg, int result)
{
	struct http_call *x = arg, own = *x;

	read_result(x->easy, (CURLcode)result, x->answer);
	end_exchange(x);
	own.ended(own.arg);
}

static bool refuse_request(struct http_answer *a, const char *why)
{
	a->why = why;
	a->untried = true;
	return false;
}

bool http_begin(struct transfers *t, const struct http_request *r,
	struct http_answer *a, void (*ended)(void *arg), void *arg)
{
	struct http_call *x;
	bool local;

	*a = (struct http_answer) {.why = "unable to start libcurl"};
	buf_init(&a->body, HTTP_ANSWER_MAX);
	if (!buf_ok(&r->url) || !buf_ok(&r->body) || !buf_ok(&r->field))
		return refuse_request(a, "it is too large");
	if (!http_allowed(r->url.p, &local))
		return refuse_request(a, "its URL is not https");
	x = xcalloc(1, sizeof *x);
	*x = (struct http_call) {
		.transfers = t,
		.easy = transfers_handle(t),
		.fields = make_fields(r),
		.answer = a,
		.ended = ended,
		.arg = arg,
	};
	if (x->easy && x->fields && !set_up(x->easy, r, local, x->fields, a) &&
		transfers_easy(t, x->easy, exchange_done, x))
		return true;
	end_exchange(x);
	return false;
}

bool loopback(const char *host)
{
	struct in_addr a;

	return strcasecmp(host, "localhost") == 0 ||
		strcmp(host, "[::1]") == 0 ||
		(inet_pton(AF_INET, host, &a) == 1 &&
			ntohl(a.s_addr) >> 24 == 127);
}

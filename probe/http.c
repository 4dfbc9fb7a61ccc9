/*
 * http.c: see http.h. Each transfer is an easy handle in one multi handle. The
 * moments that matter to a probe are taken from libcurl's callbacks: a socket
 * is opened once the name is resolved, and the pre-request hook runs once TCP
 * and TLS stand.
 */
#include "http.h"

#include "address.h"
#include "clock.h"
#include "http_fail.h"
#include "http_fields.h"
#include "log.h"
#include "resolve.h"
#include "url.h"
#include "xalloc.h"

#include <curl/curl.h>
#include <math.h>
#include <sys/socket.h>

/* How long the end of a stream is waited for once the answer is here. */
#define GRACE_MS 50
/* TCP and TLS together; a handshake that takes longer serves nobody. */
#define CONNECT_MS 10000
/* All header fields of a response together. */
#define HEADERS_MAX (128 * 1024)
/* Shorter than the 5 s after which node closes an idle connection. */
#define IDLE_S 4L

struct http {
	struct http_config config;
	CURLM *multi;
	struct http_transfer *first; /* all that are running */
	size_t running;
};

struct http_transfer {
	struct http *http;
	struct http_transfer *prev, *next;
	CURL *easy;
	struct curl_slist *headers;
	struct http_handler handler;
	void *arg;
	struct http_response response;
	double started_ms, timeout_ms;
	double stop_at_ms;  /* NAN until the answer is here */
	size_t header_bytes;
	bool deny_private, denied, only_connect; /* denied: an address was */
	struct resolve *resolve; /* asks why the name did not resolve */
	double resolve_by_ms;	 /* monotonic: until then */
	char error[CURL_ERROR_SIZE];
};

static double elapsed(const struct http_transfer *t)
{
	return clock_mono_ms() - t->started_ms;
}

static curl_socket_t on_socket(void *arg, curlsocktype purpose,
	struct curl_sockaddr *a)
{
	struct http_transfer *t = arg;
	struct http_response *r = &t->response;

	(void)purpose;
	address_text(&a->addr, r->address, sizeof r->address, &r->port);
	if (t->deny_private && address_private(&a->addr)) {
		t->denied = true;
		return CURL_SOCKET_BAD;
	}
	if (r->phase == HTTP_RESOLVING) {
		r->phase = HTTP_CONNECTING;
		r->resolved_ms = elapsed(t);
		if (t->handler.resolved)
			t->handler.resolved(t->arg, r);
	}
	return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

static int on_ready(void *arg, char *ip, char *local_ip, int port,
	int local_port)
{
	struct http_transfer *t = arg;
	struct http_response *r = &t->response;

	(void)local_ip, (void)local_port;
	r->reused = r->phase == HTTP_RESOLVING;
	r->phase = HTTP_READY;
	r->connected_ms = elapsed(t);
	snprintf(r->address, sizeof r->address, "%s", ip);
	r->port = port;
	http_fields_tls(r, t->easy);
	if (t->handler.connected)
		t->handler.connected(t->arg, r);
	if (t->only_connect)
		http_stop(t);
	return t->only_connect ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

/* A new status line, after 1xx or a proxy's answer, begins anew. */
static void note_status(struct http_transfer *t)
{
	struct http_response *r = &t->response;

	http_fields_clear(r);
	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &r->status);
	if (!(r->first_byte_ms > 0))
		r->first_byte_ms = elapsed(t);
}

static size_t on_header(char *p, size_t size, size_t n, void *arg)
{
	struct http_transfer *t = arg;

	n *= size;
	t->header_bytes += n;
	if (t->header_bytes > HEADERS_MAX)
		return 0;
	if (n > 5 && memcmp(p, "HTTP/", 5) == 0)
		note_status(t);
	else
		http_fields_add(&t->response, p, n);
	return n;
}

static size_t on_data(char *p, size_t size, size_t n, void *arg)
{
	struct http_transfer *t = arg;

	n *= size;
	if (!isnan(t->stop_at_ms))
		return n;
	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &t->response.status);
	switch (t->handler.data(t->arg, &t->response, p, n)) {
	case HTTP_WANT_MORE:
		return n;
	case HTTP_WANT_EOF:
		t->stop_at_ms = clock_mono_ms() + GRACE_MS;
		return n;
	default:
		t->response.end = HTTP_ABORTED;
		return n ? 0 : 1;
	}
}

struct http *http_new(const struct http_config *c)
{
	struct http *h;

	if (curl_global_init(CURL_GLOBAL_DEFAULT)) {
		log_error("unable to start libcurl");
		return NULL;
	}
	h = xcalloc(1, sizeof *h);
	h->config = *c;
	h->multi = curl_multi_init();
	if (!h->multi) {
		log_error("unable to start libcurl");
		free(h);
		return NULL;
	}
	return h;
}

void http_free(struct http *h)
{
	if (!h)
		return;
	curl_multi_cleanup(h->multi);
	curl_global_cleanup();
	free(h);
}

static void transfer_free(struct http_transfer *t)
{
	struct http *h = t->http;

	if (t->prev)
		t->prev->next = t->next;
	else
		h->first = t->next;
	if (t->next)
		t->next->prev = t->prev;
	h->running--;
	curl_multi_remove_handle(h->multi, t->easy);
	curl_easy_cleanup(t->easy);
	curl_slist_free_all(t->headers);
	resolve_free(t->resolve);
	free(t);
}

/* Everything that is the same for all requests. */
static CURLcode set_common(struct http_transfer *t)
{
	const struct http_config *c = &t->http->config;
	CURL *e = t->easy;
	CURLcode rc = CURLE_OK;

#define SET(option, value)                                                     \
	do {                                                                   \
		if (!rc)                                                       \
			rc = curl_easy_setopt(e, option, value);               \
	} while (0)
	SET(CURLOPT_PRIVATE, t);
	SET(CURLOPT_ERRORBUFFER, t->error);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_USERAGENT, c->user_agent);
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	SET(CURLOPT_MAXAGE_CONN, IDLE_S);
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	SET(CURLOPT_SSL_SESSIONID_CACHE, 0L);
	SET(CURLOPT_HEADERFUNCTION, on_header);
	SET(CURLOPT_HEADERDATA, t);
	SET(CURLOPT_WRITEFUNCTION, on_data);
	SET(CURLOPT_WRITEDATA, t);
	SET(CURLOPT_OPENSOCKETFUNCTION, on_socket);
	SET(CURLOPT_OPENSOCKETDATA, t);
	SET(CURLOPT_PREREQFUNCTION, on_ready);
	SET(CURLOPT_PREREQDATA, t);
#if LIBCURL_VERSION_NUM >= 0x075500
	SET(CURLOPT_PROTOCOLS_STR, "http,https");
#else
	SET(CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
#if LIBCURL_VERSION_NUM >= 0x075700
	SET(CURLOPT_QUICK_EXIT, 1L);
#endif
	/* With a folder of certificates the bundle is not cached: slow. */
	SET(CURLOPT_CAPATH, NULL);
	if (c->cacert)
		SET(CURLOPT_CAINFO, c->cacert);
	/* A proxy would connect on our behalf, to any address it likes. */
	if (t->deny_private)
		SET(CURLOPT_PROXY, "");
	return rc;
}

static CURLcode set_request(struct http_transfer *t,
	const struct http_request *rq)
{
	CURL *e = t->easy;
	CURLcode rc = CURLE_OK;

	t->headers = curl_slist_append(NULL, "Expect:");
	for (const char *const *p = rq->headers; p && *p && t->headers; p++) {
		struct curl_slist *more = curl_slist_append(t->headers, *p);

		if (!more)
			return CURLE_OUT_OF_MEMORY;
		t->headers = more;
	}
	SET(CURLOPT_URL, rq->url);
	SET(CURLOPT_HTTPHEADER, t->headers);
	SET(CURLOPT_TIMEOUT_MS, (long)t->timeout_ms);
	SET(CURLOPT_SSL_ENABLE_ALPN, (long)!rq->only_connect);
	SET(CURLOPT_SSL_VERIFYPEER, (long)!(rq->only_connect && rq->distrusted));
	SET(CURLOPT_SSL_VERIFYHOST, rq->only_connect && rq->distrusted ? 0L : 2L);
	if (rq->fresh) {
		SET(CURLOPT_FRESH_CONNECT, 1L);
		SET(CURLOPT_DNS_CACHE_TIMEOUT, 0L);
	}
	if (rq->body) {
		SET(CURLOPT_POSTFIELDSIZE, (long)strlen(rq->body));
		SET(CURLOPT_COPYPOSTFIELDS, rq->body);
	} else if (strcmp(rq->method, "GET") != 0) {
		SET(CURLOPT_CUSTOMREQUEST, rq->method);
	}
	return rc;
#undef SET
}

struct http_transfer *http_start(struct http *h, const struct http_request *rq,
	const struct http_handler *handler, void *arg)
{
	struct http_transfer *t = xcalloc(1, sizeof *t);

	t->http = h;
	t->handler = *handler;
	t->arg = arg;
	t->started_ms = clock_mono_ms();
	t->timeout_ms = rq->timeout_ms < 1 ? 1 : rq->timeout_ms;
	t->stop_at_ms = NAN;
	t->deny_private = h->config.deny_private || rq->deny_private;
	t->only_connect = rq->only_connect;
	t->response.http_version = "";
	t->response.code = "";
	t->easy = curl_easy_init();
	t->next = h->first;
	if (h->first)
		h->first->prev = t;
	h->first = t;
	h->running++;
	if (!t->easy || set_common(t) || set_request(t, rq) ||
		curl_multi_add_handle(h->multi, t->easy)) {
		transfer_free(t);
		return NULL;
	}
	return t;
}

void http_stop(struct http_transfer *t)
{
	t->stop_at_ms = clock_mono_ms();
}

static void wake(void *multi)
{
	curl_multi_wakeup(multi);
}

/* The name did not resolve. True: the resolver is being asked why. */
static bool ask_why(struct http_transfer *t)
{
	char *url = NULL, why[URL_WHY];
	struct url u;

	curl_easy_getinfo(t->easy, CURLINFO_EFFECTIVE_URL, &url);
	if (!url || !url_parse(url, &u, why))
		return false;
	t->resolve = resolve_start(u.host, wake, t->http->multi);
	t->resolve_by_ms = t->started_ms + t->timeout_ms;
	return t->resolve != NULL;
}

/* Take the transfer down and tell its owner. */
static void finish(struct http_transfer *t, CURLcode rc)
{
	struct http_response r;
	struct http_handler handler = t->handler;
	void *arg = t->arg;
	curl_off_t tcp_us = 0;

	curl_easy_getinfo(t->easy, CURLINFO_CONNECT_TIME_T, &tcp_us);
	if (tcp_us > 0 && t->response.phase == HTTP_CONNECTING)
		t->response.phase = HTTP_SECURING;
	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &t->response.status);
	t->response.http_version = http_fields_version(t->easy);
	if (!isnan(t->stop_at_ms))
		t->response.end = HTTP_ENOUGH;
	else if (t->response.end == HTTP_ABORTED)
		;
	else if (rc)
		http_fail(&t->response, rc, t->easy, t->error, t->denied,
			t->header_bytes > HEADERS_MAX);
	else
		t->response.end = HTTP_COMPLETE;
	if (t->resolve)
		http_fail_resolve(&t->response, resolve_result(t->resolve));
	r = t->response;
	transfer_free(t);
	handler.done(arg, &r);
}

/*
 * Streams that said all we want and did not end in time are cut; and a resolver
 * may have said why a name did not resolve.
 */
static double settle(struct http *h, double wait_ms)
{
	double now = clock_mono_ms();
	struct http_transfer *t = h->first, *next;

	for (; t; t = next) {
		double until = t->resolve ? t->resolve_by_ms : t->stop_at_ms;

		next = t->next;
		if (isnan(until))
			continue;
		if (until <= now ||
			(t->resolve && resolve_result(t->resolve)))
			finish(t, CURLE_COULDNT_RESOLVE_HOST);
		else if (until - now < wait_ms)
			wait_ms = until - now;
	}
	return wait_ms;
}

size_t http_turn(struct http *h, double max_ms)
{
	int running, left;
	CURLMsg *m;

	max_ms = settle(h, max_ms);
	curl_multi_perform(h->multi, &running);
	while ((m = curl_multi_info_read(h->multi, &left))) {
		struct http_transfer *t = NULL;

		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &t);
		if (m->data.result != CURLE_COULDNT_RESOLVE_HOST || !ask_why(t))
			finish(t, m->data.result);
		max_ms = 0;
	}
	if (max_ms > 0)
		curl_multi_poll(h->multi, NULL, 0, (int)ceil(max_ms), NULL);
	return h->running;
}

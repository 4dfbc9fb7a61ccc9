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
#include "http_setup.h"
#include "http_tls.h"
#include "log.h"
#include "resolve.h"
#include "trace.h"
#include "url.h"
#include "xalloc.h"

#include <curl/curl.h>
#include <math.h>
#include <sys/socket.h>

/* How long the end of a stream is waited for once the answer is here. */
#define GRACE_MS 50
#define HEADERS_MAX (128 * 1024) /* all header fields of a response */

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
	struct http_setup setup;
	struct http_tls *tls;
	struct trace *trace; /* NULL for none */
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
	trace_note(t->trace, "Trying %s port %ld", r->address, r->port);
	if (r->phase == HTTP_RESOLVING) {
		r->phase = HTTP_CONNECTING;
		r->resolved_ms = elapsed(t);
		if (t->handler.resolved)
			t->handler.resolved(t->arg, r);
	}
	if (t->deny_private && address_private(&a->addr)) {
		t->denied = true;
		return CURL_SOCKET_BAD;
	}
	return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

/* When TCP stood: as TLS began, or else when all was ready. */
static void note_tcp(struct http_transfer *t)
{
	struct http_response *r = &t->response;

	if (r->tcp_ms > 0)
		return;
	if (t->tls->began_ms > 0)
		r->tcp_ms = t->tls->began_ms - t->started_ms;
	else if (!r->reused)
		r->tcp_ms = r->connected_ms;
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
	note_tcp(t);
	snprintf(r->address, sizeof r->address, "%s", ip);
	r->port = port;
	http_tls_facts(r, t->easy);
	trace_connected(t->trace, r, t->tls->names);
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
	trace_field(t->trace, p, n);
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
	/* A little that is compressed may be a lot: it takes time, too. */
	if (!isnan(t->stop_at_ms))
		return clock_mono_ms() < t->stop_at_ms || !n ? n : 0;
	trace_body(t->trace, p, n);
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

/* Of all that libcurl tells, its own words may hold secrets. */
static int on_debug(CURL *easy, curl_infotype type, char *p, size_t n,
	void *arg)
{
	struct http_transfer *t = arg;

	(void)easy;
	if (type != CURLINFO_HEADER_OUT)
		return 0;
	/* CONNECT: the proxy is there. */
	if (t->response.phase == HTTP_CONNECTING)
		t->response.tcp_ms = elapsed(t);
	trace_sent(t->trace, p, n);
	return 0;
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
	http_setup_free(&t->setup);
	http_tls_drop(t->tls);
	trace_end(t->trace);
	resolve_free(t->resolve);
	free(t);
}

static bool set_callbacks(struct http_transfer *t)
{
	CURL *e = t->easy;
	CURLcode rc = CURLE_OK;

	HTTP_SET(CURLOPT_PRIVATE, t);
	HTTP_SET(CURLOPT_ERRORBUFFER, t->error);
	HTTP_SET(CURLOPT_HEADERFUNCTION, on_header);
	HTTP_SET(CURLOPT_HEADERDATA, t);
	HTTP_SET(CURLOPT_WRITEFUNCTION, on_data);
	HTTP_SET(CURLOPT_WRITEDATA, t);
	HTTP_SET(CURLOPT_OPENSOCKETFUNCTION, on_socket);
	HTTP_SET(CURLOPT_OPENSOCKETDATA, t);
	HTTP_SET(CURLOPT_PREREQFUNCTION, on_ready);
	HTTP_SET(CURLOPT_PREREQDATA, t);
	HTTP_SET(CURLOPT_SSL_CTX_FUNCTION, http_tls_watch);
	HTTP_SET(CURLOPT_SSL_CTX_DATA, t->tls);
	if (t->trace || t->response.proxied) {
		HTTP_SET(CURLOPT_VERBOSE, 1L);
		HTTP_SET(CURLOPT_DEBUGFUNCTION, on_debug);
		HTTP_SET(CURLOPT_DEBUGDATA, t);
	}
	return !rc;
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
	t->tls = http_tls_new();
	t->trace = h->config.trace ? trace_new(rq, h->config.labels) : NULL;
	t->response.cert_shown = rq->cert != NULL;
	t->response.http_version = t->response.code = "";
	t->easy = curl_easy_init();
	t->next = h->first;
	if (h->first)
		h->first->prev = t;
	h->first = t;
	h->running++;
	if (!t->easy ||
		!http_setup(&t->setup, t->easy, &h->config, rq,
			&t->response.proxied) ||
		!set_callbacks(t) ||
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
	char host[256];

	if (!http_fail_name(t->easy, t->error, host, sizeof host))
		return false;
	t->resolve = resolve_start(host, t->http->config.ip_version, wake,
		t->http->multi);
	t->resolve_by_ms = t->started_ms + t->timeout_ms;
	return t->resolve != NULL;
}

static void judge(struct http_transfer *t, CURLcode rc)
{
	struct http_response *r = &t->response;
	struct http_failure f = {.rc = rc,
		.easy = t->easy,
		.error = t->error,
		.denied = t->denied,
		.ip_version = t->http->config.ip_version,
		.fields = t->header_bytes > HEADERS_MAX,
		.tls = t->tls,
		.after_ms = elapsed(t)};

	if (!isnan(t->stop_at_ms))
		r->end = HTTP_ENOUGH;
	else if (rc && r->end != HTTP_ABORTED)
		http_fail(r, &f);
	if (t->resolve)
		http_fail_resolve(r, resolve_result(t->resolve), f.ip_version);
	else if (r->proxied && r->status == 407 && !*r->tls_version)
		http_fail_proxy_auth(r);
}

/* Take the transfer down and tell its owner. */
static void finish(struct http_transfer *t, CURLcode rc)
{
	struct http_handler handler = t->handler;
	struct http_response r;
	void *arg = t->arg;

	if (t->response.phase == HTTP_CONNECTING && t->tls->began_ms > 0)
		t->response.phase = HTTP_SECURING;
	note_tcp(t);
	t->response.cert_wanted |= t->tls->cert_wanted;
	t->response.total_ms = elapsed(t);
	http_fields_end(&t->response, t->easy);
	judge(t, rc);
	r = t->response;
	if (r.end == HTTP_FAILED || r.end == HTTP_OURS)
		trace_note(t->trace, "%s", r.message);
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
	/* What just came may have been all that was wanted. */
	max_ms = settle(h, max_ms);
	if (max_ms > 0)
		curl_multi_poll(h->multi, NULL, 0, (int)ceil(max_ms), NULL);
	return h->running;
}

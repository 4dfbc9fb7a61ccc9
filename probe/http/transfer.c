/*
 * transfer.c: the moments that matter to a probe, taken from libcurl's
 * callbacks: a socket is opened once the name is resolved, and the pre-request
 * hook runs once TCP and TLS stand.
 */
#include "http/transfer.h"

#include "base/clock.h"
#include "base/stats.h"
#include "base/text.h"
#include "http/address.h"
#include "http/fields.h"
#include "http/tls.h"
#include "http/trace.h"

#include <errno.h>
#include <math.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

/* How long the end of a stream is waited for once the answer is here. */
#define GRACE_MS 50

double http_transfer_elapsed(const struct http_transfer *t)
{
	return clock_mono_ms() - t->started_ms;
}

void http_transfer_stop(struct http_transfer *t, double ms)
{
	t->stop_at_ms = clock_mono_ms() + ms;
	*t->aside = true;
}

/* How many bytes the connection of a transfer has brought so far. */
static size_t brought(const struct http_transfer *t)
{
	struct tcp_info info = {0};
	socklen_t size = sizeof info;

	if (t->socket < 0 ||
		getsockopt(t->socket, IPPROTO_TCP, TCP_INFO, &info, &size))
		return 0;
	return (size_t)info.tcpi_bytes_received;
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
		r->resolved_ms = http_transfer_elapsed(t);
		if (t->handler.resolved)
			t->handler.resolved(t->arg, r);
	}
	t->denied = t->deny_private && !r->proxied && address_private(&a->addr);
	if (t->denied)
		return CURL_SOCKET_BAD;
	t->socket = socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
	/* A kernel without IPv6 is another matter: there is no way. */
	if (t->socket < 0 && errno != EAFNOSUPPORT)
		t->lacked = errno;
	http_sockets_add(t->sockets, t->socket);
	t->opened++;
	return t->socket;
}

static int on_socket_close(void *arg, curl_socket_t s)
{
	http_sockets_drop(arg, s);
	return close(s);
}

void http_transfer_note_tcp(struct http_transfer *t)
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

	(void)local_ip;
	/* The connection may be one of another request, which is allowed to
	 * reach private addresses. */
	if (t->deny_private && !r->proxied && address_private_text(ip)) {
		t->denied = true;
		snprintf(r->address, sizeof r->address, "%s", ip);
		return CURL_PREREQFUNC_ABORT;
	}
	/* Of several it is not known which one stands. */
	if (t->opened == 1 && t->socket >= 0)
		http_sockets_note(t->sockets, t->socket, port, local_port);
	t->socket = http_sockets_find(t->sockets, t->socket, port, local_port);
	r->reused = r->phase == HTTP_RESOLVING;
	r->phase = HTTP_READY;
	r->connected_ms = http_transfer_elapsed(t);
	http_transfer_note_tcp(t);
	text_copy(r->address, sizeof r->address, ip);
	r->port = port;
	http_tls_facts(r, t->easy);
	if (r->reused)
		t->network_last = brought(t);
	trace_connected(t->trace, r, t->tls->names);
	if (t->handler.connected)
		t->handler.connected(t->arg, r);
	if (t->only_connect)
		http_stop(t);
	return t->only_connect ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

/* A status line: forget the response before it, a 1xx or a proxy's. */
static void note_status(struct http_transfer *t)
{
	struct http_response *r = &t->response;

	http_fields_clear(r);
	t->framing = (struct framing) {0};
	t->head_over = false;
	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &r->status);
	if (!(r->first_byte_ms > 0))
		r->first_byte_ms = http_transfer_elapsed(t);
}

static void note_field(struct http_transfer *t, const char *p, size_t n)
{
	http_fields_add(&t->response, p, n);
	framing_field(&t->framing, p, n);
	t->response.odd = t->framing.odd;
}

/* Whether the head of the server, and not of a proxy, is invalid. */
static bool misframed(const struct http_transfer *t)
{
	return t->framing.fault && t->response.phase == HTTP_READY;
}

static size_t on_header(char *p, size_t size, size_t n, void *arg)
{
	struct http_transfer *t = arg;

	n *= size;
	stats_add(COUNT_BYTES, n);
	t->response.fields_n += n;
	if (t->response.fields_n > HTTP_HEADERS_MAX)
		return 0;
	trace_field(t->trace, p, n);
	if (n > 5 && memcmp(p, "HTTP/", 5) == 0)
		note_status(t);
	else if (*p == '\r' || *p == '\n')
		t->head_over = true;
	else if (!t->head_over)
		note_field(t, p, n);
	/* To undo several compressions may take long and yield nothing. */
	return t->head_over &&
			(http_codings(&t->response) > 1 || misframed(t))
		? 0
		: n;
}

/* libcurl calls this several times in a turn, also where no body comes. */
static int on_progress(void *arg, curl_off_t down_all, curl_off_t down,
	curl_off_t up_all, curl_off_t up)
{
	struct http_transfer *t = arg;
	size_t n;

	(void)down_all;
	(void)down;
	(void)up_all;
	(void)up;
	if (t->turn == *t->turns)
		return 0;
	t->turn = *t->turns;
	n = brought(t);
	if (n <= t->network_last)
		return 0;
	t->response.network_n += n - t->network_last + HTTP_ARRIVAL;
	t->network_last = n;
	if (!t->network_max || t->response.network_n <= t->network_max)
		return 0;
	t->response.end = HTTP_ABORTED;
	return 1;
}

/* Hand decoded bytes on. Whether more are wanted. */
static bool hand_on(void *arg, const char *p, size_t n)
{
	struct http_transfer *t = arg;
	bool late = !isnan(t->stop_at_ms);

	stats_add(COUNT_BYTES, n);
	if (!late)
		trace_body(t->trace, p, n);
	switch (t->handler.data(t->arg, &t->response, p, n)) {
	case HTTP_WANT_MORE:
		return true;
	case HTTP_WANT_EOF:
		if (!late)
			http_transfer_stop(t, GRACE_MS);
		return false;
	default:
		t->response.end = HTTP_ABORTED;
		return false;
	}
}

/*
 * Decoded here and not by libcurl: see decoding.h. The rest of a body, which is
 * read only so that the connection can be reused, is not decoded: a few
 * compressed bytes may take long.
 */
static size_t on_data(char *p, size_t size, size_t n, void *arg)
{
	struct http_transfer *t = arg;
	enum coding coding = http_coding(&t->response);
	bool late = !isnan(t->stop_at_ms);

	n *= size;
	if (late && clock_mono_ms() >= t->stop_at_ms)
		return 0;
	if (!late)
		http_fields_end(&t->response, t->easy);
	if (late || coding == CODING_NONE) {
		hand_on(t, p, n);
	} else {
		if (!t->decoding)
			t->decoding = decoding_new(coding);
		t->undecoded = !decoding_feed(t->decoding, p, n, hand_on, t);
	}
	return t->undecoded || t->response.end == HTTP_ABORTED ? !n : n;
}

/* libcurl's messages (CURLINFO_TEXT) are left out: they may hold secrets. */
static int on_debug(CURL *easy, curl_infotype type, char *p, size_t n,
	void *arg)
{
	struct http_transfer *t = arg;

	bool socks = type == CURLINFO_TEXT && n > 5 &&
		memcmp(p, "SOCKS", 5) == 0;

	(void)easy;
	if (type != CURLINFO_HEADER_OUT && !socks)
		return 0;
	/* The first bytes to a proxy, CONNECT or SOCKS: TCP stands. */
	if (t->response.phase == HTTP_CONNECTING && !(t->response.tcp_ms > 0))
		t->response.tcp_ms = http_transfer_elapsed(t);
	if (!socks)
		trace_sent(t->trace, p, n);
	return 0;
}

/* The callbacks that all requests of a transfer have. */
static CURLcode set_callbacks(struct http_transfer *t)
{
	CURL *e = t->easy;
	CURLcode rc = CURLE_OK;

	HTTP_SET(CURLOPT_PRIVATE, t);
	HTTP_SET(CURLOPT_ERRORBUFFER, t->error);
	HTTP_SET(CURLOPT_HEADERFUNCTION, on_header);
	HTTP_SET(CURLOPT_HEADERDATA, t);
	HTTP_SET(CURLOPT_WRITEFUNCTION, on_data);
	HTTP_SET(CURLOPT_WRITEDATA, t);
	HTTP_SET(CURLOPT_NOPROGRESS, 0L);
	HTTP_SET(CURLOPT_XFERINFOFUNCTION, on_progress);
	HTTP_SET(CURLOPT_XFERINFODATA, t);
	HTTP_SET(CURLOPT_OPENSOCKETFUNCTION, on_socket);
	HTTP_SET(CURLOPT_OPENSOCKETDATA, t);
	HTTP_SET(CURLOPT_CLOSESOCKETFUNCTION, on_socket_close);
	HTTP_SET(CURLOPT_CLOSESOCKETDATA, t->sockets);
	HTTP_SET(CURLOPT_PREREQFUNCTION, on_ready);
	HTTP_SET(CURLOPT_PREREQDATA, t);
	HTTP_SET(CURLOPT_SSL_CTX_FUNCTION, http_tls_watch);
	return rc;
}

bool http_transfer_watch(struct http_transfer *t)
{
	return (t->setup.done || !set_callbacks(t)) &&
	       !curl_easy_setopt(t->easy, CURLOPT_SSL_CTX_DATA, t->tls);
}

bool http_transfer_debug(struct http_transfer *t)
{
	CURL *e = t->easy;
	CURLcode rc = CURLE_OK;

	HTTP_SET(CURLOPT_VERBOSE, 1L);
	HTTP_SET(CURLOPT_DEBUGFUNCTION, on_debug);
	HTTP_SET(CURLOPT_DEBUGDATA, t);
	return !rc;
}

/* SPDX-License-Identifier: MIT */
/*
 * client.c: see client.h. Each transfer is an easy handle in one multi handle,
 * which is driven by what epoll(7) reports. libcurl's callbacks give the
 * moments that matter to a probe: a socket is opened once the name is resolved,
 * and the pre-request hook runs once TCP and TLS stand. A transfer that has
 * ended is kept, with the options that all requests have, for a later request.
 */
#include "http/client.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/stats.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "http/address.h"
#include "http/framing.h"
#include "http/tls.h"
#include "http/transfer.h"
#include "http/trust.h"

#include <curl/curl.h>
#include <errno.h>
#include <linux/tcp.h>
#include <math.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

/* A probe has connections to its server, and to servers that give it tokens. */
#define CONNECTIONS 8L
/* Fewer sockets that are ready at a time are little to do. */
#define FEW 4

/* How long the end of a stream is waited for once the answer is here. */
#define GRACE_MS 50
/* The most bytes of all header fields of a response. */
#define HTTP_HEADERS_MAX (128 * 1024)

struct http {
	struct http_config config;
	CURLM *multi;
	struct http_transfer *first; /* all that are running */
	struct http_transfer *spare; /* those that have ended */
	double timer_ms; /* monotonic: when libcurl wants a turn; or INFINITY */
	bool aside;	 /* a transfer is to be stopped, or resolves */
	uint64_t turns;	 /* how often libcurl was called */
	bool hurry;	 /* one was just stopped, or a timer set */
	struct timers timers;
	struct http_sockets sockets;
	struct lost_time lost;
};

struct http_transfer {
	struct http *http;
	struct http_transfer *prev, *next;
	struct http_tls *tls;
	struct trace *trace; /* NULL for none */
	const struct http_watch *watch; /* NULL: nobody */
	struct http_handler handler;
	void *arg;
	double started_ms;
	struct deadline deadline;
	double stop_at_ms;  /* NAN until the answer is here */
	int socket; /* -1 while not known */
	unsigned opened; /* how many sockets this one opened */
	size_t network_max;
	uint64_t turn;	       /* the last in which network_last was set */
	size_t network_last; /* bytes its connection had brought by then */
	bool deny_private, only_connect;
	bool denied;		 /* the last address was refused */
	struct decoding *decoding; /* NULL: there is nothing to decode */
	bool undecoded;		   /* what came is not what its coding says */
	struct framing framing; /* of the head that is being read */
	bool head_over; /* what follows are trailers (RFC 9110, section 6.5.1) */
	int lacked; /* errno: no socket could be opened; or 0 */
	/*
	 * Finds out why the name did not resolve; or, for an unsent request,
	 * whether its host is public, so that a proxy may be asked for it.
	 */
	struct dns *resolve;
	bool unsent;
	char error[CURL_ERROR_SIZE];
	struct http_response response; /* http_fields_clear frees its fields */
	/* The members from here on are kept from request to request. */
	CURL *easy;
	struct http_setup setup;
};

/* ---- The moments of a transfer, from libcurl's callbacks. */

static double transfer_elapsed(const struct http_transfer *t)
{
	return clock_mono_ms() - t->started_ms;
}

/* End it that many milliseconds from now. */
static void transfer_stop(struct http_transfer *t, double ms)
{
	t->stop_at_ms = clock_mono_ms() + ms;
	t->http->aside = true;
}

/* How many bytes the connection of a transfer has brought so far. */
static size_t bytes_brought(const struct http_transfer *t)
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
		r->resolved_ms = transfer_elapsed(t);
		if (t->watch)
			t->watch->resolved(t->watch->arg, r);
	}
	t->denied = t->deny_private && !r->proxied && address_private(&a->addr);
	if (t->denied)
		return CURL_SOCKET_BAD;
	t->socket = socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
	/* A kernel without IPv6 is another matter: there is no way. */
	if (t->socket < 0 && errno != EAFNOSUPPORT)
		t->lacked = errno;
	http_sockets_add(&t->http->sockets, t->socket);
	t->opened++;
	return t->socket;
}

static int on_socket_close(void *arg, curl_socket_t s)
{
	http_sockets_drop(arg, s);
	return close(s);
}

/* TCP stood when TLS began, or without TLS when the request could be sent. */
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

void http_stop(struct http_transfer *t)
{
	transfer_stop(t, 0);
	t->http->hurry = true;
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
	/* If several were opened, nobody knows which one is in use. */
	if (t->opened == 1 && t->socket >= 0)
		http_sockets_note(
			&t->http->sockets, t->socket, port, local_port);
	t->socket = http_sockets_find(
		&t->http->sockets, t->socket, port, local_port);
	r->reused = r->phase == HTTP_RESOLVING;
	r->phase = HTTP_READY;
	r->connected_ms = transfer_elapsed(t);
	note_tcp(t);
	text_copy(r->address, sizeof r->address, ip);
	r->port = port;
	http_tls_facts(r, t->easy);
	if (r->reused)
		t->network_last = bytes_brought(t);
	trace_connected(t->trace, r, t->tls->names);
	if (t->watch)
		t->watch->connected(t->watch->arg, r);
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
		r->first_byte_ms = transfer_elapsed(t);
}

static void note_field(struct http_transfer *t, const char *p, size_t n)
{
	http_fields_add(&t->response, p, n);
	framing_field(&t->framing, p, n);
	t->response.odd = t->framing.odd;
}

/* Whether the head of the server, and not of a proxy, is invalid. */
static bool is_misframed(const struct http_transfer *t)
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
			(http_codings(&t->response) > 1 || is_misframed(t))
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
	if (t->turn == t->http->turns)
		return 0;
	t->turn = t->http->turns;
	n = bytes_brought(t);
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
			transfer_stop(t, GRACE_MS);
		return false;
	default:
		t->response.end = HTTP_ABORTED;
		return false;
	}
}

/*
 * Decoded here and not by libcurl: see decoding.c. The rest of a body, which is
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
		t->response.tcp_ms = transfer_elapsed(t);
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
	HTTP_SET(CURLOPT_CLOSESOCKETDATA, &t->http->sockets);
	HTTP_SET(CURLOPT_PREREQFUNCTION, on_ready);
	HTTP_SET(CURLOPT_PREREQDATA, t);
	HTTP_SET(CURLOPT_SSL_CTX_FUNCTION, http_tls_watch);
	return rc;
}

/* Set libcurl's callbacks, where an earlier request of the handle did not. */
static bool watch_transfer(struct http_transfer *t)
{
	return (t->setup.done || !set_callbacks(t)) &&
	       !curl_easy_setopt(t->easy, CURLOPT_SSL_CTX_DATA, t->tls);
}

/* Have on_debug called, for a proxy or a trace. */
static bool watch_debug(struct http_transfer *t)
{
	CURL *e = t->easy;
	CURLcode rc = CURLE_OK;

	HTTP_SET(CURLOPT_VERBOSE, 1L);
	HTTP_SET(CURLOPT_DEBUGFUNCTION, on_debug);
	HTTP_SET(CURLOPT_DEBUGDATA, t);
	return !rc;
}

/* ---- All transfers. */

static int on_want(CURL *easy, curl_socket_t fd, int what, void *arg, void *own)
{
	struct http *h = arg;

	(void)easy;
	(void)own;
	http_sockets_want(&h->sockets, fd, what);
	return 0;
}

static int on_timer(CURLM *multi, long ms, void *arg)
{
	struct http *h = arg;

	(void)multi;
	h->timer_ms = ms < 0 ? INFINITY : clock_mono_ms() + (double)ms;
	return 0;
}

/* Idle connections of probes that have ended are of no use to others. */
static bool set_up(struct http *h)
{
	CURLM *m = h->multi = curl_multi_init();

	return m && http_sockets_init(&h->sockets) &&
		!curl_multi_setopt(m, CURLMOPT_SOCKETFUNCTION, on_want) &&
		!curl_multi_setopt(m, CURLMOPT_SOCKETDATA, h) &&
		!curl_multi_setopt(m, CURLMOPT_TIMERFUNCTION, on_timer) &&
		!curl_multi_setopt(m, CURLMOPT_TIMERDATA, h) &&
		!curl_multi_setopt(m, CURLMOPT_MAXCONNECTS,
			CONNECTIONS + h->config.width);
}

static CURLcode start_libcurl(const struct http_config *c)
{
	if (c->width <= HTTP_MANY)
		return curl_global_init(CURL_GLOBAL_DEFAULT);
	upload_buffers_reserve((size_t)c->width);
	return curl_global_init_mem(CURL_GLOBAL_DEFAULT, upload_buffer_malloc,
		upload_buffer_free, upload_buffer_realloc, strdup, calloc);
}

struct http *http_new(const struct http_config *c)
{
	struct http *h;

	if (start_libcurl(c)) {
		log_error("libcurl cannot start");
		return NULL;
	}
	http_proxy_hide();
	h = xcalloc(1, sizeof *h);
	h->config = *c;
	h->config.may_proxy = http_proxy_any();
	h->timer_ms = INFINITY;
	if (!set_up(h)) {
		log_error("libcurl cannot start");
		curl_multi_cleanup(h->multi);
		http_sockets_release(&h->sockets);
		free(h);
		return NULL;
	}
	return h;
}

static void destroy_transfer(struct http_transfer *t)
{
	curl_easy_cleanup(t->easy);
	http_setup_free(&t->setup);
	free(t);
}

void http_free(struct http *h)
{
	if (!h)
		return;
	while (h->spare) {
		struct http_transfer *t = h->spare;

		h->spare = t->next;
		destroy_transfer(t);
	}
	curl_multi_cleanup(h->multi);
	curl_global_cleanup();
	http_sockets_release(&h->sockets);
	free(h);
}

/* The transfer is over; what it found is still there. */
static void detach_transfer(struct http_transfer *t)
{
	struct http *h = t->http;

	if (t->prev)
		t->prev->next = t->next;
	else
		h->first = t->next;
	if (t->next)
		t->next->prev = t->prev;
	if (t->easy)
		curl_multi_remove_handle(h->multi, t->easy);
	http_tls_drop(t->tls);
	trace_end(t->trace);
	dns_free(t->resolve);
	decoding_free(t->decoding);
}

/* Free a transfer that is over, or keep it for another request. */
static void transfer_free(struct http_transfer *t)
{
	struct http *h = t->http;

	http_fields_clear(&t->response);
	if (!t->setup.usual) {
		destroy_transfer(t);
		return;
	}
	http_setup_wipe(&t->setup);
	t->next = h->spare;
	h->spare = t;
}

/* A transfer with an easy handle; NULL where libcurl has none. */
static struct http_transfer *transfer_new(struct http *h,
	const struct http_request *rq)
{
	struct http_transfer *t = h->spare;
	bool usual = http_setup_usual(&h->config, rq);

	if (usual && t) {
		h->spare = t->next;
	} else {
		t = xmalloc(sizeof *t);
		t->easy = curl_easy_init();
		memset(&t->setup, 0, sizeof t->setup);
		t->setup.usual = usual && t->easy;
	}
	memset(t, 0, offsetof(struct http_transfer, easy));
	t->http = h;
	return t;
}

/*
 * Start the request; or, where a proxy would connect to a host that a server
 * named, resolve that host first, to see whether it is public.
 */
static bool begin_transfer(struct http_transfer *t)
{
	CURLM *multi = t->http->multi;

	t->response.proxied = t->setup.proxy != NULL;
	if ((t->trace || t->response.proxied) && !watch_debug(t))
		return false;
	t->unsent = t->deny_private && t->response.proxied;
	if (!t->unsent)
		return !curl_multi_add_handle(multi, t->easy);
	t->resolve = dns_start(t->setup.host, 0, http_sockets_wake,
		&t->http->sockets);
	t->http->aside = true;
	return t->resolve != NULL;
}

/* The host of an unsent request is resolved: start the request if it may be. */
static bool send_aimed(struct http_transfer *t)
{
	double left = deadline_left(&t->deadline);
	const char *address = dns_address(t->resolve);

	if (dns_result(t->resolve) == DNS_RUNNING)
		return false;
	snprintf(t->response.address, sizeof t->response.address, "%s",
		address);
	if (dns_result(t->resolve) != DNS_PUBLIC || left < 1 ||
		!http_setup_aim(&t->setup, t->easy, address) ||
		curl_easy_setopt(t->easy, CURLOPT_TIMEOUT_MS, (long)left) ||
		curl_multi_add_handle(t->http->multi, t->easy))
		return false;
	trace_note(t->trace, "%s resolves to %s, so the proxy may be used",
		t->setup.host, address);
	dns_free(t->resolve);
	t->resolve = NULL;
	t->unsent = false;
	return true;
}

/* The file of the authorities that this machine trusts, or NULL. */
static const char *authorities_file(const struct http *h)
{
	return h->config.cacert ? h->config.cacert
				: curl_version_info(CURLVERSION_NOW)->cainfo;
}

struct http_transfer *http_start(struct http *h, const struct http_request *rq,
	const struct http_handler *handler, void *arg)
{
	struct http_transfer *t = transfer_new(h, rq);

	stats_add(COUNT_REQUESTS, !rq->only_connect);
	t->watch = rq->watch;
	t->handler = *handler;
	t->arg = arg;
	t->started_ms = clock_mono_ms();
	deadline_set(&t->deadline, &h->lost, fmax(rq->timeout_ms, 1) / 1000);
	t->stop_at_ms = NAN;
	t->socket = -1;
	t->network_max = rq->network_max;
	t->deny_private = rq->deny_private;
	t->only_connect = rq->only_connect;
	t->tls = http_tls_new();
	if (rq->trust)
		t->tls->store = trust_store(rq->trust, authorities_file(h));
	t->trace = h->config.trace ? trace_new(rq, h->config.labels) : NULL;
	t->response.cert_shown = rq->cert != NULL;
	t->response.http_version = t->response.code = "";
	t->next = h->first;
	if (h->first)
		h->first->prev = t;
	h->first = t;
	if (!t->easy || (rq->trust && !t->tls->store) || !watch_transfer(t) ||
		!http_setup(&t->setup, t->easy, &h->config, rq) ||
		!begin_transfer(t)) {
		t->setup.usual = false;
		detach_transfer(t);
		transfer_free(t);
		return NULL;
	}
	return t;
}

const struct lost_time *http_lost(const struct http *h)
{
	return &h->lost;
}

void http_last(struct http_transfer *t, bool last)
{
	curl_easy_setopt(t->easy, CURLOPT_FORBID_REUSE, (long)last);
}

struct timer *http_after(struct http *h, double ms, void (*fn)(void *arg),
	void *arg)
{
	h->hurry = true;
	return timers_add(&h->timers, ms, fn, arg);
}

void http_note(const struct http *h, const char *label, const char *text)
{
	const struct http_request rq = {.label = label, .url = ""};
	struct trace *t = h->config.trace ? trace_new(&rq, h->config.labels)
					  : NULL;

	trace_note(t, "%s", text);
	trace_end(t);
}

/* The name did not resolve. True where the resolver is now asked why; false
   where it cannot be, or libcurl may have lacked what that takes. */
static bool ask_why(struct http_transfer *t)
{
	char host[256];

	if (!http_sockets_left(&t->http->sockets) ||
		!failure_host(t->easy, t->error, host, sizeof host))
		return false;
	t->resolve = dns_start(host, t->http->config.ip_version,
		http_sockets_wake, &t->http->sockets);
	t->http->aside = true;
	return t->resolve != NULL;
}

static void judge_transfer(struct http_transfer *t, CURLcode rc)
{
	struct http_response *r = &t->response;
	struct http_failure f = {.rc = rc,
		.easy = t->easy,
		.error = t->error,
		.denied = t->denied,
		.lacked = t->lacked,
		.ip_version = t->http->config.ip_version,
		.fields = t->response.fields_n > HTTP_HEADERS_MAX,
		.codings = http_codings(&t->response) > 1,
		.undecoded = t->undecoded,
		.misframed = t->framing.fault,
		.tls = t->tls,
		.after_ms = transfer_elapsed(t)};
	bool unresolved = t->resolve && dns_result(t->resolve) == DNS_RUNNING;

	if (isnan(t->stop_at_ms) && (unresolved || failure_late(&f)) &&
		failure_held_up(r, &t->deadline))
		return;
	if (!isnan(t->stop_at_ms))
		r->end = HTTP_ENOUGH;
	else if (rc && r->end != HTTP_ABORTED)
		failure_transfer(r, &f);
	if (t->unsent)
		failure_detour(
			r, dns_result(t->resolve), t->setup.host);
	else if (t->resolve)
		failure_unresolved(
			r, dns_result(t->resolve), f.ip_version);
	else if (r->proxied && r->status == 407 && !*r->tls_version)
		failure_proxy_auth(r);
}

/* Remove the transfer and call its owner. */
static void finish_transfer(struct http_transfer *t, CURLcode rc)
{
	struct http_response *r = &t->response;

	if (r->phase == HTTP_CONNECTING && t->tls->began_ms > 0)
		r->phase = HTTP_SECURING;
	note_tcp(t);
	r->cert_wanted |= t->tls->cert_wanted;
	r->total_ms = transfer_elapsed(t);
	http_fields_end(r, t->easy);
	judge_transfer(t, rc);
	if (r->end == HTTP_FAILED || r->end == HTTP_OURS)
		trace_note(t->trace, "%s", r->message);
	detach_transfer(t);
	t->handler.done(t->arg, r);
	transfer_free(t);
}

/*
 * End the transfers whose answer is complete and whose rest did not come in
 * time, and go on with those whose resolver has answered.
 */
static double settle_aside(struct http *h, double wait_ms)
{
	struct http_transfer *t = h->aside ? h->first : NULL, *next;
	double now = clock_mono_ms();

	h->aside = false;
	for (; t; t = next) {
		double until = t->resolve ? t->deadline.at_ms : t->stop_at_ms;

		next = t->next;
		if (isnan(until))
			continue;
		h->aside = true;
		if (t->unsent && until > now && send_aimed(t))
			wait_ms = 0;
		else if (until <= now ||
			(t->resolve && dns_result(t->resolve)))
			finish_transfer(t, CURLE_COULDNT_RESOLVE_HOST);
		else if (until - now < wait_ms)
			wait_ms = until - now;
	}
	return wait_ms;
}

/* Finish the transfers that libcurl has done with. */
static void finish_done(struct http *h)
{
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(h->multi, &left))) {
		struct http_transfer *t = NULL;

		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &t);
		if (m->data.result != CURLE_COULDNT_RESOLVE_HOST || !ask_why(t))
			finish_transfer(t, m->data.result);
	}
}

/* Wait for sockets, and let libcurl read and write. Returns how many were
   ready. */
static size_t turn_libcurl(struct http *h, double max_ms)
{
	struct http_ready ready[HTTP_SOCKETS_READY];
	double left = h->timer_ms - clock_mono_ms();
	size_t n;
	int running;

	h->hurry = false;
	max_ms = fmax(fmin(left, max_ms), 0);
	deadline_expect(&h->lost, max_ms);
	n = http_sockets_wait(&h->sockets, max_ms, ready);
	deadline_expect(&h->lost, 0);
	for (size_t i = 0; i < n; i++) {
		h->turns++;
		curl_multi_socket_action(h->multi, ready[i].fd, ready[i].bits,
			&running);
	}
	if (h->timer_ms > clock_mono_ms())
		return n;
	h->timer_ms = INFINITY;
	h->turns++;
	curl_multi_socket_action(h->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	return n;
}

bool http_turn(struct http *h, double max_ms)
{
	size_t ready;

	/* A transfer may just have got all that it wanted. */
	max_ms = timers_turn(&h->timers, settle_aside(h, max_ms));
	ready = turn_libcurl(h, h->hurry ? 0 : max_ms);
	finish_done(h);
	return ready < FEW;
}

/* SPDX-License-Identifier: MIT */
#include "protocol/transport.h"

#include "base/text.h"
#include "base/xalloc.h"
#include "protocol/rpc.h"

/* How long to wait for the response to a POST whose answer is here. */
#define GRACE_MS 50.0
/* The wait before a stream is resumed, where the server names none. */
#define RETRY_MS 1000.0
/* The shortest wait, whatever the server names. */
#define RETRY_MIN_MS 100.0
/* How often a stream is resumed for one answer, and in one probe. */
#define RESUMES_MAX 30
#define RESUMES_ALL 50
/* An event stream has to name its endpoint within this time, or half of the
   rest. */
#define OPEN_MS 5000.0

/* How many requests of a server are answered in one probe. */
#define ASKED_MAX 50

/* Our response to a request of the server. */
struct client_reply {
	struct transport *transport;
	struct client_reply *next;
	char *body;
	struct timer *timer;	    /* until it is sent */
	struct http_transfer *post; /* while it is */
};

/* A message whose reply is awaited. */
struct pending {
	struct transport *transport;
	char *id; /* NULL for a notification */
	char *last_id;
	int resumes;
	struct http_transfer *post; /* of HTTP+SSE, while it runs */
	struct timer *timer;
};

static struct pending *pending_new(struct transport *t, const char *id)
{
	struct pending *pending = xcalloc(1, sizeof *pending);

	pending->transport = t;
	pending->id = id ? xstrdup(id) : NULL;
	return pending;
}

static void pending_free(struct pending *pending)
{
	timers_cancel(pending->timer);
	free(pending->last_id);
	free(pending->id);
	free(pending);
}

/* The reply is here, or cannot come. */
static void complete_message(struct pending *pending, const struct reply *r)
{
	struct transport *t = pending->transport;

	t->pending = NULL;
	pending_free(pending);
	t->handler.reply(t->arg, r);
}

/* ---- The server asks. */

static void drop_client_reply(struct client_reply *j)
{
	struct client_reply **at = &j->transport->client_replies;

	while (*at != j)
		at = &(*at)->next;
	*at = j->next;
	timers_cancel(j->timer);
	free(j->body);
	free(j);
}

static void on_client_reply_started(void *arg, struct http_transfer *post)
{
	((struct client_reply *)arg)->post = post;
}

/* A response that fails has no other effect: a server that needs it stalls. */
static void on_client_reply_done(void *arg, const struct reply *r)
{
	struct client_reply *j = arg;
	struct transport *t = j->transport;

	(void)r;
	drop_client_reply(j);
	t->streams--;
	t->handler.gone(t->arg);
}

static void send_client_reply(void *arg)
{
	static const struct exchange_handler handler = {
		.started = on_client_reply_started, .done = on_client_reply_done};
	struct client_reply *j = arg;
	struct transport *t = j->transport;
	struct wire_message m = {.body = j->body,
		.timeout_ms = deadline_left(&t->wire->deadline)};

	j->timer = NULL;
	if (m.timeout_ms >= 1 && !wire_post(t->wire, &m, &handler, j))
		t->streams++;
	else
		drop_client_reply(j);
}

/* Respond once no transfer is being read. Stateless servers send no
   requests. */
static void answer_server(struct transport *t, const char *answer)
{
	struct client_reply *j;

	if (t->wire->stateless || t->asked == ASKED_MAX)
		return;
	t->asked++;
	j = xcalloc(1, sizeof *j);
	j->transport = t;
	j->body = xstrdup(answer);
	j->next = t->client_replies;
	j->timer = http_after(t->wire->http, 0, send_client_reply, j);
	t->client_replies = j;
}

static void stop_client_replies(struct transport *t)
{
	struct client_reply *j = t->client_replies, *next;

	for (; j; j = next) {
		next = j->next;
		if (j->post)
			http_stop(j->post);
		else
			drop_client_reply(j);
	}
}

static void note_session(struct wire *w, const struct http_response *h)
{
	const char *id = http_fields(h)->session_id;

	if (!w->session && wire_session_valid(id))
		w->session = xstrdup(id);
}

static void on_asked(void *arg, const struct http_response *h,
	const char *answer)
{
	struct transport *t = ((struct pending *)arg)->transport;

	/* This may be the stream of initialize. */
	note_session(t->wire, h);
	answer_server(t, answer);
}

/* ---- The server closes its stream before the answer. */

static void on_resumed(void *arg, const struct reply *r);

static void resume_stream(void *arg)
{
	static const struct exchange_handler handler = {
		.asked = on_asked, .done = on_resumed};
	static const struct http_response none;
	struct pending *pending = arg;
	struct transport *t = pending->transport;
	double left = deadline_left(&t->wire->deadline);
	struct reply refused = {
		.kind = REPLY_FAILED, .http = &none, .ours = true};

	pending->timer = NULL;
	t->requests++;
	if (wire_resume(t->wire, pending->last_id, pending->id,
		    left > 1 ? left : 1, &handler, pending)) {
		failure_set(&refused.failure, "",
			"libcurl refuses the request");
		complete_message(pending, &refused);
	}
}

static void complete_failed(struct pending *pending, const struct reply *r,
	const struct failure *f)
{
	struct reply failed = *r;

	failed.kind = REPLY_FAILED;
	failed.failure = *f;
	complete_message(pending, &failed);
}

/* Resume the stream after a while, if there is time for it. */
static void await_resume(struct pending *pending, const struct reply *r)
{
	struct transport *t = pending->transport;
	double wait = r->retry_ms >= 0 ? (double)r->retry_ms : RETRY_MS;
	struct failure f;

	if (wait < RETRY_MIN_MS)
		wait = RETRY_MIN_MS;
	if (wait >= deadline_left(&t->wire->deadline)) {
		failure_set(&f, "sse.retry",
			"the server closed its event stream before the answer "
			"and asks for a retry after %g s, which is after the "
			"end of the probe",
			wait / 1000);
		complete_failed(pending, r, &f);
		return;
	}
	if (pending->resumes++ == RESUMES_MAX || t->resumes++ == RESUMES_ALL) {
		failure_set(&f, "sse.reconnects",
			"the server closed its event stream before the answer, "
			"and closed it again on each of %d retries",
			pending->resumes - 1);
		complete_failed(pending, r, &f);
		return;
	}
	if (*r->last_id) {
		free(pending->last_id);
		pending->last_id = xstrdup(r->last_id);
	}
	pending->timer =
		http_after(t->wire->http, wait, resume_stream, pending);
}

/* Whether a stream can be resumed: not in the stateless revisions. */
static bool is_resumable(const struct pending *pending, const struct reply *r)
{
	return r->kind == REPLY_FAILED && pending->id &&
		!pending->transport->wire->stateless && r->last_id &&
		(*r->last_id || pending->last_id);
}

static void on_resumed(void *arg, const struct reply *r)
{
	struct pending *pending = arg;
	char words[RPC_WORDS_SIZE];
	long status = r->http->status;
	struct failure f;

	/* A request for a credential and a failing network are passed on. */
	if (is_resumable(pending, r)) {
		await_resume(pending, r);
	} else if (r->kind == REPLY_FAILED || r->kind == REPLY_RESULT ||
		status == 401 || status == 403 ||
		(r->kind == REPLY_ERROR && status <= 299)) {
		complete_message(pending, r);
	} else {
		text_copy(words, sizeof words, r->body);
		if (r->kind == REPLY_ERROR)
			rpc_error_words(r->message, words);
		failure_set(&f, "sse.resume",
			"the server closed its event stream before the answer, "
			"and does not resume it: it answers the GET with "
			"Last-Event-ID with status %ld%s%s",
			status, *words ? ": " : "", words);
		complete_failed(pending, r, &f);
	}
}

/* ---- The response to a POST is the answer. */

static void on_done(void *arg, const struct reply *r)
{
	struct pending *pending = arg;

	if (is_resumable(pending, r)) {
		/* The resumed answer to initialize may lack the session id. */
		note_session(pending->transport->wire, r->http);
		await_resume(pending, r);
	} else {
		complete_message(pending, r);
	}
}

/* ---- HTTP+SSE: the answer comes on the stream. */

static void on_posted(void *arg, const struct reply *r)
{
	struct pending *pending = arg;
	struct transport *t = pending->transport;
	long status = r->http->status;

	pending->post = NULL;
	/* Status 0: stop_post ended it, as the answer came on the stream. */
	if (r->kind == REPLY_FAILED ||
		(status && (status < 200 || status > 299))) {
		stream_forget(t->stream);
		complete_message(pending, r);
	} else if (!pending->id) {
		complete_message(pending, r);
	} else if (stream_ready(t->stream)) {
		complete_message(pending, stream_take(t->stream));
	}
}

static void stop_post(void *arg)
{
	struct pending *pending = arg;

	pending->timer = NULL;
	http_stop(pending->post);
}

static void on_ready(void *arg)
{
	struct transport *t = arg;
	struct pending *pending = t->pending;

	/* Some servers never answer the POST itself. */
	if (pending->post)
		pending->timer = http_after(
			t->wire->http, GRACE_MS, stop_post, pending);
	else
		complete_message(pending, stream_take(t->stream));
}

static void on_post_started(void *arg, struct http_transfer *transfer)
{
	((struct pending *)arg)->post = transfer;
}

static void on_stream_asked(void *arg, const char *answer)
{
	answer_server(arg, answer);
}

static void on_gone(void *arg)
{
	struct transport *t = arg;

	t->streams--;
	t->handler.gone(t->arg);
}

int transport_listen(struct transport *t, double left_ms)
{
	const struct stream_handler handler = {.watch = &t->watch,
		.ready = on_ready,
		.asked = on_stream_asked,
		.gone = on_gone};

	t->stream = stream_open(t->wire, left_ms,
		left_ms / 2 < OPEN_MS ? left_ms / 2 : OPEN_MS,
		t->requests++ == 0, &handler, t);
	if (!t->stream)
		return -1;
	t->streams++;
	t->pending = pending_new(t, NULL);
	return 0;
}

void transport_hang_up(struct transport *t)
{
	if (t->stream)
		stream_close(t->stream);
	stop_client_replies(t);
	t->stream = NULL;
	free(t->wire->endpoint);
	t->wire->endpoint = NULL;
}

int transport_send(struct transport *t, struct wire_message *m)
{
	static const struct exchange_handler direct = {
		.asked = on_asked, .done = on_done};
	static const struct exchange_handler apart = {
		.started = on_post_started, .done = on_posted};
	struct pending *pending = pending_new(t, m->id);

	m->fresh = t->requests++ == 0;
	m->watch = t->stream ? NULL : &t->watch;
	if (t->stream && m->id)
		stream_expect(t->stream, m->id);
	t->pending = pending;
	if (!wire_post(t->wire, m, t->stream ? &apart : &direct, pending))
		return 0;
	t->pending = NULL;
	pending_free(pending);
	return -1;
}

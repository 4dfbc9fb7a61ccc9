/*
 * flow.c: how a probe sends a message and gets its answer, whichever way that
 * comes: in the response to the POST; in a GET that goes on with a stream which
 * the server left (2025-11-25); or on the event stream of HTTP+SSE.
 */
#include "flow.h"

#include "base/clock.h"
#include "base/xalloc.h"
#include "http/address.h"
#include "json/json.h"

#include <math.h>

/* How long the response to a POST is waited for once its answer is here. */
#define GRACE_MS 50.0
/* The wait before a stream is resumed, where the server names none. */
#define RETRY_MS 1000.0
/* And what it is at the least, and how often it is done for one answer. */
#define RETRY_MIN_MS 100.0
#define RESUMES_MAX 30
/* And for all answers of a probe. */
#define RESUMES_ALL 50
/* An event stream names its endpoint within this, or half of what is left. */
#define OPEN_MS 5000.0
/* A timer of libcurl may fire so much before its time. */
#define EARLY_MS 2.0

/* A request under way, and who handles its answer. */
struct pending {
	struct probe *probe;
	void (*next)(struct probe *p, const struct reply *r);
	bool tried; /* nothing depends on it: see flow_try */
	char *id; /* NULL for a notification */
	char *last_id;
	int resumes;
	struct http_transfer *post; /* of HTTP+SSE, while it runs */
	struct timer *timer;
};

static struct pending *pending_new(struct probe *p, const char *id,
	void (*next)(struct probe *p, const struct reply *r))
{
	struct pending *pending = xcalloc(1, sizeof *pending);

	pending->probe = p;
	pending->next = next;
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

/* A request that did not even get a connection: step 1 or 2 fails. */
static void fail_connection(struct probe *p, const struct reply *r)
{
	bool dns = strncmp(r->failure.code, "dns.", 4) == 0;

	if (!dns && p->steps.next == STEP_DNS)
		steps_pass(&p->steps, r->at_ms, NULL, NULL);
	if ((dns || strcmp(r->failure.code, "tcp.unreachable") == 0) &&
		address_network_down())
		flow_finish_ours(p, "this machine has no network");
	else
		flow_fail(p, r, &r->failure);
}

/* The deadline of the probe came while this was waited for. */
static void fail_late(struct probe *p, const struct reply *r)
{
	struct failure f;

	failure_set(&f, "deadline",
		"the %g s for the whole probe are over; %s: %s",
		p->job.target->timeout_s, step_name(p->steps.next),
		r->failure.message);
	flow_fail(p, r, &f);
}

/* Revisions after 2025-03-26 have no batches; before, JSON-RPC has them. */
static bool batch_refused(const struct probe *p, const struct reply *r)
{
	return r->batch &&
		(p->wire.stateless ||
			strcmp(p->wire.revision, "2025-03-26") > 0);
}

/* The answer is here, or cannot come. */
static void complete(struct pending *pending, const struct reply *r)
{
	void (*next)(struct probe *p, const struct reply *r) = pending->next;
	struct probe *p = pending->probe;
	bool tried = pending->tried;
	struct reply refused = *r;

	p->pending = NULL;
	pending_free(pending);
	if (batch_refused(p, r)) {
		refused.kind = REPLY_FAILED;
		flow_batch_failure(&refused.failure);
		r = &refused;
	}
	p->cert_wanted |= r->http->cert_wanted;
	if (tried)
		next(p, r);
	else if (r->ours)
		flow_finish_ours(p, r->failure.message);
	else if (wall_certificate(r))
		wall_certify(p, r);
	else if (r->kind == REPLY_FAILED && !p->connected)
		fail_connection(p, r);
	else if (r->kind == REPLY_FAILED &&
		clock_mono_ms() >= p->deadline_ms - EARLY_MS)
		fail_late(p, r);
	else
		next(p, r);
}

/* ---- A stream that the server leaves before the answer. */

static void on_resumed(void *arg, const struct reply *r);

static void resume(void *arg)
{
	static const struct exchange_handler handler = {.done = on_resumed};
	struct pending *pending = arg;
	struct probe *p = pending->probe;
	double left = p->deadline_ms - clock_mono_ms();

	pending->timer = NULL;
	p->requests++;
	if (wire_resume(&p->wire, pending->last_id, pending->id,
		    left > 1 ? left : 1, &handler, pending)) {
		pending_free(pending);
		flow_finish_ours(p, "libcurl refuses the request");
	}
}

static void complete_failed(struct pending *pending, const struct reply *r,
	const struct failure *f)
{
	struct reply failed = *r;

	failed.kind = REPLY_FAILED;
	failed.failure = *f;
	complete(pending, &failed);
}

/* Come back after a while, if there is time for it. */
static void await_resume(struct pending *pending, const struct reply *r)
{
	struct probe *p = pending->probe;
	double wait = r->retry_ms >= 0 ? (double)r->retry_ms : RETRY_MS;
	struct failure f;

	if (wait < RETRY_MIN_MS)
		wait = RETRY_MIN_MS;
	if (clock_mono_ms() + wait >= p->deadline_ms) {
		failure_set(&f, "sse.retry",
			"the server closed its event stream before the answer "
			"and wants to be asked for the rest after %g s, which "
			"is later than the end of the probe",
			wait / 1000);
		complete_failed(pending, r, &f);
		return;
	}
	if (pending->resumes++ == RESUMES_MAX || p->resumes++ == RESUMES_ALL) {
		failure_set(&f, "sse.reconnects",
			"the server closed its event stream before the answer, "
			"and then %d times more when it was asked for the rest",
			pending->resumes - 1);
		complete_failed(pending, r, &f);
		return;
	}
	if (*r->last_id) {
		free(pending->last_id);
		pending->last_id = xstrdup(r->last_id);
	}
	pending->timer = http_after(p->wire.http, wait, resume, pending);
}

/* Whether the rest of a stream can be had: not in the stateless revisions. */
static bool resumable(const struct pending *pending, const struct reply *r)
{
	return r->kind == REPLY_FAILED && pending->id &&
		!pending->probe->wire.stateless && r->last_id &&
		(*r->last_id || pending->last_id);
}

static void on_resumed(void *arg, const struct reply *r)
{
	struct pending *pending = arg;
	const char *words = r->kind == REPLY_ERROR
		? json_str(json_get(r->message, "error"), "message")
		: r->body;
	long status = r->http->status;
	struct failure f;

	/* A wall, and a failing network, are what they are. */
	if (resumable(pending, r)) {
		await_resume(pending, r);
	} else if (r->kind == REPLY_FAILED || r->kind == REPLY_RESULT ||
		status == 401 || status == 403 ||
		(r->kind == REPLY_ERROR && status <= 299)) {
		complete(pending, r);
	} else {
		failure_set(&f, "sse.resume",
			"the server closed its event stream before the answer, "
			"and does not give the rest: the GET with "
			"Last-Event-ID is answered with status %ld%s%.200s",
			status, words && *words ? ": " : "",
			words ? words : "");
		complete_failed(pending, r, &f);
	}
}

/* ---- The response to a POST is the answer. */

static void on_resolved(void *arg, const struct http_response *h)
{
	flow_resolved(((struct pending *)arg)->probe, h);
}

static void on_connected(void *arg, const struct http_response *h)
{
	flow_connected(((struct pending *)arg)->probe, h);
}

static void note_session(struct wire *w, const struct http_response *h)
{
	if (!*w->session && wire_session_valid(h->session_id))
		snprintf(w->session, sizeof w->session, "%s", h->session_id);
}

static void on_done(void *arg, const struct reply *r)
{
	struct pending *pending = arg;

	if (resumable(pending, r)) {
		/* The answer to initialize may come without it. */
		note_session(&pending->probe->wire, r->http);
		await_resume(pending, r);
	} else {
		complete(pending, r);
	}
}

/* ---- HTTP+SSE: the answer comes on the stream. */

static void on_posted(void *arg, const struct reply *r)
{
	struct pending *pending = arg;
	struct probe *p = pending->probe;
	long status = r->http->status;

	pending->post = NULL;
	/* Status 0: it was stopped, for the stream has settled the matter. */
	if (r->kind == REPLY_FAILED ||
		(status && (status < 200 || status > 299))) {
		stream_forget(p->stream);
		complete(pending, r);
	} else if (!pending->id) {
		complete(pending, r);
	} else if (stream_ready(p->stream)) {
		complete(pending, stream_take(p->stream));
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
	struct probe *p = arg;
	struct pending *pending = p->pending;

	/* Some servers never answer the POST itself. */
	if (pending->post)
		pending->timer = http_after(
			p->wire.http, GRACE_MS, stop_post, pending);
	else
		complete(pending, stream_take(p->stream));
}

static void on_post_started(void *arg, struct http_transfer *t)
{
	((struct pending *)arg)->post = t;
}

static void on_stream_resolved(void *arg, const struct http_response *h)
{
	flow_resolved(arg, h);
}

static void on_stream_connected(void *arg, const struct http_response *h)
{
	flow_connected(arg, h);
}

static void on_gone(void *arg)
{
	struct probe *p = arg;

	p->streams--;
	flow_released(p);
}

void flow_listen(struct probe *p,
	void (*next)(struct probe *p, const struct reply *r))
{
	static const struct stream_handler handler = {
		.resolved = on_stream_resolved,
		.connected = on_stream_connected,
		.ready = on_ready,
		.gone = on_gone};
	double left = p->deadline_ms - clock_mono_ms();

	p->method = "a GET for an event stream";
	if (left < 1) {
		flow_fail_deadline(p);
		return;
	}
	p->stream = stream_open(&p->wire, left,
		left / 2 < OPEN_MS ? left / 2 : OPEN_MS, p->requests++ == 0,
		&handler, p);
	if (!p->stream) {
		flow_finish_ours(p, "libcurl refuses the request");
		return;
	}
	p->streams++;
	p->pending = pending_new(p, NULL, next);
}

void flow_hang_up(struct probe *p)
{
	if (p->stream)
		stream_close(p->stream);
	p->stream = NULL;
	p->wire.endpoint[0] = '\0';
}

/* Send a message, and return its pending; NULL where libcurl refuses it. */
static struct pending *post(struct probe *p, struct wire_message *m,
	double timeout_ms, void (*next)(struct probe *p, const struct reply *r))
{
	static const struct exchange_handler direct = {
		.resolved = on_resolved,
		.connected = on_connected,
		.done = on_done};
	static const struct exchange_handler apart = {
		.started = on_post_started, .done = on_posted};
	struct pending *pending;

	m->timeout_ms = timeout_ms;
	m->fresh = p->requests++ == 0;
	pending = pending_new(p, m->id, next);
	if (p->stream && m->id)
		stream_expect(p->stream, m->id);
	p->pending = pending;
	if (!wire_post(&p->wire, m, p->stream ? &apart : &direct, pending))
		return pending;
	p->pending = NULL;
	pending_free(pending);
	return NULL;
}

void flow_send(struct probe *p, struct wire_message *m, double cap_ms,
	void (*next)(struct probe *p, const struct reply *r))
{
	double left = p->deadline_ms - clock_mono_ms();

	p->method = m->method;
	if (left < 1)
		flow_fail_deadline(p);
	else if (!post(p, m, left < cap_ms ? left : cap_ms, next))
		flow_finish_ours(p, "libcurl refuses the request");
}

void flow_try(struct probe *p, struct wire_message *m, double cap_ms,
	void (*next)(struct probe *p, const struct reply *r))
{
	double left = fmin(p->deadline_ms - clock_mono_ms(), cap_ms);
	struct pending *pending = left < 1 ? NULL : post(p, m, left, next);

	if (pending)
		pending->tried = true;
	else
		next(p, NULL);
}

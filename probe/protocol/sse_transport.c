/* SPDX-License-Identifier: MIT */
/*
 * sse_transport.c: the event stream of the HTTP+SSE transport of 2024-11-05: it
 * names the endpoint that messages are posted to, and carries their answers.
 */
#include "protocol/transport.h"

#include "base/clock.h"
#include "base/xalloc.h"
#include "protocol/answer.h"

struct stream {
	struct http *http;
	struct budget *budget;
	const struct url *target;
	struct stream_handler handler;
	void *arg;
	struct http_transfer *transfer; /* NULL once it has ended */
	struct timer *timer; /* of ready, gone or too_late; NULL: none */
	double open_ms;
	bool begun;   /* the first event came */
	bool waiting; /* for the endpoint or an answer */
	bool ready;   /* what was awaited is in reply */
	bool closed;
	char endpoint[URL_MAX];
	struct answer answer;
	/* reply.http points to this. */
	struct http_response response;
	struct http_fields fields;
	struct reply reply;
	struct failure end; /* why the transfer ended, where it failed */
	bool ours;	    /* that was our own failure */
};

static void release_stream(struct stream *s)
{
	struct stream_handler handler = s->handler;
	void *arg = s->arg;

	answer_release(&s->answer);
	free(s);
	handler.gone(arg);
}

static void call_owner(void *arg)
{
	struct stream *s = arg;

	s->timer = NULL;
	if (s->closed)
		release_stream(s);
	else
		s->handler.ready(s->arg);
}

/* Have the owner called from http_turn, where it may send. */
static void settle_reply(struct stream *s)
{
	s->waiting = false;
	s->ready = true;
	s->reply.http = &s->response;
	s->reply.at_ms = clock_mono_ms();
	timers_cancel(s->timer);
	s->timer = http_after(s->http, 0, call_owner, s);
}

static void too_late(void *arg)
{
	struct stream *s = arg;

	s->timer = NULL;
	s->reply.kind = REPLY_FAILED;
	failure_set(&s->reply.failure, "sse.no-endpoint",
		"a GET for an event stream returned no endpoint event within "
		"%.3g s",
		s->open_ms / 1000);
	settle_reply(s);
}

/* The first event says where messages go. */
static void begin_stream(struct stream *s, const char *type, const char *data)
{
	struct reply *r = &s->reply;
	char why[URL_WHY];
	struct url u;

	s->begun = true;
	r->kind = REPLY_FAILED;
	if (strcmp(type, "endpoint") != 0)
		failure_set(&r->failure, "sse.no-endpoint",
			"the event stream begins with an event of type %.60s, "
			"not with the endpoint",
			type);
	else if (!url_resolve(s->target, data, &u, why))
		failure_set(&r->failure, "sse.endpoint",
			"the event stream names an invalid endpoint: %s",
			why);
	else if (!url_same_origin(s->target, &u))
		failure_set(&r->failure, "sse.endpoint",
			"the event stream names an endpoint at another origin, "
			"%.200s; a client must not follow, as it would send "
			"its credential there",
			u.origin);
	else {
		r->kind = REPLY_STATUS;
		snprintf(s->endpoint, sizeof s->endpoint, "%s", u.text);
	}
	settle_reply(s);
}

static void keep_response(struct stream *s, const struct http_response *r)
{
	s->response = *r;
	s->fields = *http_fields(r);
	s->response.fields = &s->fields;
}

static void on_asked(void *arg, const char *text)
{
	struct stream *s = arg;

	s->handler.asked(s->arg, text);
}

/* An event while no answer is awaited: the server may ask. */
static void take_requests(struct stream *s, const char *type, const char *data,
	size_t n)
{
	char why[JSON_WHY];
	cJSON *m;

	if (strcmp(type, "message") != 0 || !strstr(data, "\"method\"") ||
		!strstr(data, "\"id\""))
		return;
	m = budget_parse(s->budget, data, n, why);
	if (m)
		server_requests(m, data, n, on_asked, s);
	cJSON_Delete(m);
}

static void on_event(void *arg, const struct http_response *r,
	const char *type, const char *data, size_t n)
{
	struct stream *s = arg;
	struct answer *a = &s->answer;

	if (s->closed)
		return;
	if (!s->waiting) {
		take_requests(s, type, data, n);
		return;
	}
	keep_response(s, r);
	if (!s->begun) {
		begin_stream(s, type, data);
		return;
	}
	answer_event(a, type, data, n);
	if (!a->over)
		return;
	s->reply.message = a->message;
	s->reply.batch = a->batch;
	s->reply.known = a->known;
	s->reply.kind = a->known || a->match == RPC_RESULT ? REPLY_RESULT
							    : REPLY_ERROR;
	if (!a->message && !a->known) {
		s->reply.kind = REPLY_FAILED;
		answer_failure(a, "event stream", &s->reply.failure);
	}
	settle_reply(s);
}

/* The stream has ended, so the awaited answer cannot come. */
static void settle_ended(struct stream *s)
{
	struct reply *r = &s->reply;

	*r = (struct reply) {.kind = REPLY_FAILED, .ours = s->ours};
	if (answer_failure(&s->answer, "event stream", &r->failure)) {
		if (*s->end.code || s->ours)
			r->failure = s->end;
		else
			failure_set(&r->failure, "sse.no-answer",
				"the server ended its event stream before this "
				"answer; HTTP+SSE sends all answers on it");
	}
	settle_reply(s);
}

/* The stream ended before it named an endpoint. */
static void settle_unopened(struct stream *s, const struct reply *r)
{
	long status = r->http->status;

	s->reply = *r;
	s->reply.message = NULL;
	if (r->kind == REPLY_STATUS && status >= 200 && status <= 299 &&
		!*r->body) {
		s->reply.kind = REPLY_FAILED;
		failure_set(&s->reply.failure, "sse.no-endpoint",
			"the answer to a GET for an event stream ends without "
			"an endpoint event");
	}
	settle_reply(s);
}

static void on_done(void *arg, const struct reply *r)
{
	struct stream *s = arg;

	s->transfer = NULL;
	if (s->closed) {
		release_stream(s);
		return;
	}
	keep_response(s, r->http);
	s->end = r->failure;
	s->ours = r->ours;
	if (s->waiting && !s->begun)
		settle_unopened(s, r);
	else if (s->waiting)
		settle_ended(s);
}

static void on_started(void *arg, struct http_transfer *t)
{
	((struct stream *)arg)->transfer = t;
}

struct stream *stream_open(const struct wire *w, double timeout_ms,
	double open_ms, bool fresh, const struct stream_handler *handler,
	void *arg)
{
	static const struct exchange_handler calls = {.started = on_started,
		.event = on_event,
		.done = on_done};
	struct wire_message m = {.timeout_ms = timeout_ms,
		.fresh = fresh,
		.watch = handler->watch};
	struct stream *s = xcalloc(1, sizeof *s);

	s->http = w->http;
	s->budget = w->budget;
	s->target = w->target.url;
	s->handler = *handler;
	s->arg = arg;
	s->open_ms = open_ms;
	s->waiting = true;
	if (wire_listen(w, &m, &calls, s)) {
		free(s);
		return NULL;
	}
	s->timer = http_after(s->http, open_ms, too_late, s);
	return s;
}

void stream_close(struct stream *s)
{
	s->closed = true;
	timers_cancel(s->timer);
	s->timer = NULL;
	if (s->transfer)
		http_stop(s->transfer);
	else
		s->timer = http_after(s->http, 0, call_owner, s);
}

void stream_expect(struct stream *s, const char *id)
{
	answer_release(&s->answer);
	answer_init(&s->answer, id, s->budget);
	s->answer.asked = on_asked;
	s->answer.asked_arg = s;
	s->reply = (struct reply) {.kind = REPLY_FAILED};
	s->ready = false;
	s->waiting = true;
	if (!s->transfer)
		settle_ended(s);
}

void stream_forget(struct stream *s)
{
	s->waiting = s->ready = false;
	timers_cancel(s->timer);
	s->timer = NULL;
}

bool stream_ready(const struct stream *s)
{
	return s->ready;
}

const struct reply *stream_take(struct stream *s)
{
	stream_forget(s);
	return &s->reply;
}

const char *stream_endpoint(const struct stream *s)
{
	return s->endpoint;
}

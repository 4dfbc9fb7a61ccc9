/* SPDX-License-Identifier: MIT */
#include "protocol/exchange.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "json/json.h"
#include "protocol/answer.h"
#include "protocol/sse.h"

/* More of an error page than this is not read. */
#define ERROR_MAX (64 * 1024)

/*
 * The most bytes that are read after an answer, so that its connection can be
 * reused; a server that sends more must not use up the probe's budget with
 * them.
 */
#define DRAIN_MAX (256 * 1024)

enum form { FORM_UNKNOWN, FORM_STREAM, FORM_BODY };

struct exchange {
	struct exchange_handler handler;
	void *arg;
	enum exchange_want want;
	struct http_transfer *transfer;
	const char *last_unless; /* see http_request; NULL once it was found */
	struct answer answer; /* or document */
	struct budget *budget;
	const struct http_response *http; /* while data arrives */
	enum form form;
	struct sse *sse; /* of FORM_STREAM */
	struct buf body;
	bool settled;	   /* no more is needed; the rest is drained */
	size_t drained;	   /* bytes that came since settled */
	const char *large; /* why the rest is refused; static */
	double matched_ms; /* monotonic: the answer came; 0 before */
};

static const char too_large[] =
	"the response, or one line or event of it, is larger than 4 MiB";

static bool ok_status(const struct http_response *r)
{
	return r->status >= 200 && r->status <= 299;
}

/* Whether a cache has written on a response. */
static bool signed_by_cache(const struct http_response *r)
{
	for (int i = 0; i < CACHE_SIGNS; i++)
		if (*http_fields(r)->signs[i])
			return true;
	return false;
}

/* A text of the answer came: say whether another request may follow. */
static void judge_last(
	struct exchange *x, const struct http_response *r, const char *text)
{
	if (!x->last_unless || !ok_status(r) || signed_by_cache(r))
		return;
	if (strstr(text, x->last_unless))
		x->last_unless = NULL;
	http_last(x->transfer, x->last_unless);
}

static void on_asked(void *arg, const char *answer)
{
	struct exchange *x = arg;

	x->handler.asked(x->arg, x->http, answer);
}

static enum sse_want on_event(void *arg, const char *type, const char *data,
	size_t n)
{
	struct exchange *x = arg;

	if (x->want == WANT_EVENTS) {
		x->handler.event(x->arg, x->http, type, data, n);
		return SSE_MORE;
	}
	answer_event(&x->answer, type, data, n);
	if (!x->answer.over)
		return SSE_MORE;
	judge_last(x, x->http, data);
	x->matched_ms = clock_mono_ms();
	return SSE_STOP;
}

static enum http_want read_stream(struct exchange *x, const char *p, size_t n)
{
	if (!sse_feed(x->sse, p, n)) {
		x->large = too_large;
		return HTTP_WANT_NOTHING;
	}
	return x->answer.over ? HTTP_WANT_EOF : HTTP_WANT_MORE;
}

static void begin_body(struct exchange *x, bool stream)
{
	x->form = stream ? FORM_STREAM : FORM_BODY;
	if (!stream)
		return;
	x->sse = xmalloc(sizeof *x->sse);
	sse_init(x->sse, BUDGET_ANSWER, on_event, x);
}

static enum http_want read_data(struct exchange *x,
	const struct http_response *r, const char *p, size_t n)
{
	bool wanted = ok_status(r) && r->status != 202;
	bool streams = x->answer.id || x->want == WANT_EVENTS;
	size_t before = x->body.len, part;

	if (x->want == WANT_STATUS && ok_status(r)) {
		x->matched_ms = clock_mono_ms();
		return HTTP_WANT_EOF;
	}
	if (x->form == FORM_UNKNOWN)
		begin_body(x, streams && wanted &&
				http_media_is(r, "text/event-stream"));
	if (x->form == FORM_STREAM)
		return read_stream(x, p, n);
	if (!wanted && x->body.len + n > ERROR_MAX)
		return HTTP_WANT_EOF;
	buf_add(&x->body, p, n);
	x->large = buf_ok(&x->body) ? NULL : too_large;
	/* The text may have come in pieces. */
	part = x->last_unless ? strlen(x->last_unless) : 0;
	judge_last(x, r, x->body.p + (before > part ? before - part : 0));
	return x->large ? HTTP_WANT_NOTHING : HTTP_WANT_MORE;
}

static enum http_want on_data(
	void *arg, const struct http_response *r, const char *p, size_t n)
{
	struct exchange *x = arg;
	enum http_want want;

	x->http = r;
	x->large = budget_body(x->budget, n);
	if (x->large)
		return HTTP_WANT_NOTHING;
	if (x->settled) {
		x->drained += n;
		return x->drained > DRAIN_MAX ? HTTP_WANT_NOTHING
					      : HTTP_WANT_EOF;
	}
	want = read_data(x, r, p, n);
	x->settled = want == HTTP_WANT_EOF;
	return want;
}

static void fail_reply(struct reply *out, const char *code, const char *message)
{
	out->kind = REPLY_FAILED;
	failure_set(&out->failure, code, "%s", message);
}

/* The beginning of a page as one line: white space squeezed, tags dropped. */
static void put_excerpt(const struct buf *body, char *out, size_t size)
{
	char flat[600];
	bool tag = false, gap = false, space;
	size_t n = 0;

	for (size_t i = 0; i < body->len && n + 2 < sizeof flat; i++) {
		char c = body->p[i];

		if (c == '<')
			tag = true;
		space = c == ' ' || c == '\t' || c == '\r' || c == '\n';
		gap = gap || tag || space;
		if (!tag && !space) {
			if (gap && n)
				flat[n++] = ' ';
			gap = false;
			flat[n++] = c;
		}
		tag = tag && c != '>';
	}
	text_clean(flat, n, out, size, 200);
}

/*
 * The text of a complete body, of *n bytes: without a byte order mark, which
 * clients drop (RFC 8259, section 8.1).
 */
static const char *text_of(const struct exchange *x, size_t *n)
{
	static const char mark[] = "\xef\xbb\xbf";
	size_t skip = x->body.len >= 3 && memcmp(x->body.p, mark, 3) == 0 ? 3
									 : 0;

	*n = x->body.len - skip;
	return x->body.p + skip;
}

/* Whether a complete body may be JSON. */
static bool maybe_json(const struct exchange *x, const struct http_response *r)
{
	bool ok = ok_status(r);
	size_t n;
	const char *type = http_fields(r)->content_type, *p = text_of(x, &n);

	if (ok && *type)
		return http_media_is(r, "application/json");
	return strchr("{[", p[strspn(p, " \t\r\n")]);
}

/* Read a body that may be JSON. True where it is the answer that is awaited. */
static bool read_json(struct exchange *x, struct reply *out)
{
	struct answer *a = &x->answer;
	bool ok = ok_status(out->http);
	size_t n;
	const char *text = text_of(x, &n);
	cJSON *m;

	if (ok && answer_known(a, text, n))
		return true;
	m = answer_parse(a, text, n);
	if (!m) {
		if (ok && !answer_failure(a, "response", &out->failure))
			out->kind = REPLY_FAILED;
		return false;
	}
	if (!a->id) {
		a->message = m;
		return false;
	}
	answer_take(a, m, ok ? RPC_ERRORS_NULL : RPC_ERRORS_ALL);
	if (a->message)
		return true;
	if (ok && answer_failure(a, "response", &out->failure))
		fail_reply(out, "jsonrpc.malformed",
			"the response is JSON, but not a JSON-RPC response");
	else if (ok)
		out->kind = REPLY_FAILED;
	return false;
}

/* Read a complete body: it is the answer if it is JSON. */
static void read_body(struct exchange *x, struct reply *out)
{
	if (!x->body.len || out->http->status == 202)
		return;
	if (maybe_json(x, out->http) && read_json(x, out))
		return;
	put_excerpt(&x->body, out->body, sizeof out->body);
	server_message(x->body.p, x->body.len, out->said);
}

/* The stream ended without the answer. */
static void stream_without_answer(struct exchange *x, struct reply *out)
{
	if (!answer_failure(&x->answer, "event stream", &out->failure)) {
		out->kind = REPLY_FAILED;
		return;
	}
	if (out->http->end != HTTP_FAILED)
		fail_reply(out, "sse.no-answer",
			"the server ended its event stream without the answer");
	out->last_id = x->sse->last_id;
	out->retry_ms = x->sse->retry_ms;
}

static bool is_truncated(const struct http_response *r)
{
	return r->end == HTTP_FAILED && strcmp(r->code, "http.truncated") == 0;
}

static void judge_exchange(struct exchange *x, struct reply *out)
{
	const struct http_response *r = out->http;

	out->kind = REPLY_STATUS;
	switch (r->end) {
	case HTTP_FAILED:
		fail_reply(out, r->code, r->message);
		if (x->form == FORM_STREAM && x->answer.id && is_truncated(r))
			stream_without_answer(x, out);
		return;
	case HTTP_OURS:
		fail_reply(out, "", r->message);
		out->ours = true;
		return;
	case HTTP_ABORTED:
		fail_reply(out, "body.too-large",
			x->large ? x->large
				 : "the responses of the probe take more than "
				   "32 MiB on the network");
		return;
	case HTTP_COMPLETE:
	case HTTP_ENOUGH:
		break;
	}
	if (x->form == FORM_STREAM && x->answer.id && !x->answer.message &&
		!x->answer.known)
		stream_without_answer(x, out);
	else if (x->form == FORM_BODY)
		read_body(x, out);
	out->known = x->answer.known;
	if (out->known)
		out->kind = REPLY_RESULT;
	else if (x->answer.message && x->answer.id)
		out->kind = x->answer.match == RPC_RESULT ? REPLY_RESULT
							  : REPLY_ERROR;
}

static void release_exchange(struct exchange *x)
{
	answer_release(&x->answer);
	if (x->sse)
		sse_release(x->sse);
	free(x->sse);
	buf_release(&x->body);
	free(x);
}

static void on_done(void *arg, const struct http_response *r)
{
	struct exchange *x = arg;
	double end = x->matched_ms > 0 ? x->matched_ms : clock_mono_ms();
	struct reply reply = {.http = r, .at_ms = end, .retry_ms = -1};

	judge_exchange(x, &reply);
	if (!budget_head(x->budget, r->fields_n, r->network_n) &&
		reply.kind != REPLY_FAILED)
		fail_reply(&reply, "http.headers-too-large",
			"the header fields of all responses of the probe "
			"together are larger than 1 MiB");
	reply.message = x->answer.message;
	reply.batch = x->answer.batch;
	x->handler.done(x->arg, &reply);
	release_exchange(x);
}

int exchange_start(struct http *h, const struct http_request *rq,
	struct budget *budget, enum exchange_want want, const char *id,
	const struct exchange_handler *handler, void *arg)
{
	struct exchange *x = xcalloc(1, sizeof *x);
	static const struct http_handler calls = {
		.data = on_data, .done = on_done};
	struct http_request own = *rq;
	struct http_transfer *t;

	/* 0 would mean no limit. */
	own.network_max = budget->network ? budget->network : 1;
	x->budget = budget;
	x->handler = *handler;
	x->arg = arg;
	x->want = want;
	answer_init(&x->answer, id, budget);
	x->answer.asked = handler->asked ? on_asked : NULL;
	x->answer.asked_arg = x;
	buf_init(&x->body, BUDGET_ANSWER);
	x->last_unless = rq->last_unless;
	t = x->transfer = http_start(h, &own, &calls, x);
	if (!t) {
		release_exchange(x);
		return -1;
	}
	if (handler->started)
		handler->started(arg, t);
	return 0;
}

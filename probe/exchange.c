#include "exchange.h"

#include "buf.h"
#include "clock.h"
#include "json.h"
#include "rpc.h"
#include "sse.h"
#include "text.h"
#include "xalloc.h"

#include <strings.h>

/* More of an error page than this is not read. */
#define ERROR_MAX (64 * 1024)

enum form { FORM_UNKNOWN, FORM_STREAM, FORM_BODY };

struct exchange {
	struct exchange_handler handler;
	void *arg;
	enum exchange_want want;
	char *id; /* of the message that is wanted, else NULL */
	enum form form;
	struct sse sse;
	struct buf body;
	size_t bytes;
	double matched_ms; /* monotonic; 0 before */
	cJSON *message;
	enum rpc_match match;
	bool foreign;	/* another request's answer came */
	bool malformed; /* an event that is not JSON came */
	char why[JSON_WHY];
};

static bool media_is(const char *content_type, const char *media)
{
	size_t n = strlen(media);

	return strncasecmp(content_type, media, n) == 0 &&
		(!content_type[n] || strchr("; \t,", content_type[n]));
}

static bool ok_status(const struct http_response *r)
{
	return r->status >= 200 && r->status <= 299;
}

/* Whether m answers a request that is not ours. */
static bool foreign(const struct exchange *x, const cJSON *m)
{
	const char *id = json_str(m, "id");

	return json_str(m, "jsonrpc") && json_get(m, "id") &&
		!json_get(m, "method") && !(id && strcmp(id, x->id) == 0);
}

/* Keep m if it is, or a batch of 2025-03-26 has in it, the answer. */
static bool match(struct exchange *x, cJSON *m, enum rpc_errors errors)
{
	cJSON *one;

	if (cJSON_IsArray(m)) {
		cJSON_ArrayForEach(one, m)
		{
			x->match = rpc_match(one, x->id, errors);
			if (x->match == RPC_NOT_OURS)
				continue;
			x->message = cJSON_DetachItemViaPointer(m, one);
			cJSON_Delete(m);
			return true;
		}
	} else {
		x->match = rpc_match(m, x->id, errors);
		if (x->match != RPC_NOT_OURS) {
			x->message = m;
			return true;
		}
	}
	if (foreign(x, m))
		x->foreign = true;
	cJSON_Delete(m);
	return false;
}

static enum sse_want on_event(void *arg, const char *type, const char *data,
	size_t n)
{
	struct exchange *x = arg;
	cJSON *m;

	if (strcmp(type, "message") != 0)
		return SSE_MORE;
	m = json_parse(data, n, &json_reply, x->why);
	if (!m) {
		x->malformed = true;
		return SSE_MORE;
	}
	if (!match(x, m, RPC_ERRORS_OURS))
		return SSE_MORE;
	x->matched_ms = clock_mono_ms();
	return SSE_STOP;
}

static enum http_want read_stream(struct exchange *x, const char *p, size_t n)
{
	if (x->bytes > EXCHANGE_MAX || !sse_feed(&x->sse, p, n))
		return HTTP_WANT_NOTHING;
	return x->message ? HTTP_WANT_EOF : HTTP_WANT_MORE;
}

static enum http_want on_data(void *arg, const struct http_response *r,
	const char *p, size_t n)
{
	struct exchange *x = arg;
	bool wanted = ok_status(r) && r->status != 202;

	if (x->want == WANT_STATUS && ok_status(r)) {
		x->matched_ms = clock_mono_ms();
		return HTTP_WANT_EOF;
	}
	x->bytes += n;
	if (x->form == FORM_UNKNOWN)
		x->form = x->id && wanted &&
				media_is(r->content_type, "text/event-stream")
			? FORM_STREAM
			: FORM_BODY;
	if (x->form == FORM_STREAM)
		return read_stream(x, p, n);
	if (!wanted && x->bytes > ERROR_MAX)
		return HTTP_WANT_EOF;
	if (x->bytes > EXCHANGE_MAX)
		return HTTP_WANT_NOTHING;
	buf_add(&x->body, p, n);
	return HTTP_WANT_MORE;
}

static void on_resolved(void *arg, const struct http_response *r)
{
	struct exchange *x = arg;

	x->handler.resolved(x->arg, r);
}

static void on_connected(void *arg, const struct http_response *r)
{
	struct exchange *x = arg;

	x->handler.connected(x->arg, r);
}

static void fail(struct reply *out, const char *code, const char *message)
{
	out->kind = REPLY_FAILED;
	failure_set(&out->failure, code, "%s", message);
}

/* The beginning of a page as one line: white space squeezed, tags dropped. */
static void excerpt(const struct buf *body, char *out, size_t size)
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

/* A JSON body: the whole of it is the answer, or it is none. */
static void read_body(struct exchange *x, struct reply *out)
{
	bool ok = ok_status(out->http);
	const char *type = out->http->content_type;
	const char *p = x->body.p;
	cJSON *m;

	if (!x->body.len || out->http->status == 202)
		return;
	excerpt(&x->body, out->body, sizeof out->body);
	if (ok && *type && !media_is(type, "application/json"))
		return;
	if ((!ok || !*type) && !strchr("{[", p[strspn(p, " \t\r\n")]))
		return;
	m = json_parse(p, x->body.len, &json_reply, x->why);
	if (!m) {
		if (ok)
			fail(out, "jsonrpc.malformed", x->why);
		return;
	}
	if (!x->id) {
		x->message = m;
		return;
	}
	if (match(x, m, ok ? RPC_ERRORS_NULL : RPC_ERRORS_ALL)) {
		out->body[0] = '\0';
		return;
	}
	if (ok)
		fail(out, x->foreign ? "jsonrpc.wrong-id" : "jsonrpc.malformed",
			x->foreign ? "the response carries another request's id"
				   : "the response is JSON, but no JSON-RPC "
				     "response");
}

/* A stream that ended without our answer. */
static void stream_without_answer(struct exchange *x, struct reply *out)
{
	if (x->malformed)
		fail(out, "jsonrpc.malformed", x->why);
	else if (x->foreign)
		fail(out, "jsonrpc.wrong-id",
			"the stream carries another request's id");
	else
		fail(out, "sse.no-answer",
			"the event stream ended without the answer");
}

static void judge(struct exchange *x, struct reply *out)
{
	const struct http_response *r = out->http;

	out->kind = REPLY_STATUS;
	switch (r->end) {
	case HTTP_FAILED:
		fail(out, r->code, r->message);
		return;
	case HTTP_OURS:
		fail(out, "", r->message);
		out->ours = true;
		return;
	case HTTP_ABORTED:
		fail(out, "body.too-large", "the response is larger than "
					    "16 MiB, or one line of it is");
		return;
	case HTTP_COMPLETE:
	case HTTP_ENOUGH:
		break;
	}
	if (x->form == FORM_STREAM && !x->message)
		stream_without_answer(x, out);
	else if (x->form == FORM_BODY)
		read_body(x, out);
	if (x->message && x->id)
		out->kind = x->match == RPC_RESULT ? REPLY_RESULT : REPLY_ERROR;
}

static void on_done(void *arg, const struct http_response *r)
{
	struct exchange *x = arg;
	double end = x->matched_ms > 0 ? x->matched_ms : clock_mono_ms();
	struct reply reply = {.http = r, .at_ms = end};

	judge(x, &reply);
	reply.message = x->message;
	x->handler.done(x->arg, &reply);
	cJSON_Delete(x->message);
	sse_release(&x->sse);
	buf_release(&x->body);
	free(x->id);
	free(x);
}

int exchange_start(struct http *h, const struct http_request *rq,
	enum exchange_want want, const char *id,
	const struct exchange_handler *handler, void *arg)
{
	struct exchange *x = xcalloc(1, sizeof *x);
	struct http_handler calls = {
		.resolved = handler->resolved ? on_resolved : NULL,
		.connected = handler->connected ? on_connected : NULL,
		.data = on_data,
		.done = on_done};

	x->handler = *handler;
	x->arg = arg;
	x->id = id ? xstrdup(id) : NULL;
	x->want = want;
	sse_init(&x->sse, EXCHANGE_MAX, on_event, x);
	buf_init(&x->body, EXCHANGE_MAX);
	if (!http_start(h, rq, &calls, x)) {
		free(x->id);
		free(x);
		return -1;
	}
	return 0;
}

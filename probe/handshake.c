/*
 * handshake.c: finds the era of a server and shakes hands with it.
 *
 * It is first asked `server/discover`, which every server of revision
 * 2026-07-28 answers; what an older one makes of it leads to `initialize`. The
 * hint of a target turns this order around. A server that takes neither may be
 * one of HTTP+SSE, and is asked for its event stream. Only an answer that says
 * nothing of eras leads on: a wall, a redirect or a failing server is what it
 * is.
 */
#include "flow.h"

#include "base/clock.h"
#include "json/json.h"
#include "mcp/diagnosis.h"

#include <math.h>

/*
 * A server that hangs on a method it does not know is asked otherwise: after
 * this time, or after half of what is left.
 */
#define DISCOVER_MS 10000.0

static void send_discover(struct probe *p);
static void send_initialize(struct probe *p);
static void send_listen(struct probe *p);

enum flow { FLOW_STATELESS, FLOW_SESSION, FLOW_AGAIN, FLOW_FAIL };

/* Step 3 or 5 passes. */
static void established(struct probe *p, double at_ms)
{
	const struct rpc_hello *h = &p->hello;
	const struct target *t = p->job.target;
	char text[256];

	snprintf(text, sizeof text, "%s%s%s%s%s", h->revision,
		*h->server_name ? ", " : "", h->server_name,
		*h->server_version ? " " : "", h->server_version);
	steps_pass(&p->steps, at_ms, text, p->detail.p);
	if (p->steps.next == STEP_OAUTH_DISCOVERY) {
		steps_skip(&p->steps, wall_none(p));
		steps_skip(&p->steps, wall_none(p));
		p->wire.show_credential =
			t->credential && credential_for(t->credential, &t->url);
	}
	if (steps_over(&p->steps))
		flow_finish(p);
	else
		tool_steps_start(p);
}

static void hello_detail(struct probe *p, const struct http_response *h)
{
	flow_detail(p, h);
	buf_str(&p->detail, ",\"server\":{\"name\":");
	json_put_str(&p->detail, p->hello.server_name);
	buf_str(&p->detail, ",\"version\":");
	json_put_str(&p->detail, p->hello.server_version);
	buf_fmt(&p->detail, "},\"session\":%s}",
		*p->wire.session ? "true" : "false");
}

static enum flow flow_of_versions(const struct probe *p, const cJSON *list,
	struct failure *f)
{
	struct buf b;

	switch (rpc_versions(list)) {
	case VERSIONS_STATELESS:
		return FLOW_STATELESS;
	case VERSIONS_SESSION:
		return p->asked_initialize ? FLOW_FAIL : FLOW_SESSION;
	case VERSIONS_NONE:
		break;
	}
	buf_init(&b, 300);
	json_put(&b, list);
	failure_set(f, "mcp.version",
		"the server supports no version that is known here: %s",
		buf_ok(&b) && list ? b.p : "it does not say which");
	buf_release(&b);
	return FLOW_FAIL;
}

/* Answers that say nothing of eras, but all about the server. */
static bool final(const struct reply *r)
{
	long status = r->http->status;

	return r->kind != REPLY_FAILED &&
		((wall_meant(r) && status > 299) || status == 403 ||
			status == 429 ||
			status >= 500 || (status >= 300 && status <= 399) ||
			(r->kind == REPLY_STATUS && status <= 299 && *r->body));
}

static enum flow flow_of(const struct probe *p, const struct reply *r,
	struct failure *f)
{
	const cJSON *data = json_get(json_get(r->message, "error"), "data");
	const cJSON *list;
	enum flow c;

	if (r->kind == REPLY_ERROR &&
		rpc_error_code(r->message) == RPC_UNSUPPORTED_VERSION) {
		c = flow_of_versions(p, json_get(data, "supported"), f);
		/* It refuses the version that it names: asked once more. */
		if (c != FLOW_STATELESS)
			return c;
		return p->asked_twice ? FLOW_FAIL : FLOW_AGAIN;
	}
	if (r->kind == REPLY_RESULT) {
		list = json_get(json_get(r->message, "result"),
			"supportedVersions");
		if (cJSON_IsArray(list))
			return flow_of_versions(p, list, f);
	}
	return final(r) || p->asked_initialize ? FLOW_FAIL : FLOW_SESSION;
}

/* Neither POST is taken: is it a server of HTTP+SSE, or none at all? */
static void fail_posts(struct probe *p)
{
	const struct failure *get = &p->listen_failure;
	struct failure f;

	if (p->may_listen && !p->asked_listen) {
		send_listen(p);
	} else if (p->job.target->hint == ERA_SSE &&
		strncmp(get->code, "sse.", 4) == 0) {
		flow_fail(p, NULL, get);
	} else if (*get->message &&
		strncmp(p->first_failure.code, "http.", 5) == 0) {
		failure_set(&f, p->first_failure.code,
			"no MCP server was found at this path: %.380s; and "
			"for HTTP+SSE, %.200s",
			p->first_failure.message, get->message);
		flow_fail_kept(p, &f);
	} else {
		flow_fail_kept(p, &p->first_failure);
	}
}

static void on_discover(struct probe *p, const struct reply *r)
{
	struct failure f = {0};

	switch (flow_of(p, r, &f)) {
	case FLOW_AGAIN:
		p->asked_twice = true;
		send_discover(p);
		return;
	case FLOW_SESSION:
		send_initialize(p);
		return;
	case FLOW_STATELESS:
		p->era = ERA_STATELESS;
		snprintf(p->wire.revision, sizeof p->wire.revision, "%s",
			REVISION_STATELESS);
		if (rpc_judge_discover(json_get(r->message, "result"),
			    &p->hello, &f)) {
			hello_detail(p, r->http);
			established(p, r->at_ms);
		} else {
			flow_fail(p, r, &f);
		}
		return;
	case FLOW_FAIL:
		break;
	}
	if (*f.code)
		flow_fail(p, r, &f);
	else if (*p->first_failure.code && !final(r))
		fail_posts(p);
	else
		wall_reply(p, r);
}

static void send_discover(struct probe *p)
{
	struct wire_message m = {.method = "server/discover"};
	double half = (p->deadline_ms - clock_mono_ms()) / 2;
	double cap = half < DISCOVER_MS ? half : DISCOVER_MS;
	char id[64];
	struct buf b;

	p->asking = ERA_STATELESS;
	p->asked_discover = true;
	p->wire.stateless = true;
	p->ids = 0;
	/* The SDK counts these apart from all other requests. */
	snprintf(id, sizeof id, "\"server-discover-probe-%d\"",
		p->asked_twice ? 2 : 1);
	buf_init(&b, 4096);
	rpc_discover(&b, id);
	m.id = id;
	m.body = b.p;
	flow_send(p, &m, p->asked_initialize ? INFINITY : cap, on_discover);
	buf_release(&b);
}

static void on_initialized(struct probe *p, const struct reply *r)
{
	/* Any 2xx will do: what its body says was never specified. */
	if (r->kind == REPLY_FAILED || r->http->status < 200 ||
		r->http->status > 299)
		wall_reply(p, r);
	else
		established(p, r->at_ms);
}

static void send_initialized(struct probe *p)
{
	struct wire_message m = {.method = "notifications/initialized"};
	struct buf b;

	buf_init(&b, 4096);
	rpc_initialized(&b);
	m.body = b.p;
	flow_send(p, &m, INFINITY, on_initialized);
	buf_release(&b);
}

/* The server speaks the era of initialize: hold it to that. */
static void greet(struct probe *p, const struct reply *r)
{
	const char *session = r->http->session_id;
	struct failure f;
	bool good;

	p->era = p->stream ? ERA_SSE : ERA_SESSION;
	if (!p->stream && wire_session_valid(session))
		snprintf(p->wire.session, sizeof p->wire.session, "%s",
			session);
	good = rpc_judge_initialize(json_get(r->message, "result"), &p->hello,
		&f);
	/* To end the session takes its revision, whatever else is missing. */
	if (rpc_known_session(p->hello.revision))
		snprintf(p->wire.revision, sizeof p->wire.revision, "%s",
			p->hello.revision);
	if (!good) {
		flow_fail(p, r, &f);
		return;
	}
	if (*session && !*p->wire.session) {
		failure_set(&f, "mcp.session-id",
			"the session id is not visible ASCII, or too long");
		flow_fail(p, r, &f);
		return;
	}
	/* Whether it may be one is known only now. */
	if (r->batch && strcmp(p->wire.revision, "2025-03-26") != 0) {
		flow_batch_failure(&f);
		flow_fail(p, r, &f);
		return;
	}
	hello_detail(p, r->http);
	send_initialized(p);
}

/* Whether a refused initialize leaves the other era open. */
static bool maybe_stateless(const struct reply *r)
{
	const cJSON *data = json_get(json_get(r->message, "error"), "data");

	if (r->kind == REPLY_ERROR &&
		rpc_error_code(r->message) == RPC_UNSUPPORTED_VERSION)
		return rpc_versions(json_get(data, "supported")) ==
			VERSIONS_STATELESS;
	return r->kind == REPLY_ERROR ||
		(r->http->status >= 400 && r->http->status <= 499);
}

/*
 * Whether a refused initialize leaves HTTP+SSE open (2025-11-25, "Backwards
 * Compatibility"): not where the refusal is one of the newer revisions.
 */
static bool maybe_sse(const struct reply *r)
{
	long status = r->http->status;
	int code = r->kind == REPLY_ERROR ? rpc_error_code(r->message) : 0;

	return (status == 400 || status == 404 || status == 405) &&
		code != RPC_HEADER_MISMATCH && code != RPC_MISSING_CAPABILITY &&
		code != RPC_UNSUPPORTED_VERSION && code != RPC_METHOD_NOT_FOUND;
}

static void on_initialize(struct probe *p, const struct reply *r)
{
	if (r->kind == REPLY_RESULT) {
		greet(p, r);
		return;
	}
	if (p->stream || final(r) || wall_meant(r) ||
		r->kind == REPLY_FAILED) {
		wall_reply(p, r);
		return;
	}
	diagnose(r, &p->first_failure);
	flow_detail(p, r->http);
	buf_char(&p->detail, '}');
	p->may_listen = maybe_sse(r);
	if (!p->asked_discover && maybe_stateless(r))
		send_discover(p);
	else
		fail_posts(p);
}

static void send_initialize(struct probe *p)
{
	struct wire_message m = {.method = "initialize"};
	char id[64];
	struct buf b;

	p->asking = p->stream ? ERA_SSE : ERA_SESSION;
	p->asked_initialize = true;
	p->wire.stateless = false;
	p->ids = 0;
	buf_init(&b, 4096);
	rpc_initialize(&b, flow_request_id(p, id));
	m.id = id;
	m.body = b.p;
	flow_send(p, &m, INFINITY, on_initialize);
	buf_release(&b);
}

/* What the answer to a GET says for itself, whatever the POSTs came to. */
static bool final_get(const struct probe *p, const struct reply *r)
{
	long status = r->http->status;

	if (r->kind == REPLY_FAILED)
		return strcmp(r->failure.code, "sse.endpoint") == 0;
	return wall_meant(r) || (status == 403 && p->wire.show_credential) ||
		status == 429 || status >= 500;
}

static void on_listen(struct probe *p, const struct reply *r)
{
	const char *endpoint = stream_endpoint(p->stream);
	struct failure *f = &p->listen_failure;

	if (*endpoint) {
		snprintf(p->wire.endpoint, sizeof p->wire.endpoint, "%s",
			endpoint);
		send_initialize(p);
		return;
	}
	if (final_get(p, r)) {
		wall_reply(p, r);
		return;
	}
	if (r->kind == REPLY_FAILED)
		*f = r->failure;
	else
		failure_set(f, "",
			"a GET for its event stream is answered with status "
			"%ld%s%.60s",
			r->http->status, *r->http->content_type ? ", " : "",
			r->http->content_type);
	flow_hang_up(p);
	if (p->asked_initialize)
		fail_posts(p);
	else
		send_discover(p);
}

static void send_listen(struct probe *p)
{
	p->asking = ERA_SSE;
	p->asked_listen = true;
	p->wire.stateless = false;
	flow_listen(p, on_listen);
}

void handshake_start(struct probe *p)
{
	/* What was found out before the wall need not be asked again. */
	enum era first = p->asking ? p->asking : p->job.target->hint;

	p->asked_discover = p->asked_twice = p->asked_initialize = false;
	p->asked_listen = p->may_listen = false;
	p->first_failure = p->listen_failure = (struct failure) {0};
	flow_hang_up(p);
	if (first == ERA_SSE)
		send_listen(p);
	else if (first == ERA_SESSION)
		send_initialize(p);
	else
		send_discover(p);
}

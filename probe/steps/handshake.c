/* SPDX-License-Identifier: MIT */
/*
 * handshake.c: the handshake of a probe: DNS and TLS (steps 1 and 2), which the
 * first request of step 3 makes; then the era of the server, and initialize
 * (steps 3 and 5).
 *
 * The server is first asked `server/discover`, which every server of revision
 * 2026-07-28 answers; any other gets `initialize`. The hint of a target turns
 * this order around. A server that takes neither may speak HTTP+SSE, and is
 * asked for its event stream.
 *
 * Only clients of 2026-07-28 send server/discover, and what is in front of a
 * server may refuse it alone. So whatever it is answered, the answer to
 * initialize counts: if that has nothing to do with eras (a wall, a redirect, a
 * failing server), it ends the search. Where it refuses initialize itself, the
 * server may be stateless, and counts as what it answered before.
 */
#include "steps/steps.h"

#include "auth/challenge.h"
#include "base/clock.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "http/address.h"
#include "json/json.h"
#include "protocol/exchange.h"

/*
 * A server may hang on a method that it does not know. It gets `initialize`
 * after this time, or after half of what is left.
 */
#define DISCOVER_MS 10000.0

/* The request that follows an answer to server/discover. */
enum lead { LEAD_STATELESS, LEAD_SESSION, LEAD_AGAIN, LEAD_NONE };

static struct next ask_discover(struct probe *p)
{
	p->handshake.asking = ERA_STATELESS;
	p->handshake.asked_discover = true;
	p->wire.stateless = true;
	p->ids = 0;
	return step_send(REQUEST_DISCOVER);
}

static struct next ask_initialize(struct probe *p)
{
	p->handshake.asking = p->transport.stream ? ERA_SSE : ERA_SESSION;
	p->handshake.asked_initialize = true;
	p->wire.stateless = false;
	p->ids = 0;
	return step_send(REQUEST_INITIALIZE);
}

static struct next ask_listen(struct probe *p)
{
	p->handshake.asking = ERA_SSE;
	p->handshake.asked_listen = true;
	p->wire.stateless = false;
	return step_send(REQUEST_LISTEN);
}

/* Step 3 or 5 passes. An open server is shown the credential from now on. */
static struct next pass_established(struct probe *p, double at_ms)
{
	const struct rpc_hello *h = &p->hello;
	const struct target *t = p->target;
	struct buf text;

	if (p->steps.next == STEP_INITIALIZE)
		p->wire.credential =
			t->credential && credential_for(t->credential, t->url)
			? credential_field(t->credential)
			: NULL;
	buf_init(&text, sizeof *h);
	buf_str(&text, h->revision);
	buf_str(&text, *h->server_name ? ", " : "");
	buf_str(&text, h->server_name);
	buf_str(&text, *h->server_version ? " " : "");
	buf_str(&text, h->server_version);
	buf_str(&text, step_refuses(p));
	return step_pass_text(p, at_ms, &text);
}

static void hello_detail(struct probe *p, const struct http_response *h)
{
	step_detail(p, h);
	buf_str(&p->detail, ",\"server\":{\"name\":");
	json_put_str(&p->detail, p->hello.server_name);
	buf_str(&p->detail, ",\"version\":");
	json_put_str(&p->detail, p->hello.server_version);
	buf_str(&p->detail, p->wire.session ? "},\"session\":true}"
					     : "},\"session\":false}");
}

/* Whether a reply is -32022, and the versions that it names; or NULL. */
static bool refuses_version(const struct reply *r)
{
	return r->kind == REPLY_ERROR &&
		rpc_error_code(r->message) == RPC_UNSUPPORTED_VERSION;
}

static const cJSON *supported_versions(const struct reply *r)
{
	return json_get(json_get(json_get(r->message, "error"), "data"),
		"supported");
}

static enum lead lead_of_versions(const struct probe *p, const cJSON *list,
	struct failure *f)
{
	enum lead other =
		p->handshake.asked_initialize ? LEAD_NONE : LEAD_SESSION;
	struct buf b;

	switch (rpc_versions(list)) {
	case VERSIONS_STATELESS:
		return LEAD_STATELESS;
	case VERSIONS_SESSION:
		return other;
	case VERSIONS_NONE:
		break;
	}
	buf_init(&b, 300);
	json_put(&b, list);
	failure_set(f, "mcp.version",
		"the server supports no protocol version that mcp-probe knows: "
		"%s",
		buf_ok(&b) && list ? b.p : "it does not say which");
	buf_release(&b);
	return other;
}

/*
 * Whether a reply has nothing to do with eras: that to initialize ends the
 * search.
 */
static bool is_final(const struct reply *r)
{
	long status = r->http->status;

	return r->kind != REPLY_FAILED &&
		((wall_meant(r) && status > 299) || status == 403 ||
			status == 429 ||
			status >= 500 || (status >= 300 && status <= 399) ||
			(r->kind == REPLY_STATUS && status <= 299 && *r->body));
}

static enum lead lead_of(const struct probe *p, const struct reply *r,
	struct failure *f)
{
	enum lead other =
		p->handshake.asked_initialize ? LEAD_NONE : LEAD_SESSION;
	const cJSON *list;
	enum lead c;

	if (refuses_version(r)) {
		c = lead_of_versions(p, supported_versions(r), f);
		/* It refuses a version that it lists as supported: ask once
		   more. */
		if (c != LEAD_STATELESS)
			return c;
		return p->handshake.asked_twice ? other : LEAD_AGAIN;
	}
	if (r->kind == REPLY_RESULT) {
		list = json_get(json_get(r->message, "result"),
			"supportedVersions");
		if (cJSON_IsArray(list))
			return lead_of_versions(p, list, f);
	}
	return other;
}

/* Whether an answer to server/discover makes the official SDK of that revision
   give up; after any other it sends initialize. */
static bool turns_away(const struct reply *r)
{
	long status = r->http->status;

	if (refuses_version(r))
		return supported_versions(r) && supported_versions(r)->child &&
			rpc_versions(supported_versions(r)) != VERSIONS_SESSION;
	/* Without an id an error is none to it, but with a status that
	   refuses. */
	if (r->kind == REPLY_ERROR && status <= 299 &&
		(!json_get(r->message, "id") || json_has_null(r->message, "id")))
		return true;
	return r->kind == REPLY_FAILED || (is_final(r) && status != 429) ||
		(r->kind == REPLY_STATUS && status <= 299);
}

/* Initialize is asked for: keep what that answer came to, and its detail. */
static void note_discover(
	struct probe *p, const struct reply *r, const struct failure *f)
{
	struct handshake *h = &p->handshake;

	h->discover_walled = is_final(r) && wall_meant(r);
	h->discover_decides = !h->discover_walled &&
		(is_final(r) || *f->code ||
			(refuses_version(r) &&
				rpc_versions(supported_versions(r)) !=
					VERSIONS_SESSION));
	h->discover_refused = turns_away(r);
	if (h->discover_decides)
		step_detail_reply(p, r);
	if (h->discover_decides || h->discover_refused) {
		diagnose(r, &step_failures(p)->discover);
		if (*f->code)
			p->failures->discover = *f;
	}
}

/* The server takes neither POST: try HTTP+SSE, or see what it made of the
   first one, or fail. */
static struct next fail_posts(struct probe *p)
{
	const struct failure *first = &step_failures(p)->first;
	const struct failure *get = &step_failures(p)->listen;
	struct failure f;

	if (p->handshake.may_listen && !p->handshake.asked_listen)
		return ask_listen(p);
	if (p->handshake.discover_walled && !p->handshake.asked_wall) {
		p->handshake.asked_wall = true;
		return ask_discover(p);
	}
	if (p->handshake.discover_decides)
		return step_fail_kept(p, &p->failures->discover);
	if (p->target->hint == ERA_SSE &&
		strncmp(get->code, "sse.", 4) == 0)
		return step_fail(p, NULL, get);
	if (!*get->message || strncmp(first->code, "http.", 5) != 0)
		return step_fail_kept(p, first);
	failure_set(&f, first->code,
		"no MCP server was found at this path: %.380s; with HTTP+SSE: "
		"%.200s",
		first->message, get->message);
	return step_fail_kept(p, &f);
}

/* The server speaks the stateless revision: check what else it says. */
static struct next take_discovered(struct probe *p, const struct reply *r)
{
	struct failure f;

	p->era = ERA_STATELESS;
	text_copy(p->wire.revision, sizeof p->wire.revision,
		REVISION_STATELESS);
	if (!r->known && !rpc_judge_discover(json_get(r->message, "result"),
				 &p->hello, &f))
		return step_fail(p, r, &f);
	step_learn(p, KNOWN_HELLO);
	hello_detail(p, r->http);
	return pass_established(p, r->at_ms);
}

struct next handshake_discovered(struct probe *p, const struct reply *r)
{
	struct failure f = {0};

	if (r->known)
		return take_discovered(p, r);
	switch (lead_of(p, r, &f)) {
	case LEAD_AGAIN:
		p->handshake.asked_twice = true;
		return ask_discover(p);
	case LEAD_SESSION:
		note_discover(p, r, &f);
		return ask_initialize(p);
	case LEAD_STATELESS:
		return take_discovered(p, r);
	case LEAD_NONE:
		break;
	}
	if (*f.code)
		return step_fail(p, r, &f);
	if (p->failures && *p->failures->first.code && !is_final(r))
		return fail_posts(p);
	return step_next(NEXT_REFUSED);
}

void handshake_write_discover(struct probe *p, struct wire_message *m,
	struct buf *b)
{
	double half = deadline_left(&p->wire.deadline) / 2;

	if (!p->handshake.asked_initialize)
		m->timeout_ms = half < DISCOVER_MS ? half : DISCOVER_MS;
	/* The SDK gives these ids of their own. */
	snprintf(p->request_id, sizeof p->request_id,
		"\"server-discover-probe-%d\"",
		p->handshake.asked_twice ? 2 : 1);
	m->id = p->request_id;
	step_look_for(p, KNOWN_HELLO);
	rpc_discover(b, m->id);
}

struct next handshake_initialized(struct probe *p, const struct reply *r)
{
	/* Any 2xx will do: its body was never specified. */
	if (r->kind == REPLY_FAILED || r->http->status < 200 ||
		r->http->status > 299)
		return step_next(NEXT_REFUSED);
	return pass_established(p, r->at_ms);
}

void handshake_write_initialized(struct probe *p, struct wire_message *m,
	struct buf *b)
{
	(void)p;
	(void)m;
	rpc_initialized(b);
}

/* The server answers initialize: check what it says. */
static struct next take_greeting(struct probe *p, const struct reply *r)
{
	const char *session = http_fields(r->http)->session_id;
	struct failure f;
	bool good;

	p->era = p->transport.stream ? ERA_SSE : ERA_SESSION;
	p->handshake.clients_refused = p->handshake.discover_refused;
	if (!p->transport.stream && wire_session_valid(session)) {
		free(p->wire.session);
		p->wire.session = xstrdup(session);
	}
	good = r->known || rpc_judge_initialize(json_get(r->message, "result"),
				   &p->hello, &f);
	/* The DELETE that ends the session needs it, whatever else is wrong. */
	if (rpc_known_session(p->hello.revision))
		text_copy(p->wire.revision, sizeof p->wire.revision,
			p->hello.revision);
	if (!good)
		return step_fail(p, r, &f);
	if (*session && !p->wire.session) {
		failure_set(&f, "mcp.session-id",
			"the session id is not visible ASCII, or too long");
		return step_fail(p, r, &f);
	}
	/* Whether a batch is allowed is known only now. */
	if (r->batch && strcmp(p->wire.revision, "2025-03-26") != 0) {
		step_batch_failure(&f);
		return step_fail(p, r, &f);
	}
	if (r->batch)
		known_answer_drop(&p->answer);
	step_learn(p, KNOWN_HELLO);
	hello_detail(p, r->http);
	return step_send(REQUEST_INITIALIZED);
}

/* Whether a server that refuses initialize may be stateless. */
static bool maybe_stateless(const struct reply *r)
{
	if (refuses_version(r))
		return rpc_versions(supported_versions(r)) ==
		       VERSIONS_STATELESS;
	return r->kind == REPLY_ERROR ||
		(r->http->status >= 400 && r->http->status <= 499);
}

/* Whether a server that refuses initialize may speak HTTP+SSE (2025-11-25,
   "Backwards Compatibility"): not if it refuses as a newer revision does. */
static bool maybe_sse(const struct reply *r)
{
	long status = r->http->status;
	int code = r->kind == REPLY_ERROR ? rpc_error_code(r->message) : 0;

	return (status == 400 || status == 404 || status == 405) &&
		code != RPC_HEADER_MISMATCH && code != RPC_MISSING_CAPABILITY &&
		code != RPC_UNSUPPORTED_VERSION && code != RPC_METHOD_NOT_FOUND;
}

/* Whether a server that refuses initialize seems not to have it, so that the
   answer to server/discover decides. */
static bool without_initialize(const struct probe *p, const struct reply *r)
{
	long status = r->http->status;

	if (status == 403 || status == 429)
		return status == 403 && p->handshake.discover_walled;
	if (r->kind != REPLY_ERROR || status > 299)
		return status >= 400 && status <= 499;
	switch (rpc_error_code(r->message)) {
	case RPC_METHOD_NOT_FOUND:
	case RPC_INVALID_REQUEST:
	case RPC_INVALID_PARAMS:
	case RPC_HEADER_MISMATCH:
	case RPC_MISSING_CAPABILITY:
	case RPC_UNSUPPORTED_VERSION:
		return true;
	default:
		return false;
	}
}

/* The answer to initialize ends the search. */
static struct next end_search(struct probe *p, const struct reply *r)
{
	struct handshake *h = &p->handshake;

	if (!wall_meant(r) || p->transport.stream)
		return step_next(NEXT_REFUSED);
	h->clients_refused = h->discover_refused && !h->discover_walled;
	/* With the credential either era may be served. */
	if (h->discover_walled || h->discover_decides)
		h->asking = ERA_STATELESS;
	return step_next(NEXT_REFUSED);
}

struct next handshake_initialize(struct probe *p, const struct reply *r)
{
	struct handshake *h = &p->handshake;

	if (r->kind == REPLY_RESULT)
		return take_greeting(p, r);
	if (r->kind == REPLY_FAILED || p->transport.stream || wall_meant(r) ||
		(is_final(r) && !without_initialize(p, r)))
		return end_search(p, r);
	if (!without_initialize(p, r))
		h->discover_walled = h->discover_decides = false;
	diagnose(r, &step_failures(p)->first);
	if (!h->discover_decides)
		step_detail_reply(p, r);
	h->may_listen = maybe_sse(r);
	if (!h->asked_discover && maybe_stateless(r))
		return ask_discover(p);
	return fail_posts(p);
}

void handshake_write_initialize(struct probe *p, struct wire_message *m,
	struct buf *b)
{
	m->id = step_request_id(p);
	step_look_for(p, KNOWN_HELLO);
	rpc_initialize(b, m->id);
}

/* Whether the reply to the GET ends the search, whatever the POSTs came to. */
static bool final_get(const struct probe *p, const struct reply *r)
{
	long status = r->http->status;

	if (r->kind == REPLY_FAILED)
		return strcmp(r->failure.code, "sse.endpoint") == 0;
	return wall_meant(r) || (status == 403 && p->wire.credential) ||
		status == 429 || status >= 500;
}

struct next handshake_listened(struct probe *p, const struct reply *r)
{
	const char *endpoint = stream_endpoint(p->transport.stream);
	const char *type = http_fields(r->http)->content_type;
	struct failure *f = &step_failures(p)->listen;

	if (*endpoint) {
		free(p->wire.endpoint);
		p->wire.endpoint = xstrdup(endpoint);
		return ask_initialize(p);
	}
	if (final_get(p, r))
		return step_next(NEXT_REFUSED);
	if (r->kind == REPLY_FAILED)
		*f = r->failure;
	else
		failure_set(f, "",
			"the server answers a GET for its event stream with "
			"status %ld%s%.60s",
			r->http->status, *type ? ", " : "", type);
	transport_hang_up(&p->transport);
	if (p->handshake.asked_initialize)
		return fail_posts(p);
	return ask_discover(p);
}

/* Go on in the session of an earlier piece, if it is still there. */
static struct next ask_ping(struct probe *p)
{
	const struct piece *r = p->resume;

	p->wire.stateless = false;
	p->wire.session = r->session ? xstrdup(r->session) : NULL;
	text_copy(p->wire.revision, sizeof p->wire.revision, r->revision);
	p->era = ERA_SESSION;
	p->ids = r->ids;
	p->hello.has_tools = r->has_tools;
	text_copy(p->hello.revision, sizeof p->hello.revision, r->revision);
	p->handshake.clients_refused = r->clients_refused;
	return step_send(REQUEST_PING);
}

void handshake_write_ping(struct probe *p, struct wire_message *m,
	struct buf *b)
{
	m->id = step_request_id(p);
	rpc_ping(b, m->id);
}

/* A server that does not know ping answers so in a session that it knows. */
struct next handshake_pinged(struct probe *p, const struct reply *r)
{
	bool known = r->kind == REPLY_RESULT ||
		(r->kind == REPLY_ERROR && r->http->status <= 299 &&
			rpc_error_code(r->message) == RPC_METHOD_NOT_FOUND);

	if (known) {
		hello_detail(p, r->http);
		return pass_established(p, r->at_ms);
	}
	p->resume = NULL;
	free(p->wire.session);
	p->wire.session = NULL;
	*p->wire.revision = '\0';
	p->era = ERA_NONE;
	p->hello = (struct rpc_hello) {.has_tools = false};
	return handshake_begin(p);
}

/* Whether what an earlier piece handed on can be a session. */
static bool may_resume(const struct probe *p)
{
	const struct piece *r = p->resume;

	return r && rpc_known_session(r->revision) &&
		(!r->session || wire_session_valid(r->session));
}

struct next handshake_begin(struct probe *p)
{
	/* Before the credential was asked for, this era was found. */
	enum era first = p->handshake.asking ? p->handshake.asking
					     : p->target->hint;

	p->handshake = (struct handshake) {.asking = first};
	if (p->failures)
		*p->failures = (struct step_failures) {0};
	transport_hang_up(&p->transport);
	if (may_resume(p) && p->steps.next < STEP_OAUTH_DISCOVERY)
		return ask_ping(p);
	if (first == ERA_SSE)
		return ask_listen(p);
	if (first == ERA_SESSION)
		return ask_initialize(p);
	return ask_discover(p);
}

void connection_resolved(struct probe *p, const struct http_response *h)
{
	if (p->steps.next == STEP_DNS)
		steps_pass(&p->steps, clock_mono_ms(), h->address, NULL);
}

static void connection_detail(struct probe *p, const struct http_response *h)
{
	bool tls = p->target->url->https;
	char end[CLOCK_RFC3339];

	buf_clear(&p->detail);
	buf_str(&p->detail, tls ? "{\"tls\":true,\"address\":"
				: "{\"tls\":false,\"address\":");
	json_put_str(&p->detail, h->address);
	buf_str(&p->detail, ",\"port\":");
	buf_int(&p->detail, h->port);
	diagnose_timings(h, &p->detail);
	if (tls) {
		buf_str(&p->detail, ",\"version\":");
		json_put_str(&p->detail, h->tls_version);
	}
	if (h->not_after > 0) {
		clock_rfc3339((int64_t)h->not_after, end);
		buf_fmt(&p->detail, ",\"not_after\":\"%s\"", end);
	}
	buf_char(&p->detail, '}');
}

/*
 * A URL that the server names may be private only if the server itself is, on
 * every connection. Where a proxy hides its address, its URL has to say so.
 */
static void note_peer(struct probe *p, const struct http_response *h)
{
	bool private = h->proxied
		? address_private_host(p->target->url->host)
		: address_private_text(h->address);

	p->wire.proxied |= h->proxied;
	p->wire.deny_private |= !private;
}

void connection_ready(struct probe *p, const struct http_response *h)
{
	char text[96], end[CLOCK_RFC3339] = "unknown";

	note_peer(p, h);
	if (p->connected)
		return;
	p->connected = true;
	connection_resolved(p, h);
	connection_detail(p, h);
	if (!p->target->url->https) {
		steps_skip_timed(&p->steps, clock_mono_ms(), "http, no TLS",
			p->detail.p);
		return;
	}
	if (h->not_after > 0)
		clock_rfc3339((int64_t)h->not_after, end);
	snprintf(text, sizeof text, "%s, certificate until %.10s",
		h->tls_version, end);
	steps_pass(&p->steps, clock_mono_ms(), text, p->detail.p);
}

struct next connection_failed(struct probe *p, const struct reply *r)
{
	bool dns = strncmp(r->failure.code, "dns.", 4) == 0;

	if (!dns && p->steps.next == STEP_DNS)
		steps_pass(&p->steps, r->at_ms, NULL, NULL);
	if ((dns || strcmp(r->failure.code, "tcp.unreachable") == 0) &&
		address_network_down())
		return step_ours(p, "this machine has no network");
	return step_fail(p, r, &r->failure);
}

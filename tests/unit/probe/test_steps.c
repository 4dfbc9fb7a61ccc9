/* SPDX-License-Identifier: MIT */
/*
 * Goal: each step of a probe, given what is known and a reply, returns what
 * comes next, without a server and without the other steps.
 */
#include "steps/steps.h"

#include "base/xalloc.h"
#include "json/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

static struct target target;
static struct url url;
static struct probe p;
static struct http_fields fields = {.content_type = "application/json"};
static struct http_response http;
static struct reply reply;
static cJSON *message;

static void on_step(void *arg, const struct step_record *r)
{
	(void)arg;
	(void)r;
}

static void on_summary(void *arg, const struct probe_record *r)
{
	(void)arg;
	(void)r;
}

/* A probe of https://h/mcp in which this step runs. */
static void begin(enum step step, enum era hint)
{
	static const struct steps_sink sink = {
		.step = on_step, .summary = on_summary};
	static const struct siphash_key key = {{1, 2}};
	static const struct probe_key names = {.slug = "h"};
	static const struct lost_time never_late;
	char why[URL_WHY];

	memset(&p, 0, sizeof p);
	memset(&target, 0, sizeof target);
	target.hint = hint;
	target.cache_check = CACHE_CHECK_NEVER;
	assert_true(url_parse("https://h/mcp", &url, why));
	target.url = &url;
	p.target = &target;
	p.wire.target.url = &url;
	p.wire.budget = &p.budget;
	p.transport.wire = &p.wire;
	deadline_set(&p.wire.deadline, &never_late, 30);
	budget_init(&p.budget, NULL, NULL);
	listing_init(&p.list, "look", &key, &p.budget);
	buf_init(&p.detail, RECORD_DETAIL_MAX);
	steps_init(&p.steps, &names, &sink, 0);
	p.steps.next = step;
}

static void end(void)
{
	free(p.hash.digests);
	free(p.auth);
	free(p.failures);
	free(p.message);
	wire_release(&p.wire);
	listing_release(&p.list);
	buf_release(&p.detail);
	cJSON_Delete(message);
	message = NULL;
}

/* A reply; in its message, ' stands for ". */
static const struct reply *say(enum reply_kind kind, long status,
	const char *text)
{
	char copy[400], why[JSON_WHY];

	cJSON_Delete(message);
	message = NULL;
	http = (struct http_response) {
		.status = status, .http_version = "2", .code = "",
		.fields = &fields};
	reply = (struct reply) {.kind = kind, .http = &http, .at_ms = 5};
	if (text) {
		snprintf(copy, sizeof copy, "%s", text);
		for (char *c = copy; *c; c++)
			if (*c == '\'')
				*c = '"';
		message = json_parse(copy, strlen(copy), &json_reply, why);
		assert_non_null(message);
		reply.message = message;
	}
	return &reply;
}

static void check_send(struct next n, enum request request)
{
	assert_int_equal(n.kind, NEXT_SEND);
	assert_int_equal(n.request, request);
}

static void check_fail(struct next n, const char *code)
{
	assert_int_equal(n.kind, NEXT_FAIL);
	assert_string_equal(p.failures->last.code, code);
}

#define INFO "'serverInfo':{'name':'n','version':'1'}"
#define MODERN                                                                 \
	"{'result':{'supportedVersions':['2026-07-28'],"                       \
	"'capabilities':{'tools':{}}}}"
#define OLD "{'id':1,'error':{'code':-32601,'message':'unknown'}}"
#define GREETING                                                               \
	"{'result':{'protocolVersion':'2025-11-25','capabilities':{}," INFO "}}"

static void test_handshake_begin(void **state)
{
	static const struct {
		enum era hint;
		enum request request;
	} rows[] = {
		{ERA_NONE, REQUEST_DISCOVER},
		{ERA_STATELESS, REQUEST_DISCOVER},
		{ERA_SESSION, REQUEST_INITIALIZE},
		{ERA_SSE, REQUEST_LISTEN},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		begin(STEP_INITIALIZE, rows[i].hint);
		check_send(handshake_begin(&p), rows[i].request);
		end();
	}
}

/* The session of an earlier piece goes on if a ping shows that it is there. */
static void test_handshake_resumed(void **state)
{
	static const struct {
		const char *revision, *session;
		enum reply_kind kind;
		long status;
		const char *message;
		enum next_kind next; /* after the ping; NEXT_WAIT: none is sent */
	} rows[] = {
		{"2025-11-25", "s", REPLY_RESULT, 200, "{'result':{}}", NEXT_PASS},
		{"2025-03-26", NULL, REPLY_RESULT, 200, "{'result':{}}", NEXT_PASS},
		{"2025-11-25", "s", REPLY_ERROR, 200,
			"{'error':{'code':-32601}}", NEXT_PASS},
		{"2025-11-25", "s", REPLY_ERROR, 404,
			"{'error':{'code':-32601}}", NEXT_SEND},
		{"2025-11-25", "s", REPLY_ERROR, 200,
			"{'error':{'code':-32001}}", NEXT_SEND},
		{"2025-11-25", "s", REPLY_STATUS, 404, NULL, NEXT_SEND},
		{"2025-11-25", "s", REPLY_STATUS, 401, NULL, NEXT_SEND},
		{"2025-11-25", "s", REPLY_FAILED, 0, NULL, NEXT_SEND},
		{"2025-11-25", "a\nb", REPLY_FAILED, 0, NULL, NEXT_WAIT},
		{"2025-11-25", "", REPLY_FAILED, 0, NULL, NEXT_WAIT},
		{"2026-07-28", "s", REPLY_FAILED, 0, NULL, NEXT_WAIT},
		{"2030-01-01", "s", REPLY_FAILED, 0, NULL, NEXT_WAIT},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct piece piece = {.session = (char *)rows[i].session,
			.ids = 7, .has_tools = true};
		struct next n;

		snprintf(piece.revision, sizeof piece.revision, "%s",
			rows[i].revision);
		begin(STEP_INITIALIZE, ERA_NONE);
		p.resume = &piece;
		n = handshake_begin(&p);
		check_send(n, rows[i].next == NEXT_WAIT ? REQUEST_DISCOVER
							: REQUEST_PING);
		if (rows[i].next != NEXT_WAIT) {
			assert_string_equal(step_request_id(&p), "7");
			n = handshake_pinged(&p, say(rows[i].kind,
				rows[i].status, rows[i].message));
			assert_int_equal(n.kind, rows[i].next);
		}
		if (rows[i].next == NEXT_SEND)
			assert_int_equal(n.request, REQUEST_DISCOVER);
		assert_int_equal(p.era == ERA_SESSION && p.hello.has_tools &&
				p.wire.revision[0], rows[i].next == NEXT_PASS);
		if (rows[i].next != NEXT_PASS)
			assert_null(p.wire.session);
		end();
	}
}

/* What the first reply of a server leads to. */
static void test_handshake_discovered(void **state)
{
	static const struct {
		enum reply_kind kind;
		long status;
		const char *message;
		enum next_kind next;
		enum request request;
		const char *code; /* of NEXT_FAIL */
	} rows[] = {
		{REPLY_RESULT, 200, MODERN, NEXT_PASS, 0, NULL},
		{REPLY_RESULT, 200, "{'result':{'resultType':'complete'}}",
			NEXT_SEND, REQUEST_INITIALIZE, NULL},
		{REPLY_RESULT, 200,
			"{'result':{'supportedVersions':['2026-07-28']}}",
			NEXT_FAIL, 0, "mcp.missing-capabilities"},
		{REPLY_RESULT, 200, "{'result':{'supportedVersions':['1']}}",
			NEXT_SEND, REQUEST_INITIALIZE, NULL},
		{REPLY_ERROR, 200, OLD, NEXT_SEND, REQUEST_INITIALIZE, NULL},
		{REPLY_ERROR, 400,
			"{'error':{'code':-32022,'data':{'supported':"
			"['2025-11-25']}}}",
			NEXT_SEND, REQUEST_INITIALIZE, NULL},
		{REPLY_ERROR, 400,
			"{'error':{'code':-32022,'data':{'supported':"
			"['2026-07-28']}}}",
			NEXT_SEND, REQUEST_DISCOVER, NULL},
		{REPLY_STATUS, 404, NULL, NEXT_SEND, REQUEST_INITIALIZE, NULL},
		{REPLY_FAILED, 0, NULL, NEXT_SEND, REQUEST_INITIALIZE, NULL},
		{REPLY_STATUS, 302, NULL, NEXT_SEND, REQUEST_INITIALIZE, NULL},
		{REPLY_STATUS, 401, NULL, NEXT_SEND, REQUEST_INITIALIZE, NULL},
		{REPLY_STATUS, 429, NULL, NEXT_SEND, REQUEST_INITIALIZE, NULL},
		{REPLY_STATUS, 503, NULL, NEXT_SEND, REQUEST_INITIALIZE, NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct next n;

		begin(STEP_INITIALIZE, ERA_NONE);
		handshake_begin(&p);
		n = handshake_discovered(&p,
			say(rows[i].kind, rows[i].status, rows[i].message));
		if (n.kind != rows[i].next)
			fail_msg("row %zu: %d", i, n.kind);
		if (n.kind == NEXT_SEND)
			check_send(n, rows[i].request);
		if (n.kind == NEXT_FAIL)
			check_fail(n, rows[i].code);
		end();
	}
	assert_int_equal(p.era, ERA_NONE);
}

/* Answers to server/discover and to initialize. */
enum said {
	RESULT,	  /* that it is spoken */
	UNKNOWN,  /* -32601 */
	INTERNAL, /* -32603 */
	STRANGE,  /* -32022, with a version that nobody knows */
	NEWER,	  /* -32022, with 2026-07-28 */
	WALL,	  /* 401 */
	S403,
	S404,
	S405,
	S429,
	S500,
	S502,
	S302,
	PAGE,  /* 200, and text */
	EMPTY, /* 200, and nothing */
	GONE   /* no answer */
};

static const struct reply *said(enum said what, bool discover)
{
	static const long statuses[] = {[WALL] = 401,
		[S403] = 403,
		[S404] = 404,
		[S405] = 405,
		[S429] = 429,
		[S500] = 500,
		[S502] = 502,
		[S302] = 302,
		[PAGE] = 200,
		[EMPTY] = 200};

	switch (what) {
	case RESULT:
		return say(REPLY_RESULT, 200, discover ? MODERN : GREETING);
	case UNKNOWN:
		return say(REPLY_ERROR, 200, OLD);
	case INTERNAL:
		return say(REPLY_ERROR, 200, "{'id':1,'error':{'code':-32603}}");
	case STRANGE:
		return say(REPLY_ERROR, 400,
			"{'error':{'code':-32022,'data':{'supported':"
			"['2031-01-01']}}}");
	case NEWER:
		return say(REPLY_ERROR, 400,
			"{'error':{'code':-32022,'data':{'supported':"
			"['2026-07-28']}}}");
	case GONE:
		say(REPLY_FAILED, 0, NULL);
		failure_set(&reply.failure, "http.empty", "closed");
		return &reply;
	default:
		say(REPLY_STATUS, statuses[what], NULL);
		if (what == PAGE)
			snprintf(reply.body, sizeof reply.body, "hello");
		return &reply;
	}
}

/* The end of step 3 without a credential: "pass", "wall" or the code. */
static const char *end_of(struct next n)
{
	if (n.kind == NEXT_REFUSED)
		n = authorization_reply(&p, &reply);
	if (n.kind == NEXT_FAIL)
		return p.failures->last.code;
	if (n.kind == NEXT_PASS)
		return p.auth ? "wall" : "pass";
	return n.kind == NEXT_SEND && n.request == REQUEST_INITIALIZED
		? "pass"
		: "?";
}

/*
 * Whatever server/discover is answered, initialize decides; where that is
 * refused, as by a stateless server, server/discover does. The server answers as
 * it did when it is asked again. A GET that brings no event stream leads to where
 * initialize led before, so that one is repeated in its place.
 */
static void test_handshake_table(void **state)
{
	static const struct {
		enum said discover, initialize;
		const char *end;
		bool told; /* clients of 2026-07-28 alone are refused */
	} rows[] = {
		{RESULT, GONE, "pass", false},
		/* A gateway refuses what it does not know. */
		{WALL, RESULT, "pass", true},
		{S403, RESULT, "pass", true},
		{S500, RESULT, "pass", true},
		{S502, RESULT, "pass", true},
		{S302, RESULT, "pass", true},
		{PAGE, RESULT, "pass", true},
		{EMPTY, RESULT, "pass", true},
		{GONE, RESULT, "pass", true},
		{STRANGE, RESULT, "pass", true},
		{NEWER, RESULT, "pass", true},
		/* After these, clients of 2026-07-28 send initialize. */
		{UNKNOWN, RESULT, "pass", false},
		{INTERNAL, RESULT, "pass", false},
		{S404, RESULT, "pass", false},
		{S405, RESULT, "pass", false},
		{S429, RESULT, "pass", false},
		/* Both are refused: the answer to initialize ends it. */
		{WALL, WALL, "wall", false},
		{S403, WALL, "wall", true},
		{S500, WALL, "wall", true},
		{PAGE, WALL, "wall", true},
		{S404, WALL, "wall", false},
		{S429, WALL, "wall", false},
		{S403, S403, "http.403", false},
		{S500, S500, "http.500", false},
		{S500, S502, "http.502", false},
		{WALL, S500, "http.500", false},
		{WALL, S429, "http.429", false},
		{WALL, S302, "http.redirect", false},
		{WALL, PAGE, "http.content-type", false},
		{WALL, GONE, "http.empty", false},
		{WALL, INTERNAL, "jsonrpc.-32603", false},
		{S500, INTERNAL, "jsonrpc.-32603", false},
		{S429, S429, "http.429", false},
		{S302, S302, "http.redirect", false},
		{PAGE, PAGE, "http.content-type", false},
		{GONE, GONE, "http.empty", false},
		{GONE, S404, "http.404", false},
		/* There is no initialize: server/discover decides. */
		{WALL, UNKNOWN, "wall", false},
		{WALL, NEWER, "wall", false},
		{WALL, STRANGE, "wall", false},
		{WALL, S403, "wall", false},
		{WALL, S404, "wall", false},
		{WALL, S405, "wall", false},
		{S403, S405, "http.403", false},
		{S500, UNKNOWN, "http.500", false},
		{S502, S404, "http.502", false},
		{S429, S404, "http.429", false},
		{S302, S405, "http.redirect", false},
		{PAGE, S404, "http.content-type", false},
		{STRANGE, STRANGE, "mcp.version", false},
		{NEWER, NEWER, "jsonrpc.-32022", false},
		{NEWER, UNKNOWN, "jsonrpc.-32022", false},
		/* Neither is known. */
		{UNKNOWN, UNKNOWN, "jsonrpc.-32601", false},
		{S404, S404, "http.404", false},
		{S405, UNKNOWN, "jsonrpc.-32601", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct next n;
		int asked = 0;

		begin(STEP_INITIALIZE, ERA_NONE);
		target.bare_401_ok = true;
		n = handshake_begin(&p);
		while (n.kind == NEXT_SEND && n.request != REQUEST_INITIALIZED &&
			asked++ < 6) {
			bool discover = n.request == REQUEST_DISCOVER;

			said(discover ? rows[i].discover : rows[i].initialize,
				discover);
			n = discover ? handshake_discovered(&p, &reply)
				     : handshake_initialize(&p, &reply);
		}
		if (strcmp(end_of(n), rows[i].end) != 0)
			fail_msg("row %zu: %s", i, end_of(n));
		if (p.handshake.clients_refused != rows[i].told ||
			(rows[i].told && !strstr(p.detail.p, "\"clients\":\"")))
			fail_msg("row %zu: %s", i, p.detail.p);
		/* With a credential, what was asked first is asked again. */
		if (strcmp(rows[i].end, "wall") == 0 &&
			rows[i].discover != S404)
			check_send(handshake_begin(&p), REQUEST_DISCOVER);
		end();
	}
}

/* A session: initialize, initialized, and step 3 passes. */
static void test_handshake_session(void **state)
{
	struct next n;

	(void)state;
	begin(STEP_INITIALIZE, ERA_SESSION);
	handshake_begin(&p);
	check_send(handshake_initialize(&p, say(REPLY_RESULT, 200, GREETING)),
		REQUEST_INITIALIZED);
	assert_int_equal(p.era, ERA_SESSION);
	assert_string_equal(p.wire.revision, "2025-11-25");
	n = handshake_initialized(&p, say(REPLY_STATUS, 500, NULL));
	assert_int_equal(n.kind, NEXT_REFUSED);
	n = handshake_initialized(&p, say(REPLY_STATUS, 202, NULL));
	assert_int_equal(n.kind, NEXT_PASS);
	assert_string_equal(n.message, "2025-11-25, n 1");
	end();
}

/* Refused initialize: the other era is tried, then HTTP+SSE, then nothing. */
static void test_handshake_refused(void **state)
{
	(void)state;
	begin(STEP_INITIALIZE, ERA_SESSION);
	handshake_begin(&p);
	check_send(handshake_initialize(&p, say(REPLY_STATUS, 405, NULL)),
		REQUEST_DISCOVER);
	check_send(handshake_discovered(&p, say(REPLY_STATUS, 405, NULL)),
		REQUEST_LISTEN);
	end();
	begin(STEP_INITIALIZE, ERA_SESSION);
	handshake_begin(&p);
	handshake_initialize(&p, say(REPLY_ERROR, 200, OLD));
	check_fail(handshake_discovered(&p, say(REPLY_ERROR, 200, OLD)),
		"jsonrpc.-32601");
	end();
}

/* A wall in step 3, without and with a challenge. */
static void test_authorization_asked(void **state)
{
	const struct reply *r;
	struct next n;

	(void)state;
	begin(STEP_INITIALIZE, ERA_NONE);
	r = say(REPLY_STATUS, 401, NULL);
	check_fail(authorization_reply(&p, r), "auth.bare-401");
	snprintf(fields.www_authenticate, sizeof fields.www_authenticate,
		"Bearer scope=\"a\"");
	n = authorization_reply(&p, r);
	assert_int_equal(n.kind, NEXT_PASS);
	assert_string_equal(n.message, "asks for a credential (Bearer)");
	assert_true(n.at_ms == 5);
	p.steps.next = STEP_OAUTH_DISCOVERY;
	assert_int_equal(authorization_begin(&p).kind, NEXT_DISCOVERY);
	p.steps.next = STEP_AUTH_INITIALIZE;
	n = authorization_show(&p);
	assert_int_equal(n.kind, NEXT_SKIP_REST);
	assert_string_equal(n.message, "no credential is configured");
	assert_true(p.steps.walled);
	end();
}

static void test_authorization_open(void **state)
{
	struct next n;

	(void)state;
	begin(STEP_OAUTH_DISCOVERY, ERA_NONE);
	n = authorization_begin(&p);
	assert_int_equal(n.kind, NEXT_SKIP);
	assert_string_equal(n.message, "open server");
	assert_int_equal(authorization_show(&p).kind, NEXT_SKIP);
	end();
}

/* How the search for OAuth metadata ends. */
static void test_authorization_discovered(void **state)
{
	static struct discovery_result r;
	struct next n;

	(void)state;
	begin(STEP_OAUTH_DISCOVERY, ERA_NONE);
	r.end = DISCOVERY_NONE;
	failure_set(&r.failure, "", "nothing is published");
	n = authorization_discovered(&p, &r);
	assert_int_equal(n.kind, NEXT_SKIP);
	assert_true(n.at_ms > 0);
	assert_string_equal(n.message, "nothing is published");
	r.end = DISCOVERY_GOOD;
	snprintf(r.facts.issuer, sizeof r.facts.issuer, "https://as");
	n = authorization_discovered(&p, &r);
	assert_int_equal(n.kind, NEXT_PASS);
	assert_string_equal(p.detail.p,
		"{\"issuer\":\"https://as\",\"resource_metadata\":null}");
	r.end = DISCOVERY_BAD;
	failure_set(&r.failure, "oauth.issuer", "another");
	check_fail(authorization_discovered(&p, &r), "oauth.issuer");
	r.ours = true;
	assert_int_equal(authorization_discovered(&p, &r).kind, NEXT_OURS);
	end();
}

/* Walls and failures behind the handshake. */
static void test_authorization_late(void **state)
{
	struct next n;

	(void)state;
	begin(STEP_TOOLS_LIST, ERA_NONE);
	n = authorization_reply(&p, say(REPLY_STATUS, 401, NULL));
	assert_int_equal(n.kind, NEXT_SKIP_REST);
	assert_string_equal(n.message,
		"the server requires a credential here, and none is "
		"configured");
	check_fail(authorization_reply(&p, say(REPLY_STATUS, 404, NULL)),
		"http.404");
	p.wire.session = xstrdup("s");
	check_fail(authorization_reply(&p, say(REPLY_STATUS, 404, NULL)),
		"mcp.session");
	end();
}

static struct next list(const char *result)
{
	return tools_list_reply(&p, say(REPLY_RESULT, 200, result));
}

static void test_tools_list(void **state)
{
	struct next n;

	(void)state;
	begin(STEP_TOOLS_LIST, ERA_NONE);
	assert_int_equal(tools_list_begin(&p).kind, NEXT_SKIP_REST);
	p.hello.has_tools = true;
	check_send(tools_list_begin(&p), REQUEST_TOOLS_LIST);
	check_fail(tools_list_reply(&p, say(REPLY_ERROR, 200, OLD)),
		"jsonrpc.-32601");
	n = tools_list_reply(&p, say(REPLY_STATUS, 401, NULL));
	assert_int_equal(n.kind, NEXT_REFUSED);
	check_fail(list("{'result':{'tools':[]}}"), "mcp.no-tools");
	check_fail(list("{'result':{}}"), "mcp.missing-tools");
	check_send(list("{'result':{'nextCursor':'2','tools':["
			"{'name':'a','inputSchema':{'type':'object'}}]}}"),
		REQUEST_TOOLS_LIST);
	n = list("{'result':{'tools':["
		 "{'name':'look','inputSchema':{'type':'object'}}]}}");
	assert_int_equal(n.kind, NEXT_PASS);
	assert_string_equal(n.message, "2 tools");
	assert_non_null(strstr(p.detail.p, "\"tools\":2,\"pages\":2}"));
	end();
}

static void test_tools_call(void **state)
{
	static char look[] = "look";
	struct next n;

	(void)state;
	begin(STEP_TOOLS_CALL, ERA_NONE);
	assert_int_equal(tools_call_begin(&p).kind, NEXT_SKIP);
	target.health_tool = look;
	check_fail(tools_call_begin(&p), "tool.missing");
	list("{'result':{'tools':["
	     "{'name':'look','inputSchema':{'type':'object'}}]}}");
	check_send(tools_call_begin(&p), REQUEST_TOOLS_CALL);
	n = tools_call_reply(&p, say(REPLY_STATUS, 401, NULL));
	assert_int_equal(n.kind, NEXT_REFUSED);
	n = tools_call_reply(&p,
		say(REPLY_RESULT, 200, "{'result':{'content':[]}}"));
	assert_int_equal(n.kind, NEXT_PASS);
	assert_string_equal(n.message, "look");
	end();
}

static void test_tools_hash(void **state)
{
	struct next n;

	(void)state;
	begin(STEP_TOOL_HASH, ERA_NONE);
	list("{'result':{'tools':["
	     "{'name':'a','inputSchema':{'type':'object'}}]}}");
	n = tools_hash_begin(&p);
	assert_int_equal(n.kind, NEXT_PASS);
	assert_string_equal(n.message, "6466400fd2e7");
	free(p.hash.digests);
	snprintf(target.pinned_hash, sizeof target.pinned_hash, "%064d", 0);
	check_fail(tools_hash_begin(&p), "hash.pinned");
	free(p.hash.digests);
	/* The check for a stale cache asks for the list once more. */
	target.cache_check = CACHE_CHECK_ALWAYS;
	check_send(tools_hash_begin(&p), REQUEST_CACHE_CHECK);
	target.pinned_hash[0] = '\0';
	assert_int_equal(tools_cache_reply(&p, NULL).kind, NEXT_PASS);
	assert_non_null(strstr(p.detail.p, "\"result\":\"failed\""));
	stale_cache_release(&p);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_handshake_begin),
		cmocka_unit_test(test_handshake_resumed),
		cmocka_unit_test(test_handshake_discovered),
		cmocka_unit_test(test_handshake_table),
		cmocka_unit_test(test_handshake_session),
		cmocka_unit_test(test_handshake_refused),
		cmocka_unit_test(test_authorization_asked),
		cmocka_unit_test(test_authorization_open),
		cmocka_unit_test(test_authorization_discovered),
		cmocka_unit_test(test_authorization_late),
		cmocka_unit_test(test_tools_list),
		cmocka_unit_test(test_tools_call),
		cmocka_unit_test(test_tools_hash),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Goal: what an agent sends to /mcp, in whichever revision, gets the status,
 * the error code and the result that MCP has for it, and no more than one
 * answer.
 */
#include "mcp/protocol.h"

#include "cgi/request.h"
#include "http/respond.h"
#include "json/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#define SITE "https://status.example.com"
#define BOTH "application/json, text/event-stream"
#define META(v)                                                                \
	"\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"" v "\","    \
	"\"io.modelcontextprotocol/clientCapabilities\":{}}"
#define NEW "2026-07-28"

/* The tool says which arguments it was called with. */
static void say_arguments(void *arg, enum tool tool,
	const struct tool_arguments *a, struct tool_result *out)
{
	++*(int *)arg;
	buf_fmt(&out->text, "%d slug=%s query=%s state=%s limit=%d days=%d",
		(int)tool, a->slug ? a->slug : "", a->query ? a->query : "",
		a->state ? a->state : "", a->limit, a->days);
	buf_str(&out->json, "{\"a\":1}");
}

static void ask_from(const char *origin, const struct request_post *post,
	enum method method, struct response *r, int *calls)
{
	struct request request = {
		.method = method, .post = *post, .origin = origin};
	struct protocol p = {
		.site = SITE, .call = say_arguments, .arg = calls};

	*calls = 0;
	if (!request.post.body)
		request.post.body = "";
	request.post.n = strlen(request.post.body);
	respond_init(r);
	protocol_answer(&p, &request, r);
	assert_int_equal(r->cache, CACHE_NEVER);
	assert_int_equal(r->audience, AUDIENCE_HOLDER);
}

static void ask(const struct request_post *post, enum method method,
	struct response *r, int *calls)
{
	ask_from(NULL, post, method, r, calls);
}

/* The code of an error, or 0. */
static int code_of(const struct response *r)
{
	char why[JSON_WHY];
	double code = 0;
	cJSON *doc;

	if (!r->body.len)
		return 0;
	doc = json_parse(r->body.p, r->body.len, &json_reply, why);
	assert_non_null(doc);
	json_num(json_get(doc, "error"), "code", &code);
	cJSON_Delete(doc);
	return (int)code;
}

static void test_transport(void **state)
{
	static const struct {
		enum method method;
		const char *type, *accept, *origin;
		bool large;
		int status;
	} cases[] = {
		{METHOD_POST, "application/json", BOTH, NULL, false, 200},
		{METHOD_POST, "Application/JSON; charset=utf-8", NULL, NULL,
			false, 200},
		{METHOD_POST, "application/json", "*/*", NULL, false, 200},
		{METHOD_POST, "application/json", "application/*;q=0.1", NULL,
			false, 200},
		{METHOD_POST, "application/json", "text/event-stream", NULL,
			false, 406},
		{METHOD_POST, "application/json", "application/json;q=0, a/b",
			NULL, false, 406},
		{METHOD_POST, "application/json", "application/jsonp", NULL,
			false, 406},
		{METHOD_POST, "text/plain", BOTH, NULL, false, 415},
		{METHOD_POST, NULL, BOTH, NULL, false, 415},
		{METHOD_POST, "application/json", BOTH, NULL, true, 413},
		{METHOD_POST, "application/json", BOTH, SITE, false, 200},
		{METHOD_POST, "application/json", BOTH, "http://localhost:6274",
			false, 200},
		{METHOD_POST, "application/json", BOTH, "http://[::1]", false,
			200},
		{METHOD_POST, "application/json", BOTH, "http://127.0.0.1.evil",
			false, 403},
		{METHOD_POST, "application/json", BOTH, "http://localhost:1@evil",
			false, 403},
		{METHOD_POST, "application/json", BOTH, SITE ".evil", false, 403},
		{METHOD_POST, "application/json", BOTH, "null", false, 403},
		{METHOD_GET, NULL, BOTH, NULL, false, 405},
		{METHOD_GET, NULL, BOTH, "http://localhost:6274", false, 405},
		{METHOD_POST, "text/plain", BOTH, "http://localhost:6274", false,
			415},
		{METHOD_OPTIONS, NULL, NULL, "http://localhost:6274", false, 204},
		{METHOD_OPTIONS, NULL, NULL, SITE, false, 204},
		{METHOD_OPTIONS, NULL, NULL, NULL, false, 204},
		{METHOD_OPTIONS, NULL, NULL, "http://evil.example", false, 403},
		{METHOD_HEAD, NULL, BOTH, NULL, false, 405},
		{METHOD_OTHER, NULL, BOTH, NULL, false, 405},
	};
	int calls;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct request_post post = {.type = cases[i].type,
			.accept = cases[i].accept,
			.too_large = cases[i].large,
			.body = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":"
				"\"ping\"}"};
		struct response r;

		ask_from(cases[i].origin, &post, cases[i].method, &r, &calls);
		assert_int_equal(r.status, cases[i].status);
		assert_int_equal(code_of(&r),
			cases[i].status < 300 ? 0 : -32000);
		assert_string_equal(r.allow,
			cases[i].status == 204 ? "POST, OPTIONS" : "POST");
		/* A script reads what its page may, whatever the status. */
		assert_string_equal(r.origin,
			cases[i].origin && cases[i].status != 403
				? cases[i].origin
				: "");
		respond_release(&r);
	}
}

#define CALL(args)                                                             \
	"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{"  \
	"\"name\":\"incidents\"" args "}}"
#define ASK(method, params)                                                    \
	"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" method "\"" params "}"
#define MODERN_CALL                                                            \
	ASK("tools/call", ",\"params\":{\"name\":\"incidents\"," META(NEW) "}")
#define MODERN_LIST ASK("tools/list", ",\"params\":{" META(NEW) "}")

#define PING(id)                                                               \
	"{\"jsonrpc\":\"2.0\",\"id\":" id ",\"method\":\"ping\"}"

/* The field, Mcp-Method, Mcp-Name and body of a message; what comes of it. */
static const struct message_case {
	const char *protocol, *method, *name, *body;
	int status, code;
	const char *says; /* stands in the answer; NULL: there is none */
} messages[] = {
	/* JSON-RPC. */
	{NULL, NULL, NULL, "", 400, -32700, "\"id\":null"},
	{NULL, NULL, NULL, "{", 400, -32700, "\"id\":null"},
	{NULL, NULL, NULL, "\"a\"", 400, -32600, "\"id\":null"},
	{NULL, NULL, NULL, "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"ping\"}",
		400, -32600, "\"id\":1"},
	{NULL, NULL, NULL, "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\"}",
		400, -32600, "\"id\":null"},
	{NULL, NULL, NULL, "{\"jsonrpc\":\"2.0\",\"id\":[],\"method\":\"ping\"}",
		400, -32600, "\"id\":null"},
	{NULL, NULL, NULL, "{\"jsonrpc\":\"2.0\",\"id\":1}", 400, -32600, "method"},
	{NULL, NULL, NULL, ASK("ping", ",\"params\":[]"), 400, -32600, "params"},
	/* An id comes back as it was written. */
	{NULL, NULL, NULL, PING("\"\\u00e9\xc3\xa9\""), 200, 0,
		"\"id\":\"\\u00e9\xc3\xa9\",\"result\":{}"},
	{NULL, NULL, NULL, PING("123456789012345678901234567890"), 200, 0,
		"\"id\":123456789012345678901234567890,\"result\""},
	{NULL, NULL, NULL, PING("9007199254740993"), 200, 0,
		"\"id\":9007199254740993,"},
	{NULL, NULL, NULL, PING(" \n -1.50e0 "), 200, 0, "\"id\":-1.50e0,"},
	{NULL, NULL, NULL, "{\"a\":{\"id\":[2]},\"\\u0069d\":9007199254740993,"
		"\"jsonrpc\":\"2.0\"}", 400, -32600, "\"id\":9007199254740993,"},
	{NULL, NULL, NULL, "[7,{\"id\":null}, " PING("9007199254740993") " , "
		PING("9007199254740995") "]", 200, 0,
		"\"id\":9007199254740993,\"result\":{}},"
		"{\"jsonrpc\":\"2.0\",\"id\":9007199254740995,\"result\":{}}]"},
	{NULL, NULL, NULL, ASK("resources/list", ""), 200, -32601, ""},
	{NULL, NULL, NULL, "{\"jsonrpc\":\"2.0\",\"method\":\"ping\"}", 202, 0, NULL},
	{NULL, NULL, NULL, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}", 202, 0,
		NULL},
	/* Revisions with initialize. */
	{NULL, NULL, NULL, ASK("initialize", ",\"params\":{\"protocolVersion\":"
		"\"2025-06-18\"}"), 200, 0, "\"protocolVersion\":\"2025-06-18\""},
	{NULL, NULL, NULL, ASK("initialize", ",\"params\":{\"protocolVersion\":"
		"\"2024-11-05\"}"), 200, 0, "\"protocolVersion\":\"2025-11-25\""},
	{NULL, NULL, NULL, ASK("initialize", ",\"params\":{\"protocolVersion\":"
		"\"" NEW "\"}"), 200, 0, "\"protocolVersion\":\"2025-11-25\""},
	{"2024-11-05", NULL, NULL, ASK("initialize", ",\"params\":{"
		"\"protocolVersion\":\"2025-03-26\"}"), 200, 0, "\"2025-03-26\""},
	{NULL, NULL, NULL, ASK("initialize", ""), 200, -32602, "protocolVersion"},
	{"1900-01-01", NULL, NULL, ASK("ping", ""), 400, -32022,
		"\"requested\":\"1900-01-01\""},
	{"2025-11-25", NULL, NULL, ASK("tools/list", ""), 200, 0,
		"\"tools\":[{\"name\":\"find_servers\""},
	{"2025-11-25", NULL, NULL, ASK("tools/list", ",\"params\":{\"cursor\":"
		"\"\"}"), 200, -32602, "cursor"},
	{"2025-11-25", NULL, NULL, ASK("server/discover", ""), 200, -32601, ""},
	/* 2026-07-28. */
	{NEW, "tools/list", NULL, MODERN_LIST, 200, 0,
		"\"cacheScope\":\"private\""},
	{NEW, "tools/list", NULL, MODERN_LIST, 200, 0,
		"\"resultType\":\"complete\""},
	{NEW, "server/discover", NULL, ASK("server/discover",
		",\"params\":{" META(NEW) "}"), 200, 0,
		"\"supportedVersions\":[\"2026-07-28\""},
	{NEW, "tools/call", "incidents", MODERN_CALL, 200, 0, "\"resultType\""},
	{NEW, "tools/call", "=?base64?aW5jaWRlbnRz?=", MODERN_CALL, 200, 0, ""},
	{NEW, "tools/call", "=?base64?aW5jaWRlbnR6?=", MODERN_CALL, 400, -32020, ""},
	{NEW, "tools/call", "=?base64?aW5j?=", MODERN_CALL, 400, -32020, ""},
	{NEW, "tools/call", NULL, MODERN_CALL, 400, -32020, "Mcp-Name"},
	{NEW, "tools/list", "incidents", MODERN_CALL, 400, -32020, "Mcp-Method"},
	{NEW, NULL, NULL, MODERN_LIST, 400, -32020, "Mcp-Method"},
	{NULL, "tools/list", NULL, MODERN_LIST, 400, -32020, "MCP-Protocol"},
	{"2025-11-25", "tools/list", NULL, MODERN_LIST, 400, -32020, ""},
	{NEW, "tools/list", NULL, ASK("tools/list", ""), 400, -32602,
		"protocolVersion"},
	{NEW, "tools/list", NULL, ASK("tools/list", ",\"params\":{\"_meta\":{"
		"\"io.modelcontextprotocol/protocolVersion\":\"" NEW "\"}}"),
		400, -32602, "clientCapabilities"},
	{"2027-01-01", "tools/list", NULL, ASK("tools/list", ",\"params\":{"
		META("2027-01-01") "}"), 400, -32022, "\"supported\":[\"" NEW},
	{NEW, "ping", NULL, ASK("ping", ",\"params\":{" META(NEW) "}"), 404,
		-32601, ""},
	{NEW, "initialize", NULL, ASK("initialize", ",\"params\":{" META(NEW)
		"}"), 404, -32601, ""},
	/* Batches. */
	{NULL, NULL, NULL, "[" ASK("ping", "") ",{\"jsonrpc\":\"2.0\",\"method\":"
		"\"x\"},1]", 200, 0, "},{\"jsonrpc\":\"2.0\",\"id\":null"},
	{"2025-03-26", NULL, NULL, "[{\"jsonrpc\":\"2.0\",\"method\":\"x\"}]", 202,
		0, NULL},
	{"2025-06-18", NULL, NULL, "[" ASK("ping", "") "]", 400, -32600, ""},
	{NEW, "ping", NULL, "[" ASK("ping", "") "]", 400, -32600, ""},
	{NULL, NULL, NULL, "[]", 400, -32600, ""},
	{NULL, NULL, NULL, "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]", 400, -32600, ""},
	{NULL, NULL, NULL, "[" ASK("initialize", ",\"params\":{"
		"\"protocolVersion\":\"2025-03-26\"}") "]", 200, 0, "-32600"},
	/* Calls. */
	{NULL, NULL, NULL, ASK("tools/call", ",\"params\":{\"name\":\"x\"}"), 200,
		-32602, "name"},
	{NULL, NULL, NULL, ASK("tools/call", ""), 200, -32602, "name"},
	{NULL, NULL, NULL, CALL(""), 200, 0,
		"2 slug= query= state= limit=20 days=14\"}],"
		"\"structuredContent\":{\"a\":1}}"},
	{NULL, NULL, NULL, CALL(",\"arguments\":{\"days\":1.0,\"slug\":\"a b\"}"),
		200, 0, "slug=a b query= state= limit=20 days=1"},
	{NULL, NULL, NULL, CALL(",\"arguments\":{\"days\":91}"), 200, 0,
		"The argument days has to be a whole number from 1 to 90."},
	{NULL, NULL, NULL, CALL(",\"arguments\":{\"days\":\"1\"}"), 200, 0,
		"argument days"},
	{NULL, NULL, NULL, CALL(",\"arguments\":{\"limit\":1.5}"), 200, 0,
		"argument limit"},
	{NULL, NULL, NULL, CALL(",\"arguments\":{\"slug\":\"\"}"), 200, 0,
		"argument slug has to have 1 to 80 characters.\"}],\"isError\":true"},
	{NULL, NULL, NULL, CALL(",\"arguments\":{\"slug\":null}"), 200, 0,
		"argument slug has to be a string"},
	{NULL, NULL, NULL, CALL(",\"arguments\":{\"SLUG\":\"a\"}"), 200, 0,
		"argument SLUG is not known: this tool takes slug, days and limit."},
	{NULL, NULL, NULL, CALL(",\"arguments\":[]"), 200, 0, "object"},
};

static void test_messages(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
		const struct message_case *c = &messages[i];
		struct request_post post = {.type = "application/json",
			.accept = BOTH,
			.protocol = c->protocol,
			.rpc_method = c->method,
			.rpc_name = c->name,
			.body = c->body};
		struct response r;
		int calls;

		ask(&post, METHOD_POST, &r, &calls);
		if (r.status != c->status || code_of(&r) != c->code ||
			(c->says ? !strstr(r.body.p, c->says)
				 : r.body.len != 0))
			fail_msg("case %zu: %d %d %s", i, r.status, code_of(&r),
				r.body.p);
		assert_int_equal(calls, strstr(r.body.p, "\"a\":1") ? 1 : 0);
		respond_release(&r);
	}
}

/* Too deep, too many members, a member twice: refused as a whole. */
static void test_hostile(void **state)
{
	struct buf deep, wide;
	const char *bodies[] = {NULL, NULL,
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":2,\"method\":\"ping\"}"};

	(void)state;
	buf_init(&deep, 70000);
	buf_init(&wide, 70000);
	for (int i = 0; i < 60000; i++)
		buf_char(&deep, '[');
	buf_str(&wide, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":"
				  "\"ping\",\"params\":{\"a\":[0");
	for (int i = 0; i < 10000; i++)
		buf_str(&wide, ",0");
	buf_str(&wide, "]}}");
	bodies[0] = deep.p;
	bodies[1] = wide.p;
	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
		struct request_post post = {
			.type = "application/json", .body = bodies[i]};
		struct response r;
		int calls;

		ask(&post, METHOD_POST, &r, &calls);
		assert_int_equal(r.status, 400);
		assert_int_equal(code_of(&r), -32700);
		respond_release(&r);
	}
	buf_release(&deep);
	buf_release(&wide);
}

/* The list of tools holds to what tool.c expects of it. */
static void test_list(void **state)
{
	char why[JSON_WHY];
	const cJSON *tool;
	struct buf b;
	cJSON *list;
	int n = 0;

	(void)state;
	buf_init(&b, TOOL_RESULT_MAX);
	tool_put_list(&b);
	list = json_parse(b.p, b.len, &json_record, why);
	assert_non_null(list);
	cJSON_ArrayForEach(tool, list)
	{
		const cJSON *in = json_get(tool, "inputSchema");
		bool read_only = false;
		enum tool found;

		assert_true(tool_find(json_str(tool, "name"), &found));
		assert_int_equal((int)found, n++);
		assert_true(json_bool(json_get(tool, "annotations"),
			"readOnlyHint", &read_only) && read_only);
		assert_true(cJSON_IsFalse(json_get(in, "additionalProperties")));
		assert_string_equal(json_str(in, "type"), "object");
		assert_non_null(json_get(tool, "outputSchema"));
	}
	assert_int_equal(n, TOOL_FLEET_SUMMARY + 1);
	cJSON_Delete(list);
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_transport),
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_list),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

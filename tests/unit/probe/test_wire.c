/* SPDX-License-Identifier: MIT */
/*
 * Goal: a request carries the header fields that its revision asks for, and no
 * others; what a tool says of its arguments cannot do harm.
 */
#include "protocol/wire.h"

#include "base/buf.h"
#include "base/xalloc.h"
#include "json/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* Requests end up here: in the program of all units of probe, too, this is exchange.c. */
static struct buf sent;

int exchange_start(struct http *h, const struct http_request *rq,
	struct budget *budget, enum exchange_want want, const char *id,
	const struct exchange_handler *handler, void *arg)
{
	(void)h, (void)budget, (void)want, (void)id, (void)handler, (void)arg;
	buf_fmt(&sent, "%s %s%s%s\n", rq->method, rq->url,
		rq->body ? " with " : "", rq->body ? rq->body : "");
	for (const char *const *p = rq->headers; *p; p++)
		buf_fmt(&sent, "%s\n", *p);
	return 0;
}

/* The tree of a text, in which ' stands for "; NULL for "". */
static cJSON *parse(const char *text)
{
	char *copy = xstrdup(text), why[JSON_WHY];
	cJSON *doc;

	for (char *p = strchr(copy, '\''); p; p = strchr(p, '\''))
		*p = '"';
	doc = *copy ? json_parse(copy, strlen(copy), &json_reply, why) : NULL;
	if (!doc && *copy)
		fail_msg("%s: %s", text, why);
	free(copy);
	return doc;
}

static const struct exchange_handler nobody;
static const struct url url = {.text = "https://h/mcp?k=v"};
#define SERVER .target = {.region = "eu-west-2", .url = &url}

static void expect(const char *expected)
{
	assert_true(buf_ok(&sent));
	assert_string_equal(sent.p, expected);
	buf_release(&sent);
}

#define TARGET "https://h/mcp?k=v"
#define POST "POST " TARGET " with {}\nX-Probe-Region: eu-west-2\n"
#define BODY                                                                   \
	"content-type: application/json\n"                                     \
	"accept: application/json, text/event-stream\n"
#define AGREED "mcp-session-id: s-1\nmcp-protocol-version: 2025-06-18\n"

static void test_revisions(void **state)
{
	struct wire w = {SERVER};
	struct wire_message m = {.method = "tools/list", .body = "{}"};
	char session[] = "s-1";

	(void)state;
	buf_init(&sent, 10000);
	wire_post(&w, &m, &nobody, NULL);
	expect(POST BODY);
	memcpy(w.revision, "2025-06-18", 11);
	wire_post(&w, &m, &nobody, NULL);
	expect(POST "mcp-protocol-version: 2025-06-18\n" BODY);
	w.session = session;
	m.name = "a tool";
	wire_post(&w, &m, &nobody, NULL);
	expect(POST AGREED BODY);
	wire_delete(&w, 1, &nobody, NULL);
	expect("DELETE " TARGET "\nX-Probe-Region: eu-west-2\n" AGREED
	       "accept: */*\n");
	wire_get(&w, "https://as/x", 1, &nobody, NULL);
	expect("GET https://as/x\nX-Probe-Region: eu-west-2\n"
	       "Accept: application/json\nMCP-Protocol-Version: 2025-11-25\n");

	/* Resuming a stream carries the header fields of the session. */
	wire_resume(&w, "ev 1", "7", 1, &nobody, NULL);
	expect("GET " TARGET "\nX-Probe-Region: eu-west-2\n" AGREED
	       "accept: text/event-stream\nlast-event-id: ev 1\n");

	w = (struct wire) {SERVER, .stateless = true};
	m.name = NULL;
	wire_post(&w, &m, &nobody, NULL);
	expect(POST "mcp-protocol-version: 2026-07-28\n"
		    "mcp-method: tools/list\n" BODY);
}

/* A server of HTTP+SSE is told the revision too, once there is one. */
static void test_http_sse(void **state)
{
	static const char to[] = "POST https://h/m with {}\n"
				 "X-Probe-Region: eu-west-2\n";
	struct wire w = {SERVER};
	struct wire_message m = {.method = "tools/list", .body = "{}"};
	char expected[500], endpoint[] = "https://h/m";

	(void)state;
	buf_init(&sent, 10000);
	wire_listen(&w, &(struct wire_message) {.fresh = true}, &nobody, NULL);
	expect("GET " TARGET "\nX-Probe-Region: eu-west-2\n"
	       "accept: text/event-stream\npragma: no-cache\n"
	       "cache-control: no-cache\n");
	w.endpoint = endpoint;
	for (int agreed = 0; agreed < 2; agreed++) {
		wire_post(&w, &m, &nobody, NULL);
		snprintf(expected, sizeof expected,
			"%s%scontent-type: application/json\naccept: */*\n", to,
			agreed ? "mcp-protocol-version: 2025-06-18\n" : "");
		expect(expected);
		memcpy(w.revision, "2025-06-18", 11);
	}
}

/* How names and arguments stand in a header (2026-07-28, "Encoding"). */
static void test_names(void **state)
{
	static const struct {
		const char *name, *encoded;
	} rows[] = {
		{"a", "a"},
		{"a b\tc", "a b\tc"},
		{"~!\"", "~!\""},
		{"\xc3\xa4", "=?base64?w6Q=?="},
		{" a", "=?base64?IGE=?="},
		{"a ", "=?base64?YSA=?="},
		{"\ta", "=?base64?CWE=?="},
		{"a\r\nX: y", "=?base64?YQ0KWDogeQ==?="},
		{"a\x7f", "=?base64?YX8=?="},
		{"=?base64?YQ==?=", "=?base64?PT9iYXNlNjQ/WVE9PT89?="},
		{"=?BASE64?" "?=", "=?base64?PT9CQVNFNjQ/Pz0=?="},
		{"=?base64?YQ==", "=?base64?YQ=="},
		{"=?base64?=", "=?base64?="},
	};
	struct wire w = {SERVER, .stateless = true};
	char expected[500];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct wire_message m = {.method = "tools/call",
			.name = rows[i].name, .body = "{}"};

		wire_post(&w, &m, &nobody, NULL);
		snprintf(expected, sizeof expected,
			POST "mcp-protocol-version: 2026-07-28\n"
			     "mcp-method: tools/call\nmcp-name: %s\n" BODY,
			rows[i].encoded);
		expect(expected);
	}
}

#define A "{'properties':{'a':{'x-mcp-header':'A'}}}"
#define P "Mcp-Param-"

static void test_params(void **state)
{
	static const struct {
		const char *schema, *arguments, *expected;
	} rows[] = {
		{A, "{'a':'v'}", P "A: v\n"},
		{A, "{'a':'\\u00e4'}", P "A: =?base64?w6Q=?=\n"},
		{A, "{'a':42}", P "A: 42\n"},
		{A, "{'a':-1.5}", P "A: -1.5\n"},
		{A, "{'a':true}", P "A: true\n"},
		{A, "{'a':false}", P "A: false\n"},
		/* Arguments that are missing, or that a header cannot hold. */
		{A, "", ""},
		{A, "{}", ""},
		{A, "{'b':'v','A':'v'}", ""},
		{A, "{'a':null}", ""},
		{A, "{'a':['v']}", ""},
		{A, "{'a':{'a':'v'}}", ""},
		{"{'properties':{'a':{'x-mcp-header':'A'},'b':{},'c':"
		 "{'x-mcp-header':'C-1'}}}", "{'c':'w','b':'x','a':'v'}",
			P "A: v\n" P "C-1: w\n"},
		{"{'properties':{'o':{'properties':{'b':{'x-mcp-header':'B'}"
		 "}}}}", "{'o':{'b':'v'}}", P "B: v\n"},
		/* A header name that is no token does not count. */
		{"{'properties':{'a':{'x-mcp-header':''}}}", "{'a':'v'}", ""},
		{"{'properties':{'a':{'x-mcp-header':'A B'}}}", "{'a':'v'}",
			""},
		{"{'properties':{'a':{'x-mcp-header':'A:\\r\\nX'}}}",
			"{'a':'v'}", ""},
		{"{'properties':{'a':{'x-mcp-header':7}}}", "{'a':'v'}", ""},
		{"{'properties':{'a':'x-mcp-header'}}", "{'a':'v'}", ""},
		/* Invalid schemas; an array crashed the probe once. */
		{"{'properties':[{'x-mcp-header':'A'}]}", "{'a':'v'}", ""},
		{"{'properties':['a']}", "{'a':'v'}", ""},
		{"{'properties':{'o':{'properties':[1]}}}", "{'o':{'a':1}}",
			""},
		{"{'properties':'a'}", "{'a':'v'}", ""},
		{"{'properties':null}", "{'a':'v'}", ""},
		{"{}", "{'a':'v'}", ""},
		{"[]", "{'a':'v'}", ""},
	};
	struct wire w = {SERVER, .stateless = true};
	char text[1000];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct wire_message m = {.method = "tools/call", .body = "{}"};
		cJSON *arguments = parse(rows[i].arguments), *tool;

		snprintf(text, sizeof text, "{'inputSchema':%s}",
			rows[i].schema);
		tool = parse(text);
		m.tool = tool;
		m.arguments = arguments;
		wire_post(&w, &m, &nobody, NULL);
		snprintf(text, sizeof text,
			POST "mcp-protocol-version: 2026-07-28\n"
			     "mcp-method: tools/call\n%s" BODY,
			rows[i].expected);
		expect(text);
		cJSON_Delete(arguments);
		cJSON_Delete(tool);
	}
}

/* More parameters than there is room for, and deeper ones than any tool's. */
static void test_limits(void **state)
{
	struct wire w = {SERVER, .stateless = true};
	struct wire_message m = {.method = "tools/call", .body = "{}"};
	cJSON *tool = cJSON_CreateObject(), *arguments = cJSON_CreateObject();
	cJSON *schema = cJSON_AddObjectToObject(tool, "inputSchema");
	cJSON *properties = cJSON_AddObjectToObject(schema, "properties");
	cJSON *value = arguments, *deep = schema;
	char name[16];
	int lines = 0;

	(void)state;
	for (int i = 0; i < 100; i++) {
		cJSON *p;

		snprintf(name, sizeof name, "p%d", i);
		p = cJSON_AddObjectToObject(properties, name);
		cJSON_AddStringToObject(p, "x-mcp-header", name);
		cJSON_AddStringToObject(arguments, name, "v");
	}
	m.tool = tool;
	m.arguments = arguments;
	wire_post(&w, &m, &nobody, NULL);
	for (const char *p = sent.p; *p; p++)
		lines += *p == '\n';
	/* The fields of every message are still there. */
	assert_int_equal(lines, 1 + 40);
	assert_non_null(strstr(sent.p, "\n" BODY));
	buf_clear(&sent);

	cJSON_DeleteItemFromObject(schema, "properties");
	for (int i = 0; i < 100; i++) {
		properties = cJSON_AddObjectToObject(deep, "properties");
		deep = cJSON_AddObjectToObject(properties, "o");
		value = cJSON_AddObjectToObject(value, "o");
	}
	cJSON_AddStringToObject(deep, "x-mcp-header", "A");
	wire_post(&w, &m, &nobody, NULL);
	assert_null(strstr(sent.p, "Mcp-Param-"));
	buf_release(&sent);
	cJSON_Delete(tool);
	cJSON_Delete(arguments);
}

static void test_session(void **state)
{
	static const struct {
		const char *id;
		bool valid;
	} rows[] = {
		{"a", true},
		{"!~", true},
		{"5f2c-\"x\"", true},
		{"", false},
		{" ", false},
		{"a b", false},
		{"a\r\nX: y", false},
		{"a\x7f", false},
		{"\xc3\xa4", false},
	};
	char id[2000];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (wire_session_valid(rows[i].id) != rows[i].valid)
			fail_msg("%s", rows[i].id);
	/* An id that fills its buffer may have been cut. */
	memset(id, 'a', sizeof id);
	id[1023] = '\0';
	assert_false(wire_session_valid(id));
	id[1022] = '\0';
	assert_true(wire_session_valid(id));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_revisions),
		cmocka_unit_test(test_http_sse),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_params),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_session),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

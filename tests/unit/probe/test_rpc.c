/* SPDX-License-Identifier: MIT */
/*
 * Goal: an answer is told apart from all else that a server sends, and judged
 * by its content, whatever that is.
 */
#include "protocol/rpc.h"

#include "base/xalloc.h"
#include "json/json.h"
#include "redaction/redaction.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define X16 "0123456789abcdef"
#define X96 X16 X16 X16 X16 X16 X16
#define X112 X16 X16 X16 X16 X16 X16 X16

/* The tree of a text, in which ' may stand for ". */
static cJSON *parse(const char *text)
{
	char why[JSON_WHY], *copy = xstrdup(text), *p;
	cJSON *doc;

	for (p = strchr(copy, '\''); p; p = strchr(p, '\''))
		*p = '"';
	doc = json_parse(copy, strlen(copy), &json_reply, why);
	free(copy);
	if (!doc)
		fail_msg("%s: %s", text, why);
	return doc;
}

/* An answer, and what is made of it. */
struct row {
	const char *text, *expected;
};

static void check(const struct row *rows, size_t n,
	void (*say)(const cJSON *m, char *out, size_t size))
{
	char got[1000];

	for (size_t i = 0; i < n; i++) {
		cJSON *m = parse(rows[i].text);

		say(m, got, sizeof got);
		if (strcmp(got, rows[i].expected) != 0)
			fail_msg("%s: %s, and not %s", rows[i].text, got,
				rows[i].expected);
		cJSON_Delete(m);
	}
	say(NULL, got, sizeof got);
}

/* "R" a result, "E" an error, "-" not ours; for each of enum rpc_errors. */
static void say_match(const cJSON *m, char *out, size_t size)
{
	static const char letters[] = {[RPC_NOT_OURS] = '-',
		[RPC_RESULT] = 'R', [RPC_ERROR] = 'E'};

	snprintf(out, size, "%c%c%c",
		letters[rpc_match(m, "7", RPC_ERRORS_OURS)],
		letters[rpc_match(m, "7", RPC_ERRORS_NULL)],
		letters[rpc_match(m, "7", RPC_ERRORS_ALL)]);
	if (cJSON_IsArray(m) && m->child)
		say_match(m->child, out + 3, size - 3);
}

#define V "{'jsonrpc':'2.0',"

static void test_match(void **state)
{
	static const struct row rows[] = {
		{V "'id':7,'result':{}}", "RRR"},
		{"{'result':{},'id':7,'jsonrpc':'2.0','x':1}", "RRR"},
		{V "'id':7,'result':null}", "RRR"},
		{V "'id':7.0,'result':{}}", "RRR"},
		{V "'id':7,'error':{}}", "EEE"},
		{V "'id':7,'error':{},'result':{}}", "EEE"},
		{V "'id':7,'error':null,'result':{}}", "RRR"},
		/* An error without an id. */
		{V "'id':null,'error':{}}", "-EE"},
		{V "'error':{'code':1}}", "-EE"},
		{V "'id':null,'error':'x'}", "---"}, {V "'error':[]}", "---"},
		{V "'id':null,'result':{}}", "---"}, {V "'result':{}}", "---"},
		/* Answers to other requests. */
		{V "'id':8,'result':{}}", "---"},
		{V "'id':8,'error':{}}", "--E"},
		{V "'id':'','error':{}}", "--E"},
		{V "'id':-7,'result':{}}", "---"},
		{V "'id':70,'result':{}}", "---"},
		{V "'id':7.5,'result':{}}", "---"},
		{V "'id':1e999,'result':{}}", "---"},
		{V "'id':'7','result':{}}", "---"}, {V "'id':'7','error':{}}", "--E"},
		{V "'id':[7],'result':{}}", "---"},
		{V "'id':true,'error':{}}", "--E"},
		{V "'id':{},'error':{}}", "--E"},
		/* Requests and notifications. */
		{V "'id':7,'method':'ping'}", "---"},
		{V "'method':'notifications/message'}", "---"},
		{V "'id':7}", "---"},
		/* Not JSON-RPC 2.0. */
		{"{'id':7,'result':{}}", "---"}, {"{'error':{}}", "---"},
		{"{'jsonrpc':'1.0','id':7,'result':{}}", "---"},
		{"{'jsonrpc':2.0,'id':7,'result':{}}", "---"},
		{"{'JSONRPC':'2.0','id':7,'result':{}}", "---"}, {"{}", "---"},
		{"[]", "---"}, {"null", "---"}, {"7", "---"},
		/* A batch is no answer, but its elements may be. */
		{"[" V "'id':7,'result':{}}]", "---RRR"},
	};

	(void)state;
	check(rows, COUNT(rows), say_match);
}

/* An id is the same only if its type is. */
static void say_id(const cJSON *m, char *out, size_t size)
{
	snprintf(out, size, "%d%d%d", rpc_has_id(m, "7"),
		rpc_has_id(m, "\"7\""), rpc_has_id(m, "\"a-7\""));
}

static void test_ids(void **state)
{
	static const struct row rows[] = {
		{"{'id':7}", "100"}, {"{'id':'7'}", "010"},
		{"{'id':'a-7'}", "001"}, {"{'id':'a-'}", "000"},
		{"{'id':'a-71'}", "000"}, {"{'id':'a-7\\u0000'}", "000"},
		{"{'id':'\\'7\\''}", "000"}, {"{'id':''}", "000"},
		{"{'id':'7 '}", "000"}, {"{'id':[7]}", "000"},
		{"{'id':null}", "000"}, {"{}", "000"}, {"[]", "000"},
	};

	(void)state;
	check(rows, COUNT(rows), say_id);
}

static void say_error(const cJSON *m, char *out, size_t size)
{
	struct failure f;
	char code[48];

	assert_false(rpc_error_failure(m, &f));
	snprintf(code, sizeof code, "jsonrpc.%d", rpc_error_code(m));
	assert_string_equal(f.code, code);
	snprintf(out, size, "%d%s", rpc_error_code(m), strstr(f.message, ": "));
}

#define MUTE ": without a message"

static void test_errors(void **state)
{
	static const struct row rows[] = {
		{"{'error':{'code':-32601,'message':'no'}}", "-32601: no"},
		{"{'error':{'code':-32020.0,'message':''}}", "-32020" MUTE},
		{"{'error':{'code':1,'message':1}}", "1" MUTE},
		{"{'error':{'code':2147483647}}", "2147483647" MUTE},
		{"{'error':{'code':2147483648}}", "0" MUTE},
		{"{'error':{'code':-2147483648}}", "-2147483648" MUTE},
		{"{'error':{'code':-2147483649}}", "0" MUTE},
		{"{'error':{'code':1e999}}", "0" MUTE},
		{"{'error':{'code':0.5}}", "0" MUTE},
		{"{'error':{'code':'-32601'}}", "0" MUTE},
		{"{'error':{'code':null}}", "0" MUTE},
		{"{'error':{}}", "0" MUTE}, {"{'error':null}", "0" MUTE},
		{"{'error':[-32601]}", "0" MUTE},
		{"{}", "0" MUTE}, {"[]", "0" MUTE},
		/* Its data, of any type. */
		{"{'error':{'code':1,'message':'no','data':'a b'}}",
			"1: no; data: a b"},
		{"{'error':{'code':1,'message':'no','data':{'a':[1, null]}}}",
			"1: no; data: {\"a\":[1,null]}"},
		{"{'error':{'code':1,'message':'no','data':[]}}",
			"1: no; data: []"},
		{"{'error':{'code':1,'message':'no','data':-1.5e3}}",
			"1: no; data: -1500"},
		{"{'error':{'code':1,'message':'no','data':false}}",
			"1: no; data: false"},
		{"{'error':{'code':1,'message':'no','data':''}}", "1: no"},
		{"{'error':{'code':1,'message':'no','data':null}}", "1: no"},
		{"{'error':{'code':1,'data':7}}", "1" MUTE "; data: 7"},
		/* What a terminal or a reader would take for something else. */
		{"{'error':{'code':1,'message':'no','data':"
		 "'\\u001b[31m\\u0000\\u202e\\ud800\\n'}}",
			"1: no; data: ?[31m???????"},
		{"{'error':{'code':1,'message':'no','data':['\\u202e']}}",
			"1: no; data: [\"?\"]"},
		/* A secret is masked before it is cut. */
		{"{'error':{'code':1,'message':'no','data':"
		 "'" X96 X96 "x s3cret-canary'}}",
			"1: no; data: " X96 X96 "x ***"},
		{"{'error':{'code':1,'message':'no','data':"
		 "{'a':'s3cret\\n-canary'}}}",
			"1: no; data: {\"a\":\"***\"}"},
		{"{'error':{'code':1,'message':'no','data':"
		 "'" X96 X96 "1234567\u00e9'}}",
			"1: no; data: " X96 X96 "1234567"},
		{"{'error':{'code':1,'message':'no','data':"
		 "{'a':'" X96 X96 X96 "'}}}",
			"1: no; data: {\"a\":\"" X96 X96 "01"},
		/* The message says what these name. */
		{"{'error':{'code':-32022,'message':'no','data':"
		 "{'supported':['1'],'b':2}}}", "-32022: no"},
	};

	(void)state;
	mask_secret("s3cret-canary");
	check(rows, COUNT(rows), say_error);
	mask_forget();
}

static void say_versions(const cJSON *m, char *out, size_t size)
{
	static const char *const names[] = {[VERSIONS_NONE] = "none",
		[VERSIONS_SESSION] = "session",
		[VERSIONS_STATELESS] = "stateless"};

	snprintf(out, size, "%s", names[rpc_versions(m)]);
}

static void test_versions(void **state)
{
	static const struct row rows[] = {
		{"[]", "none"}, {"['2026-07-28']", "stateless"},
		{"['2024-11-05','2026-07-28']", "stateless"},
		{"['2099-01-01','2025-11-25']", "session"},
		{"['2024-10-07']", "session"},
		{"['2024-11-05']", "session"},
		{"['2025-03-26']", "session"},
		{"['2025-06-18']", "session"},
		{"['2099-01-01','','2026-07-28 ']", "none"},
		{"[2026,null,['2026-07-28']]", "none"},
		{"{'a':'2026-07-28'}", "none"},
		{"'2026-07-28'", "none"}, {"null", "none"},
	};

	(void)state;
	check(rows, COUNT(rows), say_versions);
	assert_true(rpc_known_session(REVISION_SESSION));
	assert_false(rpc_known_session(REVISION_STATELESS));
	assert_false(rpc_known_session(""));
}

/* Revision, server and its version, "+" where it has tools; or what the
 * code says behind "mcp.". */
static void say_hello(const cJSON *m,
	bool (*judge)(const cJSON *, struct rpc_hello *, struct failure *),
	char *out, size_t size)
{
	struct failure f;
	struct rpc_hello h;

	if (judge(m, &h, &f))
		snprintf(out, size, "%s, %s, %s%s", h.revision, h.server_name,
			h.server_version, h.has_tools ? "+" : "");
	else
		snprintf(out, size, "%s", f.code + strlen("mcp."));
}

static void say_initialize(const cJSON *m, char *out, size_t size)
{
	say_hello(m, rpc_judge_initialize, out, size);
}

static void say_discover(const cJSON *m, char *out, size_t size)
{
	say_hello(m, rpc_judge_discover, out, size);
}

#define PV "'protocolVersion':'2025-06-18',"
#define INFO "'serverInfo':{'name':'n','version':'1'}"
#define CAN "'capabilities':"

static void test_judge_initialize(void **state)
{
	static const struct row rows[] = {
		{"{" PV INFO "," CAN "{'tools':{}}}", "2025-06-18, n, 1+"},
		{"{" PV INFO "," CAN "{}}", "2025-06-18, n, 1"},
		{"{" PV INFO "," CAN "{'tools':true}}", "member"},
		{"{" PV INFO "," CAN "{'tools':[]}}", "member"},
		{"{" PV INFO "," CAN "{'tools':null}}", "member"},
		{"{" PV INFO "," CAN "{'tools':{'listChanged':1}}}", "member"},
		{"{" PV INFO "," CAN "{'prompts':true}}", "member"},
		{"{" PV INFO "," CAN "{'resources':{'subscribe':null}}}",
			"member"},
		{"{" PV INFO "," CAN "{'logging':null}}", "member"},
		{"{" PV INFO "," CAN "{'experimental':{'a':1}}}", "member"},
		{"{" PV INFO "," CAN "{'extensions':[]}}", "member"},
		{"{" PV INFO "," CAN "{'tasks':null}}", "member"},
		{"{" PV INFO "," CAN "{'tasks':{'list':true}}}", "member"},
		{"{" PV INFO "," CAN "{'tasks':{'requests':{'tools':7}}}}",
			"member"},
		{"{" PV INFO "," CAN "{'experimental':{'a':{}},'tasks':{}}}",
			"2025-06-18, n, 1"},
		{"{" PV INFO "," CAN "{'logging':[],'other':7}}",
			"2025-06-18, n, 1"},
		{"{" PV INFO "," CAN "{'tools':{'x':1}},'instructions':null}",
			"member"},
		{"{" PV INFO "," CAN "{},'_meta':7}", "member"},
		{"{" PV CAN "{},'serverInfo':{'name':'n'}}",
			"missing-serverInfo"},
		{"{" PV CAN "{},'serverInfo':{'name':'n','version':1}}",
			"missing-serverInfo"},
		{"{" PV CAN "{},'serverInfo':{'name':null,'version':'1'}}",
			"missing-serverInfo"},
		{"{" PV CAN "{},'serverInfo':{'name':'n','version':'1',"
		 "'title':null}}", "member"},
		{"{" PV CAN "{},'serverInfo':{'name':'','version':''}}",
			"2025-06-18, , "},
		{"{" INFO "," CAN "{}}", "missing-protocolVersion"},
		{"{'protocolVersion':20250618," INFO "," CAN "{}}",
			"missing-protocolVersion"},
		{"{'protocolVersion':'2026-07-28'," INFO "," CAN "{}}",
			"version"},
		{"{'protocolVersion':'" X112 "'," INFO "," CAN "{}}",
			"version"},
		{"{" PV CAN "{}}", "missing-serverInfo"},
		{"{" PV CAN "{},'serverInfo':{'version':'1'}}",
			"missing-serverInfo"},
		{"{" PV CAN "{},'serverInfo':{'name':''}}",
			"missing-serverInfo"},
		{"{" PV CAN "{},'serverInfo':'n'}", "missing-serverInfo"},
		{"{" PV INFO "}", "missing-capabilities"},
		{"{" PV INFO "," CAN "null}", "missing-capabilities"},
		{"{" PV INFO "," CAN "[]}", "missing-capabilities"},
		{"{}", "missing-protocolVersion"},
		{"null", "missing-protocolVersion"},
		{"[{}]", "missing-protocolVersion"},
		/*
		 * Cut between characters and cleaned, because it goes into a
		 * record.
		 */
		{"{" PV CAN "{},'serverInfo':{'name':'" X112 "0123456789abcd"
		 "\xc3\xa4','version':'a\\u0000\\ud800\\n\xff'}}",
			"2025-06-18, " X112 "0123456789abcd, a???????"},
	};

	(void)state;
	check(rows, COUNT(rows), say_initialize);
}

#define META_INFO "'_meta':{'io.modelcontextprotocol/serverInfo':"

static void test_judge_discover(void **state)
{
	static const struct row rows[] = {
		{"{'resultType':'complete'," CAN "{'tools':{}}," META_INFO
		 "{'name':'n','version':'1'}}}", "2026-07-28, n, 1+"},
		{"{" CAN "{}}", "2026-07-28, , "},
		{"{" CAN "{'tools':[]}}", "member"},
		{"{" CAN "{},'instructions':7}", "member"},
		{"{" CAN "{}," META_INFO "7}}", "2026-07-28, , "},
		{"{" CAN "{}," INFO "}", "2026-07-28, , "},
		{"{" CAN "{},'resultType':'input_required'}", "result-type"},
		{"{" CAN "{},'resultType':'Complete'}", "result-type"},
		{"{" CAN "{},'resultType':1}", "result-type"},
		{"{" CAN "{},'resultType':null}", "result-type"},
		{"{'resultType':'complete'}", "missing-capabilities"},
		{"{" CAN "'tools'}", "missing-capabilities"},
		{"[]", "missing-capabilities"},
	};

	(void)state;
	check(rows, COUNT(rows), say_discover);
}

/* The code, or what is said of a tool that fails; "" for a pass. */
static void say_call(const cJSON *m, char *out, size_t size)
{
	struct failure f = {.code = ""}, old = {.code = ""};
	bool needs_input = true, old_needs = true;
	bool ok = rpc_judge_call(m, true, &f, &needs_input);

	rpc_judge_call(m, false, &old, &old_needs);
	assert_false(old_needs);
	assert_string_not_equal(old.code, "mcp.result-type");
	assert_true(needs_input || strcmp(f.code, "mcp.result-type") == 0 ||
		strcmp(f.code, old.code) == 0);

	assert_true(ok == !*f.code);
	if (ok)
		snprintf(out, size, "%s", needs_input ? "needs input" : "");
	else if (strcmp(f.code, "tool.error") == 0)
		snprintf(out, size, "%s", f.message);
	else
		snprintf(out, size, "%s", f.code + strlen("mcp."));
}

static void test_judge_call(void **state)
{
	static const struct row rows[] = {
		{"{'content':[]}", ""},
		{"{'content':[{'type':'text','text':'a'}],"
		 "'isError':false,'resultType':'complete'}", ""},
		{"{'content':[{'type':'unheard-of'},7,null]}", ""},
		{"{'content':[],'isError':'true'}", ""},
		{"{'resultType':'input_required'}", "needs input"},
		{"{'resultType':'input_required','isError':true}",
			"needs input"},
		{"{'resultType':'task','content':[]}", "result-type"},
		{"{}", "missing-content"},
		{"{'content':{}}", "missing-content"},
		{"{'structuredContent':1}", "missing-content"},
		{"null", "missing-content"},
		{"{'content':[],'isError':true}",
			"the tool fails: without a message"},
		{"{'isError':true,'content':[7,{'type':'image'},"
		 "{'text':''},{'text':'no'},{'text':'x'}]}",
			"the tool fails: no"},
	};

	(void)state;
	check(rows, COUNT(rows), say_call);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_match),
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_judge_initialize),
		cmocka_unit_test(test_judge_discover),
		cmocka_unit_test(test_judge_call),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

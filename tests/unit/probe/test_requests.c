/* SPDX-License-Identifier: MIT */
/*
 * Goal: the requests of a probe are, to the byte, those of the official SDK in
 * each revision; tests/cli/probe/sdk.bats has the SDK itself beside them.
 */
#include "protocol/rpc.h"

#include "base/xalloc.h"
#include "json/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define CLIENT "{'name':'mcp-probe','version':'" VERSION "'}"
#define META                                                                   \
	"'_meta':{'io.modelcontextprotocol/protocolVersion':'2026-07-28',"     \
	"'io.modelcontextprotocol/clientInfo':" CLIENT ","                     \
	"'io.modelcontextprotocol/clientCapabilities':{}}"
#define ID(n) ",'jsonrpc':'2.0','id':" n "}"
#define CALL(name, arguments)                                                  \
	"{'method':'tools/call','params':{'name':'" name                       \
	"','arguments':" arguments

/* b holds `expected`, to the byte; in both, ' stands for ". Clears b. */
static void expect(struct buf *b, const char *expected)
{
	char *got = xstrdup(b->p);

	for (char *p = strchr(got, '"'); p; p = strchr(p, '"'))
		*p = '\'';
	assert_string_equal(got, expected);
	free(got);
	buf_clear(b);
}

static void test_messages(void **state)
{
	static const char text[] = "{\"x\":[1,{\"y\":null}]}";
	char why[JSON_WHY];
	cJSON *arguments = json_parse(text, strlen(text), &json_reply, why);
	struct buf b;

	(void)state;
	buf_init(&b, 10000);
	rpc_discover(&b, "'s-1'");
	expect(&b, "{'jsonrpc':'2.0','id':'s-1','method':'server/discover',"
		   "'params':{" META "}}");
	rpc_initialize(&b, "0");
	expect(&b, "{'method':'initialize','params':{'protocolVersion':"
		   "'2025-11-25','capabilities':{},'clientInfo':" CLIENT
		   "}" ID("0"));
	rpc_initialized(&b);
	expect(&b, "{'method':'notifications/initialized','jsonrpc':'2.0'}");
	rpc_tools_list(&b, "1", false, NULL);
	expect(&b, "{'method':'tools/list'" ID("1"));
	rpc_tools_list(&b, "2", false, "c");
	expect(&b, "{'method':'tools/list','params':{'cursor':'c'}" ID("2"));
	rpc_tools_list(&b, "3", false, "");
	expect(&b, "{'method':'tools/list','params':{'cursor':''}" ID("3"));
	rpc_tools_list(&b, "0", true, NULL);
	expect(&b, "{'method':'tools/list','jsonrpc':'2.0','id':0,'params':{" META
		   "}}");
	rpc_tools_list(&b, "1", true, "c");
	expect(&b, "{'method':'tools/list','params':{'cursor':'c'," META
		   "}" ID("1"));
	rpc_tools_call(&b, "2", false, "t", NULL);
	expect(&b, CALL("t", "{}") "}" ID("2"));
	rpc_tools_call(&b, "3", false, "t\"", arguments);
	expect(&b, CALL("t\\'", "{'x':[1,{'y':null}]}") "}" ID("3"));
	rpc_tools_call(&b, "1000", true, "t", arguments);
	expect(&b, CALL("t", "{'x':[1,{'y':null}]}") "," META "}" ID("1000"));
	/* A cursor goes back as it came, except for bytes that are no text. */
	rpc_tools_list(&b, "1", false, "\"\\\n\x01/\xc3\xa4\xc0\x80\xff");
	expect(&b, "{'method':'tools/list','params':{'cursor':"
		   "'\\'\\\\\\n\\u0001/\xc3\xa4\\u0000\xef\xbf\xbd'}" ID("1"));
	buf_release(&b);
	cJSON_Delete(arguments);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_messages)};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

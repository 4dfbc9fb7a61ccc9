/* SPDX-License-Identifier: MIT */
/*
 * Goal: whatever form a list of tools comes in, its definitions are the same;
 * what cannot be used is refused by name, and the rest is used.
 */
#include "tools/definitions.h"

#include "base/buf.h"
#include "json/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define A "{\"inputSchema\":{\"type\":\"object\"},\"name\":\"a\"}"
#define B "{\"inputSchema\":{\"type\":\"object\"},\"name\":\"b\"}"
#define REC(slug, def)                                                         \
	"{\"v\":1,\"type\":\"tool\",\"slug\":\"" slug "\",\"definition\":" def "}\n"

struct text_case {
	const char *text;
	const char *names;   /* "a b", and "a!" where it was refused */
	const char *refused; /* the reasons, a line each */
	const char *why;     /* why the whole was refused, or NULL */
};

static const struct text_case cases[] = {
	{"{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[" B "," A "]}}",
		"a b", "", NULL},
	{"{\"tools\":[" A "]}\n", "a", "", NULL},
	{"{\n \"tools\": [\n" A "\n]\n}\n", "a", "", NULL},
	{"[" A "," B "]", "a b", "", NULL},
	{"[]", "", "", NULL},
	{"{\"tools\":[" A "],\"nextCursor\":\"2\"}\n\n{\"tools\":[" B "]}\n",
		"a b", "", NULL},
	{REC("s", A) REC("s", B), "a b", "", NULL},
	{"{\"v\":1,\"type\":\"probe\",\"slug\":\"s\",\"tools\":{}}\n" REC("s", A),
		"a", "", NULL},
	/* What mcp-aggregate tools prints. */
	{"{\"v\":1,\"type\":\"definition\",\"slug\":\"s\","
	 "\"digest\":\"60d4353e9a5499b4\",\"definition\":" A "}\n", "a", "",
		NULL},
	{"{\"v\":1,\"type\":\"definition\",\"slug\":\"s\","
	 "\"digest\":\"60d4353e9a5499b0\",\"definition\":" A "}\n" REC("s", B),
		"a! b", "line 1: tool a: its digest does not match its "
			"definition\n", NULL},
	{"[" A "," A "]", "a", "", NULL},
	{"[{\"name\":\"a\",\"inputSchema\":{ \"type\":\"object\"},"
	 "\"_meta\":{},\"icons\":[]}," A "]", "a", "", NULL},
	/* What cannot be used. */
	{"[" A ",7]", "a", "tool number 2: no JSON object\n", NULL},
	{"[{\"name\":\"\"}," A "]", "a", "tool number 1: it has no name\n", NULL},
	{"[{\"name\":\"b\"}," A "]", "a b!",
		"tool b: its inputSchema is not an object\n", NULL},
	{"[{\"name\":\"b\",\"inputSchema\":{},\"description\":[]}]", "b!",
		"tool b: its description is not a string\n", NULL},
	{"[{\"name\":\"b\",\"inputSchema\":{},\"annotations\":true}]", "b!",
		"tool b: its annotations are not an object\n", NULL},
	{"[{\"name\":\"b\",\"inputSchema\":{},\"outputSchema\":true}]", "b!",
		"tool b: its outputSchema is not an object\n", NULL},
	{"[{\"name\":\"b\",\"inputSchema\":{},\"title\":\"x\",\"title\":\"x\"}]",
		"b!", "tool b: a member occurs twice\n", NULL},
	{"[{\"name\":\"b\",\"inputSchema\":{\"maximum\":1e999}}," A "]", "a b!",
		"tool b: I-JSON does not allow one of its values\n", NULL},
	{"[{\"name\":\"\\ud800\",\"inputSchema\":{}}," A "]", "a",
		"tool \\x{ED}\\x{A0}\\x{80}: I-JSON does not allow its name\n",
		NULL},
	{"[" A ",{\"name\":\"a\",\"inputSchema\":{}}," A "]", "a!",
		"tool a: another one has the same name\n", NULL},
	{"[{\"name\":\"\\u202ea\"}]", "\xe2\x80\xae"
		"a!", "tool \\u{202E}a: its inputSchema is not an object\n",
			NULL},
	{REC("s", A) REC("s", "[]"), "a",
		"line 2: tool number 1: no JSON object\n", NULL},
	{"{\"v\":1,\"type\":\"tool\",\"slug\":\"s\",\"digest\":\"00\","
	 "\"definition\":" A "}\n" REC("s", B), "a! b",
		"line 1: tool a: its digest does not match its definition\n",
		NULL},
	/* What is no list. */
	{"", NULL, "", "empty"},
	{" \n", NULL, "", "empty"},
	{"{\"tools\":{}}", NULL, "",
		"neither an answer to tools/list, nor an array of tools, nor a "
		"record"},
	{"{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32601}}", NULL, "",
		"the error -32601 instead of a list of tools"},
	{REC("s", A) "{\"v\":1,", NULL, "", "line 2: "},
	{REC("s", A) REC("t", B), NULL, "",
		"line 2: the record of another server"},
	{REC("../s", A), NULL, "", "a record of a tool without a slug"},
	{"{\"v\":1,\"type\":\"probe\"}\n", NULL, "",
		"contains no record of a tool"},
	{"tools", NULL, "", ""},
};

static void note(void *arg, const char *reason)
{
	struct buf *b = arg;

	buf_fmt(b, "%s\n", reason);
}

static void check(const struct text_case *c)
{
	struct definitions d;
	struct buf names, refused;
	char why[DEFINITIONS_WHY] = "";
	bool ok;

	buf_init(&names, SIZE_MAX / 2);
	buf_init(&refused, SIZE_MAX / 2);
	ok = definitions_read(&d, c->text, strlen(c->text), note, &refused, why);
	for (size_t i = 0; i < d.n; i++)
		buf_fmt(&names, "%s%s%s", i ? " " : "", d.v[i].name,
			d.v[i].refused ? "!" : "");
	if (c->why) {
		assert_false(ok);
		assert_memory_equal(why, c->why, strlen(c->why));
		assert_true(*why);
		assert_int_equal(d.n, 0);
	} else {
		if (!ok)
			fail_msg("%s: %s", c->text, why);
		assert_string_equal(names.p, c->names);
		assert_string_equal(refused.p, c->refused);
	}
	definitions_release(&d);
	buf_release(&names);
	buf_release(&refused);
}

static void test_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check(&cases[i]);
}

/* The canonical text is that of RFC 8785, without what is not compared. */
static void test_text(void **state)
{
	const char *text = "[{\"name\":\"a\",\"_meta\":{},\"title\":\"T\", "
			   "\"inputSchema\":{\"b\":1.0,\"a\":[ ]}}]";
	struct definitions d;
	struct buf refused;
	char why[DEFINITIONS_WHY];

	(void)state;
	buf_init(&refused, 4096);
	assert_true(definitions_read(
		&d, text, strlen(text), note, &refused, why));
	assert_string_equal(d.v[0].text,
		"{\"inputSchema\":{\"a\":[],\"b\":1},\"name\":\"a\","
		"\"title\":\"T\"}");
	definitions_release(&d);
	buf_release(&refused);
}

/* n tools with a text of so many bytes in each. */
static char *many(int n, int bytes)
{
	struct buf b;

	buf_init(&b, SIZE_MAX / 2);
	buf_char(&b, '[');
	for (int i = 0; i < n; i++) {
		buf_fmt(&b, "%s{\"name\":\"t%d\",\"inputSchema\":{},"
			    "\"description\":\"",
			i ? "," : "", i);
		for (int k = 0; k < bytes; k++)
			buf_char(&b, 'x');
		buf_str(&b, "\"}");
	}
	buf_char(&b, ']');
	return buf_take(&b);
}

static void expect(char *text, size_t tools, const char *refused,
	const char *fault)
{
	struct definitions d;
	struct buf b;
	char why[DEFINITIONS_WHY] = "";
	bool ok;

	buf_init(&b, SIZE_MAX / 2);
	ok = definitions_read(&d, text, strlen(text), note, &b, why);
	assert_int_equal(ok, !*fault);
	assert_string_equal(why, fault);
	assert_int_equal(d.n, tools);
	assert_string_equal(b.p, refused);
	definitions_release(&d);
	buf_release(&b);
	free(text);
}

static void test_limits(void **state)
{
	(void)state;
	expect(many(10000, 1), 10000, "", "");
	expect(many(10001, 1), 0, "", "more than 10000 tools");
	expect(many(2, 65536), 2,
		"tool t0: it is larger than 64 KiB\n"
		"tool t1: it is larger than 64 KiB\n",
		"");
	expect(many(1, 34 * 1024 * 1024), 0, "", "larger than 32 MiB");
}

/* One by one they are what a whole list is. */
static void test_add(void **state)
{
	struct definitions d = {0};
	char why[JSON_WHY];
	cJSON *tree = json_parse(B, strlen(B), &json_record, why);
	struct buf b;

	(void)state;
	buf_init(&b, SIZE_MAX / 2);
	definitions_add(&d, tree, NULL, note, &b);
	definitions_add_text(&d, A, "60d4353e9a5499b4", note, &b);
	definitions_add_text(&d, A, NULL, note, &b);
	assert_string_equal(b.p ? b.p : "", "");
	definitions_add_text(&d, "{", NULL, note, &b);
	definitions_add_text(&d, "{\"name\":\"c\",\"inputSchema\":{}}",
		"60d4353e9a5499b4", note, &b);
	definitions_sort(&d, note, &b);
	assert_string_equal(b.p, "tool number 4: no JSON object\n"
				 "tool c: its digest does not match its "
				 "definition\n");
	assert_int_equal(d.n, 3);
	assert_string_equal(d.v[0].text, A);
	assert_string_equal(d.v[1].text, B);
	assert_true(d.v[2].refused);
	definitions_release(&d);
	buf_release(&b);
	cJSON_Delete(tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_add),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

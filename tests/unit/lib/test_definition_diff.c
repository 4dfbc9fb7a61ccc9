/* SPDX-License-Identifier: MIT */
/*
 * Goal: what changed in a tool, and its class for who calls it, reads its
 * answers or approved it.
 */
#include "tools/definition_diff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/*
 * Two schemas, where they differ, and the class of that in an inputSchema and
 * in an outputSchema: b(reaking), c(ompatible), w(ords), o(rder). Several
 * changes stand side by side: "/a bc /b ww".
 */
struct schema_case {
	const char *before, *after, *changes;
};

#define OBJ "\"type\":\"object\""
#define STR "{\"type\":\"string\"}"
/* An object with these properties, and what else is named behind them. */
#define P(...) P_REST(__VA_ARGS__, "", "")
#define P_REST(props, rest, ...) "{" OBJ ",\"properties\":{" props "}" rest "}"

static const struct schema_case schema_cases[] = {
	/* Properties. */
	{P(""), P("\"a\":" STR), "/properties/a cc"},
	{P(""), P("\"a\":" STR, ",\"required\":[\"a\"]"), "/properties/a bc"},
	{P("\"a\":" STR), P(""), "/properties/a bb"},
	{P("\"a\":" STR, ",\"required\":[\"a\"]"), P(""), "/properties/a bb"},
	{P("\"a\":" STR, ",\"additionalProperties\":false"),
		P("", ",\"additionalProperties\":false"), "/properties/a bb"},
	{P("\"a\":" STR), P("\"a\":" STR, ",\"required\":[\"a\"]"),
		"/required bc"},
	{P("\"a\":" STR, ",\"required\":[\"a\"]"), P("\"a\":" STR),
		"/required cb"},
	{P("\"a\":{},\"b\":{}", ",\"required\":[\"a\"]"),
		P("\"a\":{},\"b\":{}", ",\"required\":[\"b\"]"), "/required bb"},
	{P("\"a\":{},\"b\":{}", ",\"required\":[\"a\",\"b\"]"),
		P("\"a\":{},\"b\":{}", ",\"required\":[\"b\",\"a\"]"),
		"/required oo"},
	{P("\"a\":{}"), P("\"a\":{}", ",\"required\":[]"), "/required oo"},
	{P("\"a\":{\"type\":\"object\",\"properties\":{\"b\":{}}}"),
		P("\"a\":{\"type\":\"object\",\"properties\":{\"b\":{},\"c\":{}}}"),
		"/properties/a/properties/c cc"},
	{P("\"a~/b\":{\"minLength\":1}"), P("\"a~/b\":{\"minLength\":2}"),
		"/properties/a~0~1b/minLength bc"},
	/* Other members. */
	{P(""), P("", ",\"additionalProperties\":false"),
		"/additionalProperties bc"},
	{P("", ",\"additionalProperties\":false"), P(""),
		"/additionalProperties cc"},
	{P("", ",\"additionalProperties\":" STR),
		P("", ",\"additionalProperties\":true"),
		"/additionalProperties cc"},
	{P(""), P("", ",\"additionalProperties\":" STR),
		"/additionalProperties bc"},
	{P(""), P("", ",\"additionalProperties\":true"),
		"/additionalProperties oo"},
	{P("", ",\"patternProperties\":{\"^x\":{}}"), P(""),
		"/patternProperties/^x cb"},
	/* Types. */
	{"{\"type\":\"string\"}", "{\"type\":\"number\"}", "/type bb"},
	{"{\"type\":\"number\"}", "{\"type\":\"integer\"}", "/type bc"},
	{"{\"type\":\"integer\"}", "{\"type\":\"number\"}", "/type cb"},
	{"{\"type\":\"string\"}", "{\"type\":[\"string\",\"null\"]}", "/type cb"},
	{"{\"type\":[\"string\",\"null\"]}", "{\"type\":\"null\"}", "/type bc"},
	{"{\"type\":[\"string\",\"null\"]}", "{\"type\":[\"null\",\"string\"]}",
		"/type oo"},
	{"{\"type\":\"string\"}", "{\"type\":[\"string\"]}", "/type oo"},
	{"{\"type\":\"string\",\"title\":\"t\"}", "{\"title\":\"t\"}", " cb"},
	{"{\"type\":\"string\"}", "{\"type\":\"strnig\"}", "/type bb"},
	/* Values. */
	{"{\"enum\":[\"a\",\"b\"]}", "{\"enum\":[\"a\"]}", "/enum bc"},
	{"{\"enum\":[\"a\"]}", "{\"enum\":[\"a\",\"b\"]}", "/enum cb"},
	{"{\"enum\":[\"a\"]}", "{\"enum\":[\"b\"]}", "/enum bb"},
	{"{\"enum\":[\"a\",1,{\"x\":1,\"y\":2}]}",
		"{\"enum\":[{\"y\":2,\"x\":1},1.0,\"a\"]}", "/enum oo"},
	{"{\"type\":\"string\"}", "{\"type\":\"string\",\"enum\":[\"a\"]}",
		"/enum bc"},
	{"{\"type\":\"string\",\"enum\":[\"a\"]}", "{\"type\":\"string\"}",
		"/enum cb"},
	{"{\"const\":\"a\"}", "{\"enum\":[\"a\",\"b\"]}", "/enum cb"},
	{"{\"const\":\"a\"}", "{\"enum\":[\"a\"]}", "/enum oo"},
	{"{\"const\":\"a\"}", "{\"const\":\"b\"}", "/const bb"},
	/* Limits. */
	{"{\"minimum\":1}", "{\"minimum\":2}", "/minimum bc"},
	{"{\"minimum\":2}", "{\"minimum\":1}", "/minimum cb"},
	{"{\"type\":\"number\"}", "{\"type\":\"number\",\"exclusiveMinimum\":0}",
		"/exclusiveMinimum bc"},
	{"{\"maxLength\":200}", "{\"maxLength\":100}", "/maxLength bc"},
	{"{\"maxLength\":100}", "{\"maxLength\":200}", "/maxLength cb"},
	{"{\"type\":\"array\",\"maxItems\":1}", "{\"type\":\"array\"}",
		"/maxItems cb"},
	{"{\"type\":\"array\"}", "{\"type\":\"array\",\"minItems\":0}",
		"/minItems oo"},
	{"{\"type\":\"integer\"}",
		"{\"type\":\"integer\",\"maximum\":9007199254740991}",
		"/maximum oo"},
	{"{\"type\":\"number\"}",
		"{\"type\":\"number\",\"maximum\":9007199254740991}",
		"/maximum bc"},
	{"{\"exclusiveMinimum\":true}", "{\"exclusiveMinimum\":0}",
		"/exclusiveMinimum bb"},
	{"{\"multipleOf\":2}", "{\"multipleOf\":4}", "/multipleOf bc"},
	{"{\"multipleOf\":4}", "{\"multipleOf\":2}", "/multipleOf cb"},
	{"{\"multipleOf\":4}", "{\"multipleOf\":6}", "/multipleOf bb"},
	{"{\"type\":\"array\"}", "{\"type\":\"array\",\"uniqueItems\":true}",
		"/uniqueItems bc"},
	{"{\"type\":\"string\"}", "{\"type\":\"string\",\"pattern\":\"^a\"}",
		"/pattern bc"},
	{"{\"pattern\":\"^a\"}", "{\"pattern\":\"^b\"}", "/pattern bb"},
	{"{\"type\":\"string\",\"pattern\":\"^a\"}", "{\"type\":\"string\"}",
		"/pattern cb"},
	{"{\"type\":\"string\"}", "{\"type\":\"string\",\"format\":\"uri\"}",
		"/format bc"},
	/* Words. */
	{"{\"type\":\"string\",\"description\":\"a\"}",
		"{\"type\":\"string\",\"description\":\"b\"}", "/description ww"},
	{"{\"type\":\"string\"}", "{\"type\":\"string\",\"default\":\"b\"}",
		"/default ww"},
	{"{\"type\":\"string\"}",
		"{\"type\":\"string\",\"examples\":[1],\"$comment\":\"x\"}",
		"/$comment ww /examples ww"},
	{"{\"type\":\"array\"}",
		"{\"type\":\"array\",\"items\":{\"description\":\"x\"}}",
		"/items ww"},
	/* Schemas in schemas. */
	{"{\"type\":\"array\",\"items\":" STR "}", "{\"type\":\"array\"}",
		"/items cb"},
	{"{\"items\":" STR "}", "{\"items\":false}", "/items bc"},
	{"{\"items\":[" STR "]}", "{\"items\":[{\"type\":\"null\"}]}",
		"/items/0/type bb"},
	{"{\"prefixItems\":[" STR "]}", "{\"prefixItems\":[" STR "," STR "]}",
		"/prefixItems bb"},
	{"{\"not\":{\"minimum\":1}}", "{\"not\":{\"minimum\":2}}",
		"/not/minimum bb"},
	{"{\"not\":{\"minimum\":1,\"title\":\"a\"}}",
		"{\"not\":{\"minimum\":1,\"title\":\"b\"}}", "/not/title ww"},
	{"{\"anyOf\":[" STR ",{\"type\":\"null\"}]}",
		"{\"anyOf\":[{\"type\":\"null\"}," STR "]}", "/anyOf oo"},
	{"{\"anyOf\":[" STR "]}", "{\"anyOf\":[" STR ",{\"type\":\"null\"}]}",
		"/anyOf cb"},
	{"{\"anyOf\":[" STR ",{\"type\":\"null\"}]}", "{\"anyOf\":[" STR "]}",
		"/anyOf bc"},
	{"{\"allOf\":[" STR "]}", "{\"allOf\":[" STR ",{\"minLength\":1}]}",
		"/allOf bc"},
	{"{\"oneOf\":[" STR "]}", "{\"oneOf\":[" STR ",{\"type\":\"null\"}]}",
		"/oneOf bb"},
	{"{\"anyOf\":[" STR ",{\"minLength\":1}]}",
		"{\"anyOf\":[{\"minLength\":2}," STR "]}", "/anyOf/0/minLength bc"},
	{"{\"oneOf\":[" STR ",{\"minLength\":2}]}",
		"{\"oneOf\":[" STR ",{\"minLength\":1}]}", "/oneOf/1/minLength bb"},
	{"{\"oneOf\":[{\"title\":\"a\",\"type\":\"null\"}]}",
		"{\"oneOf\":[{\"title\":\"b\",\"type\":\"null\"}]}",
		"/oneOf/0/title ww"},
	{"{\"anyOf\":[" STR ",{\"minLength\":1}]}",
		"{\"anyOf\":[{\"minLength\":2}]}", "/anyOf bb"},
	/* References. */
	{P("\"a\":{\"$ref\":\"#/$defs/x\"}", ",\"$defs\":{\"x\":" STR "}"),
		P("\"a\":{\"$ref\":\"#/$defs/x\"}",
			",\"$defs\":{\"x\":{\"type\":\"string\",\"maxLength\":1}}"),
		"/$defs/x/maxLength bc"},
	{P("\"a\":{\"$ref\":\"#/$defs/x\"}", ",\"$defs\":{\"x\":" STR "}"),
		P("\"a\":{\"$ref\":\"#/$defs/y\"}", ",\"$defs\":{\"y\":" STR "}"),
		"/$defs ww"},
	{P("\"a\":{\"$ref\":\"#/$defs/x\"}", ",\"$defs\":{\"x\":" STR "}"),
		P("\"a\":{\"$ref\":\"#/$defs/y\"}",
			",\"$defs\":{\"y\":{\"type\":\"null\"}}"),
		"/$defs ww /$defs/y/type bb"},
	{P("\"a\":{\"$ref\":\"#/$defs/x\"}", ",\"$defs\":{\"x\":" STR "}"),
		P("\"a\":" STR), "/$defs ww"},
	{P("\"a\":{\"$ref\":\"#/$defs/a%20b\"}", ",\"$defs\":{\"a b\":" STR "}"),
		P("\"a\":{\"type\":\"string\",\"minLength\":1}"),
		"/$defs ww /properties/a/minLength bc"},
	{P("\"a\":{\"$ref\":\"https://example.com/x\"}"),
		P("\"a\":{\"$ref\":\"https://example.com/y\"}"),
		"/properties/a bb"},
	{P("\"a\":{\"$ref\":\"https://example.com/x\"},\"b\":{}"),
		P("\"a\":{\"$ref\":\"https://example.com/x\"},\"b\":" STR),
		"/properties/b bc"},
	{P("\"a\":{\"$ref\":\"#/$defs/none\"}"), P("\"a\":" STR),
		"/properties/a bb"},
	/* A list that holds itself. */
	{P("\"next\":{\"$ref\":\"#\"},\"v\":" STR),
		P("\"next\":{\"$ref\":\"#\"},\"v\":{\"type\":\"null\"}"),
		"/properties/v/type bb"},
	{"{\"$ref\":\"#\"}", "{\"$ref\":\"#/\"}", " bb"},
	{"{\"$defs\":{\"a\":{\"$ref\":\"#/$defs/b\"},"
	 "\"b\":{\"$ref\":\"#/$defs/a\"}},\"$ref\":\"#/$defs/a\"}",
		"{\"$defs\":{\"a\":{\"$ref\":\"#/$defs/b\"},"
		"\"b\":" STR "},\"$ref\":\"#/$defs/a\"}",
		"/$defs/b bb"},
	/* What is not known. */
	{"{\"type\":\"string\"}", "{\"type\":\"string\",\"nullable\":true}",
		"/nullable bb"},
	{"{\"x-a\":1}", "{\"x-a\":2}", "/x-a bb"},
	{"{\"if\":{\"minimum\":1}}", "{\"if\":{\"minimum\":2}}",
		"/if/minimum bb"},
	{"{\"properties\":[]}", "{\"properties\":{}}", "/properties bb"},
	{"{\"required\":{}}", "{\"required\":[]}", "/required bb"},
	{"{\"anyOf\":{}}", "{\"anyOf\":[]}", "/anyOf bb"},
	{"{\"items\":5}", "{\"items\":6}", "/items bb"},
};

static void never(void *arg, const char *reason)
{
	(void)arg;
	fail_msg("%s", reason);
}

static struct definitions read_tools(const char *text)
{
	struct definitions d;
	char why[DEFINITIONS_WHY] = "";

	if (!definitions_read(&d, text, strlen(text), never, NULL, why))
		fail_msg("%s: %s", text, why);
	return d;
}

/* The changes between two lists, as "KIND NAME[<WAS]: PATH class ...; ...". */
static void show(struct buf *out, const char *before, const char *after)
{
	struct definitions a = read_tools(before), b = read_tools(after);
	struct tool_changes t;
	struct changes c;

	buf_clear(out);
	tool_changes_of(&t, &a, &b);
	for (size_t i = 0; i < t.n; i++) {
		const struct definition *was = t.v[i].before;
		const struct definition *is = t.v[i].after;
		enum change_class worst = CHANGE_ORDER;

		buf_fmt(out, "%s%s %s", i ? "; " : "",
			tool_change_kind_name(t.v[i].kind),
			is ? is->name : was->name);
		if (t.v[i].kind == TOOL_RENAMED)
			buf_fmt(out, "<%s", was->name);
		buf_char(out, ':');
		changes_init(&c);
		definition_diff(&c, &t.v[i]);
		for (size_t k = 0; k < c.n; k++) {
			buf_fmt(out, " %s %c", c.v[k].path,
				*change_class_name(c.v[k].class));
			if (c.v[k].class < worst)
				worst = c.v[k].class;
			assert_true(*c.v[k].what);
		}
		assert_true(c.n && (c.more || c.class == worst));
		changes_release(&c);
	}
	tool_changes_release(&t);
	definitions_release(&a);
	definitions_release(&b);
}

/* What is expected of one side: 0 the input, 1 the output. */
static void expected(struct buf *out, const char *changes, int side)
{
	const char *schema = side ? "/outputSchema" : "/inputSchema";

	buf_clear(out);
	buf_str(out, "changed t:");
	while (*changes) {
		size_t n = strcspn(changes, " ");

		buf_fmt(out, " %s%.*s %c", schema, (int)n, changes,
			changes[n + 1 + (size_t)side]);
		changes += n + 3;
		changes += *changes == ' ';
	}
}

static void check_schema(const struct schema_case *c, int side)
{
	static const char *const form[] = {
		"[{\"name\":\"t\",\"inputSchema\":%s}]",
		"[{\"name\":\"t\",\"inputSchema\":{},\"outputSchema\":%s}]"};
	struct buf want, got;
	char a[2000], b[2000];

	buf_init(&want, SIZE_MAX / 2);
	buf_init(&got, SIZE_MAX / 2);
	snprintf(a, sizeof a, form[side], c->before);
	snprintf(b, sizeof b, form[side], c->after);
	show(&got, a, b);
	expected(&want, c->changes, side);
	if (strcmp(want.p, got.p) != 0)
		fail_msg("%s to %s: '%s', expected '%s'", c->before, c->after,
			got.p, want.p);
	show(&got, a, a);
	assert_string_equal(got.p, "");
	buf_release(&want);
	buf_release(&got);
}

static void test_schemas(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof schema_cases / sizeof *schema_cases; i++)
		for (int side = 0; side < 2; side++)
			check_schema(&schema_cases[i], side);
}

struct list_case {
	const char *before, *after, *changes;
};

#define T(name, rest) "{\"name\":\"" name "\",\"inputSchema\":{}" rest "}"
#define HINTS(h) T("t", ",\"annotations\":{" h "}")
#define LONG ",\"description\":\"Fetches a page from the web and returns text\""
#define NEAR ",\"description\":\"Fetches a page from the web and gives text\""
#define OTHER ",\"description\":\"Moves a file to another folder of the disk\""

static const struct list_case list_cases[] = {
	{"[]", "[" T("t", "") "]", "added t:  c"},
	{"[" T("t", "") "]", "[]", "removed t:  b"},
	{"[" T("a", "") "," T("b", "") "]", "[" T("b", "") "," T("a", "") "]", ""},
	/* Only white space and the order of keys. */
	{"[{\"name\":\"t\",\"inputSchema\":{\"type\":\"object\",\"title\":\"x\"}}]",
		"[{ \"inputSchema\" : {\"title\":\"\\u0078\",\"type\":\"object\"}, "
		"\"name\":\"t\"}]",
		""},
	{"[" T("t", "") "]", "[" T("t", ",\"description\":\"x\"") "]",
		"changed t: /description w"},
	{"[" T("t", "") "]", "[" T("t", ",\"title\":\"x\"") "]",
		"changed t: /title w"},
	{"[" T("t", "") "]", "[" T("t", ",\"outputSchema\":{}") "]",
		"changed t: /outputSchema c"},
	{"[" T("t", ",\"outputSchema\":{}") "]", "[" T("t", "") "]",
		"changed t: /outputSchema b"},
	{"[" T("t", "") "]", "[" HINTS("") "]", "changed t:  o"},
	/* Hints: what each promises, and what it is when it is not there. */
	{"[" HINTS("\"readOnlyHint\":true") "]",
		"[" HINTS("\"readOnlyHint\":false") "]",
		"changed t: /annotations/readOnlyHint b"},
	{"[" HINTS("\"readOnlyHint\":true") "]", "[" T("t", "") "]",
		"changed t: /annotations/readOnlyHint b"},
	{"[" T("t", "") "]", "[" HINTS("\"readOnlyHint\":true") "]",
		"changed t: /annotations/readOnlyHint c"},
	{"[" T("t", "") "]", "[" HINTS("\"readOnlyHint\":false") "]",
		"changed t: /annotations/readOnlyHint o"},
	{"[" HINTS("\"destructiveHint\":false") "]",
		"[" HINTS("\"destructiveHint\":true") "]",
		"changed t: /annotations/destructiveHint b"},
	{"[" HINTS("\"destructiveHint\":false") "]", "[" T("t", "") "]",
		"changed t: /annotations/destructiveHint b"},
	{"[" T("t", "") "]", "[" HINTS("\"destructiveHint\":true") "]",
		"changed t: /annotations/destructiveHint o"},
	{"[" HINTS("\"destructiveHint\":false,\"readOnlyHint\":true") "]",
		"[" HINTS("\"readOnlyHint\":true") "]",
		"changed t: /annotations/destructiveHint o"},
	{"[" HINTS("\"idempotentHint\":true") "]", "[" T("t", "") "]",
		"changed t: /annotations/idempotentHint b"},
	{"[" HINTS("\"openWorldHint\":false") "]", "[" T("t", "") "]",
		"changed t: /annotations/openWorldHint b"},
	{"[" T("t", "") "]", "[" HINTS("\"openWorldHint\":false") "]",
		"changed t: /annotations/openWorldHint c"},
	{"[" HINTS("\"title\":\"a\"") "]", "[" HINTS("\"title\":\"b\"") "]",
		"changed t: /annotations/title w"},
	{"[" HINTS("\"readOnlyHint\":true") "]",
		"[" HINTS("\"readOnlyHint\":\"yes\"") "]",
		"changed t: /annotations/readOnlyHint b"},
	{"[" T("t", "") "]", "[" HINTS("\"trustMe\":true") "]",
		"changed t: /annotations/trustMe b"},
	/* Renamed. */
	{"[" T("fetch", LONG) "]", "[" T("fetch_data", LONG) "]",
		"renamed fetch_data<fetch: /name b"},
	{"[" T("fetch", LONG) "]", "[" T("read_web", NEAR) "]",
		"renamed read_web<fetch: /name b /description w"},
	{"[" T("fetch", LONG) "]", "[" T("fetch_data", OTHER) "]",
		"removed fetch:  b; added fetch_data:  c"},
	{"[" T("fetch", "") "]", "[" T("move", "") "]",
		"removed fetch:  b; added move:  c"},
	{"[" T("fetch", "") "]", "[" T("fetch_data", "") "]",
		"renamed fetch_data<fetch: /name b"},
	{"[" T("fetch", LONG) "]",
		"[{\"name\":\"read\",\"inputSchema\":{\"type\":\"object\"}" LONG "}]",
		"removed fetch:  b; added read:  c"},
	{"[" T("getTinyImage", LONG) "]",
		"[{\"name\":\"get-tiny-image\",\"inputSchema\":{\"type\":\"object\"}"
		OTHER "}]",
		"renamed get-tiny-image<getTinyImage: /name b /description w "
		"/inputSchema b"},
	{"[" T("a", LONG) "]", "[" T("b", NEAR) "," T("c", LONG) "]",
		"added b:  c; renamed c<a: /name b"},
	{"[" T("a", LONG) "," T("b", LONG) "]",
		"[" T("c", LONG) "," T("d", LONG) "]",
		"renamed c<a: /name b; renamed d<b: /name b"},
	/* Names that differ by case, or by how a letter is composed. */
	{"[" T("t", "") "," T("T", "") "]", "[" T("t", "") "]", "removed T:  b"},
	{"[" T("\\u00e9", LONG) "]", "[" T("e\\u0301", LONG) "]",
		"renamed e\xcc\x81<\xc3\xa9: /name b"},
};

static void test_lists(void **state)
{
	struct buf got;

	(void)state;
	buf_init(&got, SIZE_MAX / 2);
	for (size_t i = 0; i < sizeof list_cases / sizeof *list_cases; i++) {
		const struct list_case *c = &list_cases[i];

		show(&got, c->before, c->after);
		if (strcmp(got.p, c->changes) != 0)
			fail_msg("%s to %s: '%s', expected '%s'", c->before,
				c->after, got.p, c->changes);
	}
	buf_release(&got);
}

/* A tool that a list refuses is in no comparison. */
static void note(void *arg, const char *reason)
{
	(void)reason;
	++*(int *)arg;
}

static void test_refused(void **state)
{
	const char *before = "[{\"name\":\"a\"}," T("b", "") "]";
	const char *after = "[" T("a", "") "," T("b", LONG) "]";
	struct definitions a, b;
	struct tool_changes t;
	char why[DEFINITIONS_WHY];
	int refused = 0;

	(void)state;
	assert_true(definitions_read(
		&a, before, strlen(before), note, &refused, why));
	assert_true(definitions_read(
		&b, after, strlen(after), note, &refused, why));
	tool_changes_of(&t, &a, &b);
	assert_int_equal(refused, 1);
	assert_int_equal(t.n, 1);
	assert_string_equal(t.v[0].after->name, "b");
	tool_changes_release(&t);
	definitions_release(&a);
	definitions_release(&b);
}

/* What breaks is told, however many changes that do not stand before it. */
static void test_many(void **state)
{
	struct buf a, b, got;

	(void)state;
	buf_init(&a, SIZE_MAX / 2);
	buf_init(&b, SIZE_MAX / 2);
	buf_init(&got, SIZE_MAX / 2);
	buf_str(&a, "[{\"name\":\"t\",\"inputSchema\":{\"properties\":{");
	buf_add(&b, a.p, a.len);
	for (int i = 0; i < 1000; i++) {
		buf_fmt(&a, "\"p%d\":{\"title\":\"a\"},", i);
		buf_fmt(&b, "\"p%d\":{\"title\":\"b\"},", i);
	}
	buf_str(&a, "\"z\":{\"type\":\"string\"}}}}]");
	buf_str(&b, "\"z\":{\"type\":\"null\"}}}}]");
	show(&got, a.p, b.p);
	assert_non_null(strstr(got.p, "/inputSchema/properties/z/type b"));
	buf_release(&a);
	buf_release(&b);
	buf_release(&got);
}

/* References that lead to each other in as many ways as there are. */
static void put_maze(struct buf *b, int n, const char *last)
{
	buf_clear(b);
	buf_str(b, "[{\"name\":\"t\",\"inputSchema\":{\"$defs\":{");
	for (int i = 0; i < n; i++)
		buf_fmt(b, "\"d%d\":{\"anyOf\":[{\"$ref\":\"#/$defs/d%d\"},"
			   "{\"$ref\":\"#/$defs/d%d\"}]},",
			i, i + 1, (i * 7 + 3) % n);
	buf_fmt(b, "\"d%d\":{\"type\":\"%s\"}},\"$ref\":\"#/$defs/d0\"}}]", n,
		last);
}

static void test_maze(void **state)
{
	struct buf a, b, got;

	(void)state;
	buf_init(&a, SIZE_MAX / 2);
	buf_init(&b, SIZE_MAX / 2);
	buf_init(&got, SIZE_MAX / 2);
	put_maze(&a, 60, "string");
	put_maze(&b, 60, "null");
	show(&got, a.p, b.p);
	assert_string_equal(
		got.p, "changed t: /inputSchema/$defs/d60/type b");
	/* Too much of it: told, and not silent. */
	put_maze(&a, 700, "string");
	put_maze(&b, 700, "null");
	show(&got, a.p, b.p);
	assert_non_null(strstr(got.p, " /inputSchema b"));
	buf_release(&a);
	buf_release(&b);
	buf_release(&got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_schemas),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_maze),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Goal: a patch makes the second value of the first, and says no more than that
 * takes.
 */
#include "tools/json_patch.h"

#include "json/jcs.h"
#include "json/json.h"
#include "patch_apply.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

struct patch_case {
	const char *before, *after, *patch;
};

static const struct patch_case cases[] = {
	{"{}", "{}", "[]"},
	{"{\"a\":1,\"b\":[1,2]}", "{\"a\":1,\"b\":[1,2]}", "[]"},
	{"{\"a\":1}", "{\"b\":1}",
		"[{\"op\":\"remove\",\"path\":\"/a\"},"
		"{\"op\":\"add\",\"path\":\"/b\",\"value\":1}]"},
	{"{\"a\":{\"b\":\"x\"}}", "{\"a\":{\"b\":\"y\"}}",
		"[{\"op\":\"replace\",\"path\":\"/a/b\",\"value\":\"y\"}]"},
	{"{\"a\":null}", "{\"a\":{}}",
		"[{\"op\":\"replace\",\"path\":\"/a\",\"value\":{}}]"},
	{"{\"a/b\":1,\"m~n\":1}", "{\"a/b\":2,\"m~n\":2}",
		"[{\"op\":\"replace\",\"path\":\"/a~1b\",\"value\":2},"
		"{\"op\":\"replace\",\"path\":\"/m~0n\",\"value\":2}]"},
	{"[1,2,3,4]", "[1,2,4]", "[{\"op\":\"remove\",\"path\":\"/2\"}]"},
	{"[1,4]", "[1,2,3,4]",
		"[{\"op\":\"add\",\"path\":\"/1\",\"value\":2},"
		"{\"op\":\"add\",\"path\":\"/2\",\"value\":3}]"},
	{"[1,1]", "[1,1,1]", "[{\"op\":\"add\",\"path\":\"/2\",\"value\":1}]"},
	{"[]", "[[]]", "[{\"op\":\"add\",\"path\":\"/0\",\"value\":[]}]"},
	{"[1,2,3,4,5]", "[1,5]",
		"[{\"op\":\"remove\",\"path\":\"/3\"},"
		"{\"op\":\"remove\",\"path\":\"/2\"},"
		"{\"op\":\"remove\",\"path\":\"/1\"}]"},
	{"[{\"a\":1},2]", "[{\"a\":3},2]",
		"[{\"op\":\"replace\",\"path\":\"/0/a\",\"value\":3}]"},
	{"{\"a\":1}", "[1]",
		"[{\"op\":\"replace\",\"path\":\"\",\"value\":[1]}]"},
	{"[true]", "[false]",
		"[{\"op\":\"replace\",\"path\":\"/0\",\"value\":false}]"},
};

static cJSON *tree_of(const char *text)
{
	char why[JSON_WHY];
	cJSON *v = json_parse(text, strlen(text), &json_reply, why);

	if (!v)
		fail_msg("%s: %s", text, why);
	return v;
}

static void check(const char *before, const char *after, const char *patch)
{
	cJSON *a = tree_of(before), *b = tree_of(after), *ops;
	struct buf out;

	buf_init(&out, SIZE_MAX / 2);
	json_patch(&out, a, b);
	if (patch)
		assert_string_equal(out.p, patch);
	ops = tree_of(out.p);
	a = patch_apply(a, ops);
	if (!a)
		fail_msg("%s does not fit %s", out.p, before);
	buf_clear(&out);
	assert_true(jcs_write(&out, a));
	assert_string_equal(out.p, after);
	assert_true(json_same(a, b));
	buf_release(&out);
	cJSON_Delete(a);
	cJSON_Delete(b);
	cJSON_Delete(ops);
}

static void test_patches(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check(cases[i].before, cases[i].after, cases[i].patch);
}

/* A long path before many values: as large as a hostile list can make it. */
static void test_large(void **state)
{
	struct buf a, b;

	(void)state;
	buf_init(&a, SIZE_MAX / 2);
	buf_str(&a, "{\"");
	for (int i = 0; i < 30000; i++)
		buf_char(&a, 'k');
	buf_str(&a, "\":[");
	buf_init(&b, SIZE_MAX / 2);
	buf_add(&b, a.p, a.len);
	for (int i = 0; i < 8000; i++) {
		buf_str(&a, i ? ",1" : "1");
		buf_str(&b, i ? ",2" : "2");
	}
	buf_str(&a, "]}");
	buf_str(&b, "]}");
	check(a.p, b.p, NULL);
	buf_release(&a);
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_patches),
		cmocka_unit_test(test_large),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

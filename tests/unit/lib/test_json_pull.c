/* SPDX-License-Identifier: MIT */
/*
 * Goal: a text is read where json_parse would read it, with the same values,
 * and refused where that refuses it.
 */
#include "json/json_pull.h"

#include "json/json.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct pull begin(const char *text)
{
	return pull_begin(text, strlen(text));
}

static void test_grammar(void **state)
{
	static const char *const cases[] = {"", " ", "null", "nul", "true",
		"[]", "[", "]", "[1]", "[1,]", "[,1]", "[1 2]", "{}", "{\"a\"}",
		"{\"a\":1}", "{\"a\":1,}", "{a:1}", "{\"a\":1 \"b\":2}",
		"{\"a\" : [ { } , [ ] ] } ", "{}{}", "{} x", "01", "-", "-0",
		"1.", ".5", "1.5e", "1e5", "1E-5", "+1", "\"a", "\"\x01\"",
		"\"\\x\"", "\"\\u12\"", "\"\\u0041\"", "\"\\u0000\"",
		"\"\\ud800\"", "\"\\ud83d\\ude00\"", "\"\\udc00\"", "\"\xff\"",
		"\"\xc3\xa9\"", "\"\xed\xa0\x80\"", "\"\\\"", "\"\\\\\"",
		"\xef\xbb\xbf{}", "[\"\\u00\"]", "{\"\xff\":1}"};
	char why[JSON_WHY];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		cJSON *tree = json_parse(
			cases[i], strlen(cases[i]), &json_record, why);
		struct pull j = begin(cases[i]);

		pull_skip(&j);
		if (pull_end(&j) != (tree != NULL))
			fail_msg("%s", cases[i]);
		cJSON_Delete(tree);
	}
}

static void test_values(void **state)
{
	static const char *const numbers[] = {"0", "-0", "99.87", "142",
		"1777494660", "1777494668.512", "0.1", "-3.25e2",
		"123456789012345678", "1e-400", "0.000000000000001"};
	struct pull j = begin("{\"s\":\"\\u00e9\\n\\ud83d\\ude00\",\"b\":"
				   "true,\"s2\":\"four\","
				   "\"n\":\"1\"}");
	const char *key;
	char s[16];
	bool b = false;

	(void)state;
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		struct pull n = begin(numbers[i]);

		assert_true(pull_number(&n) == strtod(numbers[i], NULL));
		assert_true(pull_end(&n));
	}
	assert_true(pull_object(&j));
	assert_true(pull_key(&j, &key));
	assert_true(pull_is(key, "s"));
	assert_true(pull_string(&j, s, sizeof s));
	assert_string_equal(s, "\xc3\xa9\n\xf0\x9f\x98\x80");
	assert_true(pull_key(&j, &key));
	assert_true(pull_bool(&j, &b));
	assert_true(b);
	assert_true(pull_key(&j, &key));
	assert_false(pull_is(key, "s"));
	assert_false(pull_string(&j, s, 4));
	assert_string_equal(s, "");
	assert_true(pull_key(&j, &key));
	assert_true(isnan(pull_number(&j)));
	assert_false(pull_key(&j, &key));
	assert_true(pull_end(&j));
}

static void test_depth_and_repeats(void **state)
{
	static const char *const names[] = {"a", "b", NULL};
	struct pull j = begin("{\"x\":1,\"b\":2,\"x\":3,\"b\":4}");
	char deep[2 * PULL_DEPTH + 3] = "";
	unsigned seen = 0;

	(void)state;
	assert_true(pull_object(&j));
	assert_int_equal(pull_which(&j, names, &seen), 2);
	pull_skip(&j);
	assert_int_equal(pull_which(&j, names, &seen), 1);
	pull_skip(&j);
	assert_int_equal(pull_which(&j, names, &seen), 2);
	pull_skip(&j);
	assert_int_equal(pull_which(&j, names, &seen), -1);
	assert_false(pull_end(&j));
	for (size_t n = PULL_DEPTH; n <= PULL_DEPTH + 1; n++) {
		memset(deep, '[', n);
		memset(deep + n, ']', n);
		deep[2 * n] = '\0';
		j = begin(deep);
		pull_skip(&j);
		assert_int_equal(pull_end(&j), n == PULL_DEPTH);
	}
}

/* What is passed over ends where it ends for whoever reads all of it. */
static void test_pass(void **state)
{
	static const char *const values[] = {"[]", "{}", "[{\"a\":[1,\"]\"]}]",
		"[\"a \\\"b\\\" ]\"]", "{\"\\\"\":\"\\\\\"}",
		"[\"\\\\\\\"}\",{\"a\":\"\\u005d\"}]",
		"[\"caf\xc3\xa9 {\",\"\"]", "[[[\"0123456789abcdef]\"]]]",
		"\"]\"", "12.5", "null"};
	static const char *const cut[] = {
		"[", "[\"", "[\"\\", "[\"\\\"", "{\"a\":[\"]\"}", "[\"a\\\\"};
	char text[80];

	(void)state;
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		struct pull j;

		snprintf(text, sizeof text, "%s , [\"x\"]", values[i]);
		j = begin(text);
		pull_pass(&j);
		if (j.s.fault || j.s.p != text + strlen(values[i]))
			fail_msg("%s", values[i]);
	}
	for (size_t i = 0; i < sizeof cut / sizeof *cut; i++) {
		struct pull j = begin(cut[i]);

		pull_pass(&j);
		if (pull_end(&j))
			fail_msg("%s", cut[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grammar),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_depth_and_repeats),
		cmocka_unit_test(test_pass),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Goal: no record holds a secret that a server echoes, or a name that cannot be
 * read or told from another; all else stays as it is.
 */
#include "base/sha256.h"
#include "redaction/redaction.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void test_step(void **state)
{
	struct step_record s = {.step = STEP_TOOLS_LIST,
		.status = STATUS_FAIL,
		.error = "tool.error",
		.message = "no s3cret-canary",
		.detail = "{\"location\":\"https://h/?t=s3cret-canary\",\"n\":1.5,"
			  "\"server\":{\"name\":\"a\\\\\\\"b\\\\\\\\c-d\"},\"tls\":true,"
			  "\"x\":[null,\"s3cret-can\",\"\\u00e9\"]}"};
	struct redacted r;

	(void)state;
	redact_step(&r, &s);
	assert_string_equal(r.u.step.message, s.message);
	assert_string_equal(r.u.step.detail, s.detail);
	redacted_release(&r);
	mask_secret("s3cret-canary");
	mask_secret("a\"b\\c-d");
	redact_step(&r, &s);
	assert_int_equal(r.u.step.step, STEP_TOOLS_LIST);
	assert_string_equal(r.u.step.error, "tool.error");
	assert_string_equal(r.u.step.message, "no ***");
	assert_string_equal(r.u.step.detail,
		"{\"location\":\"https://h/?t=***\",\"n\":1.5,"
		"\"server\":{\"name\":\"***\"},\"tls\":true,"
		"\"x\":[null,\"***\",\"é\"]}");
	redacted_release(&r);
	/* A detail that cannot be parsed is left out. */
	s.detail = "{";
	redact_step(&r, &s);
	assert_null(r.u.step.detail);
	redacted_release(&r);
	s = (struct step_record) {.status = STATUS_SKIP};
	redact_step(&r, &s);
	assert_null(r.u.step.message);
	assert_null(r.u.step.detail);
	redacted_release(&r);
	mask_forget();
}

static void check_name(const char *name, const char *expected)
{
	struct tool_digest tool = {.name = name, .contract = "c"};
	struct cache_check check = {.result = CACHE_STALE,
		.names = {[CACHE_CHANGED] = {name}},
		.n = {[CACHE_CHANGED] = 1}};
	struct probe_record p = {.tool_count = 2, .tools = &tool, .n_tools = 1,
		.cache = &check};
	struct redacted r;

	redact_probe(&r, &p);
	assert_int_equal(r.u.probe.tool_count, 2);
	assert_int_equal(r.u.probe.n_tools, 1);
	assert_string_equal(r.u.probe.tools[0].contract, "c");
	assert_string_equal(r.u.probe.tools[0].name, expected);
	assert_string_equal(r.u.probe.cache->names[CACHE_CHANGED][0], expected);
	redacted_release(&r);
}

static void test_names(void **state)
{
	static const char *const rows[][2] = {
		{"echo", "echo"},
		{"länder \U0001f6e0 a\\b {u} \\u", "länder \U0001f6e0 a\\b {u} \\u"},
		{"read\u202efile", "read\\u{202E}file"},
		{"read\\u{202E}file", "read\\u{5C}u{202E}file"},
		{"\x1b[31m\u2066\xc2\x85", "\\u{1B}[31m\\u{2066}\\u{85}"},
		{"a\nb", "a\\u{A}b"},
		{"a?b", "a?b"},
		{"a\xc0\x80" "b\xff", "a\\u{0}b\\x{FF}"},
		{"\\x{FF}\\#{", "\\u{5C}x{FF}\\u{5C}#{"},
	};
	char longest[1100], expected[1100], digest[SHA256_HEX];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check_name(rows[i][0], rows[i][1]);
	memset(longest, 'x', sizeof longest);
	longest[1000] = '\0';
	check_name(longest, longest);
	/* Long names are cut, and told apart by the digest of the whole. */
	longest[1000] = 'y';
	longest[1001] = '\0';
	sha256_hex(longest, 1001, digest);
	snprintf(expected, sizeof expected, "%.964s\\#{%.32s}", longest, digest);
	check_name(longest, expected);
	/* No escape is cut in two. */
	memset(longest, '\n', sizeof longest);
	longest[300] = '\0';
	sha256_hex(longest, 300, digest);
	for (size_t i = 0; i < 192; i++)
		memcpy(expected + 5 * i, "\\u{A}", 5);
	snprintf(expected + 960, sizeof expected - 960, "\\#{%.32s}", digest);
	check_name(longest, expected);
	mask_secret("s3cret-canary");
	sha256_hex("xs3cret-canary", 14, digest);
	snprintf(expected, sizeof expected, "x***\\#{%.32s}", digest);
	check_name("xs3cret-canary", expected);
	mask_forget();
}

static void test_no_tools(void **state)
{
	struct probe_record p = {.tool_count = -1};
	struct redacted r;

	(void)state;
	redact_probe(&r, &p);
	assert_null(r.u.probe.tools);
	assert_int_equal(r.u.probe.tool_count, -1);
	redacted_release(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_step),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_no_tools),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

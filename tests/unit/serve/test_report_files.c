/* SPDX-License-Identifier: MIT */
/*
 * Goal: a report as CSV is that of RFC 4180, no cell of it begins like a
 * formula, and as JSON it has titles, whatever these are.
 */
#include "api/api.h"

#include "data/page_data.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct report_entry entry(const char *title)
{
	return (struct report_entry) {.row = {.slug = "a.b",
					      .rank = 7,
					      .uptime = 99.9,
					      .known_minutes = 43200,
					      .known_days = 30,
					      .p95_ms = 142,
					      .tool_changes = 0,
					      .tools_since = 1777494660,
					      .bucket = "healthy"},
		.title = (char *)(uintptr_t)title};
}

static void test_csv(void **state)
{
	/* Titles, and the cells that they become. */
	static const struct {
		const char *title, *cell;
	} cases[] = {
		{NULL, ""},
		{"Plain", "\"Plain\""},
		{"a,b", "\"a,b\""},
		{"say \"hi\"", "\"say \"\"hi\"\"\""},
		{"two\r\nlines", "\"two??lines\""},
		{"\t=1", "\"?=1\""},
		{"=1+1", "\"'=1+1\""},
		{"+1", "\"'+1\""},
		{"-1", "\"'-1\""},
		{"@SUM(A1)", "\"'@SUM(A1)\""},
		{"  =1", "\"'  =1\""},
		{"=\"x\"", "\"'=\"\"x\"\"\""},
		{"\xef\xbc\x9d"
		 "1",
			"\"'\xef\xbc\x9d"
			"1\""},
		{"\xe2\x80\xae=1", "\"?=1\""}, /* right to left */
		{"a=1", "\"a=1\""},
	};
	char expected[400];
	struct buf b;

	(void)state;
	buf_init(&b, 4096);
	report_csv_begin(&b);
	assert_non_null(strstr(b.p, "month,rank,server,title,"));
	assert_string_equal(b.p + b.len - 8, "bucket\r\n");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct report_entry e = entry(cases[i].title);

		buf_clear(&b);
		report_csv_entry(&b, "2026-04", &e);
		snprintf(expected, sizeof expected,
			"2026-04,7,a.b,%s,99.90,43200,30,142,0,"
			"2026-04-29T20:31:00Z,no,\"healthy\"\r\n",
			cases[i].cell);
		assert_string_equal(b.p, expected);
	}
	buf_release(&b);
}

static void test_nothing_known(void **state)
{
	struct report_entry e = {.row = {.slug = "x",
					 .uptime = NAN,
					 .p95_ms = NAN,
					 .tool_changes = -1,
					 .tools_churn = true,
					 .bucket = "no-data"}};
	struct buf b;

	(void)state;
	buf_init(&b, 4096);
	report_csv_entry(&b, "2026-04", &e);
	assert_string_equal(b.p, "2026-04,,x,,,0,0,,,,yes,\"no-data\"\r\n");
	buf_clear(&b);
	report_json_entry(&b, &e, true);
	assert_string_equal(b.p,
		"\n{\"slug\":\"x\",\"rank\":null,\"uptime\":null,"
		"\"known_minutes\":0,\"known_days\":0,\"p95_ms\":null,"
		"\"tool_changes\":null,\"tools_since\":null,"
		"\"tools_churn\":true,\"bucket\":\"no-data\",\"title\":null}");
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_csv),
		cmocka_unit_test(test_nothing_known),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

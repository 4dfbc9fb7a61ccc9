/* SPDX-License-Identifier: MIT */
/*
 * Goal: a report and its rows are written to the byte as mcp-records(5) says,
 * and read again as they were; what is not right in them is refused by name.
 */
#include "records/month_report.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define HEAD                                                                   \
	"{\"v\":1,\"type\":\"report\",\"month\":\"2026-11\","                  \
	"\"as_of\":\"2026-12-01T01:20:00Z\",\"final\":true,\"days\":30,"       \
	"\"latency_from\":\"2026-11-01T00:00:00Z\",\"servers\":3,"             \
	"\"ranked\":2,\"least_days\":7,\"least_minutes\":12,"                  \
	"\"cities\":[\"Ashburn\",\"S\xc3\xa3o Paulo\"],"                       \
	"\"buckets\":[{\"name\":\"healthy\",\"count\":3,\"share\":100}],"      \
	"\"protocols\":[{\"era\":\"session\",\"protocol\":\"2025-11-25\","     \
	"\"count\":2,\"share\":66.7},{\"count\":1,\"share\":33.3}],"           \
	"\"walls\":[]}"
#define ROW                                                                    \
	"{\"slug\":\"a\",\"rank\":1,\"uptime\":99.98,\"known_minutes\":43200," \
	"\"known_days\":30,\"p95_ms\":142,\"tool_changes\":2,"                 \
	"\"tools_since\":\"2026-11-03T09:12:00Z\",\"bucket\":\"healthy\"}"
#define BARE                                                                   \
	"{\"slug\":\"b\",\"rank\":null,\"uptime\":null,\"known_minutes\":0,"   \
	"\"known_days\":0,\"p95_ms\":null,\"tool_changes\":null,"              \
	"\"tools_since\":null,\"tools_churn\":true,\"bucket\":\"no-data\"}"

static void test_head(void **state)
{
	struct report_head r;
	char why[FIELD_WHY];
	struct buf b;

	(void)state;
	assert_int_equal(month_report_read(HEAD, &r, why), 0);
	assert_int_equal(r.as_of, 1796088000);
	assert_int_equal(r.n_cities, 2);
	assert_int_equal(r.n_protocols, 2);
	assert_null(r.protocols[1].protocol);
	buf_init(&b, 4096);
	month_report_put(&b, &r);
	assert_string_equal(b.p, HEAD);
	month_report_release(&r);
	buf_release(&b);
}

static void test_rows(void **state)
{
	struct report_row rows[REPORT_ROWS];
	char why[FIELD_WHY];
	struct buf b;
	cJSON *doc;
	size_t n;

	(void)state;
	assert_int_equal(month_report_rows_read(
				 "[" ROW "," BARE "]", rows, &n, &doc, why),
		0);
	assert_int_equal(n, 2);
	assert_true(isnan(rows[1].uptime) && isnan(rows[1].p95_ms));
	assert_int_equal(rows[1].tool_changes, -1);
	buf_init(&b, 4096);
	month_report_row_put(&b, &rows[0]);
	month_report_row_put(&b, &rows[1]);
	assert_string_equal(b.p, ROW BARE);
	buf_release(&b);
	cJSON_Delete(doc);
}

static void test_refused(void **state)
{
	static const struct {
		const char *text, *why;
	} heads[] =
		{
			{"", ""},
			{"[]", "v: "},
			{"{\"v\":2}", "v: "},
			{"{\"v\":1,\"month\":\"2026-13\"}",
				"month: not a month"},
			{"{\"v\":1,\"month\":\"2026-12\",\"as_of\":1}",
				"as_of: "},
		},
	  rows[] = {
		  {"{}", "rows: "},
		  {"[1]", "slug: "},
		  {"[{\"slug\":\"A\"}]", "slug: not a slug"},
		  {"[{\"slug\":\"a\",\"rank\":-1}]", "rank: "},
		  {"[{\"slug\":\"a\",\"rank\":1,\"uptime\":101}]", "uptime: "},
	  };
	struct report_row out[REPORT_ROWS];
	struct report_head head;
	char why[FIELD_WHY];
	cJSON *doc;
	size_t n;
	struct buf b;

	(void)state;
	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
		assert_int_equal(
			month_report_read(heads[i].text, &head, why), -1);
		assert_memory_equal(why, heads[i].why, strlen(heads[i].why));
	}
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(month_report_rows_read(
					 rows[i].text, out, &n, &doc, why),
			-1);
		assert_memory_equal(why, rows[i].why, strlen(rows[i].why));
		assert_null(doc);
	}
	/* One more than there is room for. */
	buf_init(&b, 65536);
	for (int i = 0; i <= REPORT_ROWS; i++)
		buf_str(&b, i ? "," ROW : "[" ROW);
	buf_char(&b, ']');
	assert_int_equal(month_report_rows_read(b.p, out, &n, &doc, why), -1);
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_head),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

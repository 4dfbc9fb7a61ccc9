/* SPDX-License-Identifier: MIT */
/*
 * Goal: a row of the listing is read as it was written, and what is none is refused
 * whole.
 */
#include "records/listing_row.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define DAYS "uuuuuuuuuuuuuuuuuuuuuuudpw--uu"
#define STATE "1777494660 r 1777494000 99.87 142 1 " DAYS
#define REST "\tacme\tTools\teu,big\tA title"

static void test_written(void **state)
{
	char *tags[] = {"eu", "big"};
	struct listing_row row = {.published = true,
		.window = 1777494660,
		.verdict = VERDICT_RED,
		.since = 1777494000,
		.uptime_30d = 99.87,
		.p95_ms = 142.4,
		.sides = true,
		.days = DAYS};
	struct buf b;

	(void)state;
	buf_init(&b, LISTING_ROW_MAX);
	listing_row_put_state(&b, &row);
	listing_row_put_rest(&b, "acme", "Tools", tags, 2, "A title");
	assert_string_equal(b.p, STATE REST);
	buf_clear(&b);
	row = (struct listing_row) {.published = true,
		.verdict = VERDICT_GREEN,
		.uptime_30d = NAN,
		.p95_ms = NAN,
		.days = DAYS};
	listing_row_put_state(&b, &row);
	assert_string_equal(b.p, "0 g 0 - - 0 " DAYS);
	buf_clear(&b);
	row.published = false;
	listing_row_put_state(&b, &row);
	listing_row_put_rest(&b, NULL, NULL, NULL, 0, NULL);
	assert_string_equal(b.p, "\t\t\t\t");
	buf_release(&b);
}

static void test_read(void **state)
{
	char text[] = STATE REST, never[] = "\t\t\t\t";
	struct listing_row row;

	(void)state;
	assert_true(listing_row_read(text, &row));
	assert_true(row.published);
	assert_int_equal(row.window, 1777494660);
	assert_int_equal(row.verdict, VERDICT_RED);
	assert_int_equal(row.since, 1777494000);
	assert_true(fabs(row.uptime_30d - 99.87) < 1e-9);
	assert_true(fabs(row.p95_ms - 142) < 1e-9);
	assert_true(row.sides);
	assert_string_equal(row.days, DAYS);
	assert_string_equal(row.account, "acme");
	assert_string_equal(row.group, "Tools");
	assert_string_equal(row.tags, "eu,big");
	assert_string_equal(row.title, "A title");
	assert_true(listing_row_read(never, &row));
	assert_false(row.published);
	assert_true(isnan(row.p95_ms));
	assert_string_equal(row.title, "");
}

static void test_refused(void **state)
{
	static const char *const wrong[] = {
		"",
		"x",
		STATE,
		STATE "\t\t\t",
		STATE "\t\t\t\t\t",
		"1 g 1 - - 0\t\t\t\t",
		"1 g 1 - - 0 u\t\t\t\t",
		"1 g 1 - - 0 " DAYS "u\t\t\t\t",
		"1 g 1 - - 0 " DAYS " u\t\t\t\t",
		"1 x 1 - - 0 " DAYS "\t\t\t\t",
		"1 gg 1 - - 0 " DAYS "\t\t\t\t",
		"-1 g 1 - - 0 " DAYS "\t\t\t\t",
		"1 g 999999999999 - - 0 " DAYS "\t\t\t\t",
		"1 g 1 101 - 0 " DAYS "\t\t\t\t",
		"1 g 1 1e3 - 0 " DAYS "\t\t\t\t",
		"1 g 1 nan - 0 " DAYS "\t\t\t\t",
		"1 g 1 1.2.3 - 0 " DAYS "\t\t\t\t",
		"1 g 1 - 99999999999 0 " DAYS "\t\t\t\t",
		"1  g 1 - - 0 " DAYS "\t\t\t\t",
		"1 g 1 - - 0 uuuuuuuuuuuuuuuuuuuuuuuuuuuuuX\t\t\t\t",
	};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		char text[200];
		struct listing_row row;

		snprintf(text, sizeof text, "%s", wrong[i]);
		if (listing_row_read(text, &row))
			fail_msg("%s", wrong[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_written),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Goal: a month is read in one form alone, and every day since 1970 is in the
 * month that the C library says.
 */
#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static void test_form(void **state)
{
	static const char *const good[] = {"1970-01", "2026-11", "9999-12"};
	static const char *const bad[] = {"", "2026", "2026-", "2026-1",
		"2026-13", "2026-00", "0000-00", "1969-12", "2026-011",
		"2026-11-01", "2026/11", "+026-11", " 026-11", "2026- 1",
		"2026-+1", "2026-1x", "x026-11", "-026-11", "2026-11 "};
	char text[MONTH_TEXT], title[MONTH_TITLE];
	int m = 7;

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		assert_true(month_parse(good[i], &m));
		assert_string_equal(month_text(m, text), good[i]);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (month_valid(bad[i]))
			fail_msg("'%s' is taken for a month", bad[i]);
	month_parse("2026-11", &m);
	assert_string_equal(month_title(m, title), "November 2026");
	assert_string_equal(month_text(m + 2, text), "2027-01");
}

/* Days up to the year 2200, of which 2100 and 2200 are no leap years. */
static void test_days(void **state)
{
	(void)state;
	for (int64_t day = 0; day < 84000; day++) {
		time_t t = (time_t)day * 86400;
		struct tm tm;
		int m;

		gmtime_r(&t, &tm);
		m = (tm.tm_year + 1900) * 12 + tm.tm_mon;
		assert_int_equal(month_of((double)t), m);
		assert_int_equal(month_of((double)t + 86399.9), m);
		if (tm.tm_mday == 1)
			assert_int_equal(month_begin(m), t);
	}
	assert_int_equal(month_of(-1), 1970 * 12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_form),
		cmocka_unit_test(test_days),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Goal: what a run did and took is written with the keys of the manual, and of
 * what somebody else wrote nothing is read but numbers.
 */
#include "base/stats.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TIMES "wall_s=1.500 user_s=0.250 system_s=0.125 peak_bytes=1048576"

static void test_written(void **state)
{
	struct stats s = {.wall_s = 1.5, .user_s = 0.25, .system_s = 0.125,
		.peak_bytes = 1048576, .set = STATS_SERVE};
	struct stats again;
	struct buf b;

	(void)state;
	s.counts[COUNT_REQUESTS] = 7;
	s.counts[COUNT_TARGETS] = 9; /* of another program */
	buf_init(&b, STATS_TEXT);
	stats_put(&b, &s);
	assert_string_equal(b.p, TIMES " requests=7 cache_hits=0 store_reads=0");
	assert_true(stats_read(b.p, &again));
	assert_int_equal(again.set, STATS_SERVE);
	assert_true(again.wall_s == 1.5 && again.peak_bytes == 1048576);
	assert_true(again.counts[COUNT_REQUESTS] == 7);
	buf_release(&b);
}

static void test_longest(void **state)
{
	struct stats s = {.wall_s = 1e15, .user_s = 1e15, .system_s = 1e15,
		.peak_bytes = 1e15, .set = (1u << STATS) - 1};
	struct buf b;

	(void)state;
	for (int i = 0; i < STATS; i++)
		s.counts[i] = 1e15;
	buf_init(&b, STATS_TEXT);
	stats_put(&b, &s);
	assert_true(buf_ok(&b));
	assert_true(stats_read(b.p, &s));
	buf_release(&b);
}

static void test_read(void **state)
{
	static const struct {
		const char *text;
		bool good;
	} rows[] = {
		{TIMES, true},
		{TIMES " records=12", true},
		{TIMES " of_a_later_version=12", true},
		{TIMES " a_key_that_is_longer_than_any_that_there_is=1", true},
		{"", false},
		{"wall_s=1 user_s=1 system_s=1", false},
		{TIMES " records", false},
		{TIMES " records=", false},
		{TIMES " records=-1", false},
		{TIMES " records=nan", false},
		{TIMES " records=inf", false},
		{TIMES " records=0x10", false},
		{TIMES " records=1e9", false},
		{TIMES " records=1.2.3", false},
		{TIMES " records=9999999999999999", false},
		{TIMES " records=1\n", false},
		{TIMES " records=1\"} 1", false},
		{TIMES "  records=1", false},
	};
	struct stats s;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (stats_read(rows[i].text, &s) != rows[i].good)
			fail_msg("%s", rows[i].text);
}

/* A page more is seen in bytes, and not in KiB. */
static void test_now(void **state)
{
	const size_t size = 64u << 20;
	struct stats before, after;
	volatile char *p;

	(void)state;
	stats_begin();
	stats_add(COUNT_RECORDS, 3);
	stats_add(COUNT_RECORDS, 0);
	before = stats_now(STATS_AGGREGATE);
	p = malloc(size);
	assert_non_null(p);
	for (size_t i = 0; i < size; i += 1024)
		p[i] = 1;
	after = stats_now(STATS_AGGREGATE);
	free((void *)p);
	assert_true(after.peak_bytes >= (double)size);
	assert_true(after.peak_bytes < before.peak_bytes + 8 * (double)size);
	assert_true(after.wall_s >= before.wall_s && before.wall_s >= 0);
	assert_true(after.user_s + after.system_s >=
		before.user_s + before.system_s);
	assert_true(after.counts[COUNT_RECORDS] == 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_written),
		cmocka_unit_test(test_longest),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_now),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

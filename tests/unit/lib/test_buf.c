/* SPDX-License-Identifier: MIT */
/*
 * Goal: a buffer holds all that was appended, or has an error, and never more
 * than its limit.
 */
#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void test_buf(void **state)
{
	struct buf b;
	char *taken;

	(void)state;
	buf_init(&b, 10);
	assert_string_equal(b.p, "");
	buf_add(&b, NULL, 0);
	buf_str(&b, "abc");
	buf_char(&b, '-');
	buf_fmt(&b, "%d%s", 42, "x");
	assert_true(buf_ok(&b));
	assert_string_equal(b.p, "abc-42x");
	buf_drop(&b, 0);
	buf_drop(&b, 4);
	assert_string_equal(b.p, "42x");
	assert_int_equal(b.len, 3);

	/* Exactly full is not an error; one more is, and sticks. */
	buf_str(&b, "4567890");
	assert_true(buf_ok(&b));
	buf_char(&b, '!');
	assert_false(buf_ok(&b));
	buf_drop(&b, 10);
	buf_fmt(&b, "%d", 1);
	assert_int_equal(b.len, 0);
	assert_false(buf_ok(&b));
	buf_clear(&b);
	assert_true(buf_ok(&b));

	buf_str(&b, "abc");
	buf_cut(&b, 3);
	assert_string_equal(b.p, "abc");
	buf_cut(&b, 1);
	assert_string_equal(b.p, "a");
	buf_cut(&b, 0);
	assert_int_equal(b.len, 0);

	buf_add(&b, "a\0b", 3);
	taken = buf_take(&b);
	assert_memory_equal(taken, "a\0b", 4);
	free(taken);
	assert_int_equal(b.len, 0);
	taken = buf_take(&b);
	assert_string_equal(taken, "");
	free(taken);
	buf_fmt(&b, "%s", "longer than ten");
	assert_false(buf_ok(&b));
	assert_string_equal(b.p, "");
	buf_release(&b);
	buf_str(&b, "again");
	assert_string_equal(b.p, "again");
	buf_release(&b);
}

static void test_buf_grows(void **state)
{
	const size_t max = 1 << 20;
	struct buf b;

	(void)state;
	buf_init(&b, max);
	for (size_t i = 0; i < max; i++)
		buf_char(&b, (char)('a' + i % 26));
	assert_true(buf_ok(&b));
	assert_int_equal(b.len, max);
	assert_int_equal(strlen(b.p), max);
	assert_memory_equal(b.p + 26 * 1000, "abc", 3);
	buf_release(&b);
	buf_init(&b, 0);
	buf_str(&b, "");
	assert_true(buf_ok(&b));
	buf_char(&b, 'x');
	assert_false(buf_ok(&b));
	buf_release(&b);
}

static void test_buf_numbers(void **state)
{
	static const struct {
		long long v;
		const char *text;
	} cases[] = {{0, "0"}, {7, "7"}, {-1, "-1"}, {10, "10"},
		{1795260480, "1795260480"},
		{INT64_MAX, "9223372036854775807"},
		{INT64_MIN, "-9223372036854775808"}};
	struct buf b;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		buf_init(&b, 20);
		buf_int(&b, cases[i].v);
		assert_string_equal(b.p, cases[i].text);
		assert_true(buf_ok(&b));
		buf_release(&b);
	}
	buf_init(&b, 20);
	buf_int(&b, INT64_MIN);
	buf_int(&b, 1);
	assert_false(buf_ok(&b));
	assert_int_equal(b.len, 20);
	buf_release(&b);
}

/* For any room left, a formatted text is appended whole or not at all. */
static void test_buf_fmt(void **state)
{
	(void)state;
	for (size_t before = 0; before < 70; before++) {
		for (size_t n = 0; n < 70; n++) {
			struct buf b;

			buf_init(&b, 100);
			buf_fmt(&b, "%*s", (int)before, "");
			buf_fmt(&b, "%*s", (int)n, "");
			assert_int_equal(buf_ok(&b), before + n <= 100);
			assert_int_equal(b.len,
				before + n <= 100 ? before + n : before);
			assert_int_equal(strlen(b.p), b.len);
			assert_int_equal(strspn(b.p, " "), b.len);
			buf_release(&b);
		}
	}
}

/* What printf(3) writes, for times of any size, ties and carries included. */
static void test_buf_fixed(void **state)
{
	static const double odd[] = {0, 0.5, -1.5, 4194303.9999995, 4194304.5,
		4194304.9999999, 1795396733.391505, 1795396733.9999999,
		2147483648.0000005, 999999999999999, 1e15, 1e300};
	uint64_t seed = 42;

	(void)state;
	for (size_t i = 0; i < 200000; i++) {
		double v = i < COUNT(odd) ? odd[i] : 0;
		int digits = (int)(i % 8);
		char text[400];
		struct buf b;

		seed = seed * 6364136223846793005 + 1442695040888963407;
		if (i >= COUNT(odd))
			v = (double)(seed >> 11) / (double)(1ULL << seed % 40);
		snprintf(text, sizeof text, "%.*f", digits, v);
		buf_init(&b, 400);
		buf_fixed(&b, v, digits);
		assert_string_equal(b.p, text);
		buf_release(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_buf),
		cmocka_unit_test(test_buf_grows),
		cmocka_unit_test(test_buf_numbers),
		cmocka_unit_test(test_buf_fmt),
		cmocka_unit_test(test_buf_fixed),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

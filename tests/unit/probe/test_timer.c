/* SPDX-License-Identifier: MIT */
/*
 * Goal: a timer that is due is called once, even if it adds or cancels timers;
 * one that is not due, or is cancelled, is not called.
 */
#include "http/deadline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static struct timers timers;
static struct timer *victim;
static int calls;

static void count(void *arg)
{
	calls += *(int *)arg;
}

static void cancel(void *arg)
{
	count(arg);
	timers_cancel(victim);
}

static void add(void *arg)
{
	static int ten = 10;

	count(arg);
	timers_add(&timers, 0, count, &ten);
}

static void test_due(void **state)
{
	int one = 1;
	struct timer *later = timers_add(&timers, 60000, count, &one);

	(void)state;
	timers_add(&timers, 0, count, &one);
	timers_add(&timers, -5, count, &one);
	assert_true(timers_turn(&timers, 7) >= 7);
	assert_int_equal(calls, 2);
	/*
	 * The wait ends when a timer is due, however long the caller would
	 * wait.
	 */
	assert_true(timers_turn(&timers, 1e6) <= 60000);
	assert_true(timers_turn(&timers, 1e6) > 30000);
	assert_int_equal(calls, 2);
	timers_cancel(later);
	timers_cancel(NULL);
	assert_true(timers_turn(&timers, 1e6) >= 1e6);
	assert_null(timers.first);
}

static void test_within(void **state)
{
	int one = 1;

	(void)state;
	calls = 0;
	/* The timer that is due first cancels the other. */
	victim = timers_add(&timers, 0, count, &one);
	timers_add(&timers, -1000, cancel, &one);
	timers_turn(&timers, 1);
	assert_int_equal(calls, 1);
	calls = 0;
	timers_add(&timers, -1, add, &one);
	while (timers.first)
		timers_turn(&timers, 1);
	assert_int_equal(calls, 11);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_due),
		cmocka_unit_test(test_within),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Goal: a failure is excused where this machine lost at least half of the time
 * and at least 2 s, and not where it was only a little late, or late before.
 */
#include "http/deadline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct lost_time loop;

/* The loop is that much later than it should be. */
static void lose(double ms)
{
	deadline_expect(&loop, -ms);
	deadline_expect(&loop, 60000);
}

static bool held_up(const struct deadline *d)
{
	char why[DEADLINE_WHY];

	return deadline_held_up(d, why);
}

static void test_lost(void **state)
{
	struct deadline d, later;
	char why[DEADLINE_WHY];

	(void)state;
	deadline_set(&d, &loop, 30);
	assert_false(held_up(&d));
	/* The loop was in time, however long it waited. */
	deadline_expect(&loop, 60000);
	assert_false(held_up(&d));
	for (int i = 0; i < 100; i++)
		lose(200);
	assert_false(held_up(&d));
	lose(1500);
	assert_false(held_up(&d));
	lose(1500);
	assert_true(deadline_held_up(&d, why));
	assert_ptr_equal(
		strstr(why, "this machine was too busy for 3.0 of "), why);
	assert_true(strlen(why) < DEADLINE_WHY - 1);
	deadline_set(&later, &loop, 30);
	assert_false(held_up(&later));
}

static void test_half(void **state)
{
	struct deadline d;

	(void)state;
	deadline_set(&d, &loop, 30);
	d.at_ms -= 10000;
	lose(4000);
	assert_false(held_up(&d));
	lose(2000);
	assert_true(held_up(&d));
}

/* What is being lost counts before the loop is back. */
static void test_now(void **state)
{
	struct deadline d;

	(void)state;
	deadline_set(&d, &loop, 30);
	deadline_expect(&loop, -5000);
	assert_true(held_up(&d));
	deadline_expect(&loop, 0);
	assert_true(held_up(&d));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_half),
		cmocka_unit_test(test_now),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

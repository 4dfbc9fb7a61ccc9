/* SPDX-License-Identifier: MIT */
/*
 * Goal: whether a store holds writes back is read from what its servers say.
 */
#include "store/beat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void test_pending(void **state)
{
	static const struct {
		const char *info;
		bool pending;
	} rows[] = {
		{"", false},
		{"# Persistence\r\nloading:0\r\naof_enabled:0\r\n", false},
		{"\r\naof_enabled:1\r\naof_buffer_length:0\r\n", false},
		{"\r\naof_enabled:1\r\naof_buffer_length:1\r\n", true},
		{"\r\naof_buffer_length:80\r\naof_delayed_fsync:0\r\n", true},
		/* Of several servers, one behind the other. */
		{"\r\naof_buffer_length:0\r\n\r\naof_buffer_length:7\r\n", true},
		{"\r\naof_buffer_length:0\r\n\r\naof_buffer_length:0\r\n", false},
		{"\r\nno_aof_buffer_length:7\r\n", false},
		{"\r\naof_buffer_length:", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(persist_pending(rows[i].info), rows[i].pending);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pending),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

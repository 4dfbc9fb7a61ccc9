/*
 * Goal: an address to acknowledge an incident names it, holds for a time, and
 * cannot be made up.
 */
#include "transport/ack_token.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void test_token(void **state)
{
	static const char key[] = "a.b-c:downtime:1777485000";
	char token[ACK_TOKEN_SIZE] = "", got[ALERT_KEY_SIZE], bad[ACK_TOKEN_SIZE];

	(void)state;
	assert_true(ack_token_make("secret", key, 1000, token));
	assert_int_equal(strspn(token, "abcdefghijklmnopqrstuvwxyz0123456789"
				       "._~-"),
		strlen(token));
	assert_int_equal(ack_token_read("secret", token, 999, got, NULL),
		ACK_TOKEN_OK);
	assert_string_equal(got, key);
	assert_int_equal(ack_token_read("secret", token, 1000, got, NULL),
		ACK_TOKEN_EXPIRED);
	assert_int_equal(ack_token_read("other", token, 999, got, NULL),
		ACK_TOKEN_WRONG);
	for (size_t i = 0; i <= strlen(token); i++) {
		memcpy(bad, token, sizeof bad);
		bad[i] = bad[i] == '1' ? '2' : '1';
		if (i == strlen(token))
			bad[i - 1] = '\0';
		assert_int_equal(ack_token_read("secret", bad, 999, got, NULL),
			ACK_TOKEN_WRONG);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_token),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

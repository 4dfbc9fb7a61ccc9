/* SPDX-License-Identifier: MIT */
/*
 * Goal: an address to acknowledge an incident names it, holds for a time, and
 * cannot be made up.
 */
#include "transport/signature.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
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

/* The short one is that of one incident, and cannot be made up. */
static void test_short(void **state)
{
	static const char key[] = "a.b-c:downtime:1777485000";
	static const char other[] = "a.b-c:downtime:1777485060";
	char id[ACK_SHORT + 1], again[ACK_SHORT + 1];
	int passed = 0;

	(void)state;
	ack_short_make("secret", key, id);
	assert_int_equal(strlen(id), ACK_SHORT);
	assert_int_equal(strspn(id, "0123456789abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
		ACK_SHORT);
	ack_short_make("secret", key, again);
	assert_string_equal(id, again);
	assert_int_equal(ack_short_read("secret", id), ACK_SHORT_INCIDENT);
	assert_true(ack_short_of("secret", id, key));
	assert_false(ack_short_of("secret", id, other));
	assert_int_equal(ack_short_read("other", id), ACK_SHORT_WRONG);
	assert_false(ack_short_of("other", id, key));
	for (size_t i = 0; i < ACK_SHORT; i++) {
		memcpy(again, id, sizeof again);
		again[i] = again[i] == '1' ? '2' : '1';
		assert_int_equal(
			ack_short_read("secret", again), ACK_SHORT_WRONG);
		assert_false(ack_short_of("secret", again, key));
		again[i] = '\0';
		assert_int_equal(
			ack_short_read("secret", again), ACK_SHORT_WRONG);
	}
	assert_int_equal(ack_short_read("secret", ""), ACK_SHORT_WRONG);
	/* That of a test says so by itself: no incident is to be found. */
	ack_short_make("secret", "*:test:1777485000", id);
	assert_int_equal(ack_short_read("secret", id), ACK_SHORT_TEST);
	/* A guess is rarely worth a question to the store. */
	for (int i = 0; i < 20000; i++) {
		snprintf(again, sizeof again, "%08d", i * 4999);
		passed += ack_short_read("secret", again) != ACK_SHORT_WRONG;
	}
	assert_true(passed < 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_token),
		cmocka_unit_test(test_short),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

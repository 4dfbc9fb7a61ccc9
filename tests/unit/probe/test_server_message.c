/* SPDX-License-Identifier: MIT */
/*
 * Goal: of whatever a server says of its failure the first line is left,
 * without markup, and without what may be a secret of somebody.
 */
#include "redaction/redaction.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define W "wwwwwwwwwwwwwwwwwwwwwwwwwwwwww"

static void test_lines(void **state)
{
	static const char *const cases[][2] = {
		{"", ""},
		{" \r\n\t", ""},
		{"upstream is down", "upstream is down"},
		{"\n\n  first \t line\r\nsecond", "first line"},
		{"{\n  \"error\": \"pool is empty\"\n}",
			"\"error\": \"pool is empty\""},
		{"---\nsorry", "sorry"},
		{"<!DOCTYPE html>\n<html><head><style>a{}</style><title>503 "
		 "Down for\n upgrade</title></head><body>x",
			"503 Down for upgrade"},
		{"<html><script>var a=\"b\"</script><!-- no > --><h1>Gone "
		 "<b>fishing</b></h1>",
			"Gone"},
		{"<html><title></title><h1>Gone</h1>", "Gone"},
		{"<b>Loading</b><title>Gone</title>", "Gone"},
		{"<html", ""},
		{"<script>alert(1)", ""},
		{"a < b", "a < b"},
		{"\x1b[31mred\x07", "?[31mred?"},
		{"\xe6\x9d\xb1\xe4\xba\xac", "\xe6\x9d\xb1\xe4\xba\xac"},
		{"\xff", "?"},
		{W W W W W, W W W W},
	};
	char out[SERVER_MESSAGE_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		server_message(cases[i][0], strlen(cases[i][0]), out);
		assert_string_equal(out, cases[i][1]);
	}
	server_message("a\0b\nc", 5, out);
	assert_string_equal(out, "a?b");
}

static void test_secrets(void **state)
{
	static const char *const cases[][2] = {
		{"token=abc", "token=***"},
		{"no token=a b", "no token=*** b"},
		{"invalid token: expired", "invalid token: expired"},
		{"invalid token: 4f9a2c7781", "invalid token: ***"},
		{"Password: hunter2, sorry", "Password: ***, sorry"},
		{"{\"db_password\":\"x\",\"n\":1}",
			"{\"db_password\":\"***\",\"n\":1}"},
		{"postgres://app:pw@db/x refused",
			"postgres://***@db/x refused"},
		{"postgres://app:p@w@db/x refused",
			"postgres://***@db/x refused"},
		{"amqp://app:p/w@mq:5672/ refused",
			"amqp://***@mq:5672/ refused"},
		{"https://key@db refused", "https://***@db refused"},
		{"https://db/x@y refused", "https://db/x@y refused"},
		{"https://db:80/x@y refused", "https://db:80/x@y refused"},
		{"https://[::1]:80/x@y refused",
			"https://[::1]:80/x@y refused"},
		{"bad Authorization: Bearer abc.def",
			"bad Authorization: Bearer ***"},
		{"Bearer a1b2c3d4e5 is unknown", "Bearer *** is unknown"},
		{"bearer tokens only", "bearer tokens only"},
		{"got eyJhbGciOiJIUzI1NiJ9.e30.x", "got ***"},
		{"key sk-live-0123456789abc no", "key *** no"},
		{"AWS_SECRET_ACCESS_KEY=q", "AWS_SECRET_ACCESS_KEY=***"},
		{"secret:", "secret:"},
		{"monkey: 12 bananas", "monkey: 12 bananas"},
		{"?session_id=9&x=1", "?session_id=***&x=1"},
	};
	char out[SERVER_MESSAGE_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		server_message(cases[i][0], strlen(cases[i][0]), out);
		assert_string_equal(out, cases[i][1]);
	}
}

/* Whatever comes, it is a line that ends. */
static void test_anything(void **state)
{
	static const char letters[] = "<>!-/=:@ \n\"'aT0\xc3\xa9&%;{}";
	char text[300], out[SERVER_MESSAGE_SIZE];

	(void)state;
	for (unsigned seed = 1; seed < 3000; seed++) {
		unsigned r = seed * 2654435761u;

		for (size_t i = 0; i < sizeof text; i++) {
			r = r * 1664525u + 1013904223u;
			text[i] = letters[(r >> 16) % (sizeof letters - 1)];
		}
		server_message(text, seed % sizeof text, out);
		assert_true(strlen(out) < SERVER_MESSAGE_SIZE);
		assert_null(strchr(out, '\n'));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_secrets),
		cmocka_unit_test(test_anything),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

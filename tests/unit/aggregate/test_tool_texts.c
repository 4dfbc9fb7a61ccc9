/* SPDX-License-Identifier: MIT */
/*
 * Goal: a text is found by the whole digest that it has, whatever else has the same
 * first digits.
 */
#include "pinned/tools_lock.h"

#include "base/sha256.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define TEXTS 100

/* The text of a number, and its digest. */
static const char *text_of(int i, char digest[SHA256_HEX])
{
	static char text[40];

	snprintf(text, sizeof text, "{\"name\":\"t%d\"}", i);
	sha256_hex(text, strlen(text), digest);
	return text;
}

static void test_find(void **state)
{
	struct tool_texts t = {.n = 0};
	char digest[SHA256_HEX];
	const char *text;

	(void)state;
	tool_texts_sort(&t);
	text_of(0, digest);
	assert_null(tool_texts_find(&t, digest));
	/* Every second one, and each twice. */
	for (int i = 0; i < 2 * TEXTS; i++) {
		text = text_of(i % TEXTS * 2, digest);
		tool_texts_add(&t, digest, text);
	}
	tool_texts_sort(&t);
	assert_int_equal(t.n, TEXTS);
	for (int i = 0; i < 2 * TEXTS; i++) {
		text = text_of(i, digest);
		if (i % 2)
			assert_null(tool_texts_find(&t, digest));
		else
			assert_string_equal(tool_texts_find(&t, digest), text);
	}
	tool_texts_release(&t);
}

static void test_head(void **state)
{
	struct tool_texts t = {.n = 0};
	char digest[SHA256_HEX], head[DIGEST_HEAD + 1];
	const char *text = text_of(1, digest);

	(void)state;
	snprintf(head, sizeof head, "%.*s", DIGEST_HEAD, digest);
	tool_texts_add(&t, head, "{}");
	tool_texts_sort(&t);
	assert_null(tool_texts_find(&t, digest));
	tool_texts_add(&t, head, text);
	tool_texts_add(&t, head, "[]");
	tool_texts_sort(&t);
	assert_string_equal(tool_texts_find(&t, digest), text);
	tool_texts_release(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_head),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Goal: what an answer means is found again for the same answer to the same
 * request, and for no other; the one that was of no use for longest makes room.
 */
#include "protocol/known_answers.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct known_answers known;

static struct known_answer request(
	enum known_kind kind, bool stateless, const char *id)
{
	struct known_answer a = {.kind = kind, .stateless = stateless};

	text_copy(a.id, sizeof a.id, id);
	return a;
}

/* Keeps an answer that lists one tool; both have this name. */
static void add(const char *name)
{
	struct tool_digest digest = {.name = name};
	struct known_meaning m = {.hash = {.digests = &digest, .n = 1}};
	struct known_answer a = request(KNOWN_LIST, true, "1");

	known_answer_keep(&a, name, strlen(name));
	if (a.text)
		known_answers_add(&known, &a, &m);
	assert_null(a.text);
}

static const char *found(const struct known_answer *a, const char *text)
{
	const struct known_meaning *m =
		known_answers_find(&known, a, text, strlen(text));

	return m ? m->hash.digests[0].name : "";
}

static void test_found(void **state)
{
	struct known_answer a = request(KNOWN_LIST, true, "1");
	struct known_answer others[] = {request(KNOWN_LIST, false, "1"),
		request(KNOWN_LIST, true, "2"),
		request(KNOWN_HELLO, true, "1")};

	(void)state;
	assert_string_equal(found(&a, "one"), "");
	add("one");
	assert_string_equal(found(&a, "one"), "one");
	assert_string_equal(found(&a, "onf"), "");
	assert_string_equal(found(&a, "one "), "");
	assert_string_equal(found(&a, "on"), "");
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		assert_string_equal(found(&others[i], "one"), "");
	known_answers_release(&known);
	assert_string_equal(found(&a, "one"), "");
}

static void test_hello(void **state)
{
	const struct known_meaning m = {
		.hello = {.server_name = "s", .has_tools = true}},
				   *again;
	struct known_answer a = request(KNOWN_HELLO, false, "0");

	(void)state;
	known_answer_keep(&a, "{}", 2);
	known_answers_add(&known, &a, &m);
	again = known_answers_find(&known, &a, "{}", 2);
	assert_non_null(again);
	assert_memory_equal(&again->hello, &m.hello, sizeof m.hello);
	assert_null(again->hash.digests);
	known_answers_release(&known);
}

/* What is too large is not kept, and neither is the answer to an id that was
   cut, which may be another's. */
static void test_refused(void **state)
{
	static char large[KNOWN_ANSWER_MAX + 1];
	struct known_answer a =
		request(KNOWN_LIST, true, "\"0123456789012345678901234567890");

	(void)state;
	known_answer_keep(&a, "one", 3);
	assert_null(a.text);
	a = request(KNOWN_LIST, true, "1");
	memset(large, 'x', KNOWN_ANSWER_MAX + 1);
	known_answer_keep(&a, large, KNOWN_ANSWER_MAX + 1);
	assert_null(a.text);
	/* The answer fits, and its hashes do not. */
	large[KNOWN_ANSWER_MAX] = '\0';
	add(large);
	assert_string_equal(found(&a, large), "");
}

static void test_room(void **state)
{
	struct known_answer a = request(KNOWN_LIST, true, "1");
	char name[16];

	(void)state;
	for (int i = 0; i < KNOWN_ANSWERS; i++) {
		snprintf(name, sizeof name, "%d", i);
		add(name);
	}
	assert_string_equal(found(&a, "0"), "0");
	add("more");
	assert_string_equal(found(&a, "0"), "0");
	assert_string_equal(found(&a, "1"), "");
	assert_string_equal(found(&a, "more"), "more");
	known_answers_release(&known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_hello),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_room),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

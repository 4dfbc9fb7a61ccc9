/*
 * Goal: the hashes of a list are found again for the same answer, and for no
 * other; the list that was of no use for longest makes room.
 */
#include "mcp/known_lists.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct known_lists lists;

static struct known_answer answer(const char *text)
{
	return known_answer(&lists, "1", true, text, strlen(text));
}

/* Adds a list of one tool for an answer; both have this name. */
static void add(const char *name)
{
	struct tool_digest digest = {.name = name};
	struct tools_hash h = {.digests = &digest, .n = 1};
	struct known_answer a = answer(name);

	known_lists_add(&lists, &a, &h);
}

static const char *found(const struct known_answer *a)
{
	const struct tools_hash *h = known_lists_find(&lists, a);

	return h ? h->digests[0].name : "";
}

static void test_found(void **state)
{
	struct known_answer a, b;

	(void)state;
	known_lists_init(&lists, &(const struct siphash_key) {{1, 2}});
	a = answer("one");
	assert_string_equal(found(&a), "");
	add("one");
	assert_string_equal(found(&a), "one");
	b = answer("onf");
	assert_string_equal(found(&b), "");
	b = known_answer(&lists, "1", false, "one", 3);
	assert_string_equal(found(&b), "");
	b = known_answer(&lists, "2", true, "one", 3);
	assert_string_equal(found(&b), "");
	known_lists_release(&lists);
}

static void test_room(void **state)
{
	static char large[KNOWN_LIST_MAX + 1];
	struct known_answer a, used;
	char name[16];

	(void)state;
	known_lists_init(&lists, &(const struct siphash_key) {{1, 2}});
	memset(large, 'x', KNOWN_LIST_MAX);
	add(large);
	a = answer(large);
	assert_string_equal(found(&a), "");
	for (int i = 0; i < KNOWN_LISTS; i++) {
		snprintf(name, sizeof name, "%d", i);
		add(name);
	}
	used = answer("0");
	assert_string_equal(found(&used), "0");
	add("more");
	assert_string_equal(found(&used), "0");
	a = answer("1");
	assert_string_equal(found(&a), "");
	a = answer("more");
	assert_string_equal(found(&a), "more");
	known_lists_release(&lists);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_room),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Goal: of the servers of the index, each request gets those that it asks for, in
 * the order that it asks for, and the numbers beside them are right.
 */
#include "data/index_list.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define ROW(t, g, tg, up, p)                                                   \
	{                                                                      \
		.title = (t), .group = (g), .tags = (tg), .account = "",       \
		.uptime_30d = (up), .p95_ms = (p)                              \
	}

static const struct index_entry fleet[] = {
	{.slug = "a", .row = ROW("Zebra", "Animals", "eu,big", 99.5, 100),
		.condition = {.state = CONDITION_UP}, .since = 500},
	{.slug = "b", .row = ROW("apple", "Fruit", "eu", 100, 300),
		.condition = {.state = CONDITION_UP, .note = NOTE_SLOW}, .since = 400},
	{.slug = "c", .row = ROW("", "", "", NAN, NAN),
		.condition = {.state = CONDITION_PENDING}},
	{.slug = "d", .row = ROW("Yak", "animals", "bigger", 80, 200),
		.condition = {.state = CONDITION_DOWN}, .since = 900},
	{.slug = "e", .row = ROW("apple", "Fruit", "", 90, NAN),
		.condition = {.state = CONDITION_MAINTENANCE}, .since = 300},
	{.slug = "f", .row = ROW("Fig", "Fruit", "eu", 95, 50),
		.condition = {.state = CONDITION_STALE}, .since = 700},
	{.slug = "g", .row = ROW("Goat", "Animals", "", 99.5, 60),
		.condition = {.state = CONDITION_DEGRADED}, .since = 900},
};
#define FLEET (sizeof fleet / sizeof *fleet)

/* What a query gets: the slugs in their order. */
static void test_queries(void **state)
{
	static const struct {
		struct index_query query;
		const char *slugs;
		size_t matching; /* whatever their state */
	} cases[] = {
		/* The worst first, and those that work, but not well, third. */
		{{.state = -1}, "dgbefca", 7},
		{{.state = -1, .sort = INDEX_BY_NAME}, "becfgda", 7},
		/* What is not known is last. */
		{{.state = -1, .sort = INDEX_BY_P95}, "bdagfec", 7},
		{{.state = -1, .sort = INDEX_BY_UPTIME}, "defgabc", 7},
		{{.state = -1, .sort = INDEX_BY_CHANGED}, "gdfabec", 7},
		{{.state = CONDITION_UP}, "ba", 7},
		{{.state = CONDITION_DOWN}, "d", 7},
		{{.state = CONDITION_DEGRADED}, "g", 7},
		{{.state = CONDITION_MAINTENANCE}, "e", 7},
		{{.state = CONDITION_STALE}, "f", 7},
		{{.state = CONDITION_PENDING}, "c", 7},
		{{.state = -1, .group = "ANIMALS"}, "dga", 3},
		{{.state = -1, .group = "Animal"}, "", 0},
		{{.state = -1, .tag = "big"}, "a", 1},
		{{.state = -1, .tag = "eu,big"}, "", 0},
		{{.state = -1, .tag = "EU", .group = "fruit"}, "bf", 2},
		{{.state = CONDITION_UP, .tag = "eu", .text = "zeb"}, "a", 1},
		{{.state = CONDITION_DOWN, .text = "apple"}, "", 2},
		{{.state = -1, .text = "e"}, "bea", 3},
		{{.state = -1, .text = "  "}, "dgbefca", 7},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char slugs[FLEET + 1] = "";
		struct index_list list;

		index_list_make(fleet, FLEET, &cases[i].query, &list);
		for (size_t k = 0; k < list.n; k++)
			slugs[k] = *list.v[k]->slug;
		slugs[list.n] = '\0';
		if (strcmp(slugs, cases[i].slugs) != 0 ||
			list.matching != cases[i].matching)
			fail_msg("case %zu: %s, %zu", i, slugs, list.matching);
		index_list_release(&list);
	}
}

static void test_counts(void **state)
{
	struct index_query query = {.state = CONDITION_UP};
	struct index_list list;

	(void)state;
	index_list_make(fleet, FLEET, &query, &list);
	for (int i = 0; i < CONDITION_STATES; i++)
		assert_int_equal(list.counts[i], i == CONDITION_UP ? 2 : 1);
	assert_int_equal(list.noted, 1);
	assert_int_equal(list.in[SECTION_NOTED], 1);
	assert_int_equal(list.in[SECTION_UP], 1);
	assert_int_equal(list.in[SECTION_DOWN], 0);
	index_list_release(&list);
	index_list_make(fleet, 0, &query, &list);
	assert_int_equal(list.n, 0);
	index_list_release(&list);
}

static void test_names(void **state)
{
	static const char *const not[] = {"", "UP", "u", "none", "red", "noted"};

	(void)state;
	for (int i = 0; i < CONDITION_STATES; i++)
		assert_int_equal(index_state_read(condition_name(
					 (enum condition_state)i)), i);
	for (size_t i = 0; i < sizeof not / sizeof *not; i++) {
		assert_int_equal(index_state_read(not[i]), -1);
		assert_int_equal(index_sort_read(not[i]), INDEX_BY_STATE);
	}
	for (int i = 0; i < INDEX_SORTS; i++)
		assert_int_equal(index_sort_read(index_sort_name(
					 (enum index_sort)i)), i);
}

/* A group is there once, and where there are too many, nobody can choose. */
static void test_groups(void **state)
{
	struct strings groups = {0};

	(void)state;
	index_groups(fleet, FLEET, 2, &groups);
	assert_int_equal(groups.n, 2);
	assert_string_equal(groups.v[0], "Animals");
	assert_string_equal(groups.v[1], "Fruit");
	strings_clear(&groups);
	index_groups(fleet, FLEET, 1, &groups);
	assert_int_equal(groups.n, 0);
	strings_release(&groups);
}

/* The days of a row that is of another day. */
static void test_days(void **state)
{
	static const char now[] = "123456789012345678901234567890";
	static const struct {
		int64_t today;
		const char *days;
	} cases[] = {
		{100, now},
		{102, "3456789012345678901234567890--"},
		{130, "------------------------------"},
		{100000000, "------------------------------"},
		{99, "-12345678901234567890123456789"},
		{0, "------------------------------"},
	};
	struct index_entry e = {.row.window = 100 * 86400 + 60};
	char days[LISTING_DAYS + 1];

	(void)state;
	memcpy(e.row.days, now, sizeof now);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		index_days(&e, cases[i].today, days);
		assert_string_equal(days, cases[i].days);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_queries),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_days),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

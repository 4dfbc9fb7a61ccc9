/* SPDX-License-Identifier: MIT */
/*
 * Goal: of a month counts what mcp-audit(7) says, and servers stand in the
 * order that it says, whatever order they came in; who is hardly known has no
 * place.
 */
#include "figures/figures.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* 2026-11-01, and its first instant. */
#define FIRST 20758
#define BEGIN (FIRST * 86400.0)

static struct month_span days(int n)
{
	return (struct month_span) {.first = FIRST,
		.last = FIRST + n - 1,
		.begin = BEGIN,
		.end = BEGIN + n * 86400.0};
}

/* A server that is known on the first n days, with so many minutes of each, of
   which some on the first are red. */
struct case_of {
	const char *slug;
	int known, minutes, red;
	double p95_ms;
	long changes; /* -1: not known; -2: all the time */
};

static void fill(struct standing *s, const struct case_of *c,
	const struct month_span *span)
{
	struct month_minutes m = {.days = {{0}}};
	char field[40];

	standing_init(s, c->slug);
	for (int d = 0; d < c->known; d++) {
		int red = d ? 0 : c->red;

		snprintf(field, sizeof field, "%d:green", FIRST + d);
		month_minutes_add(&m, span, field, c->minutes - red);
		snprintf(field, sizeof field, "%d:red", FIRST + d);
		month_minutes_add(&m, span, field, red);
	}
	standing_minutes(s, &m);
	s->p95_ms = c->p95_ms;
	s->tools_churn = c->changes == -2;
	s->tool_changes = c->changes < 0 ? -1 : c->changes;
}

/* The slugs in their order, a bar before those without a place. */
static void check(
	const struct case_of *cases, size_t n, int n_days, const char *expected)
{
	struct month_span span = days(n_days);
	struct standing v[16];
	char got[200];

	for (size_t turn = 0; turn < n; turn++) {
		size_t ranked;

		for (size_t i = 0; i < n; i++)
			fill(&v[i], &cases[(i + turn) % n], &span);
		ranked = leaderboard_sort(v, n, &span);
		*got = '\0';
		for (size_t i = 0; i < n; i++) {
			snprintf(got + strlen(got), sizeof got - strlen(got),
				"%s%s", i == ranked ? "|" : "", v[i].slug);
			assert_int_equal(v[i].rank, i < ranked ? i + 1 : 0);
		}
		assert_string_equal(got, expected);
	}
}

#define CHECK(days, expected, ...)                                             \
	do {                                                                   \
		static const struct case_of cases[] = {__VA_ARGS__};           \
		check(cases, sizeof cases / sizeof *cases, days, expected);    \
	} while (0)

static void test_order(void **state)
{
	(void)state;
	CHECK(30, "cba", {"a", 30, 1440, 9, 1, 0}, {"b", 30, 1440, 5, 9, 9},
		{"c", 30, 1440, 0, NAN, -1});
	/* As it is shown: 99.99 both. */
	CHECK(30, "ba", {"a", 30, 1440, 1, 20, 0}, {"b", 30, 1440, 4, 10, 9});
	CHECK(30, "bca", {"a", 30, 1440, 0, NAN, 0}, {"b", 30, 1440, 0, 7, 9},
		{"c", 30, 1440, 0, 8, 0});
	CHECK(30, "cabd", {"a", 30, 1440, 0, 7, 1}, {"b", 30, 1440, 0, 7, -1},
		{"c", 30, 1440, 0, 7, 0}, {"d", 30, 1440, 0, 7, -2});
	CHECK(30, "abc", {"c", 30, 1440, 0, 7, 1}, {"b", 30, 1440, 0, 7, 1},
		{"a", 30, 1440, 0, 7, 1});
}

static void test_place(void **state)
{
	(void)state;
	/* 7 days, and half of them. */
	CHECK(14, "b|a", {"a", 6, 1440, 0, 1, 0}, {"b", 7, 1440, 9, 1, 0});
	CHECK(15, "b|a", {"a", 7, 1440, 0, 1, 0}, {"b", 8, 1440, 9, 1, 0});
	CHECK(31, "b|a", {"a", 15, 1440, 0, 1, 0}, {"b", 16, 1440, 9, 1, 0});
	CHECK(6, "|ab", {"b", 6, 1440, 0, 1, 0}, {"a", 6, 1440, 1, 1, 0});
	/* A round an hour, half of which went well; and less. */
	CHECK(30, "b|a", {"a", 30, 11, 0, 1, 0}, {"b", 30, 12, 1, 1, 0});
	CHECK(30, "|a", {"a", 0, 0, 0, NAN, -1});
}

static void test_minutes(void **state)
{
	struct month_span span = days(30);
	struct month_minutes m = {.days = {{0}}};
	struct standing s;
	static const char *const strange[] = {"", "upto", "20757:green",
		"20788:green", "20760:blue", "20760:red-maintenance",
		"20760:red-", "20760:-unchecked", "20760:unknown", "20760", "-1:red",
		"20760:", "99999999999999999999:red", NULL};

	(void)state;
	standing_init(&s, "a");
	for (size_t i = 0; i < sizeof strange / sizeof *strange; i++)
		month_minutes_add(&m, &span, strange[i], 5);
	month_minutes_add(&m, &span, "20760:red", 0);
	month_minutes_add(&m, &span, "20760:red", -4);
	standing_minutes(&s, &m);
	assert_int_equal(s.known_minutes, 0);
	assert_int_equal(s.uptime, -1);
	/* Rounded down: never 100 with a red minute. */
	month_minutes_add(&m, &span, "20758:green", 1440);
	month_minutes_add(&m, &span, "20787:amber", 1000);
	month_minutes_add(&m, &span, "20787:red", 1);
	standing_minutes(&s, &m);
	assert_int_equal(s.known_minutes, 2441);
	assert_int_equal(s.uptime, 9995);
	/* In what order the store has them plays no part. */
	month_minutes_add(&m, &span, "20786:red-unchecked", 30);
	month_minutes_add(&m, &span, "20786:red", 30);
	month_minutes_add(&m, &span, "20787:amber-unchecked", 1000);
	standing_minutes(&s, &m);
	assert_int_equal(s.known_minutes, 1441);
	assert_int_equal(s.uptime, 9993);
	month_minutes_add(&m, &span, "20787:amber", 1000);
	month_minutes_add(&m, &span, "20759:green", 9000);
	standing_minutes(&s, &m);
	assert_int_equal(s.known_minutes, 3881);
	assert_int_equal(s.known_days, 3);
}

static void test_lists(void **state)
{
	/* Rows in days after the beginning of the month, with their changes in
	   it, and since when they are the same; -1 where that is not known. */
	static const struct {
		const char *rows[2];
		long changes;
		double since;
	} cases[] = {
		{{""}, -1, 0},
		{{"no row at all\n"}, -1, 0},
		{{"-20 a\n"}, 0, -20},
		{{"3 a\n"}, 0, 3}, /* seen first: no change */
		{{"-20 a\n3 b\n"}, 1, 3},
		{{"-20 a\n-3 b\n"}, 0, -3},
		{{"-20 a\n0 b\n5 c\n31 d\n"}, 2, 5}, /* the last is to come */
		{{"-20 a\n3 b\n", "-20 a\n4 b\n5 c\n"}, 2, 5},
		{{"-20 a\n3 b\n4 a\n", "-20 a\n"}, 2, 4},
		{{"40 a\n"}, -1, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct month_span span = days(30);
		struct standing s;

		standing_init(&s, "a");
		for (int k = 0; k < 2 && cases[i].rows[k]; k++) {
			char rows[400] = "";

			for (const char *p = cases[i].rows[k]; *p;) {
				double day;
				char list;
				size_t n = strlen(rows);

				if (sscanf(p, "%lf %c", &day, &list) == 2)
					snprintf(rows + n, sizeof rows - n,
						"%.3f %c\n",
						BEGIN + day * 86400, list);
				else
					snprintf(rows + n, sizeof rows - n,
						"%s", p);
				p = strchr(p, '\n') + 1;
			}
			standing_lists(&s, &span, rows);
		}
		assert_int_equal(s.tool_changes, cases[i].changes);
		assert_int_equal(s.tools_since,
			cases[i].changes < 0 ? 0
					     : BEGIN + cases[i].since * 86400);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_place),
		cmocka_unit_test(test_minutes),
		cmocka_unit_test(test_lists),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Goal: maintenances of a server that touch, overlap or are less than a quarter
 * of an hour apart count as one, whoever asked for them and in whatever way;
 * and that one is no longer than the cap.
 */
#include "records/maintenance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define HOUR 3600
#define CAP (4 * HOUR)
/* Minute n after instant 1000. */
#define M(n) (1000 + (n) * 60)

/* A maintenance of server s: by slug (0), pattern (1) or account (2). */
static struct planned planned(int how, int from, int to)
{
	static const char *const names[] = {"s", "?", "acme"};
	struct maintenance m = {.id = "m", .starts_at = M(from),
		.ends_at = M(to)};

	m.slugs = m.accounts = &names[how];
	m.n_slugs = how < 2;
	m.n_accounts = how == 2;
	return (struct planned) {.m = m};
}

struct span {
	int from, to; /* minutes; 0, 0: none */
};

/* The chain at minute t, and the part of it within the cap. */
static void test_chain(void **state)
{
	static const struct {
		struct span spans[4];
		int t;
		struct span chain, told;
	} cases[] = {
		/* They touch, overlap, are 14 minutes apart, and 15. */
		{{{0, 60}, {60, 90}}, 0, {0, 90}, {0, 90}},
		{{{0, 60}, {30, 90}}, 89, {0, 90}, {0, 90}},
		{{{0, 60}, {74, 90}}, 65, {0, 90}, {0, 90}},
		{{{74, 90}, {0, 60}}, 95, {0, 90}, {0, 90}},
		{{{0, 60}, {75, 90}}, 65, {0, 60}, {0, 60}},
		{{{0, 60}, {75, 90}}, 75, {75, 90}, {75, 90}},
		/* The one in between joins the two. */
		{{{0, 60}, {85, 100}, {70, 75}}, 10, {0, 100}, {0, 100}},
		/* One within another. */
		{{{0, 100}, {10, 20}, {110, 120}}, 50, {0, 120}, {0, 120}},
		/* Behind the cap of four hours nothing is silenced. */
		{{{0, 240}, {240, 480}}, 0, {0, 480}, {0, 240}},
		{{{0, 240}, {240, 480}}, 300, {0, 480}, {0, 240}},
		{{{0, 240}, {250, 480}, {490, 700}}, 695, {0, 700}, {0, 240}},
		{{{0, 240}, {255, 480}}, 300, {255, 480}, {255, 480}},
		/* Not yet. */
		{{{10, 20}}, 9, {0, 0}, {0, 0}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct occurrence chain, told;
		struct planned l[4];
		size_t n = 0;

		for (; n < 4 && cases[i].spans[n].to; n++) {
			l[n] = planned(0, cases[i].spans[n].from,
				cases[i].spans[n].to);
		}
		chain = maintenance_chain(l, n, "s", NULL, M(cases[i].t), CAP);
		told = maintenance_at(l, n, "s", NULL, M(cases[i].t), CAP);
		if (chain.found != (cases[i].chain.to > 0) ||
			told.found != chain.found ||
			(chain.found && (chain.start != M(cases[i].chain.from) ||
				chain.end != M(cases[i].chain.to) ||
				told.start != M(cases[i].told.from) ||
				told.end != M(cases[i].told.to))))
			fail_msg("%zu: %lld to %lld, %lld to %lld", i,
				(long long)(chain.start - 1000) / 60,
				(long long)(chain.end - 1000) / 60,
				(long long)(told.start - 1000) / 60,
				(long long)(told.end - 1000) / 60);
	}
}

#define HUNDRED 100

/* A chain of 16 days silences its first four hours, and no more. */
static void test_hundred(void **state)
{
	struct planned l[HUNDRED];
	int silent = 0;

	(void)state;
	for (int i = 0; i < HUNDRED; i++)
		l[i] = planned(i % 3, 240 * i, 240 * i + 226 + i % 15);
	for (int i = 0; i < HUNDRED * 240; i++) {
		struct occurrence o = maintenance_at(l, HUNDRED, "s", "acme",
			M(i), CAP);

		silent += occurrence_covers(&o, M(i));
		/* For a day its end is known, and stays the same. */
		assert_true(o.found || i > 24 * 60);
		assert_true(!o.found || (o.start == M(0) && o.end == M(240)));
	}
	assert_int_equal(silent, 240);
}

/* A maintenance that recurs without a pause ends for good at its first cap. */
static void test_endless(void **state)
{
	/* 2026-03-02T00:00:00Z, a Monday. */
	const double from = 1772409600, week = 7 * 24 * HOUR;
	struct planned p = planned(0, 0, 1);

	(void)state;
	p.m.starts_at = (int64_t)from;
	p.m.ends_at = (int64_t)from + 24 * HOUR;
	p.m.every = 0x7f;
	for (double t = from; t < from + 60.0 * 24 * HOUR; t += HOUR) {
		struct occurrence o =
			maintenance_at(&p, 1, "s", NULL, t, week);

		assert_int_equal(occurrence_covers(&o, t), t < from + week);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chain),
		cmocka_unit_test(test_hundred),
		cmocka_unit_test(test_endless),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

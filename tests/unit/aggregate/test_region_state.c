/* SPDX-License-Identifier: MIT */
/*
 * Goal: the time since when a region is in its state is that of the first probe
 * of the series, even where that probe is no longer kept, and is never before a
 * change that was seen.
 */
#include "rule/history.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define MOST 40

/* A probe a minute from 100 on: '.' works, 'w' is walled, 'x' is broken. */
static struct region_history history(const char *states, struct probe *probes)
{
	struct region_history h = {.name = "r", .probes = probes};

	for (; states[h.n]; h.n++)
		probes[h.n] = (struct probe) {
			.started_at = 100 + 60 * (double)h.n,
			.total_ms = 10 * (double)(h.n + 1),
			.id = "p",
			.state = states[h.n] == 'x'	? STATE_BROKEN
				: states[h.n] == 'w' ? STATE_AUTH_WALLED
						     : STATE_HEALTHY};
	return h;
}

static void test_since(void **state)
{
	static const struct {
		const char *states;
		struct region_since before; /* since 0: none at all */
		bool broken;
		double since;
	} cases[] = {
		{"", {0}, false, 0},
		{".", {0}, false, 100},
		{"x", {0}, true, 100},
		{"...", {0}, false, 100},
		{"..x", {0}, true, 220},
		{"x.w", {0}, false, 160},
		{"xx.xx", {0}, true, 280},
		{"...", {false, 40}, false, 40},
		{"...", {true, 40}, false, 100},
		{"..x", {true, 40}, true, 220},
		{"x..", {false, 40}, false, 160},
		{"...", {false, 130}, false, 100},
		{"...", {false, -1}, false, 100},
		/* 16 are looked at. */
		{"x................", {0}, false, 160},
		{"x................", {false, 130}, false, 130},
		{"x...............", {false, 40}, false, 160},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct probe probes[MOST];
		struct region_history h = history(cases[i].states, probes);
		struct region_since s = region_state_at(&h, 1e9,
			cases[i].before.since != 0 ? &cases[i].before : NULL);

		if (s.broken != cases[i].broken || s.since != cases[i].since)
			fail_msg("%zu: %d %f", i, s.broken, s.since);
	}
}

/* Probes from the future do not count. */
static void test_until(void **state)
{
	struct probe probes[MOST];
	struct region_history h = history("..x", probes);

	(void)state;
	assert_false(region_state_at(&h, 219, NULL).broken);
	assert_true(region_state_at(&h, 220, NULL).broken);
	assert_true(region_state_p95(&h, 159) == 10);
	/* 0 is no instant. */
	assert_true(region_state_at(&h, 219, &(struct region_since) {0})
			    .since == 100);
	assert_true(isnan(region_state_p95(&h, 99)));
}

static void test_p95(void **state)
{
	struct probe probes[MOST];
	struct region_history h = history("..x.", probes);

	(void)state;
	assert_true(region_state_p95(&h, 1e9) == 40);
	probes[3].total_ms = NAN;
	assert_true(region_state_p95(&h, 1e9) == 20);
	h = history("xx", probes);
	assert_true(isnan(region_state_p95(&h, 1e9)));
	/* The oldest four are not looked at, and the largest is the 16th. */
	h = history("....................", probes);
	probes[0].total_ms = 9000;
	assert_true(region_state_p95(&h, 1e9) == 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_since),
		cmocka_unit_test(test_until),
		cmocka_unit_test(test_p95),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

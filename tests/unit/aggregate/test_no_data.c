/* SPDX-License-Identifier: MIT */
/*
 * Goal: what a verdict tells of each region, which of them are awaited in a round,
 * and the latency of those that are not broken.
 */
#include "timeline.h"

#include "base/xalloc.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

/* What the verdict says of each region: its newest probe, and its run. */
static void test_regions(void **state)
{
	struct rule rule = rule_default(60);
	struct timeline t;
	struct verdict v;

	(void)state;
	timeline_read(&t, "us 590:- 650:w#a|"
			  "eu 1:6 21:3 31:6/http.503 61:6/http.500|ap|"
			  "sa 530:6 590:6 599:6/http.429 700:-");
	v = verdict_decide(&rule,
		&(struct verdict_input) {.slug = "s",
			.url = "u",
			.now = TIMELINE_START + 650,
			.expected = t.names,
			.n_expected = t.n,
			.regions = t.regions,
			.n_regions = t.n});
	assert_string_equal(v.slug, "s");
	assert_string_equal(v.url, "u");
	assert_int_equal(v.window, (int64_t)TIMELINE_START + 600);
	/* A region that never reported is not listed. */
	assert_int_equal(v.n_regions, 3);
	assert_string_equal(v.regions[0].region, "eu");
	assert_int_equal(v.regions[0].state, STATE_BROKEN);
	assert_int_equal(v.regions[0].failed_step, STEP_TOOLS_LIST);
	assert_string_equal(v.regions[0].error, "http.500");
	assert_true(v.regions[0].started_at == TIMELINE_START + 61);
	/* Those before it failed at another step. */
	assert_int_equal(v.regions[0].fail_streak, 2);
	assert_null(v.regions[0].tool_hash);
	/* A 429 that does not count is shown for what it is. */
	assert_string_equal(v.regions[1].region, "sa");
	assert_string_equal(v.regions[1].error, "http.429");
	assert_int_equal(v.regions[1].fail_streak, 2);
	assert_string_equal(v.regions[2].region, "us");
	assert_int_equal(v.regions[2].state, STATE_AUTH_WALLED);
	assert_int_equal(v.regions[2].fail_streak, 0);
	assert_string_equal(v.regions[2].tool_hash, "a");
	assert_true(isnan(v.latency_baseline) && isnan(v.uptime_30d) &&
		isnan(v.p95_ms));
	/* The store adds what nobody approved; the verdict frees it, too. */
	v.unapproved.regions = xcalloc(1, sizeof *v.unapproved.regions);
	verdict_release(&v);
	assert_null(v.unapproved.regions);
	assert_null(v.slug);
}

/* A streak ends at the number of probes that a store keeps. */
static void test_longest_run(void **state)
{
	struct rule rule = rule_default(60);
	struct timeline t;
	struct verdict v;

	(void)state;
	timeline_read(&t, "eu 1:6 2:6 3:6 4:6 5:6 6:6 7:6 8:6 9:6 10:6 11:6 12:6"
			  " 13:6 14:6 15:6 16:6 17:6 18:6 19:6 20:6");
	v = verdict_decide(&rule,
		&(struct verdict_input) {.now = TIMELINE_START + 21,
			.expected = t.names,
			.n_expected = 1,
			.regions = t.regions,
			.n_regions = 1});
	assert_int_equal(v.regions[0].fail_streak, HISTORY_MAX);
	verdict_release(&v);
}

/* p95 of n regions that took 1, 2, ... n ms. */
static double p95(struct timeline *t, size_t n, double now)
{
	struct rule rule = rule_default(60);
	double ms;
	struct verdict v;

	for (size_t i = 0; i < t->n; i++)
		t->probes[i][0].total_ms = (double)(i + 1);
	v = verdict_decide(&rule,
		&(struct verdict_input) {.now = TIMELINE_START + now,
			.expected = t->names,
			.n_expected = n,
			.regions = t->regions,
			.n_regions = t->n});
	ms = v.latency_p95;
	/* Of 1, 2, ... ms the median is the lower one of the two in the middle. */
	assert_true(isnan(ms) ? isnan(v.latency_p50)
			      : v.latency_p50 == ceil(ms / 2));
	verdict_release(&v);
	return ms;
}

static void test_latency(void **state)
{
	static struct probe probes[20];
	static struct region_history regions[20];
	static char names[20][2];
	const char *expected[20];
	struct rule rule = rule_default(60);
	struct timeline t;
	struct verdict v;

	(void)state;
	timeline_read(&t, "a 1:-|b 1:w|c 1:-|d 1:6");
	assert_true(p95(&t, 1, 10) == 1);
	assert_true(p95(&t, 3, 10) == 3);
	/* A broken region has no latency, and neither has a silent one. */
	assert_true(p95(&t, 4, 10) == 3);
	assert_true(isnan(p95(&t, 4, 500)));
	for (size_t i = 0; i < 20; i++) {
		names[i][0] = (char)('a' + i);
		expected[i] = names[i];
		probes[i] = (struct probe) {.started_at = 10,
			.total_ms = i == 3 ? NAN : (double)(20 - i)};
		regions[i] = (struct region_history) {
			.name = names[i], .probes = &probes[i], .n = 1};
	}
	/*
	 * The nearest rank of 19 values is the 19th, and of 20 values the 19th,
	 * too.
	 */
	for (int known = 19; known <= 20; known++) {
		v = verdict_decide(&rule,
			&(struct verdict_input) {.now = 10,
				.expected = expected,
				.n_expected = 20,
				.regions = regions,
				.n_regions = 20});
		assert_true(v.latency_p95 == (known == 19 ? 20 : 19));
		verdict_release(&v);
		probes[3].total_ms = 17;
	}
}

/* In a round those are awaited whose last report was in the round before. */
static void test_awaited(void **state)
{
	static const struct {
		const char *timeline;
		double interval, round; /* 0: none is under way */
		bool awaited;
	} rows[] = {
		{"eu 60:-", 60, 120, true},
		{"eu 60:6", 60, 120, true},
		{"eu 60:-", 60, 0, false},
		{"eu", 60, 120, false},
		/* It has reported; maybe its clock is not ours. */
		{"eu 60:- 125:-", 60, 120, false},
		{"eu 60:- 110:-", 20, 120, false},
		{"eu 60:- 109:-", 20, 120, true},
		/* Its last report was before its turn, or too early for that. */
		{"eu 79:-", 60, 120, true},
		{"eu 80:-", 60, 120, false},
		/* It missed the round before, too. */
		{"eu 30:-", 60, 120, true},
		{"eu 29:-", 60, 120, false},
		{"eu 30:-", 30, 120, true},
		{"eu 150:-", 300, 600, true},
		{"eu 149:-", 300, 600, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct rule rule = rule_default(rows[i].interval);
		double round = rows[i].round, now = round > 0 ? round : 120;
		struct timeline t;
		struct verdict v;

		timeline_read(&t, rows[i].timeline);
		v = verdict_decide(&rule,
			&(struct verdict_input) {
				.now = TIMELINE_START + now + 6,
				.expected = t.names,
				.n_expected = t.n,
				.regions = t.regions,
				.n_regions = t.n,
				.round = round > 0 ? TIMELINE_START + round : 0,
				.interval_s = rows[i].interval});
		if (v.n_awaited != rows[i].awaited)
			fail_msg("row %zu: %zu awaited", i, v.n_awaited);
		if (v.n_awaited)
			assert_string_equal(v.awaited[0], "eu");
		verdict_release(&v);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_regions),
		cmocka_unit_test(test_awaited),
		cmocka_unit_test(test_longest_run),
		cmocka_unit_test(test_latency),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Goal: a policy sets exactly the numbers that it names, or is refused; and two
 * policies are compared minute by minute.
 */
#include "words/words.h"
#include "rule/verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static bool same_rule(const struct rule *a, const struct rule *b)
{
	return a->lookback_s == b->lookback_s &&
		a->tolerance_s == b->tolerance_s && a->ahead_s == b->ahead_s &&
		a->divergence_s == b->divergence_s && a->quorum == b->quorum &&
		a->step_alert == b->step_alert &&
		a->hard_outage == b->hard_outage && a->alone == b->alone &&
		a->throttled == b->throttled && a->tool_churn == b->tool_churn;
}

static void test_policy(void **state)
{
	static const struct {
		const char *text;
		struct rule rule; /* quorum 0: refused */
	} cases[] = {
		{"quorum=1", {180, 60, 2, 300, 1, 2, 3, 3, 3, 12}},
		{"step_alert=1", {180, 60, 2, 300, 2, 1, 3, 3, 3, 12}},
		{"step_alert=3", {180, 60, 2, 300, 2, 3, 3, 3, 3, 12}},
		{"hard_outage=2", {180, 60, 2, 300, 2, 2, 2, 3, 3, 12}},
		{"alone=16", {180, 60, 2, 300, 2, 2, 3, 16, 3, 12}},
		{"throttled=1", {180, 60, 2, 300, 2, 2, 3, 3, 1, 12}},
		{"alone=1", {180, 60, 2, 300, 2, 2, 3, 1, 3, 12}},
		{"throttled=16", {180, 60, 2, 300, 2, 2, 3, 3, 16, 12}},
		{"quorum=100", {180, 60, 2, 300, 100, 2, 3, 3, 3, 12}},
		{"step_alert=1,hard_outage=1",
			{180, 60, 2, 300, 2, 1, 1, 3, 3, 12}},
		{"tolerance=1s", {180, 1, 2, 300, 2, 2, 3, 3, 3, 12}},
		{"lookback=30s,tolerance=30s",
			{30, 30, 2, 300, 2, 2, 3, 3, 3, 12}},
		{"lookback=29s,tolerance=1s", {.quorum = 0}},
		{"divergence=30s", {180, 60, 2, 30, 2, 2, 3, 3, 3, 12}},
		{"divergence=29s", {.quorum = 0}},
		{"step_alert=101,hard_outage=100", {.quorum = 0}},
		{"hard_outage=101", {.quorum = 0}},
		{"throttled=17", {.quorum = 0}},
		{"tool_churn=12", {.quorum = 0}},
		{"tolerance=500ms", {.quorum = 0}},
		{"tolerance=1.5s", {180, 1.5, 2, 300, 2, 2, 3, 3, 3, 12}},
		{"lookback=5m", {300, 60, 2, 300, 2, 2, 3, 3, 3, 12}},
		{"divergence=24h", {180, 60, 2, 86400, 2, 2, 3, 3, 3, 12}},
		{"tolerance=10m,lookback=1h,step_alert=100,hard_outage=100",
			{3600, 600, 2, 300, 2, 100, 100, 3, 3, 12}},
		{"tolerance=180", {.quorum = 0}},
		{"tolerance=180s", {180, 180, 2, 300, 2, 2, 3, 3, 3, 12}},
		{"tolerance=181s", {.quorum = 0}},
		{"hard_outage=1", {.quorum = 0}},
		{"quorum=101", {.quorum = 0}},
		{"quorum=-1", {.quorum = 0}},
		{"quorum=", {.quorum = 0}},
		{"quorum", {.quorum = 0}},
		{"quorum=2,", {.quorum = 0}},
		{",quorum=2", {.quorum = 0}},
		{"quorum=2,quorum=2", {.quorum = 0}},
		{"=2", {.quorum = 0}},
		{"quorum =2", {.quorum = 0}},
		{"Quorum=2", {.quorum = 0}},
		{"quorum_=2", {.quorum = 0}},
		{"ahead=2", {.quorum = 0}},
		/* A value has 62 bytes at most. */
		{"quorum=00000000000000000000000000000000000000000000000000"
		 "000000000001", {180, 60, 2, 300, 1, 2, 3, 3, 3, 12}},
		{"quorum=00000000000000000000000000000000000000000000000000"
		 "0000000000001", {.quorum = 0}},
		{"quorum=10000000000000000000000000000000000000000000000000"
		 "0000000000000", {.quorum = 0}},
		{"", {.quorum = 0}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct rule *want = &cases[i].rule;
		struct rule r = rule_default(60);
		char why[POLICY_WHY] = "";
		bool ok = !policy_apply(cases[i].text, &r, why);

		if (ok != (want->quorum > 0) || ok != !*why)
			fail_msg("'%s': %s", cases[i].text, why);
		if (ok && !same_rule(&r, want))
			fail_msg("'%s': another rule", cases[i].text);
	}
}

/* What is refused, and why. */
static void test_why(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{"alone=17", "alone: '17' is not a whole number from 1 to 16"},
		{"quorum=101",
			"quorum: '101' is not a whole number from 1 to 100"},
		{"step_alert=101",
			"step_alert: '101' is not a whole number from 1 to 100"},
		{"lookback=25h", "lookback: '25h' is not a time from 30s to 24h"},
		{"lookback=7", "lookback: 7 has no unit: write 7s"},
		{"quorum", "quorum: '=' and a value expected"},
		{"quorums=2", "'quorums' is not a number of the rule"},
		/* A name that is too long is cut. */
		{"a_name_of_seventy_bytes_a_name_of_seventy_bytes_a_name_of_"
		 "seventy_bytes=2",
			"'a_name_of_seventy_bytes_a_name_of_seventy_bytes_"
			"a_name_of_se' is not a number of the rule"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct rule r = rule_default(60);
		char why[POLICY_WHY] = "";

		assert_int_equal(policy_apply(cases[i].text, &r, why), -1);
		assert_string_equal(why, cases[i].why);
	}
}

static struct verdict verdict(int64_t window, char c)
{
	static const enum tier tiers[] = {TIER_OK, TIER_REGIONAL,
		TIER_STEP_ALERT, TIER_HARD_OUTAGE, TIER_NO_DATA};
	static const enum verdict_colour colours[] = {VERDICT_GREEN,
		VERDICT_AMBER, VERDICT_RED, VERDICT_RED, VERDICT_UNKNOWN};
	const char *letters = "garRu";
	bool divergence = c == 'd';
	size_t at = divergence ? 0 : (size_t)(strchr(letters, c) - letters);

	return (struct verdict) {.slug = "demo", .window = window,
		.tier = tiers[at], .verdict = colours[at],
		.divergence = divergence};
}

/*
 * A letter a minute: green, amber, red, R for a hard outage, unknown; d for
 * green with divergence; a blank for a minute that is left out.
 */
static void test_compare(void **state)
{
	static const struct {
		const char *before, *after;
		unsigned long changed, stretches, outages[2];
		int64_t first[3][2]; /* in minutes */
	} cases[] = {
		{"ggggg", "ggggg", 0, 0, {0, 0}, {{0}}},
		{"grrrg", "gaaag", 3, 1, {1, 0}, {{1, 3}}},
		{"grgrg", "gagag", 2, 2, {2, 0}, {{1, 1}, {3, 3}}},
		{"grrRg", "garRg", 1, 1, {1, 1}, {{1, 1}}},
		{"rrrr", "RRrr", 2, 1, {1, 1}, {{0, 1}}},
		{"rrrr", "aRaR", 4, 4, {1, 2}, {{0, 0}, {1, 1}, {2, 2}}},
		{"dddg", "gggg", 3, 1, {0, 0}, {{0, 2}}},
		{"uuug", "ggug", 2, 1, {0, 0}, {{0, 1}}},
		{"rr rr", "aa aa", 4, 2, {1, 0}, {{0, 1}, {3, 4}}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct comparison c = {.slug = "demo"};

		for (size_t k = 0; cases[i].before[k]; k++) {
			struct verdict a, b;

			if (cases[i].before[k] == ' ')
				continue;
			a = verdict((int64_t)k * 60, cases[i].before[k]);
			b = verdict((int64_t)k * 60, cases[i].after[k]);
			comparison_add(&c, &a, &b);
		}
		assert_int_equal(c.changed, cases[i].changed);
		assert_int_equal(c.n_stretches, cases[i].stretches);
		assert_int_equal(c.before.outages, cases[i].outages[0]);
		assert_int_equal(c.after.outages, cases[i].outages[1]);
		for (size_t k = 0; k < 3 && k < c.n_stretches; k++) {
			assert_int_equal(c.stretches[k].from,
				cases[i].first[k][0] * 60);
			assert_int_equal(c.stretches[k].to,
				cases[i].first[k][1] * 60);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_policy),
		cmocka_unit_test(test_why),
		cmocka_unit_test(test_compare),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

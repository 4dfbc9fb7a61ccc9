/* SPDX-License-Identifier: MIT */
/*
 * Goal: for fleets and outages made up at random, the verdict is that of a
 * second, slower implementation of the rule in this file, and does not depend
 * on the order in which records arrived. PROPERTY_SCHEDULES=n tries n fleets;
 * PROPERTY_SEED=n repeats the one that failed.
 */
#include "schedule.h"

#include "base/num.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define SCHEDULES 1000

static struct schedule s, plain;
static struct judged want, got;
static unsigned seen[TIER_NO_DATA + 1];

static long long setting(const char *name, long long otherwise)
{
	const char *text = getenv(name);
	long long n;

	if (!text || !*text)
		return otherwise;
	assert_true(num_parse(text, 1, 1000000000, &n));
	return n;
}

static void same(const char *what)
{
	if (strcmp(want.text, got.text) != 0)
		fail_msg("%s:\n%s%s", what, want.text, got.text);
}

static void test_arrival(void)
{
	for (int i = 0; i < 3; i++) {
		s = plain;
		s.random += (unsigned)i;
		schedule_stir(&s);
		schedule_judge(&s, s.now, 0, &got);
		same("another order of arrival");
	}
}

/* A region as the rule sees it. */
struct seen_region {
	enum step step;
	bool reports, limited;
	int failures; /* in a row, at whatever steps */
	double at[SCHEDULE_PROBES]; /* of the run, as far as it is looked at */
	size_t n_at;
};

static int by_time(const void *a, const void *b)
{
	const struct sent *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return strcmp(x->id, y->id);
}

/* The rule for one region, from the oldest probe to the newest. */
static struct seen_region region(const struct sent *sent, size_t n, double now)
{
	struct sent p[SCHEDULE_PROBES];
	struct seen_region r = {.step = STEP_NONE};
	int throttled = 0;
	bool apart = true;
	size_t k = 0, from;

	for (size_t i = 0; i < n; i++)
		if (schedule_whole(&sent[i]) && sent[i].at <= now + 2)
			p[k++] = sent[i];
	if (!k)
		return r;
	qsort(p, k, sizeof *p, by_time);
	from = k > HISTORY_MAX ? k - HISTORY_MAX : 0;
	for (size_t i = from; i < k; i++) {
		bool gap = i > from &&
			p[i].at - p[i - 1].at >= s.rule.lookback_s;

		apart = apart || gap;
		if (p[i].failed && strcmp(p[i].error, "http.429") == 0)
			throttled = gap ? 1 : throttled + 1;
		else
			throttled = 0;
		if (throttled == 1 || throttled == 2)
			continue;
		apart = apart || (throttled > 0) != r.limited;
		if (apart || p[i].failed != r.step)
			r.n_at = 0;
		if (apart || !p[i].failed)
			r.failures = 0;
		apart = false;
		r.step = p[i].failed;
		r.limited = throttled > 0;
		if (!r.step)
			continue;
		r.failures++;
		if (p[i].at > now - s.rule.lookback_s)
			r.at[r.n_at++] = p[i].at;
	}
	r.reports = p[k - 1].at > now - s.rule.lookback_s;
	return r;
}

static bool within(const struct seen_region *r, double from, double to)
{
	for (size_t i = 0; i < r->n_at; i++)
		if (r->at[i] >= from && r->at[i] <= to)
			return true;
	return false;
}

/* Whether all that report and fail are limited. */
static bool limited(const struct seen_region *r, size_t n)
{
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		if (!r[i].reports || !r[i].step)
			continue;
		if (!r[i].limited)
			return false;
		any = true;
	}
	return any;
}

/*
 * The most regions with a failure in an interval that begins with one; those that
 * are limited count only where all are.
 */
static int agree(const struct seen_region *r, size_t n, enum step step)
{
	bool of = limited(r, n);
	int most = 0;

	for (size_t i = 0; i < n; i++) {
		if (r[i].limited != of)
			continue;
		for (size_t k = 0; k < r[i].n_at; k++) {
			double from = r[i].at[k];
			int here = 0;

			for (size_t j = 0; j < n; j++)
				here += r[j].limited == of &&
					(!step || r[j].step == step) &&
					within(&r[j], from,
						from + s.rule.tolerance_s);
			if (here > most)
				most = here;
		}
	}
	return most;
}

static enum tier tier(const struct seen_region *r, size_t n, int reporters,
	int failing, int most)
{
	if (reporters < (n < 2 ? 1 : 2))
		return TIER_NO_DATA;
	if (!failing)
		return TIER_OK;
	if (limited(r, n))
		return TIER_REGIONAL;
	if (n == 1)
		return r[0].n_at && r[0].failures >= 3 ? TIER_STEP_ALERT : TIER_REGIONAL;
	if (most >= 3 || (n >= 3 && agree(r, n, STEP_NONE) == (int)n))
		return TIER_HARD_OUTAGE;
	return most == 2 ? TIER_STEP_ALERT : TIER_REGIONAL;
}

static void test_rule(void)
{
	struct seen_region r[SCHEDULE_REGIONS];
	enum step step = STEP_NONE;
	unsigned failing = 0, silent = 0;
	int reporters = 0, most = 0, n_failing = 0;
	enum tier t;

	s = plain;
	for (size_t i = 0; i < s.n_regions; i++) {
		r[i] = region(s.sent[i], s.n_sent[i], s.now);
		reporters += r[i].reports;
		n_failing += r[i].reports && r[i].step != STEP_NONE;
		failing |= r[i].reports && r[i].step ? 1u << i : 0;
		silent |= r[i].reports ? 0 : 1u << i;
	}
	for (enum step n = STEP_DNS; n <= STEP_TOOL_HASH; n++) {
		int here = agree(r, s.n_regions, n);

		if (here > most) {
			most = here;
			step = n;
		}
	}
	t = tier(r, s.n_regions, reporters, n_failing, most);
	if (want.verdict.tier != t || want.failing != failing ||
		want.no_data != silent || want.verdict.reporters != reporters ||
		want.verdict.failed_regions != most ||
		(most && want.verdict.step != step) ||
		(want.verdict.checks == CHECKS_LIMITED) !=
			limited(r, s.n_regions))
		fail_msg("tier %s, step %d, %d agree, %d report:\n%s",
			tier_name(t), (int)step, most, reporters, want.text);
	seen[t]++;
}

static void test_colour(void)
{
	static const enum verdict_colour colours[] = {
		[TIER_OK] = VERDICT_GREEN,
		[TIER_REGIONAL] = VERDICT_AMBER,
		[TIER_STEP_ALERT] = VERDICT_RED,
		[TIER_HARD_OUTAGE] = VERDICT_RED,
		[TIER_NO_DATA] = VERDICT_UNKNOWN};

	if (want.verdict.verdict != colours[want.verdict.tier])
		fail_msg("not the colour of its tier:\n%s", want.text);
}

/* Runner records change no verdict: they are only missing data. */
static void test_runners(void)
{
	struct record r = {.type = RECORD_RUNNER};

	s = plain;
	for (unsigned i = schedule_below(&s, 20); i; i--) {
		r.u.runner = (struct runner_record) {
			.region = i % 2 ? s.names[i % s.n_regions] : "other",
			.at = s.now + schedule_below(&s, 1000) - 500.0,
			.status = (enum runner_status)(i % 4)};
		schedule_add(&s, &r);
	}
	schedule_judge(&s, s.now, 0, &got);
	same("with runner records");
}

/* Probes from the future change nothing. */
static void test_ahead(void)
{
	s = plain;
	for (size_t i = 0; i < s.n_regions; i++) {
		struct record r = {.type = RECORD_PROBE};

		r.u.probe = (struct probe_record) {
			.key = {.slug = "s",
				.region = s.names[i],
				.probe_id = "ahead",
				.started_at = s.now + 2.125 +
					      schedule_below(&s, 5000)},
			.state = STATE_HEALTHY,
			.total_ms = 1};
		schedule_add(&s, &r);
	}
	schedule_judge(&s, s.now, 0, &got);
	same("with records from the future");
}

/* The verdict does not depend on the minute or the day of the clock. */
static void test_shift(void)
{
	struct judged first;
	double base = floor(plain.now / 60) * 60;

	s = plain;
	schedule_judge(&s, s.now, base, &first);
	for (int i = 0; i < 2; i++) {
		int by = (int)schedule_below(&s, 200000000) - 100000000;

		if (i == 0)
			by = 60 * (by / 60) + 1 + (int)schedule_below(&s, 59);
		else
			by = 60 * (by / 60);
		s = plain;
		schedule_shift(&s, by);
		schedule_judge(&s, s.now, base + by, &got);
		got.verdict.window = first.verdict.window;
		if (got.verdict.tier != first.verdict.tier ||
			got.verdict.step != first.verdict.step ||
			got.failing != first.failing ||
			got.no_data != first.no_data ||
			(i == 1 && strcmp(got.text, first.text) != 0))
			fail_msg("%d s later:\n%s%s", by, first.text, got.text);
	}
}

/* When no more records come, nothing fails that did not, and nobody recovers: what
   fails in the end is what still reports. */
static void test_silence(void)
{
	double later = 1 + schedule_below(&s, 100000) / 8.0;

	s = plain;
	for (size_t r = 0; r < s.n_regions; r++) {
		size_t n = 0;

		for (size_t i = 0; i < s.n_sent[r]; i++)
			if (s.sent[r][i].at <= s.now + 2)
				s.sent[r][n++] = s.sent[r][i];
		s.n_sent[r] = n;
	}
	schedule_lines(&s);
	schedule_judge(&s, s.now + later, 0, &got);
	if (got.failing != (want.failing & ~got.no_data) ||
		(want.no_data & got.no_data) != want.no_data ||
		(want.verdict.verdict == VERDICT_UNKNOWN &&
			got.verdict.verdict != VERDICT_UNKNOWN))
		fail_msg("silent for %.3f s:\n%s%s", later, want.text, got.text);
}

static void (*const properties[])(void) = {
	test_arrival,
	test_rule,
	test_colour,
	test_runners,
	test_ahead,
	test_shift,
	test_silence,
};

static void check(long long seed)
{
	schedule_make(&plain, (uint64_t)seed);
	schedule_judge(&plain, plain.now, 0, &want);
	s = plain;
	for (size_t i = 0; i < sizeof properties / sizeof *properties; i++)
		properties[i]();
}

static long long running; /* the seed, while there is one */

static void test_schedules(void **state)
{
	long long n = setting("PROPERTY_SCHEDULES", SCHEDULES);
	long long seed = setting("PROPERTY_SEED", 0);

	(void)state;
	running = seed ? seed : 1;
	for (long long i = seed ? 1 : n; i; i--, running++)
		check(running);
	running = 0;
	if (seed)
		return;
	/*
	 * The generator has to make enough of each tier: all green would show
	 * nothing.
	 */
	for (enum tier t = TIER_OK; t <= TIER_NO_DATA && n >= 100; t++)
		assert_in_range(seen[t] * 60, n, 60 * n);
}

/* In the teardown, because fail_msg leaves the test at once. */
static int say_seed(void **state)
{
	(void)state;
	if (running)
		print_error("again with PROPERTY_SEED=%lld\n", running);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_schedules, say_seed),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

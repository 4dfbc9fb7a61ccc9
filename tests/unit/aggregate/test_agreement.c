/* SPDX-License-Identifier: MIT */
/*
 * Goal: for any probes, regions agree as mcp-aggregate(1) says, compared with a
 * search of all possibilities; and an outage that all regions see is red at
 * every instant, however their probes are spaced in time.
 */
#include "timeline.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

/* The same numbers on each run, and on each machine. */
static uint64_t seed;

static unsigned pick(unsigned n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % n;
}

#define REGIONS 5
#define PROBES 4

static const char *const names[REGIONS] = {"a", "b", "c", "d", "e"};

/* A server whose regions fail, each at one step. */
struct outage {
	struct probe probes[REGIONS][PROBES];
	struct region_history regions[REGIONS];
	size_t n;
};

static int by_instant(const void *a, const void *b)
{
	const struct probe *x = a, *y = b;

	return (x->started_at > y->started_at) -
		(x->started_at < y->started_at);
}

static void outage_draw(struct outage *o)
{
	o->n = 2 + pick(REGIONS - 1);
	for (size_t i = 0; i < o->n; i++) {
		size_t n = 1 + pick(PROBES);
		enum step step = pick(4) ? STEP_TLS : STEP_TOOLS_LIST;

		for (size_t k = 0; k < n; k++)
			o->probes[i][k] = (struct probe) {
				.started_at = TIMELINE_START +
					5 * (1 + pick(35)),
				.failed_step = step,
				.state = STATE_BROKEN,
				.id = "x"};
		qsort(o->probes[i], n, sizeof **o->probes, by_instant);
		o->regions[i] = (struct region_history) {
			.name = names[i], .probes = o->probes[i], .n = n};
	}
}

/*
 * Tries, for region i and those after it, each of its failures, and none of
 * them. The failures chosen so far lie from `lo` to `hi`. Returns the most
 * regions that can join with one failure each, all within the tolerance.
 */
static int search(const struct outage *o, size_t i, enum step step, double lo,
	double hi)
{
	int most = 0;

	if (i == o->n)
		return 0;
	most = search(o, i + 1, step, lo, hi);
	for (size_t k = 0; k < o->regions[i].n; k++) {
		const struct probe *p = &o->probes[i][k];
		double from = fmin(lo, p->started_at);
		double to = fmax(hi, p->started_at);
		int n;

		if ((step && p->failed_step != step) || to - from > 60)
			continue;
		n = 1 + search(o, i + 1, step, from, to);
		most = n > most ? n : most;
	}
	return most;
}

static enum tier expected_tier(const struct outage *o, int agree)
{
	int all = search(o, 0, STEP_NONE, INFINITY, -INFINITY);

	if (agree >= 3 || (o->n >= 3 && all == (int)o->n))
		return TIER_HARD_OUTAGE;
	return agree == 2 ? TIER_STEP_ALERT : TIER_REGIONAL;
}

static void test_against_search(void **state)
{
	struct rule rule = rule_default(60);
	static struct outage o;
	int seen[TIER_NO_DATA + 1] = {0};

	(void)state;
	seed = 1;
	for (int i = 0; i < 20000; i++) {
		struct verdict v;
		int tls, list;

		outage_draw(&o);
		v = verdict_decide(&rule,
			&(struct verdict_input) {.now = TIMELINE_START + 179,
				.expected = names,
				.n_expected = o.n,
				.regions = o.regions,
				.n_regions = o.n});
		tls = search(&o, 0, STEP_TLS, INFINITY, -INFINITY);
		list = search(&o, 0, STEP_TOOLS_LIST, INFINITY, -INFINITY);
		assert_int_equal(v.failed_regions, tls > list ? tls : list);
		assert_int_equal(v.step,
			tls >= list ? STEP_TLS : STEP_TOOLS_LIST);
		assert_int_equal(v.tier,
			expected_tier(&o, v.failed_regions));
		assert_int_equal(v.n_failing, o.n);
		seen[v.tier]++;
		verdict_release(&v);
	}
	/* The generator made enough cases of each tier. */
	assert_true(seen[TIER_REGIONAL] > 500 && seen[TIER_STEP_ALERT] > 500 &&
		seen[TIER_HARD_OUTAGE] > 500);
}

/* The order in which regions are given changes nothing. */
static void test_order(void **state)
{
	struct rule rule = rule_default(60);
	static struct outage o;

	(void)state;
	seed = 2;
	for (int i = 0; i < 2000; i++) {
		struct region_history turned[REGIONS];
		const char *expected[REGIONS];
		struct verdict_input in = {.now = TIMELINE_START + 179,
			.expected = names,
			.regions = o.regions};
		struct verdict a, b;

		outage_draw(&o);
		in.n_expected = in.n_regions = o.n;
		a = verdict_decide(&rule, &in);
		for (size_t k = 0; k < o.n; k++) {
			turned[k] = o.regions[o.n - 1 - k];
			expected[k] = names[(k + 1) % o.n];
		}
		in.regions = turned;
		in.expected = expected;
		b = verdict_decide(&rule, &in);
		assert_int_equal(a.tier, b.tier);
		assert_int_equal(a.step, b.step);
		assert_int_equal(a.failed_regions, b.failed_regions);
		for (size_t k = 0; k < o.n; k++)
			assert_string_equal(a.failing[k], b.failing[k]);
		verdict_release(&a);
		verdict_release(&b);
	}
}

/* A region in an outage: when it probes, and how long a probe takes. */
struct heartbeat {
	double phase, period, takes;
};

/* The probes that have ended `now` seconds after the start. */
static void known(const struct heartbeat *b, double now, struct probe *probes,
	struct region_history *h)
{
	h->n = 0;
	for (double t = b->phase; t + b->takes <= now; t += b->period)
		probes[h->n++] = (struct probe) {
			.started_at = TIMELINE_START + t,
			.failed_step = STEP_TLS,
			.state = STATE_BROKEN,
			.id = "x"};
}

/*
 * Two regions probe a dead server. Once both have reported it, the verdict is
 * red at each second of ten minutes.
 */
static void stays_red(const struct heartbeat *a, const struct heartbeat *b,
	double interval)
{
	static struct probe probes[2][TIMELINE_PROBES];
	struct rule rule = rule_default(interval);
	struct region_history h[2] = {{.name = "a", .probes = probes[0]},
		{.name = "b", .probes = probes[1]}};
	double from = fmax(a->phase + a->takes, b->phase + b->takes);

	for (double now = from; now <= from + 600; now++) {
		struct verdict v;

		known(a, now, probes[0], &h[0]);
		known(b, now, probes[1], &h[1]);
		v = verdict_decide(&rule,
			&(struct verdict_input) {.now = TIMELINE_START + now,
				.expected = names,
				.n_expected = 2,
				.regions = h,
				.n_regions = 2});
		if (v.verdict != VERDICT_RED)
			fail_msg("phases %g and %g, %g s after the start: %s",
				a->phase, b->phase, now,
				verdict_colour_name(v.verdict));
		verdict_release(&v);
	}
}

static void test_red_stays_red(void **state)
{
	(void)state;
	for (double phase = 0; phase < 60; phase++) {
		/* Refused at once, and timing out after 30 s. */
		stays_red(&(struct heartbeat) {0.5, 60, 0.01},
			&(struct heartbeat) {phase, 60, 30}, 60);
		/* Runners that sleep between probes fall behind. */
		stays_red(&(struct heartbeat) {0.5, 60.4, 0.4},
			&(struct heartbeat) {phase, 61.7, 30}, 60);
		stays_red(&(struct heartbeat) {0.5, 30, 0.01},
			&(struct heartbeat) {phase / 2, 30, 29}, 30);
		stays_red(&(struct heartbeat) {0.5, 300, 0.01},
			&(struct heartbeat) {5 * phase, 300, 30}, 300);
	}
}

/* A server with only one region stays red, too, once it is red. */
static void test_alone_stays_red(void **state)
{
	static struct probe probes[TIMELINE_PROBES];
	struct heartbeat beat = {0.2, 60.3, 30};
	struct rule rule = rule_default(60);
	struct region_history h = {.name = "a", .probes = probes};

	(void)state;
	for (double now = 0.2 + 2 * 60.3 + 30; now < 900; now += 0.1) {
		struct verdict v;

		known(&beat, now, probes, &h);
		v = verdict_decide(&rule,
			&(struct verdict_input) {.now = TIMELINE_START + now,
				.expected = names,
				.n_expected = 1,
				.regions = &h,
				.n_regions = 1});
		assert_int_equal(v.verdict, VERDICT_RED);
		verdict_release(&v);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_against_search),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_red_stays_red),
		cmocka_unit_test(test_alone_stays_red),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

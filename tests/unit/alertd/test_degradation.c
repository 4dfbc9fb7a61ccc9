/* SPDX-License-Identifier: MIT */
/*
 * Goal: servers that work but are slow or fail too often, each rule as a row:
 * when that begins, what mutes it, when it ends; failures that make no
 * incident; and servers that start cold.
 */
#include "nights.h"

#include "incident/incident.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

/* The same verdict for each of some minutes. */
struct spell {
	int from, to;
	const char *failing; /* letters of a, e and u, or NULL */
	double p95, baseline; /* 0: not known */
	long long failed[RATE_WINDOWS]; /* of 25, 150, 300, 1800, 21600 */
	int rates; /* 2: known, but nothing was probed in the last half hour; 3: a
		      quarter of the probes of the longer windows was; -1: no
		      verdicts, somebody closes what is open */
	double p50; /* of the server; of a, e and u this, and a third and two
		       thirds more; less than 0: of the server alone */
	const char *silent; /* letters of a, e and u, or NULL; A, E and U: the
			       verdict has their last figure */
};

#define SLOW(ms) ms, 100, {0}, 0, 0, NULL
/* The median, beside a p95 that is as usual, or that of SLOW. */
#define MEDIAN(ms) 90, 100, {0}, 0, ms, NULL
#define SLOW_MEDIAN(p95, ms) p95, 100, {0}, 0, ms, NULL
#define SILENT(ms, who) 90, 100, {0}, 0, ms, who
#define RATES(...) 0, 0, {__VA_ARGS__}, 1, 0, NULL
#define PLAIN 0, 0, {0}, 0, 0, NULL
#define CLOSED 0, 0, {0}, -1, 0, NULL

static void fill_regions(struct verdict *v, const struct spell *s, int minute,
	struct verdict_region *regions, const char **failing)
{
	static const char *const names[] = {"a", "e", "u"};

	for (size_t i = 0; i < 3; i++) {
		bool bad = s->failing && strchr(s->failing, *names[i]);

		if (s->silent && strchr(s->silent, *names[i]))
			continue;
		regions[v->n_regions++] = (struct verdict_region) {
			.region = names[i],
			.state = bad ? STATE_BROKEN : STATE_HEALTHY,
			.failed_step = bad ? STEP_TOOLS_LIST : STEP_NONE,
			.error = bad ? "x" : NULL,
			.ms = s->p50 > 0   ? s->p50 * (1 + (double)i / 3)
				: s->p50 < 0 ? NAN
					     : 50 + 60 * (double)i,
			.started_at = NIGHT_START + 60 * minute + 7.5,
		};
		if (bad)
			failing[v->n_failing++] = names[i];
	}
	if (v->n_failing)
		v->step = STEP_TOOLS_LIST;
	v->failed_regions = (int)v->n_failing;
	v->regions = regions;
	v->failing = failing;
}

static void judge(struct night *n, const struct spell *s, int minute)
{
	static const long long probes[] = {25, 150, 300, 1800, 21600};
	struct verdict_region regions[3];
	const char *failing[3], *no_data[3];
	struct verdict v = {
		.slug = "s",
		.window = NIGHT_START + 60 * minute,
		.expected = 3,
		.reporters = 3,
		.latency_p50 = s->p50 > 0 || s->p50 < 0 ? fabs(s->p50) : NAN,
		.latency_p95 = s->p95 > 0 ? s->p95 : NAN,
		.latency_baseline = s->baseline > 0 ? s->baseline : NAN,
		.error_rates.known = s->rates > 0,
	};

	fill_regions(&v, s, minute, regions, failing);
	v.no_data = no_data;
	for (const char *c = s->silent ? s->silent : ""; *c; c++)
		no_data[v.n_no_data++] = strchr("aA", *c) ? "a"
			: strchr("eE", *c)		  ? "e"
							  : "u";
	v.reporters = 3 - (int)v.n_no_data;
	v.tier = v.n_failing > 1 ? TIER_STEP_ALERT
		: v.n_failing	 ? TIER_REGIONAL
				 : TIER_OK;
	v.verdict = v.n_failing > 1 ? VERDICT_RED
		: v.n_failing	    ? VERDICT_AMBER
				    : VERDICT_GREEN;
	for (unsigned w = 0; w < RATE_WINDOWS; w++)
		v.error_rates.windows[w] = (struct error_rate) {
			.probes = s->rates == 2 && w < RATE_1H ? 0
				: s->rates == 3 && w >= RATE_1H
				? probes[w] / 4
				: probes[w],
			.failed = {[LAYER_HTTP] =
					s->failed[w] - s->failed[w] / 4,
				[LAYER_TRANSPORT] = s->failed[w] / 4}};
	machine_verdict(&n->st, &v, &n->policy, INFINITY, &n->events);
}

struct degradation_case {
	const char *what;
	struct spell spells[9]; /* up to one without a minute */
	const char *events;
};

static void check(const struct degradation_case *cases, size_t n)
{
	static const struct ack_request gone = {
		.action = ACK_CLOSE, .by = "ann", .reason = "gone"};

	for (size_t i = 0; i < n; i++) {
		const struct degradation_case *c = &cases[i];
		struct night night;
		char got[NIGHT_SIZE];

		night_init(&night, "AEU");
		night.st.slow_above_s = 2;
		for (const struct spell *s = c->spells; s->to; s++) {
			for (int m = s->from; m < s->to && s->rates >= 0; m++)
				judge(&night, s, m);
			if (s->rates < 0)
				ack_apply(&night.st, &gone,
					NIGHT_START + 60 * s->from + 30,
					&night.events);
		}
		night_tell(&night, got);
		if (strcmp(got, c->events) != 0)
			fail_msg("%s\n%s\nnot\n%s", c->what, got, c->events);
		night_release(&night);
	}
}

#define CHECK(cases) check(cases, sizeof(cases) / sizeof *(cases))

static void test_latency(void **state)
{
	static const struct degradation_case cases[] = {
		{"three times is not above", {{0, 9, NULL, SLOW(300)}}, ""},
		{"two windows",
			{{0, 2, NULL, SLOW(301)}, {2, 9, NULL, SLOW(90)}}, ""},
		{"three", {{0, 3, NULL, SLOW(301)}},
			"2 latency_started P3 0 x3 -/- [e u]"},
		{"a region that fails is not slow",
			{{0, 2, NULL, SLOW(301)}, {2, 3, "u", SLOW(301)}},
			"2 latency_started P3 0 x3 -/- [e]"},
		{"not in a row",
			{{0, 2, NULL, SLOW(301)}, {2, 3, NULL, SLOW(90)},
				{3, 5, NULL, SLOW(301)}},
			""},
		{"of a window that is told of twice the worse counts",
			{{0, 2, NULL, SLOW(301)}, {1, 2, NULL, SLOW(90)},
				{2, 3, NULL, SLOW(301)}},
			"2 latency_started P3 0 x3 -/- [e u]"},
		{"over after three",
			{{0, 5, NULL, SLOW(999)}, {5, 8, NULL, SLOW(90)}},
			"2 latency_started P3 0 x3 -/- [e u] | "
			"7 latency_resolved P3 0-5 x5 -/- [e u]"},
		{"what is not known is neither",
			{{0, 5, NULL, SLOW(999)},
				{5, 99, NULL, 90, 0, {0}, 0, 0, NULL},
				{99, 101, NULL, SLOW(90)}},
			"2 latency_started P3 0 x3 -/- [e u]"},
		{"a region as slow as usual is not slow",
			{{0, 3, NULL, 331, 110, {0}, 0, 0, NULL}},
			"2 latency_started P3 0 x3 -/- [u]"},
		{"all of them are slower than usual",
			{{0, 3, NULL, 121, 40, {0}, 0, 0, NULL}},
			"2 latency_started P3 0 x3 -/- [a e u]"},
		{"no baseline", {{0, 9, NULL, 9999, 0, {0}, 0, 0, NULL}}, ""},
		{"closed: three that are probed later",
			{{0, 3, NULL, SLOW(301)}, {2, 3, NULL, CLOSED},
				{2, 6, NULL, SLOW(301)}},
			"2 latency_started P3 0 x3 -/- [e u] | "
			"2 latency_resolved P3 0-2 x3 -/- [e u] | "
			"5 latency_started P3 3 x3 -/- [e u]"},
		{"a downtime mutes it",
			{{0, 1, "eu", SLOW(999)}, {1, 4, NULL, SLOW(999)},
				{4, 7, NULL, SLOW(999)}},
			"0 downtime_started P2 0 x1 tools-list/tools [e u] | "
			"3 downtime_resolved P2 0-1 x1 tools-list/tools "
			"[e u] | 5 latency_started P3 3 x3 -/- [e u]"},
		{"one that began before says its end",
			{{0, 3, NULL, SLOW(999)}, {3, 4, "eu", SLOW(999)},
				{4, 10, NULL, SLOW(90)}},
			"2 latency_started P3 0 x3 -/- [e u] | "
			"3 downtime_started P2 3 x1 tools-list/tools [e u] | "
			"6 downtime_resolved P2 3-4 x1 tools-list/tools "
			"[e u] | 8 latency_resolved P3 0-6 x3 -/- [e u]"},
		{"and is not reminded of beside it",
			{{0, 3, NULL, SLOW(999)}, {3, 244, "eu", SLOW(999)}},
			"2 latency_started P3 0 x3 -/- [e u] | "
			"3 downtime_started P2 3 x1 tools-list/tools [e u] | "
			"33 downtime_escalated P1 3 x31 tools-list/tools "
			"[e u] | "
			"243 downtime_reminder P1 3 x241 tools-list/tools "
			"[e u]"},
	};

	(void)state;
	CHECK(cases);
}

/* slow_above: the median of three windows in a row, P2 at once, beside the rule
   of the baseline. */
static void test_slow_above(void **state)
{
	static const struct degradation_case cases[] = {
		{"the limit is not above", {{0, 9, NULL, MEDIAN(2000)}}, ""},
		{"two windows",
			{{0, 2, NULL, MEDIAN(2001)}, {2, 9, NULL, MEDIAN(90)}},
			""},
		{"three", {{0, 3, NULL, MEDIAN(2001)}},
			"2 latency_started P2 0 x3 -/- [a e u]"},
		{"not in a row",
			{{0, 2, NULL, MEDIAN(2001)}, {2, 3, NULL, MEDIAN(90)},
				{3, 5, NULL, MEDIAN(2001)}},
			""},
		{"of a window that is told of twice the worse counts",
			{{0, 2, NULL, MEDIAN(2001)}, {1, 2, NULL, MEDIAN(90)},
				{2, 3, NULL, MEDIAN(2001)}},
			"2 latency_started P2 0 x3 -/- [a e u]"},
		{"over after three",
			{{0, 5, NULL, MEDIAN(2001)}, {5, 8, NULL, MEDIAN(2000)}},
			"2 latency_started P2 0 x3 -/- [a e u] | "
			"7 latency_resolved P2 0-5 x5 -/- [a e u]"},
		{"no baseline", {{0, 3, NULL, 90, 0, {0}, 0, 2001, NULL}},
			"2 latency_started P2 0 x3 -/- [a e u]"},
		{"the baseline spoke first",
			{{0, 4, NULL, SLOW_MEDIAN(301, 90)},
				{4, 7, NULL, SLOW_MEDIAN(9999, 2001)},
				{7, 10, NULL, MEDIAN(90)}},
			"2 latency_started P3 0 x3 -/- [e u] | "
			"6 latency_escalated P2 0 x7 -/- [a e u] | "
			"9 latency_resolved P2 0-7 x7 -/- [a e u]"},
		{"the third of the baseline is the second above the limit",
			{{0, 1, NULL, SLOW_MEDIAN(301, 90)},
				{1, 4, NULL, SLOW_MEDIAN(9999, 2001)},
				{4, 7, NULL, MEDIAN(90)}},
			"2 latency_started P3 0 x3 -/- [a e u] | "
			"3 latency_escalated P2 0 x4 -/- [a e u] | "
			"6 latency_resolved P2 0-4 x4 -/- [a e u]"},
		{"two windows of one rule, and one of the other",
			{{0, 2, NULL, SLOW_MEDIAN(301, 90)},
				{2, 3, NULL, SLOW_MEDIAN(90, 2001)},
				{3, 4, NULL, SLOW_MEDIAN(301, 90)}},
			""},
		{"slow by the baseline alone goes on",
			{{0, 3, NULL, SLOW_MEDIAN(9999, 2001)},
				{3, 9, NULL, SLOW_MEDIAN(301, 90)},
				{9, 12, NULL, MEDIAN(90)}},
			"2 latency_started P2 0 x3 -/- [a e u] | "
			"11 latency_resolved P2 0-9 x9 -/- [e u]"},
		{"what is not known is neither",
			{{0, 2, NULL, MEDIAN(2001)},
				{2, 4, NULL, 90, 100, {0}, 0, 0, NULL},
				{4, 5, NULL, MEDIAN(2001)},
				{5, 99, NULL, 90, 0, {0}, 0, 0, NULL},
				{99, 101, NULL, MEDIAN(90)}},
			"4 latency_started P2 0 x3 -/- [a e u]"},
		{"one of three is slow, whatever the others are",
			{{0, 4, NULL, SILENT(2001, "ae")}}, ""},
		{"two of three are slow, whatever the third is",
			{{0, 3, NULL, SILENT(2001, "a")}},
			"2 latency_started P2 0 x3 -/- [e u]"},
		{"what a silent region measured before does not count",
			{{0, 4, NULL, SILENT(2001, "AE")}}, ""},
		{"regions without a figure", {{0, 3, NULL, MEDIAN(-2001)}},
			"2 latency_started P2 0 x3 -/- []"},
		{"an escalation needs three, too",
			{{0, 3, NULL, SLOW_MEDIAN(301, 90)},
				{3, 5, NULL, SLOW_MEDIAN(90, 2001)},
				{5, 8, NULL, MEDIAN(90)}},
			"2 latency_started P3 0 x3 -/- [e u] | "
			"7 latency_resolved P3 0-5 x5 -/- [a e u]"},
		{"one of two is slow, and the third silent: nobody knows",
			{{0, 2, NULL, MEDIAN(2001)},
				{2, 3, NULL, SILENT(2000, "u")},
				{3, 4, NULL, MEDIAN(2001)}},
			"3 latency_started P2 0 x3 -/- [a e u]"},
		{"one is fast, one fails, and one is silent: it is over",
			{{0, 3, NULL, MEDIAN(2001)},
				{3, 5, "e", SILENT(90, "u")},
				{5, 6, NULL, MEDIAN(90)}},
			"2 latency_started P2 0 x3 -/- [a e u] | "
			"5 latency_resolved P2 0-3 x3 -/- [a e u]"},
		{"the baseline spoke, and is not known any more",
			{{0, 3, NULL, SLOW_MEDIAN(301, 90)},
				{3, 9, NULL, 90, 0, {0}, 0, 90, NULL}},
			"2 latency_started P3 0 x3 -/- [e u]"},
		{"silence ends none",
			{{0, 3, NULL, MEDIAN(2001)},
				{3, 7, NULL, SILENT(90, "eu")}},
			"2 latency_started P2 0 x3 -/- [a e u]"},
		{"a downtime mutes it",
			{{0, 2, NULL, MEDIAN(2001)}, {2, 3, "eu", MEDIAN(2001)},
				{3, 6, NULL, MEDIAN(2001)},
				{6, 8, NULL, MEDIAN(2001)}},
			"2 downtime_started P2 2 x1 tools-list/tools [e u] | "
			"5 downtime_resolved P2 2-3 x1 tools-list/tools "
			"[e u] | 7 latency_started P2 5 x3 -/- [a e u]"},
		{"closed: three that are probed later",
			{{0, 3, NULL, MEDIAN(2001)}, {2, 3, NULL, CLOSED},
				{2, 6, NULL, MEDIAN(2001)}},
			"2 latency_started P2 0 x3 -/- [a e u] | "
			"2 latency_resolved P2 0-2 x3 -/- [a e u] | "
			"5 latency_started P2 3 x3 -/- [a e u]"},
	};

	(void)state;
	CHECK(cases);
}

/* A baseline of nothing, which a stranger's verdict may have, is none. */
static void test_no_baseline(void **state)
{
	struct verdict v = {.slug = "s", .latency_p50 = 90,
		.latency_p95 = 90};
	struct night n;

	(void)state;
	night_init(&n, "AEU");
	for (int m = 0; m < 9; m++) {
		v.window = NIGHT_START + 60 * m;
		machine_verdict(&n.st, &v, &n.policy, INFINITY, &n.events);
	}
	assert_int_equal(n.events.n, 0);
	night_release(&n);
}

/* Without a baseline, too. */
static void test_slow_above_unset(void **state)
{
	static const struct spell slow = {
		0, 1, NULL, 90, 0, {0}, 0, 2001, NULL};
	struct night n;
	char got[NIGHT_SIZE];

	(void)state;
	night_init(&n, "AEU");
	n.st.slow_above_s = 2;
	for (int m = 0; m < 3; m++)
		judge(&n, &slow, m);
	n.st.slow_above_s = 0;
	for (int m = 3; m < 12; m++)
		judge(&n, &slow, m);
	night_tell(&n, got);
	assert_string_equal(got, "2 latency_started P2 0 x3 -/- [a e u] | "
				 "5 latency_resolved P2 0-3 x3 -/- [a e u]");
	night_release(&n);
}

static void test_error_rate(void **state)
{
	static const struct degradation_case cases[] = {
		{"one of 25 is 4 %", {{0, 9, NULL, RATES(1)}}, ""},
		{"two are 8 %, but two", {{0, 9, NULL, RATES(2)}}, ""},
		{"three", {{0, 9, NULL, RATES(3)}},
			"0 error_rate_started P2 0 x1 -/http []"},
		{"over after three",
			{{0, 9, NULL, RATES(3)}, {9, 12, NULL, RATES(2)}},
			"0 error_rate_started P2 0 x1 -/http [] | "
			"11 error_rate_resolved P2 0-9 x9 -/http []"},
		{"a downtime mutes it until it has left the window",
			{{0, 1, "eu", RATES(2)}, {1, 7, NULL, RATES(9)}},
			"0 downtime_started P2 0 x1 tools-list/tools [e u] | "
			"3 downtime_resolved P2 0-1 x1 tools-list/tools "
			"[e u] | 6 error_rate_started P2 6 x1 -/http []"},
		{"whoever failed five minutes ago is named",
			{{0, 1, "e", PLAIN}, {5, 6, NULL, RATES(3)}},
			"5 error_rate_started P2 5 x1 -/http [e]"},
		{"and nobody who failed before",
			{{0, 1, "e", PLAIN}, {6, 7, NULL, RATES(3)}},
			"6 error_rate_started P2 6 x1 -/http []"},
		{"closed: with the next failure",
			{{0, 1, NULL, RATES(3)}, {0, 1, NULL, CLOSED},
				{1, 4, NULL, RATES(3)}, {4, 5, "e", RATES(3)}},
			"0 error_rate_started P2 0 x1 -/http [] | "
			"0 error_rate_resolved P2 0-0 x1 -/http [] | "
			"4 error_rate_started P2 4 x1 -/http [e]"},
		{"not known", {{0, 9, NULL, 0, 0, {9}, 0, 0, NULL}}, ""},
	};

	(void)state;
	CHECK(cases);
}

static void test_burn(void **state)
{
	/* What may fail is 0.5 %: 14.4 times that of 300 is 21.6. */
	static const struct degradation_case cases[] = {
		{"both windows", {{0, 1, NULL, RATES(2, 0, 22)}},
			"0 slo_burn_started P2 0 x1 -/http []"},
		{"the long one alone is over", {{0, 9, NULL, RATES(1, 0, 22)}},
			""},
		{"the short one alone is too little",
			{{0, 9, NULL, RATES(2, 0, 21)}}, ""},
		{"the same window twice is no worse",
			{{0, 1, NULL, RATES(2, 0, 22)},
				{0, 1, NULL, RATES(2, 0, 22)}},
			"0 slo_burn_started P2 0 x1 -/http []"},
		{"six times over six hours", {{0, 1, NULL, RATES(0, 5, 0, 54)}},
			"0 slo_burn_started P2 0 x1 -/http []"},
		{"once over three days", {{0, 1, NULL, RATES(0, 0, 0, 9, 108)}},
			"0 slo_burn_started P3 0 x1 -/http []"},
		{"and then faster",
			{{0, 1, NULL, RATES(0, 0, 0, 9, 108)},
				{1, 3, NULL, RATES(2, 0, 22, 9, 108)},
				{3, 6, NULL, RATES(0)}},
			"0 slo_burn_started P3 0 x1 -/http [] | "
			"1 slo_burn_escalated P2 0 x2 -/http [] | "
			"5 slo_burn_resolved P2 0-3 x3 -/http []"},
		{"a region is being confirmed: it is worse for three",
			{{0, 1, NULL, RATES(0, 0, 0, 9, 108)},
				{1, 3, "e", RATES(2, 0, 22, 9, 108)}},
			"0 slo_burn_started P3 0 x1 -/http [] | "
			"2 slo_burn_escalated P2 0 x3 -/http [e]"},
		{"windows that were no worse do not count for those",
			{{0, 2, NULL, RATES(0, 0, 0, 9, 108)},
				{2, 4, "e", RATES(2, 0, 22, 9, 108)}},
			"0 slo_burn_started P3 0 x1 -/http []"},
		{"a downtime six hours ago, which begin with a whole one",
			{{0, 1, "eu", PLAIN}, {1, 4, NULL, PLAIN},
				{361, 372, NULL, RATES(0, 0, 0, 9, 108)}},
			"0 downtime_started P2 0 x1 tools-list/tools [e u] | "
			"3 downtime_resolved P2 0-1 x1 tools-list/tools "
			"[e u] | 370 slo_burn_started P3 370 x1 -/http [e u]"},
		{"nothing was probed in the short one", {
			{0, 9, NULL, 0, 0, {0, 0, 22}, 2, 0, NULL}}, ""},
		{"less than half of what is probed in an hour is known", {
			{0, 9, NULL, 0, 0, {2, 0, 22}, 3, 0, NULL}}, ""},
		{"what a downtime covered is told of no more, but its end",
			{{0, 1, NULL, RATES(0, 0, 0, 9, 108)},
				{1, 2, "eu", RATES(0, 0, 0, 9, 108)},
				{2, 5, NULL, RATES(0, 0, 0, 9, 108)},
				{20, 22, NULL, RATES(2, 0, 22, 9, 108)},
				{22, 25, NULL, RATES(0)}},
			"0 slo_burn_started P3 0 x1 -/http [] | "
			"1 downtime_started P2 1 x1 tools-list/tools [e u] | "
			"4 downtime_resolved P2 1-2 x1 tools-list/tools "
			"[e u] | 24 slo_burn_resolved P2 0-22 x3 -/http [e u]"},
		{"a downtime is no burn, until it is half an hour ago",
			{{0, 10, "eu", RATES(20, 20, 20, 54, 107)},
				{10, 41, NULL, RATES(0, 5, 22, 54, 107)}},
			"0 downtime_started P2 0 x1 tools-list/tools [e u] | "
			"12 downtime_resolved P2 0-10 x10 tools-list/tools "
			"[e u] | 40 slo_burn_started P2 40 x1 -/http [e u]"},
	};

	(void)state;
	CHECK(cases);
}

/* The layer of most failures is named; of equal ones the worst. */
static void test_layer(void **state)
{
	(void)state;
	for (int l = LAYER_NONE + 1; l <= LAYER_COUNT; l++) {
		struct verdict v = {.slug = "s", .window = NIGHT_START,
			.error_rates.known = true};
		struct error_rate *r = &v.error_rates.windows[RATE_5M];
		struct night n;

		night_init(&n, "AEU");
		r->probes = 25;
		for (int k = LAYER_NONE + 1; k < LAYER_COUNT; k++)
			r->failed[k] = k == l ? 3 : 2;
		machine_verdict(&n.st, &v, &n.policy, INFINITY, &n.events);
		assert_int_equal(n.events.n, 1);
		assert_int_equal(n.events.v[0].record.layer,
			l < LAYER_COUNT ? l : LAYER_TRANSPORT);
		night_release(&n);
	}
}

/* A region that cannot be confirmed before its failures have left the shorter
   window is not waited for. */
static void test_confirming(void **state)
{
	static const struct {
		int confirm; /* windows of a minute; the shorter one has five */
		size_t told;
	} rows[] = {{3, 0}, {5, 0}, {6, 1}, {9, 1}};
	static const struct spell burning = {
		0, 1, "e", RATES(2, 0, 22)};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct night n;

		night_init(&n, "AEU");
		n.policy.confirm = rows[i].confirm;
		judge(&n, &burning, 0);
		assert_int_equal(n.events.n, rows[i].told);
		if (rows[i].told) {
			const struct incident *inc =
				&n.st.incidents[ALERT_SLO_BURN];

			assert_int_equal(inc->tier, TIER_REGIONAL);
			assert_int_equal(inc->expected, 3);
		}
		night_release(&n);
	}
}

/* A quarter of the probes of an hour is known: at a slower pace that is half of
   what is probed. */
static void test_half_known(void **state)
{
	static const struct {
		double interval_s;
		size_t told;
	} rows[] = {{0, 0}, {60, 0}, {71, 0}, {72, 1}, {300, 1}};
	static const struct spell quarter = {
		0, 1, NULL, 0, 0, {2, 0, 22}, 3, 0, NULL};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct night n;

		night_init(&n, "AEU");
		n.st.interval_s = rows[i].interval_s;
		judge(&n, &quarter, 0);
		assert_int_equal(n.events.n, rows[i].told);
		night_release(&n);
	}
}

/* However little may fail, two failures are no burn. */
static void test_few_failures(void **state)
{
	static const struct {
		struct spell burning;
		size_t told;
	} rows[] = {{{0, 1, NULL, RATES(1, 0, 2)}, 0},
		{{0, 1, NULL, RATES(1, 0, 3)}, 1}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct night n;

		night_init(&n, "AEU");
		n.policy.slo = 99.99;
		judge(&n, &rows[i].burning, 0);
		assert_int_equal(n.events.n, rows[i].told);
		night_release(&n);
	}
}

/* Whoever asks for no rate and has no objective is told of neither. */
static void test_not_asked(void **state)
{
	static const struct spell all = {
		0, 1, NULL, RATES(25, 150, 300, 1800, 21600)};

	(void)state;
	for (int asked = 0; asked < 2; asked++) {
		struct night n;

		night_init(&n, "AEU");
		if (!asked)
			n.policy.error_rate = n.policy.slo = 0;
		judge(&n, &all, 0);
		assert_int_equal(n.events.n, asked ? 2 : 0);
		night_release(&n);
	}
}

/* What failed is remembered for three days, and not what a wrong clock said. */
static void test_failures(void **state)
{
	struct night n;

	(void)state;
	night_init(&n, "AEU");
	night_run(&n, "E2 @4320 .");
	assert_int_equal(n.st.n_failures, 1);
	night_run(&n, ".");
	assert_int_equal(n.st.n_failures, 0);
	n.now = NIGHT_START + 9000 * 60;
	night_run(&n, "@9000 E2");
	assert_int_equal(n.st.n_failures, 1);
	n.now = NIGHT_START + 5000 * 60;
	night_run(&n, "@5000 .");
	assert_int_equal(n.st.n_failures, 0);
	/* A limit is none, nor is what a silent region said before. */
	night_run(&n, "E3/http.429 ~E2,E");
	assert_int_equal(n.st.n_failures, 0);
	night_release(&n);
}

/* Cold start by configuration; test_cold_start has it by host name. */
static void test_cold(void **state)
{
	static const struct {
		const char *what, *night, *events;
	} cases[] = {
		{"the first failure after a pause waits",
			". @12 AEU1 . . .", ""},
		{"the second does not", ". @12 AEU1 AEU1",
			"13 downtime_started P1 13 x1 dns/transport [a e u]"},
		{"ten minutes are no pause", ". @10 AEU1",
			"10 downtime_started P1 10 x1 dns/transport [a e u]"},
		{"told twice it is one", ". @12 AEU1 @12 AEU1 .", ""},
		{"the first that we ever see", "AEU1 .", ""},
		{"at a slow pace the second counts", ". @60 AEU1 @120 AEU1",
			"120 downtime_started P1 120 x1 dns/transport "
			"[a e u]"},
		{"and after a pass there is another first",
			". @60 AEU1 @120 . @180 AEU1 @240 .", ""},
		{"an open incident goes on", ". EU1 @30 EU1 . . .",
			"1 downtime_started P1 1 x1 dns/transport [e u] | "
			"33 downtime_resolved P1 1-31 x2 dns/transport "
			"[e u]"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct night n;
		char got[NIGHT_SIZE];

		night_init(&n, "AEU");
		n.st.cold_start = true;
		night_run(&n, cases[i].night);
		night_tell(&n, got);
		if (strcmp(got, cases[i].events) != 0)
			fail_msg("%s\n%s\nnot\n%s", cases[i].what, got,
				cases[i].events);
		night_release(&n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_latency),
		cmocka_unit_test(test_slow_above),
		cmocka_unit_test(test_no_baseline),
		cmocka_unit_test(test_slow_above_unset),
		cmocka_unit_test(test_error_rate),
		cmocka_unit_test(test_burn),
		cmocka_unit_test(test_layer),
		cmocka_unit_test(test_confirming),
		cmocka_unit_test(test_half_known),
		cmocka_unit_test(test_few_failures),
		cmocka_unit_test(test_not_asked),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_cold),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

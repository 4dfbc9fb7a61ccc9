/* SPDX-License-Identifier: MIT */
/*
 * Goal: a change of tools is seen once and by name, and regions that see
 * different tools are told apart from regions that see none.
 */
#include "timeline.h"

#include "base/xalloc.h"
#include "rule/drift.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

struct drift_case {
	const char *name;
	double now;
	const char *timeline; /* see timeline.h */
	const char *verdict;
};

static void check(const struct drift_case *cases, size_t n)
{
	struct rule rule = rule_default(60);

	for (size_t i = 0; i < n; i++) {
		const struct drift_case *c = &cases[i];
		struct timeline t;
		char got[512];

		timeline_read(&t, c->timeline);
		timeline_judge(&t, &rule, NULL, c->now, got);
		if (strcmp(got, c->verdict) != 0)
			fail_msg("%s: %s, expected %s", c->name, got,
				c->verdict);
	}
}

#define CHECK(cases) check(cases, sizeof cases / sizeof *cases)

static void test_divergence(void **state)
{
	static const struct drift_case cases[] = {
		{"equal", 50, "eu 1:-#a|us 2:-#a", "green ok - 0 2/2 [] []"},
		{"different", 50, "eu 1:-#a|us 2:-#b",
			"green ok - 0 2/2 [] [] divergence"},
		{"one of three", 50, "ap 1:-#a|eu 2:-#a|us 3:-#b",
			"green ok - 0 3/3 [] [] divergence"},
		{"a missing hash is none, D7", 50, "ap 1:-|eu 2:w|us 3:-#b",
			"green ok - 0 3/3 [] []"},
		{"all are missing", 50, "ap 1:-|eu 2:-|us 3:-",
			"green ok - 0 3/3 [] []"},
		{"the newest that there is", 110, "eu 1:-#a 61:6|us 2:-#b 62:-#b",
			"amber regional tools-list 1 2/2 [eu] [] divergence"},
		{"the newest is what counts", 110,
			"eu 1:-#a 61:-#b|us 2:-#b 62:-#b",
			"green ok - 0 2/2 [] [] drift eu a>b"},
		{"seen 300 s ago", 301, "eu 1:-#a 290:-|us 290:-#b",
			"green ok - 0 2/2 [] [] divergence"},
		{"seen before that", 301.5, "eu 1:-#a 290:-|us 290:-#b",
			"green ok - 0 2/2 [] []"},
		{"seen in the future", 10, "eu 1:-#a|us 1:- 13:-#b",
			"green ok - 0 2/2 [] []"},
		{"of different eras", 50, "eu 1:-#a@sse|us 2:-#b",
			"green ok - 0 2/2 [] []"},
		{"of different eras, and of one", 50,
			"ap 1:-#a@sse|eu 2:-#b|us 3:-#c",
			"green ok - 0 3/3 [] [] divergence"},
		{"descriptions, where contracts are the same", 50,
			"eu 1:-#a.b|us 2:-#a.c",
			"green ok - 0 2/2 [] [] divergence"},
		{"a description that is not known is none", 50,
			"eu 1:-#a.b|us 2:-#a", "green ok - 0 2/2 [] []"},
		{"descriptions of different eras", 50,
			"eu 1:-#a.b@sse|us 2:-#a.c", "green ok - 0 2/2 [] []"},
		{"one region sees nothing but itself", 110,
			"eu 1:-#a 61:-#b", "green ok - 0 1/1 [] [] drift eu a>b"},
	};

	(void)state;
	CHECK(cases);
}

static void test_drift(void **state)
{
	static const struct drift_case cases[] = {
		{"the first hash is no drift", 50, "eu 1:-#a",
			"green ok - 0 1/1 [] []"},
		{"no change", 110, "eu 1:-#a 61:-#a", "green ok - 0 1/1 [] []"},
		{"a change", 110, "eu 1:-#a 61:-#b",
			"green ok - 0 1/1 [] [] drift eu a>b"},
		{"a change before that is old news", 170,
			"eu 1:-#a 61:-#b 121:-#b", "green ok - 0 1/1 [] []"},
		{"no hash in between", 250, "eu 1:-#a 61:6 121:- 181:-#b",
			"green ok - 0 1/1 [] [] drift eu a>b"},
		{"no hash since: still the newest", 250, "eu 61:-#a 121:-#b 181:-",
			"green ok - 0 1/1 [] [] drift eu a>b"},
		{"of a long outage", 1200,
			"eu 1:-#a 61:6 121:6 181:6 241:6 301:6 361:6 421:6 481:6"
			" 541:6 601:6 661:6 721:6 781:6 841:6 901:6 961:6"
			" 1021:6 1081:6 1141:-#b",
			"green ok - 0 1/1 [] [] drift eu a>b"},
		{"each region its own", 110,
			"eu 1:-#a 61:-#b|us 2:-#c 62:-#c|ap 3:-#b 63:-#c",
			"green ok - 0 3/3 [] [] divergence drift ap b>c "
			"drift eu a>b"},
		{"only the descriptions", 110, "eu 1:-#a.b 61:-#a.c",
			"green ok - 0 1/1 [] [] drift eu b>c"},
		{"descriptions not known before", 110, "eu 1:-#a 61:-#a.c",
			"green ok - 0 1/1 [] []"},
		{"the contract and the descriptions", 110,
			"eu 1:-#a.c 61:-#b.d",
			"green ok - 0 1/1 [] [] drift eu a>b"},
		{"the era", 110, "eu 1:-#a@session 61:-#b@stateless",
			"green ok - 0 1/1 [] [] drift eu session>stateless"},
		{"the era alone", 110, "eu 1:-#a@sse 61:-#a@session",
			"green ok - 0 1/1 [] [] drift eu sse>session"},
		{"by a clock two seconds ahead", 59, "eu 1:-#a 61:-#b",
			"green ok - 0 1/1 [] [] drift eu a>b"},
		{"in the future", 50, "eu 1:-#a 61:-#b",
			"green ok - 0 1/1 [] []"},
	};

	(void)state;
	CHECK(cases);
}

/* Of memory that holds more than a history, no more is looked at. */
static void test_bounds(void **state)
{
	struct rule rule = rule_default(60);
	struct timeline t;
	char got[512];

	(void)state;
	timeline_read(&t, "eu 1:-#a 61:-#b 121:-#c");
	t.regions[0].probes++;
	t.regions[0].n = 1;
	timeline_judge(&t, &rule, NULL, 130, got);
	assert_string_equal(got, "green ok - 0 1/1 [] []");
}

/* A drift stands only in the first verdict that sees it. */
static void test_seen(void **state)
{
	struct rule rule = rule_default(60);
	struct timeline t;
	char got[512];

	(void)state;
	timeline_read(&t, "eu 1:-#a 61:-#b 121:6 181:-#a 241:-#c");
	t.regions[0].tools_seen = drift_newest(&t.regions[0],
		TIMELINE_START + 50);
	assert_ptr_equal(t.regions[0].tools_seen, &t.probes[0][0]);
	timeline_judge(&t, &rule, NULL, 110, got);
	assert_string_equal(got, "green ok - 0 1/1 [] [] drift eu a>b");

	t.regions[0].tools_seen = drift_newest(&t.regions[0],
		TIMELINE_START + 110);
	timeline_judge(&t, &rule, NULL, 110, got);
	assert_string_equal(got, "green ok - 0 1/1 [] []");
	timeline_judge(&t, &rule, NULL, 170, got);
	assert_string_equal(got, "amber regional tools-list 1 1/1 [eu] []");

	/* What was seen last counts, whatever came between. */
	timeline_judge(&t, &rule, NULL, 299, got);
	assert_string_equal(got, "green ok - 0 1/1 [] [] drift eu b>c");
}

#define TOOL(n, c, f) {.name = n, .contract = c, .full = f}

static void judge_lists(const struct tool_list *from,
	const struct tool_list *to, struct verdict_drift *d)
{
	struct probe probes[] = {{.started_at = 1, .id = "1", .tools = from,
					 .era = ERA_SESSION},
		{.started_at = 2, .id = "2", .tools = to, .era = ERA_SESSION}};
	struct region_history h = {.name = "eu", .probes = probes, .n = 2};

	assert_true(drift_find(&h, 10, d));
}

static void test_names(void **state)
{
	static const struct tool_digest before[] = {TOOL("changed", "1", "2"),
		TOOL("kept", "1", "1"), TOOL("redescribed", "1", "1"),
		TOOL("removed", "1", "1"), TOOL("removed-2", "1", "1")};
	static const struct tool_digest after[] = {TOOL("added", "1", "1"),
		TOOL("changed", "2", "2"), TOOL("kept", "1", "1"),
		TOOL("redescribed", "1", "2"), TOOL("z-added", "1", "1")};
	struct tool_list from = {.hash = "a", .full_hash = "a",
		.tools = before, .n_tools = 5};
	struct tool_list to = {.hash = "b", .full_hash = "b", .tools = after,
		.n_tools = 5};
	struct verdict_drift d;

	(void)state;
	judge_lists(&from, &to, &d);
	/* Both lists are found by their full hashes. */
	assert_string_equal(d.lists[0], "a");
	assert_string_equal(d.lists[1], "b");
	assert_int_equal(d.n_added, 2);
	assert_string_equal(d.added[0], "added");
	assert_string_equal(d.added[1], "z-added");
	assert_int_equal(d.n_removed, 2);
	assert_string_equal(d.removed[0], "removed");
	assert_string_equal(d.removed[1], "removed-2");
	assert_int_equal(d.n_changed, 1);
	assert_string_equal(d.changed[0], "changed");
	assert_int_equal(d.n_redescribed, 1);
	assert_string_equal(d.redescribed[0], "redescribed");
	/* The store knows which was renamed; the drift frees it, too. */
	d.renamed = xcalloc(d.n_renamed = 1, sizeof *d.renamed);
	*d.renamed = (struct verdict_rename) {
		xstrdup("removed"), xstrdup("added")};
	drift_release(&d);
	assert_int_equal(d.n_renamed, 0);
	assert_null(d.region);

	to.n_tools = 0;
	judge_lists(&from, &to, &d);
	assert_int_equal(d.n_removed, 5);
	assert_int_equal(d.n_added + d.n_changed + d.n_redescribed, 0);
	drift_release(&d);
}

/* The tools of one side are not known: hashes, and no names. */
static void test_names_unknown(void **state)
{
	static const struct tool_digest after[] = {TOOL("added", "1", "1")};
	struct tool_list from = {.hash = "a", .full_hash = "a"};
	struct tool_list to = {.hash = "b", .full_hash = "b", .tools = after,
		.n_tools = 1};
	struct verdict_drift d;

	(void)state;
	judge_lists(&from, &to, &d);
	assert_int_equal(d.n_added, 0);
	assert_string_equal(d.from, "a");
	assert_string_equal(d.to, "b");
	drift_release(&d);
	judge_lists(&to, &from, &d);
	assert_int_equal(d.n_removed, 0);
	drift_release(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_divergence),
		cmocka_unit_test(test_drift),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_seen),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_names_unknown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

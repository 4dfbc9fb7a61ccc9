/* SPDX-License-Identifier: MIT */
/*
 * Goal: where regions see different tools, who sees which, by name, and since
 * when, however long ago that began.
 */
#include "timeline.h"

#include "base/xalloc.h"
#include "rule/drift.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

struct side_case {
	const char *name;
	double now;
	const char *timeline; /* see timeline.h */
	const char *sides;    /* see render */
};

/* "a[eu] 1-61, b[ap us] 62-63": the sides, and when each was seen. */
static void render(const struct verdict_side *sides, size_t n, char *out,
	size_t size)
{
	size_t at = 0;

	out[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		const struct verdict_side *s = &sides[i];

		at += (size_t)snprintf(out + at, size - at, "%s%s[",
			i ? ", " : "",
			s->full_hash ? s->full_hash : s->tool_hash);
		for (size_t k = 0; k < s->n_regions; k++)
			at += (size_t)snprintf(out + at, size - at, "%s%s",
				k ? " " : "", s->regions[k]);
		at += (size_t)snprintf(out + at, size - at, "] %g-%g",
			s->first_seen - TIMELINE_START,
			s->last_seen - TIMELINE_START);
	}
}

static void check_sides(const struct timeline *t, double now, const char *name,
	const char *expected)
{
	struct verdict_side none, *sides = &none;
	char got[512];
	size_t n = drift_sides(t->regions, t->n, TIMELINE_START + now - 300,
		TIMELINE_START + now, &sides);

	render(sides, n, got, sizeof got);
	if (strcmp(got, expected) != 0)
		fail_msg("%s: '%s', expected '%s'", name, got, expected);
	assert_true(n ? n >= 2 && sides : !sides);
	for (size_t i = 1; i < n; i++) {
		bool words = sides[0].full_hash;

		assert_ptr_equal(sides[i].changes.from,
			words ? sides[0].full_hash : sides[0].tool_hash);
		assert_ptr_equal(sides[i].changes.to,
			words ? sides[i].full_hash : sides[i].tool_hash);
	}
	/* The store adds words; they are freed, too. */
	if (n)
		sides[0].words = xcalloc(1, sizeof *sides[0].words);
	drift_sides_free(sides, n);
}

static const struct side_case cases[] = {
	{"all see the same", 50, "eu 1:-#a|us 2:-#a", ""},
	{"a deploy that all have seen", 119,
		"ap 1:-#a 61:-#b|br 2:-#a 62:-#b|eu 3:-#a 63:-#b|"
		"us 4:-#a 64:-#b|za 5:-#a 65:-#b", ""},
	{"a deploy in the middle of a round", 70,
		"ap 1:-#a 61:-#a|br 2:-#a 62:-#a|eu 3:-#a 63:-#b|"
		"us 4:-#a 64:-#b|za 5:-#a 65:-#b",
		"a[ap br] 1-62, b[eu us za] 63-65"},
	{"before the late ones have probed again", 62.5,
		"ap 1:-#a 61:-#b|br 2:-#a 62:-#b|eu 3:-#a 63:-#b|"
		"us 4:-#a 64:-#b|za 5:-#a 65:-#b",
		"a[eu us za] 3-5, b[ap br] 61-62"},
	{"a stale one", 239,
		"ap 1:-#a 61:-#b 121:-#b 181:-#b|"
		"br 2:-#a 62:-#b 122:-#b 182:-#b|"
		"eu 3:-#a 63:-#a 123:-#a 183:-#a|"
		"us 4:-#a 64:-#b 124:-#b 184:-#b|"
		"za 5:-#a 65:-#b 125:-#b 185:-#b",
		"a[eu] 3-183, b[ap br us za] 61-185"},
	{"three hashes", 119, "ap 1:-#a 61:-#c|eu 2:-#a 62:-#a|"
		"us 3:-#a 63:-#b", "a[eu] 2-62, c[ap] 61-61, b[us] 63-63"},
	{"a hash that none sees now is no side", 119,
		"eu 1:-#z 61:-#a|us 2:-#z 62:-#b",
		"a[eu] 61-61, b[us] 62-62"},
	{"eras are not compared", 50, "eu 1:-#a@sse|us 2:-#b", ""},
	{"an era that agrees is on no side", 50,
		"ap 1:-#a@sse|br 2:-#a@sse|eu 3:-#b|us 4:-#c",
		"b[eu] 3-3, c[us] 4-4"},
	{"the same hash in another era is no sight of it", 50,
		"ap 1:-#c@sse|eu 3:-#b|us 4:-#c",
		"b[eu] 3-3, c[us] 4-4"},
	{"of two eras that differ, the first", 50,
		"ap 1:-#a@sse|br 2:-#b@sse|eu 3:-#c|us 4:-#d",
		"c[eu] 3-3, d[us] 4-4"},
	{"in whatever order they come", 50,
		"ap 1:-#a|br 2:-#b|eu 3:-#c@sse|us 4:-#d@sse",
		"a[ap] 1-1, b[br] 2-2"},
	{"equally old: which was seen last longer ago", 119,
		"ap 1:-#b|br 1:-#a 61:-#a|eu 3:-#a",
		"b[ap] 1-1, a[br eu] 1-61"},
	{"and so in another order", 119, "ap 1:-#a 61:-#a|br 1:-#b",
		"b[br] 1-1, a[ap] 1-61"},
	{"equal in both: by the hash", 50, "eu 1:-#b|us 1:-#a",
		"a[us] 1-1, b[eu] 1-1"},
	{"a missing hash is on no side", 50,
		"ap 1:-|eu 2:-#a|us 3:-#b", "a[eu] 2-2, b[us] 3-3"},
	{"a hash from before a failure", 119,
		"eu 1:-#a 61:6|us 2:-#b 62:-#b",
		"a[eu] 1-1, b[us] 2-62"},
	{"who is silent is on no side, but saw it", 350,
		"ap 1:-#b|eu 10:-#a 341:-#a|us 20:-#a 342:-#b",
		"a[eu] 10-341, b[us] 342-342"},
	{"the silent one alone sees something else", 350,
		"ap 1:-#b|eu 10:-#a 341:-#a|us 20:-#a 342:-#a", ""},
	{"taken back after 360 s, and one region has not seen that yet", 479,
		"eu 1:-#a 61:-#b 121:-#b 181:-#b 241:-#b 301:-#b 361:-#b 421:-#b|"
		"us 2:-#a 62:-#b 122:-#b 182:-#b 242:-#b 302:-#b 362:-#b 422:-#a",
		"b[eu] 61-421, a[us] 422-422"},
	{"after 300 s", 419,
		"eu 1:-#a 61:-#b 121:-#b 181:-#b 241:-#b 301:-#b 361:-#b|"
		"us 2:-#a 62:-#b 122:-#b 182:-#b 242:-#b 302:-#b 362:-#a",
		"a[us] 2-362, b[eu] 61-361"},
	{"now this cache, now that", 239,
		"eu 1:-#a 61:-#b 121:-#a 181:-#a|us 2:-#a 62:-#b 122:-#b 182:-#b",
		"a[eu] 1-181, b[us] 62-182"},
	{"what a region saw last that is on another side", 179,
		"eu 1:-#a 61:6 121:6|us 2:-#a 62:-#a 122:-#b",
		"a[eu] 1-62, b[us] 122-122"},
	{"the same contracts, and other words", 179,
		"ap 1:-#a.b 61:-#a.b 121:-#a.b|eu 2:-#a.b 62:-#a.c 122:-#a.c",
		"b[ap] 1-121, c[eu] 62-122"},
	{"other words that are not known are on no side", 119,
		"ap 1:-#a.b 61:-#a.b|eu 2:-#a.b 62:-#a.c|us 3:-#a 63:-#a",
		"b[ap] 1-61, c[eu] 62-62"},
	{"contracts come before words", 119,
		"ap 1:-#a.b 61:-#a.b|eu 2:-#a.b 62:-#a.c|us 3:-#a.b 63:-#d.b",
		"a[ap eu] 1-62, d[us] 63-63"},
	{"what is to come is not looked at", 50,
		"eu 1:-#a 61:-#b|us 2:-#b 62:-#a", "a[eu] 1-1, b[us] 2-2"},
};

static void test_sides(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct timeline t;

		timeline_read(&t, cases[i].timeline);
		check_sides(&t, cases[i].now, cases[i].name, cases[i].sides);
	}
}

/* An hour of a stale region, of which each verdict sees 16 probes. */
static void test_since(void **state)
{
	static char text[4096];
	struct timeline t;
	size_t at = 0;

	(void)state;
	for (int r = 0; r < 2; r++) {
		at += (size_t)snprintf(text + at, sizeof text - at, "%s",
			r ? "|us" : "eu");
		for (int m = 0; m < 60; m++)
			at += (size_t)snprintf(text + at, sizeof text - at,
				" %d:-#%c", 60 * m + 1 + r,
				r && m > 1 ? 'b' : 'a');
	}
	timeline_read(&t, text);
	for (int m = 0; m < 60; m++) {
		double now = 60 * m + 59;
		char expected[80];

		snprintf(expected, sizeof expected, "a[eu] 1-%d, b[us] 122-%d",
			60 * m + 1, 60 * m + 2);
		check_sides(&t, now, "each minute", m > 1 ? expected : "");
		for (size_t i = 0; i < t.n; i++)
			drift_saw(&t.regions[i], TIMELINE_START + now);
	}
	assert_true(t.regions[0].tools_since == TIMELINE_START + 1);
	assert_true(t.regions[1].tools_since == TIMELINE_START + 122);
	/* Without a verdict in between, only the last 16 probes are known. */
	t.regions[0].tools_since = t.regions[1].tools_since = 0;
	check_sides(&t, 3599, "not known", "a[eu] 2641-3541, b[us] 2642-3542");
}

static void test_since_of_a_region(void **state)
{
	struct timeline t;
	struct region_history *h = t.regions;

	(void)state;
	timeline_read(&t, "eu 1:-#a 61:-#b 121:6 181:-#b 241:-#a 301:-#a@sse");
	assert_true(drift_since(h, TIMELINE_START) == 0);
	drift_saw(h, TIMELINE_START);
	assert_null(h->tools_seen);
	assert_true(drift_since(h, TIMELINE_START + 50) == TIMELINE_START + 1);
	assert_true(drift_since(h, TIMELINE_START + 200) ==
		TIMELINE_START + 61);
	/* Other tools for a short while do not move the beginning. */
	assert_true(drift_since(h, TIMELINE_START + 250) == TIMELINE_START + 1);
	drift_saw(h, TIMELINE_START + 200);
	h->tools_since = 7;
	assert_true(drift_since(h, TIMELINE_START + 200) == 7);
	assert_true(drift_since(h, TIMELINE_START + 250) == TIMELINE_START + 1);
	assert_true(drift_since(h, TIMELINE_START + 310) ==
		TIMELINE_START + 301);
	/* Nor does what was known before, up to the newest probe itself. */
	drift_saw(h, TIMELINE_START + 250);
	h->tools_since = TIMELINE_START + 241;
	assert_true(drift_since(h, TIMELINE_START + 250) ==
		TIMELINE_START + 241);
	drift_saw(h, TIMELINE_START + 200);
	/* An instant that is yet to come is not believed. */
	h->tools_since = TIMELINE_START + 1000;
	assert_true(drift_since(h, TIMELINE_START + 200) ==
		TIMELINE_START + 61);
}

/* Since when a region sees the words: they may not be known. */
static void test_words_since(void **state)
{
	struct timeline t;

	(void)state;
	timeline_read(&t, "eu 1:-#a.b 61:-#a.c 121:-#a.c 181:-#a|us 1:-");
	assert_true(drift_words_since(t.regions, TIMELINE_START + 50) ==
		TIMELINE_START + 1);
	assert_true(drift_words_since(t.regions, TIMELINE_START + 130) ==
		TIMELINE_START + 61);
	assert_true(drift_words_since(t.regions, TIMELINE_START + 190) ==
		TIMELINE_START + 181);
	assert_true(drift_words_since(&t.regions[1], TIMELINE_START + 50) == 0);
	/* It is kept as it was found, before the tools are. */
	drift_saw(t.regions, TIMELINE_START + 130);
	assert_true(t.regions[0].words_since == TIMELINE_START + 61);
	assert_true(t.regions[0].tools_since == TIMELINE_START + 1);
}

#define TOOL(n, c, f) {.name = n, .contract = c, .full = f}

/* The tools of each side by name, whichever probe named them. */
static void test_side_names(void **state)
{
	static const struct tool_digest old[] = {TOOL("get_data", "1", "1"),
		TOOL("ping", "1", "1")};
	static const struct tool_digest new[] = {TOOL("fetch_data", "1", "1"),
		TOOL("ping", "1", "1")};
	struct tool_list named = {"a", "a", old, 2}, bare = {.hash = "a"};
	struct tool_list to = {"b", "b", new, 2}, unnamed = {.hash = "b"};
	struct verdict_side *sides;
	struct timeline t;

	(void)state;
	timeline_read(&t, "eu 1:-#a 61:-#a|us 2:-#a 62:-#b");
	t.probes[0][0].tools = t.probes[1][0].tools = &bare;
	t.probes[0][1].tools = &bare;
	t.probes[1][1].tools = &to;
	for (int k = 0; k < 4; k++) {
		bool known = k == 1 || k == 2;
		struct probe before = {.tools = k == 3 ? &bare : &named,
			.era = ERA_SESSION};

		/* The names came from one probe, or from the verdict before. */
		t.probes[1][0].tools = k == 1 ? &named : &bare;
		t.regions[0].tools_seen = k >= 2 ? &before : NULL;
		assert_int_equal(drift_sides(t.regions, t.n, TIMELINE_START,
			TIMELINE_START + 99, &sides), 2);
		assert_int_equal(sides[0].changes.n_added, 0);
		assert_int_equal(sides[0].changes.n_removed, 0);
		assert_int_equal(sides[1].changes.n_added, known);
		assert_int_equal(sides[1].changes.n_removed, known);
		assert_int_equal(sides[1].changes.n_changed, 0);
		assert_int_equal(sides[1].changes.n_redescribed, 0);
		if (known) {
			assert_string_equal(sides[1].changes.added[0],
				"fetch_data");
			assert_string_equal(sides[1].changes.removed[0],
				"get_data");
		}
		drift_sides_free(sides, 2);
		t.regions[0].tools_seen = NULL;
	}
	/* One side of two has names. */
	t.probes[1][0].tools = &named;
	t.probes[1][1].tools = &unnamed;
	assert_int_equal(drift_sides(t.regions, t.n, TIMELINE_START,
		TIMELINE_START + 99, &sides), 2);
	assert_int_equal(sides[1].changes.n_added, 0);
	assert_int_equal(sides[1].changes.n_removed, 0);
	drift_sides_free(sides, 2);
}

/* Only the description changed: the newest one counts. */
static void test_side_described(void **state)
{
	static const struct tool_digest before[] = {TOOL("ping", "1", "1")};
	static const struct tool_digest since[] = {TOOL("ping", "1", "2")};
	static const struct tool_digest other[] = {TOOL("ping", "1", "2"),
		TOOL("pong", "1", "1")};
	struct tool_list lists[] = {{"a", "x", before, 1}, {"a", "y", since, 1},
		{"b", "z", other, 2}};
	struct verdict_side *sides;
	struct timeline t;

	(void)state;
	timeline_read(&t, "eu 1:-#a 61:-#a|us 2:-#a 62:-#b");
	t.probes[0][0].tools = t.probes[1][0].tools = &lists[0];
	t.probes[0][1].tools = &lists[1];
	t.probes[1][1].tools = &lists[2];
	assert_int_equal(drift_sides(t.regions, t.n, TIMELINE_START,
		TIMELINE_START + 99, &sides), 2);
	assert_int_equal(sides[1].changes.n_added, 1);
	assert_int_equal(sides[1].changes.n_redescribed, 0);
	drift_sides_free(sides, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sides),
		cmocka_unit_test(test_since),
		cmocka_unit_test(test_since_of_a_region),
		cmocka_unit_test(test_words_since),
		cmocka_unit_test(test_side_names),
		cmocka_unit_test(test_side_described),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

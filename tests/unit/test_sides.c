/*
 * Goal: where regions see different tools, who sees which, by name, and since
 * when, however long ago that began.
 */
#include "timeline.h"

#include "../../aggregate/drift.h"
#include "../../aggregate/sides.h"

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
			i ? ", " : "", s->tool_hash);
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
	struct verdict_side *sides;
	char got[512];
	size_t n = drift_sides(t->regions, t->n, TIMELINE_START + now - 300,
		TIMELINE_START + now, &sides);

	render(sides, n, got, sizeof got);
	if (strcmp(got, expected) != 0)
		fail_msg("%s: '%s', expected '%s'", name, got, expected);
	assert_true(n ? n >= 2 && sides : !sides);
	for (size_t i = 1; i < n; i++) {
		assert_ptr_equal(sides[i].changes.from, sides[0].tool_hash);
		assert_ptr_equal(sides[i].changes.to, sides[i].tool_hash);
	}
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
		"a[eu us za] 1-5, b[ap br] 61-62"},
	{"a stale one", 239,
		"ap 1:-#a 61:-#b 121:-#b 181:-#b|"
		"br 2:-#a 62:-#b 122:-#b 182:-#b|"
		"eu 3:-#a 63:-#a 123:-#a 183:-#a|"
		"us 4:-#a 64:-#b 124:-#b 184:-#b|"
		"za 5:-#a 65:-#b 125:-#b 185:-#b",
		"a[eu] 1-183, b[ap br us za] 61-185"},
	{"three hashes", 119, "ap 1:-#a 61:-#c|eu 2:-#a 62:-#a|"
		"us 3:-#a 63:-#b", "a[eu] 1-62, c[ap] 61-61, b[us] 63-63"},
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
	{"equally old: which was seen last longer ago", 119,
		"ap 1:-#b|br 1:-#a 61:-#a|eu 3:-#a",
		"b[ap] 1-1, a[br eu] 1-61"},
	{"equal in both: by the hash", 50, "eu 1:-#b|us 1:-#a",
		"a[us] 1-1, b[eu] 1-1"},
	{"a missing hash is on no side", 50,
		"ap 1:-|eu 2:-#a|us 3:-#b", "a[eu] 2-2, b[us] 3-3"},
	{"a hash from before a failure", 119,
		"eu 1:-#a 61:6|us 2:-#b 62:-#b",
		"a[eu] 1-1, b[us] 2-62"},
	{"who is silent is on no side, but saw it", 350,
		"ap 1:-#b|eu 10:-#a 341:-#a|us 20:-#a 342:-#b",
		"b[us] 1-342, a[eu] 10-341"},
	{"the silent one alone sees something else", 350,
		"ap 1:-#b|eu 10:-#a 341:-#a|us 20:-#a 342:-#a", ""},
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
	/* Who has not judged in between knows what the last 16 probes tell. */
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
	/* What it saw before it saw others is no sight of these. */
	assert_true(drift_since(h, TIMELINE_START + 250) ==
		TIMELINE_START + 241);
	drift_saw(h, TIMELINE_START + 200);
	h->tools_since = 7;
	assert_true(drift_since(h, TIMELINE_START + 200) == 7);
	assert_true(drift_since(h, TIMELINE_START + 250) ==
		TIMELINE_START + 241);
	assert_true(drift_since(h, TIMELINE_START + 310) ==
		TIMELINE_START + 301);
	/* An instant that is yet to come is not believed. */
	h->tools_since = TIMELINE_START + 1000;
	assert_true(drift_since(h, TIMELINE_START + 200) ==
		TIMELINE_START + 61);
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
	for (int k = 0; k < 3; k++) {
		struct probe before = {.tools = &named, .era = ERA_SESSION};

		/* One probe, or what the verdict before saw, named them. */
		t.probes[1][0].tools = k == 1 ? &named : &bare;
		t.regions[0].tools_seen = k == 2 ? &before : NULL;
		assert_int_equal(drift_sides(t.regions, t.n, TIMELINE_START,
			TIMELINE_START + 99, &sides), 2);
		assert_int_equal(sides[0].changes.n_added, 0);
		assert_int_equal(sides[0].changes.n_removed, 0);
		assert_int_equal(sides[1].changes.n_added, k != 0);
		assert_int_equal(sides[1].changes.n_removed, k != 0);
		assert_int_equal(sides[1].changes.n_changed, 0);
		assert_int_equal(sides[1].changes.n_redescribed, 0);
		if (k) {
			assert_string_equal(sides[1].changes.added[0],
				"fetch_data");
			assert_string_equal(sides[1].changes.removed[0],
				"get_data");
		}
		drift_sides_free(sides, 2);
		t.regions[0].tools_seen = NULL;
	}
	t.probes[1][1].tools = &unnamed;
	assert_int_equal(drift_sides(t.regions, t.n, TIMELINE_START,
		TIMELINE_START + 99, &sides), 2);
	assert_int_equal(sides[1].changes.n_added, 0);
	drift_sides_free(sides, 2);
}

/* A verdict with sides, in short form, and its words. */
struct word_case {
	const char *name;
	int expected;
	const char *sides; /* "eu br|us +fetch_data -get_data ~search" */
	const char *words;
};

struct words {
	char text[512];
	const char *list[4][4][16]; /* of each side: regions, +, -, ~ */
	size_t n[4][4];
	struct verdict_side sides[4];
	struct verdict verdict;
};

static void read_words(struct words *w, const char *text)
{
	static const char marks[] = " +-~";
	char *p = w->text;
	size_t k = 0;

	*w = (struct words) {.n = {{0}}};
	assert_true(strlen(text) < sizeof w->text);
	memcpy(w->text, text, strlen(text) + 1);
	while (*p) {
		size_t n = strcspn(p, " |");
		size_t kind = (size_t)(strchr(marks, *p) - marks);
		char end = p[n];

		if (!strchr(marks, *p))
			kind = 0;
		p[n] = '\0';
		assert_true(w->n[k][kind] < 16);
		w->list[k][kind][w->n[k][kind]++] = p + (kind > 0);
		k += end == '|';
		p += n + (end != '\0');
	}
	for (size_t i = 0; i <= k; i++)
		w->sides[i] = (struct verdict_side) {
			.tool_hash = &"0123456789aa\0" "1234567890aa\0"
				"2345678901aa"[13 * i],
			.regions = w->list[i][0], .n_regions = w->n[i][0],
			.first_seen = 1776780123.5 + 1800 * (double)i,
			.changes = {.added = w->list[i][1],
				.n_added = w->n[i][1],
				.removed = w->list[i][2],
				.n_removed = w->n[i][2],
				.changed = w->list[i][3],
				.n_changed = w->n[i][3]}};
	w->verdict.sides = w->sides;
	w->verdict.n_sides = k + 1;
}

static const struct word_case word_cases[] = {
	{"renamed, and a stale one", 5,
		"eu|ap br us za +fetch_data -get_data",
		"eu sees get_data, the others fetch_data since 14:32"},
	{"the first that sees the new one", 3,
		"br eu|us +fetch_data -get_data",
		"us sees fetch_data since 14:32, the others get_data"},
	{"one each", 2, "eu|us +fetch_data -get_data",
		"eu sees get_data, us fetch_data since 14:32"},
	{"as many: the later are the others", 4,
		"br eu|us za +fetch_data -get_data",
		"br and eu see get_data, the others fetch_data since 14:32"},
	{"one more is on no side", 6,
		"ap br eu|us za +fetch_data -get_data",
		"ap, br and eu see get_data, us and za fetch_data since 14:32"},
	{"three sides", 5, "eu|ap br us +b -a|za +c -a",
		"eu sees a, za c since 15:02, the others b since 14:32"},
	{"only more", 3, "eu|br us +b",
		"eu sees no b, the others b since 14:32"},
	{"only less", 3, "eu|br us -b",
		"eu sees b, the others no b since 14:32"},
	{"changed", 3, "eu|br us ~a",
		"eu sees the old a, the others the new a since 14:32"},
	{"all of it", 3, "eu|br us +b +c -a ~d ~e",
		"eu sees a and the old d and e, "
		"the others b and c and the new d and e since 14:32"},
	{"many", 3, "eu|br us +a +b +c +d +e +f +g -h",
		"eu sees h, the others a, b, c, d, e and 2 more since 14:32"},
	{"names not known", 3, "eu|br us",
		"eu sees 01234567, the others 12345678 since 14:32"},
};

static void test_words(void **state)
{
	const double now = 1776783600;

	(void)state;
	for (size_t i = 0; i < sizeof word_cases / sizeof *word_cases; i++) {
		const struct word_case *c = &word_cases[i];
		struct words w;
		struct buf b;

		read_words(&w, c->sides);
		w.verdict.expected = c->expected;
		buf_init(&b, 4096);
		sides_put(&b, &w.verdict, now);
		if (strcmp(b.p, c->words) != 0)
			fail_msg("%s: '%s', expected '%s'", c->name, b.p,
				c->words);
		buf_release(&b);
	}
}

/* A day later it is the date that helps; and names are a stranger's. */
static void test_words_of_strangers(void **state)
{
	struct words w;
	struct buf b;
	char loud[200];

	(void)state;
	buf_init(&b, 4096);
	read_words(&w, "eu|us +x -\033[31m\xe2\x80\xae");
	w.verdict.expected = 2;
	memset(loud, 'x', sizeof loud - 1);
	loud[sizeof loud - 1] = '\0';
	w.list[1][1][0] = loud;
	sides_put(&b, &w.verdict, 1776781923.5 + 86400);
	assert_null(strchr(b.p, '\033'));
	assert_null(strstr(b.p, "\xe2\x80\xae"));
	assert_non_null(strstr(b.p, " since 2026-04-21"));
	assert_true(b.len < 130);
	buf_clear(&b);
	w.verdict.n_sides = 0;
	sides_put(&b, &w.verdict, 0);
	assert_int_equal(b.len, 0);
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sides),
		cmocka_unit_test(test_since),
		cmocka_unit_test(test_since_of_a_region),
		cmocka_unit_test(test_side_names),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_words_of_strangers),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

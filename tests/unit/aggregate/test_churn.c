/* SPDX-License-Identifier: MIT */
/*
 * Goal: how often the tools of a server change is counted once for each change,
 * however often it is looked at, and decides when that is too often.
 */
#include "timeline.h"

#include "rule/drift.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define MINUTES 240

/* A region that is probed each minute; a letter for the tools of each probe. */
struct region {
	struct probe probes[MINUTES];
	struct tool_list lists[MINUTES];
	char hashes[MINUTES][2];
	struct region_history history;
};

static void make(struct region *r, const char *letters)
{
	memset(r, 0, sizeof *r);
	r->history = (struct region_history) {
		.name = "us", .probes = r->probes, .n = strlen(letters)};
	for (size_t i = 0; letters[i]; i++) {
		r->hashes[i][0] = letters[i];
		r->lists[i] = (struct tool_list) {.hash = r->hashes[i]};
		r->probes[i] = (struct probe) {.era = ERA_SESSION,
			.started_at = TIMELINE_START + 60 * (double)i + 5,
			.tools = letters[i] == '-' ? NULL : &r->lists[i]};
	}
}

/* The instant at which a minute ends. */
static double end_of(size_t minute)
{
	return TIMELINE_START + 60 * (double)minute + 59;
}

static int changes(const struct region *r, size_t minute)
{
	struct change_counts c = churn_changes(&r->history, end_of(minute));
	int n = 0;

	for (size_t i = 0; i < CHANGES_MINUTES; i++)
		n += c.count[i];
	return n;
}

static void test_count(void **state)
{
	static const struct {
		const char *letters;
		int changes;
	} rows[] = {
		{"", 0}, {"a", 0}, {"aa", 0}, {"ab", 1}, {"aba", 2},
		{"a-b", 1}, {"a--a", 0}, {"-ab-", 1}, {"aabbaabb", 3},
		{"abcdefghijklmnopqrstuvwxyz", 25},
	};
	static struct region r;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t n = strlen(rows[i].letters);

		make(&r, rows[i].letters);
		assert_int_equal(changes(&r, n ? n - 1 : 0), rows[i].changes);
	}
	/* Only the description changes; then the era does. */
	make(&r, "aaa");
	r.lists[1].full_hash = "x";
	r.lists[2].full_hash = "y";
	r.probes[0].era = ERA_SSE;
	assert_int_equal(changes(&r, 2), 2);
	/* To or from an era that is not known it is none. */
	make(&r, "abc");
	r.probes[1].era = ERA_NONE;
	assert_int_equal(changes(&r, 2), 0);
	/* All in one minute: no more are counted than its letter can say. */
	make(&r, "ababababababababababababababababababababab");
	for (size_t i = 0; i < r.history.n; i++)
		r.probes[i].started_at = TIMELINE_START + (double)i;
	assert_int_equal(changes(&r, 0), 35);
}

/*
 * What the verdict before knew of each of its minutes is that of the same minute
 * now; it may be of a minute that is yet to come: a clock went back.
 */
static void test_known(void **state)
{
	static const struct {
		int ahead, minute; /* of the verdict before; which it counted in */
		int now;	   /* which that is; -1: none */
	} rows[] = {
		{0, 0, 0}, {0, 1, 1}, {0, 58, 58}, {0, 59, 59},
		{-1, 0, -1}, {-1, 1, 0}, {-1, 59, 58},
		{-59, 58, -1}, {-59, 59, 0}, {-60, 59, -1}, {-70, 59, -1},
		{2, 57, 59}, {2, 58, -1}, {2, 0, 2}, {59, 0, 59}, {60, 0, -1},
	};
	static struct region r;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct change_counts c;

		make(&r, "a");
		/* Nothing behind the counts is one of them. */
		memset(&r.history.changes, 9, sizeof r.history.changes);
		r.history.changes.upto =
			(int64_t)TIMELINE_START + 60 * rows[i].ahead;
		memset(r.history.changes.count, 0, CHANGES_MINUTES);
		r.history.changes.count[rows[i].minute] = 7;
		c = churn_changes(&r.history, end_of(0));
		assert_int_equal(c.upto, (int64_t)TIMELINE_START);
		for (int k = 0; k < CHANGES_MINUTES; k++)
			if (c.count[k] != (k == rows[i].now ? 7 : 0))
				fail_msg("%zu: %d in %d", i, c.count[k], k);
	}
}

/* A day judged at once, and by the minute with 16 probes in sight. */
static void test_bit_by_bit(void **state)
{
	static struct region whole, part;
	char letters[MINUTES + 1] = "";

	(void)state;
	for (size_t i = 0; i < MINUTES; i++)
		letters[i] = i % 7 == 3 ? '-' : i % 5 < 2 ? 'a' : 'b';
	make(&whole, letters);
	make(&part, letters);
	for (size_t i = 0; i < MINUTES; i++) {
		size_t first = i > 15 ? i - 15 : 0;
		struct buf text;

		assert_int_equal(changes(&whole, i), changes(&part, i));
		/* Most minutes are judged twice. */
		if (i % 11 != 5)
			drift_saw(&part.history, end_of(i) - 30);
		drift_saw(&part.history, end_of(i));
		part.history.probes = part.probes + first;
		part.history.n = i + 1 - first;
		if (i + 1 < MINUTES)
			part.history.n++;
		buf_init(&text, 100);
		churn_put(&text, &part.history.changes);
		assert_true(buf_ok(&text));
		if (text.len)
			assert_true(churn_read(text.p, &part.history.changes));
		buf_release(&text);
	}
}

/* Begins with more than twelve changes in an hour, ends with at most six. */
static void test_judge(void **state)
{
	const struct rule rule = rule_default(60);
	static struct region r[2];
	double since = 0;
	char letters[MINUTES + 1] = "";
	const char *expected[] = {"us", "eu"};

	(void)state;
	make(&r[1], "aaa");
	r[1].history.name = "eu";
	for (size_t i = 0; i < MINUTES; i++)
		letters[i] = i < 20 ? (char)('a' + i) : 'z';
	make(&r[0], letters);
	for (size_t i = 0; i < MINUTES; i++) {
		const struct region_history h[] = {
			r[0].history, r[1].history};
		struct verdict v = verdict_decide(&rule,
			&(struct verdict_input) {.slug = "s",
				.now = end_of(i) - 30, .expected = expected,
				.n_expected = 2, .regions = h, .n_regions = 2,
				.churn_since = since});

		since = v.tool_churn.since;
		/* 20 changes, one a minute from the second on. */
		if (i < 13 || i > 73) {
			assert_int_equal(v.tool_churn.changes_1h, 0);
			assert_true(since == 0);
			assert_int_equal(v.n_drift, i > 0 && i < 13);
		} else {
			size_t first = i > 60 ? i - 60 : 0;

			assert_int_equal(v.tool_churn.changes_1h,
				(int)((i < 20 ? i : 20) - first));
			assert_true(since == TIMELINE_START + 13 * 60);
			assert_int_equal(v.n_drift, 0);
		}
		verdict_release(&v);
	}
}

/*
 * Three regions, a, b and c; those in `changing` see other tools at each probe.
 * A single region that lies, or has a stale cache, must not make it churn,
 * which would silence the drift of the others.
 */
static void test_one_region_alone(void **state)
{
	static const struct {
		const char *reporting, *changing, *one_machine;
		bool churn;
	} rows[] = {
		{"abc", "", "", false},
		{"abc", "a", "", false},
		{"abc", "ab", "", true},
		{"abc", "abc", "", true},
		{"abc", "ab", "ab", false},
		{"abc", "ab", "bc", true},
		{"abc", "abc", "abc", true},
		{"ab", "a", "", false},
		{"ab", "ac", "", false},
		{"a", "a", "", true},
		{"a", "bc", "", false},
		/*
		 * A region that fell silent still counts for the rest of the
		 * hour.
		 */
		{"", "a", "", false},
		{"", "ab", "", true},
	};
	static const char *const names[] = {"a", "b", "c"};
	const struct rule rule = rule_default(60);
	static struct region r[3];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct region_history h[3];
		struct verdict v;

		for (size_t k = 0; k < 3; k++) {
			bool reports = strstr(rows[i].reporting, names[k]);

			/*
			 * A region that does not report fell silent ten minutes
			 * ago.
			 */
			make(&r[k], !strstr(rows[i].changing, names[k])
				? reports ? "zzzzzzzzzzzzzzzzzzzzzzzzzz"
					  : "zzzzzzzzzzzzzzzz"
				: reports ? "abcdefghijklmnopqrstuvwxyz"
					  : "abcdefghijklmnop");
			h[k] = r[k].history;
			h[k].name = names[k];
			if (strstr(rows[i].one_machine, names[k]))
				h[k].machine = "m";
		}
		v = verdict_decide(&rule,
			&(struct verdict_input) {.slug = "s",
				.now = end_of(25), .expected = names,
				.n_expected = 3, .regions = h, .n_regions = 3});
		assert_int_equal(v.tool_churn.changes_1h > 0, rows[i].churn);
		verdict_release(&v);
	}
}

static void test_text(void **state)
{
	static const char *const wrong[] = {"", "0", "x", "1777485000",
		"1777485000 0", "1777485001 " "000000000000000000000000000000"
		"000000000000000000000000000000",
		"1777485000 " "00000000000000000000000000000!"
		"000000000000000000000000000000",
		"-60 " "000000000000000000000000000000"
		"000000000000000000000000000000",
		"1777485000 " "000000000000000000000000000000"
		"0000000000000000000000000000000",
		"000000000000000000001777485000 " "000000000000000000000000000000"
		"000000000000000000000000000000"};
	struct change_counts c = {.upto = 1777485000}, d;
	struct buf b;

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		memset(&d, 1, sizeof d);
		assert_false(churn_read(wrong[i], &d));
		assert_int_equal(d.upto, 0);
	}
	/* The first minute that may be one. */
	assert_true(churn_read("60 " "000000000000000000000000000000"
		"000000000000000000000000000001", &d));
	assert_int_equal(d.upto, 60);
	buf_init(&b, 100);
	churn_put(&b, &c);
	assert_int_equal(b.len, 0);
	c.count[0] = 35;
	c.count[59] = 1;
	churn_put(&b, &c);
	assert_string_equal(b.p, "1777485000 "
		"z00000000000000000000000000000000000000000000000000000000001");
	assert_true(churn_read(b.p, &d));
	assert_int_equal(d.upto, c.upto);
	assert_memory_equal(d.count, c.count, sizeof c.count);
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_count),
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_bit_by_bit),
		cmocka_unit_test(test_judge),
		cmocka_unit_test(test_one_region_alone),
		cmocka_unit_test(test_text),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

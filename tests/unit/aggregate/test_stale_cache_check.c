/* SPDX-License-Identifier: MIT */
/*
 * Goal: each server is checked once in five minutes, whatever its interval;
 * what a check found is read within its limits, and stays in the verdicts for
 * as long as it is valid.
 */
#include "terms/stale_cache_check.h"

#include "json/json.h"

#include "rule/verdict.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define START 1777485000.0
#define H1 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define H2 "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"

/* How many of the probes in the five minutes after `from` make a check. */
static int turns(const char *slug, double interval, double from)
{
	int n = 0;

	for (double t = from; t < from + 300; t += interval)
		n += cache_check_due(slug, interval, t);
	return n;
}

static void test_turns(void **state)
{
	static const double intervals[] = {30, 60, 100, 150};
	int minutes[5] = {0};
	char slug[16];

	(void)state;
	for (int i = 0; i < 500; i++) {
		snprintf(slug, sizeof slug, "server-%d", i);
		/* Whenever in its minute the probe starts. */
		for (size_t k = 0; k < COUNT(intervals); k++)
			for (int s = 0; s < 60; s += 7)
				assert_int_equal(turns(slug, intervals[k],
							 START + s),
					1);
		assert_true(cache_check_due(slug, 300, START + i));
		assert_true(cache_check_due(slug, 3600, START + i));
		assert_false(cache_check_due(slug, 0, START + i));
		for (int m = 0; m < 5; m++)
			minutes[m] += cache_check_due(slug, 60, START + 60 * m);
	}
	/* The servers take turns: no minute has all checks. */
	for (int m = 0; m < 5; m++)
		assert_in_range(minutes[m], 50, 150);
}

/* Reads a check; out gets its members written again, or what is wrong. */
static void read_one(const char *text, char *out, size_t size)
{
	char why[JSON_WHY], copy[2000];
	struct cache_check c;
	const char *fault;
	struct buf b;
	cJSON *o;

	snprintf(copy, sizeof copy, "%s", text);
	for (char *p = copy; *p; p++)
		*p = *p == '\'' ? '"' : *p;
	o = json_parse(copy, strlen(copy), &json_record, why);
	assert_non_null(o);
	fault = cache_check_read(o, &c);
	buf_init(&b, 4096);
	if (!fault && c.result)
		cache_check_write(&b, &c, 2);
	for (char *p = b.p; *p; p++)
		*p = *p == '"' ? '\'' : *p;
	snprintf(out, size, "%s", fault ? fault : b.p);
	assert_true(!fault || c.result == CACHE_UNKNOWN);
	buf_release(&b);
	cJSON_Delete(o);
}

#define STALE "'result':'stale',"
#define HASHES "'tool_hash':'" H1 "','full_hash':'" H2 "'"

static void test_read(void **state)
{
	static const struct {
		const char *text, *expected;
	} rows[] = {
		{"{'result':'equal'}", "'result':'equal'"},
		{"{'result':'equal','age_s':'x','new':1}", "'result':'equal'"},
		{"{'result':'unsettled'}", ""},
		{"{" STALE HASHES "}",
			STALE "'age_s':null," HASHES ",'added':[],'removed':[],"
			"'changed':[],'redescribed':[],'more':0"},
		/*
		 * Three of four names are kept and two of them fit here; the
		 * rest is a count.
		 */
		{"{" STALE HASHES ",'age_s':7,'added':['a','b\\u0007','c','d'],"
			"'changed':['e'],'more':5}",
			STALE "'age_s':7," HASHES ",'added':['a','b?'],"
			"'removed':[],'changed':['e'],'redescribed':[],"
			"'more':7"},
		{"[]", "not an object"},
		{"{}", "it has no result"},
		{"{'result':1}", "it has no result"},
		{"{" STALE "'tool_hash':'" H1 "'}", "not a SHA-256"},
		{"{" STALE "'tool_hash':'" H1 "','full_hash':'x'}",
			"not a SHA-256"},
		{"{" STALE HASHES ",'added':{}}", "not arrays of names"},
		{"{" STALE HASHES ",'removed':[1]}", "not arrays of names"},
		{"{" STALE HASHES ",'age_s':-1}", "not an age"},
		{"{" STALE HASHES ",'age_s':1e12}", "not an age"},
		{"{" STALE HASHES ",'more':-1}", "not a number of tools"},
		{"{" STALE HASHES ",'more':1e9}", "not a number of tools"},
	};
	char got[2000];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		read_one(rows[i].text, got, sizeof got);
		assert_string_equal(got, rows[i].expected);
	}
}

static const struct cache_check equal = {.result = CACHE_EQUAL};
static const struct cache_check stale = {
	.result = CACHE_STALE, .tool_hash = H2, .full_hash = H2};
static const struct tool_list old = {.hash = H1, .full_hash = H1};
static const struct tool_list redescribed = {.hash = H1, .full_hash = H2};
static const struct tool_list new = {.hash = H2, .full_hash = H2};
static const struct tool_list wordless = {.hash = H1};

/* A probe: 'o' saw the old list, 'n' the new one, 'r' another description, 'w'
 * the old list with no known words, '-' none; '=' and '!' behind it: what a check
 * found. */
static size_t read_probes(const char *text, struct probe *p)
{
	size_t n = 0;

	for (; *text; text++) {
		if (*text == '=' || *text == '!') {
			p[n - 1].cache = *text == '=' ? &equal : &stale;
			continue;
		}
		p[n] = (struct probe) {.id = "p",
			.started_at = START + 60 * (double)n,
			.total_ms = 5,
			.state = STATE_HEALTHY,
			.era = ERA_SESSION,
			.tools = *text == 'o' ? &old
				: *text == 'n' ? &new
				: *text == 'r' ? &redescribed
				: *text == 'w' ? &wordless
					       : NULL};
		n++;
	}
	return n;
}

static void test_holds(void **state)
{
	/* One probe a minute, judged some seconds after the last one. */
	static const struct {
		const char *probes;
		double after, interval;
		enum cache_result result;
		int at; /* which probe found it */
	} rows[] = {
		{"o", 5, 60, CACHE_UNKNOWN, 0},
		{"o!", 5, 60, CACHE_STALE, 0},
		{"o=", 5, 60, CACHE_EQUAL, 0},
		/* A probe without a check leaves the last finding as it was. */
		{"o!ooo", 5, 60, CACHE_STALE, 0},
		{"o=ooo!oo", 5, 60, CACHE_STALE, 3},
		{"o!ooo=oo", 5, 60, CACHE_EQUAL, 3},
		/* A probe that read no tools says nothing of them. */
		{"o!o-", 5, 60, CACHE_STALE, 0},
		/* Clients get another list: not known to be old. */
		{"o!n", 5, 60, CACHE_UNKNOWN, 0},
		{"o!r", 5, 60, CACHE_UNKNOWN, 0},
		/* Words that are not known are no others. */
		{"o!w", 5, 60, CACHE_STALE, 0},
		{"w!o", 5, 60, CACHE_STALE, 0},
		/* A check needs a list that clients get. */
		{"o-!", 5, 60, CACHE_UNKNOWN, 0},
		{"-=", 5, 60, CACHE_EQUAL, 0},
		{"o!n=", 5, 60, CACHE_EQUAL, 1},
		{"o=n", 5, 60, CACHE_EQUAL, 0},
		/* Valid for fifteen minutes, or for three intervals. */
		{"o!", 899, 60, CACHE_STALE, 0},
		{"o!", 900, 60, CACHE_UNKNOWN, 0},
		{"o!", 10799, 3600, CACHE_STALE, 0},
		{"o!", 10800, 3600, CACHE_UNKNOWN, 0},
		/* By a clock that is two seconds ahead. */
		{"o!", -2, 60, CACHE_STALE, 0},
		/* What clients get is told by the last 16 probes. */
		{"o!---------------", 5, 3600, CACHE_STALE, 0},
		{"o!----------------", 5, 3600, CACHE_UNKNOWN, 0},
	};
	const char *expected[] = {"eu"};
	struct probe probes[20];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct region_history h = {.name = "eu", .probes = probes,
			.n = read_probes(rows[i].probes, probes)};
		struct verdict_input in = {.slug = "s",
			.now = probes[h.n - 1].started_at + rows[i].after,
			.expected = expected, .n_expected = 1,
			.regions = &h, .n_regions = 1};
		struct rule rule = rule_default(rows[i].interval);
		struct verdict v = verdict_decide(&rule, &in);

		assert_int_equal(v.n_regions, 1);
		if (v.regions[0].cache.result != rows[i].result)
			fail_msg("%s: %d", rows[i].probes,
				(int)v.regions[0].cache.result);
		if (rows[i].result)
			assert_true(v.regions[0].cache_at ==
				START + 60 * rows[i].at);
		verdict_release(&v);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_turns),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_holds),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

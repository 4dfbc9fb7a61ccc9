/* SPDX-License-Identifier: MIT */
/*
 * Goal: a published verdict becomes the five fields, nothing in it can become a
 * state that was not published, and one ETag always means one body, whatever
 * the clock says.
 */
#include "data/view.h"

#include "base/clock.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* 2026-04-29T20:31:00Z */
#define AS_OF 1777494660
#define AS_OF_TEXT "2026-04-29T20:31:00Z"

#define VERDICT(colour, rest)                                                  \
	"{\"v\":1,\"type\":\"verdict\",\"window\":1777494660,\"verdict\":\""   \
	colour "\"" rest "}"
#define WHOLE                                                                  \
	VERDICT("green",                                                       \
		",\"uptime_30d\":99.87,\"p95_ms\":142,"                        \
		"\"published_at\":1777494705.25,"                              \
		"\"last_probe_at\":1777494668")

static struct view read_at(const char *json, double now)
{
	char why[VIEW_WHY] = "";
	struct view v;

	if (view_read(json, true, now, &v, why))
		fail_msg("refused: %s", why);
	return v;
}

static void check_json(const char *json, double now, const char *expected)
{
	struct view v = read_at(json, now);
	struct buf b;

	buf_init(&b, 1000);
	assert_int_equal(v.freshness, VIEW_FRESH);
	view_put_json(&b, &v, false);
	assert_string_equal(b.p, expected);
	buf_release(&b);
	view_release(&v);
}

static void test_five_fields(void **state)
{
	(void)state;
	check_json(WHOLE, AS_OF + 50,
		"{\"state\":\"up\",\"uptime_30d\":99.87,\"p95_ms\":142,"
		"\"last_probe_ago\":\"37s\",\"as_of\":\"" AS_OF_TEXT "\"}\n");
	check_json(VERDICT("amber", ",\"uptime_30d\":100,\"p95_ms\":null,"
				    "\"published_at\":1777494705,"
				    "\"last_probe_at\":1777494705"),
		AS_OF + 50,
		"{\"state\":\"degraded\",\"uptime_30d\":100,\"p95_ms\":null,"
		"\"last_probe_ago\":\"0s\",\"as_of\":\"" AS_OF_TEXT "\"}\n");
	/* What is missing or makes no sense is null, and never a number. */
	check_json(VERDICT("red", ",\"uptime_30d\":100.5,\"p95_ms\":\"142\","
				  "\"published_at\":1777494705,"
				  "\"last_probe_at\":null"),
		AS_OF + 50,
		"{\"state\":\"down\",\"uptime_30d\":null,\"p95_ms\":null,"
		"\"last_probe_ago\":null,\"as_of\":\"" AS_OF_TEXT "\"}\n");
	/* An integer, whatever was stored. */
	check_json(VERDICT("red", ",\"p95_ms\":141.7,\"uptime_30d\":0"),
		AS_OF + 50,
		"{\"state\":\"down\",\"uptime_30d\":0,\"p95_ms\":142,"
		"\"last_probe_ago\":null,\"as_of\":\"" AS_OF_TEXT "\"}\n");
}

static void test_ages(void **state)
{
	static const struct {
		double s;
		const char *text;
	} cases[] = {{-3, "0s"}, {0, "0s"}, {0.99, "0s"}, {37.2, "37s"},
		{59.99, "59s"}, {60, "1m"}, {119, "1m"}, {720, "12m"},
		{3599, "59m"}, {3600, "1h"}, {10800, "3h"}, {200000, "55h"}};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char json[500];
		struct view v;

		snprintf(json, sizeof json,
			VERDICT("green", ",\"published_at\":%d,"
					 "\"last_probe_at\":%.2f"),
			AS_OF, AS_OF - cases[i].s);
		v = read_at(json, AS_OF);
		assert_string_equal(v.last_probe_ago, cases[i].text);
		view_release(&v);
	}
}

/* The last probe began 8 s after as_of, the verdict came 45.25 s after it. */
static void test_clock(void **state)
{
	static const struct {
		double now;
		enum freshness freshness;
		const char *etag, *ago;
	} cases[] = {
		{-301, VIEW_STALE, NULL, NULL},
		{-300, VIEW_FRESH, "\"v1-" AS_OF_TEXT "\"", "37s"},
		{0, VIEW_FRESH, "\"v1-" AS_OF_TEXT "\"", "37s"},
		{46, VIEW_FRESH, "\"v1-" AS_OF_TEXT "\"", "37s"},
		{119.99, VIEW_FRESH, "\"v1-" AS_OF_TEXT "\"", "37s"},
		{120, VIEW_FRESH, "\"v1-" AS_OF_TEXT "-stale2m\"", "1m"},
		{179.99, VIEW_FRESH, "\"v1-" AS_OF_TEXT "-stale2m\"", "1m"},
		{180, VIEW_FRESH, "\"v1-" AS_OF_TEXT "-stale3m\"", "2m"},
		{240, VIEW_FRESH, "\"v1-" AS_OF_TEXT "-stale4m\"", "3m"},
		{299.99, VIEW_FRESH, "\"v1-" AS_OF_TEXT "-stale4m\"", "3m"},
		{300, VIEW_FRESH, "\"v1-" AS_OF_TEXT "-stale5m\"", "4m"},
		{300.01, VIEW_STALE, NULL, NULL},
		{1e6, VIEW_STALE, NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct view v = read_at(WHOLE, AS_OF + cases[i].now);

		assert_int_equal(v.freshness, cases[i].freshness);
		assert_int_equal(v.as_of, AS_OF);
		if (cases[i].etag) {
			assert_string_equal(v.etag, cases[i].etag);
			assert_string_equal(v.last_probe_ago, cases[i].ago);
			assert_string_equal(view_state(&v), "up");
		} else {
			assert_null(view_state(&v));
		}
		view_release(&v);
	}
}

static void test_never_judged(void **state)
{
	struct view v = read_at(NULL, AS_OF);

	(void)state;
	assert_int_equal(v.freshness, VIEW_NONE);
	assert_null(view_state(&v));
	assert_int_equal(view_place(&v, "us-east-1"), PLACE_NO_DATA);
}

static void test_refused(void **state)
{
	static const char *const cases[] = {"", "[]", "null", "{",
		"{\"window\":1777494660}", "{\"verdict\":\"green\"}",
		"{\"window\":-60,\"verdict\":\"green\"}",
		"{\"window\":\"1777494660\",\"verdict\":\"green\"}",
		"{\"window\":1e300,\"verdict\":\"green\"}",
		"{\"window\":1777494660,\"verdict\":\"unknown\"}",
		"{\"window\":1777494660,\"verdict\":\"up\"}",
		"{\"window\":1777494660,\"verdict\":\"Green\"}",
		"{\"window\":1777494660,\"verdict\":true}",
		"{\"v\":2,\"window\":1777494660,\"verdict\":\"green\"}",
		"{\"window\":1777494660,\"verdict\":\"red\","
		"\"verdict\":\"green\"}",
		WHOLE WHOLE};
	char why[VIEW_WHY];
	struct view v;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		*why = '\0';
		assert_int_equal(view_read(cases[i], true, AS_OF, &v, why), -1);
		assert_true(*why);
		assert_int_equal(v.freshness, VIEW_NONE);
		assert_null(view_state(&v));
	}
}

static void test_places(void **state)
{
	static const char json[] = VERDICT("amber",
		",\"regions\":[{\"region\":\"a\",\"state\":\"healthy\"},"
		"{\"region\":\"b\",\"state\":\"auth-walled\"},"
		"{\"region\":\"c\",\"state\":\"broken\"},"
		"{\"region\":\"d\",\"state\":\"broken\"},"
		"{\"region\":\"e\",\"state\":\"splendid\"},"
		"{\"region\":\"<script>\",\"state\":\"healthy\"},7],"
		"\"no_data\":[\"d\",\"f\",null]");
	struct view v = read_at(json, AS_OF);

	(void)state;
	assert_int_equal(view_place(&v, "a"), PLACE_WORKING);
	assert_int_equal(view_place(&v, "b"), PLACE_WORKING);
	assert_int_equal(view_place(&v, "c"), PLACE_NOT_WORKING);
	assert_int_equal(view_place(&v, "d"), PLACE_NO_DATA);
	assert_int_equal(view_place(&v, "e"), PLACE_NO_DATA);
	assert_int_equal(view_place(&v, "f"), PLACE_NO_DATA);
	assert_int_equal(v.n_regions, 5);
	view_release(&v);
	/* Regions of an old verdict are not shown as current. */
	v = read_at(json, AS_OF + 301);
	assert_int_equal(view_place(&v, "a"), PLACE_NO_DATA);
	assert_int_equal(view_place(&v, "c"), PLACE_NO_DATA);
	view_release(&v);
}

/*
 * The newest minute published by second t of the hour. A minute is published 20
 * to 50 s after it began; after minute 25 the aggregator stalls, resumes at
 * minute 45, and misses every other minute from then on.
 */
static int64_t newest(int64_t t)
{
	for (int64_t m = t / 60; m >= 0; m--) {
		if ((m > 25 && m < 45) || (m >= 45 && m % 2 == 0))
			continue;
		if (m * 60 + 20 + m * 7 % 30 <= t)
			return m;
	}
	return -1;
}

static const char *publish(int64_t m, char *out, size_t size)
{
	static const char *const colours[] = {"green", "amber", "red"};
	long long at = AS_OF + 60 * (long long)m;

	snprintf(out, size,
		"{\"window\":%lld,\"verdict\":\"%s\",\"uptime_30d\":99.5,"
		"\"p95_ms\":%lld,\"published_at\":%lld.5,"
		"\"last_probe_at\":%lld.25}",
		at, colours[m % 3], 100 + (long long)m,
		at + 20 + m * 7 % 30, at + m * 11 % 20);
	return out;
}

struct seen {
	char etag[VIEW_ETAG], body[200];
};

/* Remembers the body that came with an ETag; it must be the same each time. */
static void hold(struct seen *seen, size_t *n, const struct view *v)
{
	struct buf b;
	size_t i;

	buf_init(&b, sizeof seen->body - 1);
	view_put_json(&b, v, false);
	assert_true(buf_ok(&b));
	for (i = 0; i < *n; i++)
		if (strcmp(seen[i].etag, v->etag) == 0)
			break;
	if (i == *n) {
		snprintf(seen[i].etag, sizeof seen[i].etag, "%s", v->etag);
		snprintf(seen[i].body, sizeof seen[i].body, "%s", b.p);
		++*n;
	}
	assert_string_equal(seen[i].body, b.p);
	buf_release(&b);
}

static void test_hour(void **state)
{
	static const char *const states[] = {"up", "degraded", "down"};
	static struct seen seen[400];
	size_t n = 0, gone = 0;
	char json[400];

	(void)state;
	for (int64_t t = 0; t < 3600; t++) {
		int64_t m = newest(t);
		double now = (double)(AS_OF + t) + 0.5;
		struct view v;

		if (m < 0)
			continue;
		v = read_at(publish(m, json, sizeof json), now);
		if (now - (double)(AS_OF + 60 * m) > 300) {
			assert_int_equal(v.freshness, VIEW_STALE);
			assert_null(view_state(&v));
			gone++;
		} else {
			assert_string_equal(view_state(&v), states[m % 3]);
			hold(seen, &n, &v);
		}
		view_release(&v);
	}
	/* 34 minutes as published, and 2 to 4 late ones while it stalled. */
	assert_in_range(n, 34, 60);
	/* Minute 25 is no answer from 25 + 5 on until minute 45 comes. */
	assert_in_range(gone, 14 * 60, 16 * 60);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_five_fields),
		cmocka_unit_test(test_ages),
		cmocka_unit_test(test_clock),
		cmocka_unit_test(test_never_judged),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_hour),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

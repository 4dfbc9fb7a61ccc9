/* SPDX-License-Identifier: MIT */
/*
 * Goal: a region is silent only if no verdict of the minute has data of it that
 * are on time, and only verdicts on all servers say so.
 */
#include "incident/pipeline_health.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* A full minute: 2026-04-29T14:00:00Z. */
#define START 1777471200

static struct conf_server servers[] = {
	{.slug = "fast", .interval_s = 60},
	{.slug = "slow", .interval_s = 3600},
};
static const struct conf both = {.servers = servers, .n_servers = 2};

/*
 * Adds a verdict of that minute: region a probed `age` minutes before, or
 * silent if that is negative; b always silent.
 */
static void add(struct fleet_round *r, const char *slug, int minute, int age)
{
	const char *silent[] = {"b", "a"};
	struct verdict_region a = {.region = "a",
		.started_at = START + 60 * (minute - age) + 7};

	fleet_round_add(r, &(struct verdict) {
		.slug = slug,
		.window = START + 60 * minute,
		.no_data = silent,
		.n_no_data = age < 0 ? 2 : 1,
		.regions = &a,
		.n_regions = age >= 0,
	});
}

/* Which regions are silent, such as "ab", or "-" for a round that is not whole;
   and forgets the round. */
static const char *silent(struct fleet_round *r)
{
	static char text[16];
	struct strings l = {0};

	snprintf(text, sizeof text, "-");
	if (fleet_round_complete(r)) {
		fleet_round_silent(r, &l);
		*text = '\0';
		for (size_t i = 0; i < l.n; i++)
			snprintf(text + i, sizeof text - i, "%s", l.v[i]);
		assert_int_equal(fleet_round_dark(r), l.n == 2);
	}
	strings_release(&l);
	fleet_round_release(r);
	return text;
}

static void test_reports(void **state)
{
	struct fleet_round r = {.conf = &both};

	(void)state;
	assert_string_equal(silent(&r), "-");
	add(&r, "fast", 0, 0);
	assert_string_equal(silent(&r), "-");
	add(&r, "fast", 0, 0);
	add(&r, "fast", 0, 0);
	assert_string_equal(silent(&r), "-");
	add(&r, "fast", 0, -1);
	add(&r, "slow", 0, -1);
	assert_string_equal(silent(&r), "ab");
	add(&r, "fast", 0, -1);
	add(&r, "slow", 0, 61);
	assert_int_equal(r.newest, START - 61 * 60);
	assert_string_equal(silent(&r), "b");
	add(&r, "fast", 0, -1);
	add(&r, "slow", 0, 62);
	assert_string_equal(silent(&r), "ab");
	/* Each minute has its own regions, reports and verdicts. */
	add(&r, "fast", 0, 0);
	add(&r, "slow", 0, 0);
	add(&r, "fast", 1, -1);
	add(&r, "slow", 1, -1);
	assert_string_equal(silent(&r), "ab");
	add(&r, "fast", 0, 0);
	for (int i = 0; i < 2; i++)
		fleet_round_add(&r, &(struct verdict) {
			.slug = servers[i].slug,
			.window = START + 60,
			.regions = &(struct verdict_region) {
				.region = "c", .started_at = START + 67},
			.n_regions = 1,
		});
	assert_string_equal(silent(&r), "");
	add(&r, "fast", 0, -1);
	add(&r, "slow", 0, -1);
	add(&r, "fast", 1, -1);
	assert_string_equal(silent(&r), "-");
	/* Whether a probe of a fast server is too old is for the verdict. */
	add(&r, "slow", 0, -1);
	add(&r, "fast", 0, 2);
	assert_string_equal(silent(&r), "b");
	/* A server that nobody configured makes no round whole. */
	add(&r, "fast", 0, 0);
	add(&r, "other", 0, 0);
	assert_string_equal(silent(&r), "-");
}

/* So old may a report be, of a server that is probed so often. */
static void test_on_time(void **state)
{
	static const struct {
		double interval_s;
		int age;
		bool on_time;
	} rows[] = {{30, 99, true}, {60, 99, true}, {61, 2, true},
		{61, 3, false}, {120, 3, true}, {120, 4, false},
		{3600, 61, true}, {3600, 62, false}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct conf_server server = {
			.slug = "s", .interval_s = rows[i].interval_s};
		const struct conf one = {.servers = &server, .n_servers = 1};
		struct fleet_round r = {.conf = &one};

		add(&r, "s", 0, rows[i].age);
		assert_int_equal(r.newest, START - 60 * rows[i].age);
		assert_string_equal(
			silent(&r), rows[i].on_time ? "b" : "ab");
	}
}

/* Three quarters of the regions are silent, or more. */
static void test_dark(void **state)
{
	static const struct {
		size_t silent, regions;
		bool dark;
	} rows[] = {{0, 1, false}, {1, 1, true}, {2, 3, false}, {3, 4, true},
		{5, 7, false}, {6, 8, true}, {7, 9, true}};
	static const char *const names[] = {
		"a", "b", "c", "d", "e", "f", "g", "h", "i"};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct fleet_round r = {0};

		for (size_t k = 0; k < rows[i].regions; k++) {
			strings_add(&r.regions, names[k]);
			if (k >= rows[i].silent)
				strings_add(&r.reporting, names[k]);
		}
		assert_int_equal(fleet_round_dark(&r), rows[i].dark);
		fleet_round_release(&r);
	}
}

/* A probe of a later minute than the verdict is not the newest of the round. */
static void test_newest(void **state)
{
	struct fleet_round r = {0};
	struct verdict_region a[] = {
		{.region = "a", .started_at = START - 53},
		{.region = "b", .started_at = START + 60},
		{.region = "c", .started_at = START - 113}};

	(void)state;
	fleet_round_add(&r, &(struct verdict) {.slug = "s", .window = START,
		.regions = a, .n_regions = 3});
	assert_int_equal(r.newest, START - 60);
	fleet_round_release(&r);
}

static void test_rounds(void **state)
{
	struct fleet_round r = {0};
	struct verdict late = {.slug = "s", .window = START + 180,
		.judged_at = START + 600};

	(void)state;
	/* Of a round that has not begun nobody knows who is silent. */
	assert_false(fleet_round_dark(&r));
	add(&r, "s", 0, 0);
	add(&r, "s", 1, -1);
	assert_int_equal(r.window, START + 60);
	assert_int_equal(r.before, START);
	assert_int_equal(r.newest, 0);
	/* Neither an older minute nor one judged late is of this round. */
	add(&r, "s", 0, 0);
	fleet_round_add(&r, &late);
	assert_int_equal(r.window, START + 60);
	assert_string_equal(silent(&r), "ab");
	/* A verdict that knows of no region says nothing. */
	late.judged_at = 0;
	fleet_round_add(&r, &late);
	assert_string_equal(silent(&r), "-");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reports),
		cmocka_unit_test(test_on_time),
		cmocka_unit_test(test_dark),
		cmocka_unit_test(test_newest),
		cmocka_unit_test(test_rounds),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

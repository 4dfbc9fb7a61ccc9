/*
 * Goal: a time of day in a named zone is the instant that people there mean,
 * also around the hours that a change of the clocks leaves out or repeats.
 */
#include "clock.h"
#include "zone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_exists(void **state)
{
	(void)state;
	assert_true(zone_exists("UTC"));
	assert_true(zone_exists("Europe/Berlin"));
	assert_false(zone_exists("Europe/Berlen"));
	assert_false(zone_exists("Europe"));
	assert_false(zone_exists(""));
	assert_false(zone_exists("../../../etc/passwd"));
	assert_false(zone_exists("/etc/passwd"));
}

static void test_both_ways(void **state)
{
	static const struct {
		const char *zone, *instant;
		int month, day, weekday, minute;
		bool back; /* and that minute is the instant */
	} cases[] = {
		{"UTC", "2026-04-29T20:31:00Z", 4, 29, 2, 20 * 60 + 31, true},
		{"Europe/Berlin", "2026-01-05T08:00:00Z", 1, 5, 0, 540, true},
		{"Europe/Berlin", "2026-07-06T07:00:00Z", 7, 6, 0, 540, true},
		{"America/New_York", "2026-07-06T03:59:00Z", 7, 5, 6, 1439,
			true},
		{"Asia/Kolkata", "2026-07-06T03:30:00Z", 7, 6, 0, 540, true},
		/* 2026-10-25: 02:30 twice; the first is meant. */
		{"Europe/Berlin", "2026-10-25T00:30:00Z", 10, 25, 6, 150, true},
		{"Europe/Berlin", "2026-10-25T01:30:00Z", 10, 25, 6, 150,
			false},
		/* 2026-03-29: after 01:59 comes 03:00. */
		{"Europe/Berlin", "2026-03-29T00:59:00Z", 3, 29, 6, 119, true},
		{"Europe/Berlin", "2026-03-29T01:00:00Z", 3, 29, 6, 180, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct zone_time l;
		int64_t t;

		assert_true(clock_rfc3339_parse(cases[i].instant, &t));
		l = zone_local(cases[i].zone, (double)t + 59.9);
		if (l.year != 2026 || l.month != cases[i].month ||
			l.day != cases[i].day ||
			l.weekday != cases[i].weekday ||
			l.minute != cases[i].minute)
			fail_msg("%s %s: %d-%d %d %d", cases[i].zone,
				cases[i].instant, l.month, l.day, l.weekday,
				l.minute);
		if ((zone_instant(cases[i].zone, &l) == (double)t) !=
			cases[i].back)
			fail_msg("%s %s: not back: %.0f", cases[i].zone,
				cases[i].instant,
				zone_instant(cases[i].zone, &l) - (double)t);
	}
}

/* What no clock shows, and what lies beyond a month. */
static void test_odd(void **state)
{
	struct zone_time left_out = {2026, 3, 29, 6, 150};
	struct zone_time beyond = {2026, 12, 32, 0, 24 * 60};
	int64_t t;

	(void)state;
	assert_true(clock_rfc3339_parse("2026-03-29T01:30:00Z", &t));
	assert_true(zone_instant("Europe/Berlin", &left_out) == (double)t);
	assert_true(clock_rfc3339_parse("2027-01-02T00:00:00Z", &t));
	assert_true(zone_instant("UTC", &beyond) == (double)t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exists),
		cmocka_unit_test(test_both_ways),
		cmocka_unit_test(test_odd),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

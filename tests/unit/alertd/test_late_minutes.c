/* SPDX-License-Identifier: MIT */
/*
 * Goal: minutes that were judged late, as a table: an outage that is already
 * over is told once and wakes nobody; one that goes on is told as usual, with
 * its true beginning; and the order of the lines makes no difference.
 */
#include "nights.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

/* An outage from minute 2 to 5, with all regions. */
#define FOUND "downtime_found P2 2-5 x3 tls/transport [a e u]"

static void test_gap(void **state)
{
	static const struct night_case cases[] = {
		{"nothing happened", "AEU", ". l6 .*5 .", ""},
		{"wholly inside, the third pass is late", "AEU",
			". . l8 AEU2*3 . . . .", "8 " FOUND},
		{"wholly inside, the third pass is now", "AEU",
			". . l7 AEU2*3 . . .", "7 " FOUND},
		{"wholly inside, the third pass is yet to come", "AEU",
			". . l6 AEU2*3 . . . . .", "7 " FOUND},
		{"the last minute that was late failed: nobody is woken",
			"AEU", ". . l5 AEU2*3 . . . .", "7 " FOUND},
		{"it goes on: as ever, with its beginning", "AEU",
			". . l5 AEU2*3 AEU2 . . .",
			"5 downtime_started P1 2 x4 tls/transport [a e u] | "
			"8 downtime_resolved P1 2-6 x4 tls/transport [a e u]"},
		{"it passed, and fails again before it is over", "AEU",
			". . l6 AEU2*3 . . AEU2 . . .",
			"7 downtime_started P1 2 x4 tls/transport [a e u] | "
			"10 downtime_resolved P1 2-8 x4 tls/transport [a e u]"},
		{"it began before, and ended within", "AEU",
			". AEU2 l6 AEU2 . . . .",
			"1 downtime_started P1 1 x1 tls/transport [a e u] | "
			"5 downtime_resolved P1 1-3 x2 tls/transport [a e u]"},
		{"it began before, and goes on", "AEU",
			". AEU2 l5 AEU2*3 AEU2",
			"1 downtime_started P1 1 x1 tls/transport [a e u]"},
		{"it began before and got worse within: told if it still is",
			"AEU", ". EU6 l5 AEU2*3 EU6 . . .",
			"1 downtime_started P2 1 x1 tools-list/tools [e u] | "
			"8 downtime_resolved P2 1-6 x5 tools-list/tools [e u]"},
		{"one ended within, another began there and goes on", "AEU",
			". AEU2 l8 AEU2 . . . AEU2*2 AEU2",
			"1 downtime_started P1 1 x1 tls/transport [a e u] | "
			"5 downtime_resolved P1 1-3 x2 tls/transport [a e u] | "
			"8 downtime_started P1 6 x3 tls/transport [a e u]"},
		{"two within: each is told", "AEU",
			". l12 AEU2 . . . EU6 . . . . . . .",
			"12 downtime_found P2 1-2 x1 tls/transport [a e u] | "
			"12 downtime_found P2 5-6 x1 tools-list/tools [e u]"},
		{"one region, three in a row", "AEU",
			". . l8 E2*3 . . . .",
			"8 regional_found P2 2-5 x3 tls/transport [e]"},
		{"one region, twice", "AEU", ". . l8 E2*2 . . . . .", ""},
		{"one region, then all: only the worse is told", "AEU",
			". l10 E2*3 AEU2 . . . . . .",
			"10 downtime_found P2 4-5 x1 tls/transport [a e u]"},
		{"one region goes on: as what is left", "AEU",
			". . l5 AEU2*3 E2*3",
			"7 downtime_found P2 2-5 x3 tls/transport [a e u] | "
			"7 regional_started P2 5 x3 tls/transport [e]"},
		{"one region fails now for the first time: not yet", "AEU",
			". . l6 AU2*2 . . E2 . . .",
			"9 downtime_found P2 2-4 x2 tls/transport [a u]"},
		{"429 within", "AEU", ". l8 %E*3 . . . . .",
			"8 rate_limited_found P2 1-4 x3 initialize/http [e]"},
		{"promoted half an hour after it was told", "AEU",
			"l20 EU6*52",
			"20 downtime_started P2 0 x21 tools-list/tools [e u] | "
			"50 downtime_escalated P1 0 x51 tools-list/tools "
			"[e u]"},
		{"an hour: no reminder, no promotion", "AEU",
			". l59 EU6*40 .*18 .",
			"59 downtime_found P2 1-41 x40 tools-list/tools [e u]"},
		{"it got worse within: told with all of that", "AEU",
			"l3 EU6 EU2*2 EU6",
			"3 downtime_started P1 0 x4 tls/transport [e u]"},
		{"one region goes on, and the other is silent: as bad as that",
			"AEU", "l3 EU2*3 ~U2,E",
			"3 downtime_started P2 0 x4 tls/transport [u e]"},
		{"unknown within is neither", "AEU", ". l6 AEU2 ? ? . ? . . .",
			"7 downtime_found P2 1-4 x1 tls/transport [a e u]"},
	};

	(void)state;
	NIGHT_CHECK(cases);
}

/* Late verdicts again and again, in any order. */
static void test_again(void **state)
{
	static const struct night_case cases[] = {
		{"the late ones twice", "AEU",
			". . l8 AEU2*3 . . . @2 AEU2*3 . . . @8 . .",
			"8 " FOUND},
		{"all of them twice", "AEU",
			". . l8 AEU2*3 . . . . @2 AEU2*3 . . . @8 . .",
			"8 " FOUND},
		{"one of them twice: the worse counts", "AEU",
			". . l8 . @2 AEU2*3 . . . .", "8 " FOUND},
		{"again the next minute", "AEU",
			". . l5 AEU2*3 AEU2 @2 AEU2*3 @6 AEU2",
			"5 downtime_started P1 2 x4 tls/transport [a e u]"},
		{"only after what is newer: passed over", "AEU",
			". . @8 . l8 @2 AEU2*3 . . . @9 .", ""},
		{"older than an outage that was told", "AEU",
			". . @5 AEU2 l5 @2 AEU2*3 @6 . . .",
			"5 downtime_started P1 5 x1 tls/transport [a e u] | "
			"8 downtime_resolved P1 5-6 x1 tls/transport [a e u]"},
	};

	(void)state;
	NIGHT_CHECK(cases);
}

/* What sleeps while nobody calls may be woken by a probe that is judged late. */
static void test_cold_start(void **state)
{
	static const char *const urls[] = {
		"https://s.example/mcp", "https://s.fly.dev/mcp"};
	static const char *const events[] = {
		"64 downtime_found P2 60-61 x1 tls/transport [a e u]", ""};

	(void)state;
	for (int i = 0; i < 2; i++) {
		char got[NIGHT_SIZE];
		struct night n;

		night_init(&n, "AEU");
		n.url = urls[i];
		night_run(&n, ". @60 l64 AEU2 . . . .");
		night_tell(&n, got);
		assert_string_equal(got, events[i]);
		night_release(&n);
	}
}

/* An overrun ends with its downtime, of which nobody was told that it ended. */
static void test_overrun_at_once(void **state)
{
	char got[NIGHT_SIZE];
	struct night n;

	(void)state;
	night_init(&n, "AEU");
	n.policy.resolve = 1;
	night_run(&n, "m2-4 . . l8 AEU2*6 AEU2*3 .");
	night_tell(&n, got);
	assert_string_equal(got,
		"9 maintenance_overrun_started P1 2 x8 tls/transport [a e u] | "
		"11 maintenance_overrun_resolved P1 2-11 x9 tls/transport "
		"[a e u]");
	night_release(&n);
}

static void test_maintenance(void **state)
{
	static const struct night_case cases[] = {
		{"wholly within a maintenance: noted", "AEU",
			"m1-6 . . l9 AEU2*3 . . . . .", "held 9 " FOUND},
		{"within one that still lasts", "AEU",
			"m1-60 . . l8 AEU2*3 . . . . .", "held 8 " FOUND},
		{"it began before the maintenance: told after it", "AEU",
			"m3-9 . . l8 AEU2*3 . . . . . . .", "9 " FOUND},
		{"it outlasts a maintenance within the gap", "AEU",
			"m2-4 . . l8 AEU2*6 AEU2*3 . . .",
			"9 maintenance_overrun_started P1 2 x8 tls/transport "
			"[a e u] | "
			"13 maintenance_overrun_resolved P1 2-11 x9 "
			"tls/transport [a e u]"},
		{"so does one region: told as what it is", "AEU",
			"m2-4 . . l8 E2*6 E2*3 . . .",
			"9 regional_started P2 2 x8 tls/transport [e] | "
			"13 regional_resolved P2 2-11 x9 tls/transport [e]"},
		{"one after it is one", "AEU",
			"m0-2 . . l8 . AEU2*2 . . . .",
			"8 downtime_found P2 3-5 x2 tls/transport [a e u]"},
	};

	(void)state;
	NIGHT_CHECK(cases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gap),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_cold_start),
		cmocka_unit_test(test_maintenance),
		cmocka_unit_test(test_overrun_at_once),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Goal: a time of day in a named zone is the instant that people there mean,
 * also around the hours that a change of the clocks leaves out or repeats.
 */
#include "base/clock.h"
#include "base/zone.h"

#include <ftw.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define FOLDER "/usr/share/zoneinfo/"

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
	/* A file, and none of a zone; and one that counts leap seconds. */
	assert_false(zone_exists("zone1970.tab"));
	assert_false(zone_exists("right/Europe/Berlin"));
}

static void test_when(void **state)
{
	static const struct {
		const char *said, *meant; /* "": refused */
	} cases[] = {
		{"2026-11-22T20:00:00Z", "2026-11-22T20:00:00Z"},
		{"1777485060", "2026-04-29T17:51:00Z"},
		{"2026-11-23 02:00", "2026-11-23T01:00:00Z"},
		{"2026-11-23T2:00", "2026-11-23T01:00:00Z"},
		{"2026-07-01", "2026-06-30T22:00:00Z"},
		{"2:00", "2026-11-23T01:00:00Z"},
		{"22:30", "2026-11-22T21:30:00Z"},
		{"22:00", "2026-11-23T21:00:00Z"},
		{"+10m", "2026-11-22T21:10:00Z"},
		{"+1h30m", "2026-11-22T22:30:00Z"},
		{"tomorrow 02:00", "2026-11-23T01:00:00Z"},
		{"Tomorrow 2:00", "2026-11-23T01:00:00Z"},
		{"now", "2026-11-22T21:00:00Z"}, {"now 2:00", ""},
		{"today 14:00", "2026-11-22T13:00:00Z"},
		{"today 23:59", "2026-11-22T22:59:00Z"},
		{"today", ""}, {"today ", ""}, {"today 24:00", ""},
		{"tomorrow  2:00", ""}, {"tomorow 2:00", ""},
		{"tomorrow 2026-11-23", ""},
		{"+10", ""}, {"10", ""}, {"10m", ""}, {"24:00", ""},
		{"2:60", ""}, {":00", ""}, {"2026-13-01", ""},
		{"2026-02-29 2:00", ""}, {"2026-11-23x02:00", ""},
		{"2026-11-23 ", ""}, {"tomorrow", ""}, {"", ""},
	};
	int64_t now, t;
	char at[CLOCK_RFC3339];

	(void)state;
	/* It is ten in the evening there. */
	assert_true(clock_rfc3339_parse("2026-11-22T21:00:00Z", &now));
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		*at = '\0';
		if (zone_when(cases[i].said, "Europe/Berlin", (double)now,
			    (double)now, &t))
			clock_rfc3339(t, at);
		if (strcmp(at, cases[i].meant) != 0)
			fail_msg("%s: %s", cases[i].said, at);
	}
	/* An end of tomorrow is the day after now, not after the start. */
	assert_true(zone_when("tomorrow 4:00", "Europe/Berlin", (double)now,
		(double)now + 4 * 3600, &t));
	clock_rfc3339(t, at);
	assert_string_equal(at, "2026-11-23T03:00:00Z");
	zone_rfc3339("Europe/Berlin", now, at);
	assert_string_equal(at, "2026-11-22T22:00:00+01:00");
	zone_rfc3339("America/New_York", now, at);
	assert_string_equal(at, "2026-11-22T16:00:00-05:00");
	zone_rfc3339("UTC", now, at);
	assert_string_equal(at, "2026-11-22T21:00:00Z");
}

/* The hour that comes twice: the next such minute, wherever clocks go back. */
static void test_again(void **state)
{
	static const struct {
		const char *zone, *now, *said, *meant;
	} cases[] = {
#define BERLIN "Europe/Berlin"
		/* 2026-10-25: 02:00 to 03:00 until 01:00Z, and until 02:00Z. */
		{BERLIN, "2026-10-25T01:20:00Z", "2:50",
			"2026-10-25T01:50:00Z"},
		{BERLIN, "2026-10-25T01:20:00Z", "2026-10-25 02:50",
			"2026-10-25T01:50:00Z"},
		{BERLIN, "2026-10-25T00:20:00Z", "2:50",
			"2026-10-25T00:50:00Z"},
		{BERLIN, "2026-10-24T20:00:00Z", "2026-10-25 02:50",
			"2026-10-25T00:50:00Z"},
		{BERLIN, "2026-10-25T00:50:00Z", "2:20",
			"2026-10-25T01:20:00Z"},
		{BERLIN, "2026-10-25T00:50:00Z", "2:50",
			"2026-10-25T01:50:00Z"},
		{BERLIN, "2026-10-25T00:50:30Z", "2026-10-25T02:50",
			"2026-10-25T01:50:00Z"},
		{BERLIN, "2026-10-25T01:50:00Z", "2:50",
			"2026-10-26T01:50:00Z"},
		{BERLIN, "2026-10-25T01:20:00Z", "today 2:50",
			"2026-10-25T01:50:00Z"},
		{BERLIN, "2026-10-24T20:00:00Z", "tomorrow 2:50",
			"2026-10-25T00:50:00Z"},
		/* The next day, though it is 25 hours away. */
		{BERLIN, "2026-10-24T22:10:00Z", "tomorrow 0:10",
			"2026-10-25T23:10:00Z"},
		/* 2:30 is skipped. */
		{BERLIN, "2026-03-28T20:00:00Z", "tomorrow 2:30",
			"2026-03-29T01:30:00Z"},
		/* Over, both: as of old. */
		{BERLIN, "2026-10-25T03:00:00Z", "2026-10-25 02:50",
			"2026-10-25T00:50:00Z"},
		{BERLIN, "2026-10-25T01:20:00Z", "3:10",
			"2026-10-25T02:10:00Z"},
		{"America/New_York", "2026-11-01T06:20:00Z", "1:50",
			"2026-11-01T06:50:00Z"},
		/* Half an hour: 01:30 to 02:00 until 15:00Z, and after it. */
		{"Australia/Lord_Howe", "2026-04-04T15:10:00Z", "1:50",
			"2026-04-04T15:20:00Z"},
		{"Australia/Lord_Howe", "2026-04-04T14:50:00Z", "1:40",
			"2026-04-04T15:10:00Z"},
		{"Australia/Lord_Howe", "2026-04-04T15:10:00Z",
			"2026-04-05 01:50", "2026-04-04T15:20:00Z"},
		/* From midnight back to 23:00, and midnight twice; in a past year:
		 * countries change the rules of years to come (Cuba, 2026). */
		{"Asia/Beirut", "2025-10-25T21:20:00Z", "23:50",
			"2025-10-25T21:50:00Z"},
		{"America/Havana", "2025-11-02T04:30:00Z", "0:10",
			"2025-11-02T05:10:00Z"},
		{"America/Havana", "2025-11-02T04:30:00Z", "2025-11-02",
			"2025-11-02T05:00:00Z"},
		/* Beyond what the file lists, by its rule. */
		{BERLIN, "2080-10-27T01:20:00Z", "2:50",
			"2080-10-27T01:50:00Z"},
#undef BERLIN
	};
	char got[CLOCK_RFC3339];
	int64_t now, t;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_true(clock_rfc3339_parse(cases[i].now, &now));
		assert_true(zone_when(cases[i].said, cases[i].zone,
			(double)now, (double)now, &t));
		clock_rfc3339(t, got);
		if (strcmp(got, cases[i].meant) != 0)
			fail_msg("%s, at %s: %s, not %s", cases[i].said,
				cases[i].now, got, cases[i].meant);
	}
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

/* A time that no clock shows, and a day beyond the month. */
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

/* The local time by the C library, which goes by TZ: the reference. */
static struct tm library(int64_t t)
{
	time_t at = (time_t)t;
	struct tm tm;

	assert_non_null(localtime_r(&at, &tm));
	return tm;
}

static void check_local(const char *zone, int64_t t)
{
	struct tm tm = library(t);
	struct zone_time l = zone_local(zone, (double)t);

	if (l.year != tm.tm_year + 1900 || l.month != tm.tm_mon + 1 ||
		l.day != tm.tm_mday || l.weekday != (tm.tm_wday + 6) % 7 ||
		l.minute != tm.tm_hour * 60 + tm.tm_min)
		fail_msg("%s at %lld: %d-%d-%d %d %d", zone, (long long)t,
			l.year, l.month, l.day, l.weekday, l.minute);
}

/*
 * Takes what a clock with that offset shows at t; its instant in the zone must
 * be `expected`.
 */
static void check_instant(const char *zone, int64_t t, long offset,
	int64_t expected)
{
	struct zone_time l = zone_local("UTC", (double)(t + offset));
	double got = zone_instant(zone, &l);

	if (got < (double)expected || got > (double)expected)
		fail_msg("%s: %d-%d-%d %d is %.0f, not %lld", zone, l.year,
			l.month, l.day, l.minute, got, (long long)expected);
}

/* Between these two the offset changes, and no other change is near. */
static void check_change(const char *zone, int64_t low, int64_t high)
{
	long before = library(low).tm_gmtoff, after = library(high).tm_gmtoff;

	while (high - low > 1) {
		int64_t middle = low + (high - low) / 2;

		if (library(middle).tm_gmtoff == before)
			low = middle;
		else
			high = middle;
	}
	for (int64_t t = high - 2; t <= high + 2; t++)
		check_local(zone, t);
	if (library(high).tm_gmtoff != after || (high + before) % 60 ||
		(high + after) % 60)
		return;
	check_instant(zone, high - 60, before, high - 60);
	if (after > before) {
		/* Left out: as if the clocks had not changed yet. */
		check_instant(zone, high, before, high);
		check_instant(zone, high + (after - before) / 120 * 60, before,
			high + (after - before) / 120 * 60);
		check_instant(zone, high, after, high);
	} else {
		/* Twice: the first is meant. */
		check_instant(zone, high, after, high - (before - after));
		check_instant(zone, high, before, high + (before - after));
	}
}

static unsigned zones, changes;

/* The library of musl has other offsets before the first change of a zone. */
#ifdef __GLIBC__
#define SINCE (-2208988800) /* 1900 */
#else
#define SINCE 0
#endif

static int check_zone(const char *path, const struct stat *st, int type)
{
	const int64_t step = 20 * 86400;
	const char *zone = path + strlen(FOLDER);
	long offset, next;
	char tz[200];

	(void)st;
	if (type != FTW_F || strncmp(zone, "right/", 6) == 0 ||
		strncmp(zone, "posix/", 6) == 0 || !zone_exists(zone))
		return 0;
	zones++;
	snprintf(tz, sizeof tz, ":%s", zone);
	setenv("TZ", tz, 1);
	tzset();
	/* To 2060, which is beyond all tables. */
	offset = library(SINCE).tm_gmtoff;
	for (int64_t t = SINCE; t < 2840140800; t += step) {
		check_local(zone, t);
		next = library(t + step).tm_gmtoff;
		if (next == offset)
			continue;
		offset = next;
		changes++;
		check_change(zone, t, t + step);
	}
	check_local(zone, 253402300799);
	return 0;
}

/* Each zone of this system, around each change of its clocks. */
static void test_library(void **state)
{
	(void)state;
	setenv("TZ", ":nowhere", 1);
	assert_int_equal(ftw("/usr/share/zoneinfo", check_zone, 20), 0);
	printf("# %u zones, %u changes\n", zones, changes);
	assert_true(zones > 300 && changes > 15000);
}

/* TZ in the environment changes no result, and is not changed. */
static void test_tz(void **state)
{
	struct zone_time l;

	(void)state;
	setenv("TZ", "Pacific/Kiritimati", 1);
	l = zone_local("Europe/Berlin", 1777485060);
	assert_int_equal(l.minute, 19 * 60 + 51);
	assert_string_equal(getenv("TZ"), "Pacific/Kiritimati");
	assert_int_equal(zone_local("Nowhere/City", 60).minute, 1);
}

static void *in_a_thread(void *zone)
{
	intptr_t wrong = 0;

	for (int i = 0; i < 20000; i++)
		wrong += zone_local(zone, 1777485060).minute !=
			(strcmp(zone, "Asia/Tokyo") == 0 ? 171 : 831);
	return (void *)wrong;
}

static void test_threads(void **state)
{
	char *asked[] = {"Asia/Tokyo", "America/New_York"};
	pthread_t threads[2];
	void *wrong;

	(void)state;
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, in_a_thread,
					 asked[i]), 0);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(pthread_join(threads[i], &wrong), 0);
		assert_null(wrong);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exists),
		cmocka_unit_test(test_when),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_both_ways),
		cmocka_unit_test(test_odd),
		cmocka_unit_test(test_tz),
		cmocka_unit_test(test_library),
		cmocka_unit_test(test_threads),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

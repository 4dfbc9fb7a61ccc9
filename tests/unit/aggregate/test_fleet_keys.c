/* SPDX-License-Identifier: MIT */
/*
 * Goal: each key that keys.h makes is known by its name, with its type and whose
 * it is; and no other name is.
 */
#include "snapshot/fleet_keys.h"
#include "store/keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define SLUG "a.b_c-1"
/* 2026-04-29T20:31:00Z, its hour and its day. */
#define WINDOW 1777494660
#define HOUR (WINDOW / 3600)
#define DAY (WINDOW / 86400)

static void check(const char *key, const char *form, enum key_type type,
	const char *slug, const char *region)
{
	struct key_name name;

	if (!key_name_read(key, strlen(key), &name))
		fail_msg("%s is not known", key);
	assert_string_equal(name.form, form);
	assert_int_equal(name.type, type);
	assert_string_equal(name.slug, slug);
	assert_string_equal(name.region, region);
}

static void each_key_of_a_server_is_known(void **state)
{
	char k[KEY_MAX];

	(void)state;
	check(key_probe(k, SLUG, WINDOW, "eu"), "probe:SLUG:WINDOW:REGION",
		KEY_STRING, SLUG, "eu");
	check(key_head(k, SLUG, WINDOW, "eu"), "probe:SLUG:WINDOW:REGION:head",
		KEY_STRING, SLUG, "eu");
	check(key_hour_row(k, SLUG, HOUR, "eu"), "probe:SLUG:HOUR:REGION",
		KEY_STRING, SLUG, "eu");
	check(key_reporters(k, SLUG, WINDOW), "probe:SLUG:WINDOW:reporters",
		KEY_SET, SLUG, "");
	check(key_latest(k, SLUG), "probe:SLUG:latest", KEY_HASH, SLUG, "");
	check(key_tool_hash(k, SLUG, "eu"), "probe:SLUG:REGION:tool-hash",
		KEY_STRING, SLUG, "eu");
	check(key_verdict(k, SLUG), "probe:SLUG:verdict", KEY_STRING, SLUG, "");
	check(key_private(k, SLUG), "probe:SLUG:private", KEY_STRING, SLUG, "");
	check(key_minutes(k, SLUG), "probe:SLUG:minutes", KEY_HASH, SLUG, "");
	check(key_counted(k, SLUG, DAY), "probe:SLUG:DAY:counted", KEY_STRING,
		SLUG, "");
	check(key_late(k, SLUG), "probe:SLUG:late", KEY_HASH, SLUG, "");
	check(key_latency(k, SLUG, HOUR), "probe:SLUG:latency:HOUR", KEY_HASH,
		SLUG, "");
	check(key_latency_day(k, SLUG, DAY), "probe:SLUG:latency:dDAY",
		KEY_HASH, SLUG, "");
	check(key_errors(k, SLUG, HOUR), "probe:SLUG:errors:HOUR", KEY_HASH,
		SLUG, "");
	check(key_errors_day(k, SLUG, DAY), "probe:SLUG:errors:dDAY", KEY_HASH,
		SLUG, "");
	check(key_baseline(k, SLUG), "probe:SLUG:baseline", KEY_STRING, SLUG,
		"");
	check(key_tools(k, SLUG), "probe:SLUG:tools", KEY_HASH, SLUG, "");
	check(key_definitions(k, SLUG), "probe:SLUG:definitions", KEY_HASH,
		SLUG, "");
	check(key_places(k, SLUG), "probe:SLUG:places", KEY_HASH, SLUG, "");
	check(key_alert(k, SLUG), "alert:SLUG", KEY_STRING, SLUG, "");
	check(key_incidents(k, SLUG), "alert:SLUG:incidents", KEY_HASH, SLUG,
		"");
	check(key_alert(k, SLUG_FLEET), "alert:SLUG", KEY_STRING, "*", "");
	check(key_alert(k, "*.0123abcd"), "alert:SLUG", KEY_STRING,
		"*.0123abcd", "");
	/* A server and regions that are called as parts of keys are. */
	check(key_latest(k, "latest"), "probe:SLUG:latest", KEY_HASH, "latest",
		"");
	check(key_tool_hash(k, "7", "latency"), "probe:SLUG:REGION:tool-hash",
		KEY_STRING, "7", "latency");
	check(key_probe(k, "7", WINDOW, "latest"), "probe:SLUG:WINDOW:REGION",
		KEY_STRING, "7", "latest");
}

static void each_key_of_the_fleet_is_known(void **state)
{
	static const char *const hashes[] = {KEY_SERVERS, KEY_PRIVATE,
		KEY_ACCOUNTS, KEY_HEARTBEATS, KEY_TESTS, KEY_RUNNERS,
		KEY_ISOLATED, KEY_SPOOLS, KEY_MAINTENANCE, KEY_SILENCE,
		KEY_LISTING, KEY_SUBSCRIBERS, KEY_SIGNUPS, KEY_NEWS};
	static const char *const strings[] = {
		KEY_SITE, KEY_REGIONS, KEY_WATCHED};
	char k[KEY_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++)
		check(hashes[i], hashes[i], KEY_HASH, "", "");
	for (size_t i = 0; i < sizeof strings / sizeof *strings; i++)
		check(strings[i], strings[i], KEY_STRING, "", "");
	check(KEY_UNDELIVERED, KEY_UNDELIVERED, KEY_SET, "", "");
	check(KEY_OPEN, KEY_OPEN, KEY_SET, "", "");
	check(key_budget(k, "ops", HOUR), "fleet:budget:ROUTE:HOUR", KEY_SET,
		"", "");
	check(key_digest(k, "ops"), "fleet:digest:ROUTE", KEY_STRING, "", "");
	check(key_signups(k, HOUR), "fleet:signups:HOUR", KEY_HASH, "", "");
	check(key_inbox(k, "eu", 15), "fleet:inbox:REGION:SLOT", KEY_STRING,
		"", "eu");
	check(key_targets(k, "eu"), "fleet:targets:REGION", KEY_LIST, "", "eu");
	check(key_history(k, DAY), "fleet:history:DAY", KEY_LIST, "", "");
	check(key_report(k, "2026-11"), "fleet:report:MONTH", KEY_HASH, "", "");
}

static void no_other_name_is_known(void **state)
{
	static const char *const others[] = {"", ":", "probe", "probe:",
		"probe:a", "probe:a:", "probe::latest", "probe:A:latest",
		"probe:a:latest:", "probe:a:latest:x", " probe:a:latest",
		"probe:{a}:latest", "probe:a:other", "probe:a:1777494660",
		"probe:a:1777494660:", "probe:a:1777494660:EU",
		"probe:a:1777494660:eu:tail", "probe:a:-60:eu",
		"probe:a:01:eu", "probe:a:0x1:eu", "probe:a:1 :eu",
		"probe:a:latency:d", "probe:a:latency:x",
		"probe:a:tool-hash:tool-hash", "alert:", "alert:**",
		"alert:*.0123abc", "alert:*.0123ABCD", "alert:a:b",
		"probe:*:latest", "fleet:", "fleet:other", KEY_FORMAT,
		KEY_RESTORE,
		"fleet:history:x", "fleet:report:2026-13",
		"fleet:report:2026-1", "fleet:report:", "fleet:budget:ops",
		"fleet:digest:", "fleet:inbox:eu", "fleet:inbox:eu:10",
		"fleet:inbox:eu:g", "fleet:inbox:eu:", "fleet:inbox:EU:1",
		"fleet:targets:", "fleet:targets:EU",
		"FLEET:servers"};
	char longest[KEY_MAX + 1];
	struct key_name name;

	(void)state;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (key_name_read(others[i], strlen(others[i]), &name))
			fail_msg("'%s' is taken for %s", others[i], name.form);
	assert_false(key_name_read("probe:a:latest\0x", 16, &name));
	memset(longest, 'a', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	assert_false(key_name_read(longest, KEY_MAX, &name));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_key_of_a_server_is_known),
		cmocka_unit_test(each_key_of_the_fleet_is_known),
		cmocka_unit_test(no_other_name_is_known),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

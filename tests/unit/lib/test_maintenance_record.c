/* SPDX-License-Identifier: MIT */
/*
 * Goal: a maintenance record is read whole or refused, and written as it was
 * read.
 */
#include "json/json.h"
#include "records/maintenance.h"
#include "records/probe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static bool take(const char *text, struct maintenance *m, char *why)
{
	cJSON *doc = json_parse(text, strlen(text), &json_record, why);

	assert_non_null(doc);
	return maintenance_take(doc, m, why);
}

#define WHEN "\"starts_at\":100,\"ends_at\":200"

static void test_refused(void **state)
{
	static const struct {
		const char *record, *key;
	} cases[] = {
		{"{" WHEN "}", "slugs"},
		{"{\"slugs\":[]," WHEN "}", "slugs"},
		{"{\"slugs\":\"*\"," WHEN "}", "slugs"},
		{"{\"slugs\":[1]," WHEN "}", "slugs"},
		{"{\"slugs\":[\"A\"]," WHEN "}", "slugs"},
		{"{\"slugs\":[\"a b\"]," WHEN "}", "slugs"},
		{"{\"slugs\":[\"\"]," WHEN "}", "slugs"},
		{"{\"slugs\":[\"*a*a*a*a*a*a*a*a*\"]," WHEN "}", "slugs"},
		{"{\"accounts\":[\"A B\"]," WHEN "}", "accounts"},
		{"{\"slugs\":[\"a\"],\"id\":\"A\"," WHEN "}", "id"},
		{"{\"slugs\":[\"a\"],\"id\":7," WHEN "}", "id"},
		{"{\"slugs\":[\"a\"],\"ends_at\":200}", "starts_at"},
		{"{\"slugs\":[\"a\"],\"starts_at\":100}", "ends_at"},
		{"{\"slugs\":[\"a\"],\"starts_at\":200,\"ends_at\":200}",
			"ends_at"},
		{"{\"slugs\":[\"a\"],\"starts_at\":-1,\"ends_at\":200}",
			"starts_at"},
		{"{\"slugs\":[\"a\"],\"starts_at\":1e300,\"ends_at\":200}",
			"starts_at"},
		{"{\"slugs\":[\"a\"],\"starts_at\":\"02:00\",\"ends_at\":200}",
			"starts_at"},
		{"{\"slugs\":[\"a\"],\"starts_at\":true,\"ends_at\":200}",
			"starts_at"},
		{"{\"slugs\":[\"a\"],\"every\":\"mon\"," WHEN "}", "every"},
		{"{\"slugs\":[\"a\"],\"every\":[\"monday\"]," WHEN "}",
			"every"},
		{"{\"slugs\":[\"a\"],\"every\":[1]," WHEN "}", "every"},
		{"{\"slugs\":[\"a\"],\"every\":[\"mon\"],\"starts_at\":1,"
		 "\"ends_at\":86402}", "ends_at"},
		{"{\"slugs\":[\"a\"],\"zone\":\"Europe/Nowhere\"," WHEN "}",
			"zone"},
		{"{\"slugs\":[\"a\"],\"zone\":\"../../etc/passwd\"," WHEN "}",
			"zone"},
		{"{\"slugs\":[\"a\"],\"reason\":1," WHEN "}", "reason"},
		{"{\"slugs\":[\"a\"],\"by\":[]," WHEN "}", "by"},
		{"{\"slugs\":[\"a\"],\"ended_at\":\"x\"," WHEN "}", "ended_at"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct maintenance m;
		char why[RECORD_WHY] = "";

		if (take(cases[i].record, &m, why))
			fail_msg("%s: taken", cases[i].record);
		if (strncmp(why, cases[i].key, strlen(cases[i].key)) != 0)
			fail_msg("%s: %s", cases[i].record, why);
	}
}

static void test_written(void **state)
{
	static const char *const records[] = {
		"{\"v\":1,\"type\":\"maintenance\",\"id\":\"m-1\",\"slugs\":"
		"[\"a*\",\"b\"],\"accounts\":[\"acme\"],\"starts_at\":100,"
		"\"ends_at\":200,\"every\":[\"tue\",\"sun\"],\"zone\":"
		"\"Asia/Tokyo\",\"reason\":\"new disks\",\"by\":\"ann\","
		"\"ended_at\":150}",
		"{\"v\":1,\"type\":\"maintenance\",\"id\":null,\"slugs\":[],"
		"\"accounts\":[\"acme\"],\"starts_at\":100,\"ends_at\":200,"
		"\"every\":null,\"zone\":null,\"reason\":null,\"by\":null,"
		"\"ended_at\":null}",
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct maintenance m;
		char why[RECORD_WHY];
		struct buf b;

		buf_init(&b, 4000);
		assert_true(take(records[i], &m, why));
		maintenance_write(&b, &m);
		assert_string_equal(b.p, records[i]);
		maintenance_release(&m);
		buf_release(&b);
	}
}

static void test_days(void **state)
{
	static const struct {
		const char *text;
		unsigned every; /* 0: refused */
		const char *again;
	} cases[] = {
		{"mon", 1, "mon"},
		{"sun,mon", 65, "mon,sun"},
		{"daily", 127, "daily"},
		{"mon,tue,wed,thu,fri,sat,sun", 127, "daily"},
		{"mon,tue,wed,thu,fri,sat", 63, "mon,tue,wed,thu,fri,sat"},
		{"", 0, NULL}, {"mon,", 0, NULL}, {",mon", 0, NULL},
		{"monday", 0, NULL}, {"mon tue", 0, NULL},
		{"daily,mon", 0, NULL}, {"Mon", 0, NULL}, {"mon,,tue", 0, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char out[MAINTENANCE_DAYS];
		unsigned every;
		bool ok = maintenance_days(cases[i].text, &every);

		if (ok != (cases[i].every != 0))
			fail_msg("'%s'", cases[i].text);
		if (!ok)
			continue;
		assert_int_equal(every, cases[i].every);
		maintenance_put_days(every, out);
		assert_string_equal(out, cases[i].again);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_written),
		cmocka_unit_test(test_days),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

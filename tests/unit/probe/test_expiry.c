/* SPDX-License-Identifier: MIT */
/*
 * Goal: the time left is judged to the second and told in a sentence, and an
 * expiry record is read and written as its line says.
 */
#include "expiry/expiry.h"

#include "json/json.h"
#include "records/probe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define DAY 86400.0
#define NOW 1795000000.25

static void test_judge(void **state)
{
	static const struct {
		enum expiry_what what;
		double left;
		enum expiry_status status;
		int64_t within;
	} rows[] = {
		{EXPIRY_CERTIFICATE, 1e12, EXPIRY_OK, -1},
		{EXPIRY_CERTIFICATE, 30 * DAY + 0.001, EXPIRY_OK, -1},
		{EXPIRY_CERTIFICATE, 30 * DAY, EXPIRY_EXPIRING, 2592000},
		{EXPIRY_CERTIFICATE, 14 * DAY + 0.001, EXPIRY_EXPIRING, 2592000},
		{EXPIRY_CERTIFICATE, 14 * DAY, EXPIRY_EXPIRING, 1209600},
		{EXPIRY_CERTIFICATE, 7 * DAY + 0.001, EXPIRY_EXPIRING, 1209600},
		{EXPIRY_CERTIFICATE, 7 * DAY, EXPIRY_EXPIRING, 604800},
		{EXPIRY_CERTIFICATE, DAY + 0.001, EXPIRY_EXPIRING, 604800},
		{EXPIRY_CERTIFICATE, DAY, EXPIRY_EXPIRING, 86400},
		{EXPIRY_CERTIFICATE, 0.001, EXPIRY_EXPIRING, 86400},
		{EXPIRY_CERTIFICATE, 0, EXPIRY_EXPIRED, 0},
		{EXPIRY_CERTIFICATE, -1e12, EXPIRY_EXPIRED, 0},
		{EXPIRY_CREDENTIAL, 72 * 3600 + 0.001, EXPIRY_OK, -1},
		{EXPIRY_CREDENTIAL, 72 * 3600, EXPIRY_EXPIRING, 259200},
		{EXPIRY_CREDENTIAL, 0.001, EXPIRY_EXPIRING, 259200},
		{EXPIRY_CREDENTIAL, 0, EXPIRY_EXPIRED, 0},
		{EXPIRY_CREDENTIAL, -0.001, EXPIRY_EXPIRED, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t within = 1;

		if (expiry_judge(rows[i].what, rows[i].left, &within) !=
				rows[i].status ||
			within != rows[i].within)
			fail_msg("row %zu: within %lld", i, (long long)within);
	}
}

static void test_span(void **state)
{
	static const struct {
		int64_t s;
		const char *text;
	} rows[] = {
		{0, "0 minutes"}, {59, "0 minutes"}, {60, "1 minute"},
		{7199, "119 minutes"}, {7200, "2 hours"},
		{30 * 3600, "30 hours"}, {172799, "47 hours"},
		{172800, "2 days"}, {1123199, "12 days"},
	};
	struct buf b;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		buf_init(&b, 100);
		expiry_put_span(&b, rows[i].s);
		assert_string_equal(b.p, rows[i].text);
		buf_release(&b);
	}
}

static void test_conclude(void **state)
{
	static const struct {
		enum expiry_what what;
		struct finding f;
		enum expiry_status status;
		const char *expires_at, *message;
	} rows[] = {
		{EXPIRY_CERTIFICATE, {.end = NOW + 12.5 * DAY},
			EXPIRY_EXPIRING, "2026-11-30T23:06:40Z",
			"12 days left (until 2026-11-30T23:06:40Z)"},
		{EXPIRY_CERTIFICATE, {.end = NOW + 90 * DAY, .issuer = "R3"},
			EXPIRY_OK, "2027-02-16T11:06:40Z",
			"90 days left (until 2027-02-16T11:06:40Z); this is "
			"the certificate of the issuer R3"},
		{EXPIRY_CERTIFICATE,
			{.end = NOW - 3600, .refused = "x",
				.refused_expired = true},
			EXPIRY_EXPIRED, "2026-11-18T10:06:40Z",
			"expired 60 minutes ago (at 2026-11-18T10:06:40Z)"},
		{EXPIRY_CERTIFICATE,
			{.end = NOW + 90 * DAY, .issuer = "R3",
				.refused = "x", .refused_expired = true},
			EXPIRY_EXPIRED, NULL,
			"expired: an issuer's certificate that the server does "
			"not send, or the clock of this machine is wrong"},
		{EXPIRY_CERTIFICATE,
			{.end = NOW + 90 * DAY, .refused = "it is self-signed"},
			EXPIRY_OK, "2027-02-16T11:06:40Z",
			"90 days left (until 2027-02-16T11:06:40Z); not "
			"accepted: it is self-signed"},
		{EXPIRY_CERTIFICATE, {.why = "cannot be read: no"}, EXPIRY_UNKNOWN,
			NULL, "cannot be read: no"},
		{EXPIRY_CERTIFICATE, {.end = 1e15}, EXPIRY_OK,
			"9999-12-31T23:59:59Z",
			"2912121 days left (until 9999-12-31T23:59:59Z)"},
		{EXPIRY_CREDENTIAL, {.end = NOW + 30 * 3600}, EXPIRY_EXPIRING,
			"2026-11-19T17:06:40Z",
			"expires in 30 hours (at 2026-11-19T17:06:40Z)"},
		{EXPIRY_CREDENTIAL, {.end = 1}, EXPIRY_EXPIRED,
			"1970-01-01T00:00:01Z",
			"expired 20775 days ago (at 1970-01-01T00:00:01Z)"},
		{EXPIRY_CREDENTIAL, {.end = 0}, EXPIRY_UNKNOWN, NULL,
			"its expiry is unknown"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct expiry_record r = {.slug = "s",
			.region = "r",
			.at = NOW,
			.what = rows[i].what}, got;
		char message[FINDING_MESSAGE], why[RECORD_WHY];
		cJSON *doc;
		struct buf b;

		finding_conclude(&r, &rows[i].f, message);
		assert_string_equal(message, rows[i].message);
		assert_int_equal(r.status, rows[i].status);
		/* And what is written can be read. */
		buf_init(&b, 4000);
		expiry_record_write(&b, &r);
		doc = json_parse(b.p, b.len, &json_record, why);
		if (!doc || !expiry_take(doc, &got, why))
			fail_msg("%s: %s", why, b.p);
		if (rows[i].expires_at)
			assert_string_equal(json_str(doc, "expires_at"),
				rows[i].expires_at);
		else
			assert_true(json_has_null(doc, "expires_at"));
		assert_int_equal(got.expires_at, r.expires_at);
		assert_int_equal(got.within, r.within);
		assert_string_equal(got.message, message);
		cJSON_Delete(doc);
		buf_release(&b);
	}
}

static void test_read(void **state)
{
	static const char line[] =
		"{\"v\":1,\"type\":\"expiry\",\"slug\":\"s\",\"region\":\"r\","
		"\"at\":1795000000.25,\"what\":\"certificate\","
		"\"status\":\"expiring\",\"within\":604800,"
		"\"expires_at\":\"2026-11-20T00:00:00Z\",\"message\":\"m\"}";
	static const struct {
		const char *key, *value, *why; /* why NULL: it is read */
	} rows[] = {
		{"later", "1", NULL}, {"url", "null", NULL},
		{"source", "\"somewhere new\"", NULL},
		{"message", "null", NULL}, {"issuer", "\"R3\"", NULL},
		{"slug", "\"S\"", "slug: not a valid name"},
		{"slug", "null", "slug: not a string"},
		{"region", "\"tool-hash\"", "region: not a valid name"},
		{"at", "\"1\"", "at: missing or not a number"},
		{"at", "-1", "at: not an instant"},
		{"what", "\"domain\"", "what: unknown"},
		{"status", "\"fine\"", "status: unknown"},
		{"status", "\"ok\"", "within: does not fit the status"},
		{"status", "\"expired\"", "within: does not fit the status"},
		{"status", "\"unknown\"", "within: does not fit the status"},
		{"within", "null", "within: does not fit the status"},
		{"within", "0", "within: does not fit the status"},
		{"within", "-1", "within: not seconds"},
		{"within", "\"1\"", "within: not seconds"},
		{"within", "1e300", "within: not seconds"},
		{"expires_at", "null", "expires_at: missing"},
		{"expires_at", "1795000000", "expires_at: not a string"},
		{"expires_at", "\"soon\"",
			"expires_at: not an RFC 3339 instant"},
		{"expires_at", "\"1969-12-31T23:59:59Z\"",
			"expires_at: before 1970"},
		{"url", "7", "url: not a string"},
		{"issuer", "{}", "issuer: not a string"},
		{"message", "[]", "message: not a string"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char why[RECORD_WHY] = "";
		cJSON *doc = cJSON_Parse(line);
		struct expiry_record r;

		cJSON_DeleteItemFromObjectCaseSensitive(doc, rows[i].key);
		cJSON_AddItemToObject(doc, rows[i].key,
			cJSON_Parse(rows[i].value));
		if (expiry_take(doc, &r, why) != !rows[i].why ||
			strcmp(why, rows[i].why ? rows[i].why : "") != 0)
			fail_msg("%s %s: '%s'", rows[i].key, rows[i].value,
				why);
		cJSON_Delete(doc);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_judge),
		cmocka_unit_test(test_span),
		cmocka_unit_test(test_conclude),
		cmocka_unit_test(test_read),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

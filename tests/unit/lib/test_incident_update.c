/* SPDX-License-Identifier: MIT */
/*
 * Goal: an update of an incident is read as it was written, its field is the same
 * whenever it is written, and nothing is read that a page could not show.
 */
#include "json/json.h"
#include "records/incident.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static bool take(const char *field, const char *json,
	struct incident_update *u, cJSON **doc)
{
	char why[JSON_WHY];

	*doc = json_parse(json, strlen(json), &json_record, why);
	return incident_update_take(field, *doc, u);
}

static void test_written_and_read(void **state)
{
	static const char *regions[] = {"eu", "us-east-1"};
	const struct incident_update u = {.at = 1777400160.25,
		.kind = ALERT_DOWNTIME,
		.first = 1777400040,
		.what = UPDATE_NOTE,
		.regions = {regions, 2},
		.text = "a \"deploy\" <b>"};
	struct incident_update got;
	char field[UPDATE_FIELD];
	struct buf b;
	cJSON *doc;

	(void)state;
	buf_init(&b, 4096);
	incident_update_write(&b, &u);
	incident_update_field(&u, field);
	assert_true(take(field, b.p, &got, &doc));
	assert_true(got.at == u.at);
	assert_int_equal(got.kind, u.kind);
	assert_int_equal(got.first, u.first);
	assert_int_equal(got.what, UPDATE_NOTE);
	assert_string_equal(got.text, u.text);
	assert_int_equal(got.regions.n, 2);
	assert_string_equal(got.regions.v[1], "us-east-1");
	assert_int_equal(got.resolved_at, 0);
	assert_string_equal(incident_update_field(&u, field),
		"1777400040:downtime:1777400160250:note");
	assert_int_equal(incident_update_first(field), u.first);
	assert_true(incident_update_of(field, ALERT_DOWNTIME, u.first));
	assert_false(incident_update_of(field, ALERT_REGIONAL, u.first));
	assert_false(incident_update_of(field, ALERT_DOWNTIME, 177740004));
	assert_true(incident_update_said(field));
	assert_false(incident_update_said("1:downtime:2:started"));
	incident_update_release(&got);
	cJSON_Delete(doc);
	buf_release(&b);
}

/* What people open, move on and close: their title, state and text. */
static void test_by_hand(void **state)
{
	static const struct {
		struct incident_update u;
		const char *json;
	} rows[] = {
		{{.kind = ALERT_MANUAL, .what = UPDATE_STARTED, .text = "x",
			 .title = "a"},
			"{\"text\":\"x\",\"title\":\"a\"}"},
		{{.kind = ALERT_DOWNTIME, .what = UPDATE_PROGRESS,
			 .progress = PROGRESS_MONITORING},
			"{\"state\":\"monitoring\"}"},
		{{.kind = ALERT_DOWNTIME, .what = UPDATE_PROGRESS, .text = "x"},
			"{\"text\":\"x\"}"},
		{{.kind = ALERT_MANUAL, .what = UPDATE_RESOLVED, .text = "x"},
			"{\"text\":\"x\"}"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct incident_update u = rows[i].u, got;
		char field[UPDATE_FIELD];
		struct buf b;
		cJSON *doc;

		u.at = 1777400160;
		u.first = 1777400040;
		buf_init(&b, 4096);
		incident_update_write(&b, &u);
		assert_string_equal(b.p, rows[i].json);
		incident_update_field(&u, field);
		assert_true(take(field, b.p, &got, &doc));
		assert_int_equal(got.what, u.what);
		assert_int_equal(got.progress, u.progress);
		assert_true(!got.text == !u.text && !got.title == !u.title);
		assert_int_equal(incident_update_said(field),
			u.what == UPDATE_PROGRESS);
		incident_update_release(&got);
		cJSON_Delete(doc);
		buf_release(&b);
	}
}

#define BEGIN "1777400040:downtime:1777400160000:"

static void test_refused(void **state)
{
	static const char *const odd[][2] = {
		{BEGIN "started", "null"},
		{BEGIN "started", "[]"},
		{BEGIN "started", "7"},
		{BEGIN "started", "{\"resolved_at\":-1}"},
		{BEGIN "started", "{\"text\":\"x\"}"},
		{BEGIN "started", "{\"state\":\"done\"}"},
		{BEGIN "begun", "{}"},
		{BEGIN "", "{}"},
		{BEGIN "note", "{}"},
		{BEGIN "note", "{\"text\":\"\"}"},
		{BEGIN "note", "{\"text\":7}"},
		{BEGIN "postmortem", "{\"text\":\"x\"}"},
		{BEGIN "postmortem", "{\"text\":\"javascript:alert(1)\"}"},
		{"1777400040:outage:1:started", "{}"},
		{"0:downtime:1:started", "{}"},
		{"-60:downtime:1:started", "{}"},
		{"1777400040:downtime:x:started", "{}"},
		{"1777400040:downtime::started", "{}"},
		{"1777400040:downtime", "{}"},
		{"", "{}"},
	};
	char huge[4 * UPDATE_FIELD];
	struct incident_update u;
	cJSON *doc;

	(void)state;
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
		if (take(odd[i][0], odd[i][1], &u, &doc))
			fail_msg("taken: %s %s", odd[i][0], odd[i][1]);
		incident_update_release(&u);
		cJSON_Delete(doc);
	}
	memset(huge, '7', sizeof huge - 1);
	huge[sizeof huge - 1] = '\0';
	assert_false(take(huge, "{}", &u, &doc));
	cJSON_Delete(doc);
	/* A region that is no name is passed over. */
	assert_true(take(BEGIN "started", "{\"regions\":[\"eu\",\"A B\",3]}",
		&u, &doc));
	assert_int_equal(u.regions.n, 1);
	incident_update_release(&u);
	cJSON_Delete(doc);
}

static void test_addresses(void **state)
{
	static const struct {
		const char *url;
		bool valid;
	} rows[] = {
		{"https://example.com/why?id=7&x=1#top", true},
		{"http://127.0.0.1:8080", true},
		{"https://[::1]/a@b", true},
		{"https://example.com/%C3%A9", true},
		{"https://", false},
		{"https:///x", false},
		{"https://ann:secret@example.com/", false},
		{"HTTPS://example.com", false},
		{"ftp://example.com", false},
		{"javascript:alert(1)//https://x", false},
		{"//example.com", false},
		{"https://example.com/a b", false},
		{"https://example.com/\"onclick=", false},
		{"https://example.com/\n", false},
		{"https://ex\xc3\xa4mple.com/", false},
		{"", false},
	};
	char text[UPDATE_TEXT_MAX + 2] = "https://";

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (update_url_valid(rows[i].url) != rows[i].valid)
			fail_msg("%s", rows[i].url);
	memset(text + 8, 'a', sizeof text - 9);
	assert_false(update_url_valid(text));
	text[UPDATE_TEXT_MAX] = '\0';
	assert_true(update_url_valid(text));
}

/* Addresses that others have kept: none may change. */
static void test_ids(void **state)
{
	static const struct {
		enum alert_kind kind;
		const char *id;
	} rows[] = {
		{ALERT_DOWNTIME, "2026-04-28-1814-outage"},
		{ALERT_REGIONAL, "2026-04-28-1814-regional-outage"},
		{ALERT_RATE_LIMITED, "2026-04-28-1814-refused-requests"},
		{ALERT_OVERRUN, "2026-04-28-1814-late-maintenance"},
		{ALERT_ERROR_RATE, "2026-04-28-1814-failures"},
		{ALERT_LATENCY, "2026-04-28-1814-slow-answers"},
		{ALERT_DIVERGENCE, "2026-04-28-1814-different-tools"},
	};
	static const enum alert_kind private[] = {ALERT_SLO_BURN, ALERT_CHURN,
		ALERT_SILENT, ALERT_STALLED, ALERT_TOKEN_EXPIRING};
	char id[INCIDENT_ID];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_string_equal(
			incident_id(rows[i].kind, 1777400040, id), rows[i].id);
	for (size_t i = 0; i < sizeof private / sizeof *private; i++)
		assert_null(incident_word(private[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_written_and_read),
		cmocka_unit_test(test_by_hand),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_ids),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

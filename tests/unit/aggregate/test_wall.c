/* SPDX-License-Identifier: MIT */
/*
 * Goal: what a wall asks for is told by the records of the steps, as mcp-probe
 * writes them, and never by what only looks like it.
 */
#include "rule/bucket.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void test_walls(void **state)
{
	static const struct {
		const char *step, *status, *detail, *wall;
	} cases[] = {
		{"oauth-discovery", "pass", "{}", "oauth"},
		{"oauth-discovery", "skip", "{}", "unknown"},
		{"oauth-discovery", "fail", "{}", "unknown"},
		{"initialize", "pass",
			"{\"http_status\":401,\"www_authenticate\":\"Bearer "
			"realm\"}",
			"bearer"},
		{"initialize", "pass",
			"{\"http_status\":401,\"www_authenticate\":\"bearer\"}",
			"bearer"},
		{"initialize", "pass",
			"{\"http_status\":403,\"www_authenticate\":\"Basic "
			"x\"}",
			"other-scheme"},
		{"initialize", "pass", "{\"http_status\":401}", "other-scheme"},
		{"initialize", "pass", "{\"http_status\":200}", "other-scheme"},
		{"initialize", "pass",
			"{\"http_status\":200,\"server\":{\"name\":\"x\"}}",
			"tools-only"},
		{"initialize", "pass", "{\"http_status\":299}", "other-scheme"},
		{"initialize", "pass", "{\"http_status\":300}", "certificate"},
		{"initialize", "pass", "{\"http_status\":496}", "certificate"},
		{"initialize", "pass", "{\"http_status\":403}", "certificate"},
		{"initialize", "pass", "{\"address\":\"::1\"}", "certificate"},
		{"initialize", "pass", "{}", "unknown"},
		{"initialize", "pass", "{\"tls\":false}", "unknown"},
		{"initialize", "fail", "{\"http_status\":401}", "unknown"},
		{"tools-list", "pass", "{\"http_status\":401}", "unknown"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		bool fails = strcmp(cases[i].status, "fail") == 0;
		char line[600], why[RECORD_WHY];
		struct record r;

		snprintf(line, sizeof line,
			"{\"v\":1,\"type\":\"step\",\"slug\":\"a\",\"region\":"
			"\"eu\",\"probe_id\":\"1\",\"probe_started_at\":1,"
			"\"step\":"
			"\"%s\",\"status\":\"%s\",\"ms\":1,\"error\":%s,"
			"\"message\":"
			"null,\"detail\":%s}",
			cases[i].step, cases[i].status,
			fails ? "\"http.503\"" : "null", cases[i].detail);
		if (record_read(line, strlen(line), &r, why))
			fail_msg("%s: %s", line, why);
		if (strcmp(wall_name(wall_seen(&r)), cases[i].wall) != 0)
			fail_msg("%s: %s", line, wall_name(wall_seen(&r)));
		record_release(&r);
	}
}

/* The summary of a probe, and a detail that cannot be read. */
static void test_no_step(void **state)
{
	char broken[] = "{\"http_status\":401";
	struct record r = {.type = RECORD_STEP, .u.step = {
		.step = STEP_INITIALIZE, .status = STATUS_PASS,
		.detail = broken}};

	(void)state;
	assert_string_equal(wall_name(wall_seen(&r)), "unknown");
	r.u.step.step = STEP_OAUTH_DISCOVERY;
	assert_string_equal(wall_name(wall_seen(&r)), "oauth");
	r.type = RECORD_PROBE;
	assert_string_equal(wall_name(wall_seen(&r)), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_walls),
		cmocka_unit_test(test_no_step),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

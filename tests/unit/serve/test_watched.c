/* SPDX-License-Identifier: MIT */
/*
 * Goal: of an address only what anybody may know is told; and the figures of a
 * place, and where time goes, come from what was counted, whatever stands there.
 */
#include "data/page_data.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static void test_endpoint(void **state)
{
	static const char *const cases[][2] = {
		{"https://mcp.example.com/mcp", "https://mcp.example.com/mcp"},
		{"https://mcp.example.com", "https://mcp.example.com"},
		{"https://mcp.example.com/?key=canary",
			"https://mcp.example.com/"},
		{"https://mcp.example.com?key=canary", "https://mcp.example.com"},
		{"http://me:canary@h.example:8080/a/b#canary",
			"http://h.example:8080/a/b"},
		{"https://a@canary@h/x", "https://h/x"},
		{"https://h/s/canary0123456789abcdef/mcp", "https://h/s/…/mcp"},
		{"https://h/<b>&\"x", "https://h/<b>&\"x"},
		{"https://h\\@canary/", "https://h"},
		{"file:///etc/canary", ""},
		{"https://", ""},
		{"https:///canary", ""},
		{"", ""},
	};
	struct buf b;

	(void)state;
	buf_init(&b, 4096);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		buf_clear(&b);
		watched_endpoint(&b, cases[i][0]);
		assert_string_equal(b.p, cases[i][1]);
	}
	buf_release(&b);
}

static void test_verdict(void **state)
{
	static const struct {
		const char *json, *revision;
		enum era era;
		bool walled;
	} cases[] = {
		{"{\"protocol\":\"2025-11-25\",\"era\":\"session\"}", "2025-11-25",
			ERA_SESSION, false},
		{"{\"era\":\"sse\",\"protocol\":\"<b>\"}", "", ERA_SSE, false},
		{"{\"protocol\":7,\"era\":null,\"regions\":[{\"state\":"
		 "\"healthy\"},3,{\"state\":\"auth-walled\"}]}", "", ERA_NONE,
			true},
		{"{\"protocol\":\"2025-11-251\"}", "", ERA_NONE, false},
		{"[]", "", ERA_NONE, false},
		{NULL, "", ERA_NONE, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct watched w = {.n = 0};

		watched_verdict(&w, cases[i].json);
		assert_string_equal(w.revision, cases[i].revision);
		assert_int_equal(w.era, cases[i].era);
		assert_int_equal(w.walled, cases[i].walled);
		watched_release(&w);
	}
}

#define NOW (100.0 * 86400 + 5 * 3600 + 60) /* the hour 2405, the day 100 */

static void near(double is, double want)
{
	assert_true(fabs(is / want - 1) < 0.05);
}

static void test_places(void **state)
{
	/* Bucket 87 of 4 of 2 % is about 100 ms, 122 about 1.6 s. */
	static const char *const pairs[] = {
		"eu", "2404 87:59 122:1\n2380 122:1000\n2405 87:40\nd100 87:10\n"
		      "d94 122:30\nd93 87:90000\nx\n",
		"us", "2404 87\n2403 87:-4\n2402 999999:1 87:3\nd99 87:x\n",
		"Bad Region", "2404 87:1\n", "asia", NULL, NULL, "x", ".upto",
		"2404", ".steps", "2404 2 100 50 40 20\n2380 9 9999 1 1 1\n"
				  "2405 1 20 10 5 10\n2403 1 2\nnan 1 1 1 1 1\n",
		"ap"};
	struct watched w = {.n = 0};
	const struct place_figures *p;

	(void)state;
	watched_places(&w, pairs, sizeof pairs / sizeof *pairs, NOW);
	assert_int_equal(w.n, 2);
	p = watched_place(&w, "eu");
	near(p->day_p50, 102);
	near(p->day_p95, 102);
	near(p->week_p50, 1631);
	near(p->week_p95, 1631);
	p = watched_place(&w, "us");
	near(p->day_p50, 102);
	assert_true(isnan(p->week_p50) && isnan(p->week_p95));
	assert_null(watched_place(&w, "asia"));
	assert_true(w.probes == 3);
	near(w.part_ms[PART_CONNECT], 40);
	near(w.part_ms[PART_INITIALIZE], 20);
	near(w.part_ms[PART_TOOLS], 15);
	near(w.part_ms[PART_CALL], 10);
	watched_release(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_endpoint),
		cmocka_unit_test(test_verdict),
		cmocka_unit_test(test_places),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Goal: the screen of mcp-aggregate status shows no outdated colour, can be
 * read without colours, and fits the terminal.
 */
#include "commands/status_screen.h"

#include "base/text.h"
#include "base/xalloc.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* 2026-04-29T20:31:00Z */
#define NOW 1777494660.0

/* A region: name, its letter of the screen, seconds since it was heard, hash. */
struct row {
	const char *name;
	char dot;
	double age;
	const char *hash;
	bool failing;
};

static struct status_server server(const char *slug, const struct row *rows,
	size_t n)
{
	struct status_server s = {.slug = slug,
		.published = true,
		.as_of = NOW - 20,
		.colour = VERDICT_GREEN,
		.uptime_30d = 99.87,
		.p95_ms = 214,
		.reporters = (int)n,
		.n_regions = n};

	s.regions = xcalloc(n, sizeof *s.regions);
	for (size_t i = 0; i < n; i++) {
		struct status_region *r = &s.regions[i];

		snprintf(r->name, sizeof r->name, "%s", rows[i].name);
		r->dot = (enum dot)(strchr("-oax", rows[i].dot) - "-oax");
		r->newest = NOW - rows[i].age;
		r->failing = rows[i].failing;
		if (rows[i].hash)
			snprintf(r->hash, sizeof r->hash, "%s", rows[i].hash);
	}
	for (int i = 0; i < STATUS_HOURS; i++)
		s.hours[i] = NAN;
	return s;
}

static void check_server(const struct status_server *s, int width,
	bool unicode, const char *expected)
{
	struct status_look look = {.width = width, .unicode = unicode};
	struct status_server one = *s;
	struct status st = {.now = NOW, .servers = &one, .n = 1};
	const char *begin, *end;
	struct buf b;

	buf_init(&b, 10000);
	status_text(&st, &look, &b);
	begin = strstr(b.p, " HOURS\n") + strlen(" HOURS\n");
	end = strstr(begin, "\nLast run: ");
	b.p[end - b.p] = '\0';
	assert_string_equal(begin, expected);
	buf_release(&b);
}

static const struct row five[] = {{"us-east-1", 'o', 9, NULL, false},
	{"us-west-2", 'a', 9, NULL, false}, {"eu-west-2", 'x', 9, NULL, true},
	{"ap-south-1", '-', 725, NULL, false},
	{"sa-east-1", '-', NAN, NULL, false}};

/* What was published, and the state shown for it. */
static void test_states(void **state)
{
	static const struct {
		bool published, no_data;
		enum verdict_colour colour;
		double age;
		enum status_state expected;
	} rows[] = {
		{true, false, VERDICT_GREEN, 0, STATUS_GREEN},
		{true, false, VERDICT_AMBER, 120, STATUS_AMBER},
		{true, false, VERDICT_RED, 300, STATUS_RED},
		/* One minute of silence is not yet a verdict. */
		{true, true, VERDICT_GREEN, 200, STATUS_GREEN},
		/* After 5 minutes a colour is no longer shown. */
		{true, false, VERDICT_GREEN, 300.1, STATUS_STALE},
		{true, false, VERDICT_RED, 86400, STATUS_STALE},
		{true, true, VERDICT_RED, 301, STATUS_UNKNOWN},
		{true, true, VERDICT_GREEN, 301, STATUS_UNKNOWN},
		/* From the future: one of two clocks is wrong. */
		{true, false, VERDICT_GREEN, -301, STATUS_STALE},
		{true, false, VERDICT_GREEN, NAN, STATUS_UNKNOWN},
		{true, false, VERDICT_UNKNOWN, 10, STATUS_UNKNOWN},
		{false, false, VERDICT_GREEN, 0, STATUS_UNJUDGED},
		{false, true, VERDICT_RED, 0, STATUS_UNJUDGED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct status_server s = {.published = rows[i].published,
			.no_data = rows[i].no_data,
			.colour = rows[i].colour,
			.as_of = NOW - rows[i].age};

		if (status_state(&s, NOW) != rows[i].expected)
			fail_msg("row %zu: %d", i, (int)status_state(&s, NOW));
	}
}

static void test_lines(void **state)
{
	struct status_server s = server("example-mcp", five, 5);

	(void)state;
	s.colour = VERDICT_AMBER;
	s.tier = TIER_REGIONAL;
	s.step = STEP_TOOLS_LIST;
	check_server(&s, 80, false,
		"example-mcp                 amber     oax--          99.87   "
		"214ms\n"
		"  regional at tools-list: eu-west-2\n"
		"  silent: ap-south-1 since 20:18 (12m), sa-east-1 (never "
		"reported)\n");
	/* Remarks are wrapped, the line is not. */
	check_server(&s, 40, false,
		"example-mcp                 amber     oax--          99.87   "
		"214ms\n"
		"  regional at tools-list: eu-west-2\n"
		"  silent: ap-south-1 since 20:18 (12m),\n"
		"  sa-east-1 (never reported)\n");
	s.slug = "a-long-slug-is-shown-in-full";
	check_server(&s, 80, true,
		"a-long-slug-is-shown-in-full  amber     "
		"\xe2\x97\x8f\xe2\x97\x90\xe2\x9c\x97\xc2\xb7\xc2\xb7          "
		"99.87   214ms\n"
		"  regional at tools-list: eu-west-2\n"
		"  silent: ap-south-1 since 20:18 (12m), sa-east-1 (never "
		"reported)\n");
	s.slug = "example-mcp";
	s.checks = CHECKS_REFUSED;
	s.n_regions = 3;
	check_server(&s, 80, false,
		"example-mcp                 amber     oax            99.87   214ms\n"
		"  regional at tools-list: eu-west-2; our credential is "
		"refused\n");
	/* The same an hour later, without a new verdict. */
	s.as_of = NOW - 3600;
	s.regions[3].newest = NOW - 3 * 86400;
	s.n_regions = 4;
	check_server(&s, 80, false,
		"example-mcp                 stale     oax-           99.87   214ms\n"
		"  was amber 1h ago\n"
		"  silent: ap-south-1 since 2026-04-26 (3d)\n");
	s.no_data = true;
	s.reporters = 1;
	s.n_regions = 3;
	s.p95_ms = s.uptime_30d = NAN;
	check_server(&s, 80, false,
		"example-mcp                 unknown   oax                -       -\n"
		"  was amber 1h ago; 1 of 3 regions reports\n");
	s.published = false;
	s.no_data = false;
	check_server(&s, 80, false,
		"example-mcp                 unjudged  oax                -       -\n"
		"  never judged\n");
	free(s.regions);
}

static void test_divergence(void **state)
{
	static const struct row rows[] = {
		{"us-east-1", 'o', 9, "aaaaaaaabb", false},
		{"eu-west-2", 'o', 9, "cccccccccc", false},
		{"sa-east-1", 'o', 9, NULL, false},
		{"ap-south-1", 'o', 9, "aaaaaaaabb", false}};
	struct status_server s = server("demo", rows, 4);
	char words[] = "eu-west-2 sees get_data, us-east-1 and ap-south-1 "
		"fetch_data since 14:02";

	(void)state;
	check_server(&s, 80, false,
		"demo                        green     oooo           99.87   214ms\n");
	s.tools_differ = words;
	check_server(&s, 80, false,
		"demo                        green     oooo           99.87   214ms\n"
		"  tools differ: eu-west-2 sees get_data, us-east-1 and ap-south-1 "
		"fetch_data\n  since 14:02\n");
	free(s.regions);
}

/* Bars relative to the highest hour; blank for an hour without data. */
static void test_hours(void **state)
{
	struct status_server s = server("demo", five, 1);

	(void)state;
	s.hours[0] = 999999;
	for (int i = 0; i < 8; i++)
		s.hours[STATUS_HOURS - 9 + i] = 100 * (i + 1);
	check_server(&s, 80, false,
		"demo                        green     o              99.87   "
		"214ms     _.-~=+*#\n");
	check_server(&s, 92, true,
		"demo                        green     \xe2\x97\x8f              "
		"99.87   214ms  \xe2\x96\x88              "
		"\xe2\x96\x81\xe2\x96\x81\xe2\x96\x81\xe2\x96\x81"
		"\xe2\x96\x81\xe2\x96\x81\xe2\x96\x81\xe2\x96\x81\n");
	for (int i = 0; i < STATUS_HOURS; i++)
		s.hours[i] = 0;
	s.p95_ms = 12345;
	check_server(&s, 80, false,
		"demo                        green     o              99.87   "
		"12.3s  ____________\n");
	free(s.regions);
}

static void test_json(void **state)
{
	struct status_server s = server("demo", five + 2, 3);
	struct buf b;

	(void)state;
	s.n_regions = 1;
	s.colour = VERDICT_RED;
	s.tier = TIER_STEP_ALERT;
	s.step = STEP_DNS;
	for (int i = 1; i < STATUS_HOURS; i++)
		s.hours[i] = i;
	buf_init(&b, 10000);
	status_json(&s, NOW, &b);
	assert_string_equal(b.p,
		"{\"v\":1,\"type\":\"status\",\"slug\":\"demo\",\"state\":\"red\","
		"\"verdict\":\"red\",\"tier\":\"step-alert\",\"step\":\"dns\","
		"\"age_s\":20,\"reporters\":3,\"divergence\":false,"
		"\"regions\":[{\"region\":\"eu-west-2\",\"state\":\"broken\","
		"\"newest\":1777494651,\"failing\":true,\"tool_hash\":null}],"
		"\"uptime_30d\":99.87,\"p95_ms\":214,\"hours\":[null,1,2,3,4,5,"
		"6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23]}\n");
	buf_release(&b);
	free(s.regions);
}

static void test_runners(void **state)
{
	static const char head[] =
		"Last run: ingest 10s ago, verdict 5m ago (late), alert never\n"
		"Undelivered events: none\n\n";
	static const struct {
		double age, min, max;
		enum runner_status status;
		const char *message;
		const char *expected;
		const char *machine;
	} rows[] = {
		{30, -0.14, 0.31, RUNNER_OK, "",
			"eu  30s ago    ok       -0.1 to +0.3 s\n", NULL},
		/* The range holds zero: the clock may be right. */
		{30, -60, 0.01, RUNNER_OK, "",
			"eu  30s ago    ok       -60.0 to 0.0 s\n", NULL},
		{30, 1, 30, RUNNER_OK, "",
			"eu  30s ago    ok       +1.0 to +30.0 s\n", NULL},
		{30, 1.1, 30, RUNNER_OK, "",
			"eu  30s ago    ok       +1.1 to +30.0 s  off by over "
			"1 s\n", NULL},
		{7300, -7250, -7230, RUNNER_OK, "",
			"eu  2h ago     ok       -2h to -2h  off by over "
			"1 s\n", NULL},
		{30, NAN, NAN, RUNNER_TIMEOUT, "no end after 35 s",
			"eu  30s ago    timeout  not measured\n"
			"  no end after 35 s\n", NULL},
		{-90, NAN, NAN, RUNNER_OK, "quiet",
			"eu  1m ahead   ok       +90.0 s or more  off by over "
			"1 s\n", NULL},
		{30, NAN, NAN, RUNNER_EXIT, "exit status 255: \xc3\xa9",
			"eu  30s ago    exit     not measured\n"
			"  exit status 255: ??\n", NULL},
		{30, NAN, NAN, RUNNER_TIMEOUT, "gone",
			"eu  30s ago    timeout  not measured\n"
			"  on the same machine as af (same host key): they "
			"count as one reporter\n"
			"  gone\n",
			"host key"},
		{30, NAN, NAN, RUNNER_TIMEOUT, "gone",
			"eu  30s ago    timeout  not measured\n"
			"  at the same POP as af: they count as one reporter\n"
			"  gone\n",
			"POP"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct status_runner r = {.region = "eu",
			.known = true,
			.at = NOW - rows[i].age,
			.status = rows[i].status,
			.offset_min = rows[i].min,
			.offset_max = rows[i].max};
		struct status st = {.now = NOW,
			.stages = {NOW - 10, NOW - 301, NAN},
			.runners = &r,
			.n_runners = 1};
		struct status_look look = {.width = 80};
		struct buf b;
		const char *row;

		snprintf(r.message, sizeof r.message, "%s", rows[i].message);
		if (rows[i].machine) {
			snprintf(r.machine, sizeof r.machine, "af");
			r.machine_by = rows[i].machine;
		}
		buf_init(&b, 10000);
		status_text(&st, &look, &b);
		assert_memory_equal(strstr(b.p, "Last run: "), head,
			sizeof head - 1);
		row = strstr(b.p, "CLOCK\n") + strlen("CLOCK\n");
		assert_memory_equal(row, "eu      ", 8);
		assert_string_equal(row + 8, rows[i].expected + 4);
		buf_release(&b);
	}
}

/* Worst first; no line is longer than the terminal, or than 80 columns. */
static void test_screen(void **state)
{
	static const char *const order[] = {"\nred-2 ", "\nred-3 ", "\nold ",
		"\nnew ", "\namber ", "\ngreen "};
	static const char first[] =
		"2026-04-29T20:31:00Z 6 servers: 2 red, 1 stale, 1 unjudged, "
		"1 amber, 1 green\n\n";
	char *const slugs[] = {"red-2", "red-3"};
	struct status_server all[6];
	struct status st = {.now = NOW,
		.servers = all,
		.n = 6,
		.stages = {NOW, NOW, NOW},
		.undelivered = slugs,
		.n_undelivered = 2};

	(void)state;
	all[0] = server("green", five, 5);
	all[1] = server("red-3", five, 5);
	all[2] = server("amber", five, 5);
	all[3] = server("new", five, 5);
	all[4] = server("red-2", five, 5);
	all[5] = server("old", five, 5);
	all[1].colour = all[4].colour = VERDICT_RED;
	all[2].colour = VERDICT_AMBER;
	all[3].published = false;
	all[5].as_of = NOW - 1000;
	for (int i = 0; i < STATUS_HOURS; i++)
		all[0].hours[i] = 100;
	status_sort(&st);
	for (int width = 40; width <= 200; width++) {
		struct status_look look = {.width = width};
		const char *at;
		struct buf b;

		buf_init(&b, 10000);
		status_text(&st, &look, &b);
		at = b.p;
		for (size_t i = 0; i < 6; i++) {
			at = strstr(at, order[i]);
			assert_non_null(at);
		}
		for (const char *p = b.p; *p; p += strspn(p, "\n")) {
			if (strcspn(p, "\n") > (size_t)(width < 80 ? 80 : width))
				fail_msg("%d: %s", width, p);
			p += strcspn(p, "\n");
		}
		if (width >= 80)
			assert_memory_equal(b.p, first, sizeof first - 1);
		assert_non_null(strstr(b.p, "of red-2, red-3\n"));
		assert_true((strstr(b.p, "########################\n") !=
				    NULL) == (width >= 92));
		buf_release(&b);
	}
	for (size_t i = 0; i < 6; i++)
		free(all[i].regions);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_divergence),
		cmocka_unit_test(test_hours),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_runners),
		cmocka_unit_test(test_screen),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

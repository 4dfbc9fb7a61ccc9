/* SPDX-License-Identifier: MIT */
/*
 * Goal: each number of article 3 (downtime alerting), with the sentence that
 * has it: the events of such a night, whom they reach, and when. Where we
 * differ, the row says how, and mcp-incidents(7) why.
 */
#include "nights.h"

#include "commands/commands.h"
#include "incident/route_test.h"
#include "routing/routing.h"
#include "words/words.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define DNS_P1 "downtime_started P1 0 x1 dns/transport [e u]"

static void test_confirmation(void **state)
{
	static const struct night_case cases[] = {
		{"Fire on 1 failure: maximum detection speed, but ... frequent "
		 "false positives", "E", "E1", ""},
		{"... identical to a genuine outage: nor on two", "E",
			"E1 E1", ""},
		{"Require 3 consecutive failing probes before firing a P1 "
		 "downtime alert", "E", "E1 E1 E1",
			"2 downtime_started P1 0 x3 dns/transport [e]"},
		{"N consecutive failing probes with no recovery in between",
			"E", "E1 E1 . E1 E1", ""},
		{"30-second cadence halves the detection window to 90 seconds",
			"E", "E1 @0 E1 !E1",
			"1 downtime_started P1 0 x2 dns/transport [e]"},
		{"the same, where other regions could have confirmed it: a "
		 "window counts once", "AEU",
			"E1 @0 E1 @1 E1 @1 E1 @2 E1",
			"2 regional_started P2 0 x3 dns/transport [e]"},
		{"5-minute cadence ... gives a 15-minute detection window", "E",
			"E1 @5 E1 @10 E1",
			"10 downtime_started P1 0 x3 dns/transport [e]"},
		{"the same, judged each minute", "E",
			"E1 @0 >1 E1 @0 >4 E1 @5 E1 @5 >9 E1 @10 E1",
			"10 downtime_started P1 0 x3 dns/transport [e]"},
		{"a 100% error rate for 2 minutes (downtime alert fires): by "
		 "the rule above it takes a third", "E", "E1 E1 . . .", ""},
	};

	(void)state;
	NIGHT_CHECK(cases);
}

static void test_recovery(void **state)
{
	static const struct night_case cases[] = {
		{"Require 3 consecutive passing probes before declaring "
		 "recovery", "EU", "EU1 . .", "0 " DNS_P1},
		{"... three", "EU", "EU1 . . .",
			"0 " DNS_P1
			" | 3 downtime_resolved P1 0-1 x1 dns/transport [e u]"},
		{"A server that flaps (down-up-down) should not generate a "
		 "recovery alert followed by another downtime alert", "EU",
			"EU1 . EU1 . . EU1 . EU1", "0 " DNS_P1},
		{"hold the incident open until the server has been stable for "
		 "3 minutes", "EU", "EU1 . EU1 . . .",
			"0 " DNS_P1
			" | 5 downtime_resolved P1 0-3 x2 dns/transport [e u]"},
	};

	(void)state;
	NIGHT_CHECK(cases);
}

static void test_severity(void **state)
{
	static const struct night_case cases[] = {
		{"P1: Transport failure (TCP refused/timeout)", "EU", "EU2",
			"0 downtime_started P1 0 x1 tls/transport [e u]"},
		{"P1: ... HTTP 5xx", "EU", "EU6/http.500",
			"0 downtime_started P1 0 x1 tools-list/http [e u]"},
		{"P1: ... or JSON-RPC initialize error", "EU",
			"EU3/jsonrpc.-32603",
			"0 downtime_started P1 0 x1 initialize/initialize "
			"[e u]"},
		{"P1 (any layer unavailable), says the heading; the text says "
		 "tools/list is P2: ... returns an error", "EU",
			"EU6/jsonrpc.-32603",
			"0 downtime_started P2 0 x1 tools-list/tools [e u]"},
		{"P2: ... an empty array", "EU", "EU6/tools.empty",
			"0 downtime_started P2 0 x1 tools-list/tools [e u]"},
		{"P2: ... or a malformed schema", "EU", "EU6/tools.schema",
			"0 downtime_started P2 0 x1 tools-list/tools [e u]"},
		{"Escalate to P1 if unresolved after 30 minutes: not before",
			"EU", "EU6*30",
			"0 downtime_started P2 0 x1 tools-list/tools [e u]"},
		{"T+30 min: P2 alerts that haven't resolved upgrade to P1 "
		 "escalation path: under the same key", "EU", "EU6*31",
			"0 downtime_started P2 0 x1 tools-list/tools [e u] | "
			"30 downtime_escalated P1 0 x31 tools-list/tools "
			"[e u]"},
		{"initialize fails, then tools/list: one counter", "E",
			"E3 E6 E3", "2 downtime_started P1 0 x3 "
			"initialize/initialize [e]"},
	};

	(void)state;
	NIGHT_CHECK(cases);
}

static void test_rate_limits(void **state)
{
	static const struct night_case cases[] = {
		{"don't count a single 429 as downtime", "E", "%E", ""},
		{"nor two", "E", "%E %E", ""},
		{"fire a P2 alert if you see 3 consecutive 429s", "E",
			"%E %E %E",
			"2 rate_limited_started P2 0 x3 initialize/http [e]"},
	};

	(void)state;
	NIGHT_CHECK(cases);
}

static void test_one_incident(void **state)
{
	static const struct night_case cases[] = {
		{"A 2-hour outage should produce one incident, not one alert "
		 "per probe cycle", "EU", "EU1*120", "0 " DNS_P1},
		{"suppress ... until ... 4 hours pass: not before", "EU",
			"EU1*240", "0 " DNS_P1},
		{"4 hours pass: a reminder of the same incident", "EU",
			"EU1*241", "0 " DNS_P1 " | 240 downtime_reminder P1 0 "
			"x241 dns/transport [e u]"},
		{"until the server recovers and then goes down again", "EU",
			"EU1 . . . EU1", "0 " DNS_P1
			" | 3 downtime_resolved P1 0-1 x1 dns/transport [e u]"
			" | 4 downtime_started P1 4 x1 dns/transport [e u]"},
	};

	(void)state;
	NIGHT_CHECK(cases);
}

static void test_maintenance(void **state)
{
	static const struct night_case cases[] = {
		{"probes continue running, but alerts are not fired", "EU",
			"m0-60 EU1*60", "held 0 " DNS_P1},
		{"If the server is still down 5 minutes after the maintenance "
		 "window ends: not before", "EU", "m0-60 EU1*65",
			"held 0 " DNS_P1},
		{"... a post-maintenance downtime alert fires, at once then",
			"EU", "m0-60 EU1*66", "held 0 " DNS_P1
			" | 65 maintenance_overrun_started P1 0 x66 "
			"dns/transport [e u]"},
		{"cap suppression at 4 hours maximum: An accidental 24-hour "
		 "window", "EU", "m0-1440 EU1*245", "held 0 " DNS_P1
			" | held 240 downtime_reminder P1 0 x241 dns/transport "
			"[e u]"},
		{"... hides nothing for longer", "EU", "m0-1440 EU1*246",
			"held 0 " DNS_P1
			" | held 240 downtime_reminder P1 0 x241 dns/transport "
			"[e u]"
			" | 245 maintenance_overrun_started P1 0 x246 "
			"dns/transport [e u]"},
		{"what fails after the cap is told at once", "EU",
			"m0-1440 .*240 EU1",
			"240 downtime_started P1 240 x1 dns/transport [e u]"},
	};

	(void)state;
	NIGHT_CHECK(cases);
}

static void test_regions(void **state)
{
	static const struct night_case cases[] = {
		{"All regions fail simultaneously: the server is down. Fire "
		 "P1", "AEU", "AEU1",
			"0 downtime_started P1 0 x1 dns/transport [a e u]"},
		{"two of them, of which nothing is said: they agree, too",
			"AEU", "EU1", "0 " DNS_P1},
		{"One region fails, others pass: Fire P2", "AEU", "E1*3",
			"2 regional_started P2 0 x3 dns/transport [e]"},
		{"no pattern ...: Do not fire a downtime alert", "AEU",
			"A1 . E1 . U1 . . .", ""},
	};

	(void)state;
	NIGHT_CHECK(cases);
}

static void expect_summary(const char *regions, const char *verdicts,
	const char *summary)
{
	struct night n;

	night_init(&n, regions);
	night_run(&n, verdicts);
	events_words(&n.events);
	assert_string_equal(n.events.v[n.events.n - 1].record.summary, summary);
	night_release(&n);
}

static void test_sentences(void **state)
{
	(void)state;
	/* "recovered after 23 minutes (14:32-14:55 UTC). Root layer: HTTP 5xx
	   x 23 probes. All layers now passing." */
	expect_summary("EU", "EU6/http.503*23 . . .",
		"s recovered after 23 min (17:50\u201318:13 UTC). Root layer: "
		"http. Failing minutes: 23. All layers pass again.");
	/* "available from eu-west-1 and ap-southeast-1, but not from us-east-1
	   - possible routing or CDN issue" */
	expect_summary("AEU", "U2*3",
		"s is available from a and e, but not from u (tls fails with "
		"x): possibly a routing or CDN issue.");
}

/* A night on a server at url, with cold_start as configured, and its events. */
static void idle(const char *url, bool configured, const char *verdicts,
	const char *expected)
{
	char got[NIGHT_SIZE];
	struct night n;

	night_init(&n, "EU");
	n.url = url;
	n.st.cold_start = configured;
	night_run(&n, verdicts);
	night_tell(&n, got);
	night_release(&n);
	if (strcmp(got, expected) != 0)
		fail_msg("%s: '%s': %s", url, verdicts, got);
}

static void test_cold_start(void **state)
{
	/* "AliveMCP maintains a recognized platform list"; and Cloud Run is
	   named, but has no name in that list. */
	static const char *const platforms[] = {"https://a.vercel.app/",
		"https://a.railway.app/", "https://a.render.com/",
		"https://a.onrender.com/", "https://a.fly.dev/",
		"https://a.lambda-url.eu-west-1.on.aws/",
		"https://a-uc.a.run.app/"};
	static const char elsewhere[] = "https://evilrender.com/";

	(void)state;
	for (size_t i = 0; i < sizeof platforms / sizeof *platforms; i++) {
		/* "suppress the first probe failure after a period of server
		   inactivity (typically >10 minutes with no traffic)" */
		idle(platforms[i], false, ". @11 EU1 . .", "");
		/* "Only ... if the second post-idle probe also fails" */
		idle(platforms[i], false, ". @11 EU1 EU1",
			"12 downtime_started P1 12 x1 dns/transport [e u]");
		idle(platforms[i], false, ". @10 EU1",
			"10 downtime_started P1 10 x1 dns/transport [e u]");
	}
	idle(elsewhere, false, ". @11 EU1",
		"11 downtime_started P1 11 x1 dns/transport [e u]");
	idle(elsewhere, true, ". @11 EU1 . .", "");
}

/* A minute in which the server answers in `ms`; its baseline is 100 ms. */
static void answer(struct night *n, int minute, double ms)
{
	struct verdict v = {.slug = "s", .window = NIGHT_START + 60 * minute,
		.verdict = VERDICT_GREEN, .tier = TIER_OK, .expected = 3,
		.reporters = 3, .latency_p95 = ms, .latency_baseline = 100};

	machine_verdict(&n->st, &v, &n->policy, INFINITY, &n->events);
}

static void test_latency(void **state)
{
	/* "latency exceeds 3x the 30-day rolling baseline for 3 consecutive
	   probes", P3 */
	static const struct {
		double ms[5];
		const char *expected;
	} cases[] = {
		{{300, 300, 300, 300, 300}, ""},
		{{301, 301, 100, 301, 301}, ""},
		{{100, 100, 301, 301, 301},
			"4 latency_started P3 2 x3 -/- []"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char got[NIGHT_SIZE];
		struct night n;

		night_init(&n, "AEU");
		for (int m = 0; m < 5; m++)
			answer(&n, m, cases[i].ms[m]);
		night_tell(&n, got);
		assert_string_equal(got, cases[i].expected);
		night_release(&n);
	}
}

static struct conf_route team[] = {
	{.name = "channel", .type = CONF_ROUTE_SLACK},
	{.name = "pager", .type = CONF_ROUTE_PAGERDUTY},
	{.name = "text", .type = CONF_ROUTE_TWILIO_SMS},
	{.name = "call", .type = CONF_ROUTE_TWILIO_VOICE},
};

static void test_routing(void **state)
{
	/* 2026-04-29, a Wednesday, as minutes of the day. */
	static const double midnight = NIGHT_START - (17 * 60 + 50) * 60.0;
	static const struct {
		const char *sentence;
		enum severity severity;
		int minute;
		size_t routes;
		const char *expected;
	} cases[] = {
		/* A P1 looks at no clock, so both hear of it. */
		{"business hours (9am-6pm local) -> Slack; after-hours -> "
		 "PagerDuty", SEVERITY_P1, 9 * 60, 2, "0 channel|0 pager|"},
		{"by night, too", SEVERITY_P1, 22 * 60, 2,
			"0 channel|0 pager|"},
		{"T+0 primary; T+5 min: not acknowledged, SMS; T+15 min: "
		 "escalate", SEVERITY_P1, 22 * 60, 4,
			"0 channel|0 pager|5 text|15 call|"},
		{"P2: Slack, no phone wake-up unless it persists for 30+ "
		 "minutes", SEVERITY_P2, 22 * 60, 4,
			"0 channel|30 pager|35 text|45 call|"},
		{"P3: async notification ... No interrupt", SEVERITY_P3,
			22 * 60, 4, "0 channel daily|"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct conf conf = {
			.routes = team,
			.n_routes = cases[i].routes,
			.policy = conf_policy_of(NULL),
			.zone = "UTC",
		};
		struct reaches l = {0};
		struct buf b;

		what_if(&conf, &(struct what_if) {
			.kind = cases[i].severity == SEVERITY_P3
				? ALERT_LATENCY
				: ALERT_DOWNTIME,
			.severity = cases[i].severity,
			.slug = "s",
			.at = midnight + 60 * cases[i].minute,
		}, &l);
		buf_init(&b, 1000);
		for (size_t k = 0; k < l.n; k++)
			buf_fmt(&b, "%.0f %s%s|", l.v[k].after_s / 60,
				l.v[k].route,
				l.v[k].wait.digest == CONF_DIGEST_DAILY
					? " daily"
					: "");
		if (strcmp(b.p, cases[i].expected) != 0)
			fail_msg("%s: %s", cases[i].sentence, b.p);
		buf_release(&b);
		reaches_release(&l);
	}
}

/* "Test your alerting pipeline end-to-end at least once per month." */
static void test_monthly(void **state)
{
	struct route_tested page = {"page", 0};
	const struct route_test_history t = {0, &page, 1};

	(void)state;
	assert_false(route_test_overdue(&t, 31 * 86400));
	assert_true(route_test_overdue(&t, 35 * 86400));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_confirmation),
		cmocka_unit_test(test_recovery),
		cmocka_unit_test(test_severity),
		cmocka_unit_test(test_rate_limits),
		cmocka_unit_test(test_one_incident),
		cmocka_unit_test(test_maintenance),
		cmocka_unit_test(test_regions),
		cmocka_unit_test(test_sentences),
		cmocka_unit_test(test_cold_start),
		cmocka_unit_test(test_latency),
		cmocka_unit_test(test_routing),
		cmocka_unit_test(test_monthly),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

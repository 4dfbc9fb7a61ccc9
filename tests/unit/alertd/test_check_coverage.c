/* SPDX-License-Identifier: MIT */
/*
 * Goal: who would be told of an event that somebody describes, when, and at
 * which other times otherwise; routes and policies that nothing reaches, and a
 * P1 that reaches nobody; and when it is time that somebody tests the routes.
 */
#include "../lib/conf_heard.h"
#include "base/clock.h"
#include "commands/commands.h"
#include "incident/route_test.h"
#include "words/words.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

/* A Saturday, 04:00 in Berlin. */
#define NIGHT 1795230000.0

#define FLEET                                                                  \
	"accounts: [{name: acme, token_sha256: "                               \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}]\n" \
	"regions: [{name: ap}, {name: eu}, {name: us}]\n"                      \
	"servers:\n"                                                           \
	"  - {slug: shop, url: 'https://a.example.com/', account: acme}\n"     \
	"  - {slug: blog, url: 'https://b.example.com/'}\n"                    \
	"alerts:\n"                                                            \
	"  zone: Europe/Berlin\n"
#define TO(name, more)                                                         \
	"    - {name: " name ", type: command, command: [x]" more "}\n"
#define ROUTE(name, type)                                                      \
	"    - {name: " name ", type: " type ", secret: s"
#define NUMBERS ", from: '+15551230100', to: ['+15551230101']}\n"
#define TEAM                                                                   \
	"  routes:\n" ROUTE("chat", "slack") "}\n"                             \
		ROUTE("page", "pagerduty") "}\n"                               \
			ROUTE("text", "twilio_sms") NUMBERS                    \
				ROUTE("call", "twilio_voice") NUMBERS
#define OFFICE "hours: mon-fri 09:00-18:00"

#define BY_HOURS                                                               \
	"  policies: [{match: {severities: [P1]}, steps: [{routes: [a]}, "      \
	"{after: 5m, routes: [b]}], " OFFICE "}, {steps: [{routes: [c]}]}]\n"  \
	"  routes:\n" TO("a", ", zone: UTC") TO("b", "") TO("c", "")

static struct conf *configure(const char *alerts)
{
	return conf_must(FLEET, alerts);
}

static void test_described(void **state)
{
	static const struct {
		const char *alerts, *text, *expected;
	} cases[] = {
		{TEAM, "kind=downtime,severity=P1,slug=shop",
			"P1 downtime of shop\n"
			"at 2026-11-21T04:00:00+01:00:\n"
			"  at once           chat\n"
			"  at once           page\n"
			"  after 5 min       text\n"
			"  after 15 min      call\n"
			"in a maintenance: nobody; maintenance_overrun, P1, if "
			"it is still down 5 min after that\n"},
		/* The worst that there is, and the first server. */
		{"  routes:\n" TO("all", ""), "event=regional_started",
			"P2 regional of shop\n"
			"at 2026-11-21T04:00:00+01:00:\n"
			"  at once           all\n"
			"in a maintenance: nobody\n"},
		/* It becomes P1 by its age, and then climbs. */
		{TEAM, "kind=downtime,severity=P2,at=2026-11-23T10:00:00Z",
			"P2 downtime of shop\n"
			"at 2026-11-23T11:00:00+01:00:\n"
			"  at once           chat\n"
			"  after 30 min      page, as P1\n"
			"  after 35 min      text, as P1\n"
			"  after 45 min      call, as P1\n"
			"in a maintenance: nobody; maintenance_overrun, P1, if "
			"it is still down 5 min after that\n"},
		/* What can wait, waits; what says nothing of it goes on. */
		{TEAM, "kind=latency,severity=P3",
			"P3 latency of shop\n"
			"at 2026-11-21T04:00:00+01:00:\n"
			"  daily digest, 2026-11-23T09:00:00+01:00  chat\n"
			"in a maintenance: nobody\n"},
		{TEAM, "kind=certificate_expiring,severity=P2,slug=blog",
			"P2 certificate_expiring of blog\n"
			"at 2026-11-21T04:00:00+01:00:\n"
			"  at once           chat\n"
			"in a maintenance: the same\n"},
		{"  policies: [{steps: [{routes: [all]}]}]\n"
		 "  routes:\n" TO("all", ""),
			"kind=schema_drift_detected,severity=P3,tools="
			"redescribed",
			"P3 schema_drift_detected of shop\n"
			"at 2026-11-21T04:00:00+01:00:\n"
			"  weekly digest, 2026-11-23T09:00:00+01:00  all\n"
			"in a maintenance: nobody\n"},
		/* At one time it waits, at another it does not. */
		{"  policies: [{match: {severities: [P1]}, steps: [{routes: "
		 "[b]}]}, {steps: [{routes: [a]}], " OFFICE "}]\n"
		 "  routes:\n" TO("a", "") TO("b", ""),
			"kind=downtime,severity=P2",
			"P2 downtime of shop\n"
			"at 2026-11-21T04:00:00+01:00:\n"
			"  daily digest, 2026-11-23T09:00:00+01:00  a\n"
			"  after 30 min      b, as P1\n"
			"at 2026-11-23T09:00:00+01:00:\n"
			"  at once           a\n"
			"  after 30 min      b, as P1\n"
			"in a maintenance: nobody; maintenance_overrun, P1, if "
			"it is still down 5 min after that\n"},
		/* Hours of a P1, on the clocks of alerts.zone. */
		{BY_HOURS, "kind=downtime,severity=P1,"
			   "at=2026-11-23T16:40:00Z",
			"P1 downtime of shop\n"
			"at 2026-11-23T17:40:00+01:00:\n"
			"  at once           a\n"
			"  after 5 min       b\n"
			"  after 20 min      c\n"
			"at 2026-11-23T18:00:00+01:00:\n"
			"  at once           c\n"
			"at 2026-11-24T09:00:00+01:00:\n"
			"  at once           a\n"
			"  after 5 min       b\n"
			"in a maintenance: nobody; maintenance_overrun, P1, if "
			"it is still down 5 min after that\n"},
		/* Steps, of which the first comes later. */
		{"  policies: [{steps: [{after: 2m, routes: [a]}, "
		 "{after: 1h, routes: [b]}]}]\n"
		 "  routes:\n" TO("a", "") TO("b", ""),
			"kind=pipeline_stalled",
			"P1 pipeline_stalled of *\n"
			"at 2026-11-21T04:00:00+01:00:\n"
			"  after 2 min       a\n"
			"  after 1 h         b\n"
			"in a maintenance: the same\n"},
		/* Who is for downtimes is for those that overrun, too. */
		{"  policies: [{match: {kinds: [downtime]}, steps: [{routes: "
		 "[a]}, {after: 1h, routes: [b]}]}]\n"
		 "  routes:\n" TO("a", "") TO("b", ""),
			"kind=maintenance_overrun",
			"P1 maintenance_overrun of shop\n"
			"at 2026-11-21T04:00:00+01:00:\n"
			"  at once           a\n"
			"  after 1 h         b\n"
			"in a maintenance: nobody\n"},
		{"  policies: [{steps: []}]\n  routes:\n" TO("a", ""),
			"kind=maintenance_overrun",
			"P1 maintenance_overrun of shop\n"
			"at 2026-11-21T04:00:00+01:00:\n"
			"  nobody\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct conf *c = configure(cases[i].alerts);
		char why[CHECK_EVENT_WHY] = "";
		struct check_event d;
		struct buf b;

		buf_init(&b, CHECK_EVENT_MAX);
		if (!check_event_parse(cases[i].text, c, NIGHT, &d, why))
			fail_msg("%s: %s", cases[i].text, why);
		check_event_put(&b, c, &d);
		assert_string_equal(b.p, cases[i].expected);
		buf_release(&b);
		conf_free(c);
	}
}

static void test_refused(void **state)
{
	static const char *const cases[][2] = {
		{"", "check: '' is not complete: kind is missing"},
		{"severity=P1", "check: '' is not complete: kind is missing"},
		{"downtime", "check: 'downtime' is not KEY=VALUE"},
		{"kind=downtime,colour=red", "check: 'colour' is not one of "
			"kind, event, severity, slug, at, tools"},
		{"kind=downtime,event=downtime",
			"check: 'event' is not to be given twice"},
		{"kind=outage", "kind: 'outage' is not a kind of "
			"mcp-records(5), or the event that begins one, such as "
			"downtime_started; later events go to the same "
			"people"},
		{"kind=downtime_resolved", "kind: 'downtime_resolved' is not a "
			"kind of mcp-records(5), or the event that begins one, such as "
			"downtime_started; later events go to the same "
			"people"},
		{"kind=token_expiring_started",
			"kind: 'token_expiring_started' is not a kind of "
			"mcp-records(5), or the event that begins one, such as "
			"downtime_started; later events go to the same "
			"people"},
		{"kind=latency,severity=P1",
			"severity: 'P1' is not one that this kind has"},
		{"kind=downtime,severity=4",
			"severity: '4' is not P1, P2 or P3"},
		{"kind=downtime,slug=shpo",
			"slug: 'shpo' is not a server of the configuration, "
			"or *"},
		{"kind=downtime,at=noon", "at: 'noon' is not an instant of "
			"RFC 3339, or epoch seconds"},
		{"kind=schema_drift_detected,tools=all",
			"tools: 'all' is not removed, changed, added or "
			"redescribed"},
	};
	struct conf *c = configure(TEAM);

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char why[CHECK_EVENT_WHY] = "";
		struct check_event d;

		assert_false(check_event_parse(cases[i][0], c, NIGHT, &d, why));
		assert_string_equal(why, cases[i][1]);
	}
	conf_free(c);
}

static void hear(void *arg, const char *text)
{
	buf_fmt(arg, "%s\n", text);
}

static void test_coverage(void **state)
{
	static const struct {
		const char *alerts, *expected;
	} cases[] = {
		{"", "no routes, so nobody is notified\n"},
		{TEAM, ""},
		{"  routes:\n" TO("all", ""), ""},
		{"  routes:\n" TO("a", ", fallback: b") TO("b", ""), ""},
		/* A route that no policy names, unless it is a fallback. */
		{"  policies: [{steps: [{routes: [a]}]}]\n"
		 "  routes:\n" TO("a", ", fallback: b") TO("b", "")
			TO("c", ""),
			"route c: no event can reach it\n"},
		/* A policy behind one for all, and one for no server. */
		{"  policies: [{match: {servers: [shpo]}, steps: [{routes: "
		 "[a]}]}, {name: all, steps: [{routes: [a]}]}, {match: "
		 "{severities: [P1]}, steps: [{routes: [a]}]}]\n"
		 "  routes:\n" TO("a", ""),
			"policy policy-1: no event comes to it\n"
			"policy policy-3: no event comes to it\n"},
		{"  policies: [{match: {kinds: [latency], severities: [P1]}, "
		 "steps: [{routes: [a]}]}, {steps: [{routes: [a]}]}]\n"
		 "  routes:\n" TO("a", ""),
			"policy policy-1: no event comes to it\n"},
		/* Each at its hours. */
		{BY_HOURS, ""},
		{"  policies: [{match: {severities: [P1]}, steps: [{routes: "
		 "[a]}], hours: '08:00-20:00'}, {match: {severities: [P1]}, "
		 "steps: [{routes: [b]}], hours: '20:00-08:00'}, {match: "
		 "{severities: [P1]}, steps: [{routes: [c]}]}, {steps: "
		 "[{routes: [a]}]}]\n  routes:\n" TO("a", "") TO("b", "")
			TO("c", ""),
			"policy policy-3: no event comes to it\n"
			"route c: no event can reach it\n"},
		/* What no policy matches. */
		{"  policies: [{match: {severities: [P1]}, steps: [{routes: "
		 "[a]}]}]\n  routes:\n" TO("a", ""),
			"no policy matches a P2 pipeline_stalled of the fleet, "
			"for example: the default of mcp-routes(5) applies\n"},
		{"  policies: [{match: {accounts: [acme]}, steps: [{routes: "
		 "[a]}]}, {match: {servers: ['*']}, steps: [{routes: [a]}]}]\n"
		 "  routes:\n" TO("a", ""),
			""},
		/* Somebody has to hear of a P1 at once. */
		{"  policies: [{match: {servers: [shop]}, steps: [{after: 2m, "
		 "routes: [a]}]}, {steps: [{routes: [a]}]}]\n"
		 "  routes:\n" TO("a", ""),
			"a P1 of shop would reach nobody at once\n"},
		{"  policies: [{match: {severities: [P2, P3]}, steps: "
		 "[{routes: [a]}]}, {steps: []}]\n"
		 "  routes:\n" TO("a", ""),
			"a P1 of the fleet would reach nobody at once\n"
			"a P1 of shop would reach nobody at once\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct conf *c = configure(cases[i].alerts);
		struct buf b;

		buf_init(&b, 10000);
		check_coverage(c, hear, &b);
		if (strcmp(b.p, cases[i].expected) != 0)
			fail_msg("%zu: '%s', not '%s'", i, b.p,
				cases[i].expected);
		buf_release(&b);
		conf_free(c);
	}
}

#define DAY 86400.0

static void test_untested(void **state)
{
	static const struct {
		double since, passed, told, now; /* days */
		const char *summary;		 /* NULL: nothing is told */
	} cases[] = {
		{NAN, NAN, 0, 100, NULL},
		{10, NAN, 0, 44.9, NULL},
		{10, NAN, 0, 45,
			"No test has reached the routes in the 35 days "
			"since they were configured: nobody knows whether a "
			"page would arrive. Run 'mcp-alert test'."},
		{10, 20, 0, 54.9, NULL},
		{10, 20, 0, 55.5,
			"No test has reached the routes for 35 days, since "
			"1970-01-21 00:00 UTC: nobody knows whether a page "
			"would arrive. Run 'mcp-alert test'."},
		/* The routes are newer than the test. */
		{40, 20, 0, 60, NULL},
		/* Once a week. */
		{10, NAN, 45, 51.9, NULL},
		{10, NAN, 45, 52,
			"No test has reached the routes in the 42 days "
			"since they were configured: nobody knows whether a "
			"page would arrive. Run 'mcp-alert test'."},
		/* What is yet to come is of a wrong clock. */
		{200, NAN, 0, 100, NULL},
		{10, 200, 0, 45,
			"No test has reached the routes in the 35 days "
			"since they were configured: nobody knows whether a "
			"page would arrive. Run 'mcp-alert test'."},
		{10, NAN, 200, 45,
			"No test has reached the routes in the 35 days "
			"since they were configured: nobody knows whether a "
			"page would arrive. Run 'mcp-alert test'."},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct route_tested route = {"page", cases[i].passed * DAY};
		struct route_test_history t = {
			cases[i].since * DAY, &route, 1};
		struct alert_events events = {0};
		struct alert_state st;

		state_init(&st, SLUG_FLEET);
		st.fleet.untested = (int64_t)(cases[i].told * DAY);
		route_test_remind(&st, &t, cases[i].now * DAY, &events);
		if (events.n != (cases[i].summary ? 1 : 0))
			fail_msg("%zu: %zu events", i, events.n);
		if (events.n) {
			events_words(&events);
			assert_string_equal(events.v[0].record.summary,
				cases[i].summary);
			assert_int_equal(events.v[0].record.severity,
				SEVERITY_P3);
			assert_int_equal(
				events.v[0].record.phase, ALERT_ONCE);
			/* And not at once again. */
			route_test_remind(
				&st, &t, cases[i].now * DAY, &events);
			assert_int_equal(events.n, 1);
		}
		events_release(&events);
		state_release(&st);
	}
}

/* The test itself, of a server or of the fleet, by all routes or by some. */
static void test_route_test(void **state)
{
	static const struct {
		const char *slug, *url, *of;
		bool chosen;
	} rows[] = {
		{"shop", "https://shop.example/mcp", "a P1 of shop", false},
		{SLUG_FLEET, NULL, "a P1 of the fleet", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct route_test_request q = {
			.by = "ann", .url = rows[i].url, .at = (int64_t)(20 * DAY)};
		struct alert_events events = {0};
		struct strings page = {0};
		struct alert_state st;
		const struct alert_event *e;

		strings_add(&page, "page");
		q.routes = rows[i].chosen ? &page : NULL;
		state_init(&st, rows[i].slug);
		route_test_add(&st, &q, &events);
		assert_int_equal(events.n, 1);
		events_words(&events);
		e = &events.v[0];
		assert_non_null(strstr(e->summary, "ann checks whether "));
		assert_non_null(strstr(e->summary, rows[i].of));
		assert_int_equal(e->record.kind, ALERT_TEST);
		assert_int_equal(e->record.severity, SEVERITY_P1);
		assert_int_equal(e->record.started_at, (int64_t)(20 * DAY));
		assert_int_equal(e->chosen.n, rows[i].chosen);
		if (rows[i].url)
			assert_string_equal(e->record.url, rows[i].url);
		else
			assert_null(e->record.url);
		events_release(&events);
		state_release(&st);
		strings_release(&page);
	}
}

/* Each route counts by itself. */
static void test_untested_routes(void **state)
{
	struct route_tested routes[] = {
		{"chat", 50 * DAY}, {"page", 20 * DAY}, {"call", NAN}};
	struct route_test_history t = {1 * DAY, routes, 3};
	struct alert_events events = {0};
	struct alert_state st;

	(void)state;
	state_init(&st, SLUG_FLEET);
	assert_true(route_test_overdue(&t, 36 * DAY));
	route_test_remind(&st, &t, 54 * DAY, &events);
	assert_int_equal(events.n, 1);
	events_words(&events);
	assert_string_equal(events.v[0].record.summary,
		"No test has reached call in the 53 days since routes were "
		"configured: nobody knows whether a page would arrive. Run "
		"'mcp-alert test'.");
	route_test_remind(&st, &t, 61 * DAY, &events);
	assert_int_equal(events.n, 2);
	events_words(&events);
	assert_string_equal(events.v[1].record.summary,
		"No test has reached page and call for 41 days, since "
		"1970-01-21 00:00 UTC: nobody knows whether a page would "
		"arrive. Run 'mcp-alert test'.");
	routes[1].passed = routes[2].passed = 60 * DAY;
	assert_false(route_test_overdue(&t, 84 * DAY));
	assert_true(route_test_overdue(&t, 85 * DAY));
	events_release(&events);
	state_release(&st);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_described),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_coverage),
		cmocka_unit_test(test_untested),
		cmocka_unit_test(test_route_test),
		cmocka_unit_test(test_untested_routes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

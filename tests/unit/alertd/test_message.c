/* SPDX-License-Identifier: MIT */
/*
 * Goal: a message of each kind and layer says what happened, seen from where,
 * since when, what it means for users and what to look at first.
 */
#include "../lib/rows.h"
#include "sink_bodies.h"

#include "words/message.h"
#include "words/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define ROWS "alertd/message.rows"

static const char *line(const struct message *m, const char *label)
{
	for (size_t i = 0; i < m->n; i++)
		if (strcmp(m->lines[i].label, label) == 0)
			return m->lines[i].text;
	return NULL;
}

static void begins(const char *got, const char *want, const char *event)
{
	if (!want ? got != NULL : !got || strncmp(got, want, strlen(want)) != 0)
		fail_msg("%s: %s; not: %s", event, got ? got : "nothing",
			want ? want : "nothing");
}

static void expect_headline(struct alert_event *e, const char *want)
{
	event_words(e);
	assert_string_equal(e->headline, want);
	free(e->headline);
	free(e->summary);
	e->headline = e->summary = NULL;
}

static void try_words(const struct row *r)
{
	char *what[4];
	struct made m;

	row_words(r, 0, what, 4);
	made_init(&m, CONF_ROUTE_PAGERDUTY, body_of(&(struct told) {
		.event = what[0],
		.severity = what[1],
		.step = what[2],
		.layer = what[3],
	}));
	row_begins(r, *m.message.means ? m.message.means : NULL, r->field[1]);
	row_begins(r, line(&m.message, "Look first at"), r->field[2]);
	made_release(&m);
}

static void test_words(void **state)
{
	(void)state;
	rows_each(ROWS, "words", try_words);
}

/* Neither the server nor its login service is at fault, whatever the kind. */
static void test_where_our_credential_is_refused(void **state)
{
	static const char *const events[] = {"downtime_started",
		"regional_escalated", "maintenance_overrun_started"};

	(void)state;
	for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
		struct told t = {
			.event = events[i],
			.step = "auth-initialize",
			.layer = "initialize",
			.more = ",\"checks\":\"refused\"",
		};
		struct made m;

		made_init(&m, CONF_ROUTE_PAGERDUTY, body_of(&t));
		begins(m.message.means, "Clients with their own access",
			events[i]);
		begins(line(&m.message, "Look first at"),
			"Whether the credential of the probes", events[i]);
		made_release(&m);
	}
}

static void try_hint(const struct row *r)
{
	static const char shared[] = ",\"servers\":[\"a\",\"b\"],"
				     "\"server_count\":2";
	char *what[4], event[64];
	struct made m;

	row_words(r, 0, what, 4);
	snprintf(event, sizeof event, "%s_started", what[0]);
	made_init(&m, CONF_ROUTE_PAGERDUTY, body_of(&(struct told) {
		.event = event,
		.step = what[1],
		.layer = what[2],
		.error = what[3],
		.more = strcmp(r->field[1], "2") == 0 ? shared : NULL,
	}));
	row_begins(r, line(&m.message, "Look first at"), r->field[2]);
	made_release(&m);
}

/* What to look at first follows the cause, and how far it spreads. */
static void test_hints(void **state)
{
	(void)state;
	rows_each(ROWS, "hints", try_hint);
}

static void try_silent(const struct row *r)
{
	char more[64];
	struct made m;

	snprintf(more, sizeof more, ",\"silent\":[%s]", r->field[1]);
	made_init(&m, CONF_ROUTE_PAGERDUTY, body_of(&(struct told) {
		.event = r->field[0],
		.step = "tls",
		.layer = "transport",
		.error = "tcp.timeout",
		.more = more,
	}));
	row_begins(r, line(&m.message, "Look first at"), r->field[2]);
	made_release(&m);
}

/* Where no region that failed reports, its runner is looked at first. */
static void test_where_regions_are_silent(void **state)
{
	(void)state;
	rows_each(ROWS, "silent", try_silent);
}

static void no_fault(void *arg, bool fatal, const char *message)
{
	(void)arg;
	if (fatal)
		fail_msg("%s", message);
}

/* A region of which nobody knows does not reach the server. */
static void test_where_others_reach_it(void **state)
{
	static const struct {
		const char *more;
		bool partial;
	} rows[] = {
		{NULL, true},
		{",\"silent\":[\"eu\"]", true},
		{",\"silent\":[\"ap\"]", false},
	};
	static const char text[] =
		"regions: [{name: eu}, {name: us}, {name: ap}]\n"
		"servers:\n"
		"  - {slug: example-mcp, url: 'https://mcp.example.com/mcp'}\n";
	struct conf *conf = conf_parse(
		"fleet.yaml", text, sizeof text - 1, no_fault, NULL);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char *body = body_of(&(struct told) {
			.step = "initialize",
			.error = "http.503",
			.more = rows[i].more,
		});
		char why[JSON_WHY];
		struct sink_event e;
		struct message m;

		assert_true(sink_event_read(body, &e, why));
		memcpy(e.tier, "step-alert", sizeof "step-alert");
		message_make(&e,
			&(struct message_view) {.conf = conf}, &m);
		assert_int_equal(m.partial, rows[i].partial);
		message_release(&m);
		sink_event_release(&e);
		free(body);
	}
	conf_free(conf);
}

static void expect_said(const char *event, const char *more, const char *want)
{
	struct told t = {.event = event, .error = "http.503", .more = more};
	struct made m;

	made_init(&m, CONF_ROUTE_PAGERDUTY, body_of(&t));
	begins(line(&m.message, "The server says"), want, event);
	made_release(&m);
}

/* Its own words are quoted while it fails. */
static void test_said(void **state)
{
	static const char says[] = ",\"server_says\":\"pool is empty\"";

	(void)state;
	expect_said("downtime_started", says,
		"\xe2\x80\x9cpool is empty\xe2\x80\x9d");
	expect_said("downtime_resolved", says, NULL);
	expect_said("downtime_started", ",\"server_says\":null", NULL);
	expect_said("downtime_started", ",\"server_says\":\"\"", NULL);
}

/* An incident, what happened to it, and its headline. */
static void test_headlines(void **state)
{
	static char london[] = "eu-west-2", us[] = "us-east-1", ap[] = "ap";
	static char *three[] = {us, london, ap};
	static char shop[] = "shop", fleet[] = "*";
	static char *servers[7] = {shop, shop, shop, shop, shop, shop, shop};
	struct alert_event e = {.slug = shop, .record.at = 1777494420,
		.incident = {.severity = SEVERITY_P1, .layer = LAYER_HTTP,
		.step = STEP_INITIALIZE, .first = 1777493520,
		.opened_at = 1777493520, .passed_since = 1777494900,
		.ack = {.until = 1777500000}}};
	struct incident *inc = &e.incident;

	(void)state;
	expect_headline(&e, "P1: shop is down");
	e.record.phase = ALERT_ESCALATED;
	e.facts.unacknowledged = true;
	expect_headline(&e, "P1, nobody has answered for 15 min: shop is down");
	e.facts.unacknowledged = false;
	expect_headline(&e, "now P1 (was P2): shop is down");
	e.facts.worse = true;
	expect_headline(&e, "P1, worse: shop is down");
	e.facts.was = SEVERITY_P3;
	expect_headline(&e, "now P1 (was P3): shop is down");
	e.facts.more = true;
	e.sharers = 7;
	e.servers = (struct strings) {.v = servers, .n = 7};
	expect_headline(&e, "P1, more servers: each of 7 servers is down");
	e.facts = (struct event_facts) {0};
	e.sharers = 0;
	e.record.phase = ALERT_REMINDER;
	expect_headline(&e, "P1, open for 15 min: shop is down");
	e.record.at = 0;
	expect_headline(&e, "P1, open for 0 s: shop is down");
	e.record.phase = ALERT_ACKNOWLEDGED;
	inc->ack.by = us;
	expect_headline(&e, "P1, acknowledged by us-east-1: shop is down");
	e.record.phase = ALERT_RESOLVED;
	expect_headline(&e, "P1 over after 23 min: shop is up again");
	e.record.kind = ALERT_REGIONAL;
	inc->severity = SEVERITY_P2;
	inc->regions = (struct strings) {.v = three, .n = 3};
	expect_headline(&e, "P2 over after 23 min: shop works from Ashburn, "
		"London and 1 more again");
	e.record.phase = ALERT_STARTED;
	inc->regions.n = 2;
	expect_headline(&e, "P2: shop fails from Ashburn and London");
	inc->reached = (struct strings) {.v = three + 2, .n = 1};
	expect_headline(&e, "P2: shop works, but not from Ashburn and London");
	e.record.kind = ALERT_DIVERGENCE;
	expect_headline(&e, "P2: shop shows different tools");
	inc->stale = true;
	expect_headline(&e, "P2: shop has a stale cache in front of it");
	e.record.kind = ALERT_STALLED;
	e.slug = fleet;
	expect_headline(&e, "P2: monitoring is blind");
	e.record.kind = ALERT_SILENT;
	expect_headline(&e, "P2: the fleet is not watched from Ashburn and London");
	e.record.kind = ALERT_DOWNTIME;
	e.slug = shop;
	inc->layer = LAYER_TOOLS;
	expect_headline(&e, "P2: shop answers, but its tools fail");
	inc->layer = LAYER_TRANSPORT;
	expect_headline(&e, "P2: shop does not answer in time");
	inc->step = STEP_TLS;
	expect_headline(&e, "P2: shop cannot be reached");
}

static void test_whole(void **state)
{
	struct told t = {.step = "initialize", .layer = "http",
		.error = "http.503",
		.headline = "P1: example-mcp is down",
		.summary = "example-mcp is down: initialize fails with "
			   "http.503.",
		.regions = "[\"us-east-1\",\"eu\"]",
		.more = ",\"runbook_url\":\"https://wiki.example.com/a\","
		"\"dashboard_url\":\"https://status.example.com/a\","
		"\"ack_url\":\"https://status.example.com/ack/b\""};
	struct made m;
	struct buf b;

	(void)state;
	made_init(&m, CONF_ROUTE_PAGERDUTY, body_of(&t));
	assert_string_equal(m.message.title, "P1: example-mcp is down");
	assert_string_equal(m.message.core,
		"example-mcp, Wed 29 Apr 20:12 UTC");
	assert_string_equal(m.message.cities, "Ashburn and eu");
	buf_init(&b, 10000);
	message_plain(&b, &m.message);
	assert_string_equal(b.p,
		"It answers with errors: no client can use it.\n"
		"initialize fails with http.503.\n"
		"\n"
		"Since: Wed 29 Apr 20:12 UTC (19 min ago)\n"
		"Seen from: Ashburn (us-east-1) and eu\n"
		"URL: https://mcp.example.com/mcp\n"
		"Failing minutes: 19\n"
		"Look first at: Whether the application runs and has capacity; "
		"if a proxy answers for it, whether that reaches it.\n"
		"\n"
		"Acknowledge: https://status.example.com/ack/b\n"
		"Runbook: https://wiki.example.com/a\n"
		"Dashboard: https://status.example.com/a\n");
	buf_release(&b);
	made_release(&m);
	/* Where probes are rarer than minutes. */
	t.more = ",\"probe_interval_seconds\":300";
	made_init(&m, CONF_ROUTE_PAGERDUTY, body_of(&t));
	buf_init(&b, 10000);
	message_plain(&b, &m.message);
	assert_non_null(strstr(b.p, "\nFailing probes: 19\n"));
	buf_release(&b);
	made_release(&m);
}

static void expect_mood(const struct row *r, char *body, const char *want)
{
	static const char *const moods[] = {
		[MESSAGE_BAD] = "bad",
		[MESSAGE_WORRY] = "worry",
		[MESSAGE_NEWS] = "news",
		[MESSAGE_TAKEN] = "taken",
		[MESSAGE_GOOD] = "good",
	};
	struct made m;

	made_init(&m, CONF_ROUTE_SLACK, body);
	row_expect(r, moods[m.message.mood], want);
	made_release(&m);
}

static void try_colour(const struct row *r)
{
	static const char *const of_digest[] = {"bad", "worry", "news"};
	char *what[2], *event;
	struct buf b;

	row_words(r, 0, what, 2);
	event = body_of(&(struct told) {
		.event = what[0], .severity = what[1]});
	buf_init(&b, 100000);
	buf_fmt(&b, "{\"v\":1,\"type\":\"digest\",\"at\":1777494660,"
		    "\"route\":\"r\",\"period\":\"hourly\","
		    "\"dedup_key\":\"digest:r:1\",\"count\":1,"
		    "\"events\":[%s]}", event);
	expect_mood(r, event, r->field[1]);
	expect_mood(r, buf_take(&b), of_digest[what[1][1] - '1']);
}

/* A severity has one colour: of a beginning, what is told once, a digest. */
static void test_colours(void **state)
{
	(void)state;
	rows_each(ROWS, "colours", try_colour);
}

/* The zone and the cities of the configuration and its routes. */
static void test_view(void **state)
{
	static char office[] = "eu", zurich[] = "Zurich", zone[] = "Asia/Tokyo";
	struct conf_region region = {.name = office, .city = zurich};
	struct conf c = {.regions = &region, .n_regions = 1,
		.zone = zone};
	struct conf_route route = {.zone = NULL};
	struct message_view v = {&c, &route, 1777494660};
	struct told t = {.headline = "P1: example-mcp is down"};
	char *body = body_of(&t), why[JSON_WHY];
	struct sink_event e;
	struct message m;

	(void)state;
	assert_true(sink_event_read(body, &e, why));
	message_make(&e, &v, &m);
	assert_string_equal(m.cities, "Zurich and us");
	assert_string_equal(m.since, "Thu 30 Apr 05:12 Tokyo time (19 min ago)");
	message_release(&m);
	route.zone = (char[]) {"America/New_York"};
	v.now += 400 * 86400.0;
	message_make(&e, &v, &m);
	assert_string_equal(m.since,
		"Wed 29 Apr 2026 16:12 New York time (400 d ago)");
	assert_string_equal(m.core,
		"example-mcp, Wed 29 Apr 16:12 New York time");
	message_release(&m);
	sink_event_release(&e);
	free(body);
}

/* Who has acknowledged it until when, by the clock of the route; and where to take it over. */
static void test_taken(void **state)
{
	struct told t = {.event = "downtime_acknowledged",
		.headline = "P1, acknowledged by ann: example-mcp is down",
		.more = ",\"acknowledged_until\":\"2026-04-29T21:05:00Z\","
		"\"ack_url\":\"https://status.example.com/ack/b\""};
	struct conf_route route = {.zone = (char[]) {"Asia/Tokyo"}};
	struct message_view v = {NULL, &route, 1777494660};
	char *body = body_of(&t), why[JSON_WHY];
	struct sink_event e;
	struct message m;

	(void)state;
	assert_true(sink_event_read(body, &e, why));
	message_make(&e, &v, &m);
	assert_string_equal(line(&m, "Until"), "Thu 30 Apr 06:05 Tokyo time");
	assert_string_equal(m.links[0].label, "Take over");
	assert_string_equal(m.links[0].text, "https://status.example.com/ack/b");
	message_release(&m);
	sink_event_release(&e);
	free(body);
}

/* Whose server it is, also when it is over; and what is none of these. */
static void test_owner(void **state)
{
	static const struct {
		const char *event, *more, *owner, *labels;
	} rows[] = {
		{"downtime_started",
			",\"owner\":\"Ann <a@b.example>\",\"labels\":"
			"{\"team\":\"payments\",\"env\":\"<!here>\"}",
			"Ann <a@b.example>", "team=payments, env=<!here>"},
		{"downtime_resolved",
			",\"owner\":\"Ann\",\"labels\":{\"team\":\"a\\nb\"}",
			"Ann", "team=a?b"},
		{"downtime_started", "", NULL, NULL},
		{"downtime_started",
			",\"owner\":null,\"labels\":{\"a\":1,\"b\":\"c\"}",
			NULL, "b=c"},
		{"downtime_started", ",\"owner\":[],\"labels\":[\"a\"]",
			NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct made m;

		made_init(&m, CONF_ROUTE_PAGERDUTY, body_of(&(struct told) {
			.event = rows[i].event,
			.more = rows[i].more,
		}));
		begins(line(&m.message, "Owner"), rows[i].owner, "owner");
		begins(line(&m.message, "Labels"), rows[i].labels, "labels");
		made_release(&m);
	}
}

static void try_once(const struct row *r)
{
	char *what[2];
	struct made m;

	row_words(r, 0, what, 2);
	made_init(&m, CONF_ROUTE_PAGERDUTY, body_of(&(struct told) {
		.event = what[0],
		.severity = what[1],
		.summary = r->below,
	}));
	row_expect(r, m.message.title, r->field[1]);
	row_expect(r, *m.message.text ? m.message.text : NULL, r->field[2]);
	made_release(&m);
}

/* What has no headline: the first statement of its sentence. */
static void test_once(void **state)
{
	(void)state;
	rows_each(ROWS, "once", try_once);
}

static void test_over(void **state)
{
	struct told t = {.event = "downtime_resolved", .more =
		",\"resolved_at\":\"2026-04-30T00:42:00Z\","
		"\"duration_seconds\":16200"};
	struct made m;

	(void)state;
	made_init(&m, CONF_ROUTE_PAGERDUTY, body_of(&t));
	assert_string_equal(line(&m.message, "Lasted"), "Wed 29 Apr 20:12 "
		"to Thu 30 Apr 00:42 UTC (4 h 30 min)");
	assert_int_equal(m.message.mood, MESSAGE_GOOD);
	assert_string_equal(message_colour(m.message.mood), "#15803d");
	made_release(&m);
}

static void test_many(void **state)
{
	struct told t = {.more = ",\"servers\":[\"a\",\"b\",\"c\"],"
		"\"server_count\":17"};
	struct made m;

	(void)state;
	made_init(&m, CONF_ROUTE_PAGERDUTY, body_of(&t));
	assert_string_equal(line(&m.message, "Servers"), "a, b and c");
	made_release(&m);
}

/* A link with characters that could end the markup around it is left out. */
static void test_links(void **state)
{
	static const char *const bad[] = {"javascript:alert(1)", "/a",
		"https://a b", "https://a\\u0007", "https://a>", "https://a)",
		"https://\\u00e9", "https://a\\\"", "https://a|b"};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		char more[100];
		struct told t = {.more = more};
		struct made m;

		snprintf(more, sizeof more, ",\"ack_url\":\"%s\"", bad[i]);
		made_init(&m, CONF_ROUTE_PAGERDUTY, body_of(&t));
		if (m.message.n_links)
			fail_msg("%s", bad[i]);
		made_release(&m);
	}
}

static void test_refused(void **state)
{
	static const char *const bodies[] = {"", "[]", "{}", "{\"type\":1}",
		"{\"type\":\"alert\"}", "{\"type\":\"digest\"}", "\xff",
		"{\"type\":\"alert\",\"event\":\"a\",\"dedup_key\":\"b\","
		"\"server_slug\":\"c\",\"summary\":\"d\",\"severity\":\"P4\"}",
		"{\"type\":\"digest\",\"dedup_key\":\"b\",\"route\":\"c\","
		"\"period\":\"daily\",\"events\":{}}"};

	(void)state;
	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
		char why[JSON_WHY] = "";
		struct sink_event e;

		assert_false(sink_event_read(bodies[i], &e, why));
		assert_true(*why);
	}
}

static void try_store_away(const struct row *r)
{
	char text[300];
	const struct sink_event e = {
		.kind = (char[]) {"pipeline_stalled"}, .summary = text};

	snprintf(text, sizeof text, "Monitoring is blind since 12:00 UTC (5 "
		"min): the store does not answer; servers are not judged, and "
		"nothing else can be sent; %s.",
		r->below);
	row_begins(r, message_words(&e)->first, r->field[0]);
}

/* What is known of a store that does not answer is what to look at. */
static void test_store_away(void **state)
{
	(void)state;
	rows_each(ROWS, "store", try_store_away);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_store_away),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_hints),
		cmocka_unit_test(test_said),
		cmocka_unit_test(test_where_others_reach_it),
		cmocka_unit_test(test_where_regions_are_silent),
		cmocka_unit_test(test_where_our_credential_is_refused),
		cmocka_unit_test(test_headlines),
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_colours),
		cmocka_unit_test(test_view),
		cmocka_unit_test(test_taken),
		cmocka_unit_test(test_owner),
		cmocka_unit_test(test_once),
		cmocka_unit_test(test_over),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

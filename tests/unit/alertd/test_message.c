/*
 * Goal: a message of each kind and layer says what happened, seen from where,
 * since when, what it means for users and what to look at first.
 */
#include "sink_bodies.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct row {
	const char *event, *severity, *step, *layer;
	const char *title, *means, *first; /* the start of each; NULL: none */
};

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

static void test_words(void **state)
{
	static const struct row rows[] = {
		{NULL, NULL, "dns", "transport", "P1: example-mcp is down",
			"No client can reach it.", "The DNS records"},
		{NULL, NULL, "tls", "transport", "P1: example-mcp is down",
			"No client", "The certificate"},
		{NULL, NULL, "initialize", "transport",
			"P1: example-mcp is down", "No client", "Whether the host"},
		{NULL, NULL, "initialize", "http", "P1: example-mcp is down",
			"It is reached, but answers", "The proxy's log"},
		{NULL, NULL, "auth-initialize", "initialize",
			"P1: example-mcp is down", "It is reached, but begins",
			"Whether the credential"},
		{NULL, NULL, "initialize", "initialize",
			"P1: example-mcp is down", "It is reached, but begins",
			"The application's log of initialize"},
		{NULL, "P2", "tools-list", "tools", "P2: example-mcp is down",
			"Clients connect", "The application's log of tools"},
		{"downtime_escalated", "P1", "tools-list", "tools",
			"P1 still, worse: example-mcp is down", "Clients", "The"},
		{"downtime_reminder", NULL, NULL, NULL, "P1 still: example-mcp", "", ""},
		{"downtime_acknowledged", NULL, NULL, NULL, "P1 taken: example-mcp", "", ""},
		{"downtime_resolved", NULL, NULL, NULL, "P1 over: example-mcp is up again", NULL,
			NULL},
		{"maintenance_overrun_started", NULL, NULL, "http",
			"P1: example-mcp is still down after", "It is reached",
			"The proxy"},
		{"downtime_found", "P2", NULL, NULL, "P2: example-mcp was down",
			"It is over", "The application's log of that time"},
		{"regional_found", "P2", NULL, NULL, "P2: example-mcp failed from",
			"It is over", "The application's log of that time"},
		{"rate_limited_found", "P2", NULL, NULL, "P2: example-mcp turned our",
			"It is over", "The application's log of that time"},
		{"regional_started", "P2", NULL, NULL, "P2: example-mcp fails from some",
			"Users there", "CDN"},
		{"rate_limited_started", "P2", NULL, NULL, "P2: example-mcp turns our",
			"It may well work", "Its rate limit"},
		{"latency_started", "P3", NULL, NULL, "P3: example-mcp is slow",
			"It works, but keeps", "Its load"},
		{"latency_resolved", "P3", NULL, NULL,
			"P3 over: example-mcp is as fast as usual", NULL, NULL},
		{"error_rate_started", "P2", NULL, NULL, "P2: example-mcp fails too",
			"It works, but not", "The application"},
		{"slo_burn_started", NULL, NULL, NULL, "P1: example-mcp uses up", "If that goes",
			"What has failed"},
		{"probe_silent_started", "P3", NULL, NULL, "P3: example-mcp is not watched",
			"A runner is silent", "The runner"},
		{"cdn_cache_divergence_started", "P2", NULL, NULL,
			"P2: example-mcp shows different", "Users of some",
			"The caches"},
		{"tool_churn_started", "P2", NULL, NULL,
			"P2: example-mcp changes its tools all the time",
			"Clients may not find", "What makes up"},
		{"tool_churn_resolved", "P2", NULL, NULL,
			"P2 over: example-mcp keeps its tools", NULL, NULL},
		{"pipeline_stalled_started", NULL, NULL, NULL, "P1: example-mcp is not", "Nobody would",
			"The cron job"},
		{"schema_drift_detected", "P2", NULL, NULL, "P2: example-mcp has other",
			"Clients that", "Whether"},
		{"certificate_expiring", "P3", NULL, NULL, "P3: example-mcp needs a new cert",
			"Once it has expired, clients", "What should"},
		{"token_expiring", "P2", NULL, NULL, "P2: example-mcp needs a new cred",
			"Once it has expired, the probes", "mcp-rotate"},
		{"anomaly_logged", "P3", NULL, NULL, "P3: example-mcp failed now", "Never for",
			"Nothing"},
		{"test", "P1", NULL, NULL, "P1: example-mcp is not in trouble", "Whoever",
			"Nothing"},
		/* An event of a later version. */
		{"lightning_started", "P1", NULL, NULL, "P1: example-mcp needs a look", "See",
			"The dashboard"},
		{"lightning_resolved", "P1", NULL, NULL, "P1 over: example-mcp is in order",
			NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *event = rows[i].event;
		struct told t = {
			.event = event,
			.severity = rows[i].severity,
			.step = rows[i].step,
			.layer = rows[i].layer,
		};
		struct made m;

		made_init(&m, CONF_ROUTE_PAGERDUTY, body_of(&t));
		begins(m.message.title, rows[i].title, event);
		begins(line(&m.message, "It means"), rows[i].means, event);
		begins(line(&m.message, "Look first at"), rows[i].first, event);
		made_release(&m);
	}
}

static void test_whole(void **state)
{
	struct told t = {NULL, NULL, "initialize", "http", "http.503",
		"example-mcp is down: initialize fails with http.503.", NULL,
		",\"runbook_url\":\"https://wiki.example.com/a\","
		"\"dashboard_url\":\"https://status.example.com/a\","
		"\"ack_url\":\"https://status.example.com/ack/b\""};
	struct made m;
	struct buf b;

	(void)state;
	made_init(&m, CONF_ROUTE_PAGERDUTY, body_of(&t));
	assert_string_equal(m.message.title,
		"P1: example-mcp is down (initialize: http.503)");
	buf_init(&b, 10000);
	message_plain(&b, &m.message);
	assert_string_equal(b.p,
		"example-mcp is down: initialize fails with http.503.\n"
		"\n"
		"What fails: initialize: http.503\n"
		"From: eu and us\n"
		"Since: 2026-04-29 20:12 UTC, for 19 min\n"
		"It means: It is reached, but answers with errors: no client "
		"can use it.\n"
		"Look first at: The proxy's log, then the application's, and "
		"what was deployed last.\n"
		"\n"
		"Runbook: https://wiki.example.com/a\n"
		"Dashboard: https://status.example.com/a\n"
		"Acknowledge: https://status.example.com/ack/b\n");
	buf_release(&b);
	made_release(&m);
}

static void test_over(void **state)
{
	struct told t = {.event = "downtime_resolved", .more =
		",\"resolved_at\":\"2026-04-30T00:42:00Z\","
		"\"duration_seconds\":16200"};
	struct made m;

	(void)state;
	made_init(&m, CONF_ROUTE_PAGERDUTY, body_of(&t));
	assert_string_equal(line(&m.message, "Since"), "2026-04-29 20:12 UTC "
		"to 2026-04-30 00:42 UTC, for 4 h 30 min");
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
	assert_string_equal(m.message.title, "P1: each of 17 servers is down");
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_over),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Goal: months and incidents have pages that say what is on record and nothing
 * more; an address that is none is answered as such; and an incident keeps its
 * address whatever becomes of it.
 */
#include "base/clock.h"
#include "data/entries.h"
#include "data/page_data.h"
#include "data/view.h"
#include "pages/pages.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* 2026-04-29T20:31:50Z; 28 April, 18:14. */
#define NOW 1777494710.0
#define TODAY (1777494710 / 86400)
#define FIRST "1777400040"
#define ID "2026-04-28-1814-outage"

/* A field and its value. */
#define UPDATE(at, what, value)                                                \
	FIRST ":downtime:" at "000:" what, "{" value "}"

static const char *const story[] = {
	UPDATE("1777400160", "started", "\"regions\":[\"eu-west-2\"]"),
	UPDATE("1777400300", "note", "\"text\":\"A <b>deploy</b> failed\""),
	UPDATE("1777400400", "escalated", "\"regions\":[\"sa-east-1\"]"),
	UPDATE("1777400460", "escalated", ""),
	UPDATE("1777400500", "acknowledged", ""),
	UPDATE("1777401720", "resolved", "\"resolved_at\":1777401600"),
	UPDATE("1777410000", "postmortem",
		"\"text\":\"https://x.example/why?a=1&b=2\""),
	UPDATE("1777400170", "started", "nonsense"),
	"nonsense", "{}", NULL, "{}", "60:slo_burn:1000:started", "{}",
	FIRST ":downtime:1777400180000:started", NULL,
	/* Longer ago than what is kept, and over. */
	"1767399960:downtime:1767400000000:started", "{}",
	"1767399960:downtime:1767401000000:resolved",
	"{\"resolved_at\":1767400500}",
	/* It became part of another one. */
	"1777399800:regional:1777399980000:started",
	"{\"regions\":[\"eu-west-2\"]}",
};

/* What is open, and has words that nobody else may read. */
static const char alert[] =
	"{\"incidents\":[{\"kind\":\"latency\",\"first\":1777494000,"
	"\"passed_since\":1777494600,\"regions\":[],\"error\":\"http.503\","
	"\"ack\":{\"by\":\"ann-the-operator\",\"reason\":\"canary\","
	"\"at\":1777494500}}],"
	"\"timeline\":[{\"at\":1777400160,\"what\":\"downtime_started\","
	"\"first\":" FIRST ",\"regions\":[\"eu-west-2\"]},"
	"{\"at\":1777494180,\"what\":\"latency_started\","
	"\"first\":1777494000},"
	"{\"at\":1777494200,\"what\":\"latency_reminder\","
	"\"first\":1777494000}]}";

struct desk {
	struct brand brand;
	struct server server;
	struct view view;
	struct page_data data;
	struct status_page page;
	union {
		struct buf b;
		struct html html; /* the same */
	};
};

static void lay(struct desk *d, const char *state)
{
	static const char entry[] =
		"{\"private\":false,\"url\":\"https://secret.example/\","
		"\"title\":\"A <title>\",\"regions\":[{\"name\":\"eu-west-2\","
		"\"city\":\"L<ndon\"},{\"name\":\"sa-east-1\"}]}";
	char why[VIEW_WHY];

	memset(d, 0, sizeof *d);
	assert_int_equal(server_read(entry, true, &d->server, why), 0);
	assert_int_equal(view_read(NULL, true, NOW, &d->view, why), 0);
	brand_read(NULL, &d->brand);
	history_init(&d->data.history, NOW);
	incidents_read_all(
		&(struct incident_sources) {.state = state,
			.updates = story,
			.n_updates = sizeof story / sizeof *story,
			.since = (TODAY - HISTORY_KEPT + 1) * 86400LL},
		&d->data.incidents);
	d->page = (struct status_page) {.slug = "example-mcp",
		.server = &d->server,
		.view = &d->view,
		.data = &d->data,
		.brand = &d->brand,
		.now = NOW};
	buf_init(&d->b, 200000);
}

static void clear(struct desk *d)
{
	brand_release(&d->brand);
	server_release(&d->server);
	view_release(&d->view);
	incidents_release(&d->data.incidents);
	buf_release(&d->b);
}

static void expect(const struct desk *d, const char *s)
{
	if (!strstr(d->b.p, s))
		fail_msg("not there: %s\n%s", s, d->b.p);
}

static void expect_nothing_secret(const struct desk *d)
{
	static const char *const never[] = {"eu-west-2", "sa-east-1", "canary",
		"http.503", "ann-the-operator", "secret.example", "<b>deploy",
		"A <title>", "L<ndon", "slo_burn", "downtime"};

	for (size_t i = 0; i < sizeof never / sizeof *never; i++)
		if (strstr(d->b.p, never[i]))
			fail_msg("there: %s\n%s", never[i], d->b.p);
}

static void show(struct desk *d, const char *id)
{
	buf_clear(&d->b);
	assert_true(incident_page_put(&d->html, &d->page, id));
	assert_true(buf_ok(&d->b));
	expect_nothing_secret(d);
}

/* Each of these stands behind the one before. */
static void expect_in_order(const struct desk *d, const char *const *v,
	size_t n)
{
	const char *s = d->b.p;

	for (size_t i = 0; i < n; i++) {
		const char *found = strstr(s, v[i]);

		if (!found)
			fail_msg("not there, or too early: %s\n%s", v[i],
				d->b.p);
		else
			s = found;
	}
}

static void test_incident(void **state)
{
	static const char *const lines[] = {
		"<title>Resolved: Outage, 28 Apr 2026 \xc2\xb7 A &lt;title&gt; "
		"&middot;",
		"<a href=\"/status/example-mcp\">A &lt;title&gt;</a>",
		"<a href=\"/status/example-mcp/history/2026-04\">April 2026</a>",
		"<h1>Outage, 28 Apr 2026 <span class=\"headline text-up\">",
		"<span>Resolved after 26 min</span></span></h1>",
		"Clients could not use this server.",
		"<dd>everywhere</dd>",
		"18:14 UTC</time> to ",
		"18:40 UTC</time>, 26 min",
		"href=\"https://x.example/why?a=1&amp;b=2\">Read the postmortem",
		"21:00 UTC</time> <span><b>From the operator:</b> <a ",
		"18:42 UTC</time> <span>Confirmed as resolved.",
		"18:40 UTC</time> <span>It ended.",
		"18:21 UTC</time> <span>The operator is looking into it.",
		"18:20 UTC</time> <span>The operator was notified again, with "
		"more urgency. Also seen from S\xc3\xa3o Paulo.",
		"18:18 UTC</time> <span><b>From the operator:</b> A "
		"&lt;b&gt;deploy&lt;/b&gt; failed",
		"18:16 UTC</time> <span>Confirmed; the operator was notified. "
		"Seen from L&lt;ndon.",
		"18:14 UTC</time> <span>It began.",
	};
	struct desk d;

	(void)state;
	lay(&d, alert);
	show(&d, ID);
	expect_in_order(&d, lines, sizeof lines / sizeof *lines);
	clear(&d);
	/* Once the state has forgotten it, it is the same. */
	lay(&d, NULL);
	show(&d, ID);
	assert_null(strstr(d.b.p, "18:21 UTC</time> <span>The operator was"));
	expect_in_order(&d, lines, sizeof lines / sizeof *lines);
	clear(&d);
}

static void test_open(void **state)
{
	struct desk d;

	(void)state;
	lay(&d, alert);
	show(&d, "2026-04-29-2020-slow-answers");
	expect(&d, "<span>Recovering for ");
	expect(&d, "Since</dt>");
	expect(&d, "20:30 UTC</time> <span>Recovered; we are monitoring it");
	if (strstr(d.b.p, "It is ongoing"))
		fail_msg("a reminder is no news");
	clear(&d);
}

/* What was seen where is said in full, or is everywhere. */
static void test_timeline_places(void **state)
{
	static const struct {
		const char *regions, *where, *words;
	} cases[] = {
		{"\"r1\",\"r2\",\"r3\",\"r4\",\"r5\"",
			"<dd>r1, r2, r3, r4 and r5</dd>",
			"Seen from r1, r2, r3, r4 and r5.</span>"},
		{"\"r2\",\"r1\",\"r6\",\"r3\",\"r4\",\"r5\"",
			"<dd>everywhere</dd>",
			"notified. Seen everywhere.</span>"},
		{"\"r6\",\"r2\"", "<dd>r2 and r6</dd>",
			"Seen from r2 and r6.</span>"},
	};
	static const char entry[] =
		"{\"private\":false,\"url\":\"https://secret.example/\","
		"\"regions\":[{\"name\":\"r1\"},{\"name\":\"r2\"},"
		"{\"name\":\"r3\"},{\"name\":\"r4\"},{\"name\":\"r5\"},"
		"{\"name\":\"r6\"}]}";

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char value[200], why[VIEW_WHY];
		const char *const told[] = {
			FIRST ":downtime:1777400160000:started", value,
			FIRST ":downtime:1777401720000:resolved",
			"{\"resolved_at\":1777401600}"};
		struct desk d;

		lay(&d, NULL);
		server_release(&d.server);
		incidents_release(&d.data.incidents);
		assert_int_equal(server_read(entry, true, &d.server, why), 0);
		snprintf(value, sizeof value, "{\"regions\":[%s]}",
			cases[i].regions);
		incidents_read_all(
			&(struct incident_sources) {
				.updates = told, .n_updates = 4},
			&d.data.incidents);
		show(&d, ID);
		expect(&d, cases[i].where);
		expect(&d, cases[i].words);
		buf_clear(&d.b);
		assert_true(history_page_put(&d.html, &d.page, "2026-04"));
		expect(&d, cases[i].where);
		clear(&d);
	}
}

/* It keeps its page; in no list does it stand as one that goes on. */
static void test_merged(void **state)
{
	struct desk d;

	(void)state;
	lay(&d, NULL);
	assert_null(incidents_open(&d.data.incidents));
	show(&d, "2026-04-28-1810-regional-outage");
	expect(&d, "<span>Part of another incident</span>");
	buf_clear(&d.b);
	assert_true(history_page_put(&d.html, &d.page, "2026-04"));
	expect(&d, "Part of other incidents: <a href=\"/status/example-mcp/"
		   "incident/2026-04-28-1810-regional-outage\">");
	clear(&d);
}

static void test_none(void **state)
{
	static const char *const ids[] = {"", "2026-04-28-1814", "outage",
		"2026-04-28-1814-regional-outage", "2026-04-28-1815-outage",
		"2026-01-03-0026-outage", "2026-04-28-1814-OUTAGE",
		"1970-01-01-0001-outage"};
	static const char *const months[] = {"", "2026-13", "2026-1", "2026-00",
		"2026-05", "2025-12", "2025-04", "2026-04-29", "april", "2026",
		"+026-04", "2026-4x"};
	struct desk d;

	(void)state;
	lay(&d, alert);
	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
		if (incident_page_put(&d.html, &d.page, ids[i]))
			fail_msg("%s", ids[i]);
	for (size_t i = 0; i < sizeof months / sizeof *months; i++)
		if (history_page_put(&d.html, &d.page, months[i]))
			fail_msg("%s", months[i]);
	assert_int_equal(d.b.len, 0);
	clear(&d);
}

static void test_month(void **state)
{
	struct desk d;

	(void)state;
	lay(&d, alert);
	for (int ago = 0; ago < 29; ago++)
		d.data.history.days[ago].minutes[VERDICT_GREEN] = 1440;
	d.data.history.days[1].minutes[VERDICT_GREEN] = 1412;
	d.data.history.days[1].minutes[VERDICT_RED] = 26;
	d.data.history.days[1].minutes[VERDICT_AMBER] = 2;
	assert_true(history_page_put(&d.html, &d.page, "2026-04"));
	expect_nothing_secret(&d);
	expect(&d, "<h1>April 2026</h1>");
	expect(&d, "99.93&#8239;% uptime in 29 days of data, not working for "
		   "26 min, partly working for 2 min.");
	/* 1 April 2026 was a Wednesday. */
	expect(&d, "<tr><td class=\"empty\" colspan=\"2\"></td>\n"
		   "<td id=\"day-1\">");
	expect(&d, "<td id=\"day-29\" class=\"today\">");
	expect(&d, " 26 min<span class=\"unseen\"> not working</span>");
	expect(&d, " 2 min<span class=\"unseen\"> partly working</span>");
	expect(&d, "<td><span class=\"dim\">30</span></td>");
	expect(&d, "/history/2026-03\">&larr; March 2026</a>");
	expect(&d, "/incident/" ID "\">Outage</a> <small>resolved<");
	expect(&d, "/incident/2026-04-29-2020-slow-answers\">");
	assert_null(strstr(d.b.p, "&rarr;"));
	buf_clear(&d.b);
	assert_true(history_page_put(&d.html, &d.page, "2026-02"));
	expect(&d, "No data yet.");
	expect(&d, "<p>None on record.</p>");
	expect(&d, "\">March 2026 &rarr;</a>");
	buf_clear(&d.b);
	clear(&d);
}

static bool keeps(int64_t today, const char *name)
{
	int month;

	assert_true(month_parse(name, &month));
	return history_keeps(today, month);
}

/* The last day of a month is kept for 92 days with its own. */
static void test_kept(void **state)
{
	const int64_t eve = 20088; /* 31 December 2024 */

	(void)state;
	assert_true(keeps(eve, "2024-12"));
	assert_true(keeps(eve + HISTORY_KEPT - 1, "2024-12"));
	assert_false(keeps(eve + HISTORY_KEPT, "2024-12"));
	assert_true(keeps(eve + HISTORY_KEPT, "2025-01"));
	assert_false(keeps(eve, "2025-01"));
	assert_true(keeps(eve + 1, "2025-01"));
	assert_false(keeps(eve, "1970-01"));
	assert_false(keeps(eve, "9999-12"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_incident),
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_timeline_places),
		cmocka_unit_test(test_merged),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_month),
		cmocka_unit_test(test_kept),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

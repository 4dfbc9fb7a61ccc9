/* SPDX-License-Identifier: MIT */
/*
 * Goal: who is told of what, in which order and when again; the words that a
 * woken person reads; the bytes that a route receives, and their signature.
 */
#include "nights.h"

#include "outbox/outbox.h"
#include "routing/routing.h"
#include "transport/signature.h"
#include "words/words.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

/* Who gets each event of a night. */
static void test_told(void **state)
{
	static char *p1[] = {"P1"}, *other[] = {"other"};
	static char *names[] = {"chat", "pager", "other"};
	struct conf_route routes[] = {
		{.name = "chat"}, {.name = "pager"}, {.name = "other"}};
	struct conf_step steps_of[] = {{0, &names[0], 1}, {0, &names[1], 1},
		{0, &names[2], 1}};
	struct conf_notify policies[] = {
		{.name = "o", .match = {.servers = other, .n_servers = 1},
			.steps = &steps_of[2], .n_steps = 1},
		{.name = "p", .match = {.severities = p1, .n_severities = 1},
			.steps = &steps_of[1], .n_steps = 1},
		{.name = "c", .steps = &steps_of[0], .n_steps = 1},
	};
	struct conf conf = {.routes = routes, .n_routes = 3,
		.policies = policies, .n_policies = 3};
	static const char *const expected[] = {
		"chat", "chat pager", "chat pager"};
	static const char *const steps[] = {"EU6", "EU6*30", ". . ."};
	struct night n;

	(void)state;
	night_init(&n, "EU");
	for (size_t i = 0; i < 3; i++) {
		struct strings to = {0};
		struct buf b;

		night_run(&n, steps[i]);
		assert_int_equal(n.events.n, i + 1);
		route_pick(&conf, &n.events.v[i], &to);
		buf_init(&b, 100);
		for (size_t k = 0; k < to.n; k++)
			buf_fmt(&b, "%s%s", k ? " " : "", to.v[k]);
		assert_string_equal(b.p, expected[i]);
		if (n.st.incidents[ALERT_DOWNTIME].open)
			strings_copy(&n.st.incidents[ALERT_DOWNTIME].notified,
				&to);
		strings_release(&to);
		buf_release(&b);
	}
	/* A route that was not told of the incident is not told of its end. */
	strings_clear(&n.events.v[2].notified);
	{
		struct strings to = {0};

		route_pick(&conf, &n.events.v[2], &to);
		assert_int_equal(to.n, 0);
		route_pick(NULL, &n.events.v[2], &to);
		assert_int_equal(to.n, 0);
	}
	assert_ptr_equal(route_find(&conf, "pager"), &routes[1]);
	assert_null(route_find(&conf, "page"));
	night_release(&n);
}

#define US "host/1/2/3"

static bool is_gone(void *arg, const char *holder)
{
	(void)arg;
	return strcmp(holder, "gone") == 0;
}

static bool is_up(void *arg, const char *route)
{
	return !arg || strcmp(arg, route) != 0;
}

/* What is due now, as "number route", or "-". */
static void expect_due(const struct alert_state *st, double now,
	const char *down, const char *expected)
{
	char copy[16] = "", got[64] = "-";
	struct outbox_judge j = {is_gone, is_up, NULL, US, now};
	struct outbox_item item = {0};

	if (down) {
		snprintf(copy, sizeof copy, "%s", down);
		j.arg = copy;
	}
	if (outbox_due(st, &j, &item))
		snprintf(got, sizeof got, "%lu %s", item.pending->number,
			item.delivery->route);
	assert_string_equal(got, expected);
}

static bool waits(const struct alert_state *st, double now,
	struct outbox_judge *j)
{
	j->now = now;
	return outbox_waits(st, j);
}

static void drop(struct alert_state *st, unsigned long number,
	const char *route)
{
	struct outbox_item item;

	assert_true(outbox_find(st, number, route, &item));
	outbox_drop(st, &item);
	assert_null(item.pending);
}

static void test_order(void **state)
{
	static char b[] = "b";
	struct outbox_judge j = {is_gone, is_up, NULL, US, 30};
	struct alert_record r = {.slug = "s", .started_at = NIGHT_START,
		.severity = SEVERITY_P1};
	struct strings routes = {0};
	struct outbox_item item;
	struct alert_state st;
	char found[4] = "";

	(void)state;
	state_init(&st, "s");
	outbox_add(&st, &r, "{}", &routes, 0);
	assert_int_equal(st.n_outbox, 0);
	strings_add(&routes, "a");
	strings_add(&routes, "b");
	outbox_add(&st, &r, "{1}", &routes, 10);
	r.phase = ALERT_RESOLVED;
	outbox_add(&st, &r, "{2}", &routes, 20);
	expect_due(&st, 9, NULL, "-");
	/* By a clock that was ahead. */
	expect_due(&st, 10 - STATE_AHEAD_S, NULL, "-");
	expect_due(&st, 9 - STATE_AHEAD_S, NULL, "1 a");
	expect_due(&st, 30, NULL, "1 a");
	expect_due(&st, 30, "a", "1 b");
	/* One after the other. */
	item = (struct outbox_item) {0};
	for (int i = 0; i < 3; i++)
		if (outbox_due(&st, &j, &item))
			found[i] = item.delivery->route[0];
	assert_string_equal(found, "ab");
	/*
	 * A failed delivery waits for its next try, and holds back later events
	 * of its incident on that route.
	 */
	assert_true(outbox_find(&st, 1, "a", &item));
	item.delivery->next_try = 100;
	expect_due(&st, 30, NULL, "1 b");
	/* Not if only somebody who is to be corrected has not got it. */
	item.delivery->owed = 1;
	expect_due(&st, 30, "b", "2 a");
	item.delivery->owed = 0;
	expect_due(&st, 30, "b", "-");
	/* The try was by a clock that was ahead, or the event was. */
	item.delivery->attempts = 1;
	item.delivery->tried = 30 + STATE_AHEAD_S;
	expect_due(&st, 30, "b", "-");
	expect_due(&st, 29, "b", "1 a");
	item.delivery->attempts = 0;
	drop(&st, 1, "b");
	expect_due(&st, 30, NULL, "2 b");
	drop(&st, 2, "b");
	expect_due(&st, 30, NULL, "-");
	expect_due(&st, 100, NULL, "1 a");
	/*
	 * Another incident does not wait; a new event of this one brings the
	 * retry forward.
	 */
	r.started_at += 60;
	outbox_add(&st, &r, "{3}", &routes, 30);
	expect_due(&st, 30, NULL, "3 a");
	r.started_at -= 60;
	outbox_add(&st, &r, "{4}", &routes, 40);
	expect_due(&st, 40, NULL, "1 a");
	/*
	 * What another process is sending is left to it until it is gone or
	 * late.
	 */
	assert_true(outbox_find(&st, 1, "a", &item));
	item.delivery->next_try = 70;
	string_set(&item.delivery->holder, "alive");
	expect_due(&st, 60, "b", "3 a");
	expect_due(&st, 70, NULL, "1 a");
	/* What comes after that, and what a clock ahead of ours decided, is, too. */
	assert_false(waits(&st, 60, &j));
	assert_false(waits(&st, 39, &j));
	/* It is not hurried. */
	outbox_add(&st, &r, "{5}", &routes, 55);
	assert_true(outbox_find(&st, 1, "a", &item));
	assert_true(item.delivery->next_try == 70);
	drop(&st, 5, "a");
	drop(&st, 5, "b");
	assert_true(outbox_find(&st, 1, "a", &item));
	j.arg = b;
	assert_true(waits(&st, 60, &j));
	j.arg = NULL;
	item.delivery->attempts = 1;
	assert_false(waits(&st, 60, &j));
	assert_true(waits(&st, 70, &j));
	/* A lease as long as that comes from a wrong clock. */
	assert_false(waits(&st, 40 - STATE_AHEAD_S, &j));
	assert_true(waits(&st, 39 - STATE_AHEAD_S, &j));
	string_set(&item.delivery->holder, "gone");
	expect_due(&st, 60, NULL, "1 a");
	assert_true(waits(&st, 60, &j));
	drop(&st, 2, "a");
	drop(&st, 3, "a");
	drop(&st, 3, "b");
	drop(&st, 4, "a");
	drop(&st, 4, "b");
	drop(&st, 1, "a");
	assert_int_equal(st.n_outbox, 0);
	strings_release(&routes);
	state_release(&st);
}

/* Who has each delivery, and for how long: "12", "alive" or "-". */
static void expect_leases(const struct alert_state *st,
	const struct outbox_judge *j, const char *expected)
{
	char got[100] = "";

	for (size_t i = 0; i < st->n_outbox; i++) {
		for (size_t k = 0; k < st->outbox[i].n_deliveries; k++) {
			const struct delivery *d = &st->outbox[i].deliveries[k];
			size_t n = strlen(got);

			snprintf(got + n, sizeof got - n, "%s", n ? " " : "");
			n = strlen(got);
			if (outbox_owned(d, j))
				snprintf(got + n, sizeof got - n, "%g",
					outbox_age(d, j));
			else
				snprintf(got + n, sizeof got - n, "%s",
					d->holder ? d->holder : "-");
		}
	}
	assert_string_equal(got, expected);
}

static void test_leases(void **state)
{
	static char down[] = "b";
	struct outbox_judge j = {is_gone, is_up, NULL, US, 12};
	struct alert_record r = {.slug = "s", .started_at = NIGHT_START,
		.severity = SEVERITY_P1};
	struct strings routes = {0};
	char key[ALERT_KEY_SIZE];
	struct outbox_item item;
	struct alert_state st;

	(void)state;
	state_init(&st, "s");
	strings_add(&routes, "a");
	strings_add(&routes, "b");
	outbox_add(&st, &r, "{1}", &routes, 10);
	r.started_at += 60;
	outbox_add(&st, &r, "{2}", &routes, 10);
	/* The end waits for the beginning. */
	r.phase = ALERT_RESOLVED;
	outbox_add(&st, &r, "{3}", &routes, 12);
	assert_true(outbox_find(&st, 1, "a", &item));
	string_set(&item.delivery->holder, "alive");
	item.delivery->next_try = 40;
	/* A route that is down gets nothing. */
	j.arg = down;
	assert_int_equal(outbox_take(&st, &j), 1);
	expect_leases(&st, &j, "alive - 0 - - -");
	j.arg = NULL;
	j.now = 15;
	assert_int_equal(outbox_take(&st, &j), 2);
	expect_leases(&st, &j, "alive 0 3 0 - -");
	/* A lease is not made longer; that of a process that is gone is free. */
	assert_true(outbox_find(&st, 1, "a", &item));
	string_set(&item.delivery->holder, "gone");
	j.now = 20;
	assert_int_equal(outbox_take(&st, &j), 1);
	expect_leases(&st, &j, "0 5 8 5 - -");
	/* A group takes the place of one incident. */
	outbox_let_go(&st, &j, alert_key(&r, key));
	expect_leases(&st, &j, "0 5 - - - -");
	expect_due(&st, 20, NULL, "2 a");
	strings_release(&routes);
	state_release(&st);
}

/* The delay of a P1 or P3 that is `age` old. */
static double delay(enum severity severity, double age, int attempts,
	double chance, double retry_after_s)
{
	return retry_delay(&(struct urgency) {severity, 1000}, 1000 + age,
		attempts, chance, retry_after_s);
}

static void test_delay(void **state)
{
	(void)state;
	assert_true(delay(SEVERITY_P2, 0, 1, 0, 0) == 30);
	assert_true(delay(SEVERITY_P2, 0, 1, 1, 0) == 60);
	assert_true(delay(SEVERITY_P3, 0, 2, 0, 0) == 60);
	assert_true(delay(SEVERITY_P3, 0, 3, 0.5, 0) == 180);
	assert_true(delay(SEVERITY_P3, 0, 8, 0, 0) == 3600);
	assert_true(delay(SEVERITY_P2, 0, 1000, 1, 0) == 3600);
	assert_true(delay(SEVERITY_P2, 0, 1, 0, 120) == 120);
	assert_true(delay(SEVERITY_P2, 0, 1, 0, 7200) == 7200);
	assert_true(delay(SEVERITY_P2, 0, 9, 0, 10) == 3600);
	assert_true(delay(SEVERITY_P2, 0, 1, 0, 1e12) == 86400);
	/* With a run a minute a P1 is tried each two minutes, then each ten. */
	assert_true(delay(SEVERITY_P1, 0, 1, 0, 0) == 30);
	assert_true(delay(SEVERITY_P1, 0, 1, 1, 0) == 60);
	assert_true(delay(SEVERITY_P1, 7199, 1000, 1, 0) == 60);
	assert_true(delay(SEVERITY_P1, 7199, 1000, 1, 7200) == 120);
	assert_true(delay(SEVERITY_P1, 7200, 1000, 1, 7200) == 600);
	assert_true(delay(SEVERITY_P1, 80000, 1000, 0, 0) == 540);
	/* After a day, and ten tries, it is given up. */
	assert_true(retry_hopeless(1000, 10, 1000 + 86400));
	assert_false(retry_hopeless(1000, 10, 1000 + 86399));
	assert_false(retry_hopeless(1000, 9, 1000 + 86400));
}

/* What waits in front of a P1 is as urgent as it is. */
static void test_urgency(void **state)
{
	struct alert_state st;
	struct strings routes = {0};
	struct urgency u;

	(void)state;
	state_init(&st, "shop");
	strings_add(&routes, "a");
	strings_add(&routes, "b");
	outbox_put(&st, &(struct pending) {.key = "k", .event = "e",
				.body = "{\"severity\":\"P2\"}", .created = 10},
		&routes);
	u = retry_urgency(&st, &st.outbox[0], "a");
	assert_int_equal(u.severity, SEVERITY_P2);
	outbox_put(&st, &(struct pending) {.key = "other", .event = "e",
				.body = "{\"severity\":\"P1\"}", .created = 15},
		&routes);
	strings_clear(&routes);
	strings_add(&routes, "a");
	outbox_put(&st, &(struct pending) {.key = "k", .event = "e",
				.body = "{\"severity\":\"P1\"}", .created = 20},
		&routes);
	u = retry_urgency(&st, &st.outbox[0], "a");
	assert_int_equal(u.severity, SEVERITY_P1);
	assert_true(u.since == 20);
	/* Of several since the first. */
	outbox_put(&st, &(struct pending) {.key = "k", .event = "e",
				.body = "{\"severity\":\"P1\"}", .created = 30},
		&routes);
	assert_true(retry_urgency(&st, &st.outbox[0], "a").since == 20);
	assert_true(retry_urgency(&st, &st.outbox[2], "a").since == 20);
	u = retry_urgency(&st, &st.outbox[0], "b");
	assert_int_equal(u.severity, SEVERITY_P2);
	assert_true(u.since == 10);
	/* Also of what comes right behind it. */
	strings_clear(&routes);
	strings_add(&routes, "b");
	outbox_put(&st, &(struct pending) {.key = "z", .event = "e",
				.body = "{\"severity\":\"P3\"}", .created = 40},
		&routes);
	outbox_put(&st, &(struct pending) {.key = "z", .event = "e",
				.body = "{\"severity\":\"P2\"}", .created = 50},
		&routes);
	u = retry_urgency(&st, &st.outbox[4], "b");
	assert_int_equal(u.severity, SEVERITY_P2);
	assert_true(u.since == 50);
	/* What cannot be read may be one. */
	assert_int_equal(retry_severity("[]"), SEVERITY_P1);
	strings_release(&routes);
	state_release(&st);
}

static void test_signature(void **state)
{
	char out[SIGN_SIZE];

	(void)state;
	/* printf '17.{}' | openssl dgst -sha256 -hmac key */
	assert_true(sign_field("key", 17, "{}", out));
	assert_string_equal(out,
		"X-MCP-Signature: t=17,v1="
		"e66392eac42eafc68c35a01c712811e016386c12456975fc3af80c9268568e"
		"3a");
}

/* The sentence of the last event of a night. */
static void expect_summary(const char *regions, const char *verdicts,
	const char *expected)
{
	struct night n;

	night_init(&n, regions);
	free(n.st.slug);
	n.st.slug = strdup("example-mcp");
	night_run(&n, verdicts);
	assert_true(n.events.n > 0);
	events_words(&n.events);
	assert_string_equal(n.events.v[n.events.n - 1].record.summary,
		expected);
	night_release(&n);
}

static void test_summaries(void **state)
{
	(void)state;
	expect_summary("AEIOU", "EU2/tcp.refused",
		"example-mcp cannot be reached: the connection fails with "
		"tcp.refused from e and u (2 of 5 regions).");
	expect_summary("AEIOU", "AEU3/http.503",
		"example-mcp is down: initialize fails with http.503 from a, e "
		"and u (3 of 5 regions).");
	expect_summary("EU", "EU6/jsonrpc.malformed",
		"example-mcp answers, but its tools fail: tools-list fails with "
		"jsonrpc.malformed from e and u (2 of 2 regions).");
	expect_summary("EU", "EU7/deadline",
		"example-mcp does not answer in time: tools-call fails with "
		"deadline from e and u (2 of 2 regions).");
	expect_summary("E", "E1/dns.nxdomain*3",
		"example-mcp cannot be reached: dns fails with dns.nxdomain "
		"from e, its only region.");
	expect_summary("ABCDEFGHI", "ABCDEFGHI1",
		"example-mcp is unreachable everywhere: dns fails with x from a, b, c, "
		"d, e, f and 3 more (9 of 9 regions).");
	expect_summary("AEU", "U2/tls.expired*3",
		"example-mcp is available from a and e, but not from u (tls "
		"fails with tls.expired): possibly a routing or CDN issue.");
	expect_summary("AEU", "?U2/tls.expired,AE*3",
		"example-mcp fails from u (tls fails with tls.expired), and no "
		"other region says that it works.");
	expect_summary("EU", "%EU*3",
		"example-mcp answers e and u with 429: its rate limit is too "
		"tight, or should let our probes pass.");
	expect_summary("EU", "EU6 EU1",
		"example-mcp cannot be reached: dns fails with x from e and u "
		"(2 of 2 regions); worse than before, now P1 (was P2).");
	expect_summary("EU", "EU6*31",
		"example-mcp answers, but its tools fail: tools-list fails with x from e and u "
		"(2 of 2 regions); not over after 30 min, so now P1 (was P2).");
	expect_summary("EU", "EU1 t240",
		"example-mcp cannot be reached: dns fails with x from e and u "
		"(2 of 2 regions); not over after 4 h.");
	/* Article 3's own numbers: 14:32 is 1242 minutes on. */
	expect_summary("EU", "@1242 EU3/http.503*23 . . .",
		"example-mcp recovered after 23 min (14:32\u201314:55 UTC). "
		"Root layer: http. Failing minutes: 23. All layers pass again.");
	expect_summary("EU", "@369 EU1 . . .",
		"example-mcp recovered after 1 min (2026-04-29 "
		"23:59\u20132026-04-30 00:00 UTC). Root layer: transport. "
		"Failing minutes: 1. All layers pass again.");
	expect_summary("AEU", "E2*90 . . .",
		"example-mcp recovered in e after 1 h 30 min "
		"(17:50\u201319:20 UTC). Root layer: transport. Failing "
		"minutes: 90. All layers pass again.");
}

static void test_record(void **state)
{
	struct night n;
	struct buf b;

	(void)state;
	night_init(&n, "EU");
	night_run(&n, "EU3/http.503\x1b*2 . . .");
	assert_int_equal(n.events.n, 2);
	buf_init(&b, 10000);
	n.events.v[1].record.dashboard_url = "https://x.example/status/s";
	alert_record_json(&b, &n.events.v[1].record);
	assert_string_equal(b.p,
		"{\"v\":1,\"type\":\"alert\",\"at\":1777485240,"
		"\"event\":\"downtime_resolved\","
		"\"dedup_key\":\"s:downtime:1777485000\","
		"\"server_slug\":\"s\","
		"\"server_url\":\"https://s.example/mcp\","
		"\"severity\":\"P1\",\"tier\":\"step-alert\","
		"\"probe_step\":\"initialize\",\"region\":\"e\","
		"\"regions\":[\"e\",\"u\"],\"failure_layer\":\"http\",\"checks\":null,"
		"\"probe_count\":2,\"started_at\":\"2026-04-29T17:50:00Z\","
		"\"resolved_at\":\"2026-04-29T17:52:00Z\","
		"\"duration_seconds\":120,\"acknowledged_until\":null,"
		"\"last_error\":\"http.503?\","
		"\"headline\":\"P1 over after 2 min: s is up again\","
		"\"summary\":\"s recovered after 2 min (17:50\u201317:52 UTC). "
		"Root layer: http. Failing minutes: 2. All layers pass again.\","
		"\"dashboard_url\":\"https://x.example/status/s\","
		"\"runbook_url\":null,"
		"\"tools\":null,\"tool_hash\":null,"
		"\"change_class\":null,\"words\":null,\"sides\":null,\"measure\":null,"
		"\"flaps\":0,\"flapping\":false,\"follows\":null,"
		"\"servers\":null,"
		"\"server_count\":1,\"ack_url\":null}");
	buf_clear(&b);
	alert_record_json(&b, &n.events.v[0].record);
	assert_non_null(strstr(b.p,
		"\"resolved_at\":null,\"duration_seconds\":null,"));
	buf_release(&b);
	night_release(&n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_told),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_leases),
		cmocka_unit_test(test_delay),
		cmocka_unit_test(test_urgency),
		cmocka_unit_test(test_signature),
		cmocka_unit_test(test_summaries),
		cmocka_unit_test(test_record),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

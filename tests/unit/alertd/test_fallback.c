/* SPDX-License-Identifier: MIT */
/*
 * Goal: an event that a route does not get in time goes to its fallback, once,
 * with the reason, and in order; an event that was delivered does not.
 */
#include "nights.h"

#include "outbox/outbox.h"
#include "routing/routing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static struct conf_route routes[] = {
	{.name = "pager", .fallback = "ops"},
	{.name = "ops", .fallback = "phone"},
	{.name = "phone"},
};
static const struct conf conf = {.routes = routes, .n_routes = 3};

/* An event of that severity, for one route. */
static void add_of(struct alert_state *st, enum alert_kind kind,
	enum alert_phase phase, const char *severity, const char *route,
	double now)
{
	struct alert_record r = {.slug = "s", .started_at = NIGHT_START,
		.kind = kind, .phase = phase};
	struct strings to = {0};
	char body[100];

	snprintf(body, sizeof body,
		"{\"v\":1,\"severity\":\"%s\",\"summary\":\"It broke.\"}",
		severity);
	strings_add(&to, route);
	outbox_add(st, &r, body, &to, now);
	strings_release(&to);
}

static void add(struct alert_state *st, enum alert_phase phase,
	const char *severity, const char *route, double now)
{
	add_of(st, ALERT_DOWNTIME, phase, severity, route, now);
}

/* What waits for whom, "1 pager*, 2 ops"; '*': told to the fallback. */
static void expect_outbox(const struct alert_state *st, const char *expected)
{
	struct buf b;

	buf_init(&b, 1000);
	for (size_t i = 0; i < st->n_outbox; i++)
		for (size_t k = 0; k < st->outbox[i].n_deliveries; k++) {
			const struct delivery *d = &st->outbox[i].deliveries[k];

			buf_fmt(&b, "%s%lu %s%s", b.len ? ", " : "",
				st->outbox[i].number, d->route,
				d->fallback_at > 0 ? "*" : "");
		}
	assert_string_equal(b.p, expected);
	buf_release(&b);
}

static void test_in_time(void **state)
{
	static const struct {
		const char *severity, *route;
		bool refused;
		double age;
		bool overdue, told;
	} cases[] = {
		/* A run each minute comes a little before two minutes. */
		{"P1", "pager", false, 60, false, false},
		{"P1", "pager", false, 109, false, false},
		{"P1", "pager", false, 110, true, true},
		{"P1", "pager", false, 119, true, true},
		{"P1", "pager", false, 120, true, true},
		{"P2", "pager", false, 3599, false, false},
		{"P2", "pager", false, 3600, true, true},
		{"P3", "pager", false, 86399, false, false},
		{"P3", "pager", false, 86400, true, true},
		{"?", "pager", false, 120, true, true},
		{"P3", "pager", true, 0, true, true},
		{"P1", "phone", false, 120, true, false},
		{"P1", "phone", true, 0, true, false},
		{"P1", "unknown", false, 120, true, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		double now = NIGHT_START + cases[i].age;
		struct alert_state st;

		state_init(&st, "s");
		add(&st, ALERT_STARTED, cases[i].severity, cases[i].route,
			NIGHT_START);
		st.outbox[0].deliveries[0].refused = cases[i].refused;
		if (fallback_any(&st, now) != cases[i].overdue ||
			fallback_tell(&st, NULL, now) != 0 ||
			fallback_tell(&st, &conf, now) != cases[i].told ||
			fallback_tell(&st, &conf, now) != 0)
			fail_msg("case %zu", i);
		assert_int_equal(st.n_outbox, 1 + cases[i].told);
		assert_int_equal(fallback_any(&st, now),
			cases[i].overdue && !cases[i].told);
		state_release(&st);
	}
}

static void test_say(void **state)
{
	static const struct {
		const char *severity;
		bool refused;
		double age, said; /* of the event; before or after now, 0: never */
		bool say;
	} cases[] = {
		{"P1", false, 0, 0, true},
		{"P1", false, 60, -60, false},
		{"P1", false, 7200, -3599, false},
		{"P1", false, 7200, -3600, true},
		{"P2", false, 3599, 0, false},
		{"P2", false, 3600, 0, true},
		{"P2", false, 7000, -3000, false},
		{"P3", false, 86399, 0, false},
		{"P3", false, 86400, 0, true},
		/* Somebody has to mend it. */
		{"P3", true, 0, 0, true},
		{"P3", true, 600, -600, false},
		/* By a clock that was ahead. */
		{"P1", false, 0, STATE_AHEAD_S, false},
		{"P1", false, 0, STATE_AHEAD_S + 1, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		double now = NIGHT_START + cases[i].age;
		struct alert_state st;
		struct delivery *d;

		state_init(&st, "s");
		add(&st, ALERT_STARTED, cases[i].severity, "pager",
			NIGHT_START);
		d = &st.outbox[0].deliveries[0];
		d->refused = cases[i].refused;
		d->said = cases[i].said != 0 ? now + cases[i].said : 0;
		if (fallback_say(&st.outbox[0], d, now) != cases[i].say)
			fail_msg("case %zu", i);
		state_release(&st);
	}
}

static void test_words(void **state)
{
	struct alert_state st;

	(void)state;
	state_init(&st, "s");
	add(&st, ALERT_STARTED, "P1", "pager", NIGHT_START + 61);
	string_set(&st.outbox[0].deliveries[0].why, "HTTP \"503\"");
	assert_int_equal(fallback_tell(&st, &conf, NIGHT_START + 181), 1);
	assert_string_equal(st.outbox[1].body,
		"{\"v\":1,\"severity\":\"P1\",\"summary\":\"It broke. This "
		"could not be delivered to pager since 17:51 UTC: HTTP \\\"503\\\"."
		"\",\"fallback_for\":{\"route\":\"pager\",\"since\":"
		"\"2026-04-29T17:51:01Z\",\"why\":\"HTTP \\\"503\\\"\"}}");
	assert_string_equal(st.outbox[1].key, st.outbox[0].key);
	assert_string_equal(st.outbox[1].event, "downtime_started");
	assert_string_equal(st.timeline[0].what, "told_elsewhere");
	/* The fallback has a fallback of its own. */
	assert_int_equal(fallback_tell(&st, &conf, NIGHT_START + 301), 1);
	assert_string_equal(st.outbox[2].body,
		"{\"v\":1,\"severity\":\"P1\",\"summary\":\"It broke. This "
		"could not be delivered to pager since 17:51 UTC: HTTP \\\"503\\\". "
		"This could not be delivered to ops since 17:53 UTC.\","
		"\"fallback_for\":{\"route\":\"ops\",\"since\":"
		"\"2026-04-29T17:53:01Z\",\"why\":null}}");
	expect_outbox(&st, "1 pager*, 2 ops*, 3 phone");
	state_release(&st);
	/* A body that is no event is passed on as it is. */
	state_init(&st, "s");
	add(&st, ALERT_STARTED, "P1", "pager", NIGHT_START);
	string_set(&st.outbox[0].body, "[1]");
	assert_int_equal(fallback_tell(&st, &conf, NIGHT_START + 181), 1);
	assert_string_equal(st.outbox[1].body, "[1]");
	state_release(&st);
}

/*
 * Later events of the incident that wait go to the fallback, too; once the
 * fallback was told, it gets new events as they come.
 */
static void test_incident(void **state)
{
	struct night n;
	struct alert_state *st;

	(void)state;
	night_init(&n, "EU");
	night_run(&n, "EU1");
	st = &n.st;
	st->incidents[ALERT_DIVERGENCE].open = true;
	for (size_t i = 0; i < 2; i++) {
		struct strings to = {0};

		strings_add(&to, "pager");
		outbox_add(st, &n.events.v[0].record,
			"{\"severity\":\"P1\",\"summary\":\"x\"}", &to,
			NIGHT_START + 60.0 * (double)i);
		strings_release(&to);
	}
	assert_int_equal(fallback_tell(st, &conf, NIGHT_START + 109), 0);
	assert_int_equal(fallback_tell(st, &conf, NIGHT_START + 119), 2);
	expect_outbox(st, "1 pager*, 2 pager*, 3 ops, 4 ops");
	assert_true(strings_has(
		&st->incidents[ALERT_DOWNTIME].notified, "ops"));
	assert_int_equal(st->incidents[ALERT_DIVERGENCE].notified.n, 0);
	{
		struct strings to = {0};

		strings_add(&to, "pager");
		strings_add(&to, "ops");
		outbox_add(st, &n.events.v[0].record, "{\"severity\":\"P1\"}",
			&to, NIGHT_START + 130);
		strings_release(&to);
	}
	assert_int_equal(fallback_tell(st, &conf, NIGHT_START + 131), 0);
	expect_outbox(st, "1 pager*, 2 pager*, 3 ops, 4 ops, 5 pager*, 5 ops");
	night_release(&n);
}

/* Which events follow one that went to the fallback. */
static void test_followers(void **state)
{
	struct alert_state st;

	(void)state;
	state_init(&st, "s");
	/* None of another incident: that has its own time. */
	add(&st, ALERT_STARTED, "P1", "pager", NIGHT_START);
	add_of(&st, ALERT_DIVERGENCE, ALERT_STARTED, "P1", "pager",
		NIGHT_START + 60);
	assert_int_equal(fallback_tell(&st, &conf, NIGHT_START + 119), 1);
	expect_outbox(&st, "1 pager*, 2 pager, 3 ops");
	state_release(&st);
	/*
	 * One of the same second was not for the fallback yet. Whether an earlier
	 * one is just being sent plays no part.
	 */
	state_init(&st, "s");
	for (int i = 0; i < 3; i++)
		add(&st, ALERT_STARTED, "P1", "pager",
			NIGHT_START + (i == 2 ? 30 : 0));
	string_set(&st.outbox[0].deliveries[0].holder, "h");
	st.outbox[1].deliveries[0].refused = true;
	assert_int_equal(fallback_tell(&st, &conf, NIGHT_START + 30), 2);
	expect_outbox(&st, "1 pager, 2 pager*, 3 pager*, 4 ops, 5 ops");
	state_release(&st);
}

/* What is being sent is left alone; a digest falls back as a digest. */
static void test_waits(void **state)
{
	struct outbox_wait wait = {CONF_DIGEST_HOURLY, true,
		NIGHT_START + 3600};
	struct alert_state st;

	(void)state;
	state_init(&st, "s");
	add(&st, ALERT_STARTED, "P1", "pager", NIGHT_START);
	string_set(&st.outbox[0].deliveries[0].holder, "h");
	assert_int_equal(fallback_tell(&st, &conf, NIGHT_START + 120), 0);
	string_set(&st.outbox[0].deliveries[0].holder, NULL);
	outbox_wait(&st, "pager", &wait);
	assert_int_equal(fallback_tell(&st, &conf, NIGHT_START + 3709), 0);
	assert_int_equal(fallback_tell(&st, &conf, NIGHT_START + 3710), 1);
	assert_int_equal(st.outbox[1].deliveries[0].digest, CONF_DIGEST_HOURLY);
	assert_true(st.outbox[1].deliveries[0].boundary == NIGHT_START + 3600);
	state_release(&st);
}

static void test_stored(void **state)
{
	struct alert_state st, again;
	char why[STATE_WHY];
	struct buf b;

	(void)state;
	state_init(&st, "s");
	add(&st, ALERT_STARTED, "P1", "pager", NIGHT_START);
	st.outbox[0].deliveries[0].refused = true;
	st.outbox[0].deliveries[0].fallback_at = NIGHT_START + 1;
	string_set(&st.outbox[0].deliveries[0].why, "a \"reason\"");
	buf_init(&b, STATE_MAX);
	state_write(&b, &st);
	assert_true(state_read(b.p, b.len, "s", &again, why));
	assert_true(again.outbox[0].deliveries[0].refused);
	assert_true(again.outbox[0].deliveries[0].fallback_at == NIGHT_START + 1);
	assert_string_equal(again.outbox[0].deliveries[0].why, "a \"reason\"");
	state_release(&again);
	state_release(&st);
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in_time),
		cmocka_unit_test(test_say),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_incident),
		cmocka_unit_test(test_followers),
		cmocka_unit_test(test_waits),
		cmocka_unit_test(test_stored),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

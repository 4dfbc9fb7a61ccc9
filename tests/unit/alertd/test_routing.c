/*
 * Goal: who is told of what by role, severity and time of day, also on the days
 * on which clocks change; no event goes to nobody because of the hour; and when
 * digests are due.
 */
#include "base/clock.h"
#include "routing/hours.h"
#include "routing/routing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static double at(const char *text)
{
	int64_t t = 0;

	assert_true(clock_rfc3339_parse(text, &t));
	return (double)t;
}

static struct conf_business business = {
	.hours = "09:00-18:00",
	.zone = "Europe/Berlin",
};

static char *p1[] = {"P1"}, *acme[] = {"acme"}, *sunday[] = {"sun"};

/* A route of each role, and what its name says. */
enum { ALL, CHANNEL, PAGER, PHONE, SECOND, NIGHT, ACME, SUNDAY, NOTIFIER_NIGHT,
	ROUTES };
static const struct conf_route every[ROUTES] = {
	[ALL] = {.name = "all"},
	[CHANNEL] = {.name = "channel", .role = CONF_ROLE_CHANNEL},
	[PAGER] = {.name = "pager", .role = CONF_ROLE_PAGER},
	[PHONE] = {.name = "phone", .role = CONF_ROLE_PHONE},
	[SECOND] = {.name = "second", .role = CONF_ROLE_SECOND},
	[NIGHT] = {.name = "night", .hours = "22:00-06:00",
		.severities = p1, .n_severities = 1},
	[ACME] = {.name = "acme", .accounts = acme, .n_accounts = 1},
	[SUNDAY] = {.name = "sunday", .hours = "22:00-06:00", .days = sunday,
		.n_days = 1, .zone = "UTC"},
	[NOTIFIER_NIGHT] = {.name = "pager-night", .role = CONF_ROLE_PAGER,
		.hours = "18:00-09:00"},
};

#define BIT(r) (1U << (r))
#define TEAM (BIT(CHANNEL) | BIT(PAGER) | BIT(PHONE) | BIT(SECOND))

/* Expects the names of those of these routes that get the event, in order. */
static void expect(unsigned routes, struct alert_event *e, const char *when,
	const char *expected)
{
	struct conf_server servers[] = {
		{.slug = "theirs", .account = "acme"},
		{.slug = "ours"},
	};
	struct conf_route chosen[ROUTES];
	struct conf conf = {
		.routes = chosen,
		.servers = servers,
		.n_servers = 2,
		.business = business,
	};
	struct strings out = {0};
	struct buf b;

	for (unsigned i = 0; i < ROUTES; i++)
		if (routes & BIT(i))
			chosen[conf.n_routes++] = every[i];
	e->record.at = at(when);
	route_pick(&conf, e, &out);
	buf_init(&b, 1000);
	for (size_t i = 0; i < out.n; i++)
		buf_fmt(&b, "%s%s", i ? " " : "", out.v[i]);
	if (strcmp(b.p, expected) != 0)
		fail_msg("%s P%d: '%s', not '%s'", when,
			(int)e->record.severity, b.p, expected);
	buf_release(&b);
	strings_release(&out);
}

/* 2026-03-27 is a Friday; Berlin's clocks go forward on the 29th. */
#define FRIDAY_NOON "2026-03-27T11:00:00Z"
#define FRIDAY_NIGHT "2026-03-27T22:00:00Z"
#define SATURDAY_NOON "2026-03-28T11:00:00Z"

static void test_roles(void **state)
{
	static const struct {
		unsigned routes;
		enum severity severity;
		const char *when, *expected;
	} cases[] = {
		/*
		 * P1: the channel in business hours, else the pager; in
		 * Berlin's time.
		 */
		{TEAM, SEVERITY_P1, FRIDAY_NOON, "channel"},
		{TEAM, SEVERITY_P1, FRIDAY_NIGHT, "pager"},
		{TEAM, SEVERITY_P1, SATURDAY_NOON, "pager"},
		{TEAM, SEVERITY_P1, "2026-03-27T07:59:59Z", "pager"},
		{TEAM, SEVERITY_P1, "2026-03-27T08:00:00Z", "channel"},
		{TEAM, SEVERITY_P1, "2026-03-27T16:59:59Z", "channel"},
		{TEAM, SEVERITY_P1, "2026-03-27T17:00:00Z", "pager"},
		{TEAM, SEVERITY_P1, "2026-03-30T06:59:59Z", "pager"},
		{TEAM, SEVERITY_P1, "2026-03-30T07:00:00Z", "channel"},
		{TEAM, SEVERITY_P1, "2026-03-30T16:00:00Z", "pager"},
		/* Clocks go back on 2026-10-25, a Sunday. */
		{TEAM, SEVERITY_P1, "2026-10-23T07:00:00Z", "channel"},
		{TEAM, SEVERITY_P1, "2026-10-26T07:00:00Z", "pager"},
		{TEAM, SEVERITY_P1, "2026-10-26T08:00:00Z", "channel"},
		/* P2 and P3 wake nobody. */
		{TEAM, SEVERITY_P2, FRIDAY_NOON, "channel"},
		{TEAM, SEVERITY_P2, FRIDAY_NIGHT, "channel"},
		{TEAM, SEVERITY_P3, FRIDAY_NOON, "channel"},
		{TEAM, SEVERITY_P3, FRIDAY_NIGHT, "channel"},
		/* A channel without a pager, and a pager without a channel. */
		{BIT(CHANNEL), SEVERITY_P1, FRIDAY_NIGHT, "channel"},
		{BIT(PAGER), SEVERITY_P1, FRIDAY_NOON, "pager"},
		{BIT(PAGER), SEVERITY_P2, FRIDAY_NOON, "pager"},
		{BIT(PAGER), SEVERITY_P3, FRIDAY_NOON, ""},
		/* Phone and second are only for ladders. */
		{BIT(PHONE) | BIT(SECOND), SEVERITY_P1, FRIDAY_NIGHT, ""},
		/* A route without a role gets all events, whoever else does. */
		{TEAM | BIT(ALL), SEVERITY_P1, FRIDAY_NOON, "all channel"},
		{TEAM | BIT(ALL), SEVERITY_P3, FRIDAY_NOON, "all channel"},
		/*
		 * Hours of a route; where it is the only one, it gets P1 at any
		 * time.
		 */
		{BIT(ALL) | BIT(NIGHT), SEVERITY_P1, FRIDAY_NIGHT, "all night"},
		{BIT(ALL) | BIT(NIGHT), SEVERITY_P1, FRIDAY_NOON, "all"},
		{BIT(NIGHT), SEVERITY_P1, FRIDAY_NOON, "night"},
		{BIT(NIGHT), SEVERITY_P2, FRIDAY_NOON, ""},
		{BIT(SUNDAY), SEVERITY_P2, FRIDAY_NOON, "sunday"},
		{BIT(SUNDAY), SEVERITY_P3, FRIDAY_NOON, ""},
		{BIT(NOTIFIER_NIGHT), SEVERITY_P2, FRIDAY_NOON, "pager-night"},
		{BIT(NOTIFIER_NIGHT) | BIT(PAGER), SEVERITY_P1, FRIDAY_NOON,
			"pager"},
		{BIT(NOTIFIER_NIGHT) | BIT(PAGER), SEVERITY_P1, FRIDAY_NIGHT,
			"pager pager-night"},
		/* Sunday's night goes on into Monday, in the route's zone. */
		{BIT(SUNDAY) | BIT(ALL), SEVERITY_P3, "2026-03-29T21:59:00Z",
			"all"},
		{BIT(SUNDAY) | BIT(ALL), SEVERITY_P3, "2026-03-29T22:00:00Z",
			"all sunday"},
		{BIT(SUNDAY) | BIT(ALL), SEVERITY_P3, "2026-03-30T05:59:00Z",
			"all sunday"},
		{BIT(SUNDAY) | BIT(ALL), SEVERITY_P3, "2026-03-29T05:00:00Z",
			"all"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct alert_event e = {.record = {.slug = "ours",
			.severity = cases[i].severity}};

		expect(cases[i].routes, &e, cases[i].when, cases[i].expected);
	}
}

static void test_accounts(void **state)
{
	struct alert_event e = {.record = {.slug = "theirs",
		.severity = SEVERITY_P1}};

	(void)state;
	expect(BIT(ACME), &e, FRIDAY_NOON, "acme");
	e.record.slug = "ours";
	expect(BIT(ACME), &e, FRIDAY_NOON, "");
	e.record.slug = "unknown";
	expect(BIT(ACME), &e, FRIDAY_NOON, "");
}

/*
 * Whoever was told is told how it goes on; a route that a ladder tells later is
 * not told now.
 */
static void test_told(void **state)
{
	struct alert_event e = {.record = {.slug = "ours",
		.severity = SEVERITY_P1}};

	(void)state;
	strings_add(&e.told, "channel");
	e.record.phase = ALERT_REMINDER;
	expect(TEAM, &e, FRIDAY_NIGHT, "channel pager");
	e.record.phase = ALERT_ACKNOWLEDGED;
	expect(TEAM, &e, FRIDAY_NIGHT, "channel");
	e.record.phase = ALERT_RESOLVED;
	expect(TEAM, &e, FRIDAY_NIGHT, "channel");
	strings_clear(&e.told);
	expect(TEAM, &e, FRIDAY_NIGHT, "");
	e.record.phase = ALERT_STARTED;
	strings_add(&e.later, "pager");
	expect(TEAM, &e, FRIDAY_NIGHT, "channel");
	strings_add(&e.later, "channel");
	expect(TEAM, &e, FRIDAY_NIGHT, "");
	strings_add(&e.steps, "phone");
	expect(TEAM, &e, FRIDAY_NIGHT, "phone");
	/*
	 * A step whose route is outside its hours is skipped, unless it is the
	 * only one.
	 */
	strings_clear(&e.steps);
	strings_add(&e.steps, "night");
	strings_add(&e.later, "night");
	expect(BIT(NIGHT) | BIT(ALL), &e, FRIDAY_NOON, "all");
	expect(BIT(NIGHT), &e, FRIDAY_NOON, "night");
	strings_release(&e.told);
	strings_release(&e.steps);
	strings_release(&e.later);
}

static void test_digests(void **state)
{
	static const struct {
		enum alert_kind kind;
		enum severity severity;
		size_t removed, changed, added, redescribed;
		enum conf_digest all, channel, hourly;
	} cases[] = {
#define EVERY(digest) digest, digest, digest
		{ALERT_REGIONAL, SEVERITY_P2, 0, 0, 0, 0, CONF_DIGEST_NO,
			CONF_DIGEST_NO, CONF_DIGEST_HOURLY},
		{ALERT_LATENCY, SEVERITY_P3, 0, 0, 0, 0, CONF_DIGEST_NO,
			CONF_DIGEST_DAILY, CONF_DIGEST_HOURLY},
		{ALERT_DRIFT, SEVERITY_P2, 1, 0, 3, 3, CONF_DIGEST_NO,
			CONF_DIGEST_NO, CONF_DIGEST_HOURLY},
		{ALERT_DRIFT, SEVERITY_P3, 0, 1, 3, 3, CONF_DIGEST_NO,
			CONF_DIGEST_DAILY, CONF_DIGEST_HOURLY},
		{ALERT_DRIFT, SEVERITY_P3, 0, 0, 3, 3,
			EVERY(CONF_DIGEST_DAILY)},
		{ALERT_DRIFT, SEVERITY_P3, 0, 0, 0, 3,
			EVERY(CONF_DIGEST_WEEKLY)},
		{ALERT_DRIFT, SEVERITY_P2, 0, 0, 0, 0, CONF_DIGEST_NO,
			CONF_DIGEST_NO, CONF_DIGEST_HOURLY},
	};
	struct conf_route hourly = every[ALL];

	(void)state;
	hourly.digest = CONF_DIGEST_HOURLY;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct alert_record a = {
			.kind = cases[i].kind,
			.severity = cases[i].severity,
			.removed.n = cases[i].removed,
			.changed.n = cases[i].changed,
			.added.n = cases[i].added,
			.redescribed.n = cases[i].redescribed,
		};

		assert_int_equal(route_digest(&every[ALL], &a), cases[i].all);
		assert_int_equal(route_digest(&every[CHANNEL], &a),
			cases[i].channel);
		assert_int_equal(route_digest(&hourly, &a), cases[i].hourly);
	}
}

static void test_boundaries(void **state)
{
	static const struct {
		enum conf_digest period;
		const char *when, *due;
	} cases[] = {
		{CONF_DIGEST_HOURLY, "2026-03-27T11:00:00Z",
			"2026-03-27T12:00:00Z"},
		{CONF_DIGEST_HOURLY, "2026-03-27T11:59:59Z",
			"2026-03-27T12:00:00Z"},
		/* 09:00 in Berlin on working days; summer time on Sunday. */
		{CONF_DIGEST_DAILY, "2026-03-27T07:59:59Z",
			"2026-03-27T08:00:00Z"},
		{CONF_DIGEST_DAILY, "2026-03-27T08:00:00Z",
			"2026-03-30T07:00:00Z"},
		{CONF_DIGEST_DAILY, "2026-03-29T11:00:00Z",
			"2026-03-30T07:00:00Z"},
		{CONF_DIGEST_DAILY, "2026-03-31T11:00:00Z",
			"2026-04-01T07:00:00Z"},
		{CONF_DIGEST_WEEKLY, "2026-03-27T11:00:00Z",
			"2026-03-30T07:00:00Z"},
		{CONF_DIGEST_WEEKLY, "2026-03-30T06:59:00Z",
			"2026-03-30T07:00:00Z"},
		{CONF_DIGEST_WEEKLY, "2026-03-30T07:00:00Z",
			"2026-04-06T07:00:00Z"},
		{CONF_DIGEST_WEEKLY, "2026-12-30T07:00:00Z",
			"2027-01-04T08:00:00Z"},
	};
	struct conf conf = {.business = business};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char due[CLOCK_RFC3339];

		clock_rfc3339(hours_digest(&conf, cases[i].period,
				      at(cases[i].when)),
			due);
		assert_string_equal(due, cases[i].due);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_roles),
		cmocka_unit_test(test_accounts),
		cmocka_unit_test(test_told),
		cmocka_unit_test(test_digests),
		cmocka_unit_test(test_boundaries),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

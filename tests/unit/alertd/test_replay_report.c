/* SPDX-License-Identifier: MIT */
/*
 * Goal: a policy sets exactly the numbers that it names, or is refused; what
 * counts as a page, in a replay and in a report; and which incidents two policies have in common.
 */
#include "commands/commands.h"
#include "routing/routing.h"
#include "incident/machine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define T 1777471200 /* 2026-04-29T14:00:00Z */

/* A number that would be 1 if it were cut where it no longer fits. */
#define TOO_LONG                                                               \
	"confirm="                                                             \
	"000000000000000000000000000000000000000000000000000000000000001" \
	"0"

static void test_policy(void **state)
{
	static const struct {
		const char *text;
		int confirm, resolve;
		double promote_s, slo;
	} cases[] = {
		{"confirm=2", 2, 3, 1800, 99.5},
		{"resolve=60,confirm=1", 1, 60, 1800, 99.5},
		{"promote=1h", 3, 3, 3600, 99.5},
		{"promote=90s,slo=0,confirm=4,resolve=5", 4, 5, 90, 0},
	};
	/* And how the reason begins. */
	static const char *const refused[][2] = {
		{"", "'' is not a number of alerts.policy"},
		{"confirm", "confirm: '=' and a value expected"},
		{"confirm=", "confirm: "}, {"confirm=61", "confirm: "},
		{"confirm=1.5", "confirm: "},
		{"=1", "'' is not a number of alerts.policy"},
		{"promote=59s", "promote: "}, {"promote=90", "promote: "},
		{"promote=8d", "promote: "},
		{"confirm=1,,resolve=1", "'' is not a number of "},
		{"resolve=1,resolve=1", "resolve: given twice"},
		{"confirm=1,confirm=1", "confirm: given twice"},
		{"routes=1", "'routes' is not a number of alerts.policy"},
		{"silent=5", "silent: "}, {"confirm=2;resolve=2", "confirm: "},
		{(TOO_LONG), "confirm: "}};
	char why[CONF_POLICY_WHY];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct conf_policy p = conf_policy_of(NULL);

		assert_int_equal(conf_policy(cases[i].text, &p, why), 0);
		assert_int_equal(p.confirm, cases[i].confirm);
		assert_int_equal(p.resolve, cases[i].resolve);
		assert_true(p.promote_s == cases[i].promote_s);
		assert_true(p.slo == cases[i].slo);
		assert_true(p.remind_s == conf_policy_of(NULL).remind_s);
	}
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		struct conf_policy p = conf_policy_of(NULL);

		*why = '\0';
		if (conf_policy(refused[i][0], &p, why) == 0)
			fail_msg("'%s' was accepted", refused[i][0]);
		if (strncmp(why, refused[i][1], strlen(refused[i][1])) != 0)
			fail_msg("'%s': %s", refused[i][0], why);
	}
}

static void test_pages(void **state)
{
	static struct conf_route routes[] = {
		{.name = "chat", .type = CONF_ROUTE_COMMAND},
		{.name = "sms", .type = CONF_ROUTE_TWILIO_SMS},
		{.name = "pager", .type = CONF_ROUTE_PAGERDUTY},
	};
	static const struct conf conf = {.routes = routes, .n_routes = 3};
	/* Where nobody can be woken, the chat is who hears of it. */
	static const struct conf chats = {.routes = routes, .n_routes = 1};
	static const struct {
		enum severity severity;
		enum alert_phase phase;
		const char *to; /* NULL: without a configuration */
		bool page;
	} cases[] = {
		{SEVERITY_P1, ALERT_STARTED, NULL, true},
		{SEVERITY_P1, ALERT_REMINDER, NULL, true},
		{SEVERITY_P1, ALERT_ONCE, NULL, true},
		{SEVERITY_P1, ALERT_RESOLVED, NULL, false},
		{SEVERITY_P2, ALERT_STARTED, NULL, false},
		{SEVERITY_P1, ALERT_STARTED, "", false},
		{SEVERITY_P1, ALERT_STARTED, "sms", true},
		{SEVERITY_P1, ALERT_STARTED, "pager", true},
		{SEVERITY_P1, ALERT_STARTED, "chat", false},
		{SEVERITY_P2, ALERT_STARTED, "pager", false},
		{SEVERITY_P1, ALERT_RESOLVED, "pager", false},
		/* Nobody knows what it was. */
		{SEVERITY_P1, ALERT_STARTED, "gone", true},
	};
	const struct alert_record p1 = {.severity = SEVERITY_P1};
	struct strings chat = {0};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct alert_record r = {.severity = cases[i].severity,
			.phase = cases[i].phase};
		struct strings to = {0};

		if (cases[i].to && *cases[i].to)
			strings_add(&to, cases[i].to);
		assert_int_equal(replay_report_pages(&r, &to,
					 cases[i].to ? &conf : NULL),
			cases[i].page);
		strings_release(&to);
	}
	strings_add(&chat, "chat");
	assert_true(replay_report_pages(&p1, &chat, &chats));
	strings_release(&chat);
}

/* Notes an incident of a server that was told, and its end; to 0: not over. */
static void incident(struct replay_report *l, const char *slug, enum alert_kind kind,
	int first, int told, int to)
{
	struct alert_record r = {
		.slug = slug,
		.kind = kind,
		.severity = SEVERITY_P2,
		.started_at = T + 60 * first,
		.at = T + 60 * told,
	};

	replay_report_add(l, &r, false);
	r.phase = ALERT_RESOLVED;
	r.resolved_at = T + 60 * to;
	if (to)
		replay_report_add(l, &r, false);
}

static bool says(const struct buf *b, const char *text)
{
	return strstr(b->p, text) != NULL;
}

static void test_compare(void **state)
{
	struct replay_report before = {0}, after = {0};
	struct replay_report_span span = {T, T + 86340, 1440, 3};
	struct buf b;

	(void)state;
	buf_init(&b, 65536);
	/* One incident that is two under the other policy. */
	incident(&before, "a", ALERT_DOWNTIME, 0, 0, 20);
	incident(&after, "a", ALERT_DOWNTIME, 0, 0, 5);
	incident(&after, "a", ALERT_DOWNTIME, 10, 10, 20);
	/* Another beginning, told earlier; and one that is not over. */
	incident(&before, "b", ALERT_REGIONAL, 3, 5, 30);
	incident(&after, "b", ALERT_REGIONAL, 2, 3, 30);
	incident(&before, "b", ALERT_DOWNTIME, 40, 40, 0);
	incident(&after, "b", ALERT_DOWNTIME, 45, 47, 0);
	/* The same time, but not the same kind. */
	incident(&before, "c", ALERT_REGIONAL, 0, 2, 9);
	incident(&after, "c", ALERT_DOWNTIME, 0, 2, 9);
	replay_report_compare(&b, &before, &after, &span, "x=1");
	assert_true(buf_ok(&b));
	assert_true(says(&b, "only before: 1 incident\n  2026-04-29T14:00:00Z "
			     "to 2026-04-29T14:09:00Z: c P2 regional\n"));
	assert_true(says(&b, "only with the policy: 2 incidents\n"));
	assert_true(says(&b, "14:10:00Z to 2026-04-29T14:20:00Z: a P2 down"));
	assert_true(says(&b, "sent at another time: 2 incidents\n"));
	assert_true(says(&b, "14:45:00Z to not over: b P2 downtime, sent 7 min "
			     "later\n"));
	assert_true(says(&b, "b P2 regional, sent 2 min earlier\n"));
	assert_true(says(&b, "1 later, by 7 min in all\n"));
	assert_true(says(&b, "1 earlier, by 2 min in all\n"));
	buf_release(&b);
	replay_report_release(&before);
	replay_report_release(&after);
}

static void test_month(void **state)
{
	struct replay_report_span minute = {T, T, 1, 1};
	struct replay_report_span days10 = {T, T + 864000 - 60, 1, 1};

	(void)state;
	assert_int_equal(replay_report_month(4, &days10), 12);
	assert_int_equal(replay_report_month(0, &minute), 0);
	assert_int_equal(replay_report_month(1, &minute), 43200);
}

/* An event that wakes is one page, however many routes it goes to. */
static void test_nights(void **state)
{
	static struct conf_route routes[] = {
		{.name = "chat", .type = CONF_ROUTE_COMMAND},
		{.name = "sms", .type = CONF_ROUTE_TWILIO_SMS},
		{.name = "pager", .type = CONF_ROUTE_PAGERDUTY},
	};
	static const struct conf conf = {.routes = routes, .n_routes = 3};
	static const struct {
		const char *route, *event;
		double decided_at;
		unsigned long pages; /* of the incident until then */
	} rows[] = {
		{"chat", "downtime_started", T, 0},
		{"pager", "downtime_started", T, 1},
		{"sms", "downtime_started", T, 1},
		{"sms", "downtime_escalated", T + 300, 2},
		{"pager", "downtime_acknowledged", T + 360, 2},
		{"pager", "downtime_resolved", T + 600, 2},
	};
	struct history_record records[7] = {{.at = T, .slug = "s",
		.what = "downtime_started", .key = "s:downtime:1",
		.kind = "downtime", .severity = "P1"}};
	struct history h = {.v = records, .n = 1};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct report r;

		records[h.n++] = (struct history_record) {
			.at = rows[i].decided_at + 2, .slug = "s",
			.what = HISTORY_DELIVERED, .key = "s:downtime:1",
			.route = rows[i].route, .event = rows[i].event,
			.decided_at = rows[i].decided_at};
		report_make(&h, &conf, T - 60, T + 3600, "UTC", &r);
		assert_int_equal(r.v[0].pages, rows[i].pages);
		assert_int_equal(r.nights.n ? r.nights.v[0].pages : 0,
			rows[i].pages);
		report_release(&r);
	}
}

/* An event of the history, and a delivery. */
#define EVENT(t, s, w, ...)                                                    \
	{.at = T + (t), .slug = (s), .what = (w),                              \
		.kind = "downtime", .severity = "P1", __VA_ARGS__}
#define DELIVERY(t, s, w, k, r, e, d)                                          \
	{.at = T + (t), .slug = (s), .what = (w), .key = (k), .route = (r),    \
		.event = (e), .decided_at = T + (d)}
#define COMMON "*.12345678"

/* What a report has of some history: its incidents, and what failed. */
static void test_report(void **state)
{
	static struct conf_route routes[] = {
		{.name = "pager", .type = CONF_ROUTE_PAGERDUTY}};
	static const struct conf conf = {.routes = routes, .n_routes = 1};
	static const struct {
		const char *name;
		struct history_record v[8]; /* up to one without a time */
		const char *want; /* keys, '!' behind those that were noise */
		unsigned long failed; /* at the route */
	} cases[] = {
		{"what servers share is one, also while it goes on", {
			EVENT(0, "a", "downtime_started", .key = "a:downtime:1"),
			EVENT(0, "b", "downtime_started", .key = "b:downtime:1"),
			EVENT(1, COMMON, "downtime_started",
				.key = COMMON ":downtime:1"),
			DELIVERY(2, COMMON, HISTORY_DELIVERED,
				COMMON ":downtime:1", "pager",
				"downtime_started", 1),
			{.at = T + 2, .slug = "a", .what = HISTORY_SHARED,
				.key = "a:downtime:1", .group = COMMON},
			{.at = T + 2, .slug = "b", .what = HISTORY_SHARED,
				.key = "b:downtime:1", .group = COMMON}},
			COMMON ":downtime:1", 0},
		{"or each by itself, where that is what people were told", {
			EVENT(0, "a", "downtime_started", .key = "a:downtime:1"),
			DELIVERY(1, "a", HISTORY_DELIVERED, "a:downtime:1",
				"pager", "downtime_started", 0),
			EVENT(1, COMMON, "downtime_started",
				.key = COMMON ":downtime:1"),
			EVENT(9, "a", "downtime_escalated", .key = "a:downtime:1",
				.group = COMMON)},
			"a:downtime:1", 0},
		{"half an hour is no noise, however late it was told", {
			EVENT(1700, "a", "downtime_started", .key = "a:downtime:1",
				.started_at = T),
			DELIVERY(1701, "a", HISTORY_DELIVERED, "a:downtime:1",
				"pager", "downtime_started", 1700),
			EVENT(1800, "a", "downtime_resolved", .key = "a:downtime:1",
				.started_at = T, .resolved_at = T + 1800)},
			"a:downtime:1", 0},
		{"four minutes are, a quarter of an hour later", {
			EVENT(900, "a", "downtime_started", .key = "a:downtime:1",
				.started_at = T),
			DELIVERY(901, "a", HISTORY_DELIVERED, "a:downtime:1",
				"pager", "downtime_started", 900),
			EVENT(901, "a", "downtime_resolved", .key = "a:downtime:1",
				.started_at = T, .resolved_at = T + 240)},
			"a:downtime:1!", 0},
		{"nor is what a downtime left behind", {
			EVENT(0, "a", "downtime_started", .key = "a:downtime:1",
				.started_at = T),
			DELIVERY(1, "a", HISTORY_DELIVERED, "a:downtime:1",
				"pager", "downtime_started", 0),
			EVENT(360, "a", "downtime_resolved", .key = "a:downtime:1",
				.started_at = T, .resolved_at = T + 240),
			EVENT(360, "a", "regional_started", .key = "a:regional:2",
				.started_at = T + 240),
			EVENT(1800, "a", "regional_resolved", .key = "a:regional:2",
				.started_at = T + 240,
				.resolved_at = T + 1800)},
			"a:downtime:1 a:regional:2", 0},
		{"the first that began is the first", {
			EVENT(0, "a", "regional_started", .key = "a:regional:2",
				.started_at = T - 60),
			EVENT(60, "b", "downtime_started", .key = "b:downtime:1",
				.started_at = T - 120)},
			"b:downtime:1 a:regional:2", 0},
		{"what failed at first counts, and once", {
			EVENT(0, "a", "downtime_started", .key = "a:downtime:1"),
			DELIVERY(1, "a", HISTORY_FAILED, "a:downtime:1",
				"pager", "downtime_started", 0),
			DELIVERY(540, "a", HISTORY_DELIVERED, "a:downtime:1",
				"pager", "downtime_started", 0),
			DELIVERY(541, "a", HISTORY_FAILED, "a:downtime:1",
				"pager", "downtime_acknowledged", 300),
			DELIVERY(542, "a", HISTORY_TO_MEND, "a:downtime:1",
				"pager", "downtime_acknowledged", 300),
			DELIVERY(543, "a", HISTORY_GIVEN_UP, "a:downtime:1",
				"pager", "downtime_acknowledged", 300)},
			"a:downtime:1", 2},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct history_record records[8];
		struct history h = {.v = records};
		struct report r;
		struct buf got;

		memcpy(records, cases[i].v, sizeof records);
		while (h.n < 8 && records[h.n].at > 0)
			h.n++;
		report_make(&h, &conf, T - 60, T + 3600, "UTC", &r);
		buf_init(&got, 2000);
		for (size_t k = 0; k < r.n; k++)
			buf_fmt(&got, "%s%s%s", k ? " " : "", r.v[k].key,
				report_noise(&r.v[k]) ? "!" : "");
		if (strcmp(got.p, cases[i].want) != 0)
			fail_msg("%s: %s", cases[i].name, got.p);
		assert_int_equal(r.routes.n ? r.routes.v[0].failed : 0,
			cases[i].failed);
		buf_release(&got);
		report_release(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_policy),
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_compare),
		cmocka_unit_test(test_month),
		cmocka_unit_test(test_nights),
		cmocka_unit_test(test_report),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

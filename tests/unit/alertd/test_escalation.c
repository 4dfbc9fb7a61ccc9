/*
 * Goal: while nobody acknowledges, each step of a ladder tells its route once,
 * on the clock of the verdicts; after an acknowledgement, none does.
 */
#include "nights.h"

#include "incident/acknowledgement.h"
#include "routing/dispatch.h"
#include "routing/escalation.h"
#include "routing/rate_limit.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* A night, and in `told` who was told of each event. */
struct watch {
	struct night n;
	const struct conf *conf;
	struct rate_limit *budget;
	struct buf told;
	double now; /* of the deliveries */
};

static void watch_init(struct watch *w, const struct conf *conf)
{
	*w = (struct watch) {.conf = conf, .now = -INFINITY};
	w->budget = rate_limit_new(NULL);
	night_init(&w->n, "AEU");
	buf_init(&w->told, 10000);
}

static void watch_release(struct watch *w)
{
	night_release(&w->n);
	rate_limit_free(w->budget);
	buf_release(&w->told);
}

static void through_the_store(struct alert_state *st)
{
	char why[STATE_WHY];
	struct alert_state back;
	struct buf b;

	buf_init(&b, STATE_MAX);
	state_write(&b, st);
	if (!state_read(b.p, b.len, "s", &back, why))
		fail_msg("%s: %s", why, b.p);
	state_release(st);
	*st = back;
	buf_release(&b);
}

/* Dispatches the events from index `from` on, as emit.c does. */
static void tell(struct watch *w, size_t from)
{
	struct dispatch d = {w->conf, w->budget, false, w->now};

	for (size_t i = from; i < w->n.events.n; i++) {
		const struct alert_event *e = &w->n.events.v[i];
		struct incident *inc = &w->n.st.incidents[e->record.kind];
		struct recipients to = {0};
		char event[ALERT_EVENT_SIZE];

		dispatch_event(&d, &w->n.st, e, "{}", &to);
		buf_fmt(&w->told, "%s%.0f %s %s:", w->told.len ? " | " : "",
			(e->record.at - NIGHT_START) / 60,
			alert_event(&e->record, event),
			severity_name(e->record.severity));
		for (size_t k = 0; k < to.n; k++) {
			buf_fmt(&w->told, " %s", to.v[k].route);
			if (inc->open)
				strings_note(&inc->told, to.v[k].route);
		}
		recipients_release(&to);
	}
	through_the_store(&w->n.st);
}

/* Runs the same verdict for `times` minutes, with escalation in each. */
static void minutes(struct watch *w, const char *word, int times)
{
	for (int i = 0; i < times; i++) {
		size_t from = w->n.events.n;

		night_run(&w->n, word);
		escalate(w->conf, &w->n.st,
			NIGHT_START + 60.0 * (w->n.minute - 1), from,
			&w->n.events);
		tell(w, from);
	}
}

static size_t acknowledge(struct watch *w, const char *key, double for_s)
{
	size_t from = w->n.events.n;
	struct ack_request q = {.key = key, .by = "alice", .for_s = for_s};
	struct ack_result r = ack_apply(&w->n.st, &q,
		NIGHT_START + 60.0 * w->n.minute, &w->n.events);

	tell(w, from);
	return r.n;
}

static void expect(struct watch *w, const char *expected)
{
	assert_string_equal(w->told.p, expected);
	watch_release(w);
}

static struct conf_route team[] = {
	{.name = "channel", .role = CONF_ROLE_CHANNEL},
	{.name = "pager", .role = CONF_ROLE_PAGER},
	{.name = "phone", .role = CONF_ROLE_PHONE},
	{.name = "second", .role = CONF_ROLE_SECOND},
};
/* People go home in minute 10. */
#define TEAM(...)                                                              \
	{                                                                      \
		.routes = team,                                                \
		.n_routes = 4,                                                 \
		.business = {.hours = "09:00-18:00", .zone = "UTC"},           \
		__VA_ARGS__                                                    \
	}
static const struct conf usual = TEAM();

static void test_usual(void **state)
{
	struct watch w;

	(void)state;
	watch_init(&w, &usual);
	minutes(&w, "EU1", 60);
	expect(&w, "0 downtime_started P1: channel | "
		   "5 downtime_escalated P1: channel phone | "
		   "15 downtime_escalated P1: channel pager phone second");
	/* No step is due while the server answers again, or after the end. */
	watch_init(&w, &usual);
	minutes(&w, "EU1", 4);
	minutes(&w, ".", 2);
	minutes(&w, "EU1", 1);
	minutes(&w, ".", 20);
	expect(&w, "0 downtime_started P1: channel | "
		   "6 downtime_escalated P1: channel phone | "
		   "9 downtime_resolved P1: channel phone");
	/* After missing verdicts, all steps that are due make one event. */
	watch_init(&w, &usual);
	minutes(&w, "EU1", 1);
	w.n.minute = 16;
	minutes(&w, "EU1", 10);
	expect(&w, "0 downtime_started P1: channel | "
		   "16 downtime_escalated P1: channel pager phone second");
}

static void test_summary(void **state)
{
	struct watch w;

	(void)state;
	watch_init(&w, &usual);
	minutes(&w, "EU1", 6);
	assert_string_equal(w.n.events.v[1].record.summary,
		"s cannot be reached: dns fails with x from e and u (2 of 3 "
		"regions); nobody has answered for 5 min.");
	acknowledge(&w, NULL, 600);
	assert_string_equal(w.n.events.v[2].record.summary,
		"s cannot be reached: dns fails with x from e and u (2 of 3 "
		"regions); alice has it until 18:06 UTC.");
	minutes(&w, "EU1", 11);
	assert_string_equal(w.n.events.v[3].record.summary,
		"s cannot be reached: dns fails with x from e and u (2 of 3 "
		"regions); not over after 16 min; the acknowledgement by alice "
		"has ended.");
	watch_release(&w);
}

/*
 * Without a second the last step tells the channel; without a phone that step
 * is left out.
 */
static void test_smaller_team(void **state)
{
	struct conf_route routes[] = {team[0], team[1]};
	struct conf small = TEAM();
	struct watch w;

	(void)state;
	small.routes = routes;
	small.n_routes = 2;
	watch_init(&w, &small);
	w.n.minute = 10;
	minutes(&w, "EU1", 30);
	expect(&w, "10 downtime_started P1: pager | "
		   "25 downtime_escalated P1: channel pager");
	watch_init(&w, &small);
	minutes(&w, "EU1", 9);
	minutes(&w, ".", 3);
	expect(&w, "0 downtime_started P1: channel | "
		   "11 downtime_resolved P1: channel");
}

static void test_promotion(void **state)
{
	struct watch w;

	(void)state;
	watch_init(&w, &usual);
	minutes(&w, "EU6", 60);
	expect(&w, "0 downtime_started P2: channel | "
		   "30 downtime_escalated P1: channel pager | "
		   "35 downtime_escalated P1: channel pager phone | "
		   "45 downtime_escalated P1: channel pager phone second");
	/*
	 * A regional incident is folded into a downtime, which begins its own
	 * ladder.
	 */
	watch_init(&w, &usual);
	minutes(&w, "E1", 33);
	minutes(&w, "EU1", 10);
	expect(&w, "2 regional_started P2: channel | "
		   "33 downtime_started P1: pager | "
		   "38 downtime_escalated P1: pager phone");
}

static void test_ack(void **state)
{
	struct watch w;

	(void)state;
	watch_init(&w, &usual);
	assert_int_equal(acknowledge(&w, NULL, 600), 0);
	minutes(&w, "EU1", 3);
	assert_int_equal(acknowledge(&w, "s:downtime:1", 600), 0);
	assert_int_equal(acknowledge(&w, "s:downtime:1777485000", 600), 1);
	assert_true(ack_holds(&w.n.st.incidents[ALERT_DOWNTIME],
		NIGHT_START + 12.9 * 60));
	assert_false(ack_holds(&w.n.st.incidents[ALERT_DOWNTIME],
		NIGHT_START + 13 * 60));
	/* It expires in minute 13; the ladder goes on from minute 3. */
	minutes(&w, "EU1", 40);
	minutes(&w, ".", 3);
	expect(&w, "0 downtime_started P1: channel | "
		   "3 downtime_acknowledged P1: channel | "
		   "13 downtime_reminder P1: channel pager | "
		   "15 downtime_escalated P1: channel pager phone | "
		   "25 downtime_escalated P1: channel pager phone second | "
		   "45 downtime_resolved P1: channel pager phone second");
	/* An acknowledgement ends with its incident. */
	watch_init(&w, &usual);
	minutes(&w, "EU1", 3);
	acknowledge(&w, NULL, 3600);
	minutes(&w, ".", 3);
	minutes(&w, "EU1", 6);
	assert_null(w.n.st.incidents[ALERT_DOWNTIME].ack.by);
	expect(&w, "0 downtime_started P1: channel | "
		   "3 downtime_acknowledged P1: channel | "
		   "5 downtime_resolved P1: channel | "
		   "6 downtime_started P1: channel | "
		   "11 downtime_escalated P1: channel pager phone");
	/* A second acknowledgement replaces the first. */
	watch_init(&w, &usual);
	minutes(&w, "EU1", 3);
	acknowledge(&w, NULL, 120);
	minutes(&w, "EU1", 1);
	acknowledge(&w, NULL, 600);
	minutes(&w, "EU1", 16);
	expect(&w, "0 downtime_started P1: channel | "
		   "3 downtime_acknowledged P1: channel | "
		   "4 downtime_acknowledged P1: channel | "
		   "14 downtime_reminder P1: channel pager | "
		   "16 downtime_escalated P1: channel pager phone");
	/* No verdict between the end of one acknowledgement and the next. */
	watch_init(&w, &usual);
	minutes(&w, "EU1", 3);
	acknowledge(&w, NULL, 120);
	w.n.minute = 10;
	acknowledge(&w, NULL, 600);
	minutes(&w, "EU1", 11);
	expect(&w, "0 downtime_started P1: channel | "
		   "3 downtime_acknowledged P1: channel | "
		   "10 downtime_acknowledged P1: channel | "
		   "20 downtime_reminder P1: channel pager | "
		   "20 downtime_escalated P1: channel pager phone");
}

static void test_ack_broken(void **state)
{
	const struct alert_record *r;
	struct watch w;

	(void)state;
	watch_init(&w, &usual);
	minutes(&w, "EU6", 5);
	acknowledge(&w, NULL, 4 * 3600);
	/* While it is acknowledged, its age does not make it P1. */
	minutes(&w, "EU6", 35);
	minutes(&w, "EU3/http.503", 7);
	r = &w.n.events.v[2].record;
	assert_string_equal(r->summary,
		"s is down: initialize fails with http.503 from e and u (2 of "
		"3 regions); worse than before, now P1 (was P2); the acknowledgement by "
		"alice has ended.");
	assert_string_equal(w.n.st.timeline[0].what, "downtime_ack_broken");
	assert_string_equal(w.n.st.timeline[0].text, "alice");
	expect(&w, "0 downtime_started P2: channel | "
		   "5 downtime_acknowledged P2: channel | "
		   "40 downtime_escalated P1: channel pager | "
		   "45 downtime_escalated P1: channel pager phone");
	watch_init(&w, &usual);
	minutes(&w, "EU6", 5);
	acknowledge(&w, NULL, 3600);
	minutes(&w, "EU6", 61);
	expect(&w, "0 downtime_started P2: channel | "
		   "5 downtime_acknowledged P2: channel | "
		   "65 downtime_escalated P1: channel pager");
}

static void test_ladders(void **state)
{
	static char *p1[] = {"P1"}, *other[] = {"other-*"};
	struct conf_step steps[] = {{0, "pager"}, {120, "phone"},
		{120, "second"}, {600, "pager"}};
	struct conf_step silent[] = {{300, "phone"}};
	struct conf_ladder ladders[] = {
		{.name = "none", .steps = silent, .n_steps = 1,
			.servers = other, .n_servers = 1},
		{.name = "ours", .steps = steps, .n_steps = 4,
			.severities = p1, .n_severities = 1},
		{.name = "rest", .steps = silent, .n_steps = 1},
	};
	struct conf conf = TEAM(.ladders = ladders, .n_ladders = 3);
	struct watch w;

	(void)state;
	/* A configured ladder tells by day, too; roles work as before. */
	watch_init(&w, &conf);
	minutes(&w, "EU1", 40);
	assert_string_equal(w.n.st.incidents[ALERT_DOWNTIME].escalation.ladder,
		"ours");
	assert_int_equal(w.n.st.incidents[ALERT_DOWNTIME].escalation.step, 4);
	expect(&w, "0 downtime_started P1: channel pager | "
		   "2 downtime_escalated P1: channel pager phone second | "
		   "10 downtime_escalated P1: channel pager phone second");
	/* P2 has ladder "rest", and P1, after the promotion, "ours". */
	watch_init(&w, &conf);
	minutes(&w, "EU6", 33);
	expect(&w, "0 downtime_started P2: channel | "
		   "5 downtime_escalated P2: channel phone | "
		   "30 downtime_escalated P1: channel pager phone | "
		   "32 downtime_escalated P1: channel pager phone second");
	/* The ladder is configured while the incident is open. */
	conf.n_ladders = 1;
	watch_init(&w, &conf);
	minutes(&w, "EU1", 20);
	assert_null(w.n.st.incidents[ALERT_DOWNTIME].escalation.ladder);
	conf.n_ladders = 3;
	minutes(&w, "EU1", 3);
	expect(&w, "0 downtime_started P1: channel | "
		   "20 downtime_escalated P1: channel pager | "
		   "22 downtime_escalated P1: channel pager phone second");
}

/*
 * A step whose route is outside its hours is skipped, unless nobody was told
 * yet.
 */
static void test_hours(void **state)
{
	struct conf_route routes[] = {
		{.name = "night", .hours = "22:00-06:00"}, team[0]};
	struct conf_step steps[] = {{300, "night"}};
	struct conf_ladder ladder = {.name = "l", .steps = steps, .n_steps = 1};
	struct conf conf = TEAM(.ladders = &ladder, .n_ladders = 1);
	struct watch w;

	(void)state;
	conf.routes = routes;
	conf.n_routes = 2;
	watch_init(&w, &conf);
	minutes(&w, "EU1", 20);
	expect(&w, "0 downtime_started P1: channel");
	conf.n_routes = 1;
	watch_init(&w, &conf);
	minutes(&w, "EU1", 20);
	expect(&w, "0 downtime_started P1: | 5 downtime_escalated P1: night");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_usual),
		cmocka_unit_test(test_summary),
		cmocka_unit_test(test_smaller_team),
		cmocka_unit_test(test_promotion),
		cmocka_unit_test(test_ack),
		cmocka_unit_test(test_ack_broken),
		cmocka_unit_test(test_ladders),
		cmocka_unit_test(test_hours),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Goal: who else is told while nobody answers, and who is left alone once
 * somebody does: each step of a policy once, on the clock of the verdicts.
 */
#include "../lib/conf_heard.h"
#include "../lib/rows.h"
#include "incident/incident.h"
#include "nights.h"
#include "routing/routing.h"
#include "words/words.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define ROWS "alertd/escalation.rows"

/* A night, and who was told of what in it. */
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

/* Tells of the events from that one on, as the pager does. */
static void tell(struct watch *w, size_t from)
{
	struct dispatch d = {w->conf, w->budget, false, w->now};

	for (size_t i = from; i < w->n.events.n; i++) {
		const struct alert_event *e = &w->n.events.v[i];
		struct recipients to = {0};
		char event[ALERT_EVENT_SIZE];

		if (e->suppressed)
			continue;
		dispatch_event(&d, &w->n.st, e, "{}", &to);
		buf_fmt(&w->told, "%s%.0f %s %s:", w->told.len ? " | " : "",
			(e->record.at - NIGHT_START) / 60,
			alert_event(&e->record, event),
			severity_name(e->record.severity));
		for (size_t k = 0; k < to.n; k++)
			buf_fmt(&w->told, " %s", to.v[k].route);
		recipients_release(&to);
	}
	through_the_store(&w->n.st);
}

/* One word for so many minutes: what is decided in each. */
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
	{.name = "channel", .type = CONF_ROUTE_SLACK},
	{.name = "pager", .type = CONF_ROUTE_PAGERDUTY},
	{.name = "phone", .type = CONF_ROUTE_TWILIO_SMS},
	{.name = "second", .type = CONF_ROUTE_TWILIO_VOICE},
};
#define TEAM(...)                                                              \
	{                                                                      \
		.routes = team,                                                \
		.n_routes = 4,                                                 \
		.zone = "UTC",                                                 \
		__VA_ARGS__                                                    \
	}
static const struct conf usual = TEAM();

/* Policies without a name that match the same, but for their hours. */
static const char by_hours[] =
	"alerts:\n"
	"  routes: [{name: day, type: command, command: [x]}, "
	"{name: night, type: command, command: [x]}]\n"
	"  policies:\n"
	"    - {match: {severities: [P1]}, steps: [{routes: [day]}, "
	"{after: 15m, routes: [night]}], hours: '08:00-18:00'}\n"
	"    - {match: {severities: [P1]}, steps: [{routes: [night]}], "
	"hours: '18:00-08:00'}\n";

/* Hours of policies for P1: the night begins in minute 10. */
static char *p1_only[] = {"P1"}, *channel[] = {"channel"}, *pager[] = {"pager"},
	    *phone[] = {"phone"}, *second[] = {"second"};
static struct conf_step day[] = {
	{0, channel, 1}, {5 * 60, phone, 1}, {15 * 60, second, 1}};
static struct conf_step night[] = {{0, pager, 1}, {15 * 60, second, 1}};
static struct conf_notify day_and_night[] = {
	{.name = "day", .match = {.severities = p1_only, .n_severities = 1},
		.steps = day, .n_steps = 3, .hours = "08:00-18:00"},
	{.name = "night", .steps = night, .n_steps = 2},
};
static const struct conf in_hours =
	TEAM(.policies = day_and_night, .n_policies = 2);
static const struct conf small = {
	.routes = team, .n_routes = 2, .zone = "UTC"};

/* The configuration of a row; *own has to be freed, and may be NULL. */
static const struct conf *team_of(const struct row *r, struct conf **own)
{
	const char *name = r->field[0];

	*own = NULL;
	if (strcmp(name, "unnamed") == 0)
		return *own = conf_must(by_hours, "");
	if (strcmp(name, "hours") == 0)
		return &in_hours;
	if (strcmp(name, "small") == 0)
		return &small;
	if (strcmp(name, "usual") != 0)
		fail_msg("%s:%d: %s: no such team", r->file, r->line, name);
	return &usual;
}

/* What happens in a night. */
static void play(struct watch *w, const struct row *r)
{
	char *words[8];

	row_words(r, 1, words, 8);
	for (size_t i = 0; i < 8 && words[i]; i++) {
		char *times = strchr(words[i], '*');
		int n = (int)strtol(times + 1, NULL, 10);

		*times = '\0';
		if (strcmp(words[i], "ack") == 0)
			acknowledge(w, NULL, n);
		else if (strcmp(words[i], "to") == 0)
			w->n.minute = n;
		else
			minutes(w, words[i], n);
	}
}

static void try_night(const struct row *r)
{
	struct conf *own;
	struct watch w;
	struct buf got;

	watch_init(&w, team_of(r, &own));
	play(&w, r);
	buf_init(&got, 10000);
	for (const char *p = w.told.p; *p; p++) {
		bool next = strncmp(p, " | ", 3) == 0;

		buf_char(&got, next ? '\n' : *p);
		p += next ? 2 : 0;
	}
	row_expect(r, got.p, r->below);
	buf_release(&got);
	watch_release(&w);
	conf_free(own);
}

static void test_nights(void **state)
{
	(void)state;
	rows_each(ROWS, "nights", try_night);
}

static void try_due(const struct row *r)
{
	double now = NIGHT_START + 60.0 * strtod(r->field[2], NULL), due;
	struct strings routes = {0};
	struct conf *own;
	const struct conf *conf = team_of(r, &own);
	char got[30];
	struct watch w;

	watch_init(&w, conf);
	play(&w, r);
	due = escalation_due(conf, &w.n.st, ALERT_DOWNTIME, now, &routes);
	assert_true(due == escalation_due(
		conf, &w.n.st, ALERT_DOWNTIME, now, NULL));
	snprintf(got, sizeof got, "%.0f %s", (due - NIGHT_START) / 60,
		routes.n ? routes.v[0] : "nobody");
	row_expect(r, due < INFINITY || routes.n ? got : NULL, r->field[3]);
	strings_release(&routes);
	watch_release(&w);
	conf_free(own);
}

/* Which step is next, and when, as far as is known now. */
static void test_due(void **state)
{
	(void)state;
	rows_each(ROWS, "due", try_due);
}

static void test_summary(void **state)
{
	struct watch w;

	(void)state;
	watch_init(&w, &usual);
	minutes(&w, "EU1", 6);
	events_words(&w.n.events);
	assert_string_equal(w.n.events.v[1].record.summary,
		"s cannot be reached: dns fails with x from e and u (2 of 3 "
		"regions); nobody has answered for 5 min.");
	acknowledge(&w, NULL, 600);
	events_words(&w.n.events);
	assert_string_equal(w.n.events.v[2].record.summary,
		"s cannot be reached: dns fails with x from e and u (2 of 3 "
		"regions); alice has acknowledged it for 10 min.");
	minutes(&w, "EU1", 11);
	events_words(&w.n.events);
	assert_string_equal(w.n.events.v[3].record.summary,
		"s cannot be reached: dns fails with x from e and u (2 of 3 "
		"regions); not over after 16 min; the acknowledgement by alice "
		"has ended.");
	watch_release(&w);
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
	/* It expires in minute 13; the ladder had come to minute 3. */
	minutes(&w, "EU1", 40);
	minutes(&w, ".", 3);
	expect(&w, "0 downtime_started P1: channel pager | "
		   "3 downtime_acknowledged P1: channel pager | "
		   "13 downtime_reminder P1: channel pager | "
		   "15 downtime_escalated P1: channel pager phone | "
		   "25 downtime_escalated P1: channel pager phone second | "
		   "40 downtime_escalated P1: channel pager phone second | "
		   "45 downtime_resolved P1: channel pager phone second");
}

/* The same, with a silence of the server from one minute to another. */
static void silenced(struct watch *w, int from, int to, int times)
{
	static const char *const slugs[] = {"s"};
	const struct silence s = {
		.id = "s-01234567",
		.slugs = slugs,
		.n_slugs = 1,
		.reason = "we move",
		.starts_at = NIGHT_START + 60 * from,
		.ends_at = NIGHT_START + 60 * to,
	};

	for (int i = 0; i < times; i++) {
		double now = NIGHT_START + 60.0 * w->n.minute;

		events_release(&w->n.events);
		night_run(&w->n, "EU1");
		silence_hold_judge(&w->n.st, &s, 1, &w->n.policy, now,
			&w->n.events);
		escalate(w->conf, &w->n.st, now, 0, &w->n.events);
		tell(w, 0);
	}
}

/* What an acknowledgement and a silence both cover counts once. */
static void test_ack_and_silence(void **state)
{
	static const struct {
		int from, to; /* the silence */
		const char *expected;
	} cases[] = {
		/* The acknowledgement is from minute 6 to 16. */
		{8, 12, "16 downtime_reminder P1: channel pager phone | "
			"25 downtime_escalated P1: channel pager phone second"},
		{4, 10, "16 downtime_reminder P1: channel pager | "
			"17 downtime_escalated P1: channel pager phone | "
			"27 downtime_escalated P1: channel pager phone second"},
		{8, 22, "31 downtime_escalated P1: channel pager phone second"},
		{4, 22, "23 downtime_escalated P1: channel pager phone | "
			"33 downtime_escalated P1: channel pager phone second"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct watch w;

		watch_init(&w, &usual);
		silenced(&w, cases[i].from, cases[i].to, 6);
		acknowledge(&w, NULL, 600);
		buf_clear(&w.told);
		silenced(&w, cases[i].from, cases[i].to, 29);
		expect(&w, cases[i].expected);
	}
}

static void test_ack_broken(void **state)
{
	const struct alert_record *r;
	struct watch w;

	(void)state;
	watch_init(&w, &usual);
	minutes(&w, "EU6", 5);
	acknowledge(&w, NULL, 4 * 3600);
	/* Time alone makes it no worse while somebody looks after it. */
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
}

static void test_policies(void **state)
{
	static char *other[] = {"other-*"};
	struct conf_step steps[] = {{0, pager, 1}, {120, phone, 1},
		{120, second, 1}, {600, pager, 1}};
	struct conf_step silent[] = {{300, phone, 1}};
	struct conf_notify policies[] = {
		{.name = "none", .steps = silent, .n_steps = 1,
			.match = {.servers = other, .n_servers = 1}},
		{.name = "ours", .steps = steps, .n_steps = 4,
			.match = {.severities = p1_only, .n_severities = 1}},
		{.name = "rest", .steps = silent, .n_steps = 1},
	};
	struct conf conf = TEAM(.policies = policies, .n_policies = 3);
	struct watch w;

	(void)state;
	watch_init(&w, &conf);
	minutes(&w, "EU1", 40);
	assert_string_equal(w.n.st.incidents[ALERT_DOWNTIME].escalation.ladder,
		"ours");
	assert_int_equal(w.n.st.incidents[ALERT_DOWNTIME].escalation.step, 4);
	expect(&w, "0 downtime_started P1: pager | "
		   "2 downtime_escalated P1: pager phone second | "
		   "10 downtime_escalated P1: pager phone second");
	/* Another policy from the promotion on. */
	watch_init(&w, &conf);
	minutes(&w, "EU6", 33);
	expect(&w, "0 downtime_started P2: | "
		   "5 downtime_escalated P2: phone | "
		   "30 downtime_escalated P1: pager phone | "
		   "32 downtime_escalated P1: pager phone second");
	/* One that comes while it is open: until then the default. */
	conf.n_policies = 1;
	watch_init(&w, &conf);
	minutes(&w, "EU1", 20);
	assert_string_equal(w.n.st.incidents[ALERT_DOWNTIME].escalation.ladder,
		ESCALATION_DEFAULT);
	conf.n_policies = 3;
	minutes(&w, "EU1", 3);
	expect(&w, "0 downtime_started P1: channel pager | "
		   "5 downtime_escalated P1: channel pager phone | "
		   "15 downtime_escalated P1: channel pager phone second | "
		   "20 downtime_escalated P1: channel pager phone second | "
		   "22 downtime_escalated P1: channel pager phone second");
}

/* Who was told in the place of another is called by their own steps, too. */
static void test_after_fallback(void **state)
{
	struct conf_route routes[] = {team[0], team[1], team[2], team[3]};
	struct conf conf = TEAM();
	struct watch w;

	(void)state;
	conf.routes = routes;
	routes[0].fallback = "second";
	routes[1].fallback = "phone";
	watch_init(&w, &conf);
	w.now = NIGHT_START;
	minutes(&w, "EU1", 2);
	assert_int_equal(w.n.st.n_outbox, 1);
	for (size_t i = 0; i < w.n.st.outbox[0].n_deliveries; i++)
		w.n.st.outbox[0].deliveries[i].refused = true;
	assert_int_equal(fallback_tell(&w.n.st, &conf, NIGHT_START + 60), 2);
	minutes(&w, "EU1", 32);
	minutes(&w, ".", 3);
	expect(&w, "0 downtime_started P1: channel pager | "
		   "5 downtime_escalated P1: channel pager phone second | "
		   "15 downtime_escalated P1: channel pager phone second | "
		   "30 downtime_escalated P1: channel pager phone second | "
		   "36 downtime_resolved P1: channel pager phone second");
}

static void no_fault(void *arg, bool fatal, const char *message)
{
	(void)arg;
	if (fatal)
		fail_msg("%s", message);
}

static struct conf *policies(const char *rows)
{
	struct conf *c;
	struct buf b;

	buf_init(&b, 10000);
	buf_fmt(&b, "alerts:\n  routes:\n"
		"    - {name: chat, type: command, command: [chat]}\n"
		"    - {name: phone, type: command, command: [phone]}\n"
		"    - {name: boss, type: command, command: [boss]}\n"
		"  policies:\n%s", rows);
	c = conf_parse("fleet.yaml", b.p, b.len, no_fault, NULL);
	buf_release(&b);
	return c;
}

#define NAMELESS                                                               \
	"    - {match: {severities: [P1], kinds: [downtime]}, steps: "         \
	"[{routes: [chat]}, {after: 5m, routes: [phone]}, "                    \
	"{after: 10m, routes: [boss]}]}\n"

/* A policy without a name goes on where another is put above it. */
static void test_nameless(void **state)
{
	struct conf *one = policies(NAMELESS);
	struct conf *two = policies(
		"    - {match: {severities: [P3]}, steps: []}\n" NAMELESS);
	struct conf *other = policies(
		"    - {match: {severities: [P1]}, steps: [{routes: [chat]}, "
		"{after: 5m, routes: [phone]}]}\n");
	const struct escalation *climb;
	struct watch w;

	(void)state;
	watch_init(&w, one);
	climb = &w.n.st.incidents[ALERT_DOWNTIME].escalation;
	minutes(&w, "EU1", 7);
	assert_string_equal(climb->ladder, "policy-1");
	w.conf = two;
	minutes(&w, "EU1", 5);
	assert_string_equal(climb->ladder, "policy-2");
	/* Another policy is another, though it has the place of the first. */
	w.conf = other;
	minutes(&w, "EU1", 7);
	expect(&w, "0 downtime_started P1: chat | "
		   "5 downtime_escalated P1: chat phone | "
		   "10 downtime_escalated P1: chat phone boss | "
		   "12 downtime_escalated P1: chat phone boss | "
		   "17 downtime_escalated P1: chat phone boss");
	conf_free(one);
	conf_free(two);
	conf_free(other);
}

/* What an older mcp-alert stored of an open incident: how far up its ladder. */
static void test_stored(void **state)
{
	static const struct {
		const char *ladder;
		int step;
		const char *expected;
	} cases[] = {
		/* Its usual ladder had the first three of these steps. */
		{"default", 2,
			"15 downtime_escalated P1: channel pager phone second "
			"| 30 downtime_escalated P1: channel pager phone "
			"second"},
		{"default", 3,
			"30 downtime_escalated P1: channel pager phone "
			"second"},
		/* One of its own is there no more. */
		{"by-night", 1,
			"4 downtime_escalated P1: channel pager phone | "
			"9 downtime_escalated P1: channel pager phone | "
			"19 downtime_escalated P1: channel pager phone second "
			"| 34 downtime_escalated P1: channel pager phone "
			"second"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct incident *inc;
		struct watch w;

		watch_init(&w, &usual);
		minutes(&w, "EU1", 4);
		buf_clear(&w.told);
		inc = &w.n.st.incidents[ALERT_DOWNTIME];
		string_set(&inc->escalation.ladder, cases[i].ladder);
		inc->escalation.step = cases[i].step;
		strings_note(&inc->notified, "phone");
		through_the_store(&w.n.st);
		minutes(&w, "EU1", 36);
		expect(&w, cases[i].expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nights),
		cmocka_unit_test(test_due),
		cmocka_unit_test(test_summary),
		cmocka_unit_test(test_ack),
		cmocka_unit_test(test_ack_and_silence),
		cmocka_unit_test(test_ack_broken),
		cmocka_unit_test(test_policies),
		cmocka_unit_test(test_nameless),
		cmocka_unit_test(test_stored),
		cmocka_unit_test(test_after_fallback),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

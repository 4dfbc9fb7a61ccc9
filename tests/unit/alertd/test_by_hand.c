/* SPDX-License-Identifier: MIT */
/*
 * Goal: what people open by hand, and how far they say the work on an incident is:
 * each rule as a row, and the state keeps it.
 */
#include "nights.h"

#include "incident/incident.h"
#include "words/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define AT(m) (NIGHT_START + 60 * (int64_t)(m))
#define GROUP "*.12345678"
#define OPEN(t) {.what = BY_HAND_OPEN, .title = t, .severity = SEVERITY_P2}
#define MOVE(k, m, p) {.what = BY_HAND_MOVE, .kind = ALERT_##k,               \
	.first = AT(m), .progress = PROGRESS_##p}
#define CLOSE {.what = BY_HAND_MOVE, .by = "close"}

/* What happened, what somebody does then, in a minute, and what comes of it. */
struct hand {
	const char *verdicts;
	int minute;
	struct by_hand q;
	enum by_hand_result want;
};

struct by_hand_case {
	const char *name;
	struct hand v[5]; /* up to one without verdicts */
	const char *after; /* verdicts */
	const char *events;
	enum alert_kind kind; /* of the incident that is then so far */
	enum progress progress;
};

static void close_all(struct night *n, int minute)
{
	ack_apply(&n->st,
		&(struct ack_request) {.action = ACK_CLOSE, .by = "ann",
			.reason = "gone"},
		(double)AT(minute) + 30, &n->events);
}

static void do_step(struct night *n, const struct hand *s, const char *name)
{
	struct by_hand q = s->q;
	enum by_hand_result got = BY_HAND_DONE;

	night_run(n, s->verdicts);
	if (q.by) {
		close_all(n, s->minute);
	} else {
		q.by = "ann";
		q.first = q.what == BY_HAND_OPEN ? AT(s->minute) : q.first;
		got = by_hand_apply(&n->st, &q, (double)AT(s->minute) + 20,
			&n->events);
	}
	if (got != s->want)
		fail_msg("%s, minute %d: %d", name, s->minute, (int)got);
}

static void check(const struct by_hand_case *rows, size_t n)
{
	char told[NIGHT_SIZE];

	for (size_t i = 0; i < n; i++) {
		const struct by_hand_case *c = &rows[i];
		const struct incident *inc;
		struct night night;

		night_init(&night, "AEU");
		for (const struct hand *s = c->v; s->verdicts; s++)
			do_step(&night, s, c->name);
		night_run(&night, c->after);
		night_tell(&night, told);
		if (strcmp(told, c->events) != 0)
			fail_msg("%s: %s", c->name, told);
		inc = &night.st.incidents[c->kind];
		if (inc->progress != c->progress ||
			(inc->progress_at > 0) != (c->progress != 0))
			fail_msg("%s: %d", c->name, (int)inc->progress);
		night_release(&night);
	}
}

static void test_rules(void **state)
{
	static const struct by_hand_case rows[] = {
		{"one is opened, moved on and closed", {
			{".", 1, OPEN("a"), BY_HAND_DONE},
			{".", 2, MOVE(MANUAL, 1, IDENTIFIED), BY_HAND_DONE},
			{".", 3, CLOSE, BY_HAND_DONE}}, ".",
			"1 manual_started P2 1 x0 -/- [] | "
			"2 manual_updated P2 1 x0 -/- [] | "
			"3 manual_resolved P2 1-3 x0 -/- []",
			ALERT_MANUAL, PROGRESS_INVESTIGATING},
		{"verdicts neither end nor change it", {
			{".", 1, OPEN("a"), BY_HAND_DONE},
			{".", 1, MOVE(MANUAL, 1, MONITORING), BY_HAND_DONE}},
			"AEU6*2 .*5",
			"1 manual_started P2 1 x0 -/- [] | "
			"1 manual_updated P2 1 x0 -/- [] | "
			"2 downtime_started P2 2 x1 tools-list/tools [a e u] | "
			"6 downtime_resolved P2 2-4 x2 tools-list/tools [a e u]",
			ALERT_MANUAL, PROGRESS_MONITORING},
		{"there is one at a time", {
			{".", 1, OPEN("a"), BY_HAND_DONE},
			{"", 1, OPEN("a"), BY_HAND_SAME},
			{"", 2, OPEN("b"), BY_HAND_OTHER}}, ".",
			"1 manual_started P2 1 x0 -/- []",
			ALERT_MANUAL, PROGRESS_INVESTIGATING},
		{"two of one minute would have one key", {
			{".", 1, OPEN("a"), BY_HAND_DONE},
			{"", 1, CLOSE, BY_HAND_DONE},
			{"", 1, OPEN("b"), BY_HAND_SOON},
			{"", 2, OPEN("b"), BY_HAND_DONE}}, ".",
			"1 manual_started P2 1 x0 -/- [] | "
			"1 manual_resolved P2 1-1 x0 -/- [] | "
			"2 manual_started P2 2 x0 -/- []",
			ALERT_MANUAL, PROGRESS_INVESTIGATING},
		{"that another kind was closed is no matter", {
			{"AEU6", 0, CLOSE, BY_HAND_DONE},
			{"", 0, OPEN("a"), BY_HAND_DONE}}, "",
			"0 downtime_started P2 0 x1 tools-list/tools [a e u] | "
			"0 downtime_resolved P2 0-0 x1 tools-list/tools [a e u] "
			"| 0 manual_started P2 0 x0 -/- []",
			ALERT_MANUAL, PROGRESS_INVESTIGATING},
		{"a maintenance does not hold it", {
			{"m0-9 .", 1, OPEN("a"), BY_HAND_DONE},
			{".", 2, CLOSE, BY_HAND_DONE}}, ".",
			"1 manual_started P2 1 x0 -/- [] | "
			"2 manual_resolved P2 1-2 x0 -/- []",
			ALERT_MANUAL, PROGRESS_INVESTIGATING},
		{"nor one that begins later", {
			{".", 1, OPEN("a"), BY_HAND_DONE},
			{"m2-9 .*2", 3, MOVE(MANUAL, 1, IDENTIFIED),
				BY_HAND_DONE}}, ".",
			"1 manual_started P2 1 x0 -/- [] | "
			"3 manual_updated P2 1 x0 -/- []",
			ALERT_MANUAL, PROGRESS_IDENTIFIED},
		{"nor its reminder", {
			{".", 1, OPEN("a"), BY_HAND_DONE}}, "m200-400 t300",
			"1 manual_started P2 1 x0 -/- [] | "
			"300 manual_reminder P2 1 x0 -/- []",
			ALERT_MANUAL, PROGRESS_INVESTIGATING},
		{"what a worse one covers is not", {
			{"E6*3 AEU6", 3, MOVE(REGIONAL, 0, IDENTIFIED),
				BY_HAND_NONE}}, "",
			"2 regional_started P2 0 x3 tools-list/tools [e] | "
			"3 downtime_started P2 3 x1 tools-list/tools [a e u]",
			ALERT_REGIONAL, PROGRESS_INVESTIGATING},
		{"what a probe sees is moved on, too", {
			{"AEU6*2", 1, MOVE(DOWNTIME, 0, IDENTIFIED),
				BY_HAND_DONE}}, "AEU6 .",
			"0 downtime_started P2 0 x1 tools-list/tools [a e u] | "
			"1 downtime_updated P2 0 x2 tools-list/tools [a e u]",
			ALERT_DOWNTIME, PROGRESS_IDENTIFIED},
		{"a relapse is investigated again", {
			{"AEU6*2 .", 2, MOVE(DOWNTIME, 0, MONITORING),
				BY_HAND_DONE}}, "AEU6",
			"0 downtime_started P2 0 x1 tools-list/tools [a e u] | "
			"2 downtime_updated P2 0 x2 tools-list/tools [a e u]",
			ALERT_DOWNTIME, PROGRESS_INVESTIGATING},
		{"what a maintenance holds is said to nobody", {
			{"m0-9 AEU6*2", 1, MOVE(DOWNTIME, 0, IDENTIFIED),
				BY_HAND_DONE}}, "",
			"held 0 downtime_started P2 0 x1 tools-list/tools "
			"[a e u] | held 1 downtime_updated P2 0 x2 "
			"tools-list/tools [a e u]",
			ALERT_DOWNTIME, PROGRESS_IDENTIFIED},
		{"what is over, or another one, is not", {
			{".", 1, MOVE(DOWNTIME, 0, IDENTIFIED), BY_HAND_NONE},
			{"AEU6", 2, MOVE(DOWNTIME, 0, IDENTIFIED),
				BY_HAND_NONE},
			{"", 2, {.what = BY_HAND_MOVE, .kind = ALERT_DOWNTIME,
				.group = GROUP}, BY_HAND_NONE}}, "",
			"1 downtime_started P2 1 x1 tools-list/tools [a e u]",
			ALERT_DOWNTIME, PROGRESS_INVESTIGATING},
	};

	(void)state;
	check(rows, sizeof rows / sizeof *rows);
}

/* Of what servers share: found by its name, whenever it began there. */
static void test_shared(void **state)
{
	static char *slugs[] = {"a", "b"};
	const struct strings servers = {slugs, 2, 2};
	struct by_hand q = {.what = BY_HAND_OPEN, .by = "ann", .title = "t",
		.text = "x", .severity = SEVERITY_P3, .first = AT(1),
		.is_private = true, .group = GROUP};
	const struct incident *inc;
	struct night n;

	(void)state;
	night_init(&n, "AEU");
	inc = &n.st.incidents[ALERT_MANUAL];
	assert_int_equal(by_hand_apply(&n.st, &q, (double)AT(1), &n.events),
		BY_HAND_DONE);
	assert_string_equal(n.events.v[0].group, GROUP);
	assert_string_equal(n.events.v[0].facts.text, "x");
	q = (struct by_hand) {.what = BY_HAND_MOVE, .kind = ALERT_MANUAL,
		.group = "*.00000000", .progress = PROGRESS_MONITORING};
	assert_int_equal(by_hand_apply(&n.st, &q, (double)AT(2), &n.events),
		BY_HAND_NONE);
	q.group = GROUP;
	assert_int_equal(by_hand_apply(&n.st, &q, (double)AT(2), &n.events),
		BY_HAND_DONE);
	assert_int_equal(inc->progress, PROGRESS_MONITORING);
	night_release(&n);
	night_init(&n, "AEU");
	q = (struct by_hand) {.what = BY_HAND_MOVE, .kind = ALERT_MANUAL,
		.shared = true, .progress = PROGRESS_MONITORING};
	assert_int_equal(by_hand_apply(&n.st, &q, (double)AT(2), &n.events),
		BY_HAND_NONE);
	q = (struct by_hand) {.what = BY_HAND_OPEN, .by = "ann", .title = "t",
		.severity = SEVERITY_P3, .first = AT(1), .servers = &servers};
	assert_int_equal(by_hand_apply(&n.st, &q, (double)AT(1), &n.events),
		BY_HAND_DONE);
	assert_int_equal(n.st.shared.left.n, 2);
	assert_string_equal(n.events.v[0].record.slug, SLUG_FLEET);
	q = (struct by_hand) {.what = BY_HAND_MOVE, .kind = ALERT_MANUAL,
		.shared = true, .progress = PROGRESS_MONITORING};
	assert_int_equal(by_hand_apply(&n.st, &q, (double)AT(2), &n.events),
		BY_HAND_DONE);
	night_release(&n);
}

/* What the public may read of each event; of a private one, nothing. */
static void test_published(void **state)
{
	static const char *const want[] = {
		"1777485060:manual:1777485060000:started",
		"{\"text\":\"x\",\"title\":\"t\"}",
		"1777485060:manual:1777485120000:updated",
		"{\"text\":\"x\",\"state\":\"monitoring\"}"};

	(void)state;
	for (int secret = 0; secret < 2; secret++) {
		struct by_hand q = {.what = BY_HAND_OPEN, .by = "ann",
			.title = "t", .text = "x", .severity = SEVERITY_P2,
			.first = AT(1), .is_private = secret};
		struct night n;

		night_init(&n, "AEU");
		by_hand_apply(&n.st, &q, (double)AT(1), &n.events);
		q = (struct by_hand) {.what = BY_HAND_MOVE, .text = "x",
			.kind = ALERT_MANUAL, .first = AT(1),
			.progress = PROGRESS_MONITORING};
		by_hand_apply(&n.st, &q, (double)AT(2), &n.events);
		for (size_t i = 0; i < n.events.n; i++) {
			struct alert_event *e = &n.events.v[i];

			event_words(e);
			state_note_event(&n.st, &e->record);
			state_keep_event(&n.st, e);
		}
		assert_int_equal(n.st.history.n, 2);
		assert_int_equal(n.st.updates.n, secret ? 0 : 4);
		for (size_t i = 0; i < n.st.updates.n; i++)
			assert_string_equal(n.st.updates.v[i], want[i]);
		night_release(&n);
	}
}

static void test_stored(void **state)
{
	struct by_hand q = {.what = BY_HAND_OPEN, .by = "ann", .title = "a \"t\"",
		.severity = SEVERITY_P1, .first = AT(1), .is_private = true};
	const struct incident *inc;
	struct alert_state got;
	char why[STATE_WHY], *s;
	struct night n;
	struct buf b;

	(void)state;
	night_init(&n, "AEU");
	by_hand_apply(&n.st, &q, (double)AT(1), &n.events);
	q = (struct by_hand) {.what = BY_HAND_MOVE, .kind = ALERT_MANUAL,
		.first = AT(1), .progress = PROGRESS_IDENTIFIED};
	by_hand_apply(&n.st, &q, (double)AT(2) + .25, &n.events);
	buf_init(&b, 20000);
	state_write(&b, &n.st);
	assert_true(state_read(b.p, b.len, n.st.slug, &got, why));
	inc = &got.incidents[ALERT_MANUAL];
	assert_string_equal(inc->title, "a \"t\"");
	assert_string_equal(inc->opener, "ann");
	assert_true(inc->is_private);
	assert_int_equal(inc->progress, PROGRESS_IDENTIFIED);
	assert_true(inc->progress_at > (double)AT(2));
	state_release(&got);
	/* Without a title nobody can say what it is. */
	s = strstr(b.p, "\"title\"");
	assert_non_null(s);
	memcpy(s, "\"titel\"", 7);
	assert_false(state_read(b.p, b.len, n.st.slug, &got, why));
	assert_string_equal(why, "title: missing");
	state_release(&got);
	buf_release(&b);
	night_release(&n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_shared),
		cmocka_unit_test(test_published),
		cmocka_unit_test(test_stored),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

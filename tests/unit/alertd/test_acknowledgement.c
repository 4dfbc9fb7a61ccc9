/* SPDX-License-Identifier: MIT */
/*
 * Goal: who may take an incident, hand it back and close it, and what an answer
 * that comes late, twice or from a wrong clock does: each rule as a row.
 */
#include "nights.h"

#include "incident/confirmation.h"
#include "incident/incident.h"
#include "words/words.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define DOWN "s:downtime:1777485000"
#define GROUP "*.12345678"
#define MINUTE(m) (NIGHT_START + 60.0 * (m))
/* Who says it, and then what else the request says. */
#define TAKE(...) {.action = ACK_TAKE, .for_s = 3600, .by = __VA_ARGS__}
#define UNACK(...) {.action = ACK_UNACK, .by = __VA_ARGS__}
#define CLOSE(...) {.action = ACK_CLOSE, .reason = "gone", .by = __VA_ARGS__}

/* What happened, what somebody says then, in a minute, and what comes of it. */
struct answer {
	const char *verdicts; /* before it */
	int minute;
	struct ack_request q;
	size_t n, open;	    /* changed, and meant */
	const char *holder; /* afterwards; "": nobody */
};

struct answers {
	const char *name;
	struct answer v[4]; /* up to one without verdicts */
};

static void check(const struct answers *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct night night;
		struct incident *down = &night.st.incidents[ALERT_DOWNTIME];

		night_init(&night, "AEU");
		for (const struct answer *a = rows[i].v; a->verdicts; a++) {
			struct ack_result r;

			night_run(&night, a->verdicts);
			if (down->open) {
				strings_note(&down->notified, "pager");
				string_set(&down->group, GROUP);
			}
			r = ack_apply(&night.st, &a->q, MINUTE(a->minute),
				&night.events);
			if (r.n != a->n || r.open != a->open ||
				strcmp(r.holder, a->holder) != 0)
				fail_msg("%s, answer %d: %zu of %zu, \"%s\"",
					rows[i].name, (int)(a - rows[i].v),
					r.n, r.open, r.holder);
		}
		night_release(&night);
	}
}

#define CHECK(rows) check(rows, sizeof(rows) / sizeof *(rows))

static void test_take(void **state)
{
	static const struct answers rows[] = {
		{"nothing is open", {{".", 1, TAKE("ann"), 0, 0, ""}}},
		{"what nobody has", {{"EU2", 1, TAKE("ann"), 1, 1, "ann"}}},
		{"nobody takes it from another", {
			{"EU2", 1, TAKE("ann"), 1, 1, "ann"},
			{"", 2, TAKE("bob"), 0, 1, "ann"}}},
		{"nor by the vendor that the other used", {
			{"EU2", 1, TAKE("ann (PagerDuty)"), 1, 1,
				"ann (PagerDuty)"},
			{"", 2, TAKE("bob", .via = "(PagerDuty)"), 0, 1,
				"ann (PagerDuty)"}}},
		{"unless it is said from whom", {
			{"EU2", 1, TAKE("ann"), 1, 1, "ann"},
			{"", 2, TAKE("bob", .from = "eve"), 0, 1, "ann"},
			{"", 3, TAKE("bob", .from = "ann"), 1, 1, "bob"}}},
		{"or from anybody", {
			{"EU2", 1, TAKE("ann"), 1, 1, "ann"},
			{"", 2, TAKE("bob", .from = ""), 1, 1, "bob"}}},
		{"once more by the same", {
			{"EU2", 1, TAKE("ann"), 1, 1, "ann"},
			{"", 2, TAKE("ann"), 1, 1, "ann"}}},
		{"after its time it is free", {
			{"EU2", 1, TAKE("ann", .key = DOWN), 1, 1, "ann"},
			{"", 61, TAKE("bob"), 1, 1, "bob"}}},
		{"only the one that is named", {
			{"EU2", 1, TAKE("ann", .key = "s:downtime:1"), 0, 0, ""},
			{"", 2, TAKE("ann", .key = DOWN), 1, 1, "ann"}}},
		{"only what that route was told of", {
			{"EU2", 1, TAKE("ann", .route = "chat"), 0, 0, ""},
			{"", 2, TAKE("ann", .route = "pager"), 1, 1, "ann"}}},
		{"only what that group was told of", {
			{"EU2", 1, TAKE("ann", .group = "*.00000000"), 0, 0, ""},
			{"", 2, TAKE("ann", .group = GROUP), 1, 1, "ann"}}},
		{"nothing that no group was told of", {
			{"E2*3", 3, TAKE("ann", .group = GROUP), 0, 0, ""}}},
		{"not what another covers", {
			{"E2*3 EU2", 4, TAKE("ann"), 1, 1, "ann"}}},
		{"two: the holder is that of the first", {
			{"EU2,A*5", 5, TAKE("ann", .key = DOWN), 1, 1, "ann"},
			{"", 6, TAKE("bob"), 1, 2, "ann"}}},
	};

	(void)state;
	CHECK(rows);
}

static void test_hand_back(void **state)
{
	static const struct answers rows[] = {
		{"nobody has it", {{"EU2", 1, UNACK("ann"), 0, 1, ""}}},
		{"who has it", {
			{"EU2", 1, TAKE("ann"), 1, 1, "ann"},
			{"", 2, UNACK("ann"), 1, 1, ""}}},
		{"nobody else", {
			{"EU2", 1, TAKE("ann"), 1, 1, "ann"},
			{"", 2, UNACK("bob"), 0, 1, "ann"}}},
		{"but by the vendor where it was taken", {
			{"EU2", 1, TAKE("ann (PagerDuty)"), 1, 1,
				"ann (PagerDuty)"},
			{"", 2, UNACK("bob", .via = "(Slack)"), 0, 1,
				"ann (PagerDuty)"},
			{"", 3, UNACK("bob", .via = "(PagerDuty)"), 1, 1, ""}}},
		{"not what was taken at no vendor", {
			{"EU2", 1, TAKE("ann"), 1, 1, "ann"},
			{"", 2, UNACK("bob", .via = "(Slack)"), 0, 1, "ann"}}},
		{"when its time is over there is nothing to hand back", {
			{"EU2", 1, TAKE("ann"), 1, 1, "ann"},
			{"", 61, UNACK("ann"), 0, 1, ""}}},
	};
	struct night n;

	(void)state;
	CHECK(rows);
	/* All others had been told that somebody has it. */
	night_init(&n, "EU");
	night_run(&n, "EU2");
	ack_apply(&n.st, &(struct ack_request) TAKE("ann"), MINUTE(1), &n.events);
	ack_apply(&n.st, &(struct ack_request) UNACK("ann"), MINUTE(2), &n.events);
	assert_int_equal(n.events.n, 3);
	assert_int_equal(n.events.v[2].record.phase, ALERT_REMINDER);
	assert_string_equal(n.st.timeline[n.st.n_timeline - 1].what,
		"downtime_ack_withdrawn");
	night_release(&n);
}

/* Vendors send answers late, again, and in any order. */
static void test_when_said(void **state)
{
	static const struct answers rows[] = {
		{"the same again", {
			{"EU2", 2, TAKE("ann", .said_at = MINUTE(1)), 1, 1,
				"ann"},
			{"", 3, TAKE("ann", .said_at = MINUTE(1)), 0, 1, "ann"}}},
		{"older than what counted", {
			{"EU2", 5, TAKE("ann", .said_at = MINUTE(4)), 1, 1,
				"ann"},
			{"", 6, UNACK("ann", .said_at = MINUTE(3)), 0, 1, "ann"},
			{"", 7, UNACK("ann", .said_at = MINUTE(5)), 1, 1, ""}}},
		{"one that does not say when is of now", {
			{"EU2", 5, TAKE("ann"), 1, 1, "ann"},
			{"", 6, UNACK("ann", .said_at = MINUTE(4)), 0, 1, "ann"},
			{"", 7, UNACK("ann"), 1, 1, ""}}},
		{"a clock that was far ahead hides none of ours", {
			{"EU2", 5, TAKE("ann", .said_at = MINUTE(99)), 1, 1,
				"ann"},
			{"", 6, TAKE("ann", .said_at = MINUTE(6)), 1, 1, "ann"},
			{"", 7, TAKE("ann", .said_at = MINUTE(6)), 0, 1, "ann"}}},
		{"five minutes ahead a clock may be", {
			{"EU2", 5, TAKE("ann", .said_at = MINUTE(10)), 1, 1,
				"ann"},
			{"", 5, UNACK("ann", .said_at = MINUTE(10)), 0, 1,
				"ann"},
			{"", 5, TAKE("ann"), 1, 1, "ann"}}},
		{"and nothing older than that counts afterwards", {
			{"EU2", 5, TAKE("ann", .said_at = MINUTE(10)), 1, 1,
				"ann"},
			{"", 5, TAKE("ann"), 1, 1, "ann"},
			{"", 6, UNACK("ann", .said_at = MINUTE(7)), 0, 1,
				"ann"}}},
	};

	(void)state;
	CHECK(rows);
}

static void test_close(void **state)
{
	static const struct answers rows[] = {
		{"what somebody else has, too", {
			{"EU2", 1, TAKE("ann"), 1, 1, "ann"},
			{"", 2, CLOSE("bob"), 1, 1, ""},
			{"", 3, CLOSE("bob"), 0, 0, ""}}},
		{"what another covers, too", {
			{"E2*3 EU2", 4, CLOSE("ann"), 2, 2, ""},
			{"", 5, TAKE("ann"), 0, 0, ""}}},
		{"what it covered is told of by itself", {
			{"E2*3 EU2", 4, CLOSE("ann",
				.key = "s:downtime:1777485180"), 1, 1, ""},
			{"", 5, TAKE("ann"), 1, 1, "ann"}}},
		{"what is covered, and what covers it goes on", {
			{"E2*3 EU2", 4, CLOSE("ann",
				.key = "s:regional:1777485000"), 1, 1, ""},
			{"", 5, TAKE("ann"), 1, 1, "ann"}}},
		{"an overrun, and the downtime that it told of", {
			{"m1-4 .*2 EU3*8", 10, CLOSE("ann",
				.key = "s:maintenance_overrun:1777485120"),
				1, 1, ""},
			{"", 11, CLOSE("ann"), 0, 0, ""}}},
		{"the downtime first, and then the overrun", {
			{"m1-4 .*2 EU3*8", 10, CLOSE("ann"), 2, 2, ""}}},
	};

	(void)state;
	CHECK(rows);
}

/* Nobody is disturbed about what recovers, though its time is over. */
static void test_expiry(void **state)
{
	struct ack_result r;
	const struct ack *a;
	struct night n;

	(void)state;
	night_init(&n, "EU");
	a = &n.st.incidents[ALERT_DOWNTIME].ack;
	night_run(&n, "EU2");
	r = ack_apply(&n.st, &(struct ack_request) {.action = ACK_TAKE,
		.by = "ann", .reason = "disks", .for_s = 90}, MINUTE(0),
		&n.events);
	assert_true(r.until == MINUTE(1.5));
	night_run(&n, "EU2");
	assert_string_equal(a->by, "ann");
	assert_string_equal(a->reason, "disks");
	night_run(&n, ". .");
	assert_string_equal(a->by, "ann");
	night_run(&n, "EU2");
	assert_null(a->by);
	assert_string_equal(n.st.timeline[n.st.n_timeline - 1].what,
		"downtime_ack_expired");
	assert_true(n.st.timeline[n.st.n_timeline - 1].at == MINUTE(1.5));
	night_release(&n);
}

/* One that lasts longer than any that can be given was in a forged snapshot. */
static void test_given_by_nobody(void **state)
{
	static const struct {
		double for_s;
		bool holds;
	} rows[] = {{ACK_MAX_S, true}, {ACK_MAX_S + 86400, true},
		{ACK_MAX_S + 2 * 86400, false}, {2e9, false}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct incident *inc;
		struct night n;

		night_init(&n, "EU");
		inc = &n.st.incidents[ALERT_DOWNTIME];
		night_run(&n, "EU2");
		ack_apply(&n.st, &(struct ack_request) {.action = ACK_TAKE,
			.by = "ann", .for_s = rows[i].for_s},
			MINUTE(0), &n.events);
		assert_int_equal(ack_holds(inc, MINUTE(0)), rows[i].holds);
		night_run(&n, "EU2");
		assert_int_equal(inc->ack.by != NULL, rows[i].holds);
		night_release(&n);
	}
}

/* A reminder that is yet to come is not waited for, but by a slow clock. */
static void test_reminded_in_future(void **state)
{
	static const struct {
		double ahead; /* in times of remind_s */
		bool due;
	} rows[] = {{-2, true}, {-1, true}, {-0.5, false}, {0.5, false},
		{1, true}, {2, true}, {100000, true}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct conf_policy p = {.remind_s = 14400};
		struct incident inc = {.open = true, .opened_at = NIGHT_START};
		double now = NIGHT_START + 10 * 14400 + 60;

		inc.reminded_at = (int64_t)(now + rows[i].ahead * p.remind_s);
		assert_int_equal(reminder_due(&inc, &p, now), rows[i].due);
		assert_false(reminder_due(&inc, &p, now + 60));
	}
}

/*
 * What is closed begins anew by a failing probe that began later, under another
 * key, and is no flap.
 */
static void test_close_stays_closed(void **state)
{
	static const struct night_case cases[] = {
		{"a downtime, by the next probe", "AEU", "EU2*3 c2 EU2*2 . . .",
			"0 downtime_started P1 0 x1 tls/transport [e u] | "
			"2 downtime_resolved P1 0-2 x3 tls/transport [e u] | "
			"3 downtime_started P1 3 x1 tls/transport [e u] | "
			"7 downtime_resolved P1 3-5 x2 tls/transport [e u]"},
		{"not by a verdict on the probes before", "AEU",
			"EU2*3 c3 EU2 . . .",
			"0 downtime_started P1 0 x1 tls/transport [e u] | "
			"3 downtime_resolved P1 0-3 x3 tls/transport [e u]"},
		{"nor by its first minute, whose key it has", "AEU",
			"EU2 c0 @0 EU2 EU2",
			"0 downtime_started P1 0 x1 tls/transport [e u] | "
			"0 downtime_resolved P1 0-0 x1 tls/transport [e u] | "
			"1 downtime_started P1 1 x1 tls/transport [e u]"},
		{"a regional one takes a new row", "AEU", "E2*4 c3 @3 E2*4",
			"2 regional_started P2 0 x3 tls/transport [e] | "
			"3 regional_resolved P2 0-3 x4 tls/transport [e] | "
			"6 regional_started P2 4 x3 tls/transport [e]"},
		{"and so does a rate limit", "AEU", "%E*4 c3 @3 %E*4",
			"2 rate_limited_started P2 0 x3 initialize/http [e] | "
			"3 rate_limited_resolved P2 0-3 x4 initialize/http "
			"[e] | "
			"6 rate_limited_started P2 4 x3 initialize/http [e]"},
		{"a regional one not by a probe before", "AEU", "E2*3 c3 E2*4",
			"2 regional_started P2 0 x3 tls/transport [e] | "
			"3 regional_resolved P2 0-3 x3 tls/transport [e] | "
			"6 regional_started P2 4 x3 tls/transport [e]"},
		{"nor limits", "AEU", "%E*3 c3 %E*4",
			"2 rate_limited_started P2 0 x3 initialize/http [e] | "
			"3 rate_limited_resolved P2 0-3 x3 initialize/http "
			"[e] | "
			"6 rate_limited_started P2 4 x3 initialize/http [e]"},
		{"which account for nothing but limits", "AEU", "%E*3 c3 E2*3",
			"2 rate_limited_started P2 0 x3 initialize/http [e] | "
			"3 rate_limited_resolved P2 0-3 x3 initialize/http "
			"[e] | "
			"5 regional_started P2 3 x3 tls/transport [e]"},
		{"a silence begins with another one", "AEU",
			".,E*6 c5 .,E*9 . .,E*5",
			"4 probe_silent_started P3 0 x5 -/- [e] | "
			"5 probe_silent_resolved P3 0-5 x6 -/- [e] | "
			"20 probe_silent_started P3 16 x5 -/- [e]"},
		{"different tools are told anew", "AEU",
			".=aaa .=aba*3 c3 @3 .=aba*4",
			"2 cdn_cache_divergence_started P2 1 x2 -/- [a u] | "
			"3 cdn_cache_divergence_resolved P2 1-3 x3 -/- "
			"[a u] | "
			"4 cdn_cache_divergence_started P2 4 x1 -/- [a u]"},
	};
	char got[NIGHT_SIZE];
	struct night n;

	(void)state;
	NIGHT_CHECK(cases);
	/* One region is probed after it was closed, in the first minute. */
	night_init(&n, "AEU");
	n.apart = 20;
	night_run(&n, "EU2 c0 @0 EU2 EU2");
	night_tell(&n, got);
	assert_string_equal(got,
		"0 downtime_started P1 0 x1 tls/transport [e u] | "
		"0 downtime_resolved P1 0-0 x1 tls/transport [e u] | "
		"1 downtime_started P1 1 x1 tls/transport [e u]");
	night_release(&n);
	night_init(&n, "AEU");
	night_run(&n, "EU2 c0 EU2 c1 EU2 c2 EU2");
	assert_int_equal(n.events.n, 7);
	assert_int_equal(n.events.v[6].record.kind, ALERT_DOWNTIME);
	assert_int_equal(n.events.v[6].record.phase, ALERT_STARTED);
	assert_false(n.events.v[6].record.flapping);
	assert_int_equal(n.st.n_starts, 1);
	night_release(&n);
	/* What began of another kind is known all the same. */
	night_init(&n, "AEU");
	night_run(&n, "E2*3 .*3 EU2 c6");
	assert_int_equal(n.st.n_starts, 1);
	assert_int_equal(n.st.starts[0].kind, ALERT_REGIONAL);
	night_release(&n);
}

/* What was closed while the clock was ahead bars nothing once it is right. */
static void test_close_by_a_wrong_clock(void **state)
{
	char got[NIGHT_SIZE];
	struct night n;

	(void)state;
	night_init(&n, "EU");
	n.now = MINUTE(1000);
	night_run(&n, "@1000 EU1 c1000");
	n.now = MINUTE(10);
	night_run(&n, "@10 EU1");
	night_tell(&n, got);
	assert_string_equal(got,
		"1000 downtime_started P1 1000 x1 dns/transport [e u] | "
		"1000 downtime_resolved P1 1000-1000 x1 dns/transport [e u] | "
		"10 downtime_started P1 10 x1 dns/transport [e u]");
	night_release(&n);
}

/* What accounts for a failure: a closing at its instant or later, and one whose
   first window is that of the failure, or later. */
static void test_barred(void **state)
{
	static const struct {
		enum alert_kind kind;
		double at, first; /* minutes, of the closing */
		double failed;
		bool barred;
	} rows[] = {{ALERT_DOWNTIME, 5.5, 3, 5.5, true},
		{ALERT_DOWNTIME, 5.5, 3, 5.6, false},
		{ALERT_DOWNTIME, 5.5, 3, 2, true},
		{ALERT_DOWNTIME, 5.5, 6, 6.9, true},
		{ALERT_DOWNTIME, 5.5, 6, 7, false},
		{ALERT_REGIONAL, 5.5, 3, 5.5, false}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct alert_state st = {.n_closings = 1,
			.closings = {{rows[i].kind, MINUTE(rows[i].at),
				(int64_t)MINUTE(rows[i].first)}}};

		assert_int_equal(incident_barred(&st, ALERT_DOWNTIME,
			MINUTE(rows[i].failed)), rows[i].barred);
	}
}

/* What is ahead by no more than two clocks may differ stays as it is. */
static void test_heal_closings(void **state)
{
	static const struct {
		double at;
		int64_t first; /* both after now, as is what becomes of them */
		double healed_at;
		bool kept; /* the first window */
	} rows[] = {{0, 0, 0, true}, {STATE_AHEAD_S, 0, STATE_AHEAD_S, true},
		{STATE_AHEAD_S + 1, 0, 0, true},
		{0, STATE_AHEAD_S, 0, true}, {0, STATE_AHEAD_S + 1, 0, false},
		{STATE_AHEAD_S + 1, STATE_AHEAD_S + 1, 0, false}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct alert_state st = {.n_closings = 1};
		struct closing *c = st.closings;

		*c = (struct closing) {ALERT_DOWNTIME,
			NIGHT_START + rows[i].at, NIGHT_START + rows[i].first};
		incident_heal_closings(&st, NIGHT_START);
		assert_true(c->at == NIGHT_START + rows[i].healed_at);
		assert_int_equal(c->first,
			rows[i].kept ? NIGHT_START + rows[i].first : 0);
	}
}

/* The sentence names what was closed as people do. */
static void test_close_says_what(void **state)
{
	static const struct {
		const char *slug;
		enum alert_kind kind;
		const char *says;
	} rows[] = {
		{"s", ALERT_DOWNTIME, "s was closed by ann (gone), and "},
		{"*", ALERT_STALLED, "Monitoring was closed by ann (gone), "},
		{"*", ALERT_SILENT, "The incident of the fleet was closed by "},
		{"*.12345678", ALERT_DOWNTIME,
			"The incident that 2 servers share was closed by ann "},
	};
	const struct ack_request q = CLOSE("ann");

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct alert_events out = {0};
		struct alert_state st;

		state_init(&st, rows[i].slug);
		strings_add(&st.shared.servers, "a");
		strings_add(&st.shared.servers, "b");
		incident_open(&st.incidents[rows[i].kind], SEVERITY_P1,
			NIGHT_START, NIGHT_START, 1);
		ack_apply(&st, &q, MINUTE(1), &out);
		assert_int_equal(out.n, 1);
		events_words(&out);
		if (strncmp(out.v[0].summary, rows[i].says,
			    strlen(rows[i].says)) != 0)
			fail_msg("%zu: %s", i, out.v[0].summary);
		events_release(&out);
		state_release(&st);
	}
}

/*
 * There is room for one of each kind, whatever a state that was read says; one of
 * what is told once is none.
 */
static void test_close_with_a_full_list(void **state)
{
	static const enum alert_kind first[] = {ALERT_REGIONAL, ALERT_DRIFT};
	const struct ack_request q = CLOSE("ann");

	(void)state;
	for (size_t i = 0; i < sizeof first / sizeof *first; i++) {
		struct night n;

		night_init(&n, "EU");
		night_run(&n, "EU1");
		for (size_t k = 0; k < ALERT_KINDS; k++)
			n.st.closings[n.st.n_closings++] = (struct closing) {
				.kind = k ? ALERT_REGIONAL : first[i], .at = 1};
		assert_int_equal(ack_apply(&n.st, &q, MINUTE(1), &n.events).n, 1);
		assert_int_equal(n.st.n_closings, ALERT_KINDS);
		assert_int_equal(n.st.closings[0].kind, ALERT_REGIONAL);
		assert_int_equal(
			n.st.closings[ALERT_KINDS - 1].kind, ALERT_DOWNTIME);
		night_release(&n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_take),
		cmocka_unit_test(test_hand_back),
		cmocka_unit_test(test_when_said),
		cmocka_unit_test(test_close),
		cmocka_unit_test(test_close_stays_closed),
		cmocka_unit_test(test_close_by_a_wrong_clock),
		cmocka_unit_test(test_barred),
		cmocka_unit_test(test_heal_closings),
		cmocka_unit_test(test_close_says_what),
		cmocka_unit_test(test_close_with_a_full_list),
		cmocka_unit_test(test_expiry),
		cmocka_unit_test(test_given_by_nobody),
		cmocka_unit_test(test_reminded_in_future),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

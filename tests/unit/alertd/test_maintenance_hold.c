/* SPDX-License-Identifier: MIT */
/*
 * Goal: nobody is told of failures in a maintenance; whoever was told of a
 * beginning is told of the end; and what still fails five minutes after the
 * maintenance is told then, once.
 */
#include "nights.h"

#include "incident/incident.h"
#include "incident/maintenance_hold.h"
#include "words/words.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void test_within(void **state)
{
	static const struct night_case cases[] = {
		{"begins and ends within: nobody is told", "AEU",
			"m2-20 .*3 EU3*5 .*20",
			"held 3 downtime_started P1 3 x1 initialize/initialize "
			"[e u] | "
			"held 10 downtime_resolved P1 3-8 x5 "
			"initialize/initialize [e u]"},
		{"twice within", "AEU", "m0-30 EU3 .*3 AEU1 .*3",
			"held 0 downtime_started P1 0 x1 "
			"initialize/initialize [e u] | "
			"held 3 downtime_resolved P1 0-1 x1 "
			"initialize/initialize [e u] | "
			"held 4 downtime_started P1 4 x1 dns/transport "
			"[a e u] | "
			"held 7 downtime_resolved P1 4-5 x1 dns/transport "
			"[a e u]"},
		{"worse, older, and a reminder: held as well", "AEU",
			"m0-239 EU6*40 EU1 .*3",
			"held 0 downtime_started P2 0 x1 tools-list/tools "
			"[e u] | "
			"held 30 downtime_escalated P1 0 x31 tools-list/tools "
			"[e u] | "
			"held 40 downtime_escalated P1 0 x41 dns/transport "
			"[e u] | "
			"held 43 downtime_resolved P1 0-41 x41 dns/transport "
			"[e u]"},
		{"it fails when the maintenance begins: told", "AEU",
			"m1-9 EU3 EU3 .*20",
			"0 downtime_started P1 0 x1 initialize/initialize "
			"[e u] | "
			"9 downtime_resolved P1 0-2 x2 initialize/initialize "
			"[e u]"},
		{"and flaps within: the same incident", "AEU",
			"m1-9 EU3 .*3 EU3 .*20",
			"0 downtime_started P1 0 x1 initialize/initialize "
			"[e u] | "
			"9 downtime_resolved P1 0-5 x2 initialize/initialize "
			"[e u]"},
		{"nobody looks when it ends: a tick tells it", "AEU",
			"m1-9 EU3 .*4 t9 t10",
			"0 downtime_started P1 0 x1 initialize/initialize "
			"[e u] | "
			"9 downtime_resolved P1 0-1 x1 initialize/initialize "
			"[e u]"},
		{"silent regions, and limits", "AEU", "m0-30 .,E*10 .*2 %E*3 .*3",
			"held 4 probe_silent_started P3 0 x5 -/- [e] | "
			"held 10 probe_silent_resolved P3 0-10 x10 -/- [e] | "
			"held 14 rate_limited_started P2 12 x3 "
			"initialize/http [e] | "
			"held 17 rate_limited_resolved P2 12-15 x3 "
			"initialize/http [e]"},
		{"a drift is only noted", "AEU",
			"m0-30 .=aaa .=abb|Eab-get|Uab-get .=bbb|Aab-get",
			"held 1 schema_drift_detected P2 1 x0 -/- [e u]"},
		{"before it and after it all is as ever", "AEU",
			"m10-20 EU3 .*3 @25 EU3 .*3",
			"0 downtime_started P1 0 x1 initialize/initialize "
			"[e u] | "
			"3 downtime_resolved P1 0-1 x1 initialize/initialize "
			"[e u] | "
			"25 downtime_started P1 25 x1 initialize/initialize "
			"[e u] | "
			"28 downtime_resolved P1 25-26 x1 "
			"initialize/initialize [e u]"},
	};

	(void)state;
	NIGHT_CHECK(cases);
}

#define BEGUN                                                                  \
	"held 2 downtime_started P1 2 x1 initialize/initialize [e u] | "

static void test_overrun(void **state)
{
	static const struct night_case cases[] = {
		{"still down five minutes after", "AEU", "m1-9 .*2 EU3*20 .*3",
			BEGUN
			"14 maintenance_overrun_started P1 2 x13 "
			"initialize/initialize [e u] | "
			"held 24 downtime_resolved P1 2-22 x20 "
			"initialize/initialize [e u] | "
			"24 maintenance_overrun_resolved P1 2-22 x20 "
			"initialize/initialize [e u]"},
		{"its regions fall silent for too long: both end", "AEU",
			"m1-9 .*2 EU3*20 .,EU*33",
			BEGUN
			"14 maintenance_overrun_started P1 2 x13 "
			"initialize/initialize [e u] | "
			"26 probe_silent_started P3 22 x5 -/- [e u] | "
			"held 51 downtime_resolved P1 2-22 x20 "
			"initialize/initialize [e u] | "
			"51 maintenance_overrun_resolved P1 2-22 x20 "
			"initialize/initialize [e u]"},
		{"they fall silent, and report a pass: over since they did",
			"AEU", "m1-9 .*2 EU3*20 .,EU*2 .",
			BEGUN
			"14 maintenance_overrun_started P1 2 x13 "
			"initialize/initialize [e u] | "
			"held 24 downtime_resolved P1 2-22 x20 "
			"initialize/initialize [e u] | "
			"24 maintenance_overrun_resolved P1 2-22 x20 "
			"initialize/initialize [e u]"},
		{"is no P1 for its age beside that", "AEU", "m0-5 EU6*40",
			"held 0 downtime_started P2 0 x1 tools-list/tools "
			"[e u] | "
			"10 maintenance_overrun_started P1 0 x11 "
			"tools-list/tools [e u]"},
		{"recovers within them", "AEU", "m1-9 .*2 EU3*10 .*9",
			BEGUN
			"held 14 downtime_resolved P1 2-12 x10 "
			"initialize/initialize [e u]"},
		{"is recovering then, and does", "AEU", "m1-9 .*2 EU3*11 .*9",
			BEGUN
			"held 15 downtime_resolved P1 2-13 x11 "
			"initialize/initialize [e u]"},
		{"is recovering then, and does not", "AEU",
			"m1-9 .*2 EU3*11 .*2 EU3 .*3",
			BEGUN
			"15 maintenance_overrun_started P1 2 x12 "
			"initialize/initialize [e u] | "
			"held 18 downtime_resolved P1 2-16 x12 "
			"initialize/initialize [e u] | "
			"18 maintenance_overrun_resolved P1 2-16 x12 "
			"initialize/initialize [e u]"},
		{"one that was told before: both ends are told", "AEU",
			"m1-9 EU6*15 .*3",
			"0 downtime_started P2 0 x1 tools-list/tools [e u] | "
			"14 maintenance_overrun_started P1 0 x15 "
			"tools-list/tools [e u] | "
			"17 downtime_resolved P2 0-15 x15 tools-list/tools "
			"[e u] | "
			"17 maintenance_overrun_resolved P1 0-15 x15 "
			"tools-list/tools [e u]"},
		{"what gets worse after it waits, too", "AEU",
			"m1-9 .*2 EU6*8 EU1 .*3",
			"held 2 downtime_started P2 2 x1 tools-list/tools "
			"[e u] | "
			"held 10 downtime_escalated P1 2 x9 dns/transport "
			"[e u] | "
			"held 13 downtime_resolved P1 2-11 x9 dns/transport "
			"[e u]"},
		{"a failure after it is one of its own", "AEU",
			"m1-9 .*9 EU3 .*3",
			"9 downtime_started P1 9 x1 initialize/initialize "
			"[e u] | "
			"12 downtime_resolved P1 9-10 x1 "
			"initialize/initialize [e u]"},
		{"one that is confirmed after it began within", "E",
			"m1-9 .*8 E3*9 .*3",
			"held 10 downtime_started P1 8 x3 "
			"initialize/initialize [e] | "
			"14 maintenance_overrun_started P1 8 x7 "
			"initialize/initialize [e] | "
			"held 19 downtime_resolved P1 8-17 x9 "
			"initialize/initialize [e] | "
			"19 maintenance_overrun_resolved P1 8-17 x9 "
			"initialize/initialize [e]"},
		{"the same, and nobody looked within", "E",
			"@8 m1-9 @9 >9 E3 @10 E3*2 .*3",
			"11 downtime_started P1 9 x3 initialize/initialize "
			"[e] | "
			"14 downtime_resolved P1 9-12 x3 "
			"initialize/initialize [e]"},
		{"the same, and only an older one is known by then", "E",
			"m5-9 .*8 E3 m1-3 E3*8 .*3",
			"held 10 downtime_started P1 8 x3 "
			"initialize/initialize [e] | "
			"14 maintenance_overrun_started P1 8 x7 "
			"initialize/initialize [e] | "
			"held 19 downtime_resolved P1 8-17 x9 "
			"initialize/initialize [e] | "
			"19 maintenance_overrun_resolved P1 8-17 x9 "
			"initialize/initialize [e]"},
		{"one region: told late, under its own name", "AEU",
			"m1-9 E3*20 .*3",
			"held 2 regional_started P2 0 x3 "
			"initialize/initialize [e] | "
			"14 regional_started P2 0 x15 initialize/initialize "
			"[e] | "
			"22 regional_resolved P2 0-20 x20 "
			"initialize/initialize [e]"},
		{"time alone does not say that it fails", "AEU",
			"m1-9 .*2 EU3*7 t14 t30 @31 EU3",
			BEGUN
			"31 maintenance_overrun_started P1 2 x8 "
			"initialize/initialize [e u]"},
		{"nor do regions that are silent", "AEU",
			"m1-9 .*2 EU3*8 .,EU*4 @14 .,EU EU3",
			BEGUN
			"14 probe_silent_started P3 10 x5 -/- [e u] | "
			"15 probe_silent_resolved P3 10-15 x5 -/- [e u] | "
			"15 maintenance_overrun_started P1 2 x9 "
			"initialize/initialize [e u]"},
		{"it failed after the end, and time goes by", "AEU",
			"m1-9 .*2 EU3*8 t13 t14",
			BEGUN
			"14 maintenance_overrun_started P1 2 x8 "
			"initialize/initialize [e u]"},
		{"ended early: counted from then", "AEU",
			"m1-60 .*2 EU3*3 m1-5 EU3*10",
			BEGUN
			"10 maintenance_overrun_started P1 2 x9 "
			"initialize/initialize [e u]"},
		{"taken out of the store: the same", "AEU",
			"m1-60 .*2 EU3*3 m90-91 EU3*10",
			BEGUN
			"10 maintenance_overrun_started P1 2 x9 "
			"initialize/initialize [e u]"},
		{"another one begins meanwhile", "AEU",
			"m1-9 .*2 EU3*9 m11-15 EU3*10",
			BEGUN
			"20 maintenance_overrun_started P1 2 x19 "
			"initialize/initialize [e u]"},
		{"another one while it overruns: its end is told after it",
			"AEU", "m1-4 .*2 EU3*8 m11-20 EU3*2 .*10",
			BEGUN
			"9 maintenance_overrun_started P1 2 x8 "
			"initialize/initialize [e u] | "
			"held 14 downtime_resolved P1 2-12 x10 "
			"initialize/initialize [e u] | "
			"20 maintenance_overrun_resolved P1 2-12 x10 "
			"initialize/initialize [e u]"},
		{"another one while it overruns, and longer: told of once",
			"AEU", "m1-4 .*2 EU3*8 m11-20 EU3*20 .*3",
			BEGUN
			"9 maintenance_overrun_started P1 2 x8 "
			"initialize/initialize [e u] | "
			"held 32 downtime_resolved P1 2-30 x28 "
			"initialize/initialize [e u] | "
			"32 maintenance_overrun_resolved P1 2-30 x28 "
			"initialize/initialize [e u]"},
	};

	(void)state;
	NIGHT_CHECK(cases);
}

/*
 * A maintenance that is too long ends at the cap; the overrun counts from
 * there.
 */
static void test_cap(void **state)
{
	struct night n;
	char got[NIGHT_SIZE];

	(void)state;
	night_init(&n, "AEU");
	n.policy.maintenance_s = 600;
	n.policy.overrun_s = 120;
	night_run(&n, "m1-900 .*2 EU3*20");
	night_tell(&n, got);
	assert_string_equal(got, BEGUN
		"13 maintenance_overrun_started P1 2 x12 "
		"initialize/initialize [e u]");
	events_words(&n.events);
	assert_string_equal(n.events.v[1].summary,
		"s is still down 2 min after its maintenance (disks) ended: "
		"initialize fails with x from e and u.");
	night_release(&n);
	/* Who allows none is told as soon as it has ended. */
	night_init(&n, "AEU");
	n.policy.overrun_s = 0;
	night_run(&n, "m0-5 EU3*6");
	assert_string_equal(n.events.v[n.events.n - 1].summary,
		"s is still down 0 s after its maintenance (disks) ended: "
		"initialize fails with x from e and u.");
	night_release(&n);
}

/* What the timeline says of maintenances: "1 began disks". */
static void tell_timeline(const struct alert_state *st, char *out, size_t size)
{
	struct buf b;

	buf_init(&b, size - 1);
	for (size_t i = 0; i < st->n_timeline; i++) {
		const struct timeline_entry *e = &st->timeline[i];

		if (strncmp(e->what, "maintenance_", 12) == 0)
			buf_fmt(&b, "%s%d %s %s", b.len ? " | " : "",
				(int)((e->at - NIGHT_START) / 60), e->what + 12,
				e->text);
	}
	memcpy(out, b.p, b.len + 1);
	buf_release(&b);
}

static void test_timeline(void **state)
{
	static const struct {
		const char *name, *verdicts;
		bool bare; /* without a reason */
		const char *timeline;
	} rows[] = {
		{"begins and ends", "m1-3 .*9", false,
			"1 began disks | 3 ended disks"},
		{"without a reason its id says which", "m1-3 .*9", true,
			"1 began m | 3 ended m"},
		{"another begins before it is over", "m1-9 .*5 m4-12 .*9", false,
			"1 began disks | 4 began disks | 12 ended disks"},
		{"an earlier verdict ends nothing", "m5-9 @6 . @3 . @7 .*3",
			false, "5 began disks | 9 ended disks"},
		{"taken out while it lasts", "m1-9 .*5 m90-91 .*3", false,
			"1 began disks | 5 ended disks"},
		{"taken out in its first minute", "m1-9 .*2 m90-91 @1 .", false,
			"1 began disks | 1 ended disks"},
		{"taken out, and nobody looks until it is over",
			"m1-9 .*5 m90-91 @12 .", false,
			"1 began disks | 9 ended disks"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char got[512];
		struct night n;

		night_init(&n, "AEU");
		n.bare = rows[i].bare;
		night_run(&n, rows[i].verdicts);
		tell_timeline(&n.st, got, sizeof got);
		if (strcmp(got, rows[i].timeline) != 0)
			fail_msg("%s: %s", rows[i].name, got);
		night_release(&n);
	}
}

/* Storing the state and reading it again, at any minute, changes nothing. */
static void store_and_read(struct night *n)
{
	char why[STATE_WHY];
	struct alert_state again;
	struct buf b;

	buf_init(&b, STATE_MAX);
	state_write(&b, &n->st);
	if (!state_read(b.p, b.len, "s", &again, why))
		fail_msg("%s", why);
	state_release(&n->st);
	n->st = again;
	buf_release(&b);
}

static void test_stored(void **state)
{
	static const char *const nights[] = {
		"m1-9 .*2 EU3*20 .*3", "m1-9 EU6*15 .*3", "m1-9 E3*20 .*3",
		"m1-4 .*2 EU3*8 m11-20 EU3*2 .*10", "m1-9 EU3 .*4 t9 t10"};

	(void)state;
	for (size_t i = 0; i < sizeof nights / sizeof *nights; i++) {
		char kept[NIGHT_SIZE], stored[NIGHT_SIZE];
		struct night a, b;

		night_init(&a, "AEU");
		night_init(&b, "AEU");
		b.between = store_and_read;
		night_run(&a, nights[i]);
		night_run(&b, nights[i]);
		night_tell(&a, kept);
		night_tell(&b, stored);
		assert_string_equal(kept, stored);
		night_release(&a);
		night_release(&b);
	}
}

/* Whoever was told of an overrun is told where nobody sees it any more. */
static void test_silent_overrun(void **state)
{
	const struct incident *inc;
	struct night n;

	(void)state;
	night_init(&n, "AEU");
	inc = &n.st.incidents[ALERT_OVERRUN];
	night_run(&n, "m0-5 EU2*12 .,EU");
	assert_true(inc->open);
	assert_int_equal(inc->reached.n, 1);
	assert_int_equal(inc->silent.n, 2);
	assert_int_equal(inc->quiet.n, 1);
	assert_int_equal(inc->failed, NIGHT_START + 11 * 60);
	assert_int_equal(inc->seen, NIGHT_START + 11 * 60);
	night_run(&n, "EU2");
	assert_int_equal(inc->silent.n, 0);
	assert_int_equal(inc->quiet.n, 0);
	assert_int_equal(inc->seen, 0);
	night_run(&n, ".");
	assert_int_equal(inc->passes, 1);
	assert_int_equal(inc->passed, NIGHT_START + 14 * 60);
	assert_int_equal(inc->passed_since, NIGHT_START + 14 * 60);
	night_release(&n);
}

/* What an overrun says of its downtime: it is told in its place. */
static void test_overrun_says(void **state)
{
	const struct alert_record *r;
	struct night n;

	(void)state;
	night_init(&n, "AEU");
	n.said = "no disk";
	n.refused = true;
	night_run(&n, "m0-5 EU2*11");
	r = &n.events.v[n.events.n - 1].record;
	assert_int_equal(r->kind, ALERT_OVERRUN);
	assert_string_equal(r->last_error, "x");
	assert_string_equal(r->said, "no disk");
	assert_int_equal(r->checks, CHECKS_REFUSED);
	assert_int_equal(r->tier, TIER_STEP_ALERT);
	/* While one fails and the other is silent, nobody knows whether the server
	   fails, too. */
	n.refused = false;
	night_run(&n, "~E2,U");
	assert_true(n.st.incidents[ALERT_DOWNTIME].checks_refused);
	/* Later it does, again and again: so its end says. */
	night_run(&n, "EU2 . EU2 .*3");
	r = &n.events.v[n.events.n - 1].record;
	assert_int_equal(r->kind, ALERT_OVERRUN);
	assert_int_equal(r->phase, ALERT_RESOLVED);
	assert_int_equal(r->checks, CHECKS_FREE);
	assert_non_null(strstr(
		r->summary, " It was down 2 times, 14 minutes in all."));
	night_release(&n);
}

/* Whoever was told of one region before the maintenance may answer as soon as the
   downtime that covered it is over. */
static void test_uncovered(void **state)
{
	const struct ack_request q = {.by = "ann", .for_s = 600};
	struct night n;

	(void)state;
	night_init(&n, "AEU");
	night_run(&n, "E2*3 m3-60 EU2 .*2");
	assert_int_equal(
		ack_apply(&n.st, &q, NIGHT_START + 330, &n.events).open, 1);
	night_run(&n, ".");
	assert_false(n.st.incidents[ALERT_DOWNTIME].open);
	assert_true(n.st.incidents[ALERT_REGIONAL].open);
	assert_int_equal(
		ack_apply(&n.st, &q, NIGHT_START + 390, &n.events).n, 1);
	night_release(&n);
}

/* A store that another program wrote into: there is one overrun all the same. */
static void test_one_overrun(void **state)
{
	struct night n;
	size_t told;

	(void)state;
	night_init(&n, "AEU");
	night_run(&n, "m0-5 EU2*12");
	assert_true(n.st.incidents[ALERT_OVERRUN].open);
	told = n.events.n;
	n.st.incidents[ALERT_DOWNTIME].superseded = false;
	n.st.incidents[ALERT_DOWNTIME].suppressed = true;
	night_run(&n, "EU2");
	assert_int_equal(n.events.n, told);
	assert_true(n.st.incidents[ALERT_DOWNTIME].superseded);
	night_release(&n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_within),
		cmocka_unit_test(test_overrun),
		cmocka_unit_test(test_cap),
		cmocka_unit_test(test_timeline),
		cmocka_unit_test(test_stored),
		cmocka_unit_test(test_silent_overrun),
		cmocka_unit_test(test_overrun_says),
		cmocka_unit_test(test_uncovered),
		cmocka_unit_test(test_one_overrun),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

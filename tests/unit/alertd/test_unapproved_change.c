/* SPDX-License-Identifier: MIT */
/*
 * Goal: what stories (tests/scenarios) cannot say of a change that nobody
 * approved: which failures are a part of it, what a state keeps of it, and that
 * hostile records do no harm.
 */
#include "nights.h"

#include "incident/incident.h"
#include "incident/kinds.h"
#include "words/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const char *all[] = {"eu", "us"};
static struct verdict_words words[] = {
	{"get", "/description", "Gets.", "Gets. First \\u{200B}"},
	{"get", "/title", "", "x"}, {"put", "/title", "x", ""},
	{"put", "/description", "one more than is kept", ""}};
static const char *names[] = {"get", "put"};

/* A verdict in which nobody approved what these regions see. */
static struct verdict verdict_of(struct verdict_region r[2], int minute)
{
	r[0] = (struct verdict_region) {
		.region = "eu", .started_at = NIGHT_START + 60 * minute + 1};
	r[1] = (struct verdict_region) {
		.region = "us", .started_at = NIGHT_START + 60 * minute + 2};
	return (struct verdict) {.slug = "s", .window = NIGHT_START + 60 * minute,
		.verdict = VERDICT_GREEN, .tier = TIER_OK, .expected = 2,
		.reporters = 2, .regions = r, .n_regions = 2,
		.unapproved = {.class = CHANGE_WORDS, .since = NIGHT_START,
			.regions = all, .n_regions = 2,
			.changes = {.from = night_hash('a'),
				.to = night_hash('b'), .redescribed = names,
				.n_redescribed = 2, .changed = names,
				.n_changed = 1},
			.words = words, .n_words = 4}};
}

/* A region fails at a step with an error. */
static void fail_region(
	struct verdict *v, int i, enum step step, const char *error)
{
	static const char *failing[2];

	if (!v->n_failing)
		v->failing = failing;
	failing[v->n_failing++] = v->regions[i].region;
	v->regions[i].state = STATE_BROKEN;
	v->regions[i].failed_step = step;
	v->regions[i].error = error;
	v->regions[i].fail_streak = 3;
	v->failed_regions = (int)v->n_failing;
	v->verdict = v->n_failing > 1 ? VERDICT_RED : VERDICT_AMBER;
	v->tier = v->n_failing > 1 ? TIER_STEP_ALERT : TIER_REGIONAL;
	v->step = step;
}

static void test_fold(void **state)
{
	static const struct {
		const char *name;
		enum step step[2]; /* of eu and us */
		const char *error[2];
		enum change_class class;
		bool unknown, folds;
	} rows[] = {
		{"nothing fails", {STEP_NONE, STEP_NONE}, {NULL}, CHANGE_WORDS,
			false, false},
		{"one region", {STEP_TOOL_HASH, STEP_NONE}, {"hash.pinned"},
			CHANGE_WORDS, false, true},
		{"both", {STEP_TOOL_HASH, STEP_TOOL_HASH},
			{"hash.pinned", "hash.pinned"}, CHANGE_BREAKING, false,
			true},
		{"something else beside it", {STEP_TOOL_HASH, STEP_DNS},
			{"hash.pinned", "dns.nxdomain"}, CHANGE_BREAKING, false,
			false},
		{"step 8 for another reason", {STEP_TOOL_HASH, STEP_NONE},
			{"hash.not-i-json"}, CHANGE_BREAKING, false, false},
		{"no error is known", {STEP_TOOL_HASH, STEP_NONE}, {NULL},
			CHANGE_BREAKING, false, false},
		{"another order", {STEP_TOOL_HASH, STEP_NONE}, {"hash.pinned"},
			CHANGE_ORDER, false, false},
		{"hardly any data", {STEP_TOOL_HASH, STEP_NONE},
			{"hash.pinned"}, CHANGE_BREAKING, true, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct verdict_region r[2];
		struct verdict v = verdict_of(r, 1), without;
		struct alert_state st;
		bool folds;

		state_init(&st, "s");
		v.unapproved.class = rows[i].class;
		v.error_rates.known = true;
		for (int k = 0; k < 2; k++)
			if (rows[i].step[k] != STEP_NONE)
				fail_region(&v, k, rows[i].step[k],
					rows[i].error[k]);
		if (rows[i].unknown)
			v.verdict = VERDICT_UNKNOWN;
		/* Not while the incident is not open. */
		assert_false(unapproved_change_fold(&st, &v, &without));
		st.incidents[ALERT_UNAPPROVED].open = true;
		folds = unapproved_change_fold(&st, &v, &without);
		if (folds != rows[i].folds)
			fail_msg("%s", rows[i].name);
		if (folds) {
			assert_int_equal(without.n_failing, 0);
			assert_int_equal(without.failed_regions, 0);
			assert_int_equal(without.verdict, VERDICT_GREEN);
			assert_int_equal(without.tier, TIER_OK);
			assert_int_equal(without.step, STEP_NONE);
			assert_false(without.error_rates.known);
			for (int k = 0; k < 2; k++) {
				struct verdict_region *one =
					&without.regions[k];

				assert_int_equal(one->state, STATE_HEALTHY);
				assert_int_equal(one->failed_step, STEP_NONE);
				assert_null(one->error);
				assert_int_equal(one->fail_streak, 0);
			}
			/* The verdict itself stays as it was. */
			assert_int_equal(v.regions[0].state, STATE_BROKEN);
			free(without.regions);
		}
		state_release(&st);
	}
}

/* What is told can be told again by another process. */
static void test_kept(void **state)
{
	struct verdict_region r[2];
	struct verdict v = verdict_of(r, 1);
	const struct incident *inc;
	const struct alert_record *e;
	struct alert_state again;
	char why[STATE_WHY];
	struct night n;
	struct buf b;

	(void)state;
	night_init(&n, "");
	machine_verdict(&n.st, &v, &n.policy, n.now, &n.events);
	events_words(&n.events);
	assert_int_equal(n.events.n, 1);
	e = &n.events.v[0].record;
	assert_string_equal(e->change_class, "words");
	assert_int_equal(e->severity, SEVERITY_P2);
	assert_int_equal(e->started_at, NIGHT_START);
	assert_int_equal(e->layer, LAYER_TOOLS);
	assert_int_equal(e->probe_count, 1);
	assert_int_equal(e->redescribed.n, 2);
	assert_int_equal(e->changed.n, 1);
	assert_int_equal(e->n_regions, 2);
	assert_int_equal(e->n_words, ALERT_WORDS);
	assert_non_null(strstr(e->summary, "get, /description: \"Gets.\" has "
		"become \"Gets. First \\u{200B}\""));
	buf_init(&b, STATE_MAX);
	state_write(&b, &n.st);
	if (!state_read(b.p, b.len, "s", &again, why))
		fail_msg("%s", why);
	inc = &again.incidents[ALERT_UNAPPROVED];
	assert_true(inc->open && inc->classed);
	assert_int_equal(inc->class, CHANGE_WORDS);
	assert_int_equal(inc->change.n_words, ALERT_WORDS);
	assert_string_equal(inc->change.words[0].after, "Gets. First \\u{200B}");
	/* Nothing worse, but something else, in one region; and then it gets
	   worse. */
	events_release(&n.events);
	v = verdict_of(r, 2);
	v.unapproved.n_regions = 1;
	v.unapproved.changes.to = night_hash('c');
	machine_verdict(&again, &v, &n.policy, n.now, &n.events);
	assert_int_equal(n.events.n, 0);
	assert_string_equal(inc->change.to, night_hash('c'));
	assert_int_equal(inc->regions.n, 1);
	v = verdict_of(r, 3);
	v.unapproved.class = CHANGE_BREAKING;
	v.unapproved.changes.to = night_hash('d');
	machine_verdict(&again, &v, &n.policy, n.now, &n.events);
	assert_int_equal(n.events.n, 1);
	assert_string_equal(n.events.v[0].record.to, night_hash('d'));
	assert_int_equal(n.events.v[0].record.n_regions, 2);
	assert_int_equal(n.events.v[0].record.phase, ALERT_ESCALATED);
	assert_string_equal(n.events.v[0].record.change_class, "breaking");
	events_words(&n.events);
	assert_non_null(strstr(
		n.events.v[0].record.summary, "; worse than before."));
	/* A region refuses these tools: no rate tells of it afterwards. */
	v = verdict_of(r, 4);
	v.unapproved.class = CHANGE_BREAKING;
	fail_region(&v, 0, STEP_TOOL_HASH, "hash.pinned");
	machine_verdict(&again, &v, &n.policy, n.now, &n.events);
	assert_int_equal(n.events.n, 1);
	assert_int_equal(again.down_at, v.window);
	state_release(&again);
	buf_release(&b);
	night_release(&n);
}

/* A drift of a region that was told of is a part of it, in that minute. */
static void test_covers(void **state)
{
	const struct verdict_drift other = {
		.region = "eu", .to = night_hash('c')};
	struct verdict_region r[2];
	struct verdict v = verdict_of(r, 1);
	struct night n;

	(void)state;
	night_init(&n, "");
	/* Before it is told, nothing is noted of it. */
	unapproved_change_note(&n.st, &v);
	assert_null(n.st.incidents[ALERT_UNAPPROVED].change.to);
	machine_verdict(&n.st, &v, &n.policy, n.now, &n.events);
	assert_true(unapproved_change_covers(&n.st, v.window, &other));
	assert_false(unapproved_change_covers(&n.st, v.window + 60, &other));
	/* Another region may see something else, but not this, or its end. */
	assert_false(unapproved_change_covers(&n.st, v.window,
		&(struct verdict_drift) {.region = "ap", .to = night_hash('c')}));
	assert_false(unapproved_change_covers(&n.st, v.window,
		&(struct verdict_drift) {.region = "ap"}));
	assert_true(unapproved_change_covers(&n.st, v.window,
		&(struct verdict_drift) {.region = "ap", .to = night_hash('b')}));
	assert_true(unapproved_change_covers(&n.st, v.window,
		&(struct verdict_drift) {.region = "ap", .to = night_hash('a')}));
	/* While the tools change all the time it stays what it was. */
	v = verdict_of(r, 2);
	v.unapproved.changes.to = night_hash('c');
	v.tool_churn.changes_1h = 13;
	machine_verdict(&n.st, &v, &n.policy, n.now, &n.events);
	assert_string_equal(n.st.incidents[ALERT_UNAPPROVED].change.to,
		night_hash('b'));
	night_release(&n);
}

/* Records of a stranger: no hashes, no regions, since tomorrow. */
static void test_hostile(void **state)
{
	struct verdict_region r[2];
	struct verdict v = verdict_of(r, 1), without;
	struct night n;

	(void)state;
	night_init(&n, "");
	v.unapproved.changes.from = "\x1b[2J";
	v.unapproved.changes.to = NULL;
	v.unapproved.n_regions = 0;
	v.unapproved.since = 9e9;
	machine_verdict(&n.st, &v, &n.policy, n.now, &n.events);
	events_words(&n.events);
	assert_int_equal(n.events.n, 1);
	assert_null(n.events.v[0].record.to);
	assert_int_equal(n.events.v[0].record.started_at, NIGHT_START + 60);
	events_words(&n.events);
	assert_null(strchr(n.events.v[0].record.summary, '\x1b'));
	night_release(&n);
	/* One hash of two is none. */
	for (size_t i = 0; i < 4; i++) {
		static const char *const from[] = {NULL, "a", "good", "good"};
		static const char *const to[] = {"good", "good", NULL, "b"};
		const char *a = from[i], *b = to[i];

		night_init(&n, "");
		v.unapproved.changes.from =
			a && strcmp(a, "good") == 0 ? night_hash('a') : a;
		v.unapproved.changes.to =
			b && strcmp(b, "good") == 0 ? night_hash('b') : b;
		machine_verdict(&n.st, &v, &n.policy, n.now, &n.events);
		assert_int_equal(n.events.n, 1);
		assert_null(n.events.v[0].record.from);
		assert_null(n.events.v[0].record.to);
		/* So it covers no drift of another minute. */
		assert_false(unapproved_change_covers(&n.st, v.window + 60,
			&(struct verdict_drift) {
				.region = "eu", .to = night_hash('c')}));
		night_release(&n);
	}
	/* A region that fails, and of which nothing else is said. */
	night_init(&n, "");
	v = verdict_of(r, 1);
	fail_region(&v, 1, STEP_TOOL_HASH, "hash.pinned");
	v.n_regions = 1;
	n.st.incidents[ALERT_UNAPPROVED].open = true;
	assert_false(unapproved_change_fold(&n.st, &v, &without));
	night_release(&n);
}

/* It ends, or begins anew, by what is probed later, and in whole rounds. */
static void test_ends(void **state)
{
	const struct ack_request q = {
		.action = ACK_CLOSE, .by = "ann", .reason = "gone"};
	static const char *awaited[] = {"us"};
	struct verdict_region r[2];
	struct night n;

	(void)state;
	night_init(&n, "");
	for (int minute = 0; minute < 9; minute++) {
		struct verdict v = verdict_of(r, minute);

		if (minute)
			v.unapproved.since = 0;
		/* Of three passes the second is in a round under way. */
		v.awaited = awaited;
		v.n_awaited = minute == 2;
		machine_verdict(&n.st, &v, &n.policy, n.now, &n.events);
		assert_int_equal(n.events.n, minute < 4 ? 1 : 2);
	}
	assert_int_equal(n.events.v[1].record.phase, ALERT_RESOLVED);
	night_release(&n);
	night_init(&n, "");
	for (int minute = 0; minute < 3; minute++) {
		/* The verdict of the first minute comes again. */
		struct verdict v = verdict_of(r, minute < 2 ? 0 : 1);

		machine_verdict(&n.st, &v, &n.policy, n.now, &n.events);
		if (!minute)
			ack_apply(&n.st, &q, NIGHT_START + 30, &n.events);
		assert_int_equal(n.events.n, minute < 2 ? 2 : 3);
	}
	assert_int_equal(n.events.v[2].record.phase, ALERT_STARTED);
	night_release(&n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fold),
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_covers),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_hostile),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

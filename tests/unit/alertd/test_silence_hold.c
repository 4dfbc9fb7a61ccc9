/* SPDX-License-Identifier: MIT */
/*
 * Goal: a silence holds back what it covers, as long as one does; what is still
 * so at its end, and was told to nobody, begins then.
 */
#include "nights.h"

#include "incident/incident.h"
#include "routing/routing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define NOW (NIGHT_START + 600.5)

static const char *const slugs[] = {"s"};
static const char *const others[] = {"other"};

/* A silence of s, which ends so many seconds after NOW. */
static struct silence silence(const char *id, int ends)
{
	struct silence s = {.slugs = slugs, .n_slugs = 1, .reason = "we move",
		.starts_at = NIGHT_START,
		.ends_at = NIGHT_START + 600 + ends};

	snprintf(s.id, sizeof s.id, "%s", id);
	return s;
}

/* A server that is down since the start. */
static struct incident *open_one(struct alert_state *st)
{
	state_init(st, "s");
	incident_open(&st->incidents[ALERT_DOWNTIME], SEVERITY_P2, NIGHT_START,
		NIGHT_START, 1);
	return &st->incidents[ALERT_DOWNTIME];
}

/* Of several that cover it, it is the one that ends last. */
static void test_which(void **state)
{
	static const struct {
		int ends[3];	/* 0: there is none */
		int other;	/* which is of another server; -1: none */
		const char *id; /* NULL: none covers it */
	} rows[] = {
		{{0}, -1, NULL},
		{{60}, -1, "s-0"},
		{{60}, 0, NULL},
		{{-60, 60}, -1, "s-1"},
		{{60, -60}, -1, "s-0"},
		{{60, 90, 70}, -1, "s-1"},
		{{90, 60, 70}, -1, "s-0"},
		{{60, 70, 90}, -1, "s-2"},
		{{60, 70, 90}, 2, "s-1"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct conf_policy p = {.resolve = 3};
		struct alert_events out = {0};
		struct silence v[3];
		struct alert_state st;
		struct incident *inc = open_one(&st);
		size_t n = 0;

		for (; n < 3 && rows[i].ends[n]; n++) {
			char id[8];

			snprintf(id, sizeof id, "s-%zu", n);
			v[n] = silence(id, rows[i].ends[n]);
			if ((int)n == rows[i].other)
				v[n].slugs = others;
		}
		silence_hold_judge(&st, v, n, &p, NOW, &out);
		if (!rows[i].id != !inc->silence ||
			(inc->silence && strcmp(inc->silence, rows[i].id) != 0))
			fail_msg("%zu: %s", i,
				inc->silence ? inc->silence : "none");
		assert_int_equal(inc->silenced_at,
			inc->silence ? NIGHT_START + 600 : 0);
		assert_int_equal(out.n, 0);
		if (inc->silence)
			assert_string_equal(
				st.timeline[0].what, "downtime_silenced");
		/* What goes on in another one began with the first. */
		if (inc->silence) {
			struct silence last = silence("s-9", 9000);

			silence_hold_judge(&st, &last, 1, &p, NOW + 60, &out);
			assert_string_equal(inc->silence, "s-9");
			assert_int_equal(inc->silenced_at, NIGHT_START + 600);
		}
		state_release(&st);
	}
}

/* What no silence covers any more. */
static void test_end(void **state)
{
	static const struct {
		bool superseded, unnotified, suppressed, late;
		int passes, quiet;
		bool held;	   /* it stays silenced */
		const char *begun; /* NULL: nobody is told */
	} rows[] = {
		{.begun = NULL},
		{.unnotified = true, .begun = "downtime_started"},
		{.superseded = true, .unnotified = true},
		{.superseded = true, .passes = 1},
		{.unnotified = true, .passes = 1, .held = true},
		{.unnotified = true, .quiet = 1, .held = true},
		{.passes = 1},
		{.quiet = 1},
		{.unnotified = true, .suppressed = true},
		{.unnotified = true, .late = true},
		{.passes = 3, .begun = "downtime_resolved"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct conf_policy p = {.resolve = 3};
		bool tells = rows[i].begun && rows[i].unnotified;
		struct alert_events out = {0};
		char event[ALERT_EVENT_SIZE];
		struct alert_state st;
		struct incident *inc = open_one(&st);

		string_set(&inc->silence, "s-1");
		inc->superseded = rows[i].superseded;
		inc->unnotified = rows[i].unnotified;
		inc->suppressed = rows[i].suppressed;
		inc->late = rows[i].late;
		inc->passes = inc->row = rows[i].passes;
		inc->quiet.n = rows[i].quiet;
		inc->reminded_at = 1;
		silence_hold_judge(&st, NULL, 0, &p, NOW, &out);
		if (out.n != (rows[i].begun != NULL))
			fail_msg("%zu: %zu events", i, out.n);
		if (out.n)
			assert_string_equal(
				alert_event(&out.v[0].record, event),
				rows[i].begun);
		if (inc->open) {
			assert_int_equal(inc->silence != NULL, rows[i].held);
			assert_int_equal(inc->unnotified,
				rows[i].unnotified && !tells);
			assert_int_equal(inc->reminded_at,
				tells ? NIGHT_START + 600 : 1);
		}
		events_release(&out);
		state_release(&st);
	}
}

/* Which events of this instant are held back. */
static void test_events(void **state)
{
	static const struct {
		enum alert_phase phase;
		bool covered, open;
		bool silenced, unnotified; /* the event, before */
		bool held;
	} rows[] = {
		{ALERT_ONCE, true, true, false, false, true},
		{ALERT_ONCE, false, true, true, false, false},
		{ALERT_FOUND, true, false, false, false, true},
		{ALERT_FOUND, false, false, false, false, false},
		/* Whoever was told of its beginning hears of its end. */
		{ALERT_RESOLVED, true, true, true, true, true},
		{ALERT_RESOLVED, true, true, true, false, false},
		{ALERT_RESOLVED, true, true, false, true, false},
		{ALERT_STARTED, true, true, false, false, true},
		{ALERT_STARTED, false, true, false, false, false},
		{ALERT_ESCALATED, true, true, false, false, true},
		{ALERT_ESCALATED, false, true, false, false, false},
		{ALERT_REMINDER, true, true, false, false, true},
		/* It is over by now. */
		{ALERT_REMINDER, true, false, false, false, false},
	};

	(void)state;
	for (size_t i = 0; i < 2 * sizeof rows / sizeof *rows; i++) {
		bool before = i % 2; /* it was held back already */
		struct silence v = silence("s-1", 60);
		struct conf_policy p = {.resolve = 3};
		struct alert_events out = {0};
		enum alert_phase phase = rows[i / 2].phase;
		bool covered = rows[i / 2].covered, held = rows[i / 2].held;
		struct alert_state st;
		struct incident *inc = open_one(&st);

		events_add(&out, &st, ALERT_DOWNTIME, ALERT_STARTED, NOW);
		out.v[0].record.phase = phase;
		out.v[0].silenced = rows[i / 2].silenced;
		out.v[0].unnotified = rows[i / 2].unnotified;
		out.v[0].suppressed = before;
		string_set(&inc->escalation.ladder, "default");
		inc->open = rows[i / 2].open;
		if (!inc->open)
			string_set(&inc->silence, "s-0");
		silence_hold_judge(&st, &v, covered, &p, NOW, &out);
		if (out.v[0].suppressed != (held || before) ||
			out.v[0].silenced != held)
			fail_msg("%zu: %d", i / 2, out.v[0].suppressed);
		assert_int_equal(
			inc->unnotified, held && phase == ALERT_STARTED);
		assert_int_equal(inc->escalation.ladder == NULL,
			held && phase == ALERT_ESCALATED);
		assert_int_equal(out.n, 1);
		inc->open = true;
		events_release(&out);
		state_release(&st);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_which),
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_events),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

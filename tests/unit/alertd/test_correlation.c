/* SPDX-License-Identifier: MIT */
/*
 * Goal: servers that begin to fail in the same way, at the same time, from the
 * same places are one group; others are not drawn into it.
 */
#include "routing/routing.h"

#include "incident/incident.h"
#include "outbox/outbox.h"
#include "words/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/*
 * "a:downtime:6@0[eu,us]": slug, kind, step, minute, regions; behind that '!':
 * our credential is refused, or '1': it is a P1.
 */
static void note(struct correlation_starts *l, const char *text)
{
	char slug[20], kind[20], regions[60], more = ' ';
	struct alert_event e = {.record.phase = ALERT_STARTED};
	struct strings now = {0}, later = {0};
	int step, minute;
	char *save = NULL;

	assert_true(sscanf(text, "%19[^:]:%19[^:]:%d@%d[%59[^]]]%c", slug,
		kind, &step, &minute, regions, &more) >= 5);
	assert_true(alert_kind_parse(kind, &e.record.kind));
	string_set(&e.slug, slug);
	for (char *s = strtok_r(regions, ",", &save); s;
		s = strtok_r(NULL, ",", &save))
		strings_add(&e.regions, s);
	event_point(&e);
	e.record.slug = e.slug;
	e.record.step = (enum step)step;
	e.record.at = minute * 60;
	e.record.started_at = minute * 60;
	e.record.severity = more == '1' ? SEVERITY_P1 : SEVERITY_P2;
	e.record.checks = more == '!' ? CHECKS_REFUSED : CHECKS_FREE;
	assert_true(correlation_may(&e));
	correlation_note(l, &e, &now, &later);
	/* Nothing of it is left here. */
	assert_true(e.record.at == 0);
	event_release(&e);
	strings_release(&now);
	strings_release(&later);
}

/* The groups, "a b c | d e f". */
static void tell(
	struct correlation_starts *l, size_t least, char *out, size_t size)
{
	size_t groups = correlation_group(l, least), n = 0;

	*out = '\0';
	for (size_t g = 1; g <= groups; g++) {
		n += (size_t)snprintf(out + n, size - n, "%s",
			g > 1 ? " |" : "");
		for (size_t i = 0; i < l->n; i++)
			if (l->v[i].group == g)
				n += (size_t)snprintf(out + n, size - n, "%s%s",
					n ? " " : "", l->v[i].event.slug);
	}
}

static void test_groups(void **state)
{
	static const struct {
		const char *starts[9];
		const char *groups; /* of three or more */
	} cases[] = {
		{{NULL}, ""},
		{{"c:downtime:6@0[eu,us]", "a:downtime:6@0[eu,us]",
			 "b:downtime:6@0[eu,us]"}, "a b c"},
		{{"a:downtime:6@0[eu]", "b:downtime:6@0[eu]"}, ""},
		{{"a:downtime:6@0[eu]", "b:downtime:6@0[eu]",
			 "c:downtime:5@0[eu]"}, ""},
		{{"a:downtime:6@0[eu]", "b:downtime:6@1[eu]",
			 "c:downtime:6@0[eu]"}, ""},
		{{"a:downtime:6@0[eu]", "b:regional:6@0[eu]",
			 "c:downtime:6@0[eu]"}, ""},
		{{"a:downtime:6@0[eu]", "b:downtime:6@0[us]",
			 "c:downtime:6@0[eu,us]"}, ""},
		{{"a:probe_silent:0@3[eu]", "b:probe_silent:0@3[eu]",
			 "c:probe_silent:0@3[eu]", "a:downtime:1@3[eu]",
			 "b:downtime:1@3[eu]", "d:downtime:1@3[eu]",
			 "e:downtime:1@3[eu]"}, "a b d e | a b c"},
		{{"a:downtime:6@0[eu]", "a:downtime:6@0[eu]",
			 "b:downtime:6@0[eu]"}, ""},
		{{"a:downtime:6@0[eu]", "b:downtime:6@0[eu]",
			 "c:downtime:6@0[eu]!"}, ""},
		/* Of one cause those as severe as another one. */
		{{"a:downtime:6@0[eu]", "b:downtime:6@0[eu]1",
			 "c:downtime:6@0[eu]", "d:downtime:6@0[eu]1"},
			"b d | a c"},
		{{"a:downtime:6@0[eu]", "b:downtime:6@0[eu]1",
			 "c:downtime:6@0[eu]"}, "a c"},
		{{"a:downtime:6@0[eu]", "b:downtime:6@0[eu]1",
			 "b:downtime:6@0[eu]1", "c:downtime:6@0[eu]"}, "a c"},
		{{"a:downtime:6@0[eu]", "b:downtime:6@0[eu]1"}, ""},
		/* The earliest first, then the layer, what is known, where. */
		{{"a:downtime:6@1[eu]", "b:downtime:6@1[eu]",
			 "c:downtime:6@1[eu]", "d:downtime:6@0[eu]",
			 "e:downtime:6@0[eu]", "f:downtime:6@0[eu]"},
			"d e f | a b c"},
		{{"a:downtime:6@0[eu]", "b:downtime:6@0[eu]",
			 "c:downtime:6@0[eu]", "d:downtime:1@0[eu]",
			 "e:downtime:1@0[eu]", "f:downtime:1@0[eu]"},
			"d e f | a b c"},
		{{"a:downtime:5@0[eu]!", "b:downtime:5@0[eu]!",
			 "c:downtime:5@0[eu]!", "d:downtime:5@0[eu]",
			 "e:downtime:5@0[eu]", "f:downtime:5@0[eu]"},
			"d e f | a b c"},
		{{"a:downtime:6@0[ap,eu]", "b:downtime:6@0[ap,eu]",
			 "c:downtime:6@0[ap,eu]", "d:downtime:6@0[us]",
			 "e:downtime:6@0[us]", "f:downtime:6@0[us]"},
			"d e f | a b c"},
		{{"a:downtime:6@0[eu]", "b:downtime:6@0[eu]",
			 "c:downtime:6@0[eu]", "d:downtime:6@0[eu]",
			 "e:downtime:6@0[eu]", "f:downtime:6@0[eu]",
			 "g:downtime:6@0[eu]", "h:downtime:6@0[eu]"},
			"a b c d e f g h"},
		{{"a:downtime:6@0[us]", "b:downtime:6@0[us]",
			 "c:downtime:6@0[us]", "d:downtime:6@0[eu]",
			 "e:downtime:6@0[eu]", "f:downtime:6@0[eu]"},
			"d e f | a b c"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct correlation_starts l = {0};
		char got[200];

		for (size_t k = 0; cases[i].starts[k]; k++)
			note(&l, cases[i].starts[k]);
		tell(&l, 3, got, sizeof got);
		if (strcmp(got, cases[i].groups) != 0)
			fail_msg("case %zu: %s", i, got);
		correlation_release(&l);
	}
}

/* Only the beginning of an incident of one server may be shared. */
static void test_may(void **state)
{
	static const struct {
		const char *slug;
		enum alert_kind kind;
		enum alert_phase phase;
		bool held, may;
		const char *group;
	} cases[] = {
		{"a", ALERT_DOWNTIME, ALERT_STARTED, false, true, NULL},
		{"a", ALERT_REGIONAL, ALERT_STARTED, false, true, NULL},
		{"a", ALERT_SILENT, ALERT_STARTED, false, true, NULL},
		{"a", ALERT_DOWNTIME, ALERT_STARTED, false, false,
			"*.12345678"},
		{"a", ALERT_DOWNTIME, ALERT_STARTED, true, false, NULL},
		{"a", ALERT_DOWNTIME, ALERT_ESCALATED, false, false, NULL},
		{"a", ALERT_DOWNTIME, ALERT_RESOLVED, false, false, NULL},
		{"a", ALERT_DIVERGENCE, ALERT_STARTED, false, false, NULL},
		{"a", ALERT_LATENCY, ALERT_STARTED, false, false, NULL},
		{"a", ALERT_DRIFT, ALERT_ONCE, false, false, NULL},
		{"*", ALERT_DOWNTIME, ALERT_STARTED, false, false, NULL},
		{"*.0123abcd", ALERT_DOWNTIME, ALERT_STARTED, false, false,
			NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char slug[20];
		struct alert_event e = {
			.slug = slug,
			.suppressed = cases[i].held,
			.group = (char *)cases[i].group,
			.record.kind = cases[i].kind,
			.record.phase = cases[i].phase,
		};

		snprintf(slug, sizeof slug, "%s", cases[i].slug);
		assert_int_equal(correlation_may(&e), cases[i].may);
	}
}

/* Checks the events of the shared incident; open while servers are left. */
static void expect(const struct alert_state *st, struct alert_events *l,
	const char *want)
{
	char got[1000], name[ALERT_EVENT_SIZE];
	size_t n = 0;

	*got = '\0';
	events_words(l);
	for (size_t i = 0; i < l->n; i++)
		n += (size_t)snprintf(got + n, sizeof got - n, "%s%s %s: %s",
			i ? " | " : "", alert_event(&l->v[i].record, name),
			severity_name(l->v[i].record.severity),
			l->v[i].summary);
	if (strcmp(got, want) != 0)
		fail_msg("%s\nnot\n%s", got, want);
	for (size_t i = 0; i < l->n; i++)
		assert_string_equal(l->v[i].record.slug, SLUG_FLEET);
	events_release(l);
	assert_int_equal(st->incidents[ALERT_DOWNTIME].open, st->shared.left.n > 0);
}

static void leave(struct alert_state *st, const char *slug, int minute,
	struct alert_events *out)
{
	char name[20];
	struct alert_event e = {
		.slug = name,
		.record.kind = ALERT_DOWNTIME,
		.record.at = minute * 60 + 120,
		.record.resolved_at = minute * 60,
	};

	snprintf(name, sizeof name, "%s", slug);
	correlation_follow(NULL, st, &e, out);
}

/* It begins, another joins it, and it ends with the last that recovers. */
static void test_life(void **state)
{
	struct correlation_starts l = {0}, more = {0}, late = {0};
	struct alert_events out = {0};
	struct alert_state st;
	char slug[CORRELATION_SLUG], again[CORRELATION_SLUG];

	(void)state;
	note(&l, "a:downtime:6@10[eu,us]");
	note(&l, "b:downtime:6@10[eu,us]");
	note(&more, "c:downtime:6@12[eu,us]");
	correlation_slug(&l.v[0].event, slug);
	correlation_slug(&more.v[0].event, again);
	assert_string_equal(slug, again);
	assert_true(slug_shared(slug));
	state_init(&st, slug);
	assert_false(correlation_joins(&st, &more.v[0].event));
	l.v[0].event.record.tier = TIER_STEP_ALERT;
	l.v[0].event.record.layer = LAYER_HTTP;
	l.v[0].event.incident.expected = 3;
	correlation_begin(&st, l.v, l.n, &out);
	assert_int_equal(out.v[0].record.tier, TIER_STEP_ALERT);
	assert_int_equal(out.v[0].record.layer, LAYER_HTTP);
	expect(&st, &out, "downtime_started P2: Each of 2 servers (a and b) is "
		"down: tools-list fails from eu and us (2 of 3 regions).");
	assert_true(correlation_joins(&st, &more.v[0].event));
	correlation_begin(&st, more.v, more.n, &out);
	expect(&st, &out, "downtime_escalated P2: Each of 3 servers (a, b and "
		"c) is down: tools-list fails from eu and us (2 of 3 regions); "
		"more than before.");
	correlation_begin(&st, more.v, more.n, &out);
	expect(&st, &out, "");
	/* Ten minutes after the last that joined. */
	note(&late, "d:downtime:6@22[eu,us]");
	note(&late, "e:downtime:6@23[eu,us]");
	assert_true(correlation_joins(&st, &late.v[0].event));
	assert_false(correlation_joins(&st, &late.v[1].event));
	correlation_release(&late);
	leave(&st, "b", 20, &out);
	leave(&st, "a", 30, &out);
	leave(&st, "x", 31, &out);
	expect(&st, &out, "");
	leave(&st, "c", 25, &out);
	expect(&st, &out,
		"downtime_resolved P2: Each of 3 servers (a, b and c) "
		"recovered after 20 min (00:10–00:30 UTC). Root layer: "
		"http. Failing minutes: 0. All layers pass again.");
	/* The next one of that cause is of others. */
	strings_add(&st.shared.left, "y");
	correlation_begin(&st, more.v, more.n, &out);
	assert_int_equal(st.shared.servers.n, 1);
	assert_int_equal(st.shared.left.n, 1);
	events_release(&out);
	state_release(&st);
	correlation_release(&l);
	correlation_release(&more);
}

/* Minutes are counted if a server is probed each minute, and else probes. */
static void test_pace(void **state)
{
	static const struct {
		double a, b; /* the intervals, 0: a minute */
		int at_a, at_b; /* the counts at the end */
		int begun;	/* that of all, when it began */
		double told;
		const char *says;
	} rows[] = {
		{0, 0, 20, 3, 20, 0, ". Failing minutes: 20."},
		{300, 300, 4, 3, 4, 300, ", 4 failing probes from 2 regions."},
		{300, 600, 4, 2, 4, 300, ", 4 failing probes from 2 regions."},
		{3600, 300, 1, 4, 1, 300, ", 4 failing probes from 2 regions."},
		/* Those of the slow one are not minutes. */
		{0, 300, 3, 4, 3, 0, ". Failing minutes: 3."},
		{300, 0, 4, 3, 3, 0, ". Failing minutes: 3."},
		/* Up to a minute all are. */
		{60, 60, 3, 20, 3, 0, ". Failing minutes: 20."},
		{60, 30, 3, 20, 3, 0, ". Failing minutes: 20."},
		{30, 60, 3, 20, 3, 0, ". Failing minutes: 20."},
		{300, 60, 4, 3, 3, 0, ". Failing minutes: 3."},
	};

	(void)state;
	for (size_t n = 0; n < 2 * sizeof rows / sizeof *rows; n++) {
		size_t i = n / 2;
		bool joins = n % 2; /* b does, later */
		const double intervals[] = {rows[i].a, rows[i].b};
		const int counts[] = {rows[i].at_a, rows[i].at_b};
		struct correlation_starts l = {0};
		struct alert_events out = {0};
		struct alert_state st;

		note(&l, "a:downtime:6@10[eu,us]");
		note(&l, "b:downtime:6@10[eu,us]");
		state_init(&st, "*.12345678");
		for (size_t k = 0; k < 2; k++) {
			l.v[k].event.record.interval_s = intervals[k];
			l.v[k].event.record.probe_count = counts[k];
		}
		correlation_begin(&st, l.v, joins ? 1 : 2, &out);
		if (joins)
			correlation_begin(&st, l.v + 1, 1, &out);
		assert_int_equal(
			out.v[joins].record.probe_count, rows[i].begun);
		for (size_t k = 0; k < 2; k++) {
			struct alert_event e = {
				.slug = (char[]) {"ab"[k], '\0'},
				.record.kind = ALERT_DOWNTIME,
				.record.at = 1920,
				.record.resolved_at = 1800,
				.record.probe_count = counts[k],
				.record.interval_s = intervals[k],
			};

			correlation_follow(NULL, &st, &e, &out);
		}
		assert_int_equal(out.n, 2 + joins);
		events_words(&out);
		if (!strstr(out.v[out.n - 1].summary, rows[i].says))
			fail_msg("%zu: %s", n, out.v[out.n - 1].summary);
		assert_true(out.v[out.n - 1].record.interval_s == rows[i].told);
		events_release(&out);
		state_release(&st);
		correlation_release(&l);
	}
}

/* Nobody says of a server that it recovered if that was not seen. */
static void test_unseen(void **state)
{
	static const struct {
		bool a, b; /* not seen to recover */
		const char *headline, *says;
	} rows[] = {
		{false, false, "each of 2 servers is up again",
			" All layers pass again."},
		{true, false, "each of 2 servers is up again, except 1 that was "
			"not seen to recover",
			" 1 of them was not seen to recover."},
		{true, true, "each of 2 servers was not seen to recover",
			"The incident that 2 servers share ends: none of them "
			"was seen to recover, after 20 min "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct correlation_starts l = {0};
		struct alert_events out = {0};
		struct alert_state st;

		note(&l, "a:downtime:6@10[eu,us]");
		note(&l, "b:downtime:6@10[eu,us]");
		state_init(&st, "*.12345678");
		correlation_begin(&st, l.v, l.n, &out);
		for (size_t k = 0; k < 2; k++) {
			struct alert_event e = {
				.slug = (char[]) {"ab"[k], '\0'},
				.facts.unwatched = (enum unwatched)(
					k ? rows[i].b : rows[i].a),
				.record.kind = ALERT_DOWNTIME,
				.record.phase = ALERT_RESOLVED,
				.record.at = 1920,
				.record.resolved_at = 1800,
			};

			correlation_follow(NULL, &st, &e, &out);
		}
		assert_int_equal(out.n, 2);
		events_words(&out);
		if (!strstr(out.v[1].headline, rows[i].headline) ||
			!strstr(out.v[1].summary, rows[i].says))
			fail_msg("%zu: %s: %s", i, out.v[1].headline,
				out.v[1].summary);
		assert_false(st.incidents[ALERT_DOWNTIME].open);
		events_release(&out);
		state_release(&st);
		correlation_release(&l);
	}
}

/* What the servers say is quoted only while all of them say the same. */
static void test_said(void **state)
{
	static const struct {
		const char *a, *b, *late, *said; /* "-": late, and nothing */
		bool worse;
	} rows[] = {
		{"no room", "no room", NULL, "no room", false},
		{"no room", "down", NULL, NULL, false},
		{"no room", NULL, NULL, NULL, false},
		{"no room", "no room", "no room", "no room", false},
		{"no room", "no room", "down", NULL, false},
		{"no room", "no room", "-", NULL, false},
		{"no room", "down", "down", NULL, false},
		{"no room", "no room", NULL, NULL, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct alert_event e = {
			.slug = (char[]) {"a"},
			.record.kind = ALERT_DOWNTIME,
			.record.phase = ALERT_ESCALATED,
			.record.severity = SEVERITY_P1,
			.record.at = 720,
		};
		struct correlation_starts l = {0};
		struct alert_events out = {0};
		struct alert_state st;
		const char *said;

		note(&l, "a:downtime:6@10[eu,us]");
		note(&l, "b:downtime:6@10[eu,us]");
		note(&l, "c:downtime:6@11[eu,us]");
		l.v[0].event.record.said = rows[i].a;
		l.v[1].event.record.said = rows[i].b;
		if (rows[i].late && strcmp(rows[i].late, "-") != 0)
			l.v[2].event.record.said = rows[i].late;
		state_init(&st, "*.12345678");
		correlation_begin(&st, l.v, 2, &out);
		if (rows[i].late)
			correlation_begin(&st, &l.v[2], 1, &out);
		if (rows[i].worse)
			correlation_follow(NULL, &st, &e, &out);
		said = st.incidents[ALERT_DOWNTIME].said;
		if (!said || !rows[i].said ? said != rows[i].said
					   : strcmp(said, rows[i].said) != 0)
			fail_msg("%zu: %s", i, said ? said : "nothing");
		events_release(&out);
		state_release(&st);
		correlation_release(&l);
	}
}

/* Of what is left of a server's downtime, all are told together, too. */
static void test_what_is_left(void **state)
{
	struct correlation_starts l = {0};
	struct alert_events out = {0};
	struct alert_state st;
	struct alert_event e = {
		.slug = (char[]) {"a"},
		.record.kind = ALERT_DOWNTIME,
		.record.at = 1920,
		.record.resolved_at = 1800,
	};

	(void)state;
	note(&l, "a:downtime:6@10[eu,us]");
	state_init(&st, "*.12345678");
	correlation_begin(&st, l.v, l.n, &out);
	events_release(&out);
	strings_add(&e.still, "us");
	correlation_follow(NULL, &st, &e, &out);
	assert_int_equal(out.n, 1);
	events_words(&out);
	assert_non_null(
		strstr(out.v[0].summary, "works again, but not from us"));
	strings_release(&e.still);
	events_release(&out);
	state_release(&st);
	correlation_release(&l);
}

/* Who reports on a server that recovered is not silent on what all share. */
static void test_reports(void **state)
{
	static const char *const silent[] = {"eu", "us"};

	(void)state;
	for (size_t unwatched = 0; unwatched < 2; unwatched++) {
		struct alert_event e = {
			.slug = (char[]) {"a"},
			.facts.unwatched = unwatched ? UNWATCHED_CLOSED
					     : UNWATCHED_NOT,
			.record.kind = ALERT_DOWNTIME,
			.record.at = 1920,
			.record.resolved_at = 1800,
		};
		struct correlation_starts l = {0};
		struct alert_events out = {0};
		struct alert_state st;

		note(&l, "a:downtime:6@10[ap,eu,us]");
		state_init(&st, "*.12345678");
		correlation_begin(&st, l.v, l.n, &out);
		events_release(&out);
		strings_note_all(
			&st.incidents[ALERT_DOWNTIME].silent, silent, 2);
		strings_add(&e.silent, "eu");
		correlation_follow(NULL, &st, &e, &out);
		assert_int_equal(out.v[0].silent.n, 1 + unwatched);
		assert_string_equal(out.v[0].silent.v[0], "eu");
		strings_release(&e.silent);
		events_release(&out);
		state_release(&st);
		correlation_release(&l);
	}
}

/* It begins with the first of its servers, and with the last ends the wait. */
static void test_instants(void **state)
{
	struct correlation_starts l = {0}, more = {0}, all = {0};
	struct correlation_start last;
	struct alert_events out = {0};
	struct alert_state st;
	const struct incident *inc = &st.incidents[ALERT_DOWNTIME];

	(void)state;
	note(&l, "a:downtime:6@10[eu,us]");
	note(&l, "b:downtime:6@10[eu,us]");
	note(&more, "c:downtime:6@12[eu,us]");
	l.v[0].event.record.started_at = 540;
	l.v[1].event.record.started_at = 480;
	more.v[0].event.record.started_at = 420;
	/* Those of several reads are looked at together. */
	correlation_move(&all, &l);
	assert_int_equal(l.n, 0);
	correlation_move(&all, &l);
	correlation_move(&all, &more);
	assert_int_equal(all.n, 3);
	state_init(&st, "*.12345678");
	correlation_begin(&st, all.v, 2, &out);
	assert_int_equal(inc->first, 480);
	assert_int_equal(inc->failed, 600);
	last = all.v[2];
	correlation_begin(&st, &last, 1, &out);
	assert_int_equal(inc->first, 480);
	assert_int_equal(inc->failed, 720);
	events_release(&out);
	state_release(&st);
	correlation_release(&all);
}

/* What differs in its cause is another incident. */
static void test_slug(void **state)
{
	static const char *const starts[] = {"a:downtime:6@10[eu,us]",
		"a:regional:6@10[eu,us]", "a:downtime:5@10[eu,us]",
		"a:downtime:6@10[eu]", "a:downtime:6@10[ap,us]",
		"a:downtime:6@10[eu,us]!",
		"a:downtime:6@10[eu,us]1", "b:downtime:6@12[eu,us]"};
	enum { STARTS = sizeof starts / sizeof *starts };
	char slugs[STARTS][CORRELATION_SLUG];
	struct correlation_starts l = {0};

	(void)state;
	for (size_t i = 0; i < STARTS; i++) {
		note(&l, starts[i]);
		correlation_slug(&l.v[i].event, slugs[i]);
		for (size_t k = 0; k < i; k++)
			if ((strcmp(slugs[i], slugs[k]) == 0) !=
				(!k && i == STARTS - 1))
				fail_msg("%zu and %zu", i, k);
	}
	correlation_release(&l);
}

static void names(struct strings *l, const char *text)
{
	char copy[60], *save = NULL;

	snprintf(copy, sizeof copy, "%s", text);
	for (char *s = strtok_r(copy, " ", &save); s;
		s = strtok_r(NULL, " ", &save))
		strings_add(l, s);
}

static void expect_names(size_t row, const struct strings *l, const char *text)
{
	struct buf b;

	buf_init(&b, 100);
	for (size_t i = 0; i < l->n; i++)
		buf_fmt(&b, "%s%s", i ? " " : "", l->v[i]);
	if (strcmp(b.p, text) != 0)
		fail_msg("%zu: '%s', not '%s'", row, b.p, text);
	buf_release(&b);
}

/* What is said of its servers makes the incident quiet, or a region silent. */
static void test_hear(void **state)
{
	static const struct {
		struct {
			const char *regions, *silent; /* NULL: there is none */
			int quiet, since;
			bool passes;
			int seen;
		} servers[2];
		int was; /* how long it was quiet; since 5 */
		const char *regions, *silent;
		int quiet, since, seen;
	} rows[] = {
		/* Without any of its servers it stays as it is. */
		{{{NULL, NULL, 0, 0, false, 0}}, 1, "eu us", "eu", 1, 5, 9},
		{{{"eu us", "", 0, 0, false, 0}}, 0, "eu us", "", 0, 0, 0},
		{{{"eu us", "", 0, 0, false, 0}}, 1, "eu us", "", 0, 0, 0},
		{{{"eu us", "us", 0, 0, false, 50}}, 0, "eu us", "us", 0, 0,
			50},
		{{{"eu us", "us", 0, 0, false, 50},
			 {"us", "us", 0, 0, false, 70}},
			0, "eu us", "us", 0, 0, 70},
		{{{"eu us", "us", 0, 0, false, 70},
			 {"us", "us", 0, 0, false, 50}},
			0, "eu us", "us", 0, 0, 70},
		/* Who reports on one of them is not silent. */
		{{{"eu us", "us", 0, 0, false, 50}, {"us", "", 0, 0, false, 0}},
			0, "eu us", "", 0, 0, 0},
		/* Where others are silent is not where it fails. */
		{{{"ap us", "ap us", 0, 0, false, 50}}, 0, "eu us", "us", 0, 0,
			50},
		/* None reports: it is quiet since the last one did. */
		{{{"us eu", "us eu", 2, 30, false, 20},
			 {"ap", "ap", 1, 90, false, 80}},
			0, "ap eu us", "ap eu us", 1, 90, 80},
		{{{"ap", "ap", 1, 90, false, 80},
			 {"us eu", "us eu", 2, 30, false, 20}},
			0, "ap eu us", "ap eu us", 1, 90, 80},
		{{{"us eu", "us eu", 2, 30, false, 20}}, 1, "eu us", "eu us", 1,
			5, 20},
		/* On one of them it fails, or that one is about to end. */
		{{{"eu us", "eu us", 2, 30, false, 20},
			 {"ap", "", 0, 0, false, 0}},
			1, "eu us", "eu us", 0, 0, 20},
		{{{"eu us", "eu us", 2, 30, false, 20},
			 {"ap", "", 0, 0, true, 0}},
			0, "ap eu us", "eu us", 2, 30, 20},
		{{{"eu us", "", 0, 0, true, 0}}, 1, "eu us", "", 0, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct correlation_reports r = {0};
		struct alert_state common;
		struct incident *all = &common.incidents[ALERT_REGIONAL];
		enum alert_kind kind;

		state_init(&common, "*.12345678");
		assert_false(correlation_kind(&common, &kind));
		common.incidents[ALERT_LATENCY].open = true;
		correlation_hear(&common, &r);
		assert_false(correlation_kind(&common, &kind));
		all->open = true;
		assert_true(correlation_kind(&common, &kind));
		assert_int_equal(kind, ALERT_REGIONAL);
		names(&all->regions, "eu us");
		names(&all->silent, "eu");
		all->seen = 9;
		all->quiet = (struct streak) {rows[i].was, 5, 5};
		for (size_t k = 0; k < 2 && rows[i].servers[k].regions; k++) {
			struct alert_state st;
			struct incident *inc = &st.incidents[ALERT_REGIONAL];

			state_init(&st, "a");
			st.judged = k ? 100 : 160;
			inc->open = true;
			names(&inc->regions, rows[i].servers[k].regions);
			names(&inc->silent, rows[i].servers[k].silent);
			inc->quiet = (struct streak) {rows[i].servers[k].quiet,
				rows[i].servers[k].since, 0};
			inc->passes = rows[i].servers[k].passes;
			inc->seen = rows[i].servers[k].seen;
			correlation_report(&r, &st, ALERT_REGIONAL);
			assert_true(r.open && r.at == 160);
			state_release(&st);
		}
		correlation_hear(&common, &r);
		expect_names(i, &all->regions, rows[i].regions);
		expect_names(i, &all->silent, rows[i].silent);
		if (all->quiet.n != rows[i].quiet ||
			(all->quiet.n && all->quiet.since != rows[i].since) ||
			all->seen != rows[i].seen)
			fail_msg("%zu: %d since %d, seen %d", i, all->quiet.n,
				(int)all->quiet.since, (int)all->seen);
		correlation_reports_release(&r);
		state_release(&common);
	}
}

/* Of a silence, who reports again on one of the servers. */
static void test_heard_again(void **state)
{
	static const enum alert_kind kinds[] = {ALERT_SILENT, ALERT_DOWNTIME};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct correlation_starts l = {0};
		struct alert_events out = {0};
		struct alert_state st;
		struct alert_event e = {
			.slug = (char[]) {"a"},
			.record.kind = kinds[i],
			.record.at = 1920,
			.record.resolved_at = 1800,
		};

		note(&l, i ? "a:downtime:6@10[eu]" : "a:probe_silent:6@10[eu]");
		note(&l, i ? "b:downtime:6@10[eu]" : "b:probe_silent:6@10[eu]");
		state_init(&st, "*.12345678");
		correlation_begin(&st, l.v, 2, &out);
		strings_add(&e.incident.reached, "eu");
		correlation_follow(NULL, &st, &e, &out);
		assert_int_equal(st.incidents[kinds[i]].reached.n, !i);
		strings_release(&e.incident.reached);
		events_release(&out);
		state_release(&st);
		correlation_release(&l);
	}
}

/* It is as severe as the worst of its servers; who had it knew of less. */
static void test_worse(void **state)
{
	static const struct {
		const char *slug;
		enum severity severity;
		enum tier tier;
		size_t told;
	} rows[] = {
		{"a", SEVERITY_P2, TIER_STEP_ALERT, 0},
		{"a", SEVERITY_P2, TIER_HARD_OUTAGE, 0},
		{"x", SEVERITY_P1, TIER_STEP_ALERT, 0},
		{"a", SEVERITY_P1, TIER_STEP_ALERT, 1},
		{"a", SEVERITY_P2, TIER_HARD_OUTAGE, 1},
		{"a", SEVERITY_P1, TIER_STEP_ALERT, 1},
		/* A hard outage of the first of them is one of all. */
		{"a", SEVERITY_P1, TIER_HARD_OUTAGE, 2},
		{"a", SEVERITY_P1, TIER_HARD_OUTAGE, 2},
	};
	static const char *const regions[] = {"ap", "eu", "us"};
	struct correlation_starts l = {0};
	struct correlation_start one;
	struct alert_events out = {0};
	struct alert_state st;
	struct ack *ack = &st.incidents[ALERT_DOWNTIME].ack;

	(void)state;
	note(&l, "a:downtime:6@10[eu,us]");
	strings_add(&l.v[0].event.incident.reached, "ap");
	state_init(&st, "*.12345678");
	one = l.v[0];
	correlation_begin(&st, &one, 1, &out);
	events_release(&out);
	string_set(&ack->by, "ann");
	ack->until = 3600;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char slug[2];
		struct alert_event e = {
			.slug = slug,
			.record.kind = ALERT_DOWNTIME,
			.record.phase = ALERT_ESCALATED,
			.record.severity = rows[i].severity,
			.record.tier = rows[i].tier,
			.record.step = STEP_INITIALIZE,
			.record.layer = LAYER_HTTP,
			.record.last_error = "http.503",
			.record.at = 720,
		};

		snprintf(slug, sizeof slug, "%s", rows[i].slug);
		strings_note_all(&e.regions, regions,
			rows[i].tier == TIER_HARD_OUTAGE ? 3 : 1);
		correlation_follow(NULL, &st, &e, &out);
		strings_release(&e.regions);
		assert_int_equal(out.n, rows[i].told);
		assert_int_equal(ack->by == NULL, rows[i].told > 0);
	}
	/* How it fails is that of the worst; from where, if all reach it no more. */
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(out.v[i].record.step, STEP_INITIALIZE);
		assert_int_equal(out.v[i].record.layer, LAYER_HTTP);
		assert_string_equal(out.v[i].record.last_error, "http.503");
		event_words(&out.v[i]);
		assert_non_null(strstr(out.v[i].summary, "worse than before"));
		assert_int_equal(out.v[i].record.n_regions, 2 + i);
		assert_int_equal(out.v[i].incident.reached.n, 1 - i);
	}
	events_release(&out);
	state_release(&st);
	correlation_release(&l);
}

/*
 * It was our credential that they refused, and one of them is down now: that is
 * told once.
 */
static void test_turned(void **state)
{
	struct alert_event e = {
		.slug = (char[]) {"a"},
		.record.kind = ALERT_DOWNTIME,
		.record.phase = ALERT_ESCALATED,
		.record.severity = SEVERITY_P3,
		.record.checks = CHECKS_REFUSED,
		.record.tier = TIER_STEP_ALERT,
		.record.step = STEP_INITIALIZE,
		.record.at = 720,
	};
	struct correlation_starts l = {0};
	struct alert_events out = {0};
	struct alert_state st;

	(void)state;
	note(&l, "a:downtime:5@10[eu,us]!");
	note(&l, "b:downtime:5@10[eu,us]!");
	state_init(&st, "*.12345678");
	correlation_begin(&st, l.v, l.n, &out);
	assert_int_equal(out.v[0].record.checks, CHECKS_REFUSED);
	correlation_follow(NULL, &st, &e, &out);
	assert_int_equal(out.n, 1);
	e.record.checks = CHECKS_FREE;
	for (int i = 0; i < 2; i++)
		correlation_follow(NULL, &st, &e, &out);
	assert_int_equal(out.n, 2);
	assert_int_equal(out.v[1].record.checks, CHECKS_FREE);
	assert_int_equal(out.v[1].record.severity, SEVERITY_P2);
	assert_int_equal(out.v[1].record.step, STEP_INITIALIZE);
	events_release(&out);
	state_release(&st);
	correlation_release(&l);
}

/* What is told of all is not told of each, unless a policy names the server. */
static void test_join(void **state)
{
	static char *a[] = {"a"}, *chat[] = {"chat"};
	struct conf_route routes[] = {{.name = "chat"}, {.name = "mail"}};
	struct conf_step step = {.routes = chat, .n_routes = 1};
	struct conf_notify policy = {.name = "p", .steps = &step, .n_steps = 1};
	struct conf c = {.routes = routes,
		.n_routes = 2,
		.policies = &policy,
		.n_policies = 1};
	struct alert_record r = {
		.slug = "a", .kind = ALERT_DOWNTIME, .started_at = 600};
	struct alert_record other = {
		.slug = "a", .kind = ALERT_DIVERGENCE, .started_at = 600};
	struct strings to = {0};

	(void)state;
	strings_add(&to, "chat");
	for (int named = 0; named < 2; named++) {
		struct alert_state st;
		struct incident *inc;

		policy.match = (struct conf_match) {
			.servers = a, .n_servers = (size_t)named};
		state_init(&st, "a");
		inc = &st.incidents[ALERT_DOWNTIME];
		correlation_join(&c, &st, ALERT_DOWNTIME, "*.12345678",
			1777485000);
		assert_null(inc->group);
		incident_open(inc, SEVERITY_P1, 600, 600, 1);
		strings_note(&inc->notified, "chat");
		strings_note(&inc->refused, "chat");
		outbox_add(&st, &r, "{}", &to, 600);
		outbox_add(&st, &r, "{}", &to, 600);
		string_set(&st.outbox[1].deliveries[0].holder, "h");
		outbox_add(&st, &other, "{}", &to, 600);
		correlation_join(&c, &st, ALERT_DOWNTIME, "*.12345678",
			1777485000);
		assert_string_equal(inc->group, "*.12345678");
		/* What is just being sent is left alone. */
		assert_int_equal(st.n_outbox, 2 + named);
		assert_non_null(st.outbox[named].deliveries[0].holder);
		assert_int_equal(st.history.n, !named);
		assert_true(named || strstr(st.history.v[0],
			"\"downtime, with other servers, as *.12345678\""));
		assert_int_equal(inc->notified.n, named);
		assert_int_equal(inc->refused.n, named);
		state_release(&st);
	}
	strings_release(&to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_may),
		cmocka_unit_test(test_life),
		cmocka_unit_test(test_pace),
		cmocka_unit_test(test_unseen),
		cmocka_unit_test(test_said),
		cmocka_unit_test(test_what_is_left),
		cmocka_unit_test(test_reports),
		cmocka_unit_test(test_instants),
		cmocka_unit_test(test_slug),
		cmocka_unit_test(test_hear),
		cmocka_unit_test(test_heard_again),
		cmocka_unit_test(test_worse),
		cmocka_unit_test(test_turned),
		cmocka_unit_test(test_join),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

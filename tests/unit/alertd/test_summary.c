/* SPDX-License-Identifier: MIT */
/*
 * Goal: what people read of an incident, in each form that its parts can have:
 * what differs where tools do, what is not known, and a headline for each kind.
 */
#include "words/words.h"

#include "incident/state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* 2026-04-29T17:50:00Z. */
#define START 1777485000
#define DIFFER " - a stale cache or an origin that was not updated."

/* An incident, its lists as words in a row. */
struct told {
	enum alert_kind kind;
	enum alert_phase phase;
	struct incident inc;
	const char *regions, *reached, *added, *removed, *changed, *redescribed;
	const char *still, *silent;
	enum severity was;
	bool worse, slow, fleet;
	const char *by, *reason, *says;
	enum unwatched unwatched;
	const char *text; /* the sentence */
	const char *headline; /* or NULL: any */
};

static void add_words(struct strings *l, const char *words)
{
	for (const char *p = words; p && *p; p += strspn(p, " ")) {
		char word[32];
		size_t n = strcspn(p, " ");

		snprintf(word, sizeof word, "%.*s", (int)n, p);
		strings_add(l, word);
		p += n;
	}
}

/* The sentence of an incident, and its headline where that is asked for. */
static void put_told(const struct told *t, struct buf *sentence,
	struct buf *headline)
{
	static char slug[] = "s", fleet[] = SLUG_FLEET;
	struct alert_event e = {
		.slug = t->fleet ? fleet : slug,
		.record = {.kind = t->kind, .phase = t->phase,
			.at = START + 7200, .interval_s = t->slow ? 300 : 0},
		.incident = t->inc,
		.maintenance_end = START + 3600,
		.facts = {.was = t->was, .worse = t->worse, .by = t->by,
			.reason = t->reason, .text = t->says,
			.unwatched = t->unwatched},
	};
	struct incident *inc = &e.incident;

	inc->first = START;
	inc->opened_at = inc->opened_at ? inc->opened_at : START;
	inc->change.since = START;
	add_words(&inc->regions, t->regions);
	add_words(&inc->reached, t->reached);
	add_words(&inc->still, t->still);
	add_words(&inc->silent, t->silent);
	add_words(&inc->change.added, t->added);
	add_words(&inc->change.removed, t->removed);
	add_words(&inc->change.changed, t->changed);
	add_words(&inc->change.redescribed, t->redescribed);
	event_words(&e);
	buf_str(sentence, e.summary);
	if (headline)
		buf_str(headline, e.headline);
	free(e.summary);
	free(e.headline);
	strings_release(&inc->regions);
	strings_release(&inc->reached);
	strings_release(&inc->still);
	strings_release(&inc->silent);
	tool_change_release(&inc->change);
}

static void check(const struct told *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct buf b, headline;

		buf_init(&b, 2000);
		buf_init(&headline, 2000);
		put_told(&rows[i], &b, &headline);
		assert_string_equal(b.p, rows[i].text);
		if (rows[i].headline)
			assert_string_equal(headline.p, rows[i].headline);
		buf_release(&headline);
		buf_release(&b);
	}
}

#define CHECK(rows) check(rows, sizeof(rows) / sizeof *(rows))

static void test_tools(void **state)
{
	static const struct told rows[] = {
		{ALERT_DIVERGENCE, ALERT_STARTED, .regions = "e", .added = "put",
			.text = "s shows different tools: e does not see put yet; "
				"others have seen it since 17:50 UTC" DIFFER},
		{ALERT_DIVERGENCE, ALERT_STARTED, .regions = "e u",
			.reached = "a", .added = "put",
			.text = "s shows different tools: e and u do not see put "
				"yet; a has seen it since 17:50 UTC" DIFFER},
		{ALERT_DIVERGENCE, ALERT_STARTED, .regions = "e",
			.reached = "a", .removed = "get",
			.text = "s shows different tools: e still sees get; a has "
				"seen it gone since 17:50 UTC" DIFFER},
		{ALERT_DIVERGENCE, ALERT_STARTED, .regions = "e u",
			.reached = "a", .changed = "get",
			.text = "s shows different tools: e and u still see the "
				"old form of get; a has seen the new one since "
				"17:50 UTC" DIFFER},
		{ALERT_DIVERGENCE, ALERT_STARTED, .regions = "e",
			.reached = "a u", .added = "put", .changed = "get",
			.text = "s shows different tools: e still sees the old "
				"form of get; a and u have seen put instead since "
				"17:50 UTC" DIFFER},
		{ALERT_DIVERGENCE, ALERT_STARTED, .regions = "e",
			.reached = "a", .redescribed = "get",
			.text = "s shows different tools: e still sees the old "
				"description of get; a has seen the new one "
				"since 17:50 UTC" DIFFER},
		{ALERT_DIVERGENCE, ALERT_STARTED, .regions = "e",
			.reached = "a",
			.text = "s shows different tools: e still sees the old "
				"ones; a has seen others since 17:50 UTC" DIFFER},
		{ALERT_DIVERGENCE, ALERT_RESOLVED, {.stale = true},
			.regions = "e",
			.text = "Clients get the list of tools that s has again "
				"after 0 s (17:50–17:50 UTC). Last to follow: "
				"e."},
		{ALERT_DIVERGENCE, ALERT_STARTED, {.stale = true},
			.regions = "e", .added = "put",
			.text = "s has a stale cache in front of it: clients in e "
				"get a list that is older than the server's: "
				"without put."},
		{ALERT_UNAPPROVED, ALERT_STARTED, .regions = "e",
			.text = "s has tools that nobody approved, as seen from "
				"e."},
	};

	(void)state;
	CHECK(rows);
}

static void test_regions(void **state)
{
	static char x[] = "x", key[] = "s:downtime:1777484000";
	const struct told rows[] = {
		{ALERT_SILENT, ALERT_STARTED, {.expected = 1}, .regions = "e",
			.text = "s has had no report from e, its only region, "
				"since 17:50 UTC: a runner or its network fails, "
				"which says nothing about the server."},
		{ALERT_OVERRUN, ALERT_STARTED, {.step = STEP_TLS, .error = x,
				.opened_at = START + 3660}, .regions = "e",
			.text = "s is still down 1 min after its maintenance "
				"ended: tls fails with x from e."},
		{ALERT_LATENCY, ALERT_STARTED,
			{.value = 2412, .usual = 2000, .above = 3},
			.regions = "e u",
			.text = "s is slow: p50 2.4 s for 3 minutes; slow_above "
				"is 2s; slow from e and u."},
		{ALERT_LATENCY, ALERT_STARTED,
			{.value = 812, .usual = 750, .above = 1}, .slow = true,
			.text = "s is slow: p50 812 ms for 5 minutes; "
				"slow_above is 0.75s."},
		{ALERT_LATENCY, ALERT_STARTED,
			{.value = 2000, .usual = 1500, .above = 1},
			.text = "s is slow: p50 2.0 s for 1 minute; slow_above "
				"is 1.5s."},
		{ALERT_LATENCY, ALERT_ESCALATED,
			{.value = 90000, .usual = 60000, .above = 150,
				.severity = SEVERITY_P2},
			.worse = true, .was = SEVERITY_P3,
			.text = "s is slow: p50 90.0 s for 2 h 30 min; "
				"slow_above is 60s; worse than before, now P2 "
				"(was P3)."},
		{ALERT_LATENCY, ALERT_RESOLVED,
			{.severity = SEVERITY_P2,
				.passed_since = START + 720, .value = 2400, .usual = 2000, .above = 12},
			.text = "s is fast enough again: its p50 is not above "
				"the slow_above of 2s after 12 min "
				"(17:50–18:02 UTC).",
			.headline = "P2 over after 12 min: s is fast enough again"},
		{ALERT_LATENCY, ALERT_STARTED, {.value = 940, .usual = 290},
			.text = "s is slow: the 95th percentile is 940 ms, 3.2 "
				"times the 290 ms of 30 days."},
		{ALERT_SILENT, ALERT_RESOLVED, .fleet = true, .reached = "a",
			.text = "a reports again after 0 s (17:50–17:50 UTC)."},
		{ALERT_SILENT, ALERT_RESOLVED, .fleet = true, .reached = "a e",
			.text = "a and e report again after 0 s (17:50–17:50 "
				"UTC)."},
		{ALERT_OVERRUN, ALERT_STARTED, {.step = STEP_TLS, .error = x},
			.regions = "e",
			.text = "s is still down: tls fails with x from e."},
		{ALERT_REGIONAL, ALERT_STARTED,
			{.step = STEP_TLS, .follows = key}, .regions = "e",
			.text = "s works again, but not from e (tls fails)."},
		{ALERT_REGIONAL, ALERT_REMINDER,
			{.step = STEP_TLS, .follows = key}, .regions = "e",
			.reached = "a",
			.text = "s is available from a, but not from e (tls "
				"fails): possibly a routing or CDN issue; not "
				"over after 2 h."},
		{ALERT_ERROR_RATE, ALERT_STARTED,
			{.value = 8, .error = x}, .regions = "e",
			.text = "s fails too often: 8.0 % of the probes of the "
				"last 5 min failed, though never long enough to "
				"be down; last with x, from e."},
		{ALERT_ERROR_RATE, ALERT_STARTED, {.value = 8}, .regions = "e",
			.text = "s fails too often: 8.0 % of the probes of the "
				"last 5 min failed, though never long enough to "
				"be down; from e."},
		{ALERT_ERROR_RATE, ALERT_STARTED,
			{.value = 8, .layer = LAYER_HTTP},
			.text = "s fails too often: 8.0 % of the probes of the "
				"last 5 min failed, though never long enough to "
				"be down; mostly at the layer http."},
	};

	(void)state;
	CHECK(rows);
}

static void test_what_happened(void **state)
{
	static char x[] = "x", ann[] = "ann", deploy[] = "a deploy";
	const struct told rows[] = {
		{ALERT_DOWNTIME, ALERT_ACKNOWLEDGED,
			{.step = STEP_TLS, .error = x, .expected = 1,
				.ack = {ann, deploy, START, START + 3600}},
			.regions = "e",
			.text = "s cannot be reached: tls fails with x from e, its "
				"only region; ann has acknowledged it for 1 h: a deploy."},
		{ALERT_DOWNTIME, ALERT_ACKNOWLEDGED,
			{.step = STEP_TLS, .error = x, .expected = 1,
				.ack = {ann, NULL, START, START + 3600}},
			.regions = "e",
			.text = "s cannot be reached: tls fails with x from e, its "
				"only region; ann has acknowledged it for 1 h."},
		{ALERT_DOWNTIME, ALERT_ESCALATED,
			{.step = STEP_TLS, .error = x, .expected = 1,
				.severity = SEVERITY_P1},
			.regions = "e", .was = SEVERITY_P2, .worse = true,
			.text = "s cannot be reached: tls fails with x from e, its "
				"only region; worse than before, now P1 (was "
				"P2)."},
		{ALERT_DOWNTIME, ALERT_ESCALATED,
			{.step = STEP_TLS, .error = x, .expected = 1,
				.severity = SEVERITY_P1},
			.regions = "e", .worse = true,
			.text = "s cannot be reached: tls fails with x from e, its "
				"only region; worse than before."},
	};

	(void)state;
	CHECK(rows);
}

/* What people open by hand, and what they say of any incident. */
static void test_by_hand(void **state)
{
	static char x[] = "x", title[] = "stale results";
#define MANUAL .severity = SEVERITY_P2, .title = title
	const struct told rows[] = {
		{ALERT_MANUAL, ALERT_STARTED, {MANUAL}, .by = "ann",
			.says = "We look into it.",
			.text = "s: stale results; opened by ann: We look into "
				"it.",
			.headline = "P2: s: stale results"},
		{ALERT_MANUAL, ALERT_REMINDER, {MANUAL},
			.text = "s: stale results; not over after 2 h.",
			.headline = "P2, open for 2 h: s: stale results"},
		{ALERT_MANUAL, ALERT_UPDATED,
			{MANUAL, .progress = PROGRESS_IDENTIFIED}, .by = "ann",
			.says = "An old index",
			.text = "s: stale results; cause identified by ann: An "
				"old index.",
			.headline = "P2, identified: s: stale results"},
		{ALERT_MANUAL, ALERT_UPDATED,
			{MANUAL, .progress = PROGRESS_MONITORING}, .by = "ann",
			.text = "s: stale results; now monitored by ann.",
			.headline = "P2, monitoring: s: stale results"},
		{ALERT_DOWNTIME, ALERT_UPDATED,
			{.step = STEP_TLS, .error = x, .expected = 1,
				.severity = SEVERITY_P1}, .regions = "e",
			.says = "Again.",
			.text = "s cannot be reached: tls fails with x from e, its "
				"only region; now investigated: Again.",
			.headline = "P1, investigating: s cannot be reached"},
		{ALERT_MANUAL, ALERT_RESOLVED,
			{MANUAL, .passed_since = START + 600}, .by = "bob",
			.reason = "A new index.", .unwatched = UNWATCHED_CLOSED,
			.text = "s: stale results; resolved by bob: A new index, "
				"after 10 min (17:50\xe2\x80\x93" "18:00 UTC).",
			.headline = "P2 over after 10 min: s: stale results"},
		{ALERT_MANUAL, ALERT_RESOLVED,
			{MANUAL, .passed_since = START + 600},
			.unwatched = UNWATCHED_SERVER,
			.text = "s: stale results; it ends, for the configuration "
				"no longer has the server, after 10 min "
				"(17:50\xe2\x80\x93" "18:00 UTC)."},
	};
#undef MANUAL

	(void)state;
	CHECK(rows);
}

#define OVER(n) .severity = SEVERITY_P1, .passed_since = START + 600, \
	.probe_count = n

static void test_ends(void **state)
{
	const struct told rows[] = {
		{ALERT_DOWNTIME, ALERT_STARTED,
			{.step = STEP_INITIALIZE, .layer = LAYER_TRANSPORT,
				.severity = SEVERITY_P1, .expected = 3,
				.tier = TIER_HARD_OUTAGE},
			.regions = "a e u",
			.text = "s times out everywhere: initialize fails from a, "
				"e and u (3 of 3 regions).",
			.headline = "P1: s times out everywhere"},
		{ALERT_DOWNTIME, ALERT_RESOLVED, {OVER(1)}, .slow = true,
			.regions = "e",
			.text = "s recovered after 10 min (17:50–18:00 UTC). Root "
				"layer: unknown, 1 failing probe from 1 region. "
				"All layers pass again."},
		{ALERT_DOWNTIME, ALERT_RESOLVED, {OVER(2)}, .slow = true,
			.text = "s recovered after 10 min (17:50–18:00 UTC). Root "
				"layer: unknown, 2 failing probes. All layers "
				"pass again."},
		{ALERT_DOWNTIME, ALERT_RESOLVED, {OVER(10), .unseen = 2},
			.regions = "e",
			.text = "s recovered after 10 min (17:50–18:00 UTC). Root "
				"layer: unknown. Failing minutes: 10. 2 of them "
				"were not seen to recover.",
			.headline = "P1 over after 10 min: s is up again, except 2 "
				"that were not seen to recover"},
	};

	(void)state;
	CHECK(rows);
}

/* While our credential is refused nobody knows more of the server than that. */
static void test_refused(void **state)
{
	static char code[] = "auth.rejected";
	const struct told rows[] = {
		{ALERT_DOWNTIME, ALERT_RESOLVED,
			{OVER(10), .checks_refused = true, .expected = 3},
			.regions = "e u", .still = "u",
			.text = "We can check s from e again, but not from u, after "
				"10 min (17:50–18:00 UTC). Nobody knows how the "
				"server was meanwhile. Failing minutes: 10.",
			.headline = "P1 over after 10 min: we can check s from e "
				"again, but not from u"},
		{ALERT_DOWNTIME, ALERT_FOUND,
			{OVER(10), .checks_refused = true, .expected = 3},
			.regions = "e u",
			.text = "We could not check s from e and u 17:50 to 18:00 "
				"UTC, found at 19:50: our credential was refused "
				"(a step fails). Failing minutes: 10. It is over; "
				"while it lasted its minutes could not be judged, "
				"and nobody was notified.",
			.headline = "P1, over: we could not check s from e and u: our "
				"credential was refused"},
		{ALERT_OVERRUN, ALERT_REMINDER,
			{.severity = SEVERITY_P1, .checks_refused = true,
				.step = STEP_AUTH_INITIALIZE, .error = code,
				.expected = 3, .seen = START + 3600},
			.regions = "e u", .silent = "e u",
			.text = "We cannot check s: our credential is refused since "
				"17:50 UTC; it worked until then (auth-initialize "
				"fails with auth.rejected); clients with their own "
				"access may be fine; not over after 2 h; e and u "
				"have not reported since 18:50 UTC; our credential "
				"was refused there when last seen.",
			.headline = "P1, open for 2 h: we cannot check s: our "
				"credential is refused since 17:50; it worked "
				"until then"},
	};

	(void)state;
	CHECK(rows);
}

/* Each kind of incident has words of its own, at its beginning and its end. */
static void test_headlines(void **state)
{
	static const enum alert_phase phases[] = {
		ALERT_STARTED, ALERT_REMINDER, ALERT_RESOLVED};
	static char key[] = "s:downtime:1777484000";

	(void)state;
	for (size_t p = 0; p < sizeof phases / sizeof *phases; p++) {
		struct strings seen = {0};

		for (unsigned k = 0; k < ALERT_KINDS; k++) {
			struct told t = {.kind = (enum alert_kind)k,
				.phase = phases[p], .regions = "e",
				.reached = "a", .inc.severity = SEVERITY_P2,
				.inc.follows = k == ALERT_REGIONAL ? key : NULL};
			struct buf sentence, headline;
			const char *words;

			buf_init(&sentence, 2000);
			buf_init(&headline, 2000);
			put_told(&t, &sentence, &headline);
			assert_true(buf_ok(&sentence) && buf_ok(&headline));
			words = strstr(headline.p, ": ");
			assert_non_null(words);
			strings_note(&seen, words);
			if (k == ALERT_REGIONAL)
				assert_string_equal(words,
					p == 0 ? ": s works again, but not from e"
						: p == 1
						? ": s works, but not from e"
						: ": s works from e again");
			buf_release(&headline);
			buf_release(&sentence);
		}
		/* Whoever was told of an overrun is told that it is up again. */
		assert_int_equal(seen.n,
			ALERT_KINDS - (phases[p] == ALERT_RESOLVED));
		strings_release(&seen);
	}
}

static void test_phrases(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 200);
	phrase_duration(&b, -5);
	phrase_zone(&b, "Europe/Berlin");
	phrase_zone(&b, "America/New_York");
	phrase_zone(&b, "EST");
	assert_string_equal(b.p, "0 s Berlin time New York time EST time");
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tools),
		cmocka_unit_test(test_regions),
		cmocka_unit_test(test_what_happened),
		cmocka_unit_test(test_by_hand),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_headlines),
		cmocka_unit_test(test_phrases),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

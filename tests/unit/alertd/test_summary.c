/*
 * Goal: what people read of an incident, in each form that its parts can have:
 * what differs where tools do, what is not known, and a headline for each kind.
 */
#include "incident/summary.h"

#include "incident/tool_drift.h"
#include "words/phrases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
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
	const char *regions, *reached, *added, *removed, *changed;
	enum severity was;
	bool worse;
	const char *text; /* the sentence */
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
	static const struct maintenance_hold hold = {.end = START + 3600};
	struct incident inc = t->inc;
	struct summary s = {.slug = "s", .kind = t->kind, .phase = t->phase,
		.incident = &inc, .maintenance = &hold, .at = START + 7200,
		.was = t->was, .worse = t->worse};

	inc.first = inc.opened_at = START;
	inc.change.since = START;
	add_words(&inc.regions, t->regions);
	add_words(&inc.reached, t->reached);
	add_words(&inc.change.added, t->added);
	add_words(&inc.change.removed, t->removed);
	add_words(&inc.change.changed, t->changed);
	summary_put(sentence, &s);
	if (headline)
		summary_headline(headline, &s);
	strings_release(&inc.regions);
	strings_release(&inc.reached);
	tool_change_release(&inc.change);
}

static void check(const struct told *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct buf b;

		buf_init(&b, 2000);
		put_told(&rows[i], &b, NULL);
		assert_string_equal(b.p, rows[i].text);
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
				"only region; ann has it for 1 h: a deploy."},
		{ALERT_DOWNTIME, ALERT_ACKNOWLEDGED,
			{.step = STEP_TLS, .error = x, .expected = 1,
				.ack = {ann, NULL, START, START + 3600}},
			.regions = "e",
			.text = "s cannot be reached: tls fails with x from e, its "
				"only region; ann has it for 1 h."},
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
		cmocka_unit_test(test_headlines),
		cmocka_unit_test(test_phrases),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

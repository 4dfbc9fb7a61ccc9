/* SPDX-License-Identifier: MIT */
/*
 * Goal: what tables of whole minutes (test_incident.c) cannot say of divergence
 * and drift: seconds within a minute, the words, hostile names, and that
 * neither an event nor a state grows without limit.
 */
#include "nights.h"

#include "incident/incident.h"
#include "incident/kinds.h"
#include "incident/state.h"
#include "outbox/outbox.h"
#include "words/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define STARTED(minute, regions)                                               \
	#minute " cdn_cache_divergence_started P2 1 x1 -/- [" regions "]"

static void expect(struct night *n, const char *verdicts, const char *events)
{
	char got[NIGHT_SIZE];

	night_run(n, verdicts);
	night_tell(n, got);
	if (strcmp(got, events) != 0)
		fail_msg("%s:\n  %s\nexpected:\n  %s", verdicts, got, events);
}

/* Regions are probed one after another: A first. */
static void test_within_a_minute(void **state)
{
	struct night n;

	(void)state;
	/* E was seen with the old tools after A with the new ones. */
	night_init(&n, "AEU");
	n.apart = 2;
	expect(&n, ".=aaa .=baa", STARTED(1, "e u"));
	night_release(&n);
	/* The deploy fell between the probes of E and U: no region was late. */
	night_init(&n, "AEU");
	n.apart = 2;
	expect(&n, ".=aaa .=aab .=bbb*4", "");
	night_release(&n);
	/* Clocks of two runners may be one second apart, but not more. */
	night_init(&n, "AE");
	n.apart = 1;
	expect(&n, ".=aa .=ba .=bb*4", "");
	night_release(&n);
	night_init(&n, "AE");
	n.apart = 1.01;
	expect(&n, ".=aa .=ba", STARTED(1, "e"));
	night_release(&n);
	/* The last probe says what is newest, wherever it is listed. */
	night_init(&n, "AE");
	n.apart = -2;
	expect(&n, ".=aa .=cb*2",
		"2 cdn_cache_divergence_started P2 1 x2 -/- [e]");
	night_release(&n);
	/* And who has seen it is told by name. */
	night_init(&n, "AEU");
	n.apart = -2;
	expect(&n, ".=aaa .=bab", STARTED(1, "e"));
	assert_int_equal(n.st.incidents[ALERT_DIVERGENCE].reached.n, 2);
	assert_string_equal(
		n.st.incidents[ALERT_DIVERGENCE].reached.v[0], "a");
	night_release(&n);
}

/* A verdict of five regions, each probed every five minutes, in turn. */
static void slow(struct night *n, int minute, char hash, int late)
{
	static const char *const names[] = {"a", "b", "c", "d", "e"};
	struct verdict_region r[5];
	struct verdict v = {.slug = "s", .expected = 5, .divergence = true,
		.window = NIGHT_START + minute * 60, .regions = r,
		.n_regions = 5};

	for (int i = 0; i < 5; i++) {
		int at = minute - (minute - i + 5) % 5;
		bool old = hash == 'a' || at < 20 || (i == late && at < 40);

		r[i] = (struct verdict_region) {.region = names[i],
			.tool_hash = night_hash(old ? 'a' : hash),
			.started_at = NIGHT_START + at * 60 + 3};
	}
	machine_verdict(&n->st, &v, &n->policy, n->now, &n->events);
}

static void test_slow(void **state)
{
	struct night n;

	(void)state;
	/* They differ for four windows, but only because of the interval. */
	night_init(&n, "");
	for (int minute = 5; minute < 60; minute++)
		slow(&n, minute, 'b', -1);
	expect(&n, "", "");
	night_release(&n);
	/* One region is late, which its next probe shows. */
	night_init(&n, "");
	for (int minute = 5; minute < 60; minute++)
		slow(&n, minute, 'b', 2);
	expect(&n, "",
		"22 cdn_cache_divergence_started P2 20 x1 -/- [c] | "
		"44 cdn_cache_divergence_resolved P2 20-42 x20 -/- [c]");
	night_release(&n);
}

static void expect_summary(const char *regions, const char *verdicts,
	const char *summary)
{
	struct night n;

	night_init(&n, regions);
	n.sides = true;
	free(n.st.slug);
	n.st.slug = strdup("example-mcp");
	night_run(&n, verdicts);
	assert_true(n.events.n > 0);
	events_words(&n.events);
	assert_string_equal(n.events.v[n.events.n - 1].record.summary, summary);
	night_release(&n);
}

static void test_summaries(void **state)
{
	(void)state;
	expect_summary("AEU", ".=aaa .=bab*2",
		"example-mcp shows different tools: e still sees get; a and u "
		"have seen put instead since 17:51 UTC - a stale cache or an "
		"origin that was not updated.");
	expect_summary("AEU", ".=aaa .=baa*2 t242",
		"example-mcp shows different tools: e and u still see get; a "
		"has seen put instead since 17:51 UTC - a stale cache or an origin "
		"that was not updated; not over after 4 h 1 min.");
	/* Here the newest tools are those of the first letter. */
	expect_summary("AEU", ".=bbb .=bba*2",
		"example-mcp shows different tools: a and e still see put; u "
		"has seen get instead since 17:51 UTC - a stale cache or an origin "
		"that was not updated.");
	/* With three sets of tools the sentence names no tools. */
	expect_summary("AEU", ".=bbb .=bac*2",
		"example-mcp shows different tools: a and e still see the old "
		"ones; u has seen others since 17:51 UTC - a stale cache or an "
		"origin that was not updated.");
	/* Nor do those of which the verdict does not tell the difference. */
	expect_summary("AEU", ".=aaa .=cba*2",
		"example-mcp shows different tools: a and u still see the old "
		"ones; e has seen others since 17:51 UTC - a stale cache or an "
		"origin that was not updated.");
	expect_summary("AEU", "@420 .=aaa .=bab*9 .=bbb*3",
		"All regions see the same tools of example-mcp again after 9 "
		"min (00:51\u201301:00 UTC). Last to follow: e.");
	expect_summary("AEU", ".,E*5",
		"example-mcp has had no report from e since 17:50 UTC: a runner or "
		"its network fails, which says nothing about the server.");
	expect_summary("AEU", "?,AEU*5",
		"example-mcp has had no report from a, e and u, all its "
		"regions, since 17:50 UTC: a runner or its network fails, which "
		"says nothing about the server.");
	expect_summary("AEU", ".,E*5 .,EU*5",
		"example-mcp has had no report from e and u since 17:50 UTC: a "
		"runner or its network fails, which says nothing about the "
		"server; more than before.");
	expect_summary("AEU", ".,EU*5 .",
		"e and u report on example-mcp again after 5 min "
		"(17:50\u201317:55 UTC).");
	expect_summary("AEU", ".,E*5 $AU .",
		"No region that is silent is asked for example-mcp any more "
		"after 5 min (17:50\u201317:55 UTC).");
	expect_summary("AEU", ".=bbb|Aab-get+put|Eab-get+put",
		"example-mcp changed its tools: get removed; put added, as "
		"seen from a and e.");
	expect_summary("AEU", ".=bbb|Aab^get\"put",
		"example-mcp changed its tools: get changed; put got a new "
		"description, as seen from a.");
	expect_summary("AEU", ".=bbb|Aab",
		"example-mcp changed its tools, nobody knows which, as seen "
		"from a.");
	expect_summary("AEU", ".=bbb|Ast",
		"example-mcp changed the era of its protocol from session to "
		"stateless, as seen from a.");
}

/* A verdict in which each text and list is as long as may be. */
static void test_bounds(void **state)
{
	static char names[100][4 * 100 + 1], regions[256][REGION_MAX + 1];
	const char *tools[100], *where[256], *many[256];
	struct verdict_region seen[256];
	struct verdict_side sides[2] = {0};
	struct verdict v = {.slug = "s", .url = "https://s.example/mcp",
		.window = NIGHT_START, .expected = 256, .divergence = true,
		.regions = seen, .n_regions = 256, .sides = sides,
		.n_sides = 2};
	struct verdict_drift drift = {.region = "a", .from = night_hash('a'),
		.to = night_hash('b')};
	struct night n;
	struct buf b;

	(void)state;
	night_init(&n, "A");
	for (int i = 0; i < 100; i++) {
		for (int k = 0; k < 100; k++)
			memcpy(&names[i][4 * k], "\xf0\x9f\x94\xa7", 4);
		memcpy(names[i], (char[]) {(char)('0' + i / 10),
			(char)('0' + i % 10), '\n', '"'}, 4);
		tools[i] = names[i];
	}
	for (int i = 0; i < 256; i++) {
		memset(regions[i], 'r', REGION_MAX);
		snprintf(regions[i], 5, "r%03d", i);
		regions[i][4] = 'r';
		many[i] = regions[i];
		where[i] = night_hash(i % 2 ? 'a' : 'b');
		seen[i] = (struct verdict_region) {.region = many[i],
			.started_at = NIGHT_START + 1 + (i % 2 ? 5 : 0),
			.tool_hash = where[i]};
	}
	drift.added = drift.removed = drift.changed = drift.redescribed =
		tools;
	drift.n_added = drift.n_removed = drift.n_changed =
		drift.n_redescribed = 100;
	for (int i = 0; i < 2; i++) {
		sides[i].tool_hash = night_hash(i ? 'b' : 'a');
		sides[i].first_seen = NIGHT_START + i;
		sides[i].changes = drift;
	}
	drift.region = many[0];
	v.drift = &drift;
	v.n_drift = 1;
	machine_verdict(&n.st, &v, &n.policy, n.now, &n.events);
	events_words(&n.events);
	assert_int_equal(n.events.n, 2);
	for (size_t i = 0; i < 2; i++) {
		buf_init(&b, 64 * 1024 - 1);
		alert_record_json(&b, &n.events.v[i].record);
		assert_true(buf_ok(&b));
		assert_int_equal(n.events.v[i].record.removed.n, ALERT_NAMES);
		assert_null(strstr(b.p, "\\n"));
		/* How many more, nobody knows. */
		assert_non_null(strstr(b.p, " and more"));
		assert_non_null(strstr(b.p, "[\"00?\\\"\xf0\x9f\x94\xa7"));
		buf_release(&b);
	}
	assert_int_equal(n.events.v[1].record.n_sides, 2);
	night_release(&n);
}

/* A server that never shows the same tools twice. */
static void test_flood(void **state)
{
	static char hashes[4000][HASH_HEX + 1];
	struct verdict_region seen[3] = {
		{.region = "a"}, {.region = "e"}, {.region = "u"}};
	struct verdict_drift drift[3];
	struct verdict v = {.slug = "s", .expected = 3, .divergence = true,
		.regions = seen, .n_regions = 3, .drift = drift, .n_drift = 3};
	struct night n;

	(void)state;
	night_init(&n, "AEU");
	for (int i = 3; i < 3 * 600; i++) {
		int k = i % 3;

		memset(hashes[i], '0', HASH_HEX);
		snprintf(hashes[i], 9, "%08x", i);
		hashes[i][8] = '0';
		seen[k].tool_hash = hashes[i];
		seen[k].started_at = NIGHT_START + 20 * i;
		drift[k] = (struct verdict_drift) {.region = seen[k].region,
			.from = i < 6 ? night_hash('a') : hashes[i - 3],
			.to = hashes[i]};
		v.window = NIGHT_START + i / 3 * 60;
		if (k == 2)
			machine_verdict(&n.st, &v, &n.policy, n.now,
				&n.events);
	}
	/* Ten hours: one divergence, and its reminders. */
	assert_in_range(n.events.n, 10 * DRIFTS_MAX,
		10 * DRIFTS_MAX + 3);
	assert_int_equal(n.st.tools.n, 3);
	assert_int_equal(n.st.n_drifts, DRIFTS_MAX);
	night_release(&n);
}

/*
 * A region on no side of the verdict is not compared, nor a probe from the
 * future.
 */
static void test_not_compared(void **state)
{
	struct verdict_region r[] = {
		{.region = "a", .started_at = NIGHT_START + 1},
		{.region = "e", .started_at = NIGHT_START + 2},
		{.region = "u", .started_at = NIGHT_START + 3}};
	const char *a[] = {"a"}, *e[] = {"e"};
	struct verdict_side sides[] = {
		{.tool_hash = night_hash('a'), .regions = a, .n_regions = 1,
			.first_seen = NIGHT_START + 1},
		{.tool_hash = night_hash('b'), .regions = e, .n_regions = 1,
			.first_seen = NIGHT_START + 2}};
	struct verdict v = {.slug = "s", .expected = 3, .regions = r,
		.n_regions = 3, .window = NIGHT_START, .divergence = true,
		.sides = sides, .n_sides = 2};
	struct night n;

	(void)state;
	night_init(&n, "");
	r[0].tool_hash = night_hash('a');
	r[1].tool_hash = night_hash('b');
	r[2].tool_hash = night_hash('a');
	sides[0].tool_hash = night_hash('c');
	for (int minute = 0; minute < 9; minute++) {
		machine_verdict(&n.st, &v, &n.policy, n.now, &n.events);
		v.window += 60;
		for (int i = 0; i < 3; i++)
			r[i].started_at += 60;
	}
	expect(&n, "", "");
	/* If it were kept, it would hide all probes before its time. */
	r[2].started_at = (double)v.window + 3600;
	r[2].tool_hash = night_hash('d');
	machine_verdict(&n.st, &v, &n.policy, n.now, &n.events);
	for (size_t i = 0; i < n.st.tools.n; i++)
		assert_true(n.st.tools.v[i].at < (double)v.window + 60);
	night_release(&n);
}

/* Tool names that are known only later are in the events from then on. */
static void test_names_later(void **state)
{
	struct night n;

	(void)state;
	night_init(&n, "AEU");
	night_run(&n, ".=aaa .=bab*2");
	n.sides = true;
	night_run(&n, ".=bab t242");
	assert_int_equal(n.events.n, 2);
	assert_int_equal(n.events.v[0].record.removed.n, 0);
	assert_string_equal(n.events.v[0].record.to, night_hash('b'));
	assert_string_equal(n.events.v[1].record.removed.v[0], "get");
	assert_string_equal(n.events.v[1].record.added.v[0], "put");
	night_release(&n);
}

/* Of one side the words count, and of the other one not: no names are known. */
static void test_one_side_in_words(void **state)
{
	const char *get = "get";
	struct verdict_region r[] = {{.region = "a"}, {.region = "e"}};
	struct verdict_side sides[] = {{.tool_hash = night_hash('a')},
		{.tool_hash = night_hash('b'), .full_hash = night_hash('c'),
			.changes = {.from = night_hash('a'),
				.to = night_hash('c'), .removed = &get,
				.n_removed = 1}}};
	struct verdict v = {.slug = "s", .expected = 2, .regions = r,
		.n_regions = 2, .sides = sides, .n_sides = 2};
	struct night n;

	(void)state;
	night_init(&n, "");
	for (int i = 0; i < 3; i++) {
		v.window = NIGHT_START + 60 * i;
		v.divergence = i > 0;
		r[0].started_at = r[1].started_at = (double)v.window + 1;
		r[0].tool_hash = night_hash('a');
		r[1].tool_hash = night_hash(i ? 'b' : 'a');
		sides[0].last_seen = (double)v.window + 1;
		sides[1].first_seen = NIGHT_START + 30;
		machine_verdict(&n.st, &v, &n.policy, n.now, &n.events);
	}
	expect(&n, "", "2 cdn_cache_divergence_started P2 1 x2 -/- [a]");
	assert_string_equal(n.events.v[0].record.to, night_hash('b'));
	assert_int_equal(n.events.v[0].record.removed.n, 0);
	/* A stranger's verdict has a single side, and its words. */
	v.sides = &sides[1];
	v.n_sides = 1;
	v.divergence = false;
	for (int i = 3; i < 6; i++) {
		v.window = NIGHT_START + 60 * i;
		r[0].started_at = r[1].started_at = (double)v.window + 1;
		r[0].tool_hash = night_hash('b');
		machine_verdict(&n.st, &v, &n.policy, n.now, &n.events);
	}
	assert_int_equal(n.events.n, 2);
	assert_int_equal(n.events.v[1].record.phase, ALERT_RESOLVED);
	night_release(&n);
}

/* Which regions of a verdict say what tools they see. */
static void test_who_sees(void **state)
{
	const char *away[] = {"e"}, *failing[] = {"f"};
	struct verdict_region r[] = {
		{.region = "a", .started_at = NIGHT_START + 1,
			.tool_hash = night_hash('a')},
		{.region = "b", .started_at = NIGHT_START + 1,
			.tool_hash = "zz"},
		{.region = "c", .tool_hash = night_hash('a')},
		{.region = "d", .started_at = NIGHT_START + 1},
		{.region = "e", .started_at = NIGHT_START + 1,
			.tool_hash = night_hash('a')},
	};
	struct verdict_side sides[] = {{.tool_hash = night_hash('b')},
		{.tool_hash = night_hash('c')}};
	struct verdict v = {.slug = "s", .window = NIGHT_START, .regions = r,
		.n_regions = 5, .no_data = away, .n_no_data = 1,
		.failing = failing, .n_failing = 1, .sides = sides};
	struct alert_state st;
	struct sighting other = {.region = "a"};

	(void)state;
	state_init(&st, "s");
	tool_sightings_take(&st, &v, NIGHT_START);
	assert_int_equal(st.tools.n, 1);
	assert_string_equal(st.tools.v[0].region, "a");
	assert_true(tool_sightings_configured(&v, "e"));
	assert_true(tool_sightings_configured(&v, "f"));
	assert_false(tool_sightings_configured(&v, "x"));
	assert_true(tool_sightings_now(&v, &st.tools.v[0]));
	r[0].tool_hash = night_hash('b');
	assert_false(tool_sightings_now(&v, &st.tools.v[0]));
	r[0].tool_hash = night_hash('a');
	/* Newer than what nobody has any more are the newest that it compares. */
	memcpy(other.hash, night_hash('d'), HASH_HEX + 1);
	assert_ptr_equal(
		tool_sightings_newer(&st.tools, &v, &other), &st.tools.sets[0]);
	v.n_sides = 2;
	assert_false(tool_sightings_now(&v, &st.tools.v[0]));
	assert_null(tool_sightings_newer(&st.tools, &v, &other));
	state_release(&st);
}

/* What a verdict knows of sides when the server is new to us. */
static void test_known_sides(void **state)
{
	struct verdict_side sides[TOOL_SETS_MAX + 2];
	struct verdict_region r = {.region = "a", .started_at = NIGHT_START + 1,
		.tool_hash = night_hash('a')};
	struct verdict v = {.slug = "s", .window = NIGHT_START, .regions = &r,
		.n_regions = 1, .sides = sides, .n_sides = TOOL_SETS_MAX + 2};
	struct alert_state st;

	(void)state;
	for (size_t i = 0; i < v.n_sides; i++)
		sides[i] = (struct verdict_side) {.first_seen = NIGHT_START,
			.tool_hash = night_hash("abcdaaefghijklmnop"[i])};
	sides[1].first_seen = 0;
	sides[2].first_seen = NIGHT_START + 61;
	sides[3].tool_hash = "d";
	sides[6].first_seen = NIGHT_START + 60;
	state_init(&st, "s");
	/* Else those that no region sees are forgotten at once. */
	st.incidents[ALERT_DIVERGENCE].open = true;
	tool_sightings_take(&st, &v, NIGHT_START);
	/* Once a; e and those behind it, as far as sides are read. */
	assert_int_equal(st.tools.n_sets, 1 + TOOL_SETS_MAX - 6);
	assert_string_equal(st.tools.sets[0].hash, night_hash('a'));
	assert_string_equal(st.tools.sets[1].hash, night_hash('e'));
	state_release(&st);
}

/* The verdict of a minute on these regions, each with the letter of its tools. */
static void sight(struct alert_state *st, int minute, const char *regions,
	const char *hashes, struct verdict_drift *d, size_t n_drift)
{
	static const char *const names[] = {"a", "b", "c"};
	struct verdict_region r[3];
	struct verdict v = {.slug = "s", .window = NIGHT_START + 60 * minute,
		.regions = r, .drift = d, .n_drift = n_drift};

	for (; regions[v.n_regions]; v.n_regions++)
		r[v.n_regions] = (struct verdict_region) {
			.region = names[regions[v.n_regions] - 'a'],
			.started_at = (double)v.window + 1,
			.tool_hash = night_hash(hashes[v.n_regions])};
	tool_sightings_take(st, &v, v.window);
}

/* Sets of tools of different eras differ, and that says nothing of a cache. */
static void test_eras(void **state)
{
	struct verdict_drift none[] = {
		{.region = "b", .from = "session", .to = "stateless"},
		{.region = "a", .to = "stateless"},
		{.region = "a", .from = "session"},
		{.region = "a", .from = "session", .to = night_hash('b')},
		{.region = "a", .from = night_hash('a'), .to = "stateless"}};
	struct verdict_drift there = {
		.region = "a", .from = "session", .to = "stateless"};
	struct verdict_drift back = {
		.region = "a", .from = "stateless", .to = "session"};
	struct alert_state st;
	const struct tool_set *sets;

	(void)state;
	state_init(&st, "s");
	sets = st.tools.sets;
	sight(&st, 0, "ab", "aa", NULL, 0);
	/* Nothing of it says that region a changed its era. */
	sight(&st, 1, "ab", "ba", none, sizeof none / sizeof *none);
	assert_int_equal(st.tools.n_sets, 2);
	assert_int_equal(sets[0].era, ERA_NONE);
	assert_int_equal(sets[1].era, ERA_NONE);
	assert_true(tool_sightings_differ(&st.tools, NIGHT_START + 60));
	/* All sets before the first change were of the era before it. */
	sight(&st, 2, "ab", "ca", &there, 1);
	assert_int_equal(sets[0].era, ERA_SESSION);
	assert_int_equal(sets[1].era, ERA_STATELESS);
	assert_false(tool_sightings_differ(&st.tools, NIGHT_START + 120));
	/* A region that is new sees a set of which that is not known. */
	sight(&st, 3, "abc", "cad", NULL, 0);
	assert_int_equal(st.tools.n_sets, 3);
	assert_int_equal(sets[2].era, ERA_NONE);
	assert_true(tool_sightings_differ(&st.tools, NIGHT_START + 180));
	/* What is known stays. */
	sight(&st, 4, "abc", "ead", &back, 1);
	assert_int_equal(sets[0].era, ERA_SESSION);
	assert_int_equal(sets[1].era, ERA_STATELESS);
	assert_int_equal(sets[2].era, ERA_SESSION);
	state_release(&st);
	/* However many there are. */
	state_init(&st, "s");
	st.incidents[ALERT_DIVERGENCE].open = true;
	for (int i = 0; i <= TOOL_SETS_MAX; i++)
		sight(&st, i, "a", (char[]) {(char)('a' + i), '\0'}, &there,
			i == TOOL_SETS_MAX);
	assert_int_equal(st.tools.n_sets, TOOL_SETS_MAX);
	for (int i = 0; i < TOOL_SETS_MAX; i++)
		assert_int_equal(sets[i].era, i < TOOL_SETS_MAX - 1
			? ERA_SESSION : ERA_STATELESS);
	state_release(&st);
}

/* A change of which a verdict tells, of that region. */
static void hear_drifts(struct night *n, int minute,
	struct verdict_drift *d, size_t n_drift)
{
	struct verdict_region r = {.region = "a",
		.started_at = NIGHT_START + 60 * minute + 1};
	struct verdict v = {.slug = "s", .verdict = VERDICT_GREEN,
		.tier = TIER_OK, .expected = 1, .reporters = 1, .regions = &r,
		.n_regions = 1, .window = NIGHT_START + 60 * minute,
		.drift = d, .n_drift = n_drift};

	machine_verdict(&n->st, &v, &n->policy, n->now, &n->events);
}

/* Only a change from one hash, or era, to another, of a region, is told. */
static void test_drifts(void **state)
{
	const char *a = night_hash('a'), *b = night_hash('b');
	struct {
		const char *name;
		struct verdict_drift d;
		bool told;
	} rows[] = {
		{"hashes", {.region = "a", .from = a, .to = b}, true},
		{"eras", {.region = "a", .from = "session", .to = "stateless"},
			true},
		{"from nowhere", {.region = "a", .to = b}, false},
		{"to nowhere", {.region = "a", .from = a}, false},
		{"to itself", {.region = "a", .from = a, .to = a}, false},
		{"to no hash", {.region = "a", .from = a, .to = "b"}, false},
		{"from no hash", {.region = "a", .from = "a", .to = b}, false},
		{"from an era to a hash",
			{.region = "a", .from = "session", .to = b}, false},
		{"of no region", {.region = "\x1b[2J", .from = a, .to = b},
			false},
	};
	struct verdict_drift mixed[] = {rows[0].d, rows[2].d,
		{.region = "e", .from = a, .to = b}, rows[1].d, rows[8].d};
	struct night n;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		night_init(&n, "");
		hear_drifts(&n, 0, &rows[i].d, 1);
		if (n.events.n != rows[i].told)
			fail_msg("%s", rows[i].name);
		night_release(&n);
	}
	/* The rest of a verdict is told all the same, each change once. */
	night_init(&n, "");
	hear_drifts(&n, 0, mixed, sizeof mixed / sizeof *mixed);
	expect(&n, "", "0 schema_drift_detected P2 0 x0 -/- [a e] | "
		"0 schema_drift_detected P3 0 x0 -/- [a]");
	night_release(&n);
}

/* Regions differ by tools that both were seen in this window, of one era. */
static void test_differ(void **state)
{
	static const struct {
		const char *sees, *sets; /* of two regions; that are known */
		enum era eras[2]; /* of the sets */
		int64_t window; /* in which the second region was news */
		bool differ;
	} rows[] = {{"ab", "ab", {ERA_NONE, ERA_NONE}, NIGHT_START, true},
		{"ba", "ab", {ERA_NONE, ERA_SESSION}, NIGHT_START, true},
		{"aa", "ab", {ERA_NONE, ERA_NONE}, NIGHT_START, false},
		{"ab", "ab", {ERA_NONE, ERA_NONE}, NIGHT_START - 60, false},
		{"ab", "ab", {ERA_SESSION, ERA_STATELESS}, NIGHT_START, false},
		{"ab", "ab", {ERA_SESSION, ERA_SESSION}, NIGHT_START, true},
		{"ab", "a", {ERA_NONE, ERA_NONE}, NIGHT_START, false}};
	static char names[][2] = {"e", "u"};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct sighting seen[2] = {
			{.region = names[0], .window = NIGHT_START},
			{.region = names[1], .window = rows[i].window}};
		struct tools_seen t = {.v = seen, .n = 2,
			.n_sets = strlen(rows[i].sets)};

		for (size_t k = 0; k < 2; k++)
			memcpy(seen[k].hash, night_hash(rows[i].sees[k]),
				HASH_HEX + 1);
		for (size_t k = 0; k < t.n_sets; k++) {
			memcpy(t.sets[k].hash, night_hash(rows[i].sets[k]),
				HASH_HEX + 1);
			t.sets[k].era = rows[i].eras[k];
		}
		assert_int_equal(
			tool_sightings_differ(&t, NIGHT_START), rows[i].differ);
	}
}

/* What is said of a change of words, and how many names are. */
static void test_change_words(void **state)
{
	static const struct {
		struct verdict_words w;
		bool reverse;
		const char *text;
	} rows[] = {
		{{"get", "/title", "Gets", "Reads"}, false,
			"; get, /title: \"Gets\" has become \"Reads\""},
		{{"get", "/title", "Gets", "Reads"}, true,
			"; get, /title: \"Reads\" has become \"Gets\""},
		{{"get", "/title", "", "Reads"}, false,
			"; get, /title: \"Reads\" is new"},
		{{"get", "/title", "Gets", ""}, false,
			"; get, /title: \"Gets\" is gone"},
		{{"get", "/title", "Gets", ""}, true,
			"; get, /title: \"Gets\" is new"},
	};
	const char *tools[] = {"a", "b", "c", "d", "e"};
	struct verdict_drift five = {.added = tools, .n_added = 5};
	struct verdict_rename renamed[] = {{"p", "a"}, {"q", "b"}, {"r", "c"},
		{"s", "d"}, {"t", "e"}};
	struct tool_change c = {0}, copy = {0};
	struct buf b;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		buf_init(&b, 1000);
		tool_change_words(&c, &rows[i].w, 1, rows[i].reverse);
		words_excerpt(&b, &c);
		assert_string_equal(b.p, rows[i].text);
		buf_release(&b);
	}
	buf_init(&b, 1000);
	tool_change_set(&c, &five);
	words_tool_change(&b, &c);
	assert_string_equal(b.p, "a, b, c and 2 more added");
	buf_clear(&b);
	five.renamed = renamed;
	five.n_renamed = 5;
	tool_change_set(&c, &five);
	words_tool_change(&b, &c);
	assert_string_equal(b.p, "p became a, q became b, r became c and 2 "
				 "more became others");
	/* A copy says the same. */
	tool_change_copy(&copy, &c);
	buf_clear(&b);
	words_tool_change(&b, &copy);
	assert_string_equal(b.p, "p became a, q became b, r became c and 2 "
				 "more became others");
	tool_change_release(&copy);
	/* On the way back nobody knows what became what. */
	five.n_added = 2;
	tool_change_reverse(&c, &five);
	buf_clear(&b);
	words_tool_change(&b, &c);
	assert_string_equal(b.p, "a and b removed");
	/* Nothing is said where no words are known. */
	tool_change_words(&c, NULL, 0, false);
	buf_clear(&b);
	words_excerpt(&b, &c);
	assert_string_equal(b.p, "");
	buf_release(&b);
	tool_change_release(&c);
}

/* Of a name so many characters are kept, and fewer shown, whatever they are. */
static void test_long_names(void **state)
{
	char name[4 * (ALERT_NAME_MAX + 1) + 1] = "\x1b", want[sizeof name] = "?";
	const char *tools[] = {name};
	struct verdict_rename renamed = {name, name};
	struct verdict_drift d = {.added = tools, .n_added = 1,
		.renamed = &renamed, .n_renamed = 1};
	struct tool_change c = {0};
	struct buf b;

	(void)state;
	for (size_t i = 0; i < ALERT_NAME_MAX; i++)
		memcpy(name + 1 + 4 * i, "\U0001F600", 4);
	for (size_t i = 1; i < ALERT_NAME_MAX; i++)
		memcpy(want + 4 * i - 3, "\U0001F600", 4);
	tool_change_set(&c, &d);
	assert_string_equal(c.added.v[0], want);
	assert_string_equal(c.renamed.v[0], want);
	assert_string_equal(c.renamed.v[1], want);
	want[1 + 4 * 39] = '\0';
	buf_init(&b, 1000);
	words_tool_names(&b, &c.added);
	assert_string_equal(b.p, want);
	buf_release(&b);
	tool_change_release(&c);
}

/* A minute in which the tools change that often, since then. */
static void hear_churn(struct night *n, int minute, int changes, double since)
{
	struct verdict_region r = {.region = "a",
		.started_at = NIGHT_START + 60 * minute + 1};
	struct verdict v = {.slug = "s", .verdict = VERDICT_GREEN,
		.tier = TIER_OK, .expected = 1, .reporters = 1, .regions = &r,
		.n_regions = 1, .window = NIGHT_START + 60 * minute,
		.tool_churn = {.changes_1h = changes, .since = since}};

	machine_verdict(&n->st, &v, &n->policy, n->now, &n->events);
}

/* Since when, if the verdict knows it; and its end. */
static void test_churn(void **state)
{
	static const struct {
		double since;
		int64_t started;
	} rows[] = {
		{NIGHT_START + 120, NIGHT_START + 120},
		{0, NIGHT_START + 300},
		{NIGHT_START + 3600, NIGHT_START + 300},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct night n;

		night_init(&n, "");
		hear_churn(&n, 5, 13, rows[i].since);
		assert_int_equal(n.events.n, 1);
		assert_int_equal(n.events.v[0].record.started_at,
			rows[i].started);
		assert_true(n.events.v[0].record.value == 13);
		assert_true(n.events.v[0].record.usual == TOOL_CHURN_USUAL);
		/* Of the same minute the worse counts. */
		hear_churn(&n, 5, 0, 0);
		assert_int_equal(n.events.n, 1);
		hear_churn(&n, 6, 0, 0);
		assert_int_equal(n.events.n, 2);
		assert_int_equal(n.events.v[1].record.phase, ALERT_RESOLVED);
		night_release(&n);
	}
}

/* Closed, it begins with the next window, and not when the closed one did. */
static void test_churn_closed(void **state)
{
	const struct ack_request q = {
		.action = ACK_CLOSE, .by = "ann", .reason = "gone"};
	struct night n;

	(void)state;
	night_init(&n, "");
	hear_churn(&n, 5, 13, NIGHT_START + 120);
	ack_apply(&n.st, &q, NIGHT_START + 330, &n.events);
	hear_churn(&n, 5, 13, NIGHT_START + 120);
	expect(&n, "",
		"5 tool_churn_started P2 2 x1 -/tools [] | "
		"5 tool_churn_resolved P2 2-5 x1 -/tools []");
	hear_churn(&n, 6, 13, NIGHT_START + 120);
	assert_int_equal(n.events.n, 3);
	assert_int_equal(n.events.v[2].record.phase, ALERT_STARTED);
	assert_int_equal(n.events.v[2].record.started_at, NIGHT_START + 360);
	night_release(&n);
}

/* After a clock was wrong for a while, events come as usual. */
static void test_wrong_clock(void **state)
{
	struct night n;

	(void)state;
	night_init(&n, "AEU");
	n.now = NIGHT_START + 1000 * 60;
	night_run(&n, "@1000 .=ccc ?,AEU");
	assert_true(n.st.judged > NIGHT_START + 1000 * 60);
	n.now = NIGHT_START + 10 * 60;
	expect(&n, "@4 .,U=aaa .,U=bab*4",
		"6 cdn_cache_divergence_started P2 5 x2 -/- [e] | "
		"8 probe_silent_started P3 4 x5 -/- [u]");
	night_release(&n);
	/* By a clock that is right a drift is told once, too. */
	night_init(&n, "AEU");
	n.now = NIGHT_START + 4 * 60;
	expect(&n, "@3 .=baa|Aab-get .=bba|Eab-get",
		"3 schema_drift_detected P2 3 x0 -/- [a] | "
		"4 cdn_cache_divergence_started P2 4 x2 -/- [u]");
	night_release(&n);
	/* What was told by a clock that was ahead is told again. */
	night_init(&n, "AEU");
	n.now = NIGHT_START + 1000 * 60;
	night_run(&n, "@1000 .=bbb|Aab-get");
	n.now = NIGHT_START + 10 * 60;
	expect(&n, "@9 .=bbb|Aab-get @10 .=bbb|Aab-get",
		"1000 schema_drift_detected P2 1000 x0 -/- [a] | "
		"9 schema_drift_detected P2 9 x0 -/- [a]");
	night_release(&n);
	/* Only the clock of the verdicts was wrong. */
	night_init(&n, "AEU");
	n.now = NIGHT_START + 1000 * 60;
	night_run(&n, "@0 >1000 ?,AEU");
	n.now = NIGHT_START + 10 * 60;
	expect(&n, "@4 .,U*5", "8 probe_silent_started P3 4 x5 -/- [u]");
	night_release(&n);
	/* An open incident is counted anew, and can end. */
	night_init(&n, "AEU");
	n.now = NIGHT_START + 1000 * 60;
	night_run(&n, "@1000 .=aaa .=bab*2 .=bbb");
	n.now = NIGHT_START + 10 * 60;
	night_run(&n, "@4 .=bbb*3");
	assert_int_equal(n.events.n, 2);
	assert_int_equal(n.events.v[1].record.phase, ALERT_RESOLVED);
	night_release(&n);
}

/*
 * A verdict of three regions with cache checks: '=' equal, '!' stale, 'v' stale
 * by less, '?' unknown, '-' a region that is not configured. '~' before them: the
 * tools change all the time.
 */
static void hear_checks(struct night *n, int minute, const char *found)
{
	static const char *names[] = {"ap-south-1", "eu-west-2", "us-east-1"};
	struct verdict_region r[3];
	struct verdict v = {.slug = "s", .expected = 3, .reporters = 3,
		.window = NIGHT_START + 60 * minute, .regions = r};

	if (*found == '~') {
		v.tool_churn.changes_1h = 13;
		found++;
	}
	/* Whatever their order, they are told by name. */
	for (int i = 2; i >= 0; i--) {
		struct verdict_region *one = &r[v.n_regions];
		struct cache_check *c = &one->cache;

		if (found[i] == '-')
			continue;
		*one = (struct verdict_region) {.region = names[i],
			.tool_hash = night_hash('a'),
			.started_at = (double)v.window + i,
			.cache_at = (double)v.window + i};
		v.n_regions++;
		c->result = found[i] == '=' ? CACHE_EQUAL
			: found[i] == '?' ? CACHE_UNKNOWN
					  : CACHE_STALE;
		if (c->result != CACHE_STALE)
			continue;
		c->age_s = found[i] == 'v' ? 60 : 600 * (i + 1);
		memcpy(c->tool_hash, night_hash('b'), HASH_HEX + 1);
		memcpy(c->full_hash, night_hash('b'), HASH_HEX + 1);
		cache_check_note(c, CACHE_ADDED, "fetch_data");
		cache_check_note(c, CACHE_REMOVED, "get_data");
		c->more = i == 2 ? 4 : i;
	}
	machine_verdict(&n->st, &v, &n->policy, n->now, &n->events);
}

/* The events of that minute, as "4 resolved [eu]"; clears them. */
static void put_told(struct night *n, int minute, char *out, size_t size)
{
	for (size_t k = 0; k < n->events.n; k++) {
		const struct alert_record *r = &n->events.v[k].record;
		size_t at = strlen(out);

		assert_int_equal(r->kind, ALERT_DIVERGENCE);
		at += (size_t)snprintf(out + at, size - at, "%s%d %s [",
			at ? " | " : "", minute,
			r->phase == ALERT_STARTED ? "started" : "resolved");
		for (size_t j = 0; j < r->n_regions; j++)
			at += (size_t)snprintf(out + at, size - at, "%s%s",
				j ? " " : "", r->regions[j]);
		snprintf(out + at, size - at, "]");
	}
	events_release(&n->events);
}

/*
 * A minute in which three regions see the same contracts, and each the words of
 * its letter, '-' none: which sides the verdict has, since when, and a change.
 */
static void hear_words(struct night *n, int minute, const char *said)
{
	static const char *names[] = {"ap-south-1", "eu-west-2", "us-east-1"};
	static const char *tool[] = {"greet"};
	static struct verdict_words words = {
		"greet", "/description", "Greets", "Greets. First"};
	double at = NIGHT_START + minute * 60;
	struct verdict_region r[3];
	struct verdict_side sides[3];
	const char *regions[3][3], *no_data[3];
	struct verdict v = {.slug = "s", .expected = 3, .window = (int64_t)at,
		.regions = r, .no_data = no_data, .sides = sides};

	for (int i = 0; i < 3; i++) {
		size_t k = 0;

		if (said[i] == '-') {
			no_data[v.n_no_data++] = names[i];
			continue;
		}
		r[v.n_regions++] = (struct verdict_region) {.region = names[i],
			.tool_hash = night_hash('z'), .started_at = at + 10 * i};
		while (k < v.n_sides && strcmp(sides[k].full_hash,
					       night_hash(said[i])) != 0)
			k++;
		if (k == v.n_sides)
			sides[v.n_sides++] = (struct verdict_side) {
				.tool_hash = night_hash('z'),
				.full_hash = night_hash(said[i]),
				.regions = regions[k],
				.first_seen = said[i] == 'a' ? NIGHT_START
					: said[i] == 'b' ? NIGHT_START + 70
							 : at + 10 * i};
		regions[k][sides[k].n_regions++] = names[i];
		sides[k].last_seen = at + 10 * i;
	}
	/* The first seen is the first; the others are told from it. */
	if (v.n_sides == 2 && sides[1].first_seen < sides[0].first_seen) {
		struct verdict_side other = sides[0];

		sides[0] = sides[1];
		sides[1] = other;
	}
	v.n_sides = v.n_sides < 2 ? 0 : v.n_sides;
	for (size_t k = 1; k < v.n_sides; k++) {
		sides[k].changes = (struct verdict_drift) {
			.from = sides[0].full_hash, .to = sides[k].full_hash,
			.redescribed = tool, .n_redescribed = 1};
		sides[k].words = &words;
		sides[k].n_words = 1;
	}
	v.divergence = v.n_sides > 0;
	machine_verdict(&n->st, &v, &n->policy, n->now, &n->events);
}

/* Contracts are the same, and what a tool says is not. */
static void test_words(void **state)
{
	static const struct {
		const char *name;
		const char *minutes[10];
		const char *events;
	} rows[] = {
		{"one region, and its end",
			{"aaa", "aba", "aba", "aaa", "aaa", "aaa"},
			"1 started [ap-south-1 us-east-1] | "
			"5 resolved [ap-south-1 us-east-1]"},
		{"a deploy between two probes",
			{"aaa", "abb", "bbb", "bbb"}, ""},
		{"or in the second of one", {"aaa", "bab", "bbb", "bbb"}, ""},
		{"a region stays behind",
			{"aaa", "abb", "abb", "bbb", "bbb", "bbb"},
			"2 started [ap-south-1] | 5 resolved [ap-south-1]"},
		{"the last to follow are told",
			{"aaa", "aba", "abb", "bbb", "bbb", "bbb"},
			"1 started [ap-south-1 us-east-1] | "
			"5 resolved [ap-south-1]"},
		{"something else each time",
			{"aaa", "cde", "fgh", "ijk", "lmn"}, ""},
		{"the region that is behind falls silent",
			{"aaa", "abb", "abb", "-bb", "-bb", "-bb", "-bb"},
			"2 started [ap-south-1]"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char got[512] = "";
		struct night n;

		night_init(&n, "");
		for (int m = 0; rows[i].minutes[m]; m++) {
			hear_words(&n, m, rows[i].minutes[m]);
			for (size_t k = 0; k < n.events.n; k++) {
				const struct alert_event *e = &n.events.v[k];

				assert_string_equal(e->record.words[0].after,
					"Greets. First");
				assert_int_equal(e->incident.expected, 3);
				/* The new words are those of a second in it. */
				assert_int_equal(
					e->record.started_at, NIGHT_START + 60);
			}
			put_told(&n, m, got, sizeof got);
		}
		if (strcmp(got, rows[i].events) != 0)
			fail_msg("%s: %s", rows[i].name, got);
		night_release(&n);
	}
}

/*
 * A cache that gives clients an old list is told from the first check that
 * finds it, though all regions see the same tools, to the check that does not.
 */
static void test_stale(void **state)
{
	static const struct {
		const char *name;
		const char *minutes[26]; /* what is heard in each */
		const char *events;
	} rows[] = {
		{"one region, and its end", {"=!=", "=!=", "===", "===", "==="},
			"0 started [eu-west-2] | 4 resolved [eu-west-2]"},
		{"all of them equally", {"!!!", "!!!", "==="},
			"0 started [ap-south-1 eu-west-2 us-east-1]"},
		{"nobody else is checked", {"?!?", "?!?"},
			"0 started [eu-west-2]"},
		{"it ends with a check, and not without", {"!==", "?==", "?==",
			"?==", "?==", "?==", "?==", "?==", "===", "===", "==="},
			"0 started [ap-south-1] | 10 resolved [ap-south-1]"},
		{"it comes back while it passes", {"!==", "===", "===", "!==",
			"===", "===", "==="},
			"0 started [ap-south-1] | 6 resolved [ap-south-1]"},
		{"another region joins", {"!==", "!!=", "?==", "===", "===",
			"==="}, "0 started [ap-south-1] | "
			"5 resolved [ap-south-1 eu-west-2]"},
		{"nobody checks any more", {"!==", "?==", "?==", "?==", "?==",
			"?==", "?==", "?==", "?==", "?==", "?==", "?==", "?==",
			"?==", "?==", "?==", "?==", "?==", "?==", "?==", "?==",
			"?==", "?=="},
			"0 started [ap-south-1] | 22 resolved [ap-south-1]"},
		{"one of two is not checked once", {"!!=", "?!=", "===", "===",
			"==="}, "0 started [ap-south-1 eu-west-2] | "
			"4 resolved [ap-south-1 eu-west-2]"},
		{"of another nobody knows", {"!?=", "===", "===", "==="},
			"0 started [ap-south-1] | 3 resolved [ap-south-1]"},
		{"the region is not configured any more",
			{"!==", "-==", "-==", "-=="},
			"0 started [ap-south-1] | 1 resolved [ap-south-1]"},
		{"of two one is not configured any more",
			{"!!=", "=-=", "=-=", "=-="},
			"0 started [ap-south-1 eu-west-2] | "
			"3 resolved [ap-south-1 eu-west-2]"},
		{"no check finds any", {"===", "?==", "???"}, ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char got[512] = "";
		struct night n;

		night_init(&n, "");
		for (int m = 0; rows[i].minutes[m]; m++) {
			hear_checks(&n, m, rows[i].minutes[m]);
			for (size_t k = 0; k < n.events.n; k++)
				assert_true(n.events.v[k].incident.expected >= 2);
			put_told(&n, m, got, sizeof got);
		}
		if (strcmp(got, rows[i].events) != 0)
			fail_msg("%s: %s", rows[i].name, got);
		night_release(&n);
	}
}

/* The list of the region whose clients get the oldest one is told. */
static void test_oldest(void **state)
{
	struct night n;

	(void)state;
	night_init(&n, "");
	hear_checks(&n, 1, "!v=");
	assert_int_equal(n.st.incidents[ALERT_DIVERGENCE].change.since,
		NIGHT_START + 60);
	assert_true(n.st.incidents[ALERT_DIVERGENCE].stale_age_s == 600);
	assert_int_equal(n.st.incidents[ALERT_DIVERGENCE].regions.n, 2);
	assert_int_equal(n.st.incidents[ALERT_DIVERGENCE].reached.n, 1);
	assert_string_equal(
		n.st.incidents[ALERT_DIVERGENCE].reached.v[0], "us-east-1");
	night_release(&n);
	night_init(&n, "");
	/* Of lists as old as each other that of the first. */
	hear_checks(&n, 0, "vv=");
	assert_int_equal(n.st.incidents[ALERT_DIVERGENCE].stale_more, 1);
	night_release(&n);
	night_init(&n, "");
	hear_checks(&n, 0, "!==");
	assert_string_equal(
		n.st.incidents[ALERT_DIVERGENCE].reached.v[0], "eu-west-2");
	night_release(&n);
	/* While the tools change all the time no cache is told of. */
	night_init(&n, "");
	hear_checks(&n, 0, "~!==");
	assert_int_equal(n.events.n, 1);
	assert_int_equal(n.events.v[0].record.kind, ALERT_CHURN);
	night_release(&n);
}

/* A state of an older version does not say what the change was. */
static void test_change_not_known(void **state)
{
	const struct alert_record *r;
	struct night n;

	(void)state;
	night_init(&n, "AEU");
	night_run(&n, ".=aaa .=bab*2");
	tool_change_release(&n.st.incidents[ALERT_DIVERGENCE].change);
	night_run(&n, "t242");
	assert_int_equal(n.events.n, 2);
	r = &n.events.v[1].record;
	assert_int_equal(r->phase, ALERT_REMINDER);
	assert_null(r->to);
	assert_int_equal(r->n_sides, 2);
	assert_string_equal(r->sides[0].tool_hash, night_hash('a'));
	night_release(&n);
}

/* The words, also after the state was stored and read again. */
static void test_stale_words(void **state)
{
	static const char began[] =
		"s has a stale cache in front of it: clients in Mumbai, London "
		"and Ashburn get a list that is older than the server's, by "
		"30 min: without fetch_data, still with get_data, and 4 more "
		"that differ.";
	char why[STATE_WHY];
	struct alert_state again;
	struct night n;
	struct buf b;

	(void)state;
	night_init(&n, "");
	hear_checks(&n, 0, "!!!");
	assert_int_equal(n.events.n, 1);
	events_words(&n.events);
	assert_string_equal(n.events.v[0].record.summary, began);
	buf_init(&b, STATE_MAX);
	state_write(&b, &n.st);
	if (!state_read(b.p, b.len, "s", &again, why))
		fail_msg("%s", why);
	assert_true(again.incidents[ALERT_DIVERGENCE].stale);
	assert_true(again.incidents[ALERT_DIVERGENCE].stale_age_s == 1800);
	assert_int_equal(again.incidents[ALERT_DIVERGENCE].stale_more, 4);
	state_release(&again);
	buf_release(&b);
	night_release(&n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_within_a_minute),
		cmocka_unit_test(test_slow),
		cmocka_unit_test(test_summaries),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_flood),
		cmocka_unit_test(test_not_compared),
		cmocka_unit_test(test_names_later),
		cmocka_unit_test(test_one_side_in_words),
		cmocka_unit_test(test_who_sees),
		cmocka_unit_test(test_known_sides),
		cmocka_unit_test(test_eras),
		cmocka_unit_test(test_drifts),
		cmocka_unit_test(test_differ),
		cmocka_unit_test(test_change_words),
		cmocka_unit_test(test_long_names),
		cmocka_unit_test(test_churn),
		cmocka_unit_test(test_churn_closed),
		cmocka_unit_test(test_wrong_clock),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_stale),
		cmocka_unit_test(test_oldest),
		cmocka_unit_test(test_change_not_known),
		cmocka_unit_test(test_stale_words),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Goal: what is told of a server beside its downtimes, each rule as a row of a
 * table (see nights.h): regions that see different tools, tools that changed,
 * regions that fell silent. None of it touches a downtime.
 */
#include "base/xalloc.h"
#include "incident/incident.h"
#include "nights.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define DIVERGED "cdn_cache_divergence"

static void test_divergence_begins(void **state)
{
	static const struct night_case cases[] = {
		{"all see the same", "AEU", ".=aaa*5", ""},
		{"a deploy between two probes of a minute", "AEU",
			".=aaa .=aba .=bbb*5", ""},
		{"one region is late", "AEU", ".=aaa .=bab .=bab",
			"2 " DIVERGED "_started P2 1 x2 -/- [e]"},
		{"two are", "AEU", ".=aaa .=aba .=aba",
			"2 " DIVERGED "_started P2 1 x2 -/- [a u]"},
		{"differing when we first look: two windows", "AEU", ".=bab",
			""},
		{"and then it is known which were seen first", "AEU",
			".=bab .=bab",
			"1 " DIVERGED "_started P2 0 x2 -/- [a u]"},
		{"a failing region sees nothing", "AEU",
			".=aaa E6=b-b*30",
			"3 regional_started P2 1 x3 tools-list/tools [e]"},
		{"nor does a silent one, whatever it saw", "AEU",
			".=aaa .,E=bab*5",
			"5 probe_silent_started P3 1 x5 -/- [e]"},
		{"they agree when the same window is told again: it counts",
			"AEU", ".=aaa .=bab @1 .=bbb .=bab",
			"2 " DIVERGED "_started P2 1 x2 -/- [e]"},
		{"the same window twice is one", "AEU",
			".=aaa .=bab @1 .=bab @1 .=bab", ""},
		{"hashes that the verdict does not compare", "AEU",
			".=aaa .#bab*30", ""},
		{"silent during the deploy, and late when it is back", "AEU",
			".=aaa .,E=bab*4 .=bab",
			"5 " DIVERGED "_started P2 1 x1 -/- [e]"},
		{"a region that comes back to older tools: two windows", "AEUX",
			".=aaaa E6=b-bb E6=b-ab E6=a-aa",
			"3 regional_started P2 1 x3 tools-list/tools [e]"},
		{"then it began when that one came back", "AEUX",
			".=aaaa E6=b-bb*2 E6=b-ab*2",
			"3 regional_started P2 1 x3 tools-list/tools [e] | "
			"4 " DIVERGED "_started P2 3 x2 -/- [u]"},
		{"one that comes back alone rolls nothing back", "AEUX",
			".=aaaa .=baba*2",
			"2 " DIVERGED "_started P2 1 x2 -/- [e x]"},
		{"a tool list that is new each time", "AEU",
			".=abc .=ghi .=jkl",
			"1 " DIVERGED "_started P2 1 x2 -/- [a e]"},
		{"an older window", "AEU", "@5 .=aaa @3 .=bab @4 .=bab", ""},
		{"a region that is new sees the old ones", "AE",
			".=aa .=bb $AEU .=bba .=bba",
			"3 " DIVERGED "_started P2 2 x2 -/- [a e]"},
	};

	(void)state;
	NIGHT_CHECK(cases);
}

static void test_divergence_ends(void **state)
{
	static const struct night_case cases[] = {
		{"two windows are not enough", "AEU", ".=aaa .=bab*9 .=bbb*2",
			"2 " DIVERGED "_started P2 1 x2 -/- [e]"},
		{"three are", "AEU", ".=aaa .=bab*9 .=bbb*4",
			"2 " DIVERGED "_started P2 1 x2 -/- [e] | "
			"12 " DIVERGED "_resolved P2 1-10 x9 -/- [e]"},
		{"a relapse begins the count anew", "AEU",
			".=aaa .=bab*2 .=bbb*2 .=bab .=bbb*3",
			"2 " DIVERGED "_started P2 1 x2 -/- [e] | "
			"8 " DIVERGED "_resolved P2 1-6 x3 -/- [e]"},
		{"one that relapses is behind, not the first", "AEUX",
			".=aaaa .=babb*2 .=bbbb*2 .=babb*2 .=bbbb*3",
			"2 " DIVERGED "_started P2 1 x2 -/- [e] | "
			"9 " DIVERGED "_resolved P2 1-7 x4 -/- [e]"},
		{"nor is one that comes back to it", "AEUXZ",
			".=aaaaa .=babbb*2 .=baabb .=bbbbb*3",
			"2 " DIVERGED "_started P2 1 x2 -/- [e] | "
			"6 " DIVERGED "_resolved P2 1-4 x3 -/- [e u]"},
		{"the last to follow are told", "AEUX",
			".=aaaa .=baab*2 .=bbab*2 .=bbbb*3",
			"2 " DIVERGED "_started P2 1 x2 -/- [e u] | "
			"7 " DIVERGED "_resolved P2 1-5 x4 -/- [u]"},
		{"a region that fell silent does not end it", "AEU",
			".=aaa .=bab*2 .,E=bab*30",
			"2 " DIVERGED "_started P2 1 x2 -/- [e] | "
			"7 probe_silent_started P3 3 x5 -/- [e]"},
		{"nor one that fails", "AEU", ".=aaa .=bab*2 E6=b-b*2 .=bbb*2",
			"2 " DIVERGED "_started P2 1 x2 -/- [e]"},
		{"that another is silent does not hold it", "AEU",
			".=aaa .=bab*2 .,A=bbb*3",
			"2 " DIVERGED "_started P2 1 x2 -/- [e] | "
			"5 " DIVERGED "_resolved P2 1-3 x2 -/- [e]"},
		{"a region that is no longer expected does not", "AEU",
			".=aaa .=bab*2 $AU .=bb*3",
			"2 " DIVERGED "_started P2 1 x2 -/- [e] | "
			"3 " DIVERGED "_resolved P2 1-3 x2 -/- [e]"},
		{"a downtime in between changes nothing", "AEU",
			".=aaa .=bab*2 AEU1=---*3 .=bab .=bbb*3",
			"2 " DIVERGED "_started P2 1 x2 -/- [e] | "
			"3 downtime_started P1 3 x1 dns/transport [a e u] | "
			"8 downtime_resolved P1 3-6 x3 dns/transport "
			"[a e u] | "
			"9 " DIVERGED "_resolved P2 1-7 x3 -/- [e]"},
		{"unknown neither", "AEU", ".=aaa .=bab*2 .=bbb ? ? .=bbb*2",
			"2 " DIVERGED "_started P2 1 x2 -/- [e] | "
			"7 " DIVERGED "_resolved P2 1-3 x2 -/- [e]"},
		{"a region that followed and fell silent is not behind",
			"AEU", ".=aaa .=bab*2 .=bbb .,E=b-b*2",
			"2 " DIVERGED "_started P2 1 x2 -/- [e] | "
			"5 " DIVERGED "_resolved P2 1-3 x2 -/- [e]"},
		{"unless it was behind again", "AEU",
			".=aaa .=bab*2 .=bbb .=bab .,E=b-b*4",
			"2 " DIVERGED "_started P2 1 x2 -/- [e]"},
		{"three sets: all have to follow", "AEU",
			".=aaa .=bab*2 .=bac*2 .=ccc*3",
			"2 " DIVERGED "_started P2 1 x2 -/- [e] | "
			"7 " DIVERGED "_resolved P2 1-5 x4 -/- [a e]"},
		{"a region that comes back may begin another", "AEU",
			".=aaa .=bab*2 $AU .=bb $AEU .=b-b*5 .=bab*2",
			"2 " DIVERGED "_started P2 1 x2 -/- [e] | "
			"3 " DIVERGED "_resolved P2 1-3 x2 -/- [e] | "
			"10 " DIVERGED "_started P2 9 x2 -/- [a u]"},
		{"nor does one end it that comes back and reads no tools",
			"AEUX", ".=aaaa .=baab*2 $AUX .=bbb $AEUX .=b-bb*3 "
			".=bbbb*2",
			"2 " DIVERGED "_started P2 1 x2 -/- [e u] | "
			"8 " DIVERGED "_resolved P2 1-3 x2 -/- [e u]"},
		{"one newer still: whoever was ahead is not behind at once",
			"AEU", ".=aaa .=bab*2 .=cab .=ccc*3",
			"2 " DIVERGED "_started P2 1 x2 -/- [e] | "
			"6 " DIVERGED "_resolved P2 1-4 x3 -/- [e]"},
		{"and whoever was behind may be ahead then", "AEU",
			".=aaa .=bab*2 .=ccb .=ccc*3",
			"2 " DIVERGED "_started P2 1 x2 -/- [e] | "
			"6 " DIVERGED "_resolved P2 1-4 x3 -/- [e]"},
		{"a rollback ends it too", "AEU", ".=aaa .=bab*2 .=aaa*3",
			"2 " DIVERGED "_started P2 1 x2 -/- [e] | "
			"5 " DIVERGED "_resolved P2 1-3 x2 -/- [e]"},
		{"after a rollback who stays is behind", "AEUX",
			".=aaaa .=babb*2 .=aaba*2 .=aaaa*3",
			"2 " DIVERGED "_started P2 1 x2 -/- [e] | "
			"7 " DIVERGED "_resolved P2 1-5 x4 -/- [u]"},
		{"a verdict that lists no region ends nothing", "AEU",
			".=aaa .=bab*2 $ .*9 $AEU .=bab",
			"2 " DIVERGED "_started P2 1 x2 -/- [e]"},
		{"another one has another beginning", "AEU",
			".=aaa .=bab*2 .=bbb*3 .=cbc*2",
			"2 " DIVERGED "_started P2 1 x2 -/- [e] | "
			"5 " DIVERGED "_resolved P2 1-3 x2 -/- [e] | "
			"7 " DIVERGED "_started P2 6 x2 -/- [e]"},
		{"another era is not behind", "AEUX",
			".=aaaa .#baaa|Ast+put .=baac*2 .=bccc*3",
			"1 schema_drift_detected P3 1 x0 -/- [a] | "
			"3 " DIVERGED "_started P2 2 x2 -/- [e u] | "
			"6 " DIVERGED "_resolved P2 2-4 x2 -/- [e u]"},
		{"nor a reason to hold it", "AEU",
			".=aaa .=bab*2 .#bcb|Est .#bcb*2",
			"2 " DIVERGED "_started P2 1 x2 -/- [e] | "
			"3 schema_drift_detected P3 3 x0 -/- [e] | "
			"5 " DIVERGED "_resolved P2 1-3 x2 -/- [e]"},
	};

	(void)state;
	NIGHT_CHECK(cases);
}

static void test_reminders(void **state)
{
	static const struct night_case cases[] = {
		{"every four hours, and it stays P2", "AEU",
			".=aaa .=bab*2 t241 t242 t243 t482",
			"2 " DIVERGED "_started P2 1 x2 -/- [e] | "
			"242 " DIVERGED "_reminder P2 1 x2 -/- [e] | "
			"482 " DIVERGED "_reminder P2 1 x2 -/- [e]"},
		{"not of one that is about to end", "AEU",
			".=aaa .=bab*2 .=bbb t242",
			"2 " DIVERGED "_started P2 1 x2 -/- [e]"},
		{"of silence too", "AEU", ".,E*5 t244 t245",
			"4 probe_silent_started P3 0 x5 -/- [e] | "
			"244 probe_silent_reminder P3 0 x5 -/- [e]"},
	};

	(void)state;
	NIGHT_CHECK(cases);
}

static void test_drift(void **state)
{
	static const struct night_case cases[] = {
		{"one event for all regions", "AEU",
			".=aaa .=bbb|Aab-get+put|Eab-get+put|Uab-get+put",
			"1 schema_drift_detected P2 1 x0 -/- [a e u]"},
		{"a changed one is P3", "A", ".=b|Aab^get+put",
			"0 schema_drift_detected P3 0 x0 -/- [a]"},
		{"an added one", "A", ".=b|Aab+put",
			"0 schema_drift_detected P3 0 x0 -/- [a]"},
		{"one with a new description", "A", ".=b|Aab\"get",
			"0 schema_drift_detected P3 0 x0 -/- [a]"},
		{"whatever else: gone is gone", "A", ".=b|Aab+put^get-set\"x",
			"0 schema_drift_detected P2 0 x0 -/- [a]"},
		{"nobody knows what changed", "A", ".=b|Aab",
			"0 schema_drift_detected P2 0 x0 -/- [a]"},
		{"an era", "A", ".=b|Ast",
			"0 schema_drift_detected P3 0 x0 -/- [a]"},
		{"who follows within an hour is no news", "AEU",
			".#baa|Aab-get @59 .#bba|Eab-get @60 .=bbb|Uab-get",
			"0 schema_drift_detected P2 0 x0 -/- [a] | "
			"60 schema_drift_detected P2 60 x0 -/- [u]"},
		{"or while they differ", "AEU",
			".=aaa .=baa|Aab-get .=baa*70 .=bba|Eab-get",
			"1 schema_drift_detected P2 1 x0 -/- [a] | "
			"2 " DIVERGED "_started P2 1 x2 -/- [e u]"},
		{"the way back is another change", "A",
			".=a .=b|Aab-get+put .=a|Aba-put+get",
			"1 schema_drift_detected P2 1 x0 -/- [a] | "
			"2 schema_drift_detected P2 2 x0 -/- [a]"},
		{"back and forth: each once an hour", "A",
			".=b|Aab-get .=a|Aba+get .=b|Aab-get .=a|Aba+get "
			"@58 .=b|Aab-get .=a|Aba+get .=b|Aab-get .=a|Aba+get",
			"0 schema_drift_detected P2 0 x0 -/- [a] | "
			"1 schema_drift_detected P3 1 x0 -/- [a] | "
			"60 schema_drift_detected P2 60 x0 -/- [a] | "
			"61 schema_drift_detected P3 61 x0 -/- [a]"},
		{"what was told in this hour is known when older ones are "
		 "forgotten", "AE",
			".#ba|Aab-get @10070 .#cb|Abc-put @10081 .#cc|Ebc-put",
			"0 schema_drift_detected P2 0 x0 -/- [a] | "
			"10070 schema_drift_detected P2 10070 x0 -/- [a]"},
		{"the same record again", "A", ".=b|Aab-get @0 .=b|Aab-get",
			"0 schema_drift_detected P2 0 x0 -/- [a]"},
		{"an older one", "A", "@9 .=b @3 .=b|Aab-get", ""},
		{"two changes in one window", "AE",
			".=bc|Aab^get|Eac-get",
			"0 schema_drift_detected P3 0 x0 -/- [a] | "
			"0 schema_drift_detected P2 0 x0 -/- [e]"},
	};

	(void)state;
	NIGHT_CHECK(cases);
}

/* Two drifts of one minute have different keys. */
static void test_drift_keys(void **state)
{
	char a[ALERT_KEY_SIZE], b[ALERT_KEY_SIZE];
	struct night n;

	(void)state;
	night_init(&n, "AEU");
	night_run(&n, ".=bcb|Aab^get|Eac-get|Uab^get .=ccc|Abc+put");
	assert_int_equal(n.events.n, 3);
	assert_string_equal(alert_key(&n.events.v[0].record, a),
		"s:schema_drift_detected:1777485000");
	assert_string_equal(alert_key(&n.events.v[1].record, a),
		"s:schema_drift_detected:1777485001");
	assert_true(n.events.v[1].record.started_at == NIGHT_START);
	assert_string_equal(alert_key(&n.events.v[2].record, b),
		"s:schema_drift_detected:1777485060");
	night_release(&n);
}

/* What was told by a clock that was ahead by more than two may differ is
   forgotten. */
static void test_drift_ahead(void **state)
{
	(void)state;
	for (int wrong = 0; wrong < 2; wrong++) {
		struct night n;

		night_init(&n, "A");
		n.now = NIGHT_START;
		n.st.n_drifts = 1;
		n.st.drifts[0].at = NIGHT_START + STATE_AHEAD_S + wrong;
		night_run(&n, ".");
		assert_int_equal(n.st.n_drifts, !wrong);
		night_release(&n);
	}
}

static void test_silence(void **state)
{
	static const struct night_case cases[] = {
		{"four windows", "AEU", ".,E*4 .", ""},
		{"five", "AEU", ".,E*5",
			"4 probe_silent_started P3 0 x5 -/- [e]"},
		{"not in a row", "AEU", ".,E*4 . .,E*4", ""},
		{"the first report ends it", "AEU", ".,E*9 . .",
			"4 probe_silent_started P3 0 x5 -/- [e] | "
			"9 probe_silent_resolved P3 0-9 x9 -/- [e]"},
		{"a gap of our own ends nothing", "AEU",
			".,E*5 @300 .,E*6 .",
			"4 probe_silent_started P3 0 x5 -/- [e] | "
			"300 probe_silent_reminder P3 0 x6 -/- [e] | "
			"306 probe_silent_resolved P3 0-306 x11 -/- [e]"},
		{"one more makes it worse, under its key", "AEU",
			".,E*3 .,EU*8",
			"4 probe_silent_started P3 0 x5 -/- [e] | "
			"7 probe_silent_escalated P3 0 x8 -/- [e u]"},
		{"all of them", "AEU", "?,AEU*5 t6",
			"4 probe_silent_started P3 0 x5 -/- [a e u]"},
		{"and the last that reports ends it", "AEU",
			"?,AEU*5 .,EU .,U .",
			"4 probe_silent_started P3 0 x5 -/- [a e u] | "
			"7 probe_silent_resolved P3 0-7 x7 -/- [u]"},
		{"one that falls silent again makes it worse", "AEU",
			".,EU*5 .,U .,EU*5",
			"4 probe_silent_started P3 0 x5 -/- [e u] | "
			"10 probe_silent_escalated P3 0 x11 -/- [e u]"},
		{"one that is no longer expected is not silent", "AEU",
			".,E*5 $AU .",
			"4 probe_silent_started P3 0 x5 -/- [e] | "
			"5 probe_silent_resolved P3 0-5 x5 -/- [e]"},
		{"a verdict that lists no region ends nothing", "AEU",
			".,E*5 $ .*9 $AEU .,E",
			"4 probe_silent_started P3 0 x5 -/- [e]"},
		{"it ends within a maintenance: told after it, as of then",
			"AEU", ".,E*5 m5-9 .*6",
			"4 probe_silent_started P3 0 x5 -/- [e] | "
			"9 probe_silent_resolved P3 0-5 x5 -/- [e]"},
		{"the same window twice is one", "AEU",
			".,E*3 @2 .,E @2 .,E .,E", ""},
		{"in which another falls silent, too", "AEU",
			".,E*4 @3 .,EU*5",
			"4 probe_silent_started P3 0 x5 -/- [e] | "
			"7 probe_silent_escalated P3 0 x8 -/- [e u]"},
		{"an older window says nothing", "AEU",
			".,E*5 @2 . @5 .,E",
			"4 probe_silent_started P3 0 x5 -/- [e]"},
		{"judged by the clock, though nobody reports", "AEU",
			". @0 >1 ?,AEU @0 >2 ?,AEU @0 >3 ?,AEU @0 >4 ?,AEU "
			"@0 >5 ?,AEU",
			"5 probe_silent_started P3 1 x5 -/- [a e u]"},
	};

	struct night n;

	(void)state;
	NIGHT_CHECK(cases);
	/* Where probes are rare, windows count since the first without one. */
	night_init(&n, "AEU");
	n.st.interval_s = 1200;
	night_run(&n, ".,E*4");
	assert_int_equal(n.events.n, 0);
	night_run(&n, ".,E");
	assert_int_equal(n.events.n, 1);
	assert_int_equal(n.events.v[0].record.started_at, NIGHT_START - 3600);
	night_release(&n);
}

/* How long a region has been silent: since its last report, where the verdict
   has that, and went by it; at a slow pace those windows were no silent ones. */
static void test_silent_since(void **state)
{
	static const struct {
		double interval_s;
		int ago; /* minutes since its last report; -1: there is none */
		int n, since; /* windows of silence, and minutes */
	} rows[] = {{0, -1, 1, 0}, {0, 0, 1, 0}, {0, 1, 1, 1}, {0, 4, 4, 4},
		{0, 5, 1, 0}, {60, 4, 4, 4}, {60, 5, 1, 0}, {90, 4, 1, 4},
		{90, 6, 1, 6}, {90, 7, 1, 0}, {300, 20, 1, 20},
		{300, 21, 1, 0}};
	const char *away[] = {"e"};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct verdict_region r = {.region = "e",
			.started_at = NIGHT_START - 60 * rows[i].ago + 7.5};
		struct verdict v = {.slug = "s", .verdict = VERDICT_GREEN,
			.window = NIGHT_START, .tier = TIER_OK, .expected = 2,
			.regions = &r, .n_regions = rows[i].ago >= 0,
			.no_data = away, .n_no_data = 1};
		struct night n;

		night_init(&n, "");
		n.st.interval_s = rows[i].interval_s;
		/* The same verdict twice is one. */
		machine_verdict(&n.st, &v, &n.policy, n.now, &n.events);
		machine_verdict(&n.st, &v, &n.policy, n.now, &n.events);
		assert_int_equal(n.st.n_regions, 1);
		assert_int_equal(n.st.regions[0].silent.n, rows[i].n);
		assert_int_equal(n.st.regions[0].silent.since,
			NIGHT_START - 60 * rows[i].since);
		night_release(&n);
	}
}

/* Who is no client of the newest revision is told once, and once a day. */
static void test_clients_refused(void **state)
{
	static const struct night_case cases[] = {
		{"once", "AEU", ".-AE*3",
			"0 clients_refused P3 0 x0 -/- [a e]"},
		{"not by what a region said before it fell silent", "AEU",
			".,A-A", ""},
		{"less than a day later it is no news", "AEU",
			".-A @1439 .-A @2878 .-A",
			"0 clients_refused P3 0 x0 -/- [a]"},
		{"a day later it is", "AEU", ".-A .*9 @1440 .-E",
			"0 clients_refused P3 0 x0 -/- [a] | "
			"1440 clients_refused P3 1440 x0 -/- [e]"},
		{"the same verdict again", "AEU", ".-A @0 .-A",
			"0 clients_refused P3 0 x0 -/- [a]"},
	};

	(void)state;
	NIGHT_CHECK(cases);
}

/* Of a region that is cut off the fleet is told, once for all servers. */
static void test_cut_off(void **state)
{
	const char *away[] = {"e"};
	struct verdict_region a = {.region = "a"};
	struct verdict v = {.slug = "s", .verdict = VERDICT_GREEN,
		.tier = TIER_OK, .expected = 2, .reporters = 1, .regions = &a,
		.n_regions = 1, .no_data = away, .n_no_data = 1,
		.isolated = away};

	(void)state;
	for (size_t cut = 0; cut < 2; cut++) {
		struct night n;

		night_init(&n, "");
		v.n_isolated = cut;
		for (int i = 0; i < 9; i++) {
			v.window = NIGHT_START + 60 * i;
			a.started_at = (double)v.window + 1;
			machine_verdict(&n.st, &v, &n.policy, n.now, &n.events);
		}
		assert_int_equal(n.events.n, cut ? 0 : 1);
		night_release(&n);
	}
}

/* A region that falls silent says nothing about the server. */
static void test_no_green(void **state)
{
	static const struct night_case cases[] = {
		{"one region falls silent in a downtime", "AEU",
			"EU1 EU1 ~U1,E*3 ~EU1,EU*3 t240 t241",
			"0 downtime_started P1 0 x1 dns/transport [e u] | "
			"6 probe_silent_started P3 2 x5 -/- [e] | "
			"240 downtime_reminder P1 0 x5 dns/transport [u e]"},
		{"all of them do", "AEU", "AEU1 ?AEU1,AEU*9 ?,AEU*15 t240",
			"0 downtime_started P1 0 x1 dns/transport [a e u] | "
			"5 probe_silent_started P3 1 x5 -/- [a e u] | "
			"240 downtime_reminder P1 0 x1 dns/transport "
			"[a e u]"},
		{"it stays open until they pass", "EU",
			"EU1 ?EU1,EU*6 . . .",
			"0 downtime_started P1 0 x1 dns/transport [e u] | "
			"5 probe_silent_started P3 1 x5 -/- [e u] | "
			"7 probe_silent_resolved P3 1-7 x6 -/- [e u] | "
			"9 downtime_resolved P1 0-7 x1 dns/transport [e u]"},
		{"a regional one neither", "AEU", "E2*3 ~E2,E*6 t242",
			"2 regional_started P2 0 x3 tls/transport [e] | "
			"7 probe_silent_started P3 3 x5 -/- [e] | "
			"242 regional_reminder P2 0 x3 tls/transport [e]"},
		{"what nobody watches ends after half an hour", "AEU",
			"E2*3 .,E*30",
			"2 regional_started P2 0 x3 tls/transport [e] | "
			"7 probe_silent_started P3 3 x5 -/- [e] | "
			"32 regional_resolved P2 0-3 x3 tls/transport [e]"},
		{"also where nobody watches at all", "AEU", "AEU1 ?,AEU*30",
			"0 downtime_started P1 0 x1 dns/transport [a e u] | "
			"5 probe_silent_started P3 1 x5 -/- [a e u] | "
			"30 downtime_resolved P1 0-1 x1 dns/transport "
			"[a e u]"},
		{"and with the next report", "AEU", "E2*3 .,E*9 .",
			"2 regional_started P2 0 x3 tls/transport [e] | "
			"7 probe_silent_started P3 3 x5 -/- [e] | "
			"12 regional_resolved P2 0-3 x3 tls/transport [e] | "
			"12 probe_silent_resolved P3 3-12 x9 -/- [e]"},
		{"unless that fails", "AEU", "E2*3 .,E*9 E2*2 . . .",
			"2 regional_started P2 0 x3 tls/transport [e] | "
			"7 probe_silent_started P3 3 x5 -/- [e] | "
			"12 probe_silent_resolved P3 3-12 x9 -/- [e] | "
			"16 regional_resolved P2 0-14 x5 tls/transport [e]"},
		{"a P2 that nobody sees does not become P1", "AEU",
			"EU6*10 .,EU*24 EU6",
			"0 downtime_started P2 0 x1 tools-list/tools [e u] | "
			"14 probe_silent_started P3 10 x5 -/- [e u] | "
			"34 probe_silent_resolved P3 10-34 x24 -/- [e u] | "
			"34 downtime_escalated P1 0 x11 tools-list/tools "
			"[e u]"},
		{"nor does the silent one keep a downtime open", "AEU",
			"AEU1*2 .,A*3",
			"0 downtime_started P1 0 x1 dns/transport [a e u] | "
			"4 downtime_resolved P1 0-2 x2 dns/transport "
			"[a e u]"},
		{"nor the regional one that it covers, which ends with it",
			"AEU", "E2*3 EU2 .,E*3",
			"2 regional_started P2 0 x3 tls/transport [e] | "
			"3 downtime_started P1 3 x1 tls/transport [e u] | "
			"6 downtime_resolved P1 3-4 x1 tls/transport [e u] | "
			"6 regional_resolved P2 0-4 x4 tls/transport [e]"},
		{"nor does it end limits that a regional one covers", "AEU",
			"%E*3 E2*3 .,E*6",
			"2 rate_limited_started P2 0 x3 initialize/http [e] | "
			"5 regional_started P2 3 x3 tls/transport [e] | "
			"10 probe_silent_started P3 6 x5 -/- [e]"},
		{"nor does a divergence", "AEU", "EU1=--- .=bab E6=b-b",
			"0 downtime_started P1 0 x1 dns/transport [e u]"},
	};

	(void)state;
	NIGHT_CHECK(cases);
}

/* How many regions are expected, as of the last verdict that failed. */
static void test_expected(void **state)
{
	static const struct {
		const char *night;
		enum alert_kind kind; /* of the last event */
		int expected;
	} rows[] = {{"EU2", ALERT_DOWNTIME, 3}, {"E2*3", ALERT_REGIONAL, 3},
		{"E2*3 $AEUX E2 t250", ALERT_REGIONAL, 4},
		{"m0-5 EU2*11", ALERT_OVERRUN, 3},
		{".=aaa .=bab*2", ALERT_DIVERGENCE, 3},
		{".=aaa .=bab*2 $AEUX .=babb t250", ALERT_DIVERGENCE, 4},
		{".,E*5", ALERT_SILENT, 3},
		{".,E*5 $AEUX .,E t250", ALERT_SILENT, 4}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct alert_event *e;
		struct night n;

		night_init(&n, "AEU");
		night_run(&n, rows[i].night);
		e = &n.events.v[n.events.n - 1];
		assert_int_equal(e->record.kind, rows[i].kind);
		assert_int_equal(e->incident.expected, rows[i].expected);
		night_release(&n);
	}
}

/* Two incidents that began in one minute have their regions; of one each region
   is noted once. */
static void test_timeline_regions(void **state)
{
	static const enum alert_kind kinds[] = {
		ALERT_REGIONAL, ALERT_RATE_LIMITED, ALERT_REGIONAL};
	static const char *const region = "e";
	struct alert_state st;

	(void)state;
	state_init(&st, "s");
	for (size_t i = 0; i < 3; i++) {
		const struct alert_record r = {.slug = "s", .kind = kinds[i],
			.phase = ALERT_STARTED, .started_at = NIGHT_START,
			.regions = &region, .n_regions = 1};

		state_note_event(&st, &r);
		assert_int_equal(st.timeline[i].regions.n, i < 2);
	}
	/* The second of what is told once in a minute has a key of its own. */
	state_note_event(&st, &(struct alert_record) {.slug = "s",
		.kind = ALERT_DRIFT, .phase = ALERT_ONCE,
		.started_at = NIGHT_START, .nth = 1, .regions = &region,
		.n_regions = 1});
	assert_int_equal(st.timeline[3].first, NIGHT_START + 1);
	assert_int_equal(st.timeline[3].regions.n, 0);
	/* The oldest goes, and the last of its incident takes over its region. */
	while (st.n_timeline < TIMELINE_MAX - 1)
		state_note(&st, NIGHT_START, "maintenance_began", "m");
	for (int i = 0; i < 3; i++)
		state_note_event(&st, &(struct alert_record) {.slug = "s",
			.kind = i == 1 ? ALERT_RATE_LIMITED : ALERT_DOWNTIME,
			.phase = ALERT_REMINDER, .started_at = NIGHT_START});
	assert_int_equal(st.timeline[TIMELINE_MAX - 2].regions.n, 1);
	state_release(&st);
}

/* Instants that a wrong clock set, of every kind of incident, become now. */
static void test_wrong_clock(void **state)
{
	const int64_t now = NIGHT_START, ahead = now + STATE_AHEAD_S;
	struct night n;

	(void)state;
	night_init(&n, "AEU");
	for (unsigned k = 0; k < ALERT_KINDS; k++) {
		struct incident *inc = &n.st.incidents[k];

		incident_open(inc, SEVERITY_P3, now - 60, ahead + 1, 1);
		inc->escalation.since = inc->escalation.stopped =
			(double)ahead + 1;
		inc->silenced_at = ahead + 1;
		inc->ack = (struct ack) {.by = xstrdup("ann"),
			.at = (double)ahead + 1, .until = (double)ahead + 61};
	}
	machine_tick(&n.st, &n.policy, (double)now, &n.events);
	for (unsigned k = 0; k < ALERT_KINDS; k++) {
		struct incident *inc = &n.st.incidents[k];

		assert_int_equal(inc->opened_at, now);
		assert_int_equal(inc->reminded_at, now);
		assert_int_equal(inc->silenced_at, now);
		assert_true(inc->escalation.since == (double)now);
		assert_true(inc->escalation.stopped == (double)now);
		assert_true(inc->ack.at == (double)now);
		assert_true(inc->ack.until == (double)now + 60);
		/* As far ahead as two clocks may differ. */
		inc->opened_at = inc->reminded_at = inc->silenced_at = ahead;
		inc->escalation.since = inc->escalation.stopped = inc->ack.at =
			(double)ahead;
	}
	machine_tick(&n.st, &n.policy, (double)now, &n.events);
	for (unsigned k = 0; k < ALERT_KINDS; k++) {
		struct incident *inc = &n.st.incidents[k];

		assert_int_equal(inc->opened_at, ahead);
		assert_int_equal(inc->reminded_at, ahead);
		assert_int_equal(inc->silenced_at, ahead);
		assert_true(inc->escalation.since == (double)ahead);
		assert_true(inc->escalation.stopped == (double)ahead);
		assert_true(inc->ack.at == (double)ahead);
	}
	assert_int_equal(n.events.n, 0);
	/* So does when each was closed. */
	ack_apply(&n.st, &(struct ack_request) {.action = ACK_CLOSE,
		.by = "ann", .reason = "gone"}, (double)ahead + 1, &n.events);
	assert_int_equal(n.st.n_closings, ALERT_KINDS);
	incident_heal_closings(&n.st, (double)now);
	for (unsigned k = 0; k < ALERT_KINDS; k++)
		assert_true(n.st.closings[k].at == (double)now);
	night_release(&n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_divergence_begins),
		cmocka_unit_test(test_divergence_ends),
		cmocka_unit_test(test_reminders),
		cmocka_unit_test(test_drift),
		cmocka_unit_test(test_drift_keys),
		cmocka_unit_test(test_drift_ahead),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_silent_since),
		cmocka_unit_test(test_clients_refused),
		cmocka_unit_test(test_cut_off),
		cmocka_unit_test(test_no_green),
		cmocka_unit_test(test_expected),
		cmocka_unit_test(test_timeline_regions),
		cmocka_unit_test(test_wrong_clock),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

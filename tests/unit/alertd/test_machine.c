/* SPDX-License-Identifier: MIT */
/*
 * Goal: every number of mcp-incidents(7) as a table: the verdicts of a night
 * (see nights.h), and all events that it makes.
 */
#include "nights.h"

#include "incident/confirmation.h"
#include "incident/incident.h"
#include "incident/recovery.h"
#include "words/words.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void test_confirmation(void **state)
{
	static const struct night_case cases[] = {
		{"nothing happens", "AEU", ". . ? . ?", ""},
		{"two agree: at once", "AEU", ". EU6",
			"1 downtime_started P2 1 x1 tools-list/tools [e u]"},
		{"three agree: at once", "AEU", ". AEU3",
			"1 downtime_started P1 1 x1 initialize/initialize "
			"[a e u]"},
		{"one of several, twice", "AEU", "E2 E2", ""},
		{"one of several, three times", "AEU", "E2 E2 E2",
			"2 regional_started P2 0 x3 tls/transport [e]"},
		{"at different steps: it fails all the same", "AEU",
			"E2 E6 E7",
			"2 regional_started P2 0 x3 tools-call/tools [e]"},
		{"two that do not agree, three times", "AEU", "~EU6*3",
			"2 regional_started P2 0 x3 tools-list/tools [e u]"},
		{"each region once: jitter", "AEU", "A2 E2 U2 A2 E2 U2", ""},
		{"not in a row", "AEU", "E2 E2 . E2 E2", ""},
		{"it was cut off: its failures were ours", "AEU",
			"E2 E2 .,E:E E2 E2", ""},
		{"another region joins: the older one counts", "AEU",
			"E2 ~EU2 ~EU2",
			"2 regional_started P2 0 x3 tls/transport [e u]"},
		{"the only region, twice", "E", "E6 E6", ""},
		{"the only region, three times: by its step", "E", "E6 E6 E6",
			"2 downtime_started P2 0 x3 tools-list/tools [e]"},
		{"the only region, each time at another step", "E", "E2 E6 E1",
			"2 downtime_started P1 0 x3 dns/transport [e]"},
		{"the only region, as the verdict counts", "E", "E6 E6 !E6",
			"2 downtime_started P2 0 x3 tools-list/tools [e]"},
		{"the verdict counted more than we saw", "E", "!E6",
			"0 downtime_started P2 0 x1 tools-list/tools [e]"},
		{"the first failure is the first on which they agree", "AEU",
			"E6 E6 EU6",
			"2 downtime_started P2 2 x1 tools-list/tools [e u]"},
		{"windows too far apart are not in a row", "AEU",
			"E2 E2 @400 E2", ""},
		{"three hours are not too far", "AEU", "E2 E2 @181 E2",
			"181 regional_started P2 0 x3 tls/transport [e]"},
		{"a minute more is", "AEU", "E2 E2 @182 E2", ""},
		{"rows as long as each other: the older counts", "AEU",
			"~U2 ?E2 ~EU2 ~EU2",
			"3 regional_started P2 0 x3 tls/transport [e u]"},
		{"also where the other region was noted first", "AEU",
			".,E ~U2,E ?E2 ~EU2 ~EU2",
			"4 regional_started P2 1 x3 tls/transport [e u]"},
		{"and where a longer row was noted after a shorter one", "AEU",
			".,E ~U2,E ~EU2 ~EU2",
			"3 regional_started P2 1 x3 tls/transport [e u]"},
		{"the only region, silent since it was limited", "E",
			"E3/http.429,E*4", ""},
	};

	(void)state;
	NIGHT_CHECK(cases);
}

static void test_layers(void **state)
{
	static const struct night_case cases[] = {
		{"1", "EU", "EU1",
			"0 downtime_started P1 0 x1 dns/transport [e u]"},
		{"2", "EU", "EU2",
			"0 downtime_started P1 0 x1 tls/transport [e u]"},
		{"3", "EU", "EU3/mcp.version",
			"0 downtime_started P1 0 x1 initialize/initialize "
			"[e u]"},
		{"4", "EU", "EU4/oauth.issuer",
			"0 downtime_started P2 0 x1 oauth-discovery/tools "
			"[e u]"},
		{"5", "EU", "EU5/auth.rejected",
			"0 downtime_started P1 0 x1 "
			"auth-initialize/initialize [e u]"},
		{"6", "EU", "EU6/jsonrpc.malformed",
			"0 downtime_started P2 0 x1 tools-list/tools [e u]"},
		{"7", "EU", "EU7/tool.error",
			"0 downtime_started P2 0 x1 tools-call/tools [e u]"},
		{"8", "EU", "EU8/hash.pinned",
			"0 downtime_started P2 0 x1 tool-hash/tools [e u]"},
		{"5xx is P1 at any step", "EU", "EU6/http.503",
			"0 downtime_started P1 0 x1 tools-list/http [e u]"},
		{"4xx is not", "EU", "EU6/http.404",
			"0 downtime_started P2 0 x1 tools-list/http [e u]"},
		{"nor what has no number", "EU", "EU6/http.503x",
			"0 downtime_started P2 0 x1 tools-list/http [e u]"},
		{"nor what only looks like it", "EU", "EU6/http.5000",
			"0 downtime_started P2 0 x1 tools-list/http [e u]"},
		{"4xx where clients begin", "EU", "EU3/http.403",
			"0 downtime_started P1 0 x1 initialize/http [e u]"},
		{"a deadline is of the transport", "EU", "EU6/deadline",
			"0 downtime_started P2 0 x1 tools-list/transport "
			"[e u]"},
		{"like any timeout", "EU", "EU3/tcp.timeout",
			"0 downtime_started P1 0 x1 initialize/transport "
			"[e u]"},
		{"a worse layer escalates, once", "AEU",
			"EU6 EU3 EU3 EU6 EU1 EU3",
			"0 downtime_started P2 0 x1 tools-list/tools [e u] | "
			"1 downtime_escalated P1 0 x2 initialize/initialize "
			"[e u] | "
			"4 downtime_escalated P1 0 x5 dns/transport [e u]"},
		{"the step is the last one at the worst layer", "AEU",
			"EU7 EU6 .*3",
			"0 downtime_started P2 0 x1 tools-call/tools [e u] | "
			"4 downtime_resolved P2 0-2 x2 tools-list/tools "
			"[e u]"},
		{"5xx makes it worse", "AEU", "EU6/http.404 EU6/http.500",
			"0 downtime_started P2 0 x1 tools-list/http [e u] | "
			"1 downtime_escalated P1 0 x2 tools-list/http [e u]"},
		{"a better one is no news", "AEU", "EU1 EU6",
			"0 downtime_started P1 0 x1 dns/transport [e u]"},
		{"one region alone does not make a downtime worse", "AEU",
			"EU6 E1 E1",
			"0 downtime_started P2 0 x1 tools-list/tools [e u]"},
		{"a regional one stays P2", "AEU", "E6 E6 E6 E1",
			"2 regional_started P2 0 x3 tools-list/tools [e] | "
			"3 regional_escalated P2 0 x4 dns/transport [e]"},
		{"nor is it worse where it is limited", "AEU",
			"E6*3 E3/http.429 E6",
			"2 regional_started P2 0 x3 tools-list/tools [e]"},
	};

	(void)state;
	NIGHT_CHECK(cases);
}

static void test_time(void **state)
{
	static const struct night_case cases[] = {
		{"P2 for half an hour", "EU", "EU6*30",
			"0 downtime_started P2 0 x1 tools-list/tools [e u]"},
		{"and then P1, once", "EU", "EU6*60",
			"0 downtime_started P2 0 x1 tools-list/tools [e u] | "
			"30 downtime_escalated P1 0 x31 tools-list/tools "
			"[e u]"},
		{"a regional one never", "AEU", "E2*60",
			"2 regional_started P2 0 x3 tls/transport [e]"},
		{"nor limits", "AEU", "%E*60",
			"2 rate_limited_started P2 0 x3 initialize/http [e]"},
		{"a tick does it as well", "EU", "EU6 t29 t30 t31",
			"0 downtime_started P2 0 x1 tools-list/tools [e u] | "
			"30 downtime_escalated P1 0 x1 tools-list/tools [e u]"},
		{"and a verdict that knows nothing", "EU", "EU6 @30 ?",
			"0 downtime_started P2 0 x1 tools-list/tools [e u] | "
			"30 downtime_escalated P1 0 x1 tools-list/tools [e u]"},
		{"not while it recovers", "EU", "EU6*29 . . t31 t40",
			"0 downtime_started P2 0 x1 tools-list/tools [e u]"},
		{"but when that was nothing", "EU", "EU6*29 . . EU6",
			"0 downtime_started P2 0 x1 tools-list/tools [e u] | "
			"31 downtime_escalated P1 0 x30 tools-list/tools "
			"[e u]"},
		{"a reminder every 4 h", "EU", "EU1 t239 t240 t241 t480",
			"0 downtime_started P1 0 x1 dns/transport [e u] | "
			"240 downtime_reminder P1 0 x1 dns/transport [e u] | "
			"480 downtime_reminder P1 0 x1 dns/transport [e u]"},
		{"one, however long it slept", "EU", "EU1 t1000 t1001 t1200",
			"0 downtime_started P1 0 x1 dns/transport [e u] | "
			"1000 downtime_reminder P1 0 x1 dns/transport [e u] | "
			"1200 downtime_reminder P1 0 x1 dns/transport [e u]"},
		{"a night from verdicts", "EU", "EU6*242",
			"0 downtime_started P2 0 x1 tools-list/tools [e u] | "
			"30 downtime_escalated P1 0 x31 tools-list/tools "
			"[e u] | "
			"240 downtime_reminder P1 0 x241 tools-list/tools "
			"[e u]"},
		{"no reminder of what is over", "EU", "EU1 . . . t240",
			"0 downtime_started P1 0 x1 dns/transport [e u] | "
			"3 downtime_resolved P1 0-1 x1 dns/transport [e u]"},
	};

	(void)state;
	NIGHT_CHECK(cases);
}

static void test_recovery(void **state)
{
	static const struct night_case cases[] = {
		{"two passing windows are not enough", "EU", "EU1 . .",
			"0 downtime_started P1 0 x1 dns/transport [e u]"},
		{"three are", "EU", "EU1*23 . . . .",
			"0 downtime_started P1 0 x1 dns/transport [e u] | "
			"25 downtime_resolved P1 0-23 x23 dns/transport "
			"[e u]"},
		{"flapping holds it open", "EU", "EU1 . . EU1 . EU1 . . E6 .",
			"0 downtime_started P1 0 x1 dns/transport [e u]"},
		{"and counts only what failed", "EU",
			"EU1 . . EU1 . EU1 . . .",
			"0 downtime_started P1 0 x1 dns/transport [e u] | "
			"8 downtime_resolved P1 0-6 x3 dns/transport [e u]"},
		{"one region that fails at any step holds it open", "AEU",
			"EU6 A2 . . A7 . .",
			"0 downtime_started P2 0 x1 tools-list/tools [e u]"},
		{"a regional one ends the same way", "AEU", "E2*4 . . .",
			"2 regional_started P2 0 x3 tls/transport [e] | "
			"6 regional_resolved P2 0-4 x4 tls/transport [e]"},
		{"a new one has a new beginning", "EU", "EU1 . . . . EU1",
			"0 downtime_started P1 0 x1 dns/transport [e u] | "
			"3 downtime_resolved P1 0-1 x1 dns/transport [e u] | "
			"5 downtime_started P1 5 x1 dns/transport [e u]"},
		{"a regional one becomes a downtime", "AEU",
			"E2*3 EU2 EU2 . . .",
			"2 regional_started P2 0 x3 tls/transport [e] | "
			"3 downtime_started P1 3 x1 tls/transport [e u] | "
			"7 downtime_resolved P1 3-5 x2 tls/transport [e u] | "
			"7 regional_resolved P2 0-5 x5 tls/transport [e]"},
		{"a folded one is silent", "AEU", "E6*3 EU6*40",
			"2 regional_started P2 0 x3 tools-list/tools [e] | "
			"3 downtime_started P2 3 x1 tools-list/tools [e u] | "
			"33 downtime_escalated P1 3 x31 tools-list/tools "
			"[e u]"},
		{"no regional one beside a downtime", "AEU", "EU2 E2*2 EU2 E2*2",
			"0 downtime_started P1 0 x1 tls/transport [e u]"},
		{"a minute in which nobody knew is one that passed, too", "AEU",
			"EU2 .,EU . .",
			"0 downtime_started P1 0 x1 tls/transport [e u] | "
			"3 downtime_resolved P1 0-1 x1 tls/transport [e u]"},
		{"but is one, if reports of it come later", "AEU",
			"EU2 .,EU @1 . . .",
			"0 downtime_started P1 0 x1 tls/transport [e u] | "
			"3 downtime_resolved P1 0-1 x1 tls/transport [e u]"},
		{"its regions are no longer probed", "AEU", "E2*3 $AU .",
			"2 regional_started P2 0 x3 tls/transport [e] | "
			"3 regional_resolved P2 0-3 x3 tls/transport [e]"},
		{"nor are those of a downtime", "AEU", "EU2 $A .",
			"0 downtime_started P1 0 x1 tls/transport [e u] | "
			"1 downtime_resolved P1 0-1 x1 tls/transport [e u]"},
		{"or of limits", "AEU", "%E*3 $AU .",
			"2 rate_limited_started P2 0 x3 initialize/http [e] | "
			"3 rate_limited_resolved P2 0-3 x3 initialize/http "
			"[e]"},
		{"those of a downtime alone: what it covered goes on by itself",
			"AEU", "E6*3 AU2 $BE . E1",
			"2 regional_started P2 0 x3 tools-list/tools [e] | "
			"3 downtime_started P1 3 x1 tls/transport [a u] | "
			"4 downtime_resolved P1 3-4 x1 tls/transport [a u] | "
			"5 regional_escalated P2 0 x5 dns/transport [e]"},
		{"its region falls silent for long while a downtime covers it",
			"AEU", "E2*3 AU2*4 AU2,E*40",
			"2 regional_started P2 0 x3 tls/transport [e] | "
			"3 downtime_started P1 3 x1 tls/transport [a u] | "
			"11 probe_silent_started P3 7 x5 -/- [e]"},
		{"as of the minute that says so, though it failed in it", "AEU",
			"E2*3 @2 $AU .",
			"2 regional_started P2 0 x3 tls/transport [e] | "
			"2 regional_resolved P2 0-2 x3 tls/transport [e]"},
		{"an older minute does not say so", "AEU",
			"E2*3 @1 $AU . $AEU @3 E2 @4 .*3",
			"2 regional_started P2 0 x3 tls/transport [e] | "
			"6 regional_resolved P2 0-4 x4 tls/transport [e]"},
		{"nor one in which another fails", "AEU", "E2*3 $AU U2 .",
			"2 regional_started P2 0 x3 tls/transport [e]"},
		{"or is limited", "AEU", "E2*3 $AU %U",
			"2 regional_started P2 0 x3 tls/transport [e]"},
		{"a limit is no failure of it", "AEU", "E2*3 %U . .",
			"2 regional_started P2 0 x3 tls/transport [e] | "
			"5 regional_resolved P2 0-3 x3 tls/transport [e]"},
		{"its region fell silent while nobody judged", "AEU",
			"E2*3 @40 .,E",
			"2 regional_started P2 0 x3 tls/transport [e] | "
			"40 regional_resolved P2 0-3 x3 tls/transport [e]"},
		{"one of its regions is silent for too long: of the others",
			"AEU", "~EU2*3 ~U2,E*30 .,E*3",
			"2 regional_started P2 0 x3 tls/transport [e u] | "
			"7 probe_silent_started P3 3 x5 -/- [e] | "
			"35 regional_resolved P2 0-33 x33 tls/transport [u]"},
		{"a region that was silent then fails anew", "AEU",
			"EU2*3 .,E*3 E2*3",
			"0 downtime_started P1 0 x1 tls/transport [e u] | "
			"5 downtime_resolved P1 0-3 x3 tls/transport [e u] | "
			"8 regional_started P2 6 x3 tls/transport [e]"},
	};

	(void)state;
	NIGHT_CHECK(cases);
}

/* Fewer regions agree than a downtime takes. */
static void test_shrinking(void **state)
{
	static const struct night_case cases[] = {
		{"in three windows: over at the first, and what is left goes "
		 "on", "AEU", "AEU2*2 E2*4 . . .",
			"0 downtime_started P1 0 x1 tls/transport [a e u] | "
			"4 downtime_resolved P1 0-2 x2 tls/transport [a e u] | "
			"4 regional_started P2 2 x3 tls/transport [e] | "
			"8 regional_resolved P2 2-6 x4 tls/transport [e]"},
		{"at different steps they do not agree", "AEU",
			"EU2 ~EU6*3",
			"0 downtime_started P1 0 x1 tls/transport [e u] | "
			"3 downtime_resolved P1 0-1 x1 tls/transport [e u] | "
			"3 regional_started P2 1 x3 tools-list/tools [e u]"},
		{"what failed where it is silent now may still fail", "AEU",
			"EU2 ~EA2,A*4",
			"0 downtime_started P1 0 x1 tls/transport [e u]"},
		{"another region each time", "AEU", "EU2 E2 U2 A2",
			"0 downtime_started P1 0 x1 tls/transport [e u] | "
			"3 downtime_resolved P1 0-1 x1 tls/transport [e u] | "
			"3 regional_started P2 3 x1 tls/transport [a]"},
		{"another one, and a silent one that failed before that",
			"AEUX", "EU2 A2*2 X2,A",
			"0 downtime_started P1 0 x1 tls/transport [e u] | "
			"3 downtime_resolved P1 0-1 x1 tls/transport [e u] | "
			"3 regional_started P2 3 x1 tls/transport [x]"},
		{"one that fails among those that pass is no news", "AEU",
			"EU2 . . E2 . . .",
			"0 downtime_started P1 0 x1 tls/transport [e u] | "
			"6 downtime_resolved P1 0-1 x1 tls/transport [e u]"},
		{"nor is one that passes among those that fail", "AEU",
			"EU2 E2 . E2 E2 E2",
			"0 downtime_started P1 0 x1 tls/transport [e u] | "
			"5 downtime_resolved P1 0-1 x1 tls/transport [e u] | "
			"5 regional_started P2 3 x3 tls/transport [e]"},
		{"but not for ever", "AEU", "EU2 E2 . E2 . E2 . E2 . E2 .",
			"0 downtime_started P1 0 x1 tls/transport [e u] | "
			"10 downtime_resolved P1 0-1 x1 tls/transport [e u]"},
		{"so many windows, of which in every other one it fails", "AEU",
			"EU2 . E2 . E2 . E2 . E2 .",
			"0 downtime_started P1 0 x1 tls/transport [e u] | "
			"9 downtime_resolved P1 0-1 x1 tls/transport [e u]"},
		{"they agree again: it goes on", "AEU",
			"EU2 E2 E2 EU2 E2 E2 EU2",
			"0 downtime_started P1 0 x1 tls/transport [e u]"},
		{"silence is no sign of it", "AEU",
			"EU2 ~EU2,E*9 ~U2,E*9",
			"0 downtime_started P1 0 x1 tls/transport [e u] | "
			"5 probe_silent_started P3 1 x5 -/- [e]"},
		{"but for a region that passed before it", "AEU",
			"EU2 E2 E2,U*2",
			"0 downtime_started P1 0 x1 tls/transport [e u] | "
			"3 downtime_resolved P1 0-1 x1 tls/transport [e u] | "
			"3 regional_started P2 1 x3 tls/transport [e]"},
		{"and met a limit meanwhile", "AEU", "EU2 . %U E2,U*3",
			"0 downtime_started P1 0 x1 tls/transport [e u] | "
			"5 downtime_resolved P1 0-1 x1 tls/transport [e u] | "
			"5 regional_started P2 3 x3 tls/transport [e]"},
		{"a limit alone is no pass", "AEU", "EU2 %U E2,U*4",
			"0 downtime_started P1 0 x1 tls/transport [e u]"},
		{"nor does one count after which it failed", "AEU",
			"EU2 E2 EU2 E2,U*4",
			"0 downtime_started P1 0 x1 tls/transport [e u]"},
		{"one waits for those that failed, not for those that passed",
			"AEU", "EU2 U2 .,EU*4",
			"0 downtime_started P1 0 x1 tls/transport [e u]"},
		{"that of a region that did not fail is none of it", "AEU",
			"EU2,A EU2,A E2,A*3",
			"0 downtime_started P1 0 x1 tls/transport [e u] | "
			"4 downtime_resolved P1 0-2 x2 tls/transport [e u] | "
			"4 regional_started P2 2 x3 tls/transport [e] | "
			"4 probe_silent_started P3 0 x5 -/- [a]"},
		{"nor is a verdict that nobody can give", "AEU",
			"EU2 ?E2,AU*6",
			"0 downtime_started P1 0 x1 tls/transport [e u] | "
			"5 probe_silent_started P3 1 x5 -/- [a u]"},
		{"the only region that fails is down", "E", "E2*9",
			"2 downtime_started P1 0 x3 tls/transport [e]"},
		{"429 everywhere is not down any more", "AEU",
			"AEU2 AEU3/http.429*3",
			"0 downtime_started P1 0 x1 tls/transport [a e u] | "
			"3 downtime_resolved P1 0-1 x1 tls/transport [a e u] | "
			"3 rate_limited_started P2 1 x3 initialize/http "
			"[a e u]"},
		{"folded in a regional one: both end, another goes on", "AEU",
			"E2*3 EU2 U2*3",
			"2 regional_started P2 0 x3 tls/transport [e] | "
			"3 downtime_started P1 3 x1 tls/transport [e u] | "
			"6 downtime_resolved P1 3-4 x1 tls/transport [e u] | "
			"6 regional_resolved P2 0-4 x4 tls/transport [e] | "
			"6 regional_started P2 4 x3 tls/transport [u]"},
	};

	(void)state;
	NIGHT_CHECK(cases);
}

/* Of a downtime that fails on: who is silent, since when, and that nothing
   recovers any more. */
static void test_fails_on(void **state)
{
	const struct incident *inc;
	struct night n;

	(void)state;
	night_init(&n, "AEU");
	inc = &n.st.incidents[ALERT_DOWNTIME];
	night_run(&n, "EU2 AEU2");
	assert_int_equal(inc->reached.n, 0);
	night_run(&n, "EU2 E2 EU2 ~E2,U");
	assert_int_equal(inc->passes, 0);
	assert_int_equal(inc->still.n, 0);
	assert_int_equal(inc->silent.n, 1);
	assert_string_equal(inc->silent.v[0], "u");
	assert_int_equal(inc->seen, NIGHT_START + 4 * 60);
	night_release(&n);
}

/* Of the last event of a night. */
static void expect_last(const struct night *n, const char *summary,
	const char *follows, bool flapping)
{
	const struct alert_record *r = &n->events.v[n->events.n - 1].record;

	assert_string_equal(r->summary, summary);
	assert_int_equal(r->flapping, flapping);
	if (follows)
		assert_string_equal(r->follows, follows);
	else
		assert_null(r->follows);
}

static void test_follows(void **state)
{
	struct night n;

	(void)state;
	night_init(&n, "AEU");
	night_run(&n, "EU2 U2*3");
	expect_last(&n, "s works again, but not from u (tls fails with x).",
		"s:downtime:1777485000", false);
	night_run(&n, ". . .");
	expect_last(&n, "s recovered in u after 3 min (17:51\u201317:54 UTC). "
			"Root layer: transport. Failing minutes: 3. All layers "
			"pass again.",
		"s:downtime:1777485000", false);
	/* What begins later is another trouble. */
	night_run(&n, ". U2*3");
	assert_int_equal(n.events.v[n.events.n - 1].record.kind,
		ALERT_REGIONAL);
	assert_null(n.events.v[n.events.n - 1].record.follows);
	night_release(&n);
	/* People were told of the overrun, and of no downtime. */
	night_init(&n, "AEU");
	night_run(&n, "m0-5 EU2*12 E2*3");
	expect_last(&n, "s works again, but not from e, after 12 min "
			"(17:50\u201318:02 UTC). Root layer: transport. "
			"Failing minutes: 12.",
		NULL, false);
	assert_int_equal(n.events.v[n.events.n - 1].record.kind,
		ALERT_OVERRUN);
	assert_string_equal(n.events.v[n.events.n - 2].record.follows,
		"s:maintenance_overrun:1777485000");
	night_release(&n);
	/* Limits that began when the downtime ended, and are told later. */
	night_init(&n, "AEU");
	n.policy.throttled = 5;
	night_run(&n, "EU2 %E*5");
	assert_int_equal(n.events.v[n.events.n - 1].record.kind,
		ALERT_RATE_LIMITED);
	assert_string_equal(n.events.v[n.events.n - 1].record.follows,
		"s:downtime:1777485000");
	night_release(&n);
	/* Nobody was told of what a maintenance hid. */
	night_init(&n, "AEU");
	night_run(&n, "m0-5 EU2*3 E2*12");
	assert_int_equal(n.events.v[n.events.n - 1].record.kind,
		ALERT_REGIONAL);
	assert_null(n.events.v[n.events.n - 1].record.follows);
	night_release(&n);
}

/* A regional incident that a downtime covers: whether it was our credential
   alone, as its end says. */
static void test_covered_refused(void **state)
{
	(void)state;
	for (int refused = 0; refused < 2; refused++) {
		const struct alert_record *r;
		struct night n;

		night_init(&n, "AEU");
		n.refused = true;
		night_run(&n, "E5*3 EU5*2");
		n.refused = refused;
		night_run(&n, "EU5 .*3");
		r = &n.events.v[n.events.n - 1].record;
		assert_int_equal(r->kind, ALERT_REGIONAL);
		assert_int_equal(r->phase, ALERT_RESOLVED);
		assert_int_equal(
			r->checks, refused ? CHECKS_REFUSED : CHECKS_FREE);
		night_release(&n);
	}
}

static void test_flapping(void **state)
{
	static const struct night_case cases[] = {
		{"the third within an hour lasts until half an hour is clear",
			"EU", "EU1 .*28 @29 EU1 .*29 @60 EU1 .*29 @90 .",
			"0 downtime_started P1 0 x1 dns/transport [e u] | "
			"3 downtime_resolved P1 0-1 x1 dns/transport [e u] | "
			"29 downtime_started P1 29 x1 dns/transport [e u] | "
			"32 downtime_resolved P1 29-30 x1 dns/transport [e u] | "
			"60 downtime_started P1 60 x1 dns/transport [e u] | "
			"90 downtime_resolved P1 60-61 x1 dns/transport [e u]"},
		{"not within an hour", "EU",
			"EU1 .*28 @29 EU1 .*29 @61 EU1 . . .",
			"0 downtime_started P1 0 x1 dns/transport [e u] | "
			"3 downtime_resolved P1 0-1 x1 dns/transport [e u] | "
			"29 downtime_started P1 29 x1 dns/transport [e u] | "
			"32 downtime_resolved P1 29-30 x1 dns/transport [e u] | "
			"61 downtime_started P1 61 x1 dns/transport [e u] | "
			"64 downtime_resolved P1 61-62 x1 dns/transport [e u]"},
		{"a failure begins the half hour anew", "EU",
			"EU1 .*4 EU1 .*4 EU1 .*29 EU1 .*29 @70 .",
			"0 downtime_started P1 0 x1 dns/transport [e u] | "
			"3 downtime_resolved P1 0-1 x1 dns/transport [e u] | "
			"5 downtime_started P1 5 x1 dns/transport [e u] | "
			"8 downtime_resolved P1 5-6 x1 dns/transport [e u] | "
			"10 downtime_started P1 10 x1 dns/transport [e u] | "
			"70 downtime_resolved P1 10-41 x2 dns/transport [e u]"},
		{"regional ones count by themselves", "AEU",
			"E2*3 .*3 EU2 .*3 E2*3 .*3 EU2 .*3",
			"2 regional_started P2 0 x3 tls/transport [e] | "
			"5 regional_resolved P2 0-3 x3 tls/transport [e] | "
			"6 downtime_started P1 6 x1 tls/transport [e u] | "
			"9 downtime_resolved P1 6-7 x1 tls/transport [e u] | "
			"12 regional_started P2 10 x3 tls/transport [e] | "
			"15 regional_resolved P2 10-13 x3 tls/transport [e] | "
			"16 downtime_started P1 16 x1 tls/transport [e u] | "
			"19 downtime_resolved P1 16-17 x1 tls/transport [e u]"},
		{"what follows from a downtime is no start", "AEU",
			"EU2 E2*3 .*3 EU2 E2*3 .*3 E2*3 .*3 E2*3 . . .",
			"0 downtime_started P1 0 x1 tls/transport [e u] | "
			"3 downtime_resolved P1 0-1 x1 tls/transport [e u] | "
			"3 regional_started P2 1 x3 tls/transport [e] | "
			"6 regional_resolved P2 1-4 x3 tls/transport [e] | "
			"7 downtime_started P1 7 x1 tls/transport [e u] | "
			"10 downtime_resolved P1 7-8 x1 tls/transport [e u] | "
			"10 regional_started P2 8 x3 tls/transport [e] | "
			"13 regional_resolved P2 8-11 x3 tls/transport [e] | "
			"16 regional_started P2 14 x3 tls/transport [e] | "
			"19 regional_resolved P2 14-17 x3 tls/transport [e] | "
			"22 regional_started P2 20 x3 tls/transport [e] | "
			"25 regional_resolved P2 20-23 x3 tls/transport [e]"},
		{"down for good: told again, three times as long as ever", "EU",
			"EU1*2 .*3 EU1*2 .*3 EU1*5 . EU1*6 . EU1*18 t299 t300",
			"0 downtime_started P1 0 x1 dns/transport [e u] | "
			"4 downtime_resolved P1 0-2 x2 dns/transport [e u] | "
			"5 downtime_started P1 5 x1 dns/transport [e u] | "
			"9 downtime_resolved P1 5-7 x2 dns/transport [e u] | "
			"10 downtime_started P1 10 x1 dns/transport [e u] | "
			"40 downtime_escalated P1 10 x29 dns/transport [e u] | "
			"299 downtime_reminder P1 10 x29 dns/transport [e u]"},
		{"the longest of those before counts", "EU",
			"EU1*2 .*4 EU1 .*4 EU1*7",
			"0 downtime_started P1 0 x1 dns/transport [e u] | "
			"4 downtime_resolved P1 0-2 x2 dns/transport [e u] | "
			"6 downtime_started P1 6 x1 dns/transport [e u] | "
			"9 downtime_resolved P1 6-7 x1 dns/transport [e u] | "
			"11 downtime_started P1 11 x1 dns/transport [e u] | "
			"16 downtime_escalated P1 11 x6 dns/transport [e u]"},
		{"nobody looked for a while: its second window", "EU",
			"EU1 .*4 EU1 .*4 EU1 @15 EU1",
			"0 downtime_started P1 0 x1 dns/transport [e u] | "
			"3 downtime_resolved P1 0-1 x1 dns/transport [e u] | "
			"5 downtime_started P1 5 x1 dns/transport [e u] | "
			"8 downtime_resolved P1 5-6 x1 dns/transport [e u] | "
			"10 downtime_started P1 10 x1 dns/transport [e u] | "
			"15 downtime_escalated P1 10 x2 dns/transport [e u]"},
		{"nothing that a maintenance hides counts", "EU",
			"m0-20 EU1 .*3 EU1 .*3 EU1 .*3 @30 EU1 . . .",
			"held 0 downtime_started P1 0 x1 dns/transport [e u] | "
			"held 3 downtime_resolved P1 0-1 x1 dns/transport "
			"[e u] | "
			"held 4 downtime_started P1 4 x1 dns/transport [e u] | "
			"held 7 downtime_resolved P1 4-5 x1 dns/transport "
			"[e u] | "
			"held 8 downtime_started P1 8 x1 dns/transport [e u] | "
			"held 11 downtime_resolved P1 8-9 x1 dns/transport "
			"[e u] | "
			"30 downtime_started P1 30 x1 dns/transport [e u] | "
			"33 downtime_resolved P1 30-31 x1 dns/transport [e u]"},
	};
	struct night n;

	(void)state;
	NIGHT_CHECK(cases);
	night_init(&n, "EU");
	night_run(&n, "EU1 .*4 EU1*2 .*4 EU1");
	expect_last(&n, "s cannot be reached: dns fails with x from e and u "
			"(2 of 2 regions); it has been flapping since 17:50 UTC: "
			"down 3 times, 4 minutes in all.",
		NULL, true);
	night_run(&n, ".*29 @41 .");
	expect_last(&n, "s recovered after 1 min (18:01\u201318:02 UTC). Root "
			"layer: transport. Failing minutes: 1. It was down 3 "
			"times since 17:50 UTC, 4 minutes in all. All layers pass "
			"again.",
		NULL, true);
	night_release(&n);
	/* One of those before failed twice. */
	night_init(&n, "EU");
	night_run(&n, "EU1 . EU1 .*4 EU1 .*4 EU1");
	assert_non_null(strstr(n.events.v[n.events.n - 1].record.summary,
		": down 4 times, 4 minutes in all."));
	night_release(&n);
	/* Twice is said at the end, and is no flapping. */
	night_init(&n, "EU");
	night_run(&n, "EU1 . EU1 . . .");
	expect_last(&n, "s recovered after 3 min (17:50\u201317:53 UTC). Root "
			"layer: transport. Failing minutes: 2. It was down 2 "
			"times, 2 minutes in all. All layers pass again.",
		NULL, false);
	night_release(&n);
	/* By itself, without one before it. */
	night_init(&n, "EU");
	night_run(&n, "EU1 . EU1 . EU1 t240");
	expect_last(&n, "s cannot be reached: dns fails with x from e and u (2 of "
			"2 regions); not over after 4 h; it is flapping: down 3 "
			"times, 3 minutes in all.",
		NULL, false);
	night_release(&n);
	/* What failed in a minute that passed, too, has not failed again. */
	night_init(&n, "EU");
	night_run(&n, "EU1 . @1 EU1");
	assert_int_equal(n.st.incidents[ALERT_DOWNTIME].flaps, 0);
	assert_int_equal(n.st.incidents[ALERT_DOWNTIME].probe_count, 2);
	night_run(&n, ". EU1");
	assert_int_equal(n.st.incidents[ALERT_DOWNTIME].flaps, 1);
	night_release(&n);
	/* So many starts are remembered, and the oldest are forgotten. */
	night_init(&n, "EU");
	n.policy.flap_count = 100;
	n.policy.flap_window_s = 86400;
	for (int i = 0; i < FLAP_STARTS_MAX + 5; i++)
		night_run(&n, "EU1 . . .");
	assert_int_equal(n.st.n_starts, FLAP_STARTS_MAX);
	assert_int_equal(n.st.starts[0].at, NIGHT_START + 5 * 4 * 60);
	night_release(&n);
	/* Those of what was closed are forgotten, and no others. */
	night_init(&n, "AEU");
	night_run(&n, "EU1 .*4 E2*3 c7");
	assert_int_equal(n.st.n_starts, 1);
	assert_int_equal(n.st.starts[0].kind, ALERT_DOWNTIME);
	/* And so is when another kind was closed. */
	night_run(&n, "EU1 c8");
	assert_int_equal(n.st.n_closings, 2);
	assert_int_equal(n.st.closings[0].kind, ALERT_REGIONAL);
	night_release(&n);
}

static void test_unknown(void **state)
{
	static const struct night_case cases[] = {
		{"who fails is told of after three", "AEU",
			"?E2,AU ?E2,AU ?E2,AU",
			"2 regional_started P2 0 x3 tls/transport [e]"},
		{"it is no pass", "EU", "EU1 . . ? ? ?",
			"0 downtime_started P1 0 x1 dns/transport [e u]"},
		{"it ends no series of passes", "EU", "EU1 . . ? .",
			"0 downtime_started P1 0 x1 dns/transport [e u] | "
			"4 downtime_resolved P1 0-1 x1 dns/transport [e u]"},
		{"it ends no series of failures", "AEU", "E2 E2 ? E2",
			"3 regional_started P2 0 x3 tls/transport [e]"},
		{"it opens nothing", "AEU", "? ? ? ? ?", ""},
		{"a failing region is no pass", "EU", "EU1 . . ?E2 . .",
			"0 downtime_started P1 0 x1 dns/transport [e u]"},
		{"and a failing window", "EU", "EU1 ?E2 . . .",
			"0 downtime_started P1 0 x1 dns/transport [e u] | "
			"4 downtime_resolved P1 0-2 x2 dns/transport [e]"},
	};

	(void)state;
	NIGHT_CHECK(cases);
}

static void test_windows(void **state)
{
	static const struct night_case cases[] = {
		{"the same window twice", "AEU", "E2 @0 E2 @0 E2 @1 E2 @1 E2",
			""},
		{"counts once", "AEU", "E2 @0 E2 E2 @1 E2 E2 @2 E2",
			"2 regional_started P2 0 x3 tls/transport [e]"},
		{"the same downtime twice", "EU", "EU1 @0 EU1",
			"0 downtime_started P1 0 x1 dns/transport [e u]"},
		{"a pass twice", "EU", "EU1 . @1 . @1 . .",
			"0 downtime_started P1 0 x1 dns/transport [e u]"},
		{"an older window", "AEU", "@5 E2 @3 E2 @4 E2", ""},
		{"an older pass", "AEU", "@5 E2 @4 . @6 E2 E2",
			"7 regional_started P2 5 x3 tls/transport [e]"},
		{"an older downtime", "AEU", "@5 . @4 EU1", ""},
		{"of the same window the worse counts", "AEU", "E2 @0 EU2",
			"0 downtime_started P1 0 x1 tls/transport [e u]"},
		{"what the second says of its tools counts", "AEU",
			".=aaa @0 .=aba|Eab-get",
			"0 schema_drift_detected P2 0 x0 -/- [e]"},
		{"whatever comes first", "AEU", "EU2 @0 . . . ",
			"0 downtime_started P1 0 x1 tls/transport [e u]"},
		{"a failure after a pass", "AEU", "EU2 . . @2 EU2 . . .",
			"0 downtime_started P1 0 x1 tls/transport [e u] | "
			"5 downtime_resolved P1 0-3 x2 tls/transport [e u]"},
		{"a slow cadence counts its own probes", "AEU",
			"E2 @0 >1 E2 @0 >2 E2 @0 >3 E2 @5 E2 @5 >7 E2 @10 E2",
			"10 regional_started P2 0 x3 tls/transport [e]"},
		{"limited, and then not, in one window", "AEU", "%E @0 . %E %E",
			"2 rate_limited_started P2 0 x3 initialize/http [e]"},
		{"silent in the window in which it failed: no pass", "AEU",
			"EU2 @0 .,EU . . .",
			"0 downtime_started P1 0 x1 tls/transport [e u] | "
			"3 downtime_resolved P1 0-1 x1 tls/transport [e u]"},
		{"or passed: no second one", "AEU", "EU2 . @1 .,EU . .",
			"0 downtime_started P1 0 x1 tls/transport [e u] | "
			"3 downtime_resolved P1 0-1 x1 tls/transport [e u]"},
		{"and is promoted by the clock", "EU",
			"EU6 @0 >29 EU6 @0 >30 EU6",
			"0 downtime_started P2 0 x1 tools-list/tools [e u] | "
			"30 downtime_escalated P1 0 x1 tools-list/tools [e u]"},
	};

	(void)state;
	NIGHT_CHECK(cases);
}

static void test_throttled(void **state)
{
	static const struct night_case cases[] = {
		{"429, twice", "AEU", "%E %E", ""},
		{"429, three times", "AEU", "%E %E E3/http.429",
			"2 rate_limited_started P2 0 x3 initialize/http [e]"},
		{"everywhere: no downtime", "AEU",
			"%AEU %AEU AEU3/http.429",
			"2 rate_limited_started P2 0 x3 initialize/http "
			"[a e u]"},
		{"not in a row", "AEU", "%E %E . %E %E", ""},
		{"silent since it was limited", "AEU", "%E %E,E*3", ""},
		{"it ends when nobody is throttled", "AEU",
			"%E*3 . . %E . . .",
			"2 rate_limited_started P2 0 x3 initialize/http [e] | "
			"8 rate_limited_resolved P2 0-6 x4 initialize/http "
			"[e]"},
		{"its regions fail for another reason: they are still they",
			"AEU", "%EU*3 E2*2 . . .",
			"2 rate_limited_started P2 0 x3 initialize/http "
			"[e u] | "
			"7 rate_limited_resolved P2 0-5 x5 initialize/http "
			"[e u]"},
		{"it holds no downtime open", "AEU", "EU1 . %E .",
			"0 downtime_started P1 0 x1 dns/transport [e u] | "
			"3 downtime_resolved P1 0-1 x1 dns/transport [e u]"},
		{"it becomes a regional one, and ends with it", "AEU",
			"%E*3 E2*6 .*3",
			"2 rate_limited_started P2 0 x3 initialize/http [e] | "
			"5 regional_started P2 3 x3 tls/transport [e] | "
			"11 regional_resolved P2 3-9 x6 tls/transport [e] | "
			"11 rate_limited_resolved P2 0-9 x9 initialize/http "
			"[e]"},
		{"it becomes a downtime", "AEU", "%E*3 EU1 . . .",
			"2 rate_limited_started P2 0 x3 initialize/http [e] | "
			"3 downtime_started P1 3 x1 dns/transport [e u] | "
			"6 downtime_resolved P1 3-4 x1 dns/transport [e u] | "
			"6 rate_limited_resolved P2 0-4 x4 initialize/http "
			"[e]"},
	};

	(void)state;
	NIGHT_CHECK(cases);
}

/*
 * A region of which a verdict says nothing but that it fails, one that fails for
 * no reason, and one that fails for a worse one.
 */
static void test_hardly_known(void **state)
{
	const char *failing[] = {"x", "a", "b"};
	struct verdict_region r[] = {
		{.region = "a", .state = STATE_BROKEN,
			.failed_step = STEP_TOOLS_LIST},
		{.region = "b", .state = STATE_BROKEN,
			.failed_step = STEP_TOOLS_LIST, .error = "http.404"}};
	struct verdict v = {.slug = "s", .verdict = VERDICT_AMBER,
		.tier = TIER_REGIONAL, .step = STEP_TOOLS_LIST, .expected = 4,
		.reporters = 2, .failed_regions = 3, .failing = failing,
		.n_failing = 3, .regions = r, .n_regions = 2};
	struct night n;
	char got[NIGHT_SIZE];

	(void)state;
	night_init(&n, "");
	for (int i = 0; i < 3; i++) {
		v.window = NIGHT_START + 60 * i;
		r[0].started_at = r[1].started_at = (double)v.window + 1;
		machine_verdict(&n.st, &v, &n.policy, n.now, &n.events);
	}
	night_tell(&n, got);
	assert_string_equal(got,
		"2 regional_started P2 0 x3 tools-list/http [x a b]");
	assert_string_equal(n.st.incidents[ALERT_REGIONAL].error, "http.404");
	assert_int_equal(n.st.n_failures, 3);
	assert_null(n.st.failures[0].error);
	/* Closed: that accounts for these. Later reports have no instant. */
	ack_apply(&n.st, &(struct ack_request) {.action = ACK_CLOSE, .by = "ann",
		.reason = "gone"}, NIGHT_START + 150, &n.events);
	for (int i = 2; i < 6; i++) {
		v.window = NIGHT_START + 60 * i;
		r[0].started_at = r[1].started_at =
			i < 4 ? (double)v.window + 1 : 0;
		machine_verdict(&n.st, &v, &n.policy, n.now, &n.events);
	}
	night_tell(&n, got);
	assert_string_equal(got,
		"2 regional_started P2 0 x3 tools-list/http [x a b] | "
		"2 regional_resolved P2 0-2 x3 tools-list/http [x a b] | "
		"5 regional_started P2 3 x3 tools-list/http [x a b]");
	night_release(&n);
}

/* How long the next report of a region is due: twice as long as its probes are
   apart, and no less than two minutes. */
static void test_hearing(void **state)
{
	static const struct {
		double interval_s;
		int minutes; /* after the report that counted */
		enum hearing hearing;
		const char *error;
	} rows[] = {{0, 0, HEARD, "x"}, {0, 1, REPORT_DUE, "x"},
		{0, 2, NOT_HEARD, "x"}, {30, 1, REPORT_DUE, "x"},
		{60, 2, NOT_HEARD, "x"}, {300, 9, REPORT_DUE, "x"},
		{300, 10, NOT_HEARD, "x"}, {0, 0, HEARD, "http.429"},
		{0, 1, REPORT_DUE, "http.429"}, {0, 2, NOT_HEARD, "http.429"}};
	const char *failing[] = {"e"};
	struct verdict_region r = {.region = "e", .state = STATE_BROKEN,
		.failed_step = STEP_INITIALIZE, .started_at = NIGHT_START + 7.5};
	struct verdict v = {.slug = "s", .window = NIGHT_START,
		.verdict = VERDICT_AMBER, .tier = TIER_REGIONAL,
		.step = STEP_INITIALIZE, .expected = 3, .failing = failing,
		.n_failing = 1, .regions = &r, .n_regions = 1};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct observation s;
		struct alert_state st;

		state_init(&st, "s");
		st.interval_s = rows[i].interval_s;
		r.error = rows[i].error;
		s = observation_of(&st, &v);
		streak_count(&st, &v, &s);
		assert_int_equal(region_hearing(&st, &v,
			NIGHT_START + 60 * rows[i].minutes, "e"),
			rows[i].hearing);
		state_release(&st);
	}
}

/* One that has no data was cut off, and may have reported in this window. */
static void test_hearing_no_data(void **state)
{
	static const struct {
		const char *name; /* of whose report there is */
		enum region_state state;
		double after; /* the beginning of the window */
		enum hearing hearing;
	} rows[] = {{"e", STATE_HEALTHY, 7.5, HEARD},
		{"e", STATE_HEALTHY, 0, HEARD},
		{"e", STATE_HEALTHY, -0.5, NOT_HEARD},
		{"e", STATE_BROKEN, 7.5, NOT_HEARD},
		{"u", STATE_HEALTHY, 7.5, NOT_HEARD}};
	const char *away[] = {"e"};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct verdict_region r = {.region = rows[i].name,
			.state = rows[i].state,
			.started_at = NIGHT_START + rows[i].after};
		struct verdict v = {.slug = "s", .window = NIGHT_START,
			.expected = 3, .no_data = away, .n_no_data = 1,
			.regions = &r, .n_regions = 1};
		struct alert_state st;

		state_init(&st, "s");
		assert_int_equal(region_hearing(&st, &v, NIGHT_START, "e"),
			rows[i].hearing);
		state_release(&st);
	}
}

/* A probe from the future is not the last that was reported: two seconds are not
   the future. */
static void test_reported(void **state)
{
	static const struct {
		double after;
		int64_t reported, window;
	} rows[] = {{7.5, NIGHT_START + 7, NIGHT_START},
		{62, NIGHT_START + 62, NIGHT_START + 60},
		{62.5, 0, NIGHT_START}, {3600, 0, NIGHT_START}};
	const char *failing[] = {"e"};
	struct verdict_region r = {.region = "e", .state = STATE_BROKEN,
		.failed_step = STEP_TLS};
	struct verdict v = {.slug = "s", .window = NIGHT_START,
		.verdict = VERDICT_AMBER, .tier = TIER_REGIONAL,
		.step = STEP_TLS, .expected = 3, .failing = failing,
		.n_failing = 1, .regions = &r, .n_regions = 1};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct observation s;
		struct alert_state st;

		state_init(&st, "s");
		r.started_at = NIGHT_START + rows[i].after;
		s = observation_of(&st, &v);
		assert_int_equal(s.window, rows[i].window);
		streak_count(&st, &v, &s);
		assert_int_equal(
			region_counted(&st, "e")->reported, rows[i].reported);
		state_release(&st);
	}
}

/* Rows that are over, though the region is still known. */
static void test_rows_over(void **state)
{
	static const struct {
		const char *night;
		int failing, throttled;
	} rows[] = {{"E2 E3/http.429*2", 1, 2}, {"E2 E3/http.429*3", 0, 3},
		{"E2*4 c3", 0, 0}, {"%E*4 c3", 0, 0}, {"E2*3 .,E*30", 0, 0},
		{"E2*3 .,E*29", 3, 0}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct region_tally *t;
		struct night n;

		night_init(&n, "AEU");
		night_run(&n, rows[i].night);
		t = region_counted(&n.st, "e");
		if (t->failing.n != rows[i].failing ||
			t->throttled.n != rows[i].throttled)
			fail_msg("%s: %d %d", rows[i].night, t->failing.n,
				t->throttled.n);
		night_release(&n);
	}
}

/* Of a region for which nothing counts any more nothing is kept. */
static void test_dropped(void **state)
{
	static const struct {
		const char *counts, *then;
	} rows[] = {{"E2", "."}, {"%E", "."}, {".,E", "."},
		{"E2", ".,E:E"}, {"l3 E2", "."},
		/* Its limits end with the downtime. */
		{"%E*3 EU1 %E*2", "%E"}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct night n;

		night_init(&n, "AEU");
		night_run(&n, rows[i].counts);
		assert_int_equal(n.st.n_regions, 1);
		night_run(&n, rows[i].then);
		assert_int_equal(n.st.n_regions, 0);
		night_release(&n);
	}
}

/* Regions agree by reports that are new, and fail at one step. */
static void test_agree_beside_awaited(void **state)
{
	static const struct {
		const char *second; /* of two regions that have reported */
		enum step step; /* where the first fails */
		bool agreed;
		const char *machines[2]; /* of the first, and of that */
	} rows[] = {{"b", STEP_TOOLS_LIST, true, {"a", NULL}},
		{"b", STEP_INITIALIZE, false, {"a", NULL}},
		{"x", STEP_TOOLS_LIST, false, {"a", NULL}},
		{"b", STEP_TOOLS_LIST, true, {NULL, "b"}},
		{"b", STEP_TOOLS_LIST, true, {"a", "b"}},
		{"b", STEP_TOOLS_LIST, false, {"a", "a"}}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *awaited[] = {"c"};
		const char *failing[] = {"a", rows[i].second, "c"};
		struct verdict_region r[] = {
			{.region = "a", .state = STATE_BROKEN,
				.failed_step = rows[i].step,
				.machine = rows[i].machines[0]},
			{.region = "b", .state = STATE_BROKEN,
				.failed_step = STEP_TOOLS_LIST,
				.machine = rows[i].machines[1]},
			{.region = "c", .state = STATE_BROKEN,
				.failed_step = STEP_TOOLS_LIST}};
		struct verdict v = {.slug = "s", .window = NIGHT_START,
			.verdict = VERDICT_RED, .tier = TIER_STEP_ALERT,
			.step = STEP_TOOLS_LIST, .expected = 3,
			.failing = failing, .n_failing = 3, .regions = r,
			.n_regions = 3, .awaited = awaited, .n_awaited = 1};
		struct alert_state st;

		state_init(&st, "s");
		assert_int_equal(
			observation_of(&st, &v).agreed, rows[i].agreed);
		state_release(&st);
	}
}

/* Of two regions at the worst layer the first one says what is wrong; the worse
   one how bad it is. */
static void test_assess(void **state)
{
	static const struct {
		enum step steps[2];
		const char *errors[2];
		const char *error; /* that is told */
		enum severity severity;
	} rows[] = {
		{{STEP_TOOLS_LIST, STEP_TOOLS_LIST}, {"http.404", "http.403"},
			"http.404", SEVERITY_P2},
		{{STEP_TOOLS_LIST, STEP_TOOLS_LIST}, {"http.404", "http.503"},
			"http.404", SEVERITY_P1},
		{{STEP_TOOLS_LIST, STEP_TOOLS_LIST}, {"http.404", "deadline"},
			"deadline", SEVERITY_P2},
		{{STEP_TOOLS_LIST, STEP_TOOLS_LIST}, {"deadline", "http.503"},
			"deadline", SEVERITY_P1},
		{{STEP_TLS, STEP_TOOLS_LIST}, {"http.503", "http.404"},
			"http.404", SEVERITY_P2},
	};
	const char *failing[] = {"x", "a", "b"};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct verdict_region r[] = {
			{.region = "a", .state = STATE_BROKEN,
				.failed_step = rows[i].steps[0],
				.error = rows[i].errors[0], .found.said = "one"},
			{.region = "b", .state = STATE_BROKEN,
				.failed_step = rows[i].steps[1],
				.error = rows[i].errors[1], .found.said = "two"}};
		struct verdict v = {.step = STEP_TOOLS_LIST,
			.failing = failing, .n_failing = 3, .regions = r,
			.n_regions = 2};
		struct assessment a;
		struct alert_state st;

		state_init(&st, "s");
		a = observation_of(&st, &v).assessed;
		state_release(&st);
		assert_string_equal(a.error, rows[i].error);
		assert_string_equal(a.said,
			a.error == rows[i].errors[0] ? "one" : "two");
		assert_int_equal(a.severity, rows[i].severity);
	}
}

/* What names its only region twice, as failing and as limited: no downtime. */
static void test_region_twice(void **state)
{
	const char *failing[] = {"a"};
	struct verdict_region r[] = {
		{.region = "a", .state = STATE_BROKEN,
			.failed_step = STEP_TOOLS_LIST},
		{.region = "a", .state = STATE_BROKEN,
			.failed_step = STEP_INITIALIZE, .error = "http.429"}};
	struct verdict v = {.slug = "s", .verdict = VERDICT_UNKNOWN,
		.tier = TIER_NO_DATA, .step = STEP_TOOLS_LIST, .expected = 1,
		.failing = failing, .n_failing = 1, .regions = r,
		.n_regions = 2};
	struct night n;
	char got[NIGHT_SIZE];

	(void)state;
	night_init(&n, "");
	for (int i = 0; i < 3; i++) {
		v.window = NIGHT_START + 60 * i;
		r[0].started_at = r[1].started_at = (double)v.window + 1;
		machine_verdict(&n.st, &v, &n.policy, n.now, &n.events);
	}
	v.verdict = VERDICT_RED;
	v.tier = TIER_STEP_ALERT;
	machine_verdict(&n.st, &v, &n.policy, n.now, &n.events);
	night_tell(&n, got);
	assert_string_equal(got,
		"2 rate_limited_started P2 0 x3 initialize/http [a]");
	night_release(&n);
}

/* After a clock was wrong for a while, events come as usual. */
static void test_wrong_clock(void **state)
{
	struct night n;
	char got[NIGHT_SIZE];

	(void)state;
	night_init(&n, "EU");
	n.now = NIGHT_START + 1000 * 60;
	night_run(&n, "@1000 .");
	n.now = NIGHT_START + 10 * 60;
	night_run(&n, "@10 EU1");
	night_tell(&n, got);
	assert_string_equal(got,
		"10 downtime_started P1 10 x1 dns/transport [e u]");
	night_release(&n);
	/* One that began then goes on now, and ends. */
	night_init(&n, "EU");
	n.now = NIGHT_START + 1000 * 60;
	night_run(&n, "@1000 EU1");
	n.now = NIGHT_START + 10 * 60;
	night_run(&n, "@10 EU1 . . .");
	assert_int_equal(n.events.n, 2);
	assert_int_equal(n.events.v[1].record.phase, ALERT_RESOLVED);
	assert_int_equal(n.events.v[1].record.probe_count, 2);
	assert_false(n.events.v[1].record.flapping);
	night_release(&n);
	/* So does what was counted when only ours was ahead. */
	night_init(&n, "AE");
	n.now = NIGHT_START + 1000 * 60;
	night_run(&n, "E1 E1");
	n.now = NIGHT_START + 2 * 60;
	night_run(&n, "E1 E1 E1");
	night_tell(&n, got);
	assert_string_equal(got,
		"4 regional_started P2 2 x3 dns/transport [e]");
	night_release(&n);
	/* A probe from the future hides none of those that follow. */
	night_init(&n, "UE");
	n.apart = 3600;
	night_run(&n, "E5");
	n.apart = 0;
	night_run(&n, "E5 E5");
	night_tell(&n, got);
	assert_string_equal(got,
		"2 regional_started P2 0 x3 auth-initialize/initialize [e]");
	night_release(&n);
}

/* A clock may be ten seconds ahead; what was further ahead hides nothing. */
static void test_how_far_ahead(void **state)
{
	(void)state;
	for (int i = 0; i < 6; i++) {
		struct night n;
		int64_t *at[] = {
			&n.st.window, &n.st.judged, &n.st.taken};
		bool wrong = i >= 3;

		night_init(&n, "AEU");
		n.now = NIGHT_START + 67;
		n.st.cold = n.st.down_at = n.st.clients_refused = NIGHT_START;
		n.st.slow = n.st.burning =
			(struct streak) {2, NIGHT_START, NIGHT_START};
		*at[i % 3] = NIGHT_START + 67 + 10 + wrong;
		night_run(&n, ".");
		assert_int_equal(n.st.cold, wrong ? 0 : NIGHT_START);
		assert_int_equal(n.st.down_at, wrong ? 0 : NIGHT_START);
		assert_int_equal(
			n.st.clients_refused, wrong ? 0 : NIGHT_START);
		assert_int_equal(n.st.slow.n, wrong ? 0 : 2);
		assert_int_equal(n.st.burning.n, wrong ? 0 : 2);
		night_release(&n);
	}
}

/* When our clock took the newest verdict; of no clock, or an older verdict, it is
   not known. */
static void test_taken(void **state)
{
	static const struct {
		const char *verdict;
		double now; /* after the beginning */
		int64_t taken;
	} rows[] = {{"@5 .", 307, 307}, {"@5 .", 311, 311}, {"@4 .", 315, 311},
		{"@6 .", INFINITY, 311}};
	struct night n;

	(void)state;
	night_init(&n, "AEU");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		n.now = NIGHT_START + rows[i].now;
		night_run(&n, rows[i].verdict);
		assert_int_equal(n.st.taken, NIGHT_START + rows[i].taken);
	}
	night_release(&n);
}

/* A server that is taken out of the configuration, in the third minute. */
static void test_server_gone(void **state)
{
	static const struct night_case cases[] = {
		{"nothing is open", "EU", ". .", ""},
		{"who was told of the beginning is told of the end", "EU",
			"EU2 .",
			"0 downtime_started P1 0 x1 tls/transport [e u] | "
			"3 downtime_resolved P1 0-3 x1 tls/transport [e u]"},
		{"each of them, with its own kind", "AEU", "E2*3 EU2",
			"2 regional_started P2 0 x3 tls/transport [e] | "
			"3 downtime_started P1 3 x1 tls/transport [e u] | "
			"3 downtime_resolved P1 3-3 x1 tls/transport [e u] | "
			"3 regional_resolved P2 0-3 x4 tls/transport [e]"},
		{"a maintenance hid the beginning", "EU", "m0-9 EU2",
			"held 0 downtime_started P1 0 x1 tls/transport [e u] | "
			"held 3 downtime_resolved P1 0-3 x1 tls/transport "
			"[e u]"},
		{"it began in a minute judged late: nobody knows", "EU",
			"l3 EU2",
			"held 3 downtime_resolved P1 0-3 x1 tls/transport "
			"[e u]"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct night_case *c = &cases[i];
		char got[NIGHT_SIZE];
		struct night n;

		night_init(&n, c->regions);
		night_run(&n, c->verdicts);
		recovery_server_gone(&n.st, NIGHT_START + 3 * 60, &n.events);
		events_words(&n.events);
		night_tell(&n, got);
		if (strcmp(got, c->events) != 0)
			fail_msg("%s:\n  %s\nexpected:\n  %s", c->name, got,
				c->events);
		assert_false(state_open(&n.st));
		assert_int_equal(n.st.n_regions, 0);
		if (i == 1)
			expect_last(&n, "s was taken out of the configuration: "
				"its incident ends after 3 min "
				"(17:50\u201317:53 UTC).", NULL, false);
		night_release(&n);
	}
}

static void test_policy(void **state)
{
	struct night n;
	char got[NIGHT_SIZE];

	(void)state;
	night_init(&n, "AEU");
	n.policy.confirm = 2;
	n.policy.resolve = 1;
	n.policy.promote_s = 120;
	n.policy.flap_count = 2;
	n.policy.flap_window_s = 240;
	n.policy.flap_clear_s = 120;
	night_run(&n, "E2 E2 . EU6*3 . EU6 . . .");
	night_tell(&n, got);
	assert_string_equal(got,
		"1 regional_started P2 0 x2 tls/transport [e] | "
		"2 regional_resolved P2 0-2 x2 tls/transport [e] | "
		"3 downtime_started P2 3 x1 tools-list/tools [e u] | "
		"5 downtime_escalated P1 3 x3 tools-list/tools [e u] | "
		"6 downtime_resolved P1 3-6 x3 tools-list/tools [e u] | "
		"7 downtime_started P2 7 x1 tools-list/tools [e u] | "
		"9 downtime_resolved P2 7-8 x1 tools-list/tools [e u]");
	night_release(&n);
}

/*
 * A minute that is judged while its round is under way, and once more: what has
 * reported may begin an incident at once, and what is awaited does nothing until
 * it has come; nothing counts twice.
 */
static void test_under_way(void **state)
{
	static const struct night_case cases[] = {
		{"two agree: the third is not waited for", "AEU",
			". EU1;A @1 AEU1 . . .",
			"1 downtime_started P1 1 x1 dns/transport [e u] | "
			"1 downtime_escalated P1 1 x1 dns/transport [a e u] | "
			"4 downtime_resolved P1 1-2 x1 dns/transport [a e u]"},
		{"what one saw in the round before agrees with nobody", "AEU",
			"E5 @1 EU5;E @1 U5 . .", ""},
		{"until it is there", "AEU", "E5 @1 EU5;E @1 EU5",
			"1 downtime_started P1 1 x1 auth-initialize/initialize [e u]"},
		{"or two others do", "AEU", "E5 @1 AEU5;E",
			"1 downtime_started P1 1 x1 auth-initialize/initialize "
			"[a e u]"},
		{"nor does it count for a row", "AEU",
			"E5 E5 @2 E5;E @2 . @3 E5;E @3 E5", ""},
		{"which ends where it did not fail in the end", "AEU",
			"E5 @1 E5;E @1 E5 @2 .;E @2 . E5 E5", ""},
		{"and goes on where it did", "AEU",
			"E5 E5 @2 E5;E @2 E5",
			"2 regional_started P2 0 x3 auth-initialize/initialize [e]"},
		{"its own failure counts at once, and once", "AEU",
			"E5 @1 E5;A @1 E5 @2 E5;AU @2 E5 E5",
			"2 regional_started P2 0 x3 auth-initialize/initialize [e]"},
		{"no minute passes before all is there", "AEU",
			"EU1 .;E .;E .;E .;E .;EU",
			"0 downtime_started P1 0 x1 dns/transport [e u]"},
		{"and is no flap where it fails in the end", "AEU",
			"EU1 @1 .;E @1 . @2 .;E @2 . @3 .;E @3 EU1 "
			"@4 .;E @4 . . .",
			"0 downtime_started P1 0 x1 dns/transport [e u] | "
			"6 downtime_resolved P1 0-4 x2 dns/transport [e u]"},
		{"nor is one unseen, where some fail: it is promoted in time",
			"AEU", "EU6*30 ~E6;U",
			"0 downtime_started P2 0 x1 tools-list/tools [e u] | "
			"30 downtime_escalated P1 0 x30 tools-list/tools [e u]"},
		{"nor does one fail by what was seen before", "AEU",
			"EU1 @1 EU1;EU @1 . @2 . @3 .",
			"0 downtime_started P1 0 x1 dns/transport [e u] | "
			"3 downtime_resolved P1 0-1 x1 dns/transport [e u]"},
		{"a cut-off region is not one that fails", "AEU",
			"E1 @1 E1;A @1 .,E . .", ""},
		{"the only region is waited for", "E",
			"E6 E6 @2 E6;E @2 . . .", ""},
		{"whose limits are, too", "AEU",
			"%E %E @2 %E;E @2 . . .", ""},
		{"unless another's is there", "AEU", "%E*2 %E;U",
			"2 rate_limited_started P2 0 x3 initialize/http [e]"},
	};

	(void)state;
	NIGHT_CHECK(cases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_confirmation),
		cmocka_unit_test(test_layers),
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_recovery),
		cmocka_unit_test(test_shrinking),
		cmocka_unit_test(test_fails_on),
		cmocka_unit_test(test_follows),
		cmocka_unit_test(test_covered_refused),
		cmocka_unit_test(test_flapping),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_windows),
		cmocka_unit_test(test_under_way),
		cmocka_unit_test(test_throttled),
		cmocka_unit_test(test_hardly_known),
		cmocka_unit_test(test_hearing),
		cmocka_unit_test(test_hearing_no_data),
		cmocka_unit_test(test_reported),
		cmocka_unit_test(test_dropped),
		cmocka_unit_test(test_rows_over),
		cmocka_unit_test(test_agree_beside_awaited),
		cmocka_unit_test(test_assess),
		cmocka_unit_test(test_region_twice),
		cmocka_unit_test(test_wrong_clock),
		cmocka_unit_test(test_how_far_ahead),
		cmocka_unit_test(test_taken),
		cmocka_unit_test(test_server_gone),
		cmocka_unit_test(test_policy),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

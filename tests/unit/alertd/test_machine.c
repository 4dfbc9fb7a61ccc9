/*
 * Goal: every number of mcp-incidents(7) as a table: the verdicts of a night
 * (see nights.h), and all events that it makes.
 */
#include "nights.h"

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
		{"another region joins: the older one counts", "AEU",
			"E2 ~EU2 ~EU2",
			"2 regional_started P2 0 x3 tls/transport [e u]"},
		{"the only region, twice", "E", "E6 E6", ""},
		{"the only region, three times: P1", "E", "E6 E6 E6",
			"2 downtime_started P1 0 x3 tools-list/tools [e]"},
		{"the only region, each time at another step", "E", "E2 E6 E1",
			"2 downtime_started P1 0 x3 dns/transport [e]"},
		{"the only region, as the verdict counts", "E", "E6 E6 !E6",
			"2 downtime_started P1 0 x3 tools-list/tools [e]"},
		{"the verdict counted more than we saw", "E", "!E6",
			"0 downtime_started P1 0 x1 tools-list/tools [e]"},
		{"the first failure is the first on which they agree", "AEU",
			"E6 E6 EU6",
			"2 downtime_started P2 2 x1 tools-list/tools [e u]"},
		{"windows too far apart are not in a row", "AEU",
			"E2 E2 @400 E2", ""},
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
		{"a regional one too, from when it was told", "AEU", "E2*33",
			"2 regional_started P2 0 x3 tls/transport [e] | "
			"32 regional_escalated P1 0 x33 tls/transport [e]"},
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
		{"no regional one beside a downtime", "AEU", "EU2 E2*5",
			"0 downtime_started P1 0 x1 tls/transport [e u]"},
	};

	(void)state;
	NIGHT_CHECK(cases);
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
		{"whatever comes first", "AEU", "EU2 @0 . . . ",
			"0 downtime_started P1 0 x1 tls/transport [e u]"},
		{"a failure after a pass", "AEU", "EU2 . . @2 EU2 . . .",
			"0 downtime_started P1 0 x1 tls/transport [e u] | "
			"5 downtime_resolved P1 0-3 x2 tls/transport [e u]"},
		{"a slow cadence counts its own probes", "AEU",
			"E2 @0 >1 E2 @0 >2 E2 @0 >3 E2 @5 E2 @5 >7 E2 @10 E2",
			"10 regional_started P2 0 x3 tls/transport [e]"},
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
		{"it ends when nobody is throttled", "AEU",
			"%E*3 . . %E . . .",
			"2 rate_limited_started P2 0 x3 initialize/http [e] | "
			"8 rate_limited_resolved P2 0-6 x4 initialize/http "
			"[e]"},
		{"it holds no downtime open", "AEU", "EU1 . %E .",
			"0 downtime_started P1 0 x1 dns/transport [e u] | "
			"3 downtime_resolved P1 0-1 x1 dns/transport [e u]"},
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
	night_run(&n, "E2 E2 E2 E2 .");
	night_tell(&n, got);
	assert_string_equal(got,
		"1 regional_started P2 0 x2 tls/transport [e] | "
		"3 regional_escalated P1 0 x4 tls/transport [e] | "
		"4 regional_resolved P1 0-4 x4 tls/transport [e]");
	night_release(&n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_confirmation),
		cmocka_unit_test(test_layers),
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_recovery),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_windows),
		cmocka_unit_test(test_throttled),
		cmocka_unit_test(test_wrong_clock),
		cmocka_unit_test(test_policy),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

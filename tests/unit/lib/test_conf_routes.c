/* SPDX-License-Identifier: MIT */
/*
 * Goal: each type of route has the keys that it needs and no others, and their
 * values are what the vendor takes.
 */
#include "conf_heard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define ROUTE "alerts: {routes: [{name: a,\n"
#define AT(column, key) "f:2:" #column ": alerts.routes[0]." key ": "
#define TWILIO "type: twilio_sms, secret: s, "

static void test_keys(void **state)
{
	static const struct conf_case cases[] = {
		{ROUTE "type: pagerduty, secret: s}]}", ""},
		{ROUTE "type: pagerduty, secret: s, url: https://a}]}", ""},
		{ROUTE "type: pagerduty}]}",
			AT(1, "type") "a pagerduty needs a secret\n"},
		{ROUTE "type: pagerduty, secret: s, channel: c}]}",
			AT(29, "channel") "a pagerduty has no channel\n"},
		{ROUTE "type: opsgenie, secret: s, to: [a], from: b}]}",
			AT(28, "to") "an opsgenie has no to\n"
			AT(37, "from") "an opsgenie has no from\n"},
		{ROUTE "type: slack, secret: s}]}", ""},
		{ROUTE "type: slack, secret: s, channel: C1, mention: a}]}",
			AT(38, "mention") "a slack has no mention\n"},
		{ROUTE "type: discord, secret: s, url: https://a}]}",
			AT(27, "url") "a discord has no url\n"},
		{ROUTE "type: teams}]}",
			AT(1, "type") "a teams needs a secret\n"},
		{ROUTE "type: telegram, secret: s}]}",
			AT(1, "type") "a telegram needs a channel\n"},
		{ROUTE "type: telegram, secret: s, channel: '-1001'}]}", ""},
		{ROUTE "type: ntfy, secret: s, url: 'https://a'}]}",
			AT(24, "url") "a ntfy has no url\n"},
		{ROUTE "type: mattermost, secret: s, channel: c}]}", ""},
		{ROUTE "type: twilio_voice, secret: s}]}",
			AT(1, "type") "a twilio_voice needs a from\n"
			AT(1, "type") "a twilio_voice needs a to\n"},
		{ROUTE "type: twilio_voice, secret: s, from: '+15551230123', to: []}]}",
			AT(54, "to") "the list is empty\n"},
	};

	(void)state;
	CONF_CHECK(cases);
}

/* Fallbacks must exist and must not form a circle. */
static void test_fallbacks(void **state)
{
	static const struct conf_case cases[] = {
		{ROUTE "type: webhook, url: 'https://a', fallback: a}]}",
			"f:2:34: alerts.routes[0].fallback: the fallbacks form "
			"a loop back to a\n"},
		{ROUTE "type: webhook, url: 'https://a', fallback: b}]}",
			"f:2:34: alerts.routes[0].fallback: no route is named "
			"b (did you mean a?)\n"},
		{ROUTE "type: webhook, url: 'https://a', fallback: b},\n"
		 "{name: b, type: webhook, url: 'https://b', fallback: a}]}",
			"f:2:34: alerts.routes[0].fallback: the fallbacks form "
			"a loop back to a\n"
			"f:3:44: alerts.routes[1].fallback: the fallbacks form a loop back to "
			"b\n"},
		{ROUTE "type: webhook, url: 'https://a', fallback: b},\n"
		 "{name: b, type: webhook, url: 'https://b'}]}", ""},
		{"alerts: {heartbeat: {url: 'https://a', secret: b}}",
			"f:1:40: alerts.heartbeat.secret: give either url or "
			"secret, not both\n"},
	};

	(void)state;
	CONF_CHECK(cases);
}

#define GONE(key, value)                                               \
	ROUTE "type: webhook, url: 'https://a', " value "}]}",                 \
		"f:2:34: alerts.routes[0]." key ": "
#define WHO                                                                    \
	"a route is only a destination; to choose what it gets, use "          \
	"alerts.policies: [{match: "

/* What older configurations said is refused, and how to say it now. */
static void test_older(void **state)
{
	static const struct conf_case cases[] = {
		{GONE("severities", "severities: [P1]") WHO
			"{severities: [P1]}, steps: [{routes: [NAME]}]}]\n"},
		{GONE("kinds", "kinds: [downtime]") WHO
			"{kinds: [downtime]}, steps: [{routes: [NAME]}]}]\n"},
		{GONE("servers", "servers: [a]") WHO
			"{servers: [\"shop-*\"]}, steps: [{routes: "
			"[NAME]}]}]\n"},
		{GONE("accounts", "accounts: [a]") WHO
			"{accounts: [ACCOUNT]}, steps: [{routes: [NAME]}]}]\n"},
		{GONE("role", "role: pager")
			"roles were removed: without alerts.policies, the type "
			"of a route decides when it gets a P1 (chats and "
			"pagers at once, texts after 5 minutes, calls after "
			"15); to change that, use alerts.policies: [{match: "
			"{severities: [P1]}, steps: [{routes: [NAME]}, {after: "
			"5m, routes: [OTHER]}]}]\n"},
		{GONE("hours", "hours: '09:00-18:00'")
			"a route is notified at any time; to delay P2 and P3, "
			"use alerts.policies: [{steps: [{routes: [NAME]}], "
			"hours: mon-fri 09:00-18:00}]\n"},
		{GONE("days", "days: [mon]")
			"a route is notified on any day; to delay P2 and P3, "
			"use alerts.policies: [{steps: [{routes: [NAME]}], "
			"hours: mon-fri 09:00-18:00}]\n"},
		{GONE("digest", "digest: hourly")
			"to send alerts together, use alerts.policies: "
			"[{match: {severities: [P3]}, steps: [{routes: "
			"[NAME]}], digest: daily}]\n"},
		{GONE("budget", "budget: 1")
			"there is one budget for all routes: use "
			"alerts.budget\n"},
		{GONE("helo", "helo: mx.example.com")
			"EHLO gives the host of site.url, or else an address "
			"of this machine; to give another name, send through a "
			"mail server of your own\n"},
		{GONE("fallback_after", "fallback_after: 5m")
			"this time is fixed: the fallback gets a P1 after two "
			"minutes; remove it\n"},
		{"alerts: {ladders: [{name: l, steps: [{route: a}]}]}",
			"f:1:10: alerts.ladders: use a policy instead: "
			"alerts.policies: [{match: {severities: [P1]}, steps: "
			"[{routes: [NAME]}, {after: 5m, routes: [OTHER]}]}]\n"},
		{"alerts: {business: {zone: UTC}}",
			"f:1:10: alerts.business: write the zone as "
			"alerts.zone, and the hours in a policy: "
			"alerts.policies: [{match: {severities: [P1]}, steps: "
			"[{routes: [NAME]}], hours: mon-fri 09:00-18:00}, "
			"{steps: [{routes: [OTHER]}]}]\n"},
		{"alerts: {policy: {silent: 5}}",
			"f:1:19: alerts.policy.silent: this number is fixed, "
			"see mcp-incidents(7); remove it\n"},
		{"alerts: {policy: {silence_end: 30m}}",
			"f:1:19: alerts.policy.silence_end: this number is "
			"fixed, see mcp-incidents(7); remove it\n"},
		{"alerts: {policy: {agreed: 3}}",
			"f:1:19: alerts.policy.agreed: a downtime begins with "
			"the first window in which regions agree; to be "
			"notified later, use alerts.policies: [{steps: "
			"[{after: 3m, routes: [NAME]}]}]\n"},
		{"defaults: [{match: [a], thresholds: {tool_churn: "
		 "4}}]",
			"f:1:38: defaults[0].thresholds.tool_churn: this number "
			"is fixed: 12 changes of the tools in an hour; to turn "
			"these incidents off, use alerts.policies: [{match: "
			"{kinds: [tool_churn]}, steps: []}]\n"},
		{"alerts: {policy: {flap_count: 4}}",
			"f:1:19: alerts.policy.flap_count: this number is "
			"fixed: three starts; flapping: 1h sets within which "
			"time\n"},
		{"alerts: {policy: {flap_window: 2h}}",
			"f:1:19: alerts.policy.flap_window: renamed: use "
			"flapping\n"},
		{"alerts: {policy: {throttled: 4}}",
			"f:1:19: alerts.policy.throttled: this number is "
			"fixed, see mcp-incidents(7); remove it\n"},
		{"alerts: {policy: {error_rate: 0}}",
			"f:1:19: alerts.policy.error_rate: this number is "
			"fixed, see mcp-incidents(7); to turn these incidents "
			"off, use alerts.policies: [{match: {kinds: "
			"[error_rate]}, steps: []}]\n"},
		{"alerts: {policies: [{match: {kinds: [downtime, "
		 "anomaly_logged]}, steps: []}]}",
			"f:1:48: alerts.policies[0].match.kinds[1]: "
			"anomaly_logged was removed; remove it here: failures "
			"that last are downtime, regional, error_rate or "
			"slo_burn\n"},
		/* Nothing is advised that is not there any more. */
		{ROUTE "type: webhook, url: 'https://a', rol: a}]}",
			"f:2:34: alerts.routes[0].rol: unknown key\n"},
	};

	(void)state;
	CONF_CHECK(cases);
}

static void test_mail(void **state)
{
	static const struct conf_case cases[] = {
		{ROUTE "type: webhook, url: '\"https://a.example/\"'}]}",
			AT(16, "url") "begins with a quote; remove the quotes "
				      "around it\n"},
		{ROUTE "type: email, url: 'smtp://a:25', from: a@b, to: ['C <d@e>']}]}",
			""},
		{ROUTE "type: email, url: 'smtps://a', from: a@b, to: [c@d], "
		       "secret: s}]}", ""},
		{ROUTE "type: email, url: 'https://a', from: a@b, to: [c@d]}]}",
			AT(14, "url") "neither smtp:// nor smtps://\n"},
		{ROUTE "type: email, url: 'smtp://a/b', from: a@b, to: [c@d]}]}",
			AT(14, "url") "nothing is allowed after the host and "
				      "its port\n"},
		{ROUTE "type: alertmanager, url: 'http://127.0.0.1:9093'}]}",
			""},
		{ROUTE "type: alertmanager}]}",
			AT(1, "type") "an alertmanager needs a url\n"},
	};

	(void)state;
	CONF_CHECK(cases);
}

static void test_values(void **state)
{
	static const struct conf_case cases[] = {
		{ROUTE TWILIO "from: '+15551230123', to: ['+4915']}]}",
			AT(57, "to[0]") "not a number such as +15551230123\n"},
		{ROUTE TWILIO "from: '+0551230123', to: ['+15551230124']}]}",
			AT(30, "from") "not a number such as +15551230123, a "
				       "name of up to 11 letters and digits, "
				       "or a messaging service\n"},
		{ROUTE TWILIO "from: Fleet 1, to: ['+15551230124']}]}", ""},
		{ROUTE TWILIO "from: MG000102030405060708090a0b0c0d0e0f, "
			      "to: ['+15551230124']}]}", ""},
		{ROUTE TWILIO "from: MG00, to: ['+15551230124',\n"
			      "'+15551230124']}]}",
			"f:3:1: alerts.routes[0].to[1]: is already in this "
			"list\n"},
		{ROUTE "type: twilio_voice, secret: s, from: Fleet, to: "
		       "['+15551230124']}]}",
			AT(32, "from") "not a number such as +15551230123\n"},
		{ROUTE "type: discord, secret: s, mention: '@everyone'}]}",
			AT(27, "mention") "not the numeric ID of a Discord "
					  "role\n"},
		{ROUTE "type: discord, secret: s, mention: "
		       "'165511591545143296'}]}", ""},
	};

	(void)state;
	CONF_CHECK(cases);
}

/*
 * Hours of a policy for P1 are refused unless somebody hears of each P1 at once
 * at every minute of the week.
 */
static void test_hours(void **state)
{
#define P1(hours, more) \
	"{match: {severities: [P1]" more "}, steps: [{routes: [a]}], hours: '" \
	hours "'}"
#define ALWAYS "{steps: [{routes: [b]}]}"
#define WEEK(zone, policies) \
	"regions: [{name: ap}, {name: eu}, {name: us}]\n" \
	"servers: [{slug: shop, url: 'https://a'}, {slug: blog, url: " \
	"'https://b', account: acme}]\n" \
	"accounts: [{name: acme, token_sha256: " \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}]\n" \
	ANY(zone, policies)
#define ANY(zone, policies) \
	"alerts: {zone: " zone ", routes: [{name: a, type: command, command: " \
	"[x]}, {name: b, type: command, command: [x]}],\npolicies: [" policies \
	"]}"
#define GAP(line, column, i, what, when) \
	"f:" line ":" column ": alerts.policies[" i "].hours: nobody would " \
	"be notified at once of a P1 " what " that begins " when ": at every " \
	"minute of the week, the first step of a policy must notify at once\n"
	static const struct conf_case cases[] = {
		/* By day and by night, by any policy behind it. */
		{ANY("UTC", P1("mon-fri 09:00-18:00", "") ", " ALWAYS), ""},
		{ANY("UTC", P1("09:00-18:00", "") ", "
			P1("18:00-09:00", "")), ""},
		{ANY("UTC", P1("mon-fri 09:00-18:00", "") ", "
			P1("mon-fri 18:00-09:00", "") ", "
			P1("sat-sun 09:00-09:00", "")),
			"f:2:230: alerts.policies[2].hours: not from one time "
			"of day to another, such as 09:00-18:00 or mon-fri "
			"09:00-18:00\n"},
		/* Those that pass midnight are of the day on which they begin. */
		{ANY("Europe/Berlin", P1("mon-fri 09:00-18:00", "") ", "
			P1("mon-fri 18:00-09:00", "")),
			GAP("2", "64", "0", "pipeline_stalled of the fleet",
				"mon 00:00-09:00, sat 09:00-24:00, sun "
				"00:00-24:00 (Europe/Berlin)")},
		{ANY("Europe/Berlin", P1("mon-fri 09:00-18:00", "") ", "
			P1("18:00-09:00", "") ", "
			P1("sat,sun 08:00-20:00", "")), ""},
		/* They overlap, and a minute is missing. */
		{ANY("UTC", P1("06:00-18:00", "") ", "
			P1("17:00-05:59", "")),
			GAP("2", "64", "0", "pipeline_stalled of the fleet",
				"mon-sun 05:59-06:00 (UTC)")},
		/* What matches comes later, is for nobody, or for others. */
		{ANY("UTC", P1("09:00-18:00", "") ", "
			"{steps: [{after: 1m, routes: [b]}]}"),
			GAP("2", "64", "0", "pipeline_stalled of the fleet",
				"mon-sun 00:00-09:00 18:00-24:00 (UTC)")},
		{ANY("UTC", P1("09:00-18:00", "") ", {steps: []}"),
			GAP("2", "64", "0", "pipeline_stalled of the fleet",
				"mon-sun 00:00-09:00 18:00-24:00 (UTC)")},
		{ANY("UTC", P1("09:00-18:00", "") ", {match: {severities: "
			"[P2, P3]}, steps: [{routes: [b]}]}"),
			GAP("2", "64", "0", "pipeline_stalled of the fleet",
				"mon-sun 00:00-09:00 18:00-24:00 (UTC)")},
		{ANY("UTC", P1("09:00-18:00", "") ", {match: {kinds: "
			"[pipeline_stalled]}, steps: [{routes: [b]}]}"),
			GAP("2", "64", "0", "downtime of one of its servers",
				"mon-sun 00:00-09:00 18:00-24:00 (UTC)")},
		/* A digest is not for a P1. */
		{ANY("UTC", P1("09:00-18:00", "")
			", {steps: [{routes: [b]}], digest: daily}"), ""},
		{ANY("UTC", P1("09:00-18:00", "")
			", {steps: [{routes: [b]}], hours: '09:00-10:00'}"), ""},
		/* Some servers: those of the file are known. */
		{WEEK("UTC", P1("09:00-18:00", ", servers: [shop]")
			", {match: {servers: [shop]}, steps: [{routes: [b]}]}"),
			""},
		{WEEK("UTC", P1("09:00-18:00", ", servers: ['*o*']")
			", {match: {servers: [shop]}, steps: [{routes: [b]}]}"
			", {match: {accounts: [acme]}, steps: [{routes: [b]}]}"),
			""},
		{WEEK("UTC", P1("09:00-18:00", ", servers: ['*o*']")
			", {match: {servers: [shop]}, steps: [{routes: [b]}]}"),
			GAP("5", "82", "0", "downtime of blog",
				"mon-sun 00:00-09:00 18:00-24:00 (UTC)")},
		/* Those of lists are not: it holds for any. */
		{ANY("UTC", P1("09:00-18:00", ", servers: ['s*']")
			", {match: {servers: [x, 's*']}, steps: [{routes: "
			"[b]}]}"), ""},
		{ANY("UTC", P1("09:00-18:00", ", servers: ['s*']")
			", {match: {servers: ['sh*']}, steps: [{routes: "
			"[b]}]}"),
			GAP("2", "81", "0", "downtime of one of its servers",
				"mon-sun 00:00-09:00 18:00-24:00 (UTC)")},
		{ANY("UTC", "{match: {servers: ['sh*']}, steps: [{after: 1m, "
			"routes: [b]}]}, "
			P1("09:00-18:00", ", servers: ['s*']") ", " ALWAYS),
			GAP("2", "145", "1", "downtime of one of its servers",
				"mon-sun 00:00-24:00 (UTC)")},
		/* One that never matches opens no gap. */
		{ANY("UTC", ALWAYS ", " P1("09:00-18:00", "")), ""},
		/* Steps that come later are allowed: nothing waits. */
		{ANY("UTC", "{match: {severities: [P1]}, steps: [{routes: "
			"[a]}, {after: 5m, routes: [b]}], hours: "
			"'09:00-18:00'}, " ALWAYS), ""},
	};

	(void)state;
	CONF_CHECK(cases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_fallbacks),
		cmocka_unit_test(test_older),
		cmocka_unit_test(test_mail),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_hours),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

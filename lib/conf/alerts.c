/*
 * alerts.c: what a configuration may say of alerting: the part of the
 * table of schema.h below "alerts".
 */
#include "conf/schema.h"

#include "base/zone.h"
#include "conf/conf.h"
#include "records/alert.h"

/* In the order of their enum. */
const char *const conf_digests[] = {"no", "hourly", "daily", "weekly", NULL};

static const char *bad_hours(const char *s)
{
	struct conf_hours h;

	return conf_hours(s, &h)
		? NULL
		: "not from one time of day to another, such as 09:00-18:00 or "
		  "mon-fri 09:00-18:00";
}

static const char *bad_zone(const char *s)
{
	static const char chars[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_+-/";

	return s[strspn(s, chars)] || *s == '/' || *s == '-' ||
			strstr(s, "//")
		? "not the name of a time zone, such as Europe/Berlin"
		: NULL;
}

/* A key of older configurations, which is refused with a sentence. */
#define GONE(n, sentence) {.name = (n), .type = CONF_GONE, .gone = (sentence)}
/* A number that is the articles' and nobody's choice. */
#define FIXED .gone = "this number is fixed, see mcp-incidents(7); leave it out"

static const struct conf_key route[] = {
	{KEY("name", CONF_TEXT, conf_route, name), .required = true, .max = 200,
		.wrong = conf_bad_slug},
	{KEY("type", CONF_CHOICE, conf_route, type), .required = true,
		.choices = conf_route_types},
	{KEY("url", CONF_TEXT, conf_route, url), .max = 2048},
	{KEY("secret", CONF_TEXT, conf_route, secret), .max = 200,
		.wrong = conf_bad_slug},
	{KEY("channel", CONF_TEXT, conf_route, channel), .max = 100},
	{KEY("mention", CONF_TEXT, conf_route, mention), .max = 100},
	{KEY("from", CONF_TEXT, conf_route, from), .max = 320},
	{KEY("helo", CONF_TEXT, conf_route, helo), .max = 255},
	{LIST("to", CONF_TEXTS, conf_route, to), .once = true, .max = 20},
	{LIST("command", CONF_TEXTS, conf_route, command), .max = 100},
	{KEY("zone", CONF_TEXT, conf_route, zone), .max = 100,
		.wrong = bad_zone},
	{KEY("fallback", CONF_TEXT, conf_route, fallback), .max = 200,
		.wrong = conf_bad_slug},
	{KEY("fallback_after", CONF_SECONDS, conf_route, fallback_after_s),
		.min = 30, .max = 3600, .otherwise = "2m"},
	GONE("severities", "a route says where; a policy says who hears what: "
		"alerts.policies: [{match: {severities: [P1]}, steps: "
		"[{routes: [NAME]}]}]"),
	GONE("kinds", "a route says where; a policy says who hears what: "
		"alerts.policies: [{match: {kinds: [downtime]}, steps: "
		"[{routes: [NAME]}]}]"),
	GONE("servers", "a route says where; a policy says who hears what: "
		"alerts.policies: [{match: {servers: [\"shop-*\"]}, steps: "
		"[{routes: [NAME]}]}]"),
	GONE("accounts", "a route says where; a policy says who hears what: "
		"alerts.policies: [{match: {accounts: [ACCOUNT]}, steps: "
		"[{routes: [NAME]}]}]"),
	GONE("role", "there are no roles: without alerts.policies the type "
		"of a route says when it is told of a P1 (chats and pagers at "
		"once, texts after 5 minutes, calls after 15), and otherwise "
		"alerts.policies: [{match: {severities: [P1]}, steps: "
		"[{routes: [NAME]}, {after: 5m, routes: [OTHER]}]}]"),
	GONE("hours", "a route is told at any time; a policy says when P2 and "
		"P3 wait: alerts.policies: [{steps: [{routes: [NAME]}], "
		"hours: mon-fri 09:00-18:00}]"),
	GONE("days", "a route is told on any day; a policy says when P2 and "
		"P3 wait: alerts.policies: [{steps: [{routes: [NAME]}], "
		"hours: mon-fri 09:00-18:00}]"),
	GONE("digest", "a policy says what is told together: "
		"alerts.policies: [{match: {severities: [P3]}, steps: "
		"[{routes: [NAME]}], digest: daily}]"),
	GONE("budget", "one number for all routes: alerts.budget"),
	{.name = NULL},
};

static const struct conf_key match[] = {
	{LIST("severities", CONF_TEXTS, conf_match, severities), .once = true,
		.max = 100, .choices = severity_names + 1},
	{LIST("kinds", CONF_TEXTS, conf_match, kinds), .once = true, .max = 100,
		.choices = alert_kind_names},
	{LIST("servers", CONF_TEXTS, conf_match, servers), .once = true,
		.max = 1000},
	{LIST("accounts", CONF_TEXTS, conf_match, accounts), .once = true,
		.max = 1000, .wrong = conf_bad_slug},
	{.name = NULL},
};

static const struct conf_key step[] = {
	{KEY("after", CONF_SECONDS, conf_step, after_s), .max = 86400,
		.otherwise = "0s"},
	{LIST("routes", CONF_TEXTS, conf_step, routes), .required = true,
		.once = true, .max = 100, .wrong = conf_bad_slug},
	{.name = NULL},
};

static const struct conf_key notify[] = {
	{KEY("name", CONF_TEXT, conf_notify, name), .max = 200,
		.wrong = conf_bad_slug},
	{KEY("match", CONF_MAP, conf_notify, match), .keys = match},
	{LIST("steps", CONF_MAPS, conf_notify, steps), .required = true,
		.max = 20, .keys = step},
	{KEY("hours", CONF_TEXT, conf_notify, hours), .max = 40,
		.wrong = bad_hours},
	{KEY("digest", CONF_CHOICE, conf_notify, digest),
		.choices = conf_digests},
	{.name = NULL},
};

static const struct conf_key policy[] = {
	{KEY("confirm", CONF_INT, conf_policy, confirm), .min = 1, .max = 60,
		.otherwise = "3"},
	{KEY("agreed", CONF_INT, conf_policy, agreed), .min = 1, .max = 60,
		.otherwise = "1"},
	{KEY("resolve", CONF_INT, conf_policy, resolve), .min = 1, .max = 60,
		.otherwise = "3"},
	{KEY("promote", CONF_SECONDS, conf_policy, promote_s), .min = 60,
		.max = 7 * 86400, .otherwise = "30m"},
	{KEY("remind", CONF_SECONDS, conf_policy, remind_s), .min = 300,
		.max = 7 * 86400, .otherwise = "4h"},
	{KEY("flap_count", CONF_INT, conf_policy, flap_count), .min = 2,
		.max = 10, .otherwise = "3"},
	{KEY("flap_window", CONF_SECONDS, conf_policy, flap_window_s),
		.min = 60, .max = 7 * 86400, .otherwise = "1h"},
	{KEY("flap_clear", CONF_SECONDS, conf_policy, flap_clear_s),
		.max = 7 * 86400, .otherwise = "30m"},
	{KEY("silent", CONF_INT, conf_policy, silent), .min = 1, .max = 60,
		.otherwise = "5", FIXED},
	{KEY("silence_end", CONF_SECONDS, conf_policy, silence_end_s),
		.min = 60, .max = 7 * 86400, .otherwise = "30m"},
	{KEY("throttled", CONF_INT, conf_policy, throttled), .min = 1,
		.max = 60, .otherwise = "3"},
	{KEY("latency", CONF_INT, conf_policy, latency), .min = 1, .max = 60,
		.otherwise = "3", FIXED},
	{KEY("latency_factor", CONF_NUMBER, conf_policy, latency_factor),
		.min = 1.1, .max = 1000, .otherwise = "3", FIXED},
	{KEY("error_rate", CONF_NUMBER, conf_policy, error_rate), .max = 100,
		.otherwise = "5",
		.gone = "this number is fixed, see mcp-incidents(7); for no "
			"such incidents: alerts.policies: [{match: {kinds: "
			"[error_rate]}, steps: []}]"},
	{KEY("error_count", CONF_INT, conf_policy, error_count), .min = 1,
		.max = 100000, .otherwise = "3", FIXED},
	{KEY("slo", CONF_NUMBER, conf_policy, slo), .max = 99.999,
		.otherwise = "99.5"},
	{KEY("idle", CONF_SECONDS, conf_policy, idle_s), .min = 60,
		.max = 7 * 86400, .otherwise = "10m", FIXED},
	{KEY("overrun", CONF_SECONDS, conf_policy, overrun_s), .max = 86400,
		.otherwise = "5m", FIXED},
	{KEY("maintenance", CONF_SECONDS, conf_policy, maintenance_s),
		.min = 60, .max = 7 * 86400, .otherwise = "4h"},
	{KEY("ack", CONF_SECONDS, conf_policy, ack_s), .min = 60,
		.max = 7 * 86400, .otherwise = "4h", FIXED},
	{KEY("common", CONF_INT, conf_policy, common), .min = 2, .max = 10000,
		.otherwise = "5"},
	{.name = NULL},
};

static const struct conf_key heartbeat[] = {
	{KEY("url", CONF_TEXT, conf_heartbeat, url), .max = 2048,
		.wrong = conf_bad_url},
	{KEY("secret", CONF_TEXT, conf_heartbeat, secret), .max = 200,
		.wrong = conf_bad_slug},
	{.name = NULL},
};

const struct conf_key conf_alerts[] = {
	{LIST("routes", CONF_MAPS, conf, routes), .max = 100, .keys = route},
	{LIST("policies", CONF_MAPS, conf, policies), .max = 100,
		.keys = notify},
	{KEY("budget", CONF_INT, conf, budget), .max = 100000,
		.otherwise = "60"},
	{KEY("zone", CONF_TEXT, conf, zone), .max = 100, .wrong = bad_zone,
		.otherwise = "UTC"},
	{KEY("policy", CONF_MAP, conf, policy), .keys = policy},
	{KEY("heartbeat", CONF_MAP, conf, heartbeat), .keys = heartbeat},
	{KEY("runbook", CONF_TEXT, conf, runbook), .max = 2048,
		.wrong = conf_bad_url},
	GONE("ladders", "a ladder is a policy: alerts.policies: [{match: "
		"{severities: [P1]}, steps: [{routes: [NAME]}, {after: 5m, "
		"routes: [OTHER]}]}]"),
	GONE("business", "write the zone as alerts.zone, and the hours in a "
		"policy: alerts.policies: [{match: {severities: [P1]}, steps: "
		"[{routes: [NAME]}], hours: mon-fri 09:00-18:00}, {steps: "
		"[{routes: [OTHER]}]}]"),
	{.name = NULL},
};

/*
 * alerts.c: what a configuration may say of alerting: the part of the
 * table of schema.h below "alerts".
 */
#include "conf/schema.h"

#include "base/zone.h"
#include "conf/conf.h"
#include "records/alert.h"

/* In the order of their enums. */
static const char *const roles[] = {
	"all", "channel", "pager", "phone", "second", NULL};
const char *const conf_digests[] = {"no", "hourly", "daily", "weekly", NULL};

static const char *bad_hours(const char *s)
{
	int from, to;

	return conf_hours(s, &from, &to)
		? NULL
		: "not from one time of day to another, such as 09:00-18:00";
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
	{LIST("to", CONF_TEXTS, conf_route, to), .once = true, .max = 20},
	{LIST("command", CONF_TEXTS, conf_route, command), .max = 100},
	{LIST("severities", CONF_TEXTS, conf_route, severities), .once = true,
		.max = 100, .choices = severity_names + 1},
	{LIST("kinds", CONF_TEXTS, conf_route, kinds), .once = true, .max = 100,
		.choices = alert_kind_names},
	{LIST("servers", CONF_TEXTS, conf_route, servers), .once = true,
		.max = 1000},
	{LIST("accounts", CONF_TEXTS, conf_route, accounts), .once = true,
		.max = 1000, .wrong = conf_bad_slug},
	{KEY("role", CONF_CHOICE, conf_route, role), .choices = roles},
	{KEY("hours", CONF_TEXT, conf_route, hours), .max = 11,
		.wrong = bad_hours},
	{LIST("days", CONF_TEXTS, conf_route, days), .once = true, .max = 7,
		.choices = zone_weekdays},
	{KEY("zone", CONF_TEXT, conf_route, zone), .max = 100,
		.wrong = bad_zone},
	{KEY("digest", CONF_CHOICE, conf_route, digest),
		.choices = conf_digests},
	{KEY("budget", CONF_INT, conf_route, budget), .max = 100000,
		.otherwise = "0"},
	{KEY("fallback", CONF_TEXT, conf_route, fallback), .max = 200,
		.wrong = conf_bad_slug},
	{.name = NULL},
};

static const struct conf_key ladder_step[] = {
	{KEY("after", CONF_SECONDS, conf_step, after_s), .max = 86400,
		.otherwise = "0s"},
	{KEY("route", CONF_TEXT, conf_step, route), .required = true,
		.max = 200, .wrong = conf_bad_slug},
	{.name = NULL},
};

static const struct conf_key ladder[] = {
	{KEY("name", CONF_TEXT, conf_ladder, name), .required = true,
		.max = 200, .wrong = conf_bad_slug},
	{LIST("steps", CONF_MAPS, conf_ladder, steps), .required = true,
		.max = 20, .keys = ladder_step},
	{LIST("severities", CONF_TEXTS, conf_ladder, severities), .once = true,
		.max = 100, .choices = severity_names + 1},
	{LIST("kinds", CONF_TEXTS, conf_ladder, kinds), .once = true,
		.max = 100, .choices = alert_kind_names},
	{LIST("servers", CONF_TEXTS, conf_ladder, servers), .once = true,
		.max = 1000},
	{.name = NULL},
};

static const struct conf_key policy[] = {
	{KEY("confirm", CONF_INT, conf_policy, confirm), .min = 1, .max = 60,
		.otherwise = "3"},
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
		.otherwise = "5"},
	{KEY("throttled", CONF_INT, conf_policy, throttled), .min = 1,
		.max = 60, .otherwise = "3"},
	{KEY("latency", CONF_INT, conf_policy, latency), .min = 1, .max = 60,
		.otherwise = "3"},
	{KEY("latency_factor", CONF_NUMBER, conf_policy, latency_factor),
		.min = 1.1, .max = 1000, .otherwise = "3"},
	{KEY("error_rate", CONF_NUMBER, conf_policy, error_rate), .max = 100,
		.otherwise = "5"},
	{KEY("error_count", CONF_INT, conf_policy, error_count), .min = 1,
		.max = 100000, .otherwise = "3"},
	{KEY("slo", CONF_NUMBER, conf_policy, slo), .max = 99.999,
		.otherwise = "99.5"},
	{KEY("idle", CONF_SECONDS, conf_policy, idle_s), .min = 60,
		.max = 7 * 86400, .otherwise = "10m"},
	{KEY("overrun", CONF_SECONDS, conf_policy, overrun_s), .max = 86400,
		.otherwise = "5m"},
	{KEY("maintenance", CONF_SECONDS, conf_policy, maintenance_s),
		.min = 60, .max = 7 * 86400, .otherwise = "4h"},
	{KEY("ack", CONF_SECONDS, conf_policy, ack_s), .min = 60,
		.max = 7 * 86400, .otherwise = "4h"},
	{KEY("common", CONF_INT, conf_policy, common), .min = 2, .max = 10000,
		.otherwise = "5"},
	{.name = NULL},
};

static const struct conf_key business[] = {
	{KEY("hours", CONF_TEXT, conf_business, hours), .max = 11,
		.wrong = bad_hours, .otherwise = "09:00-18:00"},
	{LIST("days", CONF_TEXTS, conf_business, days), .once = true, .max = 7,
		.choices = zone_weekdays},
	{KEY("zone", CONF_TEXT, conf_business, zone), .max = 100,
		.wrong = bad_zone, .otherwise = "UTC"},
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
	{LIST("ladders", CONF_MAPS, conf, ladders), .max = 100,
		.keys = ladder},
	{KEY("policy", CONF_MAP, conf, policy), .keys = policy},
	{KEY("business", CONF_MAP, conf, business), .keys = business},
	{KEY("heartbeat", CONF_MAP, conf, heartbeat), .keys = heartbeat},
	{KEY("runbook", CONF_TEXT, conf, runbook), .max = 2048,
		.wrong = conf_bad_url},
	{.name = NULL},
};

/* SPDX-License-Identifier: MIT */
#include "conf/schema.h"

#include "base/num.h"
#include "base/text.h"
#include "base/zone.h"
#include "conf/conf.h"
#include "conf/formats.h"
#include "records/alert.h"
#include "store/url.h"
#include "terms/names.h"

static const char *bad_region(const char *s)
{
	return region_valid(s) ? NULL
			       : "not a region: lower-case letters, digits "
				 "and '-', up to 40, beginning with a letter; "
				 "neither reporters nor tool-hash";
}

static const char *bad_hash(const char *s)
{
	return hash_valid(s) ? NULL
			     : "not a SHA-256 in 64 lower-case hex digits";
}

static const char *bad_store(const char *s)
{
	struct store_url url;
	const char *wrong = store_url_read(s, &url);

	if (!wrong)
		store_url_release(&url);
	return wrong;
}

/* It becomes an argument of ssh, and must not look like an option. */
static const char *bad_host(const char *s)
{
	static const char chars[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789.-_:@[]%";

	return *s != '-' && !s[strspn(s, chars)] ? NULL
						 : "not a host for ssh(1)";
}

/* The name or the ARN of a function, with or without a version; an argument of
   aws(1). */
static const char *bad_function(const char *s)
{
	static const char chars[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-_:";

	return *s != '-' && !s[strspn(s, chars)]
		? NULL
		: "neither the name nor the ARN of a function";
}

/* A token goes there: in the clear to this machine only. */
static const char *bad_worker(const char *s)
{
	static const char *const here[] = {
		"http://127.0.0.1", "http://localhost", "http://[::1]"};
	bool allowed = strncmp(s, "https://", 8) == 0;

	for (size_t i = 0; i < sizeof here / sizeof *here; i++) {
		size_t n = strlen(here[i]);

		allowed |= strncmp(s, here[i], n) == 0 &&
			(!s[n] || strchr(":/", s[n]));
	}
	if (!allowed)
		return "not https://";
	if (strpbrk(s, "?#\"\\"))
		return "contains an invalid character";
	return conf_bad_url(s);
}

/* The rest is for the file of that kind of store, see inbox_at.bash. */
static const char *bad_inbox(const char *s)
{
	static const char *const kinds[] = {"s3://", "dynamodb://",
		"cloudflare-kv://", "gist://", "https://", "file:///"};
	static const char chars[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-._~:/?&=%+,@[]";

	if (s[strspn(s, chars)] || strchr(s + strcspn(s, ":") + 1, '@'))
		return "contains an invalid character";
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strncmp(s, kinds[i], strlen(kinds[i])) == 0)
			return NULL;
	if (strncmp(s, "http://", 7) == 0)
		return bad_worker(s);
	return "neither s3://, dynamodb://, cloudflare-kv://, gist://, "
	       "https:// nor file:///";
}

static const char *bad_colour(const char *s)
{
	return *s == '#' && strlen(s) == 7 &&
			strspn(s + 1, "0123456789abcdefABCDEF") == 6
		? NULL
		: "not a colour such as \"#0969da\"";
}

static bool is_path(const char *s)
{
	return *s == '/' && s[1] != '/' && !strpbrk(s, " \\\"");
}

static const char *bad_stylesheet(const char *s)
{
	return is_path(s) ? NULL : "not a path of this site such as /site.css";
}

/* A Content-Security-Policy has to name its host, without IPv6 or IDN. */
static const char *bad_logo(const char *s)
{
	if (*s == '/')
		return is_path(s) ? NULL
				  : "not a path of this site such as /logo.svg";
	if (strncmp(s, "https://", 8) != 0)
		return "neither https:// nor a path that begins with a slash";
	if (s[8 + strcspn(s + 8, "/?#")] != '/')
		return "not the address of an image";
	if (s[8] == '[' || text_ascii(s, strlen(s)) < strlen(s))
		return "cannot be used in a Content-Security-Policy";
	return conf_bad_url(s);
}

static const char *bad_contact(const char *s)
{
	struct mailbox to;
	size_t n = strcspn(s, "?");
	char address[MAILBOX_ADDRESS];

	if (strncmp(s, "https://", 8) == 0)
		return conf_bad_url(s);
	if (strncmp(s, "mailto:", 7) != 0)
		return "neither https:// nor mailto:";
	if (n - 7 >= sizeof address)
		return "too long";
	memcpy(address, s + 7, n - 7);
	address[n - 7] = '\0';
	if (mailbox_parse(address, &to) || *to.name || strchr(s, ' '))
		return "not an address such as mailto:help@example.com";
	return NULL;
}

/* The longest timeout: no answer takes longer. */
#define SLOW_ABOVE_MAX 300

static const char *const runners[] = {
	"local", "ssh", "lambda", "worker", "inbox", NULL};
const char *const conf_auth_modes[] = {
	"none", "any", "bearer", "header", "oauth", "mtls", NULL};
static const struct conf_key site[] = {
	{KEY("url", CONF_TEXT, conf, site_url), .max = 2048, .wrong = conf_bad_url},
	{KEY("title", CONF_TEXT, conf, site_title), .max = 200},
	{KEY("link", CONF_TEXT, conf, site_link), .max = 2048, .wrong = conf_bad_url},
	{KEY("colour", CONF_TEXT, conf, site_colour), .max = 200,
		.wrong = bad_colour},
	{KEY("logo", CONF_TEXT, conf, site_logo), .max = 500,
		.wrong = bad_logo},
	{KEY("stylesheet", CONF_TEXT, conf, site_stylesheet), .max = 500,
		.wrong = bad_stylesheet},
	{KEY("intro", CONF_TEXT, conf, site_intro), .max = 500},
	{KEY("imprint", CONF_TEXT, conf, site_imprint), .max = 500,
		.wrong = bad_contact},
	{KEY("privacy", CONF_TEXT, conf, site_privacy), .max = 500,
		.wrong = bad_contact},
	{KEY("support", CONF_TEXT, conf, site_support), .max = 500,
		.wrong = bad_contact},
	{KEY("maintenance_counts", CONF_BOOL, conf, site_maintenance_counts),
		.otherwise = "true"},
	{KEY("manual", CONF_BOOL, conf, site_manual), .otherwise = "false"},
	{KEY("subscribe", CONF_TEXT, conf, site_subscribe), .max = 64},
	{KEY("subscribe_inward", CONF_BOOL, conf, site_subscribe_inward),
		.otherwise = "false"},
	{.name = NULL},
};

/* Without a runner, a host, a function, a URL or an inbox decides. */
static const struct conf_key region[] = {
	{KEY("name", CONF_TEXT, conf_region, name), .required = true,
		.max = 200, .wrong = bad_region},
	{KEY("city", CONF_TEXT, conf_region, city), .max = 100},
	{KEY("position", CONF_POSITION, conf_region, position)},
	{KEY("provider", CONF_TEXT, conf_region, provider), .max = 100},
	{KEY("asn", CONF_INT, conf_region, asn), .min = 1, .max = 4294967294},
	{KEY("runner", CONF_CHOICE, conf_region, runner), .choices = runners},
	{KEY("host", CONF_TEXT, conf_region, host), .max = 253,
		.wrong = bad_host},
	{KEY("function", CONF_TEXT, conf_region, function), .max = 170,
		.wrong = bad_function},
	{KEY("url", CONF_TEXT, conf_region, url), .max = 1000,
		.wrong = bad_worker},
	{KEY("chunks", CONF_INT, conf_region, chunks), .min = 1, .max = 3},
	{KEY("inbox", CONF_TEXT, conf_region, inbox), .max = 1000,
		.wrong = bad_inbox},
	{KEY("credential", CONF_TEXT, conf_region, credential), .max = 80,
		.wrong = conf_bad_slug},
	{LIST("canary", CONF_TEXTS, conf_region, canary), .once = true,
		.max = 8, .wrong = conf_bad_url},
	{.name = NULL},
};

static const char *bad_label(const char *s)
{
	static const char chars[] = "abcdefghijklmnopqrstuvwxyz0123456789_.-";

	return strlen(s) <= ALERT_LABEL_NAME && !s[strspn(s, chars)]
		? NULL
		: "not the name of a label: up to 63 lower-case letters, "
		  "digits, '.', '_' and '-'";
}

static const char *bad_label_value(const char *s)
{
	return strlen(s) <= ALERT_LABEL_VALUE ? NULL : "longer than 200 bytes";
}

const struct conf_key conf_label_keys[] = {
	{KEY("name", CONF_TEXT, alert_label, name), .max = 200,
		.wrong = bad_label},
	{KEY("value", CONF_TEXT, alert_label, value), .max = 200,
		.wrong = bad_label_value},
	{.name = NULL},
};

#define LABELS(s)                                                              \
	{LIST("labels", CONF_LABELS, s, labels), .max = ALERT_LABELS}

/* Keys of an account that its servers inherit. */
#define ACCOUNT_KEYS(s)                                                        \
	{KEY("ca", CONF_TEXT, s, ca), .max = 2048, .pem = true},               \
	{KEY("runbook", CONF_TEXT, s, runbook), .max = 2048,                   \
		.wrong = conf_bad_url},                                        \
	{KEY("dashboard", CONF_TEXT, s, dashboard), .max = 2048,               \
		.wrong = conf_bad_url},                                        \
	{KEY("slow_above", CONF_SECONDS, s, slow_above_s),                     \
		.max = SLOW_ABOVE_MAX, .otherwise = "0s"},                     \
	{KEY("owner", CONF_TEXT, s, owner), .max = 200},                       \
	LABELS(s)

static const struct conf_key account[] = {
	{KEY("name", CONF_TEXT, conf_account, name), .required = true,
		.max = 200, .wrong = conf_bad_slug},
	{KEY("token_sha256", CONF_TEXT, conf_account, token_sha256),
		.required = true, .max = 200, .wrong = bad_hash},
	{KEY("write_token_sha256", CONF_TEXT, conf_account, write_token_sha256),
		.max = 200, .wrong = bad_hash},
	ACCOUNT_KEYS(conf_account),
	{.name = NULL},
};

/* Without a mode, a credential makes it "any". */
static const struct conf_key auth[] = {
	{KEY("mode", CONF_CHOICE, conf_auth, mode),
		.choices = conf_auth_modes},
	{KEY("credential", CONF_TEXT, conf_auth, credential), .max = 200,
		.wrong = conf_bad_slug},
	{KEY("bare_401", CONF_BOOL, conf_auth, bare_401), .otherwise = "false"},
	{.name = NULL},
};

static const struct conf_key health_tool[] = {
	{KEY("name", CONF_TEXT, conf_health, name), .required = true,
		.max = 200},
	{KEY("arguments", CONF_JSON, conf_health, arguments)},
	{.name = NULL},
};

/*
 * lookback and tolerance have defaults that depend on the interval. What is
 * counted in a row ends at 16: the store keeps that many probes of a region.
 */
static const struct conf_key thresholds[] = {
	{KEY("lookback", CONF_SECONDS, conf_thresholds, lookback_s), .min = 30,
		.max = 86400},
	{KEY("tolerance", CONF_SECONDS, conf_thresholds, tolerance_s), .min = 1,
		.max = 86400},
	{KEY("divergence", CONF_SECONDS, conf_thresholds, divergence_s),
		.min = 30, .max = 86400, .otherwise = "300s"},
	{KEY("quorum", CONF_INT, conf_thresholds, quorum), .min = 1, .max = 100,
		.otherwise = "2"},
	{KEY("step_alert", CONF_INT, conf_thresholds, step_alert), .min = 1,
		.max = 100, .otherwise = "2"},
	{KEY("hard_outage", CONF_INT, conf_thresholds, hard_outage), .min = 1,
		.max = 100, .otherwise = "3"},
	{KEY("alone", CONF_INT, conf_thresholds, alone), .min = 1, .max = 16,
		.otherwise = "3"},
	{KEY("throttled", CONF_INT, conf_thresholds, throttled), .min = 1,
		.max = 16, .otherwise = "3"},
	{KEY("tool_churn", CONF_INT, conf_thresholds, tool_churn), .min = 1,
		.max = 100, .otherwise = "12",
		.gone = "this number is fixed: 12 changes of the tools in an "
			"hour; to turn these incidents off, use "
			"alerts.policies: [{match: {kinds: [tool_churn]}, "
			"steps: []}]"},
	{.name = NULL},
};

static const char *bad_tag(const char *s)
{
	return strlen(s) <= CONF_TAG_MAX && slug_valid(s)
		? NULL
		: "not a tag: lower-case letters, digits, '.', '_' and '-', up "
		  "to 40, beginning with a letter or digit";
}

/* The first is the default. */
static const char *const cache_checks[] = {"yes", "no", NULL};
static const char *const http_versions[] = {"1.1", "2", NULL};

static const char *const visibilities[] = {"public", "private", NULL};

/* The keys that `defaults` may give a server. */
#define DEFAULT_KEYS                                                           \
	{KEY("auth", CONF_MAP, conf_server, auth), .keys = auth},              \
	{KEY("health_tool", CONF_MAP, conf_server, health),                    \
		.keys = health_tool},                                          \
	{KEY("interval", CONF_SECONDS, conf_server, interval_s), .min = 30,    \
		.max = 3600, .otherwise = "60s"},                              \
	{KEY("timeout", CONF_SECONDS, conf_server, timeout_s), .min = 1,       \
		.max = 300, .otherwise = "30s"},                               \
	{LIST("regions", CONF_TEXTS, conf_server, regions), .once = true,      \
		.max = 100, .wrong = bad_region},                              \
	{KEY("account", CONF_TEXT, conf_server, account), .max = 200,          \
		.wrong = conf_bad_slug},                                       \
	{KEY("group", CONF_TEXT, conf_server, group), .max = CONF_GROUP_MAX},  \
	{LIST("tags", CONF_TEXTS, conf_server, tags), .once = true,            \
		.max = 20, .wrong = bad_tag},                                  \
	{KEY("private", CONF_BOOL, conf_server, private),                      \
		.otherwise = "false"},                                         \
	{KEY("deny_private", CONF_BOOL, conf_server, deny_private),            \
		.otherwise = "false"},                                         \
	{KEY("endpoint", CONF_CHOICE, conf_server, endpoint),                  \
		.choices = visibilities},                                      \
	{KEY("tools", CONF_CHOICE, conf_server, tools),                        \
		.choices = visibilities},                                      \
	{KEY("cold_start", CONF_BOOL, conf_server, cold_start),                \
		.otherwise = "false"},                                         \
	{KEY("cache_check", CONF_CHOICE, conf_server, cache_check),            \
		.choices = cache_checks},                                      \
	{KEY("http_version", CONF_CHOICE, conf_server, http_version),          \
		.choices = http_versions},                                     \
	ACCOUNT_KEYS(conf_server),                                             \
	{KEY("thresholds", CONF_MAP, conf_server, thresholds),                 \
		.keys = thresholds, .apart = true}

const struct conf_key conf_account_keys[] = {
	ACCOUNT_KEYS(conf_account),
	{.name = NULL},
};

const struct conf_key conf_server_keys[] = {
	{KEY("slug", CONF_TEXT, conf_server, slug), .required = true,
		.max = 200, .wrong = conf_bad_slug},
	{KEY("url", CONF_TEXT, conf_server, url), .required = true, .max = 2048,
		.wrong = conf_bad_url},
	{KEY("title", CONF_TEXT, conf_server, title), .max = 200},
	DEFAULT_KEYS,
	{.name = NULL},
};

const struct conf_key conf_default_keys[] = {
	DEFAULT_KEYS,
	{.name = NULL},
};

/* The struct conf_server is the first member of struct conf_default. */
static const struct conf_key defaults[] = {
	{LIST("match", CONF_TEXTS, conf_default, match), .required = true,
		.max = 1000},
	DEFAULT_KEYS,
	{.name = NULL},
};

static const struct conf_key retention[] = {
	{KEY("evidence", CONF_SECONDS, conf_retention, evidence_s), .min = 3600,
		.max = 35 * 86400, .otherwise = "24h"},
	{KEY("passing", CONF_SECONDS, conf_retention, passing_s), .min = 60,
		.max = 35 * 86400, .otherwise = "10m"},
	{.name = NULL},
};

static const char *bad_path(const char *s)
{
	return *s == '/' ? NULL : "not an absolute path";
}

/* The store is not waited for for as long as its silence would be. */
static const struct conf_key store_wait[] = {
	{KEY("replicas", CONF_INT, conf_store_wait, replicas), .min = 0,
		.max = 100, .otherwise = "0"},
	{KEY("timeout", CONF_SECONDS, conf_store_wait, timeout_s), .min = 0.001,
		.max = 4, .otherwise = "1s"},
	{.name = NULL},
};

/* The fields of site and alerts lie in struct conf itself. */
const struct conf_key conf_keys[] = {
	{KEY("store", CONF_TEXT, conf, store), .max = 2048, .wrong = bad_store},
	{KEY("store_ca", CONF_TEXT, conf, store_ca), .max = 2048,
		.wrong = bad_path},
	{KEY("store_wait", CONF_MAP, conf, store_wait), .keys = store_wait,
		.sole = &store_wait[0]},
	{KEY("retention", CONF_MAP, conf, retention), .keys = retention,
		.sole = &retention[0]},
	{KEY("judge_after", CONF_SECONDS, conf, judge_after_s), .min = 1,
		.max = 60, .otherwise = "10s"},
	{.name = "site", .type = CONF_MAP, .keys = site},
	{LIST("regions", CONF_MAPS, conf, regions), .max = 100, .keys = region},
	{LIST("accounts", CONF_MAPS, conf, accounts), .max = 1000,
		.keys = account},
	{LIST("servers", CONF_MAPS, conf, servers), .max = 10000,
		.keys = conf_server_keys},
	{LIST("servers_from", CONF_TEXTS, conf, servers_from), .once = true,
		.max = 100, .spent = true},
	{LIST("defaults", CONF_MAPS, conf, defaults), .max = 1000,
		.keys = defaults, .spent = true},
	{.name = "alerts", .type = CONF_MAP, .keys = conf_alerts},
	{.name = NULL},
};

static void clear_field(const struct conf_key *key, void *base)
{
	void *field = (char *)base + key->at;
	size_t n = 0;
	void *p;

	memcpy(&p, field, sizeof p);
	if (p && key->count_at)
		memcpy(&n, (char *)base + key->count_at, sizeof n);
	for (size_t i = 0; i < n; i++) {
		if (key->type == CONF_TEXTS)
			free(((char **)p)[i]);
		else
			conf_clear(key->type == CONF_LABELS ? conf_label_keys
							    : key->keys,
				(char *)p + i * key->each);
	}
	if (key->type == CONF_JSON)
		cJSON_Delete(p);
	else
		free(p);
}

void conf_clear(const struct conf_key *keys, void *base)
{
	for (; keys->name; keys++) {
		switch (keys->type) {
		case CONF_TEXT:
		case CONF_TEXTS:
		case CONF_JSON:
		case CONF_MAPS:
		case CONF_LABELS:
			clear_field(keys, base);
			break;
		case CONF_MAP:
			conf_clear(keys->keys, (char *)base + keys->at);
			break;
		default:
			break;
		}
	}
}

/* The part of the table of schema.h below "alerts". */

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
#define FIXED .gone = "this number is fixed, see mcp-incidents(7); remove it"
#define FLAPPING                                                               \
	.gone = "this number is fixed: three starts; flapping: 1h sets "       \
		"within which time"

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
	{KEY("zone", CONF_TEXT, conf_route, zone), .max = 100,
		.wrong = bad_zone},
	{KEY("fallback", CONF_TEXT, conf_route, fallback), .max = 200,
		.wrong = conf_bad_slug},
	GONE("severities", "a route is only a destination; to choose what it "
			   "gets, use alerts.policies: [{match: {severities: "
			   "[P1]}, steps: [{routes: [NAME]}]}]"),
	GONE("kinds", "a route is only a destination; to choose what it gets, "
		      "use alerts.policies: [{match: {kinds: [downtime]}, "
		      "steps: [{routes: [NAME]}]}]"),
	GONE("servers", "a route is only a destination; to choose what it "
			"gets, use alerts.policies: [{match: {servers: "
			"[\"shop-*\"]}, steps: [{routes: [NAME]}]}]"),
	GONE("accounts", "a route is only a destination; to choose what it "
			 "gets, use alerts.policies: [{match: {accounts: "
			 "[ACCOUNT]}, steps: [{routes: [NAME]}]}]"),
	GONE("role", "roles were removed: without alerts.policies, the type of "
		     "a route decides when it gets a P1 (chats and pagers at "
		     "once, texts after 5 minutes, calls after 15); to change "
		     "that, use alerts.policies: [{match: {severities: [P1]}, "
		     "steps: [{routes: [NAME]}, {after: 5m, routes: "
		     "[OTHER]}]}]"),
	GONE("hours", "a route is notified at any time; to delay P2 and P3, "
		      "use alerts.policies: [{steps: [{routes: [NAME]}], "
		      "hours: mon-fri 09:00-18:00}]"),
	GONE("days", "a route is notified on any day; to delay P2 and P3, use "
		     "alerts.policies: [{steps: [{routes: [NAME]}], hours: "
		     "mon-fri 09:00-18:00}]"),
	GONE("digest", "to send alerts together, use alerts.policies: [{match: "
		       "{severities: [P3]}, steps: [{routes: [NAME]}], digest: "
		       "daily}]"),
	GONE("helo", "EHLO gives the host of site.url, or else an address of "
		     "this machine; to give another name, send through a mail "
		     "server of your own"),
	GONE("fallback_after", "this time is fixed: the fallback gets a P1 "
			       "after two minutes; remove it"),
	GONE("budget", "there is one budget for all routes: use alerts.budget"),
	{.name = NULL},
};

static const char *removed_kind(const char *s)
{
	return strcmp(s, "anomaly_logged") == 0
		? "anomaly_logged was removed; remove it here: failures that "
		  "last are downtime, regional, error_rate or slo_burn"
		: NULL;
}

static const struct conf_key match[] = {
	{LIST("severities", CONF_TEXTS, conf_match, severities), .once = true,
		.max = 100, .choices = severity_names + 1},
	{LIST("kinds", CONF_TEXTS, conf_match, kinds), .once = true, .max = 100,
		.choices = alert_kind_names, .wrong = removed_kind},
	{LIST("servers", CONF_TEXTS, conf_match, servers), .once = true,
		.max = 1000},
	{LIST("accounts", CONF_TEXTS, conf_match, accounts), .once = true,
		.max = 1000, .wrong = conf_bad_slug},
	LABELS(conf_match),
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
	GONE("agreed", "a downtime begins with the first window in which "
		       "regions agree; to be notified later, use "
		       "alerts.policies: [{steps: [{after: 3m, routes: "
		       "[NAME]}]}]"),
	{KEY("resolve", CONF_INT, conf_policy, resolve), .min = 1, .max = 60,
		.otherwise = "3"},
	{KEY("promote", CONF_SECONDS, conf_policy, promote_s), .min = 60,
		.max = 7 * 86400, .otherwise = "30m"},
	{KEY("remind", CONF_SECONDS, conf_policy, remind_s), .min = 300,
		.max = 7 * 86400, .otherwise = "4h"},
	{KEY("flapping", CONF_SECONDS, conf_policy, flap_window_s),
		.min = 60, .max = 7 * 86400, .otherwise = "1h"},
	{KEY("flap_count", CONF_INT, conf_policy, flap_count), .min = 2,
		.max = 10, .otherwise = "3", FLAPPING},
	{KEY("flap_clear", CONF_SECONDS, conf_policy, flap_clear_s),
		.max = 7 * 86400, .otherwise = "30m", FLAPPING},
	GONE("flap_window", "renamed: use flapping"),
	{KEY("silent", CONF_INT, conf_policy, silent), .min = 1, .max = 60,
		.otherwise = "5", FIXED},
	{KEY("silence_end", CONF_SECONDS, conf_policy, silence_end_s),
		.min = 60, .max = 7 * 86400, .otherwise = "30m", FIXED},
	{KEY("throttled", CONF_INT, conf_policy, throttled), .min = 1,
		.max = 60, .otherwise = "3", FIXED},
	{KEY("latency", CONF_INT, conf_policy, latency), .min = 1, .max = 60,
		.otherwise = "3", FIXED},
	{KEY("latency_factor", CONF_NUMBER, conf_policy, latency_factor),
		.min = 1.1, .max = 1000, .otherwise = "3", FIXED},
	{KEY("slow_above", CONF_SECONDS, conf_policy, slow_above_s),
		.max = SLOW_ABOVE_MAX, .otherwise = "0s"},
	{KEY("error_rate", CONF_NUMBER, conf_policy, error_rate), .max = 100,
		.otherwise = "5",
		.gone = "this number is fixed, see mcp-incidents(7); to turn "
			"these incidents off, use alerts.policies: [{match: "
			"{kinds: [error_rate]}, steps: []}]"},
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
	GONE("ladders", "use a policy instead: alerts.policies: [{match: "
			"{severities: [P1]}, steps: [{routes: [NAME]}, {after: "
			"5m, routes: [OTHER]}]}]"),
	GONE("business", "write the zone as alerts.zone, and the hours in a "
		"policy: alerts.policies: [{match: {severities: [P1]}, steps: "
		"[{routes: [NAME]}], hours: mon-fri 09:00-18:00}, {steps: "
		"[{routes: [OTHER]}]}]"),
	{.name = NULL},
};

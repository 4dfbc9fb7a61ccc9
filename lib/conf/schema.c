#include "conf/schema.h"

#include "base/mailbox.h"
#include "base/num.h"
#include "base/text.h"
#include "conf/conf.h"
#include "terms/names.h"
#include "store/url.h"

#include <arpa/inet.h>

/* The limit of mcp-probe, with the NUL. */
#define URL_SIZE 2048

const char *conf_bad_slug(const char *s)
{
	return slug_valid(s) ? NULL
			     : "not a name: lower-case letters, digits, '.', "
			       "'_' and '-', up to 80, beginning with a "
			       "letter or digit";
}

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

/* An IPv6 address. No zone: that has a meaning on one machine only. */
static bool is_v6(const char *s, size_t n)
{
	char text[INET6_ADDRSTRLEN];
	unsigned char bytes[16];

	if (n >= sizeof text)
		return false;
	memcpy(text, s, n);
	text[n] = '\0';
	return inet_pton(AF_INET6, text, bytes) == 1;
}

/* Beyond ASCII, libcurl decides. */
static bool is_name(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] < 0x80 &&
			!strchr("abcdefghijklmnopqrstuvwxyz"
				"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				"0123456789.-_",
				s[i]))
			return false;
	return true;
}

/* The host of an https URL need not be known to be checked for its form. */
static const char *bad_authority(const char *s, size_t n)
{
	char text[256];
	const char *port;
	long long v;

	if (memchr(s, '@', n))
		return "a user name or password does not belong in a URL";
	if (n >= sizeof text)
		return "the host is too long";
	memcpy(text, s, n);
	text[n] = '\0';
	port = text + strcspn(text, ":");
	if (*text == '[') {
		port = strchr(text, ']');
		if (!port || !is_v6(text + 1, (size_t)(port - text - 1)))
			return "no IPv6 address in the brackets";
		port++;
	} else if (!is_name(text, (size_t)(port - text))) {
		return "a character in the host that no host has";
	}
	if (port == text)
		return "the host is missing";
	if (*port && (*port != ':' || !num_parse(port + 1, 1, 65535, &v)))
		return "the port is not a port";
	return NULL;
}

/* A URL whose scheme is `scheme` or that with an s. */
static const char *bad_url(const char *s, const char *scheme,
	const char *neither)
{
	size_t n = strlen(scheme);

	if (strchr("\"'", *s) && *s)
		return "it begins with a quote, which is a part of it";
	if (strncmp(s, scheme, n) != 0)
		return neither;
	n += s[n] == 's';
	if (strncmp(s + n, "://", 3) != 0)
		return neither;
	if (strlen(s) >= URL_SIZE)
		return "too long";
	if (strpbrk(s, " \\"))
		return "a space or backslash in it";
	return bad_authority(s + n + 3, strcspn(s + n + 3, "/?#"));
}

const char *conf_bad_url(const char *s)
{
	return bad_url(s, "http", "neither http:// nor https://");
}

const char *conf_bad_smtp(const char *s)
{
	const char *wrong = bad_url(s, "smtp", "neither smtp:// nor smtps://");

	return !wrong && strpbrk(strchr(s, ':') + 3, "/?#")
		? "nothing stands behind the host and its port"
		: wrong;
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
		return "a character in it that does not belong there";
	return conf_bad_url(s);
}

static const char *bad_colour(const char *s)
{
	return *s == '#' && strlen(s) == 7 &&
			strspn(s + 1, "0123456789abcdefABCDEF") == 6
		? NULL
		: "not a colour such as \"#0969da\"";
}

/* A Content-Security-Policy has to name its host, without IPv6 or IDN. */
static const char *bad_logo(const char *s)
{
	if (*s == '/')
		return s[1] == '/' || strpbrk(s, " \\\"")
			? "not a path of this site such as /logo.svg"
			: NULL;
	if (strncmp(s, "https://", 8) != 0)
		return "neither https:// nor a path that begins with a slash";
	if (s[8 + strcspn(s + 8, "/?#")] != '/')
		return "not the address of an image";
	if (s[8] == '[' || text_ascii(s, strlen(s)) < strlen(s))
		return "an address that a Content-Security-Policy cannot name";
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
	{KEY("intro", CONF_TEXT, conf, site_intro), .max = 500},
	{KEY("imprint", CONF_TEXT, conf, site_imprint), .max = 500,
		.wrong = bad_contact},
	{KEY("privacy", CONF_TEXT, conf, site_privacy), .max = 500,
		.wrong = bad_contact},
	{KEY("support", CONF_TEXT, conf, site_support), .max = 500,
		.wrong = bad_contact},
	{KEY("maintenance_counts", CONF_BOOL, conf, site_maintenance_counts),
		.otherwise = "true"},
	{.name = NULL},
};

/* Where no runner is given, a host, a function or a URL says which. */
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
	{KEY("credential", CONF_TEXT, conf_region, credential), .max = 80,
		.wrong = conf_bad_slug},
	{LIST("canary", CONF_TEXTS, conf_region, canary), .once = true,
		.max = 8, .wrong = conf_bad_url},
	{.name = NULL},
};

static const struct conf_key account[] = {
	{KEY("name", CONF_TEXT, conf_account, name), .required = true,
		.max = 200, .wrong = conf_bad_slug},
	{KEY("token_sha256", CONF_TEXT, conf_account, token_sha256),
		.required = true, .max = 200, .wrong = bad_hash},
	{KEY("write_token_sha256", CONF_TEXT, conf_account, write_token_sha256),
		.max = 200, .wrong = bad_hash},
	{KEY("ca", CONF_TEXT, conf_account, ca), .max = 2048, .pem = true},
	{.name = NULL},
};

/* Where no mode is given, a credential makes it any. */
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
		.max = 100, .otherwise = "12"},
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

/* What `defaults` may give a server. */
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
	{KEY("ca", CONF_TEXT, conf_server, ca), .max = 2048, .pem = true},     \
	{KEY("cache_check", CONF_CHOICE, conf_server, cache_check),            \
		.choices = cache_checks},                                      \
	{KEY("http_version", CONF_CHOICE, conf_server, http_version),          \
		.choices = http_versions},                                     \
	{KEY("runbook", CONF_TEXT, conf_server, runbook), .max = 2048,         \
		.wrong = conf_bad_url},                                        \
	{KEY("thresholds", CONF_MAP, conf_server, thresholds),                 \
		.keys = thresholds, .apart = true}

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
			conf_clear(key->keys, (char *)p + i * key->each);
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

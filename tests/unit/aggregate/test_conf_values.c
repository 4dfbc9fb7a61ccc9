/* SPDX-License-Identifier: MIT */
/*
 * Goal: what a file says comes out as its page says: in the structs, as JSON
 * and as target records; and what it does not say has its default.
 */
#include "../lib/conf_heard.h"
#include "base/strings.h"
#include "json/json.h"
#include "rule/verdict.h"
#include "terms/regions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

/* A good file; what was said of it must be `warnings`. */
static struct conf *load(const char *yaml, const char *warnings)
{
	struct buf heard;
	struct conf *c = conf_hear(yaml, strlen(yaml), &heard);

	if (!c || strcmp(heard.p, warnings) != 0)
		fail_msg("%s\n%s", yaml, heard.p);
	buf_release(&heard);
	return c;
}

static void test_defaults(void **state)
{
	char *minimal = conf_smallest();
	struct conf *c = load(minimal, "");
	const struct conf_server *s = &c->servers[0];

	(void)state;
	assert_null(c->store);
	assert_null(c->site_url);
	assert_int_equal(c->n_regions, 3);
	assert_string_equal(c->regions[1].city, "London");
	assert_null(c->regions[1].provider);
	assert_int_equal(c->regions[1].runner, CONF_RUNNER_LOCAL);
	assert_int_equal(c->regions[1].asn, 0);
	assert_false(c->regions[1].position.known);
	assert_int_equal(c->n_accounts, 0);
	assert_int_equal(c->n_servers, 1);
	assert_string_equal(s->slug, "example-mcp");
	assert_int_equal(s->auth.mode, CONF_AUTH_NONE);
	assert_null(s->health.name);
	assert_true(s->interval_s == 60 && s->timeout_s == 30);
	assert_int_equal(s->n_regions, 3);
	assert_string_equal(s->regions[2], "ap-southeast-1");
	assert_null(s->regions[3]);
	assert_null(s->account);
	assert_false(s->private);
	assert_int_equal(c->n_routes, 0);
	assert_int_equal(c->policy.confirm, 3);
	assert_int_equal(c->policy.resolve, 3);
	assert_true(c->policy.promote_s == 1800);
	assert_true(c->policy.remind_s == 14400);
	assert_int_equal(c->policy.silent, 5);
	assert_true(c->policy.latency_factor == 3 && c->policy.slo == 99.5);
	assert_int_equal(c->budget, 60);
	assert_string_equal(c->zone, "UTC");
	assert_int_equal(c->policy.throttled, 3);
	assert_int_equal(conf_place(c, "example-mcp"), 0);
	assert_int_equal(conf_place(c, "other"), CONF_NOWHERE);
	assert_ptr_equal(conf_region(c, "eu-west-2"), &c->regions[1]);
	assert_null(conf_account(c, "acme"));
	conf_free(c);
	free(minimal);
}

/* rule_default and a configuration give the same defaults. */
static void test_thresholds(void **state)
{
	static const int intervals[] = {30, 60, 61, 300, 3600};

	(void)state;
	for (size_t i = 0; i < sizeof intervals / sizeof *intervals; i++) {
		struct rule r = rule_default(intervals[i]);
		struct conf_thresholds t;
		struct conf *c;
		char yaml[256];

		snprintf(yaml, sizeof yaml,
			"regions: [{name: a}, {name: b}, {name: c}]\nservers: "
			"[{slug: a, url: http://a, interval: %ds}]",
			intervals[i]);
		c = load(yaml, "");
		t = c->servers[0].thresholds;
		assert_true(t.lookback_s == r.lookback_s);
		assert_true(t.tolerance_s == r.tolerance_s);
		assert_true(t.divergence_s == r.divergence_s);
		assert_int_equal(t.quorum, r.quorum);
		assert_int_equal(t.step_alert, r.step_alert);
		assert_int_equal(t.hard_outage, r.hard_outage);
		assert_int_equal(t.alone, r.alone);
		assert_int_equal(t.throttled, r.throttled);
		assert_int_equal(t.tool_churn, r.tool_churn);
		conf_free(c);
	}
}

/* The arguments of a health tool, as JSON. */
static void test_arguments(void **state)
{
	static const struct {
		const char *yaml, *json;
	} cases[] = {
		{"{}", "{}"},
		{"{a: true, b: False, c: ~, d: , e: null, f: NULL}",
			"{\"a\":true,\"b\":false,\"c\":null,\"d\":null,"
			"\"e\":null,\"f\":null}"},
		{"{a: yes, b: 'true', c: \"null\", d: nUll, e: ''}",
			"{\"a\":\"yes\",\"b\":\"true\",\"c\":\"null\","
			"\"d\":\"nUll\",\"e\":\"\"}"},
		{"[0, -1, +2, 007, 0o17, 0x1F, 9007199254740991]",
			"[0,-1,2,7,15,31,9007199254740991]"},
		{"[1.5, .5, 5., 1e3, -1.5E-2, +.5e+1]",
			"[1.5,0.5,5,1000,-0.015,5]"},
		{"[0b1, 0o8, 0x, 1_0, '1', 1e, ., -, 1.2.3, 12:30, 1 2]",
			"[\"0b1\",\"0o8\",\"0x\",\"1_0\",\"1\",\"1e\",\".\","
			"\"-\",\"1.2.3\",\"12:30\",\"1 2\"]"},
		{"{a: &x [1, {b: c}], d: *x}",
			"{\"a\":[1,{\"b\":\"c\"}],\"d\":[1,{\"b\":\"c\"}]}"},
		{"\"a\\tb\\u00e9\\U0001f600\\\"\"",
			"\"a\\tb\u00e9\U0001f600\\\"\""},
		{"{1: a, true: b, ~: c}",
			"{\"1\":\"a\",\"true\":\"b\",\"~\":\"c\"}"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char yaml[512];
		struct conf *c;
		struct buf b;

		snprintf(yaml, sizeof yaml,
			"regions: [{name: a}, {name: b}, {name: c}]\nservers: "
			"[{slug: a, url: http://a, health_tool: {name: t, "
			"arguments: {x: %s}}}]",
			cases[i].yaml);
		c = load(yaml, "");
		buf_init(&b, 1000);
		json_put(&b, json_get(c->servers[0].health.arguments, "x"));
		assert_string_equal(b.p, cases[i].json);
		buf_release(&b);
		conf_free(c);
	}
}

static void target_is(const struct conf *c, size_t server, const char *region,
	const char *hash, const char *hint, const char *expected)
{
	struct buf b;

	buf_init(&b, 10000);
	conf_target(&c->servers[server], region, hash, NULL, hint, &b);
	assert_string_equal(b.p, expected);
	buf_release(&b);
}

static void test_targets(void **state)
{
	char *full = conf_full();
	struct conf *c = load(full, "");

	(void)state;
	target_is(c, 0, "cellar", "0f", "session",
		"{\"v\":1,\"type\":\"target\",\"slug\":\"example-mcp\","
		"\"url\":\"https://mcp.example.com/mcp\",\"region\":\"cellar\","
		"\"interval\":60,\"timeout\":20,\"auth\":{\"mode\":\"bearer\","
		"\"credential\":\"example\"},\"health_tool\":{\"name\":"
		"\"search\",\"arguments\":{\"query\":\"ping\",\"limit\":1,"
		"\"filters\":{\"exact\":true}}},\"deny_private\":true,"
		"\"ca\":\"/etc/mcp-fleet/example-ca.pem\","
		"\"protocol_hint\":\"session\","
		"\"known_hash\":\"0f\"}\n");
	target_is(c, 1, NULL, NULL, NULL,
		"{\"v\":1,\"type\":\"target\",\"slug\":\"partner-mcp\","
		"\"url\":\"https://partner.example.net/mcp\",\"interval\":300,"
		"\"timeout\":30,\"auth\":{\"mode\":\"none\"}}\n");
	c->servers[1].auth.bare_401 = true;
	target_is(c, 1, NULL, NULL, NULL,
		"{\"v\":1,\"type\":\"target\",\"slug\":\"partner-mcp\","
		"\"url\":\"https://partner.example.net/mcp\",\"interval\":300,"
		"\"timeout\":30,\"auth\":{\"mode\":\"none\",\"bare_401\":true}}"
		"\n");
	c->servers[1].auth.bare_401 = false;
	c->servers[1].cache_check = CONF_NO_CACHE_CHECK;
	target_is(c, 1, NULL, NULL, NULL,
		"{\"v\":1,\"type\":\"target\",\"slug\":\"partner-mcp\","
		"\"url\":\"https://partner.example.net/mcp\",\"interval\":300,"
		"\"timeout\":30,\"auth\":{\"mode\":\"none\"},"
		"\"cache_check\":false}\n");
	c->servers[1].cache_check = CONF_CACHE_CHECK;
	c->servers[1].http_version = CONF_HTTP_2;
	target_is(c, 1, NULL, NULL, NULL,
		"{\"v\":1,\"type\":\"target\",\"slug\":\"partner-mcp\","
		"\"url\":\"https://partner.example.net/mcp\",\"interval\":300,"
		"\"timeout\":30,\"auth\":{\"mode\":\"none\"},"
		"\"http_version\":2}\n");
	conf_free(c);
	free(full);
}

/*
 * JSON is YAML: a configuration printed as JSON, with its nulls, reads back the
 * same.
 */
static void test_json(void **state)
{
	char *full = conf_full();
	struct conf *c = load(full, ""), *again;
	struct buf b, b2;
	char why[JSON_WHY];
	cJSON *tree;

	(void)state;
	buf_init(&b, 100000);
	buf_init(&b2, 100000);
	conf_json(c, &b);
	tree = json_parse(b.p, b.len, &json_record, why);
	assert_non_null(tree);
	again = load(b.p, "");
	conf_json(again, &b2);
	assert_string_equal(b.p, b2.p);
	assert_non_null(strstr(b.p, "\"position\":[39,-77.5],\"provider\":"
		"\"aws\",\"asn\":16509,\"runner\":\"ssh\""));
	assert_non_null(strstr(b.p, "\"city\":\"London\",\"position\":null,"
		"\"provider\":\"google\",\"asn\":null,\"runner\":\"ssh\""));
	assert_non_null(strstr(b.p, "\"health_tool\":null,\"interval\":\"300s\","));
	cJSON_Delete(tree);
	conf_free(c);
	conf_free(again);
	buf_release(&b);
	buf_release(&b2);
	free(full);
}

static void test_words(void **state)
{
	(void)state;
	assert_string_equal(region_city("us-east-1"), "Ashburn");
	assert_string_equal(region_city("sa-east-1"), "São Paulo");
	assert_string_equal(region_city("northeurope"), "Dublin");
	assert_null(region_city("us-east"));
	assert_null(region_city(""));
	assert_true(spelling_enough("nmae", "name"));
	assert_true(spelling_enough("Interval", "interval"));
	assert_true(spelling_enough("tolerence_s", "tolerance"));
	assert_false(spelling_enough("url", "asn"));
	assert_false(spelling_enough("kind", "name"));
	assert_false(spelling_enough("", "a"));
	assert_true(spelling_enough("xa-server-with-a-name-that-is-lnog-0042",
		"a-server-with-a-name-that-is-long-004"));
	assert_false(spelling_enough("xa-server-with-a-name-that-is-lnog-0042",
		"-server-with-a-name-that-is-long-004"));
}

static void test_load(void **state)
{
	char path[] = "/tmp/test_conf.XXXXXX";
	int fd = mkstemp(path);
	struct conf *c;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "site: {title: a}\n", 17), 17);
	c = conf_load(path);
	assert_non_null(c);
	assert_string_equal(c->site_title, "a");
	conf_free(c);
	/* A command that fails. */
	assert_int_equal(dprintf(fd, "regions: [{name: eu}]\n"
				     "servers_from: [/bin/false]\n"), 49);
	close(fd);
	assert_null(conf_load(path));
	c = conf_load_file(path);
	assert_non_null(c);
	assert_int_equal(c->n_servers_from, 1);
	conf_free(c);
	unlink(path);
	assert_null(conf_load(path));
	assert_null(conf_load("/tmp"));
	conf_free(NULL);
}

static void test_hours(void **state)
{
	static const struct {
		const char *text;
		int from, to; /* -1: refused */
		unsigned days;
	} cases[] = {
		{"09:00-18:00", 540, 1080, 0x7f},
		{"22:30-06:05", 1350, 365, 0x7f},
		{"00:00-24:00", 0, 1440, 0x7f},
		{"mon-fri 09:00-18:00", 540, 1080, 0x1f},
		{"sat,sun 09:00-18:00", 540, 1080, 0x60},
		{"fri-mon 09:00-18:00", 540, 1080, 0x71},
		{"mon,wed-thu 09:00-18:00", 540, 1080, 0x0d},
		{"wed 09:00-18:00", 540, 1080, 0x04},
		{"mon-fri", -1, -1, 0},
		{"mon-fri ", -1, -1, 0},
		{"mon- 09:00-18:00", -1, -1, 0},
		{"mon,09:00-18:00", -1, -1, 0},
		{"monday 09:00-18:00", -1, -1, 0},
		{"mon  09:00-18:00", -1, -1, 0},
		{"mo 09:00-18:00", -1, -1, 0},
		{"24:00-01:00", -1, -1, 0},
		{"09:00-09:00", -1, -1, 0},
		{"9:00-18:00", -1, -1, 0},
		{"09:60-18:00", -1, -1, 0},
		{"09:00-24:01", -1, -1, 0},
		{"09:00 18:00", -1, -1, 0},
		{"09:00-18:00 ", -1, -1, 0},
		{"09:00-", -1, -1, 0},
		{"09", -1, -1, 0},
		{"", -1, -1, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct conf_hours h;
		bool ok = conf_hours(cases[i].text, &h);

		if (ok != (cases[i].from >= 0) ||
			(ok && (h.from != cases[i].from ||
				       h.to != cases[i].to ||
				       h.days != cases[i].days)))
			fail_msg("%s: %d %d %d", cases[i].text, ok, h.from,
				h.to);
	}
}

#define HEX "0123456789abcdef"

/* A token reads or writes for one account, and for no other. */
static void test_tokens(void **state)
{
	static const struct conf_case cases[] = {
		{"accounts: [{name: a, token_sha256: " HEX HEX HEX HEX ",\n"
		 "write_token_sha256: " HEX HEX HEX HEX "}]",
			"f:2:1: accounts[0].write_token_sha256: account a "
			"already reads with this token; use another token for "
			"writing\n"},
		{"accounts:\n- {name: a, token_sha256: " HEX HEX HEX HEX "}\n"
		 "- {name: b, token_sha256: 0" HEX HEX HEX "0123456789abcde, "
		 "write_token_sha256: " HEX HEX HEX HEX "}",
			"f:3:93: accounts[1].write_token_sha256: account a "
			"already reads with this token; use another token for "
			"writing\n"},
		{"accounts:\n- {name: a, token_sha256: " HEX HEX HEX HEX
		 ",\n   write_token_sha256: 0" HEX HEX HEX "0123456789abcde}\n"
		 "- {name: b, token_sha256: 1" HEX HEX HEX "0123456789abcde,\n"
		 "   write_token_sha256: 0" HEX HEX HEX "0123456789abcde}",
			"f:5:4: accounts[1].write_token_sha256: account a "
			"already writes with this token\n"},
		{"accounts: [{name: a, token_sha256: " HEX HEX HEX HEX ",\n"
		 "write_token_sha256: 0" HEX HEX HEX "0123456789abcde}]", ""},
	};

	(void)state;
	CONF_CHECK(cases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tokens),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_thresholds),
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_targets),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_load),
		cmocka_unit_test(test_hours),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Goal: a verdict is read back as it was written, may lack what is not needed,
 * and is refused where it is not what mcp-records(5) says.
 */
#include "base/lines.h"
#include "json/json.h"
#include "records/probe.h"
#include "records/verdict.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define HEAD "{\"v\":1,\"type\":\"verdict\",\"slug\":\"s\",\"window\":60,"
#define EU                                                                     \
	"{\"region\":\"eu\",\"state\":\"broken\",\"failed_step\":\"tls\","     \
	"\"error\":\"tcp.refused\",\"ms\":null,\"started_at\":61.5,"           \
	"\"fail_streak\":2,\"tool_hash\":null}"
#define AMBER                                                                  \
	HEAD "\"verdict\":\"amber\",\"tier\":\"regional\",\"step\":\"tls\","   \
	     "\"expected\":2,\"reporters\":2,\"failing\":[\"eu\"],"            \
	     "\"no_data\":[],\"regions\":[" EU "]}"

/* Written, read, and written again. */
static void test_round_trip(void **state)
{
	const char *failing[] = {"eu", "us"}, *no_data[] = {"ap"};
	const char *tools[] = {"a", "b\"c"};
	struct verdict_region regions[] = {
		{.region = "eu", .state = STATE_BROKEN,
			.failed_step = STEP_TOOLS_LIST, .error = "http.503",
			.ms = 112.4, .started_at = 1777494662.25,
			.fail_streak = 3},
		{.region = "ap", .ms = NAN, .started_at = 5,
			.cache = {.result = CACHE_EQUAL}, .cache_at = 4.5},
		{.region = "us", .ms = 1, .started_at = 6,
			.cache = {.result = CACHE_STALE, .tool_hash = HASH,
				.full_hash = HASH, .names = {{"a", "b"}},
				.n = {2}, .more = 7},
			.cache_at = 5},
	};
	struct verdict_words words[] = {{"a", "/title", "", "x"},
		{"b\"c", "/inputSchema/x~1y", "\\u{202E}", ""}};
	struct verdict_drift drift[] = {{.region = "eu", .removed = tools,
		.n_removed = 2, .from = "x", .to = "y"}};
	struct verdict_side sides[] = {
		{.tool_hash = "x", .regions = no_data, .n_regions = 1,
			.first_seen = 5, .last_seen = 1777494662.25},
		{.tool_hash = "y", .regions = failing, .n_regions = 2,
			.changes = {.changed = tools, .n_changed = 2},
			.words = words, .n_words = 2},
	};
	struct verdict v = {.slug = "example-mcp", .window = 1777494660,
		.url = "https://mcp.example.com/mcp", .verdict = VERDICT_RED,
		.tier = TIER_STEP_ALERT, .step = STEP_TOOLS_LIST,
		.failed_regions = 2, .reporters = 2, .expected = 3,
		.divergence = true, .failing = failing, .n_failing = 2,
		.no_data = no_data, .n_no_data = 1, .regions = regions,
		.n_regions = 3, .drift = drift, .n_drift = 1,
		.sides = sides, .n_sides = 2,
		.tool_churn = {.changes_1h = 13, .since = 1777491060},
		.pinned = true,
		.unapproved = {.class = CHANGE_WORDS, .since = 1777491000,
			.regions = failing, .n_regions = 2,
			.changes = {.from = HASH, .to = HASH, .added = tools,
				.n_added = 2},
			.words = words, .n_words = 1},
		.error_rates = {.known = true,
			.windows = {[RATE_3D] = {.probes = 7,
					    .failed = {[LAYER_TOOLS] = 7}}}},
		.latency_p50 = 80, .latency_p95 = 112.4,
		.latency_baseline = NAN, .uptime_30d = 99.5, .p50_ms = 81,
		.p95_ms = NAN, .judged_at = 1777495000.25};
	struct verdict_record r;
	char why[RECORD_WHY];
	struct buf a, b;

	(void)state;
	buf_init(&a, LINE_MAX_BYTES);
	buf_init(&b, LINE_MAX_BYTES);
	verdict_write(&a, &v);
	if (verdict_read(a.p, a.len - 1, &r, why))
		fail_msg("%s", why);
	verdict_write(&b, &r.verdict);
	assert_string_equal(a.p, b.p);
	assert_string_equal(r.verdict.drift[0].removed[1], "b\"c");
	assert_true(isnan(r.verdict.latency_baseline));
	assert_int_equal(r.verdict.tool_churn.changes_1h, 13);
	assert_true(r.verdict.tool_churn.since == 1777491060);
	assert_true(r.verdict.judged_at == 1777495000.25);
	verdict_record_release(&r);
	buf_release(&a);
	buf_release(&b);
}

static void test_read(void **state)
{
	static const char *const lines[] = {
		AMBER,
		HEAD "\"verdict\":\"green\",\"tier\":\"ok\",\"expected\":1,"
		     "\"failing\":[]}",
		HEAD "\"verdict\":\"unknown\",\"tier\":\"no-data\","
		     "\"step\":\"\",\"expected\":2,\"failing\":[\"eu\"],"
		     "\"no_data\":[\"eu\"],\"new\":{\"a\":[1]}}",
		HEAD "\"verdict\":\"red\",\"tier\":\"hard-outage\","
		     "\"step\":null,\"expected\":3,\"failing\":[\"eu\"],"
		     "\"drift\":[{\"region\":\"eu\"}],\"latency_ms\":null}",
	};
	char why[RECORD_WHY];

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct verdict_record r;

		if (verdict_read(lines[i], strlen(lines[i]), &r, why))
			fail_msg("%s: %s", why, lines[i]);
		assert_string_equal(r.verdict.slug, "s");
		/* These lines have no latencies. */
		assert_true(isnan(r.verdict.latency_p50));
		assert_true(isnan(r.verdict.latency_p95));
		assert_true(isnan(r.verdict.latency_baseline));
		verdict_record_release(&r);
	}
}

/* What is wrong with AMBER once `from` is `to`. */
static void test_refused(void **state)
{
	static const struct {
		const char *from, *to, *why;
	} cases[] = {
		{"{\"v\":1", "[\"v\":1", "byte"},
		{"{\"v\":1", "{\"v\":2", "v: a version"},
		{"{\"v\":1", "{\"v\":\"1\"", "v: missing or not a number"},
		{"\"type\":\"verdict\"", "\"type\":\"probe\"", "type"},
		{"\"slug\":\"s\",", "", "slug: missing"},
		{"\"slug\":\"s\"", "\"slug\":\"S\"", "slug: not a valid name"},
		{"\"slug\":\"s\"", "\"slug\":\"../s\"", "slug"},
		{"\"window\":60", "\"window\":61", "window: not the start"},
		{"\"window\":60", "\"window\":-60", "window: not the start"},
		{"\"window\":60", "\"window\":1e15", "window: not the start"},
		{"\"window\":60,", "", "window: missing"},
		{"\"window\":60", "\"window\":60,\"as_of\":\"soon\"",
			"as_of"},
		{"\"amber\"", "\"yellow\"", "verdict: unknown"},
		{"\"amber\"", "\"green\"", "tier: does not fit"},
		{"\"regional\"", "\"ok\"", "tier: does not fit"},
		{"\"amber\",\"tier\":\"regional\"",
			"\"green\",\"tier\":\"ok\"", "failing: does not fit"},
		{"\"failing\":[\"eu\"]", "\"failing\":[]",
			"failing: does not fit"},
		{"\"failing\":[\"eu\"],", "", "failing: missing"},
		{"\"failing\":[\"eu\"]", "\"failing\":[\"EU\"]",
			"failing: not an array of names"},
		{"\"failing\":[\"eu\"]", "\"failing\":\"eu\"",
			"failing: not an array"},
		{"\"no_data\":[]", "\"no_data\":[null]", "no_data"},
		{"\"expected\":2,", "", "expected: missing"},
		{"\"expected\":2", "\"expected\":-1", "expected: out of range"},
		{"\"expected\":2", "\"expected\":1.5", "expected: not a whole"},
		{"\"expected\":2", "\"expected\":\"2\"", "expected: not a num"},
		{"\"step\":\"tls\"", "\"step\":\"TLS\"", "step: unknown"},
		{"\"step\":\"tls\"", "\"step\":2", "step: not a string"},
		{"\"regions\":[", "\"regions\":[null,", "region: missing"},
		{"\"region\":\"eu\"", "\"region\":\"\"", "region: not a valid"},
		{"\"state\":\"broken\"", "\"state\":\"up\"", "state: unknown"},
		{"\"state\":\"broken\"", "\"state\":\"healthy\"",
			"state: does not fit"},
		{"\"ms\":null", "\"ms\":-1", "ms: out of range"},
		{"\"started_at\":61.5", "\"started_at\":1e12",
			"started_at: out of range"},
		{"\"fail_streak\":2", "\"fail_streak\":true", "fail_streak"},
		{"\"error\":\"tcp.refused\"", "\"error\":[]", "error"},
		{"\"no_data\"", "\"divergence\":\"yes\",\"no_data\"",
			"divergence: unknown"},
		{"\"no_data\"", "\"drift\":[{}],\"no_data\"",
			"region: missing"},
		{"\"no_data\"", "\"sides\":[{}],\"no_data\"",
			"tool_hash: missing"},
		{"\"no_data\"",
			"\"sides\":[{\"tool_hash\":\"a\",\"regions\":[1]}],"
			"\"no_data\"", "regions: not an array of names"},
		{"\"no_data\"", "\"tool_churn\":60,\"no_data\"",
			"tool_churn: not an object"},
		{"\"no_data\"", "\"tool_churn\":{\"since\":60},\"no_data\"",
			"changes_1h: missing or 0"},
		{"\"no_data\"",
			"\"tool_churn\":{\"changes_1h\":1,\"since\":-1},"
			"\"no_data\"", "since: out of range"},
		{"\"no_data\"", "\"unapproved\":[],\"no_data\"",
			"unapproved: not an object"},
		{"\"no_data\"", "\"unapproved\":{\"since\":60},\"no_data\"",
			"class: missing"},
		{"\"no_data\"", "\"unapproved\":{\"class\":\"worse\","
			"\"since\":60},\"no_data\"", "class: unknown"},
		{"\"no_data\"", "\"unapproved\":{\"class\":\"words\","
			"\"since\":0},\"no_data\"", "unapproved: since 0"},
		{"\"no_data\"", "\"unapproved\":{\"class\":\"words\","
			"\"since\":60,\"words\":[{}]},\"no_data\"",
			"tool: missing"},
		{"\"no_data\"", "\"sides\":[{\"tool_hash\":\"a\",\"words\":"
			"[7]}],\"no_data\"", "tool: missing"},
		{"\"no_data\"", "\"error_rate\":[],\"no_data\"",
			"error_rate: not counts"},
		{"\"no_data\"",
			"\"error_rate\":{\"1h\":{\"probes\":1,\"tools\":2,"
			"\"initialize\":0,\"http\":0,\"transport\":0}},"
			"\"no_data\"", "error_rate: not counts"},
		{"\"no_data\"",
			"\"error_rate\":{\"1h\":{\"probes\":9,\"tools\":2,"
			"\"initialize\":0,\"http\":1,\"transport\":0,"
			"\"throttled\":2}},\"no_data\"",
			"error_rate: not counts"},
		{"\"no_data\"",
			"\"error_rate\":{\"1h\":{\"probes\":9,\"tools\":0,"
			"\"initialize\":0,\"http\":1,\"transport\":0,"
			"\"throttled\":-1}},\"no_data\"",
			"error_rate: not counts"},
		{"\"no_data\"", "\"uptime_30d\":101,\"no_data\"", "uptime_30d"},
		{"\"no_data\"", "\"failing\":[],\"no_data\"", "byte"},
		{"]}", "]}x", "byte"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *at = strstr(AMBER, cases[i].from);
		struct verdict_record r;
		char why[RECORD_WHY];
		struct buf b;

		assert_non_null(at);
		buf_init(&b, 4096);
		buf_add(&b, AMBER, (size_t)(at - AMBER));
		buf_str(&b, cases[i].to);
		buf_str(&b, at + strlen(cases[i].from));
		if (verdict_read(b.p, b.len, &r, why) == 0)
			fail_msg("read: %s", b.p);
		if (strncmp(why, cases[i].why, strlen(cases[i].why)) != 0)
			fail_msg("%s, expected %s", why, cases[i].why);
		buf_release(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

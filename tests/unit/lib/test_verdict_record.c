/* SPDX-License-Identifier: MIT */
/*
 * Goal: a verdict becomes the line of mcp-records(5), to the byte; nothing in
 * it can break the line or make it too long.
 */
#include "base/lines.h"
#include "json/json.h"
#include "records/verdict.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static struct verdict empty(void)
{
	return (struct verdict) {.slug = "s",
		.window = 1777494660,
		.verdict = VERDICT_UNKNOWN,
		.tier = TIER_NO_DATA,
		.latency_p95 = NAN,
		.latency_p50 = NAN,
		.latency_baseline = NAN,
		.uptime_30d = NAN,
		.p50_ms = NAN,
		.p95_ms = NAN};
}

static void check(const struct verdict *v, const char *expected)
{
	struct buf b;

	buf_init(&b, 2 * LINE_MAX_BYTES);
	buf_str(&b, "before ");
	verdict_write(&b, v);
	assert_string_equal(b.p + strlen("before "), expected);
	buf_release(&b);
}

static void test_empty(void **state)
{
	struct verdict v = empty();

	(void)state;
	check(&v,
		"{\"v\":1,\"type\":\"verdict\",\"window\":1777494660,"
		"\"verdict\":\"unknown\",\"step\":\"\",\"failed_regions\":0,"
		"\"reporters\":0,\"divergence\":\"\",\"slug\":\"s\","
		"\"url\":null,\"tier\":\"no-data\","
		"\"as_of\":\"2026-04-29T20:31:00Z\",\"expected\":0,"
		"\"failing\":[],\"no_data\":[],\"regions\":[],\"drift\":[],"
		"\"sides\":[],"
		"\"latency_ms\":{\"p50\":null,\"p95\":null,"
		"\"baseline\":null},\"error_rate\":null,"
		"\"uptime_30d\":null,\"p50_ms\":null,\"p95_ms\":null}\n");
}

static const char *failing[] = {"eu-west-2", "sa-east-1"};
static const char *no_data[] = {"us-east-1"};
static const char *added[] = {"a\"b", "c\x1b[31m"};
static struct verdict_region regions[] = {
	{.region = "eu-west-2",
		.state = STATE_BROKEN,
		.failed_step = STEP_TOOLS_LIST,
		.error = "http.503",
		.ms = 112.44449,
		.started_at = 1777494662.1,
		.fail_streak = 3},
	{.region = "us-east-1",
		.ms = NAN,
		.started_at = 5,
		.tool_hash = "ff"},
};
static struct verdict_drift drift[] = {{.region = "us-east-1",
	.added = added,
	.n_added = 2,
	.from = "session",
	.to = "stateless"}};

static const char *west[] = {"us-west-2"};
static struct verdict_words words[] = {
	{"a\"b", "/description", "", "Reads\x1b \\u{200B}"}};
static struct verdict_side sides[] = {
	{.tool_hash = "aa",
		.regions = no_data,
		.n_regions = 1,
		.first_seen = 1777494000,
		.last_seen = 1777494661.5},
	{.tool_hash = "bb",
		.regions = west,
		.n_regions = 1,
		.first_seen = 1777494660.25,
		.last_seen = 1777494660.25,
		.changes = {.added = added, .n_added = 1},
		.words = words,
		.n_words = 1},
};

static void test_full(void **state)
{
	struct verdict v = empty();

	(void)state;
	v.verdict = VERDICT_RED;
	v.tier = TIER_STEP_ALERT;
	v.step = STEP_TOOLS_LIST;
	v.failed_regions = 2;
	v.reporters = 5;
	v.expected = 6;
	v.divergence = true;
	v.url = "https://mcp.example.com/mcp";
	v.failing = failing;
	v.n_failing = 2;
	v.no_data = no_data;
	v.n_no_data = 1;
	v.regions = regions;
	v.n_regions = 2;
	v.drift = drift;
	v.n_drift = 1;
	v.sides = sides;
	v.n_sides = 2;
	v.tool_churn = (struct verdict_churn) {60, 1777491060};
	v.pinned = true;
	v.unapproved = (struct verdict_unapproved) {
		.class = CHANGE_BREAKING,
		.since = 1777491060,
		.regions = west,
		.n_regions = 1,
		.changes = {.from = "aa", .to = "bb", .added = added,
			.n_added = 1},
		.words = words,
		.n_words = 1};
	v.latency_p95 = 112.4;
	v.error_rates.known = true;
	v.error_rates.windows[RATE_5M] = (struct error_rate) {
		.probes = 25,
		.failed = {[LAYER_HTTP] = 2, [LAYER_TOOLS] = 1},
		.throttled = 1};
	v.uptime_30d = 99.98;
	check(&v,
		"{\"v\":1,\"type\":\"verdict\",\"window\":1777494660,"
		"\"verdict\":\"red\",\"step\":\"tools-list\","
		"\"failed_regions\":2,\"reporters\":5,"
		"\"divergence\":\"cdn-cache-divergence\",\"slug\":\"s\","
		"\"url\":\"https://mcp.example.com/mcp\","
		"\"tier\":\"step-alert\",\"as_of\":\"2026-04-29T20:31:00Z\","
		"\"expected\":6,\"failing\":[\"eu-west-2\",\"sa-east-1\"],"
		"\"no_data\":[\"us-east-1\"],"
		"\"regions\":[{\"region\":\"eu-west-2\",\"state\":\"broken\","
		"\"failed_step\":\"tools-list\",\"error\":\"http.503\","
		"\"ms\":112.444,\"started_at\":1777494662.1,"
		"\"fail_streak\":3,\"tool_hash\":null},"
		"{\"region\":\"us-east-1\",\"state\":\"healthy\","
		"\"failed_step\":null,\"error\":null,\"ms\":null,"
		"\"started_at\":5,\"fail_streak\":0,\"tool_hash\":\"ff\"}],"
		"\"drift\":[{\"region\":\"us-east-1\","
		"\"added\":[\"a\\\"b\",\"c?[31m\"],\"removed\":[],"
		"\"changed\":[],\"redescribed\":[],\"from\":\"session\","
		"\"to\":\"stateless\"}],"
		"\"sides\":[{\"tool_hash\":\"aa\",\"regions\":[\"us-east-1\"],"
		"\"first_seen\":1777494000,\"last_seen\":1777494661.5,"
		"\"added\":[],\"removed\":[],\"changed\":[],"
		"\"redescribed\":[]},{\"tool_hash\":\"bb\","
		"\"regions\":[\"us-west-2\"],\"first_seen\":1777494660.25,"
		"\"last_seen\":1777494660.25,\"added\":[\"a\\\"b\"],"
		"\"removed\":[],\"changed\":[],\"redescribed\":[],"
		"\"words\":[{\"tool\":\"a\\\"b\",\"path\":"
		"\"/description\",\"before\":\"\",\"after\":"
		"\"Reads? \\\\u{200B}\"}]}],"
		"\"tool_churn\":{\"changes_1h\":60,\"since\":1777491060},"
		"\"pinned\":true,"
		"\"unapproved\":{\"class\":\"breaking\",\"since\":1777491060,"
		"\"regions\":[\"us-west-2\"],\"from\":\"aa\",\"to\":\"bb\","
		"\"added\":[\"a\\\"b\"],\"removed\":[],\"changed\":[],"
		"\"redescribed\":[],\"words\":[{\"tool\":\"a\\\"b\",\"path\":"
		"\"/description\",\"before\":\"\",\"after\":"
		"\"Reads? \\\\u{200B}\"}]},"
		"\"latency_ms\":{\"p50\":null,\"p95\":112.4,"
		"\"baseline\":null},"
		"\"error_rate\":{\"5m\":{\"probes\":25,\"failed\":3,"
		"\"tools\":1,\"initialize\":0,\"http\":2,\"transport\":0,"
		"\"throttled\":1},"
		"\"30m\":{\"probes\":0,\"failed\":0,\"tools\":0,\"initialize\":0,"
		"\"http\":0,\"transport\":0,\"throttled\":0},"
		"\"1h\":{\"probes\":0,\"failed\":0,\"tools\":0,\"initialize\":0,"
		"\"http\":0,\"transport\":0,\"throttled\":0},"
		"\"6h\":{\"probes\":0,\"failed\":0,\"tools\":0,\"initialize\":0,"
		"\"http\":0,\"transport\":0,\"throttled\":0},"
		"\"3d\":{\"probes\":0,\"failed\":0,\"tools\":0,\"initialize\":0,"
		"\"http\":0,\"transport\":0,\"throttled\":0}},"
		"\"uptime_30d\":99.98,\"p50_ms\":null,\"p95_ms\":null}\n");
}

/* Ten thousand long names in each of four lists: fewer are written. */
static void test_too_many_names(void **state)
{
	enum { N = 10000 };
	static const char *names[N];
	char name[201];
	struct verdict_drift d = {.region = "eu", .from = "a", .to = "b"};
	struct verdict v = empty();
	struct buf b;
	cJSON *tree;
	char why[JSON_WHY];
	const cJSON *removed;

	(void)state;
	memset(name, 'n', 200);
	name[200] = '\0';
	for (size_t i = 0; i < N; i++)
		names[i] = name;
	d.added = d.removed = d.changed = d.redescribed = names;
	d.n_added = d.n_removed = d.n_changed = d.n_redescribed = N;
	v.drift = &d;
	v.n_drift = 1;
	buf_init(&b, 4 * LINE_MAX_BYTES);
	verdict_write(&b, &v);
	assert_in_range(b.len, 1, LINE_MAX_BYTES);
	tree = json_parse(b.p, b.len, &json_record, why);
	assert_non_null(tree);
	removed = json_get(json_get(tree, "drift")->child, "removed");
	assert_int_equal(cJSON_GetArraySize(removed), 256);
	cJSON_Delete(tree);
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_too_many_names),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

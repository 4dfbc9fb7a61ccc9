/* SPDX-License-Identifier: MIT */
/*
 * Goal: every server of an audit is in exactly one bucket, the right one,
 * whatever its regions saw; and the shares are right to a tenth of a percent.
 */
#include "timeline.h"

#include "rule/bucket.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

struct bucket_case {
	const char *timeline; /* see timeline.h */
	const char *bucket;
	double now;	    /* 0: after the last probe */
	size_t n_more;	    /* expected regions without a record */
};

static const char *place(const struct bucket_case *c)
{
	static const char *const more[] = {"x1", "x2", "x3"};
	const char *expected[TIMELINE_REGIONS + 3];
	struct rule rule = rule_default(60);
	struct timeline t;
	struct verdict_input in = {.slug = "x", .expected = expected};

	timeline_read(&t, c->timeline);
	if (c->now > 0)
		in.now = TIMELINE_START + c->now;
	else
		rule.lookback_s = rule.ahead_s = INFINITY;
	in.regions = t.regions;
	in.n_regions = t.n;
	for (size_t i = 0; i < t.n; i++)
		expected[in.n_expected++] = t.names[i];
	for (size_t i = 0; i < c->n_more; i++)
		expected[in.n_expected++] = more[i];
	return bucket_name(bucket_decide(&rule, &in));
}

static void check(const struct bucket_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *got = place(&cases[i]);

		if (strcmp(got, cases[i].bucket) != 0)
			fail_msg("%s: %s, expected %s", cases[i].timeline, got,
				cases[i].bucket);
	}
}

#define CHECK(cases) check(cases, sizeof cases / sizeof *cases)

/* The bucket of a server whose only region fails. */
static void test_failures(void **state)
{
	static const struct bucket_case cases[] = {
		{.timeline = "us 1:-#a", .bucket = "healthy"},
		{.timeline = "us 1:w", .bucket = "auth-walled"},
		{.timeline = "us 1:1/dns.nxdomain", .bucket = "transport-dead"},
		{.timeline = "us 1:1/deadline", .bucket = "transport-dead"},
		{.timeline = "us 1:2/tcp.refused", .bucket = "transport-dead"},
		{.timeline = "us 1:2/tls.expired", .bucket = "transport-dead"},
		{.timeline = "us 1:2", .bucket = "transport-dead"},
		{.timeline = "us 1:3/proxy", .bucket = "transport-dead"},
		{.timeline = "us 1:3/deadline", .bucket = "transport-dead"},
		{.timeline = "us 1:3/http.empty", .bucket = "transport-dead"},
		{.timeline = "us 1:3/http.malformed",
			.bucket = "transport-dead"},
		{.timeline = "us 1:6/tcp.refused", .bucket = "transport-dead"},
		{.timeline = "us 1:5/tls.timeout", .bucket = "transport-dead"},
		{.timeline = "us 1:6/dns.temporary",
			.bucket = "transport-dead"},
		/* A later step than the handshake: HTTP did answer. */
		{.timeline = "us 1:6/deadline", .bucket = "mcp-broken"},
		{.timeline = "us 1:6/http.empty", .bucket = "mcp-broken"},
		{.timeline = "us 1:3/http.empty-body", .bucket = "mcp-broken"},
		{.timeline = "us 1:3/http.truncated", .bucket = "mcp-broken"},
		{.timeline = "us 1:3/http.503", .bucket = "mcp-broken"},
		{.timeline = "us 1:3/http.content-type",
			.bucket = "mcp-broken"},
		{.timeline = "us 1:3", .bucket = "mcp-broken"},
		{.timeline = "us 1:6/mcp.no-tools", .bucket = "mcp-broken"},
		{.timeline = "us 1:6/mcp.missing-tools",
			.bucket = "mcp-broken"},
		{.timeline = "us 1:7/tool.error", .bucket = "mcp-broken"},
		/* A 401 without a challenge is no proper wall. */
		{.timeline = "us 1:3/auth.bare-401", .bucket = "mcp-broken"},
		{.timeline = "us 1:4/oauth.metadata", .bucket = "mcp-broken"},
		{.timeline = "us 1:5/auth.rejected", .bucket = "auth-walled"},
		{.timeline = "us 1:5/oauth.token", .bucket = "auth-walled"},
		{.timeline = "us 1:7/auth.scope", .bucket = "auth-walled"},
		{.timeline = "us 1:6/mcp.tool-schema",
			.bucket = "schema-malformed"},
		{.timeline = "us 1:6/mcp.tool-name",
			.bucket = "schema-malformed"},
		{.timeline = "us 1:6/mcp.duplicate-tool",
			.bucket = "schema-malformed"},
		{.timeline = "us 1:7/tool.header",
			.bucket = "schema-malformed"},
		{.timeline = "us 1:8/hash.not-i-json",
			.bucket = "schema-malformed"},
		{.timeline = "us 1:8/hash.pinned#a",
			.bucket = "healthy-with-drift"},
		/* Since the failure nothing was heard but a first 429. */
		{.timeline = "us 1:6/http.503 150:3/http.429",
			.bucket = "mcp-broken", .now = 180},
		{.timeline = "us 1:6/http.503 150:3/http.429",
			.bucket = "no-data", .now = 181},
	};

	(void)state;
	CHECK(cases);
}

static void test_regions(void **state)
{
	static const struct bucket_case cases[] = {
		{.timeline = "ap 1:-|eu 2:-|us 3:2",
			.bucket = "regionally-degraded"},
		{.timeline = "eu 2:-|us 3:2", .bucket = "regionally-degraded"},
		{.timeline = "ap 1:2|eu 2:3|us 3:-", .bucket = "regionally-up"},
		/* Drift is told of servers that are up everywhere. */
		{.timeline = "ap 1:-#a|eu 2:-#b|us 3:2",
			.bucket = "regionally-degraded"},
		{.timeline = "ap 1:-|eu 2:-|us 3:w",
			.bucket = "regionally-degraded"},
		{.timeline = "ap 1:w|eu 2:w|us 3:-", .bucket = "regionally-up"},
		{.timeline = "ap 1:w|eu 2:w|us 3:w", .bucket = "auth-walled"},
		{.timeline = "ap 1:w|eu 2:w|us 3:2",
			.bucket = "regionally-degraded"},
		{.timeline = "ap 1:w|eu 2:2|us 3:2", .bucket = "regionally-up"},
		{.timeline = "ap 1:2|eu 2:3/http.503|us 3:3/http.503",
			.bucket = "mcp-broken"},
		{.timeline = "ap 1:2|eu 2:2|us 3:3/http.503",
			.bucket = "transport-dead"},
		{.timeline = "eu 2:2|us 3:3/http.503", .bucket = "mcp-broken"},
		{.timeline = "eu 2:3/http.503|us 3:6/mcp.tool-schema",
			.bucket = "schema-malformed"},
	};

	(void)state;
	CHECK(cases);
}

static void test_drift(void **state)
{
	static const struct bucket_case cases[] = {
		{.timeline = "eu 1:-#a 61:-#a|us 2:-#a", .bucket = "healthy"},
		{.timeline = "eu 1:-#a|us 2:-#b",
			.bucket = "healthy-with-drift"},
		{.timeline = "us 1:-#a 61:-#b", .bucket = "healthy-with-drift"},
		/* The tools changed and changed back. */
		{.timeline = "us 1:-#a 61:-#b 121:-#a",
			.bucket = "healthy-with-drift"},
		{.timeline = "us 1:-#a 61:6 121:-#b",
			.bucket = "healthy-with-drift"},
		{.timeline = "us 1:8/hash.pinned#a 61:-#a",
			.bucket = "healthy-with-drift"},
		{.timeline = "us 1:-#a@session 61:-#a@stateless",
			.bucket = "healthy-with-drift"},
		/* Hashes of different eras are not compared. */
		{.timeline = "eu 1:-#a@session|us 2:-#b@stateless",
			.bucket = "healthy"},
		{.timeline = "eu 1:-#a@sse|us 2:-#b", .bucket = "healthy"},
		{.timeline = "eu 1:-#a.x|us 2:-#a.y", .bucket = "healthy"},
		{.timeline = "eu 1:-#a|us 2:-", .bucket = "healthy"},
		/* Only the newest probe counts. */
		{.timeline = "us 1:2 61:-#a", .bucket = "healthy"},
		{.timeline = "us 1:-#a 61:2", .bucket = "transport-dead"},
	};

	(void)state;
	CHECK(cases);
}

static void test_no_data(void **state)
{
	static const struct bucket_case cases[] = {
		{.timeline = "us", .bucket = "no-data"},
		{.timeline = "us 1:-", .n_more = 1, .bucket = "no-data"},
		{.timeline = "us 1:2", .n_more = 1, .bucket = "no-data"},
		{.timeline = "eu 1:-|us 1:-", .n_more = 3, .bucket = "healthy"},
		{.timeline = "eu 1:-|us 1:-", .now = 180, .bucket = "healthy"},
		{.timeline = "eu 1:-|us 1:-", .now = 182, .bucket = "no-data"},
		{.timeline = "eu 1:-|us 100:-", .now = 182,
			.bucket = "no-data"},
		{.timeline = "ap 1:2|eu 100:-|us 100:-", .now = 182,
			.bucket = "healthy"},
		/* A tool list of long ago, of a region that is silent. */
		{.timeline = "ap 1:-#a|eu 100:-#b|us 100:-#b", .now = 182,
			.bucket = "healthy"},
		{.timeline = "eu 190:-|us 190:-", .now = 182,
			.bucket = "no-data"},
		/*
		 * A 429 says nothing of the server, however many there are in a
		 * row.
		 */
		{.timeline = "us 1:3/http.429", .bucket = "no-data"},
		{.timeline = "us 1:-#a 61:3/http.429", .bucket = "healthy"},
		{.timeline = "us 1:3/http.429 61:3/http.429 121:3/http.429",
			.bucket = "no-data"},
		{.timeline = "us 1:-#a 61:3/http.429 121:3/http.429 181:3/http.429",
			.bucket = "healthy"},
		{.timeline = "us 1:2/tcp.refused 61:3/http.429",
			.bucket = "transport-dead"},
	};

	(void)state;
	CHECK(cases);
}

/* A region that is not expected has no say. */
static void test_unexpected(void **state)
{
	static const char *const expected[] = {"us"};
	struct rule rule = rule_default(60);
	struct timeline t;

	(void)state;
	timeline_read(&t, "eu 1:2|us 1:-#a");
	assert_int_equal(bucket_decide(&rule,
				 &(struct verdict_input) {.slug = "x",
					 .now = TIMELINE_START + 2,
					 .expected = expected,
					 .n_expected = 1,
					 .regions = t.regions,
					 .n_regions = t.n}),
		BUCKET_HEALTHY);
}

static void test_shares(void **state)
{
	static const struct {
		size_t counts[BUCKETS];
		unsigned tenths[BUCKETS];
	} cases[] = {
		{{0}, {0}},
		{{1}, {1000}},
		{{1, 1, 1}, {334, 333, 333}},
		{{2, 1}, {667, 333}},
		{{1, 2}, {333, 667}},
		{{1, 0, 0, 0, 1, 5}, {143, 0, 0, 0, 143, 714}},
		{{1, 1, 1, 1, 1, 1, 1, 1, 1},
			{112, 111, 111, 111, 111, 111, 111, 111, 111}},
		{{9999, 1}, {1000, 0}},
		/* The audits of the articles: 9.0 % and 10.3 %. */
		{{196, 0, 0, 0, 366, 458, 1161}, {90, 0, 0, 0, 168, 210, 532}},
		{{248, 39, 88, 0, 2039}, {103, 16, 36, 0, 845}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		unsigned tenths[BUCKETS], sum = 0;

		bucket_shares(cases[i].counts, tenths);
		for (size_t k = 0; k < BUCKETS; k++) {
			assert_int_equal(tenths[k], cases[i].tenths[k]);
			sum += tenths[k];
		}
		assert_int_equal(sum, i ? 1000 : 0);
	}
}

static void test_names(void **state)
{
	(void)state;
	for (int i = 0; i < BUCKETS; i++) {
		assert_non_null(bucket_title((enum bucket)i));
		for (int k = 0; k < i; k++)
			assert_string_not_equal(bucket_name((enum bucket)i),
				bucket_name((enum bucket)k));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_regions),
		cmocka_unit_test(test_drift),
		cmocka_unit_test(test_no_data),
		cmocka_unit_test(test_unexpected),
		cmocka_unit_test(test_shares),
		cmocka_unit_test(test_names),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

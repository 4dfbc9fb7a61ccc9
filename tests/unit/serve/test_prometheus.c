/* SPDX-License-Identifier: MIT */
/*
 * Goal: a scrape holds what is published and nothing more; a metric without a
 * value is left out.
 */
#include "api/api.h"

#include "data/view.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define AS_OF 1777494660

static void read_view(struct view *v, const char *colour, const char *more)
{
	char json[400], why[VIEW_WHY];

	snprintf(json, sizeof json,
		"{\"window\":%d,\"verdict\":\"%s\",\"published_at\":1777494705,"
		"\"last_probe_at\":1777494668,\"regions\":[{\"region\":\"a\","
		"\"state\":\"broken\"}],\"no_data\":[\"b\"]%s}",
		AS_OF, colour, more);
	assert_int_equal(view_read(json, true, AS_OF + 60, v, why), 0);
}

static struct prometheus_server server_at(
	const struct prometheus_fleet *f, size_t i)
{
	const struct prometheus_server *servers = f->servers;

	return servers[i];
}

/* A scrape in one piece; in pieces of a line it is the same to the byte. */
static void put_all(struct buf *b, const struct prometheus_fleet *fleet,
	const struct prometheus_server *servers, size_t n)
{
	struct prometheus_fleet f = *fleet;
	struct buf piece, joined;
	bool more = true;
	size_t pieces = 0;

	f.server = server_at;
	f.servers = servers;
	f.n = n;
	assert_false(prometheus_more(&f, b, SIZE_MAX));
	f.gauge = f.next = 0;
	f.headed = false;
	buf_init(&piece, 4000);
	buf_init(&joined, 4000);
	for (; more; pieces++) {
		more = prometheus_more(&f, &piece, 1);
		buf_add(&joined, piece.p, piece.len);
		buf_clear(&piece);
	}
	assert_string_equal(joined.p, b->p);
	assert_true(pieces > 1);
	buf_release(&piece);
	buf_release(&joined);
}

static void put_contract(
	struct buf *b, const struct prometheus_server *servers, size_t n)
{
	put_all(b, &(struct prometheus_fleet) {.at = {NAN, NAN, NAN}}, servers,
		n);
	buf_cut(b, (size_t)(strstr(b->p, "# HELP mcp_fleet_") - b->p));
}

static void test_contract(void **state)
{
	struct prometheus_server servers[3];
	struct view views[3];
	struct buf b;

	(void)state;
	read_view(&views[0], "green", ",\"uptime_30d\":99.87,\"p95_ms\":142.4");
	read_view(&views[1], "amber", ",\"last_success_at\":1777490000.5");
	read_view(&views[2], "red", ",\"uptime_30d\":100,\"p95_ms\":0");
	for (size_t i = 0; i < 3; i++)
		servers[i] = (struct prometheus_server) {
			.slug = (const char *[]) {"a", "b-1", "c.2"}[i],
			.view = &views[i]};
	buf_init(&b, 4000);
	put_contract(&b, servers, 3);
	assert_string_equal(b.p,
		"# HELP alivemcp_state 1=up, 0.5=degraded, 0=down\n"
		"# TYPE alivemcp_state gauge\n"
		"alivemcp_state{slug=\"a\"} 1\n"
		"alivemcp_state{slug=\"b-1\"} 0.5\n"
		"alivemcp_state{slug=\"c.2\"} 0\n"
		"# HELP alivemcp_uptime_30d 30-day uptime percent\n"
		"# TYPE alivemcp_uptime_30d gauge\n"
		"alivemcp_uptime_30d{slug=\"a\"} 99.87\n"
		"alivemcp_uptime_30d{slug=\"c.2\"} 100\n"
		"# HELP alivemcp_p95_ms p95 latency in ms across all regions\n"
		"# TYPE alivemcp_p95_ms gauge\n"
		"alivemcp_p95_ms{slug=\"a\"} 142\n"
		"alivemcp_p95_ms{slug=\"c.2\"} 0\n"
		"# HELP alivemcp_last_probe_seconds seconds since the last "
		"successful probe, as of the verdict\n"
		"# TYPE alivemcp_last_probe_seconds gauge\n"
		"alivemcp_last_probe_seconds{slug=\"a\"} 37\n"
		"alivemcp_last_probe_seconds{slug=\"b-1\"} 4704\n"
		"alivemcp_last_probe_seconds{slug=\"c.2\"} 37\n");
	for (size_t i = 0; i < 3; i++)
		view_release(&views[i]);
	buf_release(&b);
}

/* A server that was never judged, and one whose verdict is too old. */
static void test_unknown(void **state)
{
	struct prometheus_server servers[2] = {
		{.slug = "new"}, {.slug = "old", .expected = 3}};
	struct view views[2];
	char why[VIEW_WHY];
	struct buf b;

	(void)state;
	assert_int_equal(view_read(NULL, true, AS_OF, &views[0], why), 0);
	assert_int_equal(view_read("{\"window\":1777494660,\"uptime_30d\":1,"
				   "\"p95_ms\":1,\"published_at\":1777494705,"
				   "\"last_probe_at\":1777494668,"
				   "\"verdict\":\"green\"}",
				 true, AS_OF + 301, &views[1], why),
		0);
	servers[0].view = &views[0];
	servers[1].view = &views[1];
	buf_init(&b, 4000);
	put_contract(&b, servers, 2);
	assert_string_equal(b.p, "");
	put_all(&b,
		&(struct prometheus_fleet) {.now = AS_OF + 301,
			.at = {NAN, AS_OF + 0.5, NAN},
			.left_out = 7,
			.undelivered = 2},
		servers, 2);
	assert_non_null(strstr(b.p, "\nmcp_fleet_left_out_servers 7\n"));
	assert_null(strstr(b.p, "\"new\""));
	assert_null(strstr(b.p, "mcp_fleet_reporters"));
	assert_non_null(strstr(b.p,
		"\nmcp_fleet_verdict_timestamp_seconds{slug=\"old\"} "
		"1777494660\n"));
	assert_non_null(strstr(
		b.p, "\nmcp_fleet_expected_reporters{slug=\"old\"} 3\n"));
	assert_non_null(strstr(b.p,
		"\nmcp_fleet_heartbeat_age_seconds{stage=\"verdict\"} 300\n"));
	assert_null(strstr(b.p, "stage=\"alert\""));
	assert_non_null(strstr(b.p, "\nmcp_fleet_servers 2\n"));
	assert_non_null(strstr(b.p, "\nmcp_fleet_undelivered_servers 2\n"));
	view_release(&views[0]);
	view_release(&views[1]);
	buf_release(&b);
}

static void test_reporters(void **state)
{
	struct view v;
	struct buf b;

	(void)state;
	read_view(&v, "red", "");
	buf_init(&b, 4000);
	put_all(&b,
		&(struct prometheus_fleet) {
			.now = AS_OF, .at = {NAN, NAN, NAN}},
		&(struct prometheus_server) {
			.slug = "a", .view = &v, .expected = 2},
		1);
	assert_non_null(strstr(b.p, "\nmcp_fleet_reporters{slug=\"a\"} 1\n"));
	assert_null(strstr(b.p, "heartbeat"));
	view_release(&v);
	buf_release(&b);
}

/* Regions, of which one never reported, and one nobody knows how many it did. */
static void test_regions(void **state)
{
	struct prometheus_fleet f = {.now = AS_OF,
		.at = {NAN, NAN, NAN},
		.regions = {{"eu", 2, 0, NAN}, {"us-1", 1, NAN, AS_OF - 7}},
		.n_regions = 2};
	struct view v;
	struct buf b;

	(void)state;
	read_view(&v, "red", "");
	buf_init(&b, 4000);
	put_all(&b, &f, &(struct prometheus_server) {.slug = "a", .view = &v},
		1);
	assert_non_null(strstr(b.p,
		"# HELP mcp_fleet_region_expected_servers public servers that a "
		"region is to report on\n"
		"# TYPE mcp_fleet_region_expected_servers gauge\n"
		"mcp_fleet_region_expected_servers{region=\"eu\"} 2\n"
		"mcp_fleet_region_expected_servers{region=\"us-1\"} 1\n"
		"# HELP mcp_fleet_region_reported_servers public servers with a "
		"probe from a region in the last evaluation\n"
		"# TYPE mcp_fleet_region_reported_servers gauge\n"
		"mcp_fleet_region_reported_servers{region=\"eu\"} 0\n"
		"# HELP mcp_fleet_region_last_probe_timestamp_seconds when the "
		"newest probe of a public server from a region started\n"
		"# TYPE mcp_fleet_region_last_probe_timestamp_seconds gauge\n"
		"mcp_fleet_region_last_probe_timestamp_seconds{region=\"us-1\"} "
		"1777494653\n# HELP"));
	view_release(&v);
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_contract),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_reporters),
		cmocka_unit_test(test_regions),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

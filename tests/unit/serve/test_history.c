/* SPDX-License-Identifier: MIT */
/*
 * Goal: counts are read from the store, whatever else stands there; what is not
 * known is shown as unknown; and a search finds what a person means.
 */
#include "base/buf.h"
#include "data/entries.h"
#include "data/page_data.h"
#include "data/places.h"
#include "data/search.h"
#include "terms/rates.h"
#include "terms/regions.h"
#include "pages/pages.h"
#include "words/words.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define TODAY 20000
#define NOW (TODAY * 86400.0 + 10 * 3600 + 5)

static void expect(const struct buf *b, const char *s)
{
	if (!strstr(b->p, s))
		fail_msg("not there: %s\n%s", s, b->p);
}

static void test_days(void **state)
{
	static const struct {
		const char *field;
		long long n;
	} fields[] = {{"20000:green", 600}, {"19999:red", 12},
		{"19999:green", 1428}, {"19911:amber", 3}, {"19909:red", 7}, {"19908:red", 99},
		{"20001:red", 99}, {"upto", 1777}, {"20000:blue", 9},
		{"20000:unknown", 9}, {"19999", 5}, {NULL, 5}, {"", 5},
		{"19998:green", -4}, {"-1:red", 4}, {"19990:green", 99999}};
	struct brand brand = {.maintenance_counts = true};
	struct page_data f = {0};
	struct status_page page = {.slug = "a", .data = &f, .brand = &brand, .now = NOW};
	const struct places places = {.n = 0};
	struct html b;

	(void)state;
	history_init(&f.history, NOW);
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		history_minutes(&f.history, fields[i].field, fields[i].n);
	assert_int_equal(history_known(&f.history.days[0]), 600);
	assert_int_equal(f.history.days[1].minutes[VERDICT_RED], 12);
	assert_int_equal(f.history.days[89].minutes[VERDICT_AMBER], 3);
	assert_int_equal(f.history.days[10].minutes[VERDICT_GREEN], 1440);
	assert_int_equal(history_known(&f.history.days[2]), 0);
	assert_int_equal(history_known(&f.history.days[HISTORY_KEPT - 1]), 7);
	buf_init(&b.out, 200000);
	status_page_days(&b, &page, &places);
	/* (600 + 1440 + 3 + 1440 - 12) / 3483 of what is known */
	expect(&b.out,
		"99.65&#8239;% uptime in 4 days of data, not working for "
		"12 min, partly working for 3 min.");
	/* The bars of plain days are for the eye; the list has each day, once. */
	expect(&b.out, "<li class=\"day-up\" aria-hidden=\"true\"><div><b>4 Oct"
		   "</b> working</div></li>\n</ol>");
	expect(&b.out, "height=\"16\"/></svg> not working at times</span>");
	expect(&b.out, "<summary>Day by day: 2 days with problems</summary>\n"
		   "<h3><a href=\"/status/a/history/2024-10\">October 2024"
		   "</a>\n</h3>\n<ul>\n<li><span>"
		   "<a href=\"/status/a/history/2024-10#day-4\">4 Oct</a>"
		   "</span> <span><svg class=\"icon\" aria-hidden=\"true\">"
		   "<use href=\"#i-up\"/></svg> working, 100.00&#8239;% "
		   "uptime</span></li>\n");
	expect(&b.out, "3 Oct</a></span> <span><svg class=\"icon\" aria-hidden="
		   "\"true\"><use href=\"#i-down\"/></svg> 12 min not "
		   "working, 99.16&#8239;% uptime</span></li>");
	expect(&b.out, "#day-1\">1 Sep</a> to "
		   "<a href=\"/status/a/history/2024-09#day-23\">23 Sep</a>"
		   "</span> <span><svg class=\"icon\" aria-hidden=\"true\">"
		   "<use href=\"#i-none\"/></svg> no data</span></li>");
	expect(&b.out, "<li class=\"day-down\"><button type=\"button\" "
		   "aria-label=\"3 Oct\"></button><div><b><a href=\"/status/a/"
		   "history/2024-10#day-3\">3 Oct</a></b> 12 min not working"
		   "</div></li>");
	expect(&b.out, "</b> no data</div>");
	/* Of the twelve red minutes, ten were within a maintenance. */
	history_minutes(&f.history, "19999:red-maintenance", 10);
	assert_int_equal(history_planned(&f.history, 1), 0);
	assert_int_equal(history_planned(&f.history, 2), 10);
	assert_int_equal(history_known(&f.history.days[1]), 1440);
	buf_clear(&b.out);
	status_page_days(&b, &page, &places);
	expect(&b.out,
		"99.65&#8239;% uptime in 4 days of data, not working for "
		"2 min, partly working for 3 min, in maintenance for "
		"10 min (counts as not working).");
	expect(&b.out, "3 Oct</a></b> 2 min not working, 10 min not working "
		   "for maintenance</div>");
	brand.maintenance_counts = false;
	buf_clear(&b.out);
	status_page_days(&b, &page, &places);
	/* (3483 - 12) / (3483 - 10) */
	expect(&b.out,
		"99.94&#8239;% uptime in 4 days of data, not working for "
		"2 min, partly working for 3 min, in maintenance for "
		"10 min (does not count).");
	/* A day of nothing but maintenance had no trouble. */
	history_minutes(&f.history, "19999:red-maintenance", 12);
	buf_clear(&b.out);
	status_page_days(&b, &page, &places);
	expect(&b.out, "Day by day: 1 day with problems<");
	expect(&b.out, "<li class=\"day-work\"><button");
	expect(&b.out, "#i-work\"/></svg> 12 min not working for maintenance, "
		   "100.00&#8239;% uptime<");
	/* Minutes in which our checks were kept out are as if none had been. */
	history_minutes(&f.history, "19998:red-unchecked", 30);
	history_minutes(&f.history, "19998:red", 30);
	history_minutes(&f.history, "19997:amber", 5);
	history_minutes(&f.history, "19997:amber-unchecked", 4);
	assert_int_equal(history_known(&f.history.days[2]), 0);
	assert_int_equal(history_known(&f.history.days[3]), 1);
	assert_int_equal(history_unchecked(&f.history, 4), 34);
	buf_clear(&b.out);
	status_page_days(&b, &page, &places);
	expect(&b.out, "partly working for 4 min, in maintenance for 12 min "
		   "(does not count), not checked for 34 min (does not "
		   "count).");
	expect(&b.out, "2 Oct</a></span> <span><svg class=\"icon\" aria-hidden="
		   "\"true\"><use href=\"#i-none\"/></svg> 30 min not "
		   "checked</span></li>");
	expect(&b.out, "1 min partly working, 4 min not checked, 100.00");
	buf_clear(&b.out);
	history_init(&f.history, NOW);
	status_page_days(&b, &page, &places);
	expect(&b.out, "No data yet.");
	assert_null(strstr(b.out.p, "<details"));
	buf_release(&b.out);
}

/* A day leads to its incidents, of which no more than a few are named. */
static void test_day_incidents(void **state)
{
	struct brand brand = {.maintenance_counts = true};
	struct page_data f = {0};
	struct status_page page = {.slug = "a", .data = &f, .brand = &brand, .now = NOW};
	const struct places places = {.n = 0};
	struct incident v[8];
	struct html b;

	(void)state;
	history_init(&f.history, NOW);
	for (int i = 0; i < HISTORY_DAYS; i++)
		f.history.days[i].minutes[VERDICT_GREEN] = 1440;
	for (size_t i = 0; i < 8; i++)
		v[i] = (struct incident) {.trouble = TROUBLE_SLOW,
			.kind = ALERT_LATENCY,
			.started_at = (TODAY - 2) * 86400 + 60 * (int64_t)i,
			.ended_at = (TODAY - 2) * 86400 + 7200};
	/* It went on until yesterday began. */
	v[0].ended_at = (TODAY - 1) * 86400;
	f.incidents = (struct incidents) {.v = v, .n = 8};
	buf_init(&b.out, 200000);
	status_page_days(&b, &page, &places);
	expect(&b.out, "<summary>Day by day: no problems</summary>");
	expect(&b.out, "3 Oct</a></span> <span><svg class=\"icon\" aria-hidden="
		   "\"true\"><use href=\"#i-up\"/></svg> working, "
		   "100.00&#8239;% uptime. Incidents: <a href=\"/status/a/"
		   "incident/2024-10-02-0000-slow-answers\">Slow answers</a>"
		   "</span></li>\n");
	expect(&b.out,
		"/incident/2024-10-02-0004-slow-answers\">Slow answers</a> "
		"and 3 more</span></li>\n");
	expect(&b.out, "#day-1\">1 Oct</a></span>");
	expect(&b.out,
		"#day-1\">1 Sep</a> to <a href=\"/status/a/history/2024-09"
		"#day-30\">30 Sep</a></span>");
	assert_null(strstr(b.out.p, "-0005-"));
	buf_release(&b.out);
}

static void test_hours(void **state)
{
	struct page_data f = {0};
	struct histogram h = {0};
	struct html b;

	(void)state;
	history_init(&f.history, NOW);
	buf_init(&b.out, 200000);
	status_page_latency(&b, &f);
	expect(&b.out, "No responses measured");
	history_latency(&f.history, 0, &h);
	assert_true(isnan(f.history.hours[0].p95_ms));
	histogram_add(&h, histogram_bucket(100), 90);
	histogram_add(&h, histogram_bucket(300), 10);
	history_latency(&f.history, 0, &h);
	history_latency(&f.history, 3, &h);
	history_latency(&f.history, 4, &h);
	history_latency(&f.history, 24, &h);
	history_latency(&f.history, -1, &h);
	assert_in_range((int)f.history.hours[0].p95_ms, 297, 303);
	buf_clear(&b.out);
	status_page_latency(&b, &f);
	/* The scale fits; its middle and its ends say what they are. */
	expect(&b.out, "<span>400&#8239;ms</span><span>200&#8239;ms</span>");
	expect(&b.out,
		"<p class=\"axis\"><span><time datetime=\"2024-10-03T11:00:00"
		"Z\">3 Oct, 11:00</time></span>");
	expect(&b.out, ">4 Oct, 10:00</time></span></p>");
	/* A bar for each hour with a probe, and the median within it. */
	expect(&b.out, "<g><title>07:00 UTC: median 99&#8239;ms, p95 30");
	expect(&b.out, "<rect class=\"p95\" x=\"604\"");
	expect(&b.out, "<rect class=\"p50\" x=\"694\"");
	if (strstr(b.out.p, "x=\"664\""))
		fail_msg("an hour without a probe has a bar");
	buf_release(&b.out);
}

/* A response time is in the unit that needs few digits. */
static void test_ms(void **state)
{
	static const struct {
		double ms;
		const char *words;
	} rows[] = {{0, "0&#8239;ms"}, {142.4, "142&#8239;ms"},
		{999.4, "999&#8239;ms"}, {999.5, "1.0&#8239;s"},
		{9078, "9.1&#8239;s"}, {60000, "60.0&#8239;s"}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct html b;

		buf_init(&b.out, 100);
		html_fmt(&b, "%ls", HTML_MS(rows[i].ms));
		assert_string_equal(b.out.p, rows[i].words);
		buf_release(&b.out);
	}
}

/* Of less than a day there is no percentage. */
static void test_young(void **state)
{
	struct brand brand = {.maintenance_counts = true};
	struct page_data f = {0};
	struct status_page page = {
		.slug = "a", .data = &f, .brand = &brand, .now = NOW};
	struct html b;

	(void)state;
	history_init(&f.history, NOW);
	assert_int_equal(history_young(f.history.days, 90), 0);
	history_minutes(&f.history, "20000:red", 4);
	history_minutes(&f.history, "19999:green", 1435);
	assert_int_equal(history_young(f.history.days, 90), 1439);
	buf_init(&b.out, 1000);
	status_page_sums(&b, &page, f.history.days, 90);
	assert_string_equal(b.out.p,
		"23 h 59 min of data, not working for 4 min.");
	buf_release(&b.out);
	history_minutes(&f.history, "19998:amber", 1);
	assert_int_equal(history_young(f.history.days, 90), 0);
}

static void test_tools(void **state)
{
	static const char *const pairs[] = {"seen:a", "session aa.bb 100.5",
		"seen:b", "session cc.dd 900.25", "seen:c",
		"session cc.dd 800.25", "aa.bb", "{\"x\":[]}", "cc.dd",
		"{\"x\":[],\"y\":[]}", "seen:d", NULL, "seen:e", "session",
		"seen:f", "session ee.ff never", NULL, "x"};
	struct history p;

	(void)state;
	history_init(&p, NOW);
	history_tools(&p, pairs, sizeof pairs / sizeof *pairs);
	assert_int_equal(p.tools, 2);
	assert_true(p.tools_since == 800.25);
	history_init(&p, NOW);
	history_tools(&p, pairs, 2);
	assert_int_equal(p.tools, -1);
	assert_true(p.tools_since == 100.5);
	history_init(&p, NOW);
	history_tools(&p, pairs, 0);
	assert_true(isnan(p.tools_since));
}

static void test_incidents(void **state)
{
	static const char *const odd[] = {NULL, "", "[]", "{}", "nonsense",
		"{\"timeline\":3,\"incidents\":{}}",
		"{\"timeline\":[1,null,{\"key\":\"a:downtime\"},{\"key\":\"::"
		"\"},"
		"{\"key\":\"a:downtime:-5\"},{\"key\":\"a:downtime:5\"}],"
		"\"incidents\":[7,{\"kind\":\"downtime\"},{\"first\":60},"
		"{\"kind\":\"downtime\",\"first\":60,\"held\":true}]}"};
	struct incidents l;

	(void)state;
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
		incidents_read(odd[i], &l);
		assert_int_equal(l.n, 0);
		assert_null(incidents_open(&l));
		incidents_release(&l);
	}
	incidents_read("{\"incidents\":[{\"kind\":\"latency\",\"first\":60,"
		       "\"regions\":[\"x\",\"x\",\"NO\",3]},"
		       "{\"kind\":\"rate_limited\",\"first\":0},"
		       "{\"kind\":\"regional\",\"first\":120,"
		       "\"passed_since\":180}]}",
		&l);
	assert_int_equal(l.n, 2);
	assert_int_equal(l.v[1].n_regions, 1);
	assert_int_equal(incidents_open(&l)->trouble, TROUBLE_REGIONAL);
	assert_true(incidents_open(&l)->passing);
	assert_false(incidents_open(&l)->notified);
	incidents_release(&l);
	/* What is no longer seen does not go on as far as anybody knows. */
	incidents_read("{\"incidents\":[{\"kind\":\"regional\",\"first\":120,"
		       "\"passed_since\":0,\"quiet\":{\"n\":3,\"since\":240,"
		       "\"counted\":360},\"silent\":[\"x\"],\"regions\":[\"x\"]}]}",
		&l);
	assert_int_equal(l.n, 1);
	assert_true(l.v->unseen);
	assert_int_equal(l.v->ended_at, 240);
	assert_null(incidents_open(&l));
	incidents_release(&l);
}

/* Events are told of as they are, and as older versions wrote them. */
static void test_told(void **state)
{
	static const char *const forms[] = {
		"{\"timeline\":[{\"at\":120,\"what\":\"downtime_started\","
		"\"text\":\"not told, silenced: a is down\"},"
		"{\"at\":180,\"what\":\"rate_limited_started\","
		"\"regions\":[\"x\",\"y\"]},"
		"{\"at\":200.5,\"what\":\"rate_limited_ack_ended\","
		"\"text\":\"ann\"},"
		"{\"at\":600,\"what\":\"rate_limited_resolved\","
		"\"first\":180,\"regions\":[\"z\"],\"resolved_at\":480},"
		"{\"at\":660,\"what\":\"schema_drift_detected\"}]}",
		"{\"timeline\":[{\"at\":180.000,"
		"\"what\":\"rate_limited_started\",\"text\":\"t\","
		"\"key\":\"a:rate_limited:180\",\"regions\":[\"x\",\"y\"],"
		"\"resolved_at\":0},{\"at\":600.000,"
		"\"what\":\"rate_limited_resolved\",\"text\":\"t\","
		"\"key\":\"a:rate_limited:180\",\"regions\":[\"x\",\"z\"],"
		"\"resolved_at\":480}]}",
		/* The same, written again by a newer version. */
		"{\"timeline\":[{\"at\":180,\"what\":\"rate_limited_started\","
		"\"text\":\"t\",\"first\":180,\"regions\":[\"x\",\"y\"]},"
		"{\"at\":600,\"what\":\"rate_limited_resolved\","
		"\"text\":\"t\",\"first\":180,\"regions\":[\"x\",\"z\"],"
		"\"resolved_at\":480}]}",
	};
	struct incidents l;

	(void)state;
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		incidents_read(forms[i], &l);
		assert_int_equal(l.n, 1);
		assert_int_equal(l.v[0].trouble, TROUBLE_LIMITED);
		assert_int_equal(l.v[0].started_at, 180);
		assert_int_equal(l.v[0].ended_at, 480);
		assert_int_equal(l.v[0].updated_at, 600);
		assert_int_equal(l.v[0].n_regions, 3);
		assert_string_equal(l.v[0].regions[2], "z");
		assert_true(l.v[0].notified);
		incidents_release(&l);
	}
}

/* An entry of the timeline that is no phase of an incident says nothing to the
   public: least of all is it a note without words. */
static void test_no_phase(void **state)
{
	struct incidents l;
	struct buf b;

	(void)state;
	buf_init(&b, 4096);
	incidents_read("{\"incidents\":[{\"kind\":\"downtime\",\"first\":180}],"
		       "\"timeline\":[{\"at\":200,\"what\":\"downtime_started\","
		       "\"text\":\"t\",\"key\":\"a:downtime:180\"},"
		       "{\"at\":300,\"what\":\"downtime_ack_broken\","
		       "\"text\":\"ann\",\"key\":\"a:downtime:180\"}]}",
		&l);
	assert_int_equal(l.n, 1);
	assert_int_equal(l.v[0].n_news, 1);
	assert_true(l.v[0].notified);
	incident_words_latest(&b, &l.v[0]);
	assert_string_equal(b.p, "The operator was notified.");
	buf_release(&b);
	incidents_release(&l);
}

static void test_search(void **state)
{
	static const struct {
		const char *query, *slug, *title;
		bool found;
	} rows[] = {
		{"", "a", NULL, true},
		{"  ", "a", NULL, true},
		{"EXAM", "example-mcp", NULL, true},
		{"mcp exam", "example-mcp", NULL, true},
		{"exam weather", "example-mcp", "The Weather", true},
		{"exam rain", "example-mcp", "The Weather", false},
		{"x", "example", NULL, true},
		{"xx", "example", "", false},
		{"b a", "a", "B", true},
		{"ab", "a", "b", false},
		/* Only the first eight words of a search count. */
		{"a a a a a a a a", "a", NULL, true},
		{"a a a a a a a b", "a", NULL, false},
		{"a a a a a a a a b", "a", NULL, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char *words = search_words(rows[i].slug, rows[i].title);
		struct search s;

		search_read(&s, rows[i].query);
		if (search_matches(&s, words) != rows[i].found)
			fail_msg("%s", rows[i].query);
		free(words);
	}
}

/* Each region of the catalogue has a place on the map. */
static void test_positions(void **state)
{
	static const struct {
		double north, east;
		const char *name;
	} continents[] = {
		{52.5, 13.4, "Europe"},
		{64.1, -21.9, "Europe"},   /* Reykjavik */
		{36.7, -4.4, "Europe"},	   /* Malaga */
		{55.8, 37.6, "Europe"},	   /* Moscow */
		{41.0, 28.9, "Asia"},	   /* Istanbul: a border */
		{32.1, 34.8, "Asia"},	   /* Tel Aviv */
		{24.5, 54.4, "Asia"},	   /* Abu Dhabi */
		{-6.2, 106.8, "Asia"},	   /* Jakarta */
		{35.7, 139.7, "Asia"},	   /* Tokyo */
		{30.0, 31.2, "Africa"},	   /* Cairo */
		{-33.9, 18.4, "Africa"},   /* Cape Town */
		{39.0, -77.5, "North America"},
		{19.4, -99.1, "North America"},	 /* Mexico City */
		{43.7, -79.4, "North America"},	 /* Toronto */
		{-23.6, -46.6, "South America"}, /* Sao Paulo */
		{4.7, -74.1, "South America"},	 /* Bogota */
		{-33.9, 151.2, "Oceania"},
		{-36.8, 174.8, "Oceania"}, /* Auckland */
		{-77.8, 166.7, "Antarctica"},
	};
	double north, east;

	(void)state;
	assert_true(region_position("sa-east-1", &north, &east));
	assert_true(north < -23 && north > -24 && east < -46 && east > -47);
	assert_true(region_position("syd", &north, &east));
	assert_true(north < -33 && east > 151);
	assert_false(region_position("cellar", &north, &east));
	for (size_t i = 0; i < sizeof continents / sizeof *continents; i++)
		assert_string_equal(region_continent(continents[i].north,
					    continents[i].east),
			continents[i].name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_days),
		cmocka_unit_test(test_day_incidents),
		cmocka_unit_test(test_hours),
		cmocka_unit_test(test_ms),
		cmocka_unit_test(test_young),
		cmocka_unit_test(test_tools),
		cmocka_unit_test(test_incidents),
		cmocka_unit_test(test_told),
		cmocka_unit_test(test_no_phase),
		cmocka_unit_test(test_search),
		cmocka_unit_test(test_positions),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Goal: badges show what is published and nothing more: no state that is not
 * known, no detail for operators, no text that escapes its markup.
 */
#include "badge/badge.h"

#include "cgi/request.h"
#include "data/entries.h"
#include "data/maintenance.h"
#include "data/places.h"
#include "data/view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define AS_OF 1777494660

static void read_view(struct view *v, const char *colour, double now)
{
	char json[1000], why[VIEW_WHY];

	snprintf(json, sizeof json,
		"{\"window\":%d,\"verdict\":\"%s\",\"step\":\"tools-list\","
		"\"tier\":\"step-alert\",\"uptime_30d\":99.87,\"p95_ms\":142,"
		"\"published_at\":1777494705,\"last_probe_at\":1777494668,"
		"\"regions\":[{\"region\":\"us-east-1\",\"state\":\"healthy\","
		"\"tool_hash\":\"5ca1ab1e\"},{\"region\":\"eu-west-2\","
		"\"state\":\"broken\",\"failed_step\":\"tools-list\","
		"\"error\":\"http.503\"}],\"no_data\":[\"cellar\"]}",
		AS_OF, colour);
	assert_int_equal(view_read(json, true, now, v, why), 0);
}

static void expect(const struct buf *b, const char *s)
{
	if (!strstr(b->p, s))
		fail_msg("not in the page: %s\n%s", s, b->p);
}

static const struct badge_look usual;
static const struct occurrence work = {
	.found = true, .start = AS_OF - 600, .end = AS_OF + 3000};

static void check_badge(const char *colour, double now, const char *message,
	const char *title, const char *fill)
{
	struct view v;
	struct html b;
	char want[200];

	read_view(&v, colour, now);
	buf_init(&b.out, 4000);
	badge_put(&b,
		&(struct badge_subject) {.slug = "example-mcp", .view = &v},
		&usual);
	snprintf(want, sizeof want, ">%s</text></g></svg>\n", message);
	assert_non_null(strstr(b.out.p, want));
	snprintf(want, sizeof want, "role=\"img\" aria-label=\"%s\"><title>%s<",
		title, title);
	assert_non_null(strstr(b.out.p, want));
	assert_non_null(strstr(b.out.p, fill));
	buf_release(&b.out);
	view_release(&v);
}

static void test_badge(void **state)
{
	(void)state;
	check_badge("green", AS_OF, "up 99.87%",
		"example-mcp: up, 99.87% uptime in 30 days", "#1a7f37");
	check_badge("amber", AS_OF, "degraded 99.87%",
		"example-mcp: degraded, 99.87% uptime in 30 days", "#9a6700");
	/* No figure stands beside what does not work; the title has it. */
	check_badge("red", AS_OF + 300, "down",
		"example-mcp: down, 99.87% uptime in 30 days", "#cf222e");
	check_badge("green", AS_OF + 301, "no recent data",
		"example-mcp: no recent data", "#6a737d");
}

/* What keeps our checks out is part of each title. */
static void test_badge_kept_out(void **state)
{
	struct badge_words w;
	struct view v;

	(void)state;
	read_view(&v, "red", AS_OF);
	v.checks = CHECKS_REFUSED;
	badge_words_of(&(struct badge_subject) {.slug = "a", .view = &v}, &w);
	assert_string_equal(w.message, "down");
	assert_string_equal(w.title,
		"a: down, our checks are refused, 99.87% uptime in 30 days");
	v.verdict = VERDICT_AMBER;
	v.checks = CHECKS_LIMITED;
	badge_words_of(&(struct badge_subject) {.slug = "a", .view = &v,
			       .metric = METRIC_UPTIME}, &w);
	assert_string_equal(w.title,
		"a: 99.87% uptime in 30 days, now degraded, our checks are "
		"rate-limited");
	view_release(&v);
}

static void test_badge_without(void **state)
{
	struct view v;
	struct html b;

	(void)state;
	buf_init(&b.out, 4000);
	assert_int_equal(view_read(NULL, true, AS_OF, &v, NULL), 0);
	badge_put(&b, &(struct badge_subject) {.view = &v}, &usual);
	assert_non_null(strstr(b.out.p, ">awaiting first probe</text>"));
	assert_non_null(strstr(b.out.p, "<title>MCP server: pending, "));
	buf_clear(&b.out);
	/* Without an uptime the state is still shown. */
	assert_int_equal(view_read("{\"window\":1777494660,"
				   "\"verdict\":\"green\"}",
				 true, AS_OF, &v, NULL),
		0);
	badge_put(&b, &(struct badge_subject) {.slug = "a", .view = &v},
		&usual);
	assert_non_null(strstr(b.out.p, ">up</text>"));
	buf_release(&b.out);
	view_release(&v);
}

/* The whole image, so that a change of it is a change here. */
static void test_badge_hostile(void **state)
{
	const struct badge_words w = {.label = "<&>",
		.message = "\"\x01'\xff",
		.title = "</title>\xe2\x80\xae",
		.colour = "\"/><script>"};
	struct html b;

	(void)state;
	buf_init(&b.out, 4000);
	badge_put_words(&b, &w, &usual);
	assert_string_equal(b.out.p,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"82\" "
		"height=\"20\" role=\"img\" aria-label=\"&lt;/title&gt;?\">"
		"<title>&lt;/title&gt;?</title><clipPath id=\"r\"><rect "
		"width=\"82\" height=\"20\" rx=\"3\"/></clipPath>"
		"<g clip-path=\"url(#r)\"><rect x=\"0\" width=\"39\" "
		"height=\"20\" fill=\"#444c56\"/><rect x=\"39\" width=\"43\" "
		"height=\"20\" fill=\"&quot;/&gt;&lt;script&gt;\"/></g>"
		"<g fill=\"#fff\" font-size=\"11\" font-family="
		"\"Verdana,DejaVu Sans,Geneva,sans-serif\"><text x=\"6\" "
		"y=\"14\" textLength=\"27\">&lt;&amp;&gt;</text>"
		"<text x=\"45\" y=\"14\" textLength=\"31\">"
		"&quot;?&#39;?</text></g></svg>\n");
	buf_release(&b.out);
}

static void look(const char *query, bool card, enum badge_theme theme,
	const char *label)
{
	struct badge_look l;

	badge_look_read(&(struct request) {.query = query}, &l);
	if (l.card != card || l.theme != theme || strcmp(l.label, label) != 0)
		fail_msg("%s: %d %d '%s'", query, l.card, (int)l.theme,
			l.label);
}

#define LONG40 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void test_badge_look(void **state)
{
	(void)state;
	look(NULL, false, BADGE_DARK, "");
	look("", false, BADGE_DARK, "");
	look("style=card&theme=light&label=My+server%21", true, BADGE_LIGHT,
		"My server!");
	look("style=pill&theme=dark", false, BADGE_DARK, "");
	look("style=Card&theme=LIGHT&label=", false, BADGE_DARK, "");
	look("&&style&theme=&label", false, BADGE_DARK, "");
	look("xstyle=card&style=card&style=pill", true, BADGE_DARK, "");
	/* A label that cannot be decoded is ignored. */
	look("label=%4&theme=light", false, BADGE_LIGHT, "");
	look("label=a%00b", false, BADGE_DARK, "");
	look("label=%0a%1b%e2%80%aex%ff%ef%bf%be", false, BADGE_DARK, "???x??");
	look("label=" LONG40 "bc", false, BADGE_DARK, LONG40);
	/* 40 characters of four bytes. */
	look("label=\xf0\x9f\x98\x80%f0%9f%98%80", false, BADGE_DARK,
		"\xf0\x9f\x98\x80\xf0\x9f\x98\x80");
}

static void test_badge_question(void **state)
{
	static const struct {
		const char *query;
		enum badge_metric metric;
		const char *place; /* or NULL */
	} cases[] = {
		{NULL, METRIC_STATE, NULL},
		{"metric=&region=", METRIC_STATE, ""},
		{"region=%4&metric=%4", METRIC_STATE, ""},
		{"region=" LONG40 LONG40 LONG40 LONG40, METRIC_STATE, ""},
		{"metric=state&region=London", METRIC_STATE, "London"},
		{"metric=uptime", METRIC_UPTIME, NULL},
		{"metric=p95&region=S%C3%A3o+Paulo", METRIC_P95,
			"S\xc3\xa3o Paulo"},
		{"metric=tools", METRIC_TOOLS, NULL},
		{"metric=approved", METRIC_APPROVED, NULL},
		{"metric=maintenance", METRIC_MAINTENANCE, NULL},
		{"metric=Uptime", METRIC_UNKNOWN, NULL},
		{"metric=unknown", METRIC_UNKNOWN, NULL},
		{"metric=" LONG40 LONG40, METRIC_UNKNOWN, NULL},
	};
	char place[BADGE_PLACE_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct request r = {.query = cases[i].query};

		assert_int_equal(badge_metric_read(&r), cases[i].metric);
		assert_int_equal(badge_place_read(&r, place),
			cases[i].place != NULL);
		if (cases[i].place)
			assert_string_equal(place, cases[i].place);
	}
}

/* Figures, and how old they are, in a verdict of AS_OF. */
static void read_figures(struct view *v, const char *colour, double uptime,
	double p95_ms)
{
	char json[400], why[VIEW_WHY];

	snprintf(json, sizeof json,
		"{\"window\":%d,\"verdict\":\"%s\",\"uptime_30d\":%.4f,"
		"\"p95_ms\":%.1f,\"regions\":[{\"region\":\"eu-west-2\","
		"\"state\":\"broken\",\"p95_ms\":4000},{\"region\":"
		"\"us-east-1\",\"state\":\"healthy\",\"p95_ms\":900}]}",
		AS_OF, colour, uptime, p95_ms);
	assert_int_equal(view_read(json, true, AS_OF + 30, v, why), 0);
}

static void check_words(const struct badge_subject *s, const char *label,
	const char *message, const char *colour, const char *title)
{
	struct badge_words w;

	badge_words_of(s, &w);
	assert_string_equal(w.label, label);
	assert_string_equal(w.message, message);
	assert_string_equal(w.colour, colour);
	assert_string_equal(w.title, title);
	/* What is not known is grey, and only that and a plan of nothing. */
	if (!w.known)
		assert_string_equal(w.colour, BADGE_PENDING);
}

static void test_figures(void **state)
{
	static const struct {
		enum badge_metric metric;
		const char *verdict;
		double uptime, p95_ms; /* -1: none */
		int tools;
		const char *message, *colour, *title;
	} cases[] = {
		{METRIC_UPTIME, "green", 100, 1, 0, "100.00%", BADGE_GREEN,
			"a: 100.00% uptime in 30 days"},
		{METRIC_UPTIME, "green", 99.9, 1, 0, "99.90%", BADGE_GREEN,
			"a: 99.90% uptime in 30 days"},
		/* What is shown decides, not what was rounded away. */
		{METRIC_UPTIME, "green", 99.896, 1, 0, "99.90%", BADGE_GREEN,
			"a: 99.90% uptime in 30 days"},
		{METRIC_UPTIME, "amber", 99.89, 1, 0, "99.89%", BADGE_AMBER,
			"a: 99.89% uptime in 30 days, now degraded"},
		{METRIC_UPTIME, "green", 99, 1, 0, "99.00%", BADGE_AMBER,
			"a: 99.00% uptime in 30 days"},
		{METRIC_UPTIME, "red", 98.99, 1, 0, "98.99%", BADGE_RED,
			"a: 98.99% uptime in 30 days, now down"},
		{METRIC_UPTIME, "green", -1, 1, 0, "uptime not known yet",
			BADGE_PENDING, "a: uptime not known yet"},
		{METRIC_P95, "green", 1, 0.6, 0, "1 ms", BADGE_GREEN,
			"a: p95 1 ms, last 24 hours"},
		{METRIC_P95, "green", 1, 1000.4, 0, "1000 ms", BADGE_GREEN,
			"a: p95 1000 ms, last 24 hours"},
		{METRIC_P95, "red", 1, 1001, 0, "1001 ms", BADGE_AMBER,
			"a: p95 1001 ms, last 24 hours, now down"},
		{METRIC_P95, "green", 1, 3000, 0, "3000 ms", BADGE_AMBER,
			"a: p95 3000 ms, last 24 hours"},
		{METRIC_P95, "green", 1, 3001, 0, "3001 ms", BADGE_RED,
			"a: p95 3001 ms, last 24 hours"},
		{METRIC_P95, "green", 1, -1, 0, "p95 not known yet",
			BADGE_PENDING, "a: p95 not known yet"},
		{METRIC_TOOLS, "green", 1, 1, 12, "12", BADGE_FIGURE,
			"a: 12 tools"},
		{METRIC_TOOLS, "red", 1, 1, 1, "1", BADGE_FIGURE,
			"a: 1 tool, now down"},
		{METRIC_TOOLS, "green", 1, 1, 0, "0", BADGE_FIGURE,
			"a: 0 tools"},
		{METRIC_TOOLS, "green", 1, 1, BADGE_TOOLS_UNKNOWN,
			"tools not known yet", BADGE_PENDING,
			"a: tools not known yet"},
		{METRIC_TOOLS, "green", 1, 1, BADGE_TOOLS_HIDDEN, "not public",
			BADGE_PENDING, "a: not public"},
	};
	static const char *const labels[] = {[METRIC_UPTIME] = "uptime",
		[METRIC_P95] = "p95", [METRIC_TOOLS] = "tools"};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct view v;

		read_figures(&v, cases[i].verdict, cases[i].uptime,
			cases[i].p95_ms);
		check_words(&(struct badge_subject) {.slug = "a",
				    .metric = cases[i].metric,
				    .tools = cases[i].tools,
				    .view = &v},
			labels[cases[i].metric], cases[i].message,
			cases[i].colour, cases[i].title);
		view_release(&v);
	}
}

static void test_approved(void **state)
{
	static const struct {
		const char *members;
		int tools;
		const char *message, *colour, *title;
	} cases[] = {
		{"\"pinned\":true,", 0, "approved", BADGE_GREEN,
			"a: tools as approved"},
		{"\"pinned\":true,\"unapproved\":null,", 0, "approved",
			BADGE_GREEN, "a: tools as approved"},
		{"\"pinned\":true,\"unapproved\":{\"class\":\"words\","
		 "\"words\":[{\"tool\":\"x\"}]},",
			0, "changed", BADGE_AMBER,
			"a: tools that nobody approved"},
		{"\"unapproved\":{\"class\":\"words\"},", 0,
			"approval not known", BADGE_PENDING,
			"a: approval not known"},
		{"\"pinned\":1,", 0, "approval not known", BADGE_PENDING,
			"a: approval not known"},
		{"", 0, "approval not known", BADGE_PENDING,
			"a: approval not known"},
		{"\"pinned\":true,", BADGE_TOOLS_HIDDEN, "not public",
			BADGE_PENDING, "a: not public"},
	};
	char json[200];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct view v;

		snprintf(json, sizeof json,
			"{\"window\":%d,%s\"verdict\":\"green\"}", AS_OF,
			cases[i].members);
		assert_int_equal(view_read(json, true, AS_OF, &v, NULL), 0);
		check_words(&(struct badge_subject) {.slug = "a",
				    .metric = METRIC_APPROVED,
				    .tools = cases[i].tools,
				    .view = &v},
			"tools", cases[i].message, cases[i].colour,
			cases[i].title);
		view_release(&v);
	}
}

static void test_maintenance(void **state)
{
	static const struct occurrence next = {.found = true,
		.start = AS_OF + 86400, .end = AS_OF + 90000};
	struct badge_subject s = {.slug = "a",
		.metric = METRIC_MAINTENANCE, .now = AS_OF + 30};
	struct view v;

	(void)state;
	read_figures(&v, "red", 99, 1);
	s.view = &v;
	check_words(&s, "maintenance", "none planned", BADGE_PENDING,
		"a: no maintenance planned");
	s.maintenance_next = &next;
	check_words(&s, "maintenance", "30 Apr, 20:31 UTC", BADGE_MAINTENANCE,
		"a: planned maintenance, 30 Apr, 20:31 UTC");
	s.maintenance_now = &work;
	check_words(&s, "maintenance", "until 21:21 UTC", BADGE_MAINTENANCE,
		"a: maintenance until 21:21 UTC");
	/* While one goes on, figures stay what they are. */
	s.metric = METRIC_UPTIME;
	check_words(&s, "uptime", "99.00%", BADGE_AMBER,
		"a: 99.00% uptime in 30 days, under maintenance");
	view_release(&v);
}

/* Two places in one city have numbers, as on pages. */
static void test_places(void **state)
{
	static struct server_region regions[] = {
		{.name = "eu-west-2", .city = "London"},
		{.name = "us-east-1", .city = "London"},
		{.name = "sa-east-1", .city = "S\xc3\xa3o Paulo"}};
	static const struct server server = {.regions = regions,
		.n_regions = 3};
	static const struct {
		enum badge_metric metric;
		const char *place, *label, *message, *colour, *title;
	} cases[] = {
		{METRIC_STATE, "London", "London", "down", BADGE_RED,
			"a from London: down"},
		{METRIC_STATE, "LONDON 2", "London 2", "up", BADGE_GREEN,
			"a from London 2: up"},
		{METRIC_STATE, "S\xc3\xa3o paulo", "S\xc3\xa3o Paulo",
			BADGE_STALE, BADGE_PENDING,
			"a from S\xc3\xa3o Paulo: no recent data"},
		{METRIC_STATE, "London 1", "mcp", "unknown location",
			BADGE_PENDING, "a: unknown location"},
		/* The names of providers are nobody's business. */
		{METRIC_STATE, "us-east-1", "mcp", "unknown location",
			BADGE_PENDING, "a: unknown location"},
		{METRIC_P95, "london 2", "London 2 p95", "900 ms", BADGE_GREEN,
			"a from London 2: p95 900 ms, last 16 probes, now "
			"degraded"},
		{METRIC_P95, "S\xc3\xa3o Paulo", "S\xc3\xa3o Paulo p95",
			"p95 not known yet", BADGE_PENDING,
			"a from S\xc3\xa3o Paulo: p95 not known yet"},
		{METRIC_UPTIME, "London", "uptime", "not known by location",
			BADGE_PENDING, "a: not known by location"},
		{METRIC_TOOLS, "Rome", "tools", "not known by location",
			BADGE_PENDING, "a: not known by location"},
		{METRIC_MAINTENANCE, "London", "maintenance",
			"not known by location", BADGE_PENDING,
			"a: not known by location"},
		{METRIC_UNKNOWN, "London", "mcp", "unknown metric",
			BADGE_PENDING, "a: unknown metric"},
	};
	struct places places;
	struct view v;

	(void)state;
	read_figures(&v, "amber", 99, 1);
	places_read(&places, &server, &v);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check_words(&(struct badge_subject) {.slug = "a",
				    .metric = cases[i].metric,
				    .view = &v,
				    .asked_place = true,
				    .place = places_find(
					    &places, cases[i].place)},
			cases[i].label, cases[i].message, cases[i].colour,
			cases[i].title);
	check_words(&(struct badge_subject) {.slug = "a",
			    .view = &v,
			    .asked_place = true,
			    .maintenance_now = &work,
			    .place = places_find(&places, "London")},
		"London", "maintenance", BADGE_MAINTENANCE,
		"a from London: under maintenance");
	places_release(&places);
	view_release(&v);
}

/* Whatever is asked for, what is old or was never known is not shown. */
static void test_nothing_known(void **state)
{
	static const struct seen_place london = {
		.region = "eu-west-2", .city = "London"};
	struct view never, old;
	char why[VIEW_WHY];

	(void)state;
	assert_int_equal(view_read(NULL, true, AS_OF, &never, why), 0);
	read_view(&old, "green", AS_OF + 301);
	for (int m = METRIC_STATE; m < METRIC_UNKNOWN; m++)
		for (int place = 0; place < 2; place++) {
			struct badge_subject s = {.slug = "a",
				.metric = (enum badge_metric)m,
				.tools = 12,
				.maintenance_now = &work,
				.view = &never};
			struct badge_words w;

			s.place = place && (m == METRIC_STATE || m == METRIC_P95)
				? &london : NULL;
			badge_words_of(&s, &w);
			assert_string_equal(w.message, BADGE_NEVER);
			assert_false(w.known);
			s.view = &old;
			badge_words_of(&s, &w);
			assert_string_equal(w.message, BADGE_STALE);
			assert_string_equal(w.colour, BADGE_PENDING);
			assert_false(w.known);
		}
	view_release(&old);
}

static void test_fleet(void **state)
{
	static const struct {
		/* Down, degraded, maintenance, stale, pending, up. */
		size_t counts[CONDITION_STATES];
		const char *message, *colour, *title;
	} cases[] = {
		{{0, 0, 0, 0, 0, 12}, "12 up", BADGE_GREEN, "12 servers: 12 up"},
		{{0, 0, 0, 0, 0, 1}, "1 up", BADGE_GREEN, "1 server: 1 up"},
		{{1, 0, 0, 0, 0, 11}, "1 of 12 down", BADGE_RED,
			"12 servers: 1 down, 11 up"},
		{{1, 2, 3, 4, 5, 6}, "1 of 21 down", BADGE_RED,
			"21 servers: 1 down, 2 degraded, 3 maintenance, "
			"4 stale, 5 pending, 6 up"},
		{{0, 2, 3, 4, 5, 6}, "2 of 20 degraded", BADGE_AMBER,
			"20 servers: 2 degraded, 3 maintenance, 4 stale, "
			"5 pending, 6 up"},
		{{0, 0, 3, 4, 5, 6}, "4 of 18 unknown", BADGE_PENDING,
			"18 servers: 3 maintenance, 4 stale, 5 pending, 6 up"},
		{{0, 0, 3, 0, 5, 6}, "3 of 14 in maintenance",
			BADGE_MAINTENANCE,
			"14 servers: 3 maintenance, 5 pending, 6 up"},
		{{0, 0, 0, 0, 5, 6}, "6 up, 5 pending", BADGE_GREEN,
			"11 servers: 5 pending, 6 up"},
		{{0, 0, 0, 7, 0, 0}, BADGE_STALE, BADGE_PENDING,
			"mcp servers: no recent data"},
		{{0, 0, 0, 0, 7, 0}, BADGE_NEVER, BADGE_PENDING,
			"mcp servers: pending, awaiting first probe"},
		{{0, 0, 0, 0, 0, 0}, "no servers", BADGE_PENDING,
			"mcp servers: no servers"},
		{{10000, 10000, 10000, 10000, 10000, 10000},
			"10000 of 60000 down", BADGE_RED,
			"60000 servers: 10000 down, 10000 degraded, "
			"10000 maintenance, 10000 stale, 10000 pending, "
			"10000 up"},
	};
	struct badge_words w;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		badge_words_fleet(cases[i].counts, &w);
		assert_string_equal(w.label, "mcp servers");
		assert_string_equal(w.message, cases[i].message);
		assert_string_equal(w.colour, cases[i].colour);
		assert_string_equal(w.title, cases[i].title);
	}
	badge_words_fleet(NULL, &w);
	assert_string_equal(w.message, BADGE_STALE);
	assert_false(w.known);
}

static void test_shields(void **state)
{
	struct badge_words w = {.label = "mcp",
		.message = "up",
		.colour = BADGE_GREEN,
		.known = true};
	struct buf b;

	(void)state;
	buf_init(&b, 4000);
	shields_put(&b, &w, "", 60);
	assert_string_equal(b.p,
		"{\"schemaVersion\":1,\"label\":\"mcp\",\"message\":\"up\","
		"\"color\":\"#1a7f37\",\"isError\":false,"
		"\"cacheSeconds\":60}\n");
	buf_clear(&b);
	w.known = false;
	shields_put(&b, &w, "a\"b</script>", 5);
	expect(&b, "\"label\":\"a\\\"b</script>\"");
	expect(&b, "\"isError\":true,\"cacheSeconds\":5}\n");
	buf_release(&b);
}

/* Colours for a light page are in a style, those for a dark one in the image. */
static void test_auto(void **state)
{
	static const struct badge_look pill = {.theme = BADGE_AUTO,
		.square = true};
	static const struct badge_look card = {.theme = BADGE_AUTO,
		.card = true};
	struct badge_subject s = {.slug = "a"};
	struct view v;
	struct html b;

	(void)state;
	read_view(&v, "amber", AS_OF);
	s.view = &v;
	buf_init(&b.out, 4000);
	badge_put(&b, &s, &pill);
	expect(&b.out, "</title><style>@media(prefers-color-scheme:light){"
		   ".mcp-box{fill:#e6e8eb}.mcp-ink{fill:#24292f}}</style>");
	expect(&b.out, "fill=\"#444c56\" class=\"mcp-box\"/>");
	expect(&b.out, " class=\"mcp-ink\">mcp</text>");
	assert_null(strstr(b.out.p, "clip"));
	buf_clear(&b.out);
	badge_put(&b, &s, &card);
	expect(&b.out, ".mcp-ground{fill:#ffffff;stroke:#d1d9e0}"
		   ".mcp-dot{fill:#9a6700}.mcp-text{fill:#1f2328}"
		   ".mcp-small{fill:#59636e}}</style>");
	expect(&b.out, "fill=\"#0d1117\" class=\"mcp-ground\"/>");
	expect(&b.out, "fill=\"#d29922\" class=\"mcp-dot\"/>");
	/* A figure of its own is a pill, whatever is asked for. */
	buf_clear(&b.out);
	s.metric = METRIC_P95;
	badge_put(&b, &s, &card);
	expect(&b.out, "height=\"20\"");
	expect(&b.out, ">142 ms</text>");
	buf_release(&b.out);
	view_release(&v);
}

static void test_glyphs(void **state)
{
	(void)state;
	assert_int_equal(glyphs_width("", 11), 0);
	assert_int_equal(glyphs_width("mcp", 11), 24);
	assert_int_equal(glyphs_width("i", 110), 31);
	/* An accent takes no room, a letter with one that of the letter. */
	assert_int_equal(glyphs_width("e\xcc\x81", 110), 68);
	assert_int_equal(glyphs_width("\xc3\xa9", 110), 68);
	assert_int_equal(glyphs_width("\xe5\xad\x97", 110), 110);
	assert_int_equal(glyphs_fit("mcp", 11, 24), 3);
	assert_int_equal(glyphs_fit("mcp", 11, 23), 2);
	assert_int_equal(glyphs_fit("\xc3\xa9\xc3\xa9", 110, 68), 2);
	assert_int_equal(glyphs_fit("mcp", 11, 0), 0);
}

static void put_card(struct html *b, const char *name, const char *json)
{
	char why[VIEW_WHY];
	struct view v;

	buf_clear(&b->out);
	assert_int_equal(view_read(json, true, AS_OF + 30, &v, why), 0);
	badge_put(b, &(struct badge_subject) {.slug = name, .view = &v},
		&(struct badge_look) {.card = true});
	view_release(&v);
}

static void test_card(void **state)
{
	static const struct badge_look light = {.card = true, .theme = BADGE_LIGHT};
	struct view v;
	struct html b;

	(void)state;
	buf_init(&b.out, 4000);
	read_view(&v, "amber", AS_OF);
	badge_put(&b,
		&(struct badge_subject) {.slug = "example-mcp",
			.view = &v,
			.note = "a < b"},
		&light);
	expect(&b.out,
		"aria-label=\"example-mcp: degraded, 99.87% uptime in 30 "
		"days, but a &lt; b\"><title>");
	expect(&b.out, ">example-mcp</text>");
	expect(&b.out, ">degraded, 99.87% uptime in 30 days</text>");
	expect(&b.out, ">p95 142 ms, last probe 37s ago</text>");
	expect(&b.out, "r=\"6\" fill=\"#9a6700\"");
	view_release(&v);
	/* A maintenance has a word and a colour of its own. */
	read_view(&v, "red", AS_OF);
	for (int card = 0; card < 2; card++) {
		buf_clear(&b.out);
		badge_put(&b,
			&(struct badge_subject) {.slug = "a",
				.view = &v,
				.maintenance_now = &work},
			card ? &light : &usual);
		expect(&b.out,
			"<title>a: under maintenance, 99.87% uptime in 30");
		expect(&b.out, ">maintenance");
		expect(&b.out, "\"#0757b5\"/>");
		assert_null(strstr(b.out.p, "down"));
	}
	view_release(&v);
	put_card(&b, "a", "{\"window\":1777494660,\"verdict\":\"red\"}");
	expect(&b.out, ">down</text></g></svg>\n");
	put_card(&b, "a", "{\"window\":1777490000,\"verdict\":\"green\"}");
	expect(&b.out, ">unknown</text>");
	expect(&b.out, ">no recent data</text>");
	assert_null(strstr(b.out.p, "#3fb950"));
	put_card(&b, LONG40 LONG40, NULL);
	expect(&b.out, "aaa\xe2\x80\xa6</text>");
	expect(&b.out, ">pending</text>");
	expect(&b.out, ">awaiting first probe</text>");
	put_card(&b, "\"><script>&", NULL);
	expect(&b.out, ">&quot;&gt;&lt;script&gt;&amp;</text>");
	buf_release(&b.out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_badge),
		cmocka_unit_test(test_badge_kept_out),
		cmocka_unit_test(test_badge_without),
		cmocka_unit_test(test_badge_hostile),
		cmocka_unit_test(test_badge_look),
		cmocka_unit_test(test_badge_question),
		cmocka_unit_test(test_figures),
		cmocka_unit_test(test_approved),
		cmocka_unit_test(test_maintenance),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_nothing_known),
		cmocka_unit_test(test_fleet),
		cmocka_unit_test(test_shields),
		cmocka_unit_test(test_auto),
		cmocka_unit_test(test_glyphs),
		cmocka_unit_test(test_card),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

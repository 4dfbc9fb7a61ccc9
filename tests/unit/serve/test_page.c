/* SPDX-License-Identifier: MIT */
/*
 * Goal: pages and feeds show what is published and nothing more: no state that
 * is not known, no detail for operators, no text that escapes its markup.
 */
#include "api/api.h"
#include "base/strings.h"
#include "cgi/request.h"
#include "data/entries.h"
#include "data/page_data.h"
#include "data/tools.h"
#include "data/view.h"
#include "http/paging.h"
#include "pages/pages.h"
#include "data/places.h"
#include "words/words.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define AS_OF 1777494660
#define NOW (AS_OF + 50.0)

static const char verdict[] =
	"{\"window\":1777494660,\"verdict\":\"%s\",\"step\":\"tools-list\","
	"\"tier\":\"step-alert\",\"uptime_30d\":99.87,\"p95_ms\":142,"
	"\"published_at\":1777494705,\"last_probe_at\":1777494668,"
	"\"regions\":[{\"region\":\"us-east-1\",\"state\":\"healthy\","
	"\"tool_hash\":\"5ca1ab1e\"},{\"region\":\"eu-west-2\","
	"\"state\":\"broken\",\"failed_step\":\"tools-list\","
	"\"error\":\"http.503\"}],\"no_data\":[\"cellar\"],"
	"\"sides\":[{\"tool_hash\":\"5ca1ab1e\",\"regions\":[\"eu-west-2\"],"
	"\"first_seen\":1777490000},{\"tool_hash\":\"feedface\","
	"\"regions\":[\"us-east-1\",\"us-west-2\"],"
	"\"first_seen\":1777494000}]}";

/* An outage that goes on, one that is over, and details for operators. */
static const char alert[] =
	"{\"v\":1,\"slug\":\"example-mcp\",\"incidents\":[{\"kind\":"
	"\"regional\","
	"\"first\":1777494000,\"passed_since\":0,\"error\":\"http.503\","
	"\"regions\":[\"eu-west-2\"],\"ack\":{\"by\":\"ann-the-operator\","
	"\"at\":1777494500}},{\"kind\":\"slo_burn\",\"first\":1777494000,"
	"\"regions\":[]},{\"kind\":\"latency\",\"folded\":true,"
	"\"first\":1777494000,\"regions\":[]}],\"timeline\":["
	"{\"at\":1777401000,\"what\":\"downtime_started\","
	"\"text\":\"tools-list fails with http.503\","
	"\"key\":\"example-mcp:downtime:1777400040\","
	"\"regions\":[\"eu-west-2\",\"sa-east-1\"],\"resolved_at\":0},"
	"{\"at\":1777402000,\"what\":\"downtime_resolved\",\"text\":\"\","
	"\"key\":\"example-mcp:downtime:1777400040\","
	"\"regions\":[\"eu-west-2\"],\"resolved_at\":1777401600},"
	"{\"at\":1777403000,\"what\":\"token_expiring\",\"text\":\"\","
	"\"key\":\"example-mcp:token_expiring:1777400040\",\"regions\":[]},"
	"{\"at\":1777403000,\"what\":\"regional_started\",\"text\":\"\","
	"\"key\":\"example-mcp:regional:1777300020\",\"regions\":[]}]}";

#define ENTRY \
	"{\"private\":false,\"url\":"	\
	"\"https://me:s3cret@mcp.example/s/s3cret-0123456789abcdef/mcp?key=s3cret\"," \
	"\"interval\":60," \
	"\"title\":\"A <b>title</b>\",\"regions\":[{\"name\":\"us-east-1\"," \
	"\"city\":\"Ashburn\"},{\"name\":\"eu-west-2\",\"city\":\"L<ndon\"}," \
	"{\"name\":\"sa-east-1\",\"city\":\"S\xc3\xa3o Paulo\"}," \
	"{\"name\":\"us-west-2\",\"city\":\"Oregon\"}," \
	"{\"name\":\"hel1\",\"city\":\"Oregon\",\"position\":[60.2,24.9]}]}"

/* All that a page is made of, without a store. */
struct desk {
	struct brand brand;
	struct server server;
	struct view view;
	struct page_data data;
	struct status_page subject;
	union {
		struct buf b;
		struct html html; /* the same */
	};
};

static void lay(struct desk *d, const char *entry, const char *colour,
	double now)
{
	char json[2000], why[VIEW_WHY];

	memset(d, 0, sizeof *d);
	snprintf(json, sizeof json, verdict, colour ? colour : "");
	assert_int_equal(server_read(entry, true, &d->server, why), 0);
	assert_int_equal(
		view_read(colour ? json : NULL, true, now, &d->view, why), 0);
	brand_read("{\"title\":\"S & T\",\"url\":\"https://s.example\","
		   "\"link\":\"javascript:alert(1)\",\"colour\":\"red}\"}",
		&d->brand);
	history_init(&d->data.history, now);
	for (int i = 0; i < STAGES; i++)
		d->data.heartbeats[i] = now;
	d->subject = (struct status_page) {.slug = "example-mcp",
		.server = &d->server,
		.view = &d->view,
		.data = &d->data,
		.brand = &d->brand,
		.now = now};
	if (colour)
		tool_split_read(json, &d->data.tool_split);
	buf_init(&d->b, 200000);
}

static void show(struct desk *d)
{
	buf_clear(&d->b);
	status_page_put(&d->html, &d->subject);
	assert_true(buf_ok(&d->b));
}

static void clear(struct desk *d)
{
	brand_release(&d->brand);
	server_release(&d->server);
	view_release(&d->view);
	incidents_release(&d->data.incidents);
	tool_split_release(&d->data.tool_split);
	watched_release(&d->data.watched);
	maintenance_list_release(&d->data.maintenance);
	buf_release(&d->b);
}

static void expect(const struct desk *d, const char *s)
{
	if (!strstr(d->b.p, s))
		fail_msg("not there: %s\n%s", s, d->b.p);
}

static void expect_none(const struct desk *d, const char *s)
{
	if (strstr(d->b.p, s))
		fail_msg("there: %s\n%s", s, d->b.p);
}

/* Nothing for operators only is on the page, and nothing secret. */
static void expect_nothing_secret(const struct desk *d)
{
	static const char *const never[] = {"tools-list", "step", "http.503",
		"5ca1ab1e", "feedface", "us-east-1", "eu-west-2", "hel1",
		"s3cret", "<b>title", "L<ndon",
		"ann-the-operator", "javascript:", "red}", "token", "slo"};
	static const char ours[] = "<script src=\"/page.js\" defer></script>",
			  data[] = "<script type=\"application/ld+json\">{";

	for (size_t i = 0; i < sizeof never / sizeof *never; i++)
		expect_none(d, never[i]);
	/* Ours, and what it says as data. */
	for (const char *s = d->b.p; (s = strstr(s, "<script")); s++)
		assert_true(strncmp(s, ours, strlen(ours)) == 0 ||
			strncmp(s, data, strlen(data)) == 0);
}

static void test_page(void **state)
{
	struct desk d;

	(void)state;
	lay(&d, ENTRY, "amber", NOW);
	incidents_read(alert, &d.data.incidents);
	show(&d);
	expect(&d, "<main data-refresh=\"60\">");
	expect(&d, "<title>Working, but not from L&lt;ndon: A &lt;b&gt;title");
	expect(&d, "<span>Working, but not from L&lt;ndon</span></span></h1>");
	expect(&d, "As of <time datetime=\"2026-04-29T20:31:00Z\">20:31 UTC<");
	expect(&d, "Checked every minute from 5 locations");
	expect(&d, "Ashburn <small>working<");
	expect(&d, "L&lt;ndon <small>not working<");
	expect(&d, "S\xc3\xa3o Paulo <small>no data<");
	expect(&d, "Oregon <small>no data<");
	expect(&d, "Oregon 2 <small>no data<");
	expect(&d, "99.87&#8239;%");
	expect(&d, "142&#8239;ms");
	expect(&d, "37s ago");
	expect(&d, "Yes, the operator is looking into it");
	expect(&d,
		"The tool list in Ashburn and Oregon differs from that in "
		"L&lt;ndon, since ");
	expect(&d, "1 incident</a>, 11 min, ongoing since ");
	/* Two of five places are not all of them. */
	expect(&d, "<a href=\"/status/example-mcp/incident/"
		   "2026-04-28-1814-outage\">Outage in some locations</a> "
		   "<small>resolved<");
	expect(&d, "<dd>L&lt;ndon and S\xc3\xa3o Paulo</dd>");
	expect(&d, "28 Apr, 18:14 UTC</time> to ");
	expect(&d, "[![MCP status](https://s.example/badge/example-mcp.svg)]"
		   "(https://s.example/status/example-mcp)");
	expect(&d, "href=\"/api/embed-status/example-mcp\"");
	expect(&d, "href=\"/status/example-mcp/feed.atom\"");
	expect(&d, "<header><a href=\"/\">S &amp; T</a>");
	expect_nothing_secret(&d);
	clear(&d);
}

/* What stands beside a link to the page elsewhere. */
static void test_preview(void **state)
{
	static const char image[] = "og:image";
	struct desk d;

	(void)state;
	lay(&d, ENTRY, "amber", NOW);
	incidents_read(alert, &d.data.incidents);
	show(&d);
	expect(&d, "<meta property=\"og:image\" content=\"https://s.example"
		   "/status/example-mcp/preview.png\">\n"
		   "<meta property=\"og:image:type\" content=\"image/png\">\n"
		   "<meta property=\"og:image:width\" content=\"1200\">\n"
		   "<meta property=\"og:image:height\" content=\"630\">\n"
		   "<meta property=\"og:image:alt\" content=\"A &lt;b&gt;title"
		   "&lt;/b&gt;: Working, but not from L&lt;ndon\">\n"
		   "<meta name=\"twitter:card\" "
		   "content=\"summary_large_image\">\n");
	buf_clear(&d.b);
	assert_true(incident_page_put(
		&d.html, &d.subject, "2026-04-28-1814-outage"));
	expect(&d, "content=\"https://s.example/status/example-mcp/preview/"
		   "2026-04-28-1814-outage.png\">");
	expect(&d, "og:image:alt\" content=\"A &lt;b&gt;title&lt;/b&gt;: Outage "
		   "in some locations, 28 Apr 2026: Resolved\">");
	/* Of a private server nobody else may load it. */
	d.server.is_private = true;
	show(&d);
	expect_none(&d, image);
	expect_none(&d, "twitter:");
	d.server.is_private = false;
	/* Without the address of the site there is none of an image. */
	d.brand.url = "";
	show(&d);
	expect_none(&d, image);
	expect_none(&d, "twitter:");
	clear(&d);
}

static void test_watched(void **state)
{
	static const char *const places[] = {"us-east-1",
		"493747 87:59\n493748 122:1\nd20571 87:10\n", "eu-west-2",
		"493748 100:9\n", ".steps", "493748 1 80 60 40 0\n"};
	struct desk d;

	(void)state;
	lay(&d, ENTRY, "amber", NOW);
	show(&d);
	expect(&d, "<code>https://mcp.example/s/…/mcp</code>");
	expect(&d, "No figures yet.");
	/* It never answered: nobody knows what it asks for. */
	expect_none(&d, "<dt>Access");
	expect_none(&d, "Transport");
	expect_none(&d, "/tools\"");
	watched_verdict(&d.data.watched,
		"{\"protocol\":\"2025-11-25\",\"era\":\"session\"}");
	watched_places(&d.data.watched, places, 6, NOW);
	d.data.history.tools = 12;
	show(&d);
	expect(&d, "Open: no login");
	d.server.auth = "oauth";
	show(&d);
	expect(&d, "MCP, revision 2025-11-25, with a handshake");
	expect(&d, "Streamable HTTP");
	expect(&d, "Requires login (OAuth)");
	expect(&d, "12: <a href=\"/status/example-mcp/tools\">");
	expect(&d, "<td>103&#8239;ms</td><td>103&#8239;ms</td><td>103&#8239;"
		   "ms</td><td>103&#8239;ms</td></tr>");
	expect(&d, "<td>&ndash;</td></tr>");
	expect(&d, "Of 180&#8239;ms, the average of 1 check in");
	expect(&d, "60&#8239;ms starting a session (initialize)");
	expect_none(&d, "calling one");
	expect_nothing_secret(&d);
	d.server.endpoint_private = d.server.tools_private = true;
	history_hide_tools(&d.data.history);
	show(&d);
	expect_none(&d, "mcp.example");
	expect_none(&d, "/tools\"");
	expect_none(&d, "<dt>Tools");
	clear(&d);
}

static void test_tools(void **state)
{
	struct tool_history h = {.since = AS_OF - 90000.0, .regions = 5, .n = 2,
		.v = {{.name = (char *)"fetch<b>title", .was = (char *)"fetch",
			      .kind = TOOL_RENAMED, .known = true,
			      .class = CHANGE_BREAKING, .at = AS_OF - 600,
			      .last = AS_OF - 300, .places = 4},
			{.name = (char *)"add", .kind = TOOL_CHANGED,
				.at = AS_OF - 9000, .last = AS_OF - 9000,
				.places = 5}}};
	struct current_tool one = {.name = (char *)"fetch<b>title",
		.description = (char *)"<script>&", .anchor = "fetch.3Cb",
		.places = 4, .differs = true, .changed = true,
		.since = AS_OF - 600};
	struct tool_current t = {.v = &one, .n = 1, .total = 300, .regions = 5};
	struct desk d;

	(void)state;
	lay(&d, ENTRY, "amber", NOW);
	d.subject.data = NULL;
	tools_page_changes(&d.html, &d.subject, &h);
	expect(&d, "20:21 UTC</time><span><code>fetch</code> became <code>"
		   "fetch&lt;b&gt;title</code> in 4 of 5 locations; removed, "
		   "breaking</span>");
	expect(&d, "<code>add</code> was changed in 5 of 5 locations; how is not "
		   "known<");
	expect(&d, "type=\"application/atom+xml\" title=\"Changes of tools\" "
		   "href=\"/status/example-mcp/changes.atom\"");
	expect_nothing_secret(&d);
	buf_clear(&d.b);
	feed_put_changes(&d.html, &d.subject, &h);
	expect(&d, "title&lt;/b&gt;: `fetch` became `fetch&lt;b&gt;title` in 4 "
		   "of 5 locations; removed, breaking</title>");
	expect(&d, "<updated>2026-04-29T20:26:00Z</updated>\n<author>");
	expect(&d, ">2026-04-29 20:21 UTC: `fetch` became ");
	expect_nothing_secret(&d);
	buf_clear(&d.b);
	tools_page_put(&d.html, &d.subject, &t);
	expect(&d, "<li id=\"tool-fetch.3Cb\"><h2><a href=\"#tool-fetch.3Cb\">"
		   "<code>fetch&lt;b&gt;title</code></a></h2>\n"
		   "<p>&lt;script&gt;&amp;</p>");
	expect(&d, "Unchanged since <time");
	expect(&d, "; in 4 of 5 locations; locations see different versions of it");
	expect(&d, "Only the first 1 of these tools are shown.");
	expect_nothing_secret(&d);
	/* Nothing known, or private. */
	t.total = t.n = 0;
	h = (struct tool_history) {.since = NAN};
	buf_clear(&d.b);
	tools_page_put(&d.html, &d.subject, &t);
	expect(&d, "We do not know the tools of this server.");
	buf_clear(&d.b);
	tools_page_changes(&d.html, &d.subject, &h);
	expect(&d, "We do not know the tools of this server.");
	clear(&d);
}

static void test_feed(void **state)
{
	struct desk d;

	(void)state;
	lay(&d, ENTRY, "amber", NOW);
	incidents_read(alert, &d.data.incidents);
	feed_put(&d.html, &d.subject);
	assert_true(buf_ok(&d.b));
	expect(&d, "<updated>2026-04-29T20:28:20Z</updated>\n<author>");
	expect(&d, "href=\"https://s.example/status/example-mcp/incident/"
		   "2026-04-28-1814-outage\"/>");
	expect(&d, "<title>A &lt;b&gt;title&lt;/b&gt;: Outage in some locations (resolved)</title>");
	expect(&d,
		"Where: L&lt;ndon and S\xc3\xa3o Paulo. From 2026-04-28 18:14 "
		"UTC to 2026-04-28 18:40 UTC. Resolved.");
	expect(&d, "href=\"https://s.example/status/example-mcp/feed.atom\"");
	/* A maintenance is dated when it was announced, not 14 days before. */
	maintenance_list_add(&d.data.maintenance,
		"{\"v\":1,\"type\":\"maintenance\",\"id\":\"m-1\",\"slugs\":"
		"[\"example-*\"],\"accounts\":[],\"starts_at\":1777497600,"
		"\"ends_at\":1777501200,\"announced_at\":1777494500,"
		"\"reason\":\"disks\",\"by\":\"ann-the-operator\"}");
	/* One of others is not in it. */
	maintenance_list_add(&d.data.maintenance,
		"{\"v\":1,\"type\":\"maintenance\",\"id\":\"m-2\",\"slugs\":"
		"[\"other-*\"],\"accounts\":[],\"starts_at\":1777497600,"
		"\"ends_at\":1777501200,\"reason\":\"secret\",\"by\":\"ann\"}");
	buf_clear(&d.b);
	feed_put(&d.html, &d.subject);
	expect(&d, "<title>A &lt;b&gt;title&lt;/b&gt;: maintenance</title>\n"
		   "<updated>2026-04-29T20:28:20Z</updated>");
	/* An older record does not say when. */
	d.data.maintenance.v[0].m.announced_at = 0;
	buf_clear(&d.b);
	feed_put(&d.html, &d.subject);
	expect(&d, ": maintenance</title>\n<updated>2026-04-15T21:20:00Z<");
	expect_none(&d, "secret");
	/* Each has an entry: one that goes on, the next, and one after it. */
	maintenance_list_add(&d.data.maintenance,
		"{\"v\":1,\"type\":\"maintenance\",\"id\":\"m-3\",\"slugs\":"
		"[\"*\"],\"accounts\":[],\"starts_at\":1777494000,"
		"\"ends_at\":1777497000,\"reason\":\"now\",\"by\":\"ann\"}");
	maintenance_list_add(&d.data.maintenance,
		"{\"v\":1,\"type\":\"maintenance\",\"id\":\"m-4\",\"slugs\":"
		"[\"example-mcp\"],\"accounts\":[],\"starts_at\":1777597600,"
		"\"ends_at\":1777601200,\"reason\":\"later\",\"by\":\"ann\"}");
	buf_clear(&d.b);
	feed_put(&d.html, &d.subject);
	expect(&d, " UTC. now</content>");
	expect(&d, " UTC. disks</content>");
	expect(&d, " UTC. later</content>");
	expect_nothing_secret(&d);
	clear(&d);
}

static void test_unknown(void **state)
{
	struct desk d;

	(void)state;
	lay(&d, ENTRY, "green", AS_OF + 750);
	show(&d);
	expect(&d, "<span>No recent data</span></span></h1>");
	expect(&d, "2026-04-29T20:31:00Z\">20:31 UTC</time>, 12 min ago.");
	expect(&d, "Ashburn <small>no data<");
	expect(&d, "None before our checks stopped");
	expect_none(&d, ">working<");
	expect_none(&d, "Working");
	expect_none(&d, "99.87");
	expect_none(&d, "Different tools");
	clear(&d);
	lay(&d, "{\"private\":false}", NULL, AS_OF);
	show(&d);
	expect(&d, "<span>Awaiting first probe</span></span></h1>");
	expect(&d, "awaiting first probe");
	expect(&d, "<h1>example-mcp <span");
	expect(&d, "<dd>Not known</dd>");
	clear(&d);
}

/* Our own pipeline is late, but the verdict is still recent enough. */
static void test_late(void **state)
{
	struct desk d;

	(void)state;
	lay(&d, ENTRY, "green", NOW);
	show(&d);
	/* Its tool lists differ, and that is what its headline says. */
	expect(&d, "<title>Working, but L&lt;ndon gets an older tool list: ");
	expect(&d, "text-part\"><svg");
	expect(&d, "<span>Working, but L&lt;ndon gets an older tool list<");
	expect_none(&d, "banner\" role");
	d.data.heartbeats[STAGE_ALERT] = NOW - 301;
	show(&d);
	expect(&d, "Incidents may be missing");
	d.data.heartbeats[STAGE_INGEST] = NOW - 301;
	show(&d);
	expect(&d, "Our own checks are late.");
	clear(&d);
}

/* Without a configuration, cities come from the built-in catalogue. */
static void test_unconfigured(void **state)
{
	struct desk d;

	(void)state;
	lay(&d, "{\"private\":false,\"regions\":[],\"title\":null}", "red",
		AS_OF);
	show(&d);
	expect(&d, "<span>Not working from London</span></span></h1>");
	expect(&d, "Ashburn <small>working<");
	expect(&d, "cellar <small>no data<");
	expect(&d, "Noticed just now");
	clear(&d);
}

/* Operators are told at once of tools that nobody approved; of nothing else
   these say that anybody knows. */
static void test_unapproved(void **state)
{
	static const char open[] =
		"{\"incidents\":[{\"kind\":\"unapproved_change\","
		"\"first\":1777494000,\"regions\":[]%s}],\"timeline\":[%s]}";
	static const char told[] =
		"{\"at\":1777494060,\"what\":\"unapproved_change_started\","
		"\"first\":1777494000}";
	static const char ack[] =
		",\"ack\":{\"by\":\"ann-the-operator\",\"at\":1777494500}";
	static const struct {
		const char *ack, *told;
		bool differ;
		const char *words;
	} rows[] = {
		{"", told, true, "<dd>Yes, the operator was notified</dd>"},
		{ack, told, true, "<dd>Yes, the operator is looking into it</dd>"},
		{"", "", true, "<dd>Recorded; the operator has not"},
		{"", told, false, "<dd>Noticed just now"},
	};
	char json[2000];
	struct desk d;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		lay(&d, ENTRY, "red", NOW);
		assert_false(d.view.tools_differ);
		d.view.tools_differ = rows[i].differ;
		snprintf(json, sizeof json, open, rows[i].ack, rows[i].told);
		incidents_read(json, &d.data.incidents);
		assert_int_equal(d.data.incidents.n, 0);
		show(&d);
		expect(&d, rows[i].words);
		expect_nothing_secret(&d);
		clear(&d);
	}
}

/* A title that is longer than any that can be configured is cut, not in the
   middle of a character. */
static void test_long_title(void **state)
{
	char json[3 * SERVER_TITLE_MAX + 200], why[SERVER_WHY];
	struct server s;
	size_t n;

	(void)state;
	n = (size_t)snprintf(json, sizeof json, "{\"private\":false,\"title\":\"");
	for (int i = 0; i <= SERVER_TITLE_MAX; i++)
		n += (size_t)snprintf(json + n, sizeof json - n, "\xc3\xa9");
	snprintf(json + n, sizeof json - n, "\",\"account\":\"acme\"}");
	assert_int_equal(server_read(json, true, &s, why), 0);
	assert_int_equal(strlen(s.title), 2 * SERVER_TITLE_MAX);
	assert_string_equal(s.account, "acme");
	server_release(&s);
}

static void test_maintenance(void **state)
{
	struct desk d;

	(void)state;
	lay(&d, ENTRY, "red", NOW);
	maintenance_list_add(&d.data.maintenance,
		"{\"v\":1,\"type\":\"maintenance\",\"id\":\"m-1\",\"slugs\":"
		"[\"example-*\"],\"accounts\":[],\"starts_at\":1777494000,"
		"\"ends_at\":1777497600,\"every\":null,\"zone\":null,"
		"\"reason\":\"new <disks>\",\"by\":\"ann-the-operator\","
		"\"ended_at\":null}");
	maintenance_list_add(
		&d.data.maintenance, "{\"v\":1,\"type\":\"maintenance\"}");
	maintenance_list_add(&d.data.maintenance, "nonsense");
	assert_int_equal(d.data.maintenance.n, 1);
	d.data.maintenance_now = maintenance_list_now(
		&d.data.maintenance, "example-mcp", NULL, NOW, 14400);
	show(&d);
	expect(&d, "text-work\"><svg class=\"icon\" aria-hidden=\"true\"><use "
		   "href=\"#i-work\"/></svg><span>Under maintenance, not "
		   "working from L&lt;ndon</span>");
	expect(&d, "Maintenance until ");
	expect(&d, "21:20 UTC</time></b>: new &lt;disks&gt;");
	expect(&d, "Yes, this maintenance was announced");
	expect_nothing_secret(&d);
	d.data.maintenance_next = maintenance_list_next(
		&d.data.maintenance, "example-mcp", NULL, 1777490000, 14400);
	d.data.maintenance_now = (struct occurrence) {0};
	show(&d);
	expect(&d, "Planned maintenance, ");
	assert_false(maintenance_list_next(
		&d.data.maintenance, "other", NULL, 1777490000, 14400)
			     .found);
	clear(&d);
}

/* A list of two servers, and the page that shows it. */
struct list_desk {
	struct index_entry entries[2];
	struct index_row items[2];
	struct index_query query;
	struct index_list list;
	struct paging paging;
	struct strings groups;
	struct index_page page;
	bool first_day; /* of all that is known */
};

/* Put the page with all that the query asks for. */
static void show_list(struct desk *d, struct list_desk *l)
{
	buf_clear(&d->b);
	index_list_make(l->entries, 2, &l->query, &l->list);
	l->page.n = l->list.n;
	for (size_t i = 0; i < l->list.n; i++)
		l->items[i] = (struct index_row) {.e = l->list.v[i],
			.condition = l->list.v[i]->condition,
			.sentence = l->list.v[i]->sentence,
			.days = "uuuuuuuuuuuuuuuuuuuudduuuuuup-"};
	for (size_t i = 0; i < l->list.n && l->first_day; i++)
		memset(l->items[i].days, '-', LISTING_DAYS - 1);
	for (size_t i = 0; i < l->list.n && l->first_day; i++)
		l->items[i].days[LISTING_DAYS - 1] = 'd';
	index_page_put(&d->html, &l->page, &d->brand);
	index_list_release(&l->list);
}

static void test_lists(void **state)
{
	static const char *const close[] = {"alpha", "beta"};
	double beats[STAGES] = {NOW, NOW, NAN};
	struct request request = {.query = NULL};
	struct list_desk l = {
		.entries = {{.slug = "alpha",
				    .row = {.title = "A & B",
					    .group = "P&Q",
					    .tags = "eu,x1",
					    .account = "",
					    .uptime_30d = 99.5,
					    .p95_ms = 142},
				    .condition = {.state = CONDITION_UP},
				    .since = AS_OF - 60},
			{.slug = "beta",
				.row = {.title = "",
					.group = "",
					.tags = "",
					.account = "",
					.uptime_30d = NAN,
					.p95_ms = NAN},
				.condition = {.state = CONDITION_PENDING}}},
		.query = {.state = -1},
		.paging = {.page = 1, .pages = 1, .to = 2}};
	struct desk d;

	(void)state;
	l.page = (struct index_page) {.list = &l.list,
		.request = &request,
		.items = l.items,
		.paging = &l.paging,
		.query = &l.query,
		.groups = &l.groups,
		.checks = {VIEW_FRESH, AS_OF, beats, NOW, true, false}};
	lay(&d, ENTRY, "green", NOW);
	show_list(&d, &l);
	expect(&d, "<a href=\"/status/alpha\">A &amp; B</a>");
	expect(&d, "</svg><span>Working</span></span><small>since <time");
	expect(&d, "<a class=\"group\" href=\"?group=P%26Q\">P&amp;Q</a>");
	expect(&d, "<a class=\"tag\" href=\"?tag=x1\">x1</a>");
	expect(&d, "99.50% <small>uptime</small>");
	expect(&d, "142&#8239;ms <small>p95</small>");
	expect(&d, "aria-label=\"30 days: 2 not working at times, 1 partly "
		   "working at times, 26 working, 1 without data\"><path "
		   "class=\"down\" d=\"M80 8h7\"/>");
	expect(&d, "<path class=\"up\" d=\"M0 12h79M88 12h23\"/>");
	expect(&d, "<title>1 of 2 servers is awaiting the first probe: S");
	expect(&d, "<h1>MCP servers <span class=\"headline text-none\">");
	expect_none(&d, "role=\"search\"");
	expect_none(&d, "Private");
	expect(&d, "<a href=\"/status/beta\">beta</a>");
	expect(&d, "<h2 id=\"pending\">Awaiting first probe <small>1</small>");
	expect(&d, "<a href=\"?state=pending\">");
	expect(&d, "<b>1</b> awaiting first probe");
	/* What is not known has no figure, for "no uptime" is bad news. */
	expect(&d, "<span class=\"figure\"></span></li>");
	expect(&d, "<b>1</b> working</span>");
	expect(&d, "<p class=\"dim\">As of <time datetime=\"2026-04-29T20:31:00Z"
		   "\">20:31 UTC</time>.</p>");
	expect_none(&d, "role=\"status\"");
	expect_none(&d, "data-refresh");
	/* A file has no parameters. */
	l.page.is_file = true;
	show_list(&d, &l);
	expect(&d, "<a href=\"#pending\">");
	expect(&d, "<span class=\"group\">P&amp;Q</span>");
	expect_none(&d, "<form");
	expect_none(&d, "href=\"?");
	l.page.is_file = false;
	/* Our own checks are late, or have stopped. */
	beats[STAGE_VERDICT] = NOW - 301;
	show_list(&d, &l);
	expect(&d, "<b>Our own checks are late.</b>");
	l.page.checks.freshness = VIEW_STALE;
	l.page.checks.now = AS_OF + 720;
	show_list(&d, &l);
	expect(&d, "<b>Our own checks have stopped.</b> The last result is from "
		   "<time datetime=\"2026-04-29T20:31:00Z\">20:31 UTC</time>, "
		   "12 min ago. We do not know whether the servers work now.");
	expect_none(&d, "As of");
	/* Of its first day there is no percentage; private ones are marked. */
	l.first_day = l.entries[0].is_private = true;
	show_list(&d, &l);
	expect(&d, "<small>1 day of data</small>");
	expect_none(&d, "99.50%");
	expect(&d, "<span class=\"private\">Private</span>");
	l.first_day = l.entries[0].is_private = false;
	/* What qualifies a state is in its row, and counts. */
	l.entries[0].condition.note = NOTE_TOOLS;
	l.entries[0].sentence = "Working, but L<ndon gets another tool list";
	l.entries[1].condition = (struct condition) {.state = CONDITION_UP};
	show_list(&d, &l);
	expect(&d, "#i-part\"/></svg><span>Working, but L&lt;ndon gets");
	expect(&d, "<main data-refresh=\"60\">");
	expect(&d, "<b>2</b> working, 1 with an open incident</span>");
	expect(&d, "<h2 id=\"noted\">Working, with an open incident <small>1");
	/* What is chosen stays chosen, and each can be taken back. */
	l.query = (struct index_query) {.state = CONDITION_UP,
		.tag = "eu",
		.sort = INDEX_BY_P95};
	show_list(&d, &l);
	expect(&d, "href=\"?state=up&amp;tag=eu&amp;sort=p95\" aria-current=");
	expect(&d, "<li>Tag: <b>eu</b> <a href=\"?state=up&amp;sort=p95\">");
	expect(&d, "<input type=\"hidden\" name=\"tag\" value=\"eu\">");
	expect(&d, "<option value=\"p95\" selected>");
	expect_none(&d, "<h2");
	l.paging = (struct paging) {.page = 7, .pages = 1};
	show_list(&d, &l);
	expect(&d, "There is no page 7.");
	expect(&d, ">Last page</a>");
	expect_none(&d, "Page 7 of");
	l.paging = (struct paging) {.page = 1, .pages = 1};
	l.query = (struct index_query) {
		.state = -1, .text = "\"><script>"};
	show_list(&d, &l);
	expect(&d, "No server matches. <a href=\"?\">Show all servers");
	expect(&d, "Search: <b>&quot;&gt;&lt;script&gt;</b> <a href=\"?\">");
	buf_clear(&d.b);
	error_page_missing(&d.html, "\"><script>", close, 2, &d.brand);
	expect(&d, "<b>&quot;&gt;&lt;script&gt;</b>");
	expect(&d, "<a href=\"/status/beta\">beta</a>");
	buf_clear(&d.b);
	error_page_missing(&d.html, "", NULL, 0, &d.brand);
	expect_none(&d, "Did you mean");
	clear(&d);
}

/* One sentence on all servers, by how many are in each state. */
static void test_headline(void **state)
{
	static const struct {
		struct index_list list; /* matching, noted and counts */
		bool chosen;
		const char *class, *words;
	} rows[] = {
		{{.matching = 10, .counts = {[CONDITION_DOWN] = 4,
					 [CONDITION_UP] = 6}}, false, "down",
			"4 of 10 servers are not working"},
		{{.matching = 10, .counts = {[CONDITION_DOWN] = 1,
					 [CONDITION_DEGRADED] = 2,
					 [CONDITION_UP] = 7}}, false, "down",
			"1 of 10 servers is not working, 2 partly working"},
		{{.matching = 3, .counts = {[CONDITION_DEGRADED] = 2,
					[CONDITION_UP] = 1}}, true, "part",
			"2 of 3 matching servers are partly working"},
		{{.matching = 2, .counts = {[CONDITION_MAINTENANCE] = 1,
					[CONDITION_UP] = 1}}, false, "work",
			"1 of 2 servers is under maintenance"},
		{{.matching = 2, .counts = {[CONDITION_STALE] = 2}}, false,
			"none", "All 2 servers are without recent data"},
		{{.matching = 10, .noted = 1, .counts = {[CONDITION_UP] = 10}},
			false, "part",
			"All 10 servers are working, 1 with an open incident"},
		{{.matching = 10, .counts = {[CONDITION_UP] = 10}}, false, "up",
			"All 10 servers are working"},
		{{.matching = 1, .noted = 1, .counts = {[CONDITION_UP] = 1}},
			false, "part",
			"The server is working, with an open incident"},
		{{.matching = 1, .counts = {[CONDITION_DOWN] = 1}}, true, "down",
			"The matching server is not working"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf b;

		buf_init(&b, 200);
		index_headline_put(&b, &rows[i].list, rows[i].chosen);
		assert_string_equal(b.p, rows[i].words);
		assert_string_equal(
			index_headline_class(&rows[i].list), rows[i].class);
		buf_release(&b);
	}
}

/* The open ones are cards, the worst first; those that are over are not. */
static void test_open_incidents(void **state)
{
	struct incident_rows rows = {0};
	struct places places;
	struct desk d;

	(void)state;
	lay(&d, ENTRY, "amber", NOW);
	incidents_read(alert, &d.data.incidents);
	places_read(&places, &d.server, &d.view);
	incident_rows_add(&rows, "example-mcp", &d.server, &d.data.incidents,
		&places);
	assert_true(rows.n > 1);
	rows.v[rows.n - 1].ended_at = 0;
	rows.v[rows.n - 1].trouble = TROUBLE_DOWN;
	index_incidents_put(&d.html, &rows, 3, NOW);
	assert_true(strstr(d.b.p, "open-down") < strstr(d.b.p, "open-part"));
	buf_clear(&d.b);
	rows.v[rows.n - 1].ended_at = AS_OF;
	index_incidents_put(&d.html, &rows, 3, NOW);
	expect(&d, "<li class=\"card open-part\"><h3>");
	expect(&d, "/status/example-mcp/incident/2026-04-29-2020-regional-outage"
		   "\">A &lt;b&gt;title&lt;/b&gt;: Outage in some locations</a>");
	expect(&d, "<b>Investigating</b>, open for 11 min, since <time ");
	expect(&d, ". Where: L&lt;ndon</p>");
	expect(&d, "The operator is looking into it.</p></li>");
	expect(&d, "3 more servers have problems; the list below has them.");
	expect_none(&d, "2026-04-28");
	expect_nothing_secret(&d);
	buf_clear(&d.b);
	for (size_t i = 0; i < rows.n; i++)
		rows.v[i].ended_at = AS_OF;
	index_incidents_put(&d.html, &rows, 3, NOW);
	assert_int_equal(d.b.len, 0);
	/* What servers share by hand is one card, unless it has another state. */
	for (size_t i = 0; i < 2; i++) {
		rows.v[i].trouble = TROUBLE_MANUAL;
		rows.v[i].ended_at = 0;
		rows.v[i].started_at = AS_OF - 60;
		rows.v[i].progress = PROGRESS_INVESTIGATING;
		string_set(&rows.v[i].title, "Stale");
	}
	index_incidents_put(&d.html, &rows, 0, NOW);
	expect(&d, "A &lt;b&gt;title&lt;/b&gt; and others: Stale</a>");
	assert_null(strstr(strstr(d.b.p, "open-part") + 1, "open-part"));
	buf_clear(&d.b);
	rows.v[1].progress = PROGRESS_MONITORING;
	index_incidents_put(&d.html, &rows, 0, NOW);
	assert_non_null(strstr(strstr(d.b.p, "open-part") + 1, "open-part"));
	expect(&d, "<b>Monitoring</b>, open for ");
	expect_none(&d, "and others");
	buf_clear(&d.b);
	/* On the page of the server it stands above what was measured. */
	show(&d);
	assert_true(strstr(d.b.p, "card open-part") <
		strstr(d.b.p, "class=\"answers\""));
	incident_rows_release(&rows);
	places_release(&places);
	clear(&d);
}

/* Regions that are one machine are no places of a map. */
static void test_here(void **state)
{
	struct desk d;

	(void)state;
	lay(&d, "{\"private\":true,\"interval\":60,\"regions\":["
		"{\"name\":\"us-east-1\",\"here\":true},"
		"{\"name\":\"eu-west-2\",\"here\":true}]}", "amber", NOW);
	show(&d);
	expect(&d, "Checked every minute from this machine alone.");
	expect(&d, "Ashburn <small>working, on this machine<");
	expect_none(&d, "class=\"map\"");
	expect(&d, "<h1>example-mcp <span class=\"private\">Private</span> ");
	clear(&d);
	lay(&d, "{\"private\":false,\"interval\":60,\"regions\":["
		"{\"name\":\"us-east-1\",\"here\":true},"
		"{\"name\":\"eu-west-2\"}]}", "amber", NOW);
	show(&d);
	expect(&d, "from 2 locations.");
	expect(&d, "World map. Not working from London.");
	expect(&d, "<title>London: not working</title>");
	expect_none(&d, "<title>Ashburn");
	clear(&d);
}

static void test_templates(void **state)
{
	struct html h;

	(void)state;
	buf_init(&h.out, 400);
	html_fmt(&h, "<a b='%s' c=\"%.2s\">isn't %d%% %.1f %ls%ls?q=%ls", "<'&\x01",
		"x<y", 5, 0.25, HTML_WHOLE("\"."), HTML_MARKUP("<b d='e'>"),
		HTML_QUERY("a b&"));
	assert_string_equal(h.out.p,
		"<a b=\"&lt;&#39;&amp;?\" c=\"x&lt;\">isn't 5% 0.2 &quot;."
		"<b d=\"e\">?q=a%20b%26");
	buf_release(&h.out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_page),
		cmocka_unit_test(test_templates),
		cmocka_unit_test(test_preview),
		cmocka_unit_test(test_watched),
		cmocka_unit_test(test_tools),
		cmocka_unit_test(test_feed),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_late),
		cmocka_unit_test(test_unconfigured),
		cmocka_unit_test(test_unapproved),
		cmocka_unit_test(test_long_title),
		cmocka_unit_test(test_maintenance),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_headline),
		cmocka_unit_test(test_open_incidents),
		cmocka_unit_test(test_here),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

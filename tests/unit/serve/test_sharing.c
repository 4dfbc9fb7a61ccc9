/* SPDX-License-Identifier: MIT */
/*
 * Goal: search engines, programs that show a link, and the foot of each page say
 * what is true and nothing that is not for them; and no name, intro or address ends
 * the markup, the data or the policy that it stands in.
 */
#include "api/api.h"
#include "data/entries.h"
#include "fetch/fetch_listing.h"
#include "http/respond.h"
#include "json/json.h"
#include "pages/html.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define AS_OF 1777494660

/* The head of a page of a site, JSON, in b. */
static void put_head(struct html *b, const char *site, struct frame f)
{
	struct brand brand;

	brand_read(site, &brand);
	f.brand = &brand;
	buf_init(&b->out, 100000);
	html_begin(b, &f);
	html_end(b, &brand, true);
	assert_true(buf_ok(&b->out));
	brand_release(&brand);
}

static size_t count(const char *text, const char *what)
{
	size_t n = 0;

	for (; (text = strstr(text, what)); text++)
		n++;
	return n;
}

#define HOSTILE "a</script><b>&\"'\xe2\x80\xa8"
#define SITE "{\"title\":\"S & T\",\"url\":\"https://s.example\"}"

static struct frame page(void)
{
	return (struct frame) {.state = "Not working from L<ndon",
		.title = HOSTILE,
		.path = "/status/a",
		.about = "Not working from L<ndon.",
		.server = HOSTILE,
		.as_of = AS_OF};
}

static void test_head(void **state)
{
	static const char *const want[] = {
		"<meta name=\"description\" content=\"Not working from "
		"L&lt;ndon.\">\n",
		"<link rel=\"canonical\" href=\"https://s.example/status/a\">\n",
		"<meta property=\"og:title\" content=\"Not working from "
		"L&lt;ndon: a&lt;/script&gt;&lt;b&gt;&amp;&quot;&#39;",
		"<meta property=\"og:description\" content=\"Not working from "
		"L&lt;ndon.\">\n",
		"<meta property=\"og:type\" content=\"website\">\n",
		"<meta property=\"og:site_name\" content=\"S &amp; T\">\n",
		"<meta property=\"og:url\" content=\"https://s.example/status/"
		"a\">\n"};
	struct html b;

	(void)state;
	put_head(&b, SITE, page());
	for (size_t i = 0; i < sizeof want / sizeof *want; i++)
		if (!strstr(b.out.p, want[i]))
			fail_msg("not there: %s\n%s", want[i], b.out.p);
	assert_null(strstr(b.out.p, "noindex"));
	buf_release(&b.out);
}

/* Of a text that ends a script, as JSON has it. */
static void test_data(void **state)
{
	static const char begin[] = "<script type=\"application/ld+json\">";
	char *data, why[JSON_WHY];
	cJSON *doc;
	struct html b;

	(void)state;
	put_head(&b, SITE, page());
	assert_int_equal(count(b.out.p, "<script"), 2);
	assert_int_equal(count(b.out.p, "</script"), 2);
	assert_null(strstr(b.out.p, "<b>"));
	data = strstr(b.out.p, begin) + strlen(begin);
	*strstr(data, "</script>") = '\0';
	doc = json_parse(data, strlen(data), &json_record, why);
	assert_non_null(doc);
	assert_string_equal(json_str(doc, "@type"), "WebPage");
	assert_string_equal(json_str(doc, "url"), "https://s.example/status/a");
	assert_string_equal(json_str(doc, "description"),
		"Not working from L<ndon.");
	assert_string_equal(json_str(doc, "dateModified"),
		"2026-04-29T20:31:00Z");
	assert_string_equal(json_str(json_get(doc, "about"), "name"), HOSTILE);
	assert_string_equal(json_str(json_get(doc, "isPartOf"), "name"),
		"S & T");
	cJSON_Delete(doc);
	buf_release(&b.out);
}

/* What needs an address is left out where there is none. */
static void test_without(void **state)
{
	static const struct {
		const char *site;
		bool unlisted, path;
		bool noindex, graph, address;
	} cases[] = {
		{SITE, false, true, false, true, true},
		{"{}", false, true, false, true, false},
		{SITE, true, true, true, false, false},
		{SITE, false, false, false, false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct frame f = page();
		struct html b;

		f.unlisted = cases[i].unlisted;
		if (!cases[i].path)
			f.path = NULL;
		put_head(&b, cases[i].site, f);
		assert_int_equal(count(b.out.p, "noindex"), cases[i].noindex);
		assert_int_equal(
			count(b.out.p, "\"og:title\""), cases[i].graph);
		assert_int_equal(count(b.out.p, "\"description\""),
			cases[i].graph + cases[i].address);
		assert_int_equal(
			count(b.out.p, "\"canonical\""), cases[i].address);
		assert_int_equal(count(b.out.p, "ld+json"), cases[i].address);
		assert_int_equal(
			count(b.out.p, "\"og:url\""), cases[i].address);
		buf_release(&b.out);
	}
}

static void test_intro(void **state)
{
	static const struct {
		const char *intro, *html;
	} cases[] = {
		{"Plain & <b>", "Plain &amp; &lt;b&gt;"},
		{"See https://a.example/x?y=1&z. Or (https://b.example), or "
		 "http://c.example",
			"See <a href=\"https://a.example/x?y=1&amp;z\">"
			"https://a.example/x?y=1&amp;z</a>. Or (<a href=\""
			"https://b.example\">https://b.example</a>), or "
			"http://c.example"},
		{"https://a\"onclick=x", "<a href=\"https://a&quot;onclick=x\">"
					 "https://a&quot;onclick=x</a>"},
		{"  xhttps://a  ", "  xhttps://a  "},
		{"((https://", "((<a href=\"https://\">https://</a>"},
	};
	char want[400];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct brand brand = {.intro = cases[i].intro};
		struct html b;

		buf_init(&b.out, 1000);
		html_intro(&b, &brand);
		snprintf(want, sizeof want, "<p class=\"intro\">%s</p>\n",
			cases[i].html);
		assert_string_equal(b.out.p, want);
		buf_release(&b.out);
	}
}

/* What no configuration lets pass is not shown, whoever wrote it to the store. */
static void test_brand(void **state)
{
	static const struct {
		const char *logo;
		const char *origin; /* NULL: no logo */
	} cases[] = {
		{"/logo.svg", ""},
		{"https://a.example:8443/x.png?y", "https://a.example:8443"},
		{"https://a.example", "https://a.example"},
		{"//a.example/x", NULL},
		{"http://a.example/x", NULL},
		{"https://a;script-src/x", NULL},
		{"https://a 'unsafe-inline'/x", NULL},
		{"https:///x", NULL},
		{"javascript:alert(1)", NULL},
		{"data:image/png,x", NULL},
		{"", NULL},
	};
	struct brand brand;
	char json[200];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		snprintf(json, sizeof json, "{\"logo\":\"%s\"}", cases[i].logo);
		brand_read(json, &brand);
		if (!cases[i].origin)
			assert_null(brand.logo);
		else
			assert_string_equal(brand.logo, cases[i].logo);
		assert_int_equal(brand_origin(&brand),
			cases[i].origin ? strlen(cases[i].origin) : 0);
		brand_release(&brand);
	}
	brand_read("{\"stylesheet\":\"//x.example/a.css\","
		   "\"imprint\":\"javascript:x\",\"privacy\":\"http://a\","
		   "\"support\":\"mailto:a@b.example\",\"intro\":\"\"}",
		&brand);
	assert_null(brand.stylesheet);
	assert_null(brand.imprint);
	assert_null(brand.privacy);
	assert_null(brand.intro);
	assert_string_equal(brand.support, "mailto:a@b.example");
	brand_release(&brand);
}

static void test_header_and_footer(void **state)
{
	struct frame f = page();
	struct html b;

	(void)state;
	put_head(&b,
		"{\"manual\":true,\"stylesheet\":\"/a.css?x&y\",\"logo\":\"/a\\\"b\",\"imprint\":"
		"\"https://a.example/?x&y\","
		"\"support\":\"mailto:a@b.example\"}",
		f);
	assert_non_null(
		strstr(b.out.p, "src=\"/a&quot;b\">MCP server status</a>"));
	assert_non_null(strstr(b.out.p,
		"href=\"/style.css\">\n<link rel=\"stylesheet\" "
		"href=\"/a.css?x&amp;y\">\n"));
	assert_non_null(strstr(b.out.p,
		"<a href=\"/man/\">Manual</a> <a href=\"mailto:a@b.example\">"
		"Support</a> <a href=\"https://a.example/?x&amp;y\">Imprint"
		"</a></footer>"));
	assert_non_null(strstr(b.out.p, "\n<main>\n"));
	buf_release(&b.out);
	f.open = true;
	put_head(&b, "{}", f);
	assert_non_null(strstr(b.out.p, "<main data-refresh=\"60\">"));
	assert_null(strstr(b.out.p, "<img"));
	assert_null(strstr(b.out.p, "Manual"));
	buf_release(&b.out);
}

static void test_subscribe(void **state)
{
	struct brand brand;
	struct html b;

	(void)state;
	buf_init(&b.out, 10000);
	brand_read("{}", &brand);
	html_subscribe(&b, &brand, "shop", "Pay");
	assert_int_equal(b.out.len, 0);
	brand_release(&brand);
	brand_read("{\"subscribe\":true}", &brand);
	html_subscribe(&b, &brand, "shop", "\"<&>'");
	assert_non_null(strstr(b.out.p,
		"<form method=\"post\" action=\"/subscribe\">"));
	assert_non_null(strstr(b.out.p,
		"<option value=\"server:shop\">This server</option>"
		"<option value=\"group:&quot;&lt;&amp;&gt;&#39;\">"));
	buf_clear(&b.out);
	html_subscribe(&b, &brand, NULL, NULL);
	assert_null(strstr(b.out.p, "<select"));
	assert_non_null(strstr(b.out.p,
		"<input type=\"hidden\" name=\"topic\" value=\"*\">"));
	buf_release(&b.out);
	brand_release(&brand);
}

/* Only pages run a script, and load an image from where the logo is. */
static void test_policy(void **state)
{
	static const struct {
		const char *type, *images, *want;
	} cases[] = {
		{TYPE_HTML, "", "default-src 'none'; script-src 'self'; "
				"connect-src 'self'; style-src 'self'; img-src "
				"'self'; base-uri"},
		{TYPE_HTML, "https://a:1", "img-src 'self' https://a:1; base"},
		{TYPE_SVG, "https://a:1", "default-src 'none'; style-src "
					  "'self'; img-src 'self'; base-uri"},
		{TYPE_XML, "", "default-src 'none'; style-src"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct request request = {.method = METHOD_GET};
		struct response r;
		struct buf out;

		respond_init(&r);
		r.type = cases[i].type;
		snprintf(r.images, sizeof r.images, "%s", cases[i].images);
		buf_init(&out, RESPOND_HEADER);
		respond_write(&r, &request, &out);
		assert_non_null(strstr(out.p, cases[i].want));
		buf_release(&out);
		respond_release(&r);
	}
}

/* Servers s0 to s<n - 1>, the first without a verdict. */
static struct listing make_listing(size_t n)
{
	struct listing l = {.v = calloc(n, sizeof *l.v), .n = n};

	assert_non_null(l.v);
	for (size_t i = 0; i < n; i++) {
		struct index_entry *e = &l.v[i];

		e->text = malloc(24);
		e->view = calloc(1, sizeof *e->view);
		assert_true(e->text && e->view);
		snprintf(e->text, 24, "s%zu", i);
		e->slug = e->text;
		e->view->freshness = i ? VIEW_STALE : VIEW_NONE;
		e->view->as_of = AS_OF + (int64_t)i;
	}
	return l;
}

static void test_sitemap(void **state)
{
	static const struct {
		size_t servers, parts;
	} cases[] = {{0, 1}, {1, 1}, {SITEMAP_SERVERS, 1},
		{SITEMAP_SERVERS + 1, 2}, {100000, 100000 / SITEMAP_SERVERS}};
	struct listing l = make_listing(SITEMAP_SERVERS + 1);
	struct html b;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(sitemap_parts(cases[i].servers),
			cases[i].parts);
	buf_init(&b.out, 1000000);
	sitemap_part(&b, "https://s.example/a&b", &l, 1,
		&(struct sitemap_page) {"/", AS_OF}, 1);
	assert_int_equal(count(b.out.p, "<url>"), SITEMAP_SERVERS + 1);
	assert_non_null(strstr(b.out.p,
		"<url><loc>https://s.example/a&amp;b/</loc><lastmod>2026-04-29T"
		"20:31:00Z</lastmod></url>\n<url><loc>https://s.example/a&amp;b"
		"/status/s0</loc></url>\n<url><loc>https://s.example/a&amp;b/"
		"status/s1</loc><lastmod>2026-04-29T20:31:01Z</lastmod>"
		"</url>\n"));
	buf_clear(&b.out);
	sitemap_part(&b, "https://s.example", &l, 2, NULL, 0);
	assert_int_equal(count(b.out.p, "<url>"), 1);
	assert_non_null(strstr(b.out.p, "/status/s1000</loc>"));
	buf_clear(&b.out);
	sitemap_list(&b, "https://s.example", 2);
	assert_non_null(strstr(b.out.p,
		"<loc>https://s.example/sitemap/2.xml</loc>"));
	buf_clear(&b.out);
	sitemap_robots(&b.out, "");
	assert_int_equal(count(b.out.p, "Sitemap"), 0);
	sitemap_robots(&b.out, "https://s.example");
	assert_non_null(
		strstr(b.out.p, "\nSitemap: https://s.example/sitemap.xml\n"));
	buf_release(&b.out);
	listing_release(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_head),
		cmocka_unit_test(test_data),
		cmocka_unit_test(test_without),
		cmocka_unit_test(test_intro),
		cmocka_unit_test(test_brand),
		cmocka_unit_test(test_header_and_footer),
		cmocka_unit_test(test_subscribe),
		cmocka_unit_test(test_policy),
		cmocka_unit_test(test_sitemap),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

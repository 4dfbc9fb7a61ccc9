/*
 * Goal: badges show what is published and nothing more: no state that is not
 * known, no detail for operators, no text that escapes its markup.
 */
#include "badge/badge.h"

#include "badge/card.h"
#include "badge/glyphs.h"
#include "badge/shields.h"
#include "badge/words.h"
#include "cgi/request.h"
#include "data/maintenance.h"
#include "data/places.h"
#include "data/server.h"
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
	struct buf b;
	char want[200];

	read_view(&v, colour, now);
	buf_init(&b, 4000);
	badge_put(&b,
		&(struct badge_subject) {.slug = "example-mcp", .view = &v},
		&usual);
	snprintf(want, sizeof want, ">%s</text></g></svg>\n", message);
	assert_non_null(strstr(b.p, want));
	snprintf(want, sizeof want, "role=\"img\" aria-label=\"%s\"><title>%s<",
		title, title);
	assert_non_null(strstr(b.p, want));
	assert_non_null(strstr(b.p, fill));
	buf_release(&b);
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

static void test_badge_without(void **state)
{
	struct view v;
	struct buf b;

	(void)state;
	buf_init(&b, 4000);
	assert_int_equal(view_read(NULL, true, AS_OF, &v, NULL), 0);
	badge_put(&b, &(struct badge_subject) {.view = &v}, &usual);
	assert_non_null(strstr(b.p, ">awaiting first probe</text>"));
	assert_non_null(strstr(b.p, "<title>MCP server: pending, "));
	buf_clear(&b);
	/* Without an uptime the state is still shown. */
	assert_int_equal(view_read("{\"window\":1777494660,"
				   "\"verdict\":\"green\"}",
				 true, AS_OF, &v, NULL),
		0);
	badge_put(&b, &(struct badge_subject) {.slug = "a", .view = &v},
		&usual);
	assert_non_null(strstr(b.p, ">up</text>"));
	buf_release(&b);
	view_release(&v);
}

/* The whole image, so that a change of it is a change here. */
static void test_badge_hostile(void **state)
{
	const struct badge g = {.label = "<&>",
		.message = "\"\x01'\xff",
		.title = "</title>\xe2\x80\xae",
		.colour = "\"/><script>"};
	struct buf b;

	(void)state;
	buf_init(&b, 4000);
	badge_draw(&b, &g);
	assert_string_equal(b.p,
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
	buf_release(&b);
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

static void put_card(struct buf *b, const char *name, const char *json)
{
	char why[VIEW_WHY];
	struct view v;

	buf_clear(b);
	assert_int_equal(view_read(json, true, AS_OF + 30, &v, why), 0);
	card_draw(b,
		&(struct card) {.name = name, .title = name, .view = &v});
	view_release(&v);
}

static void test_card(void **state)
{
	static const struct badge_look light = {.card = true, .theme = BADGE_LIGHT};
	struct view v;
	struct buf b;

	(void)state;
	buf_init(&b, 4000);
	read_view(&v, "amber", AS_OF);
	badge_put(&b,
		&(struct badge_subject) {.slug = "example-mcp",
			.view = &v,
			.note = "a &lt; b"},
		&light);
	expect(&b, "aria-label=\"example-mcp: degraded, 99.87% uptime in 30 "
		   "days, but a &lt; b\"><title>");
	expect(&b, ">example-mcp</text>");
	expect(&b, ">degraded, 99.87% uptime in 30 days</text>");
	expect(&b, ">p95 142 ms, last probe 37s ago</text>");
	expect(&b, "r=\"6\" fill=\"#9a6700\"");
	view_release(&v);
	/* A maintenance has a word and a colour of its own. */
	read_view(&v, "red", AS_OF);
	for (int card = 0; card < 2; card++) {
		buf_clear(&b);
		badge_put(&b,
			&(struct badge_subject) {.slug = "a",
				.view = &v,
				.maintenance_now = &work},
			card ? &light : &usual);
		expect(&b, "<title>a: under maintenance, 99.87% uptime in 30");
		expect(&b, ">maintenance");
		expect(&b, "\"#0757b5\"/>");
		assert_null(strstr(b.p, "down"));
	}
	view_release(&v);
	put_card(&b, "a", "{\"window\":1777494660,\"verdict\":\"red\"}");
	expect(&b, ">down</text></g></svg>\n");
	put_card(&b, "a", "{\"window\":1777490000,\"verdict\":\"green\"}");
	expect(&b, ">unknown</text>");
	expect(&b, ">no recent data</text>");
	assert_null(strstr(b.p, "#3fb950"));
	put_card(&b, LONG40 LONG40, NULL);
	expect(&b, "aaa\xe2\x80\xa6</text>");
	expect(&b, ">pending</text>");
	expect(&b, ">awaiting first probe</text>");
	put_card(&b, "\"><script>&", NULL);
	expect(&b, ">&quot;&gt;&lt;script&gt;&amp;</text>");
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_badge),
		cmocka_unit_test(test_badge_without),
		cmocka_unit_test(test_badge_hostile),
		cmocka_unit_test(test_badge_look),
		cmocka_unit_test(test_glyphs),
		cmocka_unit_test(test_card),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

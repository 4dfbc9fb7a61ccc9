/*
 * Goal: badges say what is published and nothing more: no state that
 * nobody knows, no detail that is for operators, no text that leaves its place.
 */
#include "../../serve/badge.h"

#include "../../serve/view.h"

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
	assert_int_equal(view_read(json, now, v, why), 0);
}

static void check_badge(const char *colour, double now, const char *message,
	const char *title, const char *fill)
{
	struct view v;
	struct buf b;
	char want[200];

	read_view(&v, colour, now);
	buf_init(&b, 4000);
	badge_put(&b, "example-mcp", &v);
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
	check_badge("red", AS_OF + 300, "down 99.87%",
		"example-mcp: down, 99.87% uptime in 30 days", "#cf222e");
	check_badge("green", AS_OF + 301, "awaiting first probe",
		"example-mcp: pending, awaiting first probe", "#6a737d");
}

static void test_badge_without(void **state)
{
	struct view v;
	struct buf b;

	(void)state;
	buf_init(&b, 4000);
	assert_int_equal(view_read(NULL, AS_OF, &v, NULL), 0);
	badge_put(&b, NULL, &v);
	assert_non_null(strstr(b.p, ">awaiting first probe</text>"));
	assert_non_null(strstr(b.p, "<title>MCP server: pending, "));
	buf_clear(&b);
	/* A state without a figure is still a state. */
	assert_int_equal(view_read("{\"window\":1777494660,"
				   "\"verdict\":\"green\"}",
				 AS_OF, &v, NULL),
		0);
	badge_put(&b, "a", &v);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_badge),
		cmocka_unit_test(test_badge_without),
		cmocka_unit_test(test_badge_hostile),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Goal: a request is reduced to what its answer depends on, in one form; and
 * what is not found under /api/ is answered as JSON.
 */
#include "http/route.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

/* The parts of a query that count, in one form, however it is varied. */
static void test_query(void **state)
{
	static const struct {
		enum route_kind kind;
		const char *query, *canonical;
		bool free;
	} cases[] = {
		{ROUTE_EMBED_STATUS, "x=1&slug=a&q=b", "", false},
		{ROUTE_HEALTH, "1", "", false},
		{ROUTE_INDEX, "x=1", "", false},
		{ROUTE_INDEX, "x=1&q=a+b&q=c", "q=a%20b", true},
		{ROUTE_INDEX, "q=%61%20b", "q=a%20b", true},
		{ROUTE_INDEX, "q=", "q=", true},
		{ROUTE_BADGE, "style=pill&theme=dark&junk=1", "", false},
		{ROUTE_BADGE, "theme=light&style=c%61rd",
			"style=card&theme=light", false},
		{ROUTE_BADGE, "label=a%26style=x&style=card",
			"style=card&label=a%26style%3Dx", true},
		{ROUTE_BADGE, "style=flat&theme=auto&style=card", "theme=auto",
			false},
		{ROUTE_BADGE, "style=flat-square&metric=p95",
			"style=flat-square&metric=p95", false},
		{ROUTE_BADGE, "style=card+flat-square&theme=&style=", "",
			false},
		/* Any that is not known is the same one. */
		{ROUTE_BADGE, "metric=x%7C&theme=aut", "metric=unknown",
			false},
		{ROUTE_BADGE, "metric=uptime+p95", "metric=unknown", false},
		{ROUTE_BADGE, "metric=upti", "metric=unknown", false},
		{ROUTE_BADGE, "metric=", "", false},
		{ROUTE_BADGE, "metric=state", "metric=state", false},
		{ROUTE_BADGE, "label=x&region=S%c3%a3o+Paulo&metric=p95",
			"metric=p95&region=S%C3%A3o%20Paulo&label=x", true},
		{ROUTE_BADGE_JSON, "style=card&theme=auto&metric=tools",
			"metric=tools", false},
		{ROUTE_FLEET_BADGE, "style=card&metric=p95&region=a", "",
			false},
		{ROUTE_FLEET_BADGE, "style=flat-square&theme=auto",
			"style=flat-square&theme=auto", false},
		{ROUTE_FLEET_BADGE_JSON, "label=a&theme=light", "label=a",
			true},
		{ROUTE_METRICS, "slug=a.b-c_d", "slug=a.b-c_d", true},
		{ROUTE_METRICS, "SLUG=a", "", false},
		{ROUTE_EMBED_PREVIEW, "slug=%C3%A9%0A%25", "slug=%C3%A9%0A%25",
			true},
		{ROUTE_INDEX, "limit=050&x&page=+2&q=a", "q=a&page=&limit=50",
			true},
		{ROUTE_INDEX, "limit=1001&page=0", "page=&limit=", true},
		{ROUTE_API_ACCOUNT, "page=2&q=a", "page=2", true},
		{ROUTE_REPORT, "page=02&limit=5", "page=2", true},
		{ROUTE_REPORT_CSV, "page=2", "", false},
		{ROUTE_NONE, "q=a&slug=b", "", false},
	};
	char out[ROUTE_QUERY], huge[8192];
	struct request r = {.method = METHOD_GET};
	size_t n_huge;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		r.query = cases[i].query;
		assert_int_equal(route_query(cases[i].kind, &r, out),
			cases[i].free);
		assert_string_equal(out, cases[i].canonical);
	}
	/* A query of the longest length, and longer ones. */
	for (size_t n = 400; n < sizeof huge; n++) {
		snprintf(huge, sizeof huge, "style=card&theme=light&label=");
		memset(huge + strlen(huge), '"', n - strlen(huge));
		huge[n] = '\0';
		r.query = huge;
		assert_true(route_query(ROUTE_BADGE, &r, out));
		assert_true(strlen(out) < ROUTE_QUERY);
	}
	assert_string_equal(out, "style=card&theme=light&label=");
	/* All of them at once, each as long as it may be. */
	snprintf(huge, sizeof huge, "style=flat-square&theme=light&metric="
				    "maintenance&region=");
	n_huge = strlen(huge);
	memset(huge + n_huge, '"', 499);
	snprintf(huge + n_huge + 499, 8, "&label=");
	memset(huge + n_huge + 506, '"', 499);
	huge[n_huge + 1005] = '\0';
	r.query = huge;
	assert_true(route_query(ROUTE_BADGE, &r, out));
	assert_int_equal(strlen(out), strlen("style=flat-square&theme=light&"
			"metric=maintenance&region=&label=") + 2 * 3 * 499);
}

/* A path under /api/ that is not found is answered for programs. */
static void test_hostile_api(void **state)
{
	static struct {
		char *env[3];
		enum route_kind kind;
	} cases[] = {
		{{"REQUEST_URI=/api/embed-status/%00"}, ROUTE_NONE_API},
		{{"REQUEST_URI=/api/embed-status/a%0ab"}, ROUTE_NONE_API},
		{{"REQUEST_URI=/api/embed-status/%zz"}, ROUTE_NONE_API},
		{{"REQUEST_URI=/%61pi/embed-status/%"}, ROUTE_NONE_API},
		{{"REQUEST_URI=/api/../status/a"}, ROUTE_NONE_API},
		{{"PATH_INFO=/api/embed-status/.."}, ROUTE_NONE_API},
		{{"PATH_INFO=/api/status/\x01/regions"}, ROUTE_NONE_API},
		{{"SCRIPT_NAME=/api", "PATH_INFO=/embed-status/\x7f"},
			ROUTE_NONE_API},
		{{"SCRIPT_NAME=/cgi", "PATH_INFO=/api/x/../y"}, ROUTE_NONE_API},
		{{"REQUEST_URI=/status/a?/api/%00"}, ROUTE_PAGE},
		{{"REQUEST_URI=/status/%00/api/"}, ROUTE_NONE},
		{{"REQUEST_URI=/%"}, ROUTE_NONE},
		{{"PATH_INFO=/api"}, ROUTE_NONE},
	};
	char text[2 * REQUEST_PATH] = "PATH_INFO=/api/embed-status/";
	char *env[] = {text, NULL};
	struct request q;
	struct route r;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		request_read(&q, cases[i].env);
		route_request(&q, &r);
		if (r.kind != cases[i].kind)
			fail_msg("%s: %d", cases[i].env[0], (int)r.kind);
	}
	memset(text + strlen(text), 'a', sizeof text - strlen(text) - 1);
	request_read(&q, env);
	route_request(&q, &r);
	assert_int_equal(r.kind, ROUTE_NONE_API);
}

/* Behind some suffixes stands one more name. */
static void test_rest(void **state)
{
	static const struct {
		const char *path;
		enum route_kind kind;
		const char *name, *rest;
	} cases[] = {
		{"/status/a/incident/2026-11-22-0710-outage", ROUTE_INCIDENT,
			"a", "2026-11-22-0710-outage"},
		{"/status/a/history/2026-11", ROUTE_MONTH, "a", "2026-11"},
		{"/status/a/preview.png", ROUTE_PREVIEW, "a", ""},
		{"/status/a/preview/x.png", ROUTE_INCIDENT_PREVIEW, "a",
			"x.png"},
		{"/status/preview.png", ROUTE_PAGE, "preview.png", ""},
		{"/status/preview/preview/preview.png", ROUTE_PREVIEW,
			"preview/preview", ""},
		{"/status/incident/incident/x", ROUTE_INCIDENT, "incident",
			"x"},
		{"/status/a/history/", ROUTE_PAGE, "a/history/", ""},
		{"/status/a/history", ROUTE_PAGE, "a/history", ""},
		{"/status/a/history/2026-11/", ROUTE_PAGE,
			"a/history/2026-11/", ""},
		{"/status/a/history/x/feed.atom", ROUTE_FEED, "a/history/x",
			""},
		{"/status//history/x", ROUTE_PAGE, "/history/x", ""},
	};
	char path[sizeof "/status/a/history/" + 2 * ROUTE_REST];
	struct route r;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		route_find(cases[i].path, &r);
		if (r.kind != cases[i].kind)
			fail_msg("%s: %d", cases[i].path, (int)r.kind);
		assert_string_equal(r.name, cases[i].name);
		assert_string_equal(r.rest, cases[i].rest);
	}
	for (int n = ROUTE_REST - 2; n <= ROUTE_REST + 1; n++) {
		snprintf(path, sizeof path, "/status/a/history/%0*d", n, 7);
		route_find(path, &r);
		assert_int_equal(r.kind,
			n < ROUTE_REST ? ROUTE_MONTH : ROUTE_PAGE);
		assert_int_equal(strlen(r.rest), n < ROUTE_REST ? n : 0);
	}
	for (size_t row = 0; row < route_rows(); row++)
		if (route_path(row, "a", path, sizeof path))
			assert_null(strstr(path, "/history/"));
}

/* What is a page but for its case, or a slash, leads to it. */
static void test_moved(void **state)
{
	static const struct {
		const char *path;
		const char *to; /* or NULL: nowhere */
	} cases[] = {
		{"/status/GREEN", "/status/green"},
		{"/status/green/", "/status/green"},
		{"/Status/green", "/status/green"},
		{"/status/GREEN/tools", "/status/green/tools"},
		{"/status/green/tools/", "/status/green/tools"},
		{"/status/Green/Changes/", "/status/green/changes"},
		{"/status/Green/feed.atom", "/status/green/feed.atom"},
		{"/status/green/changes.atom/", "/status/green/changes.atom"},
		{"/status/GREEN/maintenance.ics",
			"/status/green/maintenance.ics"},
		{"/status/green/history/2026-11/",
			"/status/green/history/2026-11"},
		{"/status/GREEN/incident/2026-11-22-0710-outage",
			"/status/green/incident/2026-11-22-0710-outage"},
		{"/status/GREEN/preview.png", "/status/green/preview.png"},
		{"/account/acme/", "/account/acme"},
		{"/account/ACME", "/account/acme"},
		{"/account/Acme/feed.atom/", "/account/acme/feed.atom"},
		{"/report/", "/report"},
		{"/report/2026-10/", "/report/2026-10"},
		{"/status/green", NULL},
		{"/status/green//", NULL},
		{"/status//green/", NULL},
		{"/status/", NULL},
		{"/status/green/nothing/", NULL},
		{"/status/green/history/", NULL},
		{"/status/green/incident/a?b/", NULL},
		{"/status/green/incident/\xc3\xa9/", NULL},
		{"/status/<B>/", NULL},
		{"/status/-A", NULL},
		/* A link that signs in has capital letters of its own. */
		{"/account/acme/enter/Ab", NULL},
		{"/account/ACME/enter/Ab", NULL},
		{"/account/acme/enter/ab/", NULL},
		/* Programs are told that there is nothing. */
		{"/api/embed-status/GREEN", NULL},
		{"/badge/GREEN.svg", NULL},
		{"/mcp/", NULL},
		{"/", NULL},
		{"//", NULL},
		{"", NULL},
	};
	struct request q = {.method = METHOD_GET};
	struct route r;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		snprintf(q.path[1], sizeof q.path[1], "%s", cases[i].path);
		route_request(&q, &r);
		if ((r.kind == ROUTE_MOVED) != (cases[i].to != NULL))
			fail_msg("%s: %d", cases[i].path, (int)r.kind);
		if (cases[i].to)
			assert_string_equal(r.name, cases[i].to);
	}
	assert_false(route_knows_readers(ROUTE_MOVED));
	assert_false(route_takes_cookies(ROUTE_MOVED));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_query),
		cmocka_unit_test(test_hostile_api),
		cmocka_unit_test(test_rest),
		cmocka_unit_test(test_moved),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

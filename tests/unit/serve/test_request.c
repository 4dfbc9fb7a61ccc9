/* SPDX-License-Identifier: MIT */
/*
 * Goal: the path is found in whatever variables a web server passes on, and no
 * hostile path or token gets through.
 */
#include "cgi/request.h"

#include "base/strings.h"
#include "data/entries.h"
#include "data/search.h"
#include "handlers/handlers.h"
#include "http/respond.h"
#include "terms/names.h"
#include "http/route.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define LONG80                                                                 \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"                             \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void check_route(char **env, enum route_kind kind, const char *name)
{
	struct request q;
	struct route r;

	request_read(&q, env);
	route_request(&q, &r);
	if (r.kind != kind || strcmp(r.name, name) != 0)
		fail_msg("%s %s: %d %s", env[0], env[1] ? env[1] : "",
			(int)r.kind, r.name);
}

/* The variables of lighttpd, nginx and Apache, mounted at various places. */
static void test_servers(void **state)
{
	static struct {
		char *env[4];
		enum route_kind kind;
		const char *name;
	} cases[] = {
		{{"PATH_INFO=/status/a"}, ROUTE_PAGE, "a"},
		{{"SCRIPT_NAME=", "PATH_INFO=/", "REQUEST_URI=/?x"},
			ROUTE_INDEX, ""},
		{{"SCRIPT_NAME=/cgi-bin/mcp-serve", "PATH_INFO=/badge/a.svg",
			 "REQUEST_URI=/cgi-bin/mcp-serve/badge/a.svg"},
			ROUTE_BADGE, "a"},
		{{"SCRIPT_NAME=/api", "PATH_INFO=/embed-status/a"},
			ROUTE_EMBED_STATUS, "a"},
		{{"SCRIPT_NAME=/healthz", "REQUEST_URI=/healthz"},
			ROUTE_HEALTH, ""},
		{{"SCRIPT_NAME=/status/a%62", "REQUEST_URI=/status/a%2562"},
			ROUTE_PAGE, "a%62"},
		{{"REQUEST_URI=/%73tatus/a?b=/status/c"}, ROUTE_PAGE, "a"},
		{{"REQUEST_URI=/"}, ROUTE_INDEX, ""},
		{{"SCRIPT_NAME=/mcp-serve", "REQUEST_URI=/healthz"},
			ROUTE_HEALTH, ""},
		{{NULL}, ROUTE_NONE, ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check_route(cases[i].env, cases[i].kind, cases[i].name);
}

static void test_routes(void **state)
{
	static const struct {
		const char *path;
		enum route_kind kind;
		const char *name;
	} cases[] = {
		{"/", ROUTE_INDEX, ""},
		{"", ROUTE_NONE, ""},
		{"//", ROUTE_NONE, ""},
		{"/healthz", ROUTE_HEALTH, ""},
		{"/healthz/", ROUTE_NONE, ""},
		{"/status", ROUTE_NONE, ""},
		{"/status/", ROUTE_NONE, ""},
		{"/status/a/b", ROUTE_PAGE, "a/b"},
		{"/api/embed-status-prom", ROUTE_METRICS, ""},
		{"/api/embed-status-prom/a", ROUTE_NONE_API, ""},
		{"/badge/a", ROUTE_NONE, ""},
		{"/badge/a.json", ROUTE_BADGE_JSON, "a"},
		{"/badge/a.svg.json", ROUTE_BADGE_JSON, "a.svg"},
		{"/badge/fleet.svg", ROUTE_BADGE, "fleet"},
		{"/badge.svg", ROUTE_FLEET_BADGE, ""},
		{"/badge.json", ROUTE_FLEET_BADGE_JSON, ""},
		{"/badge.svg/", ROUTE_NONE, ""},
		{"/badge/.svg", ROUTE_NONE, ""},
		{"/badge/a.svg.svg", ROUTE_BADGE, "a.svg"},
		{"/badge/a.SVG", ROUTE_NONE, ""},
		{"/api", ROUTE_NONE, ""},
		{"/api/", ROUTE_NONE_API, ""},
		{"/api/embed-status/", ROUTE_NONE_API, ""},
		{"/api/embed-status/a", ROUTE_EMBED_STATUS, "a"},
		{"/api/status/a/regions", ROUTE_REGIONS, "a"},
		{"/api/status/a", ROUTE_NONE_API, ""},
		{"/api/status//regions", ROUTE_NONE_API, ""},
		{"/api/status/regions", ROUTE_NONE_API, ""},
		{"/account/a", ROUTE_ACCOUNT, "a"},
		{"/account/a/leave", ROUTE_ACCOUNT_LEAVE, "a"},
		{"/account/a/enter/1-x", ROUTE_ACCOUNT_ENTER, "a"},
		{"/account/a/enter/", ROUTE_ACCOUNT, "a/enter/"},
		{"/account/a/enter/1-x/y", ROUTE_ACCOUNT, "a/enter/1-x/y"},
		{"/account//enter/1-x", ROUTE_ACCOUNT, "/enter/1-x"},
		{"/api/account/a", ROUTE_API_ACCOUNT, "a"},
		{"/api/account/", ROUTE_NONE_API, ""},
		{"/api/openapi.json", ROUTE_OPENAPI, ""},
		{"/api/v2/embed-status/a", ROUTE_NONE_API, ""},
		{"/api/v1/embed-status/a", ROUTE_NONE_API, ""},
		{"/api/other", ROUTE_NONE_API, ""},
		{"/API/embed-status/a", ROUTE_NONE, ""},
	};
	struct route r;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		route_find(cases[i].path, &r);
		assert_int_equal(r.kind, cases[i].kind);
		assert_string_equal(r.name, cases[i].name);
	}
}

/* There is no version 2 yet. */
static void test_version_2(void **state)
{
	struct route r;

	(void)state;
	route_find("/api/v2/account/a", &r);
	assert_int_equal(r.kind, ROUTE_NONE_API);
}

static void test_hostile(void **state)
{
	static char *const cases[] = {
		"REQUEST_URI=/status/%00a",
		"REQUEST_URI=/status/a%0d%0aX:y",
		"REQUEST_URI=/status/%7f",
		"REQUEST_URI=/status/%",
		"REQUEST_URI=/status/%4",
		"REQUEST_URI=/status/%4g",
		"REQUEST_URI=/status/..",
		"REQUEST_URI=/status/../status/a",
		"REQUEST_URI=/status/%2e%2E/a",
		"REQUEST_URI=/status/./a",
		"REQUEST_URI=/status/a/..",
		"REQUEST_URI=status/a",
		"REQUEST_URI=http://x/status/a",
		"REQUEST_URI=",
		"PATH_INFO=/status/..",
		"PATH_INFO=/status/a\n",
		"PATH_INFO=status/a",
		"SCRIPT_NAME=/status/\x01",
	};
	char *env[] = {NULL, NULL};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		env[0] = cases[i];
		check_route(env, ROUTE_NONE, "");
	}
}

/* The longest path, and one that is a byte longer. */
static void check_longest(const char *variable)
{
	size_t before = strlen(variable);
	char text[REQUEST_PATH + 40];
	char *env[] = {text, NULL};

	memset(text, 'a', sizeof text);
	snprintf(text, sizeof text, "%s/status/", variable);
	text[before + strlen("/status/")] = 'a';
	text[before + REQUEST_PATH - 1] = '\0';
	check_route(env, ROUTE_PAGE, text + before + strlen("/status/"));
	text[before + REQUEST_PATH - 1] = 'a';
	text[before + REQUEST_PATH] = '\0';
	check_route(env, ROUTE_NONE, "");
}

static void test_long(void **state)
{
	(void)state;
	check_longest("PATH_INFO=");
	check_longest("REQUEST_URI=");
}

static void test_fields(void **state)
{
	char big[9000] = "HTTP_IF_NONE_MATCH=";
	char *env[] = {"REQUEST_METHOD=HEAD", "HTTP_AUTHORIZATION=Bearer x",
		big, "REQUEST_METHOD_X=GET", NULL};
	struct request q;

	(void)state;
	memset(big + 19, 'a', sizeof big - 20);
	request_read(&q, env);
	assert_int_equal(q.method, METHOD_HEAD);
	assert_string_equal(q.authorization, "Bearer x");
	assert_null(q.if_none_match);
	big[19] = '\0';
	request_read(&q, env);
	assert_string_equal(q.if_none_match, "");
	env[0] = "REQUEST_METHOD=get";
	request_read(&q, env);
	assert_int_equal(q.method, METHOD_OTHER);
	assert_null(q.query);
	request_read(&q, env + 4);
	assert_int_equal(q.method, METHOD_OTHER);
}

/* The token is "s3cret". */
#define TOKEN                                                                  \
	"\"1ec1c26b50d5d3c58d9583181af8076655fe00756bf7285940ba3670f99fcba0\""
#define ENTRY(private, token)                                                  \
	"{\"private\":" private ",\"token_sha256\":" token ","                 \
	"\"regions\":[{\"name\":\"a\",\"city\":\"A\"},{\"name\":\"b\"},7],"    \
	"\"title\":\"\"}"

static void test_token(void **state)
{
	static const struct {
		const char *entry, *authorization;
		bool readable;
	} cases[] = {
		{ENTRY("false", "null"), NULL, true},
		{ENTRY("false", TOKEN), "Bearer wrong", true},
		{ENTRY("true", TOKEN), "Bearer s3cret", true},
		{ENTRY("true", TOKEN), "bearer  s3cret", true},
		{ENTRY("true", TOKEN), "Basic YWNtZTpzM2NyZXQ=", true},
		{ENTRY("true", TOKEN), "Basic YWNtZTp3cm9uZw==", false},
		{ENTRY("true", TOKEN), NULL, false},
		{ENTRY("true", TOKEN), "", false},
		{ENTRY("true", TOKEN), "Bearer", false},
		{ENTRY("true", TOKEN), "Bearer ", false},
		{ENTRY("true", TOKEN), "Bearer s3cret ", false},
		{ENTRY("true", TOKEN), "Bearer S3cret", false},
		{ENTRY("true", TOKEN), "Basic s3cret", false},
		{ENTRY("true", TOKEN), "s3cret", false},
		{ENTRY("true", "null"), "Bearer s3cret", false},
		{ENTRY("true", "null"), "Bearer ", false},
	};
	char token[SHA256_HEX];
	struct readable_server s;
	struct response r;

	(void)state;
	respond_init(&r);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct context c = {.name = "a", .r = &r};

		if (credentials_read(cases[i].authorization, token))
			c.token = token;
		if (private_access_read(&c, cases[i].entry, NULL, &s) !=
			(cases[i].readable ? FOUND : NOT_FOUND))
			fail_msg("%zu: %s", i, cases[i].authorization);
		if (!cases[i].readable)
			continue;
		assert_int_equal(s.server.n_regions, 2);
		assert_string_equal(s.server.regions[0].city, "A");
		assert_null(s.server.regions[1].city);
		assert_null(s.server.title);
		readable_server_release(&s);
	}
	respond_release(&r);
}

/* An entry that does not say whether it is private is refused. */
static void test_entry_refused(void **state)
{
	static const char *const cases[] = {"", "{}", "[]",
		"{\"private\":null}", "{\"private\":\"false\"}",
		"{\"private\":0}", ENTRY("true", "\"abc\""),
		ENTRY("false", "null") "x"};
	char why[SERVER_WHY];
	struct server s;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		*why = '\0';
		assert_int_equal(server_read(cases[i], true, &s, why), -1);
		assert_true(*why);
	}
}

static void test_suggest(void **state)
{
	/* As the store has them: in no order. */
	static const char *const slugs[] = {"example-mcp-eu", "beta", LONG80,
		"alpha-two", "example-mcp", "zz", "alpha"};
	static const struct {
		const char *name, *close; /* joined by spaces */
	} cases[] = {
		{"alpah", "alpha"},
		{"ALPHA", "alpha alpha-two"},
		{"exmaple-mcp", "example-mcp"},
		{"example_mcp", "example-mcp"},
		{"examplemcp", "example-mcp"},
		{"example-mc", "example-mcp example-mcp-eu"},
		{"example", "example-mcp example-mcp-eu"},
		{"eta", "beta"},
		{"beta/", "beta"},
		{"zy", "zz"},
		{"gamma", ""},
		{"", ""},
		{"<script>", ""},
		{LONG80 LONG80, LONG80},
	};
	const char *out[sizeof slugs / sizeof *slugs];
	struct names names = {.cap = 0};

	(void)state;
	assert_int_equal(suggest("example", &names, out), 0);
	for (size_t i = 0; i < sizeof slugs / sizeof *slugs; i++)
		names_add(&names, slugs[i]);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char all[300] = "";
		size_t n = suggest(cases[i].name, &names, out);

		for (size_t k = 0; k < n; k++)
			snprintf(all + strlen(all), sizeof all - strlen(all),
				"%s%s", k ? " " : "", out[k]);
		assert_string_equal(all, cases[i].close);
	}
	names_release(&names);
}

/* Whether a name may have been meant, by a look at all letters. */
static bool is_close(const char *name, const char *slug)
{
	const char *part = strlen(name) <= strlen(slug) ? name : slug;
	const char *whole = part == name ? slug : name;

	return spelling_enough(name, slug) ||
		(strlen(part) >= 3 && strstr(whole, part));
}

/*
 * A print never hides a name that a look at the letters finds: of names of few
 * letters, which are close to each other often.
 */
static void test_prints(void **state)
{
	struct names names = {.cap = 0};
	const char *out[400];
	char name[16];
	unsigned drawn = 1;

	(void)state;
	for (size_t i = 0; i < 400; i++) {
		size_t n = 1 + i % 14;

		for (size_t k = 0; k < n; k++) {
			drawn = drawn * 1103515245 + 12345;
			name[k] = "abcde-1_\xc3"[(drawn >> 16) % 9];
		}
		name[n] = '\0';
		names_add(&names, name);
	}
	for (size_t i = 0; i < 400; i++) {
		const char *wanted = names.list.v[i];
		size_t n = suggest(wanted, &names, out), close = 0;

		for (size_t k = 0; k < 400; k++)
			close += strcmp(wanted, names.list.v[k]) != 0 &&
				is_close(wanted, names.list.v[k]);
		assert_int_equal(n, close);
	}
	names_release(&names);
}

static void test_query_value(void **state)
{
	static const struct {
		const char *query, *value; /* NULL: there is none */
	} cases[] = {
		{NULL, NULL},
		{"", NULL},
		{"slug", NULL},
		{"slug&slug=a", "a"},
		{"slug=a", "a"},
		{"slug=", ""},
		{"slug==", "="},
		{"a=slug=b", NULL},
		{"sl=a&slugs=b&slug=c&slug=d", "c"},
		{"&&slug=a&", "a"},
		{"Slug=a", NULL},
		{"%73lug=a", NULL},
		{"slug=a+%2B%26b", "a +&b"},
		{"slug=12345678", "12345678"},
		{"slug=123456789", ""},
		{"slug=%", ""},
		{"slug=%00", ""},
		{"slug=a%4&slug=b", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct request r = {.query = cases[i].query};
		char out[9] = "?";
		bool found = request_query(&r, "slug", out, sizeof out);

		if (found != (cases[i].value != NULL) ||
			strcmp(out, found ? cases[i].value : "") != 0)
			fail_msg("%s: %d '%s'", r.query, found, out);
	}
}

/* Each route leads to itself. */
static void test_rows(void **state)
{
	struct route r;
	char path[100];
	size_t more = 0;

	(void)state;
	for (size_t i = 0; i < route_rows(); i++) {
		if (!route_path(i, "a.b-c", path, sizeof path)) {
			more++;
			continue;
		}
		route_find(path, &r);
		assert_true(r.kind > ROUTE_NONE_API);
		/* The icons of states have names of their own. */
		if (r.kind < ROUTE_ICON || r.kind > ROUTE_ICON_NONE)
			assert_string_equal(
				r.name, route_named(i) ? "a.b-c" : "");
		assert_int_equal(route_live(i),
			r.kind == ROUTE_HEALTH || r.kind == ROUTE_METRICS ||
				r.kind == ROUTE_ACCOUNT_LEAVE ||
				r.kind == ROUTE_MCP);
		assert_false(route_path(i, LONG80, path, strlen(path)) &&
			route_named(i));
	}
	/* Incidents, months and both previews of a server, and the links of an account. */
	assert_int_equal(more, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_query_value),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_servers),
		cmocka_unit_test(test_routes),
		cmocka_unit_test(test_version_2),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_token),
		cmocka_unit_test(test_entry_refused),
		cmocka_unit_test(test_suggest),
		cmocka_unit_test(test_prints),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Goal: OAuth metadata is looked for where the specifications say, and what is
 * found is accepted only where a client would accept it.
 */
#include "auth/oauth.h"

#include "json/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define RESOURCE "/.well-known/oauth-protected-resource"
#define SERVER "/.well-known/oauth-authorization-server"
#define OPENID "/.well-known/openid-configuration"

static void parse_url(const char *s, struct url *u)
{
	char why[URL_WHY];

	if (!url_parse(s, u, why))
		fail_msg("%s: %s", s, why);
}

static cJSON *parse(const char *text)
{
	char why[JSON_WHY];
	cJSON *doc = json_parse(text, strlen(text), &json_reply, why);

	if (!doc)
		fail_msg("%s: %s", text, why);
	return doc;
}

/* Checks the URLs, in their order. */
static void check_urls(const char *from, const struct oauth_urls *u,
	const char *const expected[OAUTH_URLS])
{
	int n = 0;

	while (n < OAUTH_URLS && expected[n])
		n++;
	if (u->n != n)
		fail_msg("%s: %d URLs", from, u->n);
	for (int i = 0; i < n; i++)
		if (strcmp(u->url[i], expected[i]) != 0)
			fail_msg("%s: %s", from, u->url[i]);
}

static void test_resource_urls(void **state)
{
	static const struct {
		const char *target;
		const char *expected[OAUTH_URLS];
	} rows[] = {
		{"https://h", {"https://h" RESOURCE}},
		{"https://h/", {"https://h" RESOURCE}},
		{"https://h/?a=b", {"https://h" RESOURCE "?a=b",
			"https://h" RESOURCE}},
		{"https://h?a=b", {"https://h" RESOURCE "?a=b",
			"https://h" RESOURCE}},
		{"https://h/mcp?a=b/c?d", {"https://h" RESOURCE "/mcp?a=b/c?d",
			"https://h" RESOURCE}},
		{"https://h/mcp", {"https://h" RESOURCE "/mcp",
			"https://h" RESOURCE}},
		{"https://h/a/b?c=d#e", {"https://h" RESOURCE "/a/b?c=d",
			"https://h" RESOURCE}},
		{"https://h/mcp/", {"https://h" RESOURCE "/mcp/",
			"https://h" RESOURCE}},
		{"HTTPS://H:8443/MCP", {"https://h:8443" RESOURCE "/MCP",
			"https://h:8443" RESOURCE}},
		{"http://[::1]:80/mcp", {"http://[::1]" RESOURCE "/mcp",
			"http://[::1]" RESOURCE}},
		{"https://[2001:db8::1]:1/", {"https://[2001:db8::1]:1"
			RESOURCE}},
	};
	struct oauth_urls u;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct url target;

		parse_url(rows[i].target, &target);
		memset(&u, 'x', sizeof u);
		oauth_resource_urls(&target, &u);
		check_urls(rows[i].target, &u, rows[i].expected);
	}
}

static void test_issuer_urls(void **state)
{
	static const struct {
		const char *issuer;
		const char *code; /* NULL where it passes */
		const char *expected[OAUTH_URLS];
	} rows[] = {
		{"https://as", NULL,
			{"https://as" SERVER, "https://as" OPENID}},
		{"https://as/", NULL,
			{"https://as" SERVER, "https://as" OPENID}},
		{"https://as:8443", NULL, {"https://as:8443" SERVER,
			"https://as:8443" OPENID}},
		{"https://as/t", NULL, {"https://as" SERVER "/t",
			"https://as" OPENID "/t", "https://as/t" OPENID}},
		{"https://as/t/", NULL, {"https://as" SERVER "/t",
			"https://as" OPENID "/t", "https://as/t" OPENID}},
		{"https://as/a/b", NULL, {"https://as" SERVER "/a/b",
			"https://as" OPENID "/a/b", "https://as/a/b" OPENID}},
		{"http://[::1]:9000/t", NULL, {"http://[::1]:9000" SERVER "/t",
			"http://[::1]:9000" OPENID "/t",
			"http://[::1]:9000/t" OPENID}},
		{"http://localhost:9000", NULL, {"http://localhost:9000" SERVER,
			"http://localhost:9000" OPENID}},
		{"http://as/", "oauth.insecure", {NULL}},
		{"http://10.0.0.1/t", "oauth.insecure", {NULL}},
		{"as", "oauth.issuer", {NULL}},
		{"", "oauth.issuer", {NULL}},
		{"ftp://as/", "oauth.issuer", {NULL}},
		{"https://u:p@as/", "oauth.issuer", {NULL}},
		{"https://as/\xc0\x80", "oauth.issuer", {NULL}},
	};
	struct oauth_urls u;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *code = rows[i].code;
		struct failure f = {.code = ""};

		memset(&u, 'x', sizeof u);
		if (oauth_issuer_urls(rows[i].issuer, &u, &f) != !code ||
			strcmp(f.code, code ? code : "") != 0)
			fail_msg("%s: %s", rows[i].issuer, f.code);
		check_urls(rows[i].issuer, &u, rows[i].expected);
	}
}

/* A URL so long that nothing can be added to it is not asked. */
static void test_long(void **state)
{
	static const struct {
		size_t n; /* of the issuer */
		int urls;
	} rows[] = {
		{URL_MAX - 1 - (sizeof SERVER - 1), 3},
		{URL_MAX - (sizeof SERVER - 1), 2},
		{URL_MAX - 1 - (sizeof OPENID - 1), 2},
		{URL_MAX - (sizeof OPENID - 1), 0},
		{URL_MAX - 1, 0},
	};
	char s[URL_MAX];
	struct oauth_urls u;
	struct failure f;
	struct url target;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		memset(s, 'a', rows[i].n);
		s[rows[i].n] = '\0';
		memcpy(s, "https://h/", 10);
		if (oauth_issuer_urls(s, &u, &f) != (rows[i].urls > 0))
			fail_msg("%zu", rows[i].n);
		assert_int_equal(u.n, rows[i].urls);
		if (!u.n)
			assert_string_equal(f.code, "oauth.issuer");
		parse_url(s, &target);
		oauth_resource_urls(&target, &u);
		assert_true(u.n >= 1);
		assert_string_equal(u.url[u.n - 1], "https://h" RESOURCE);
	}
}

#define AS "\"authorization_servers\":[\"https://as\"]"

static struct oauth_facts facts;

static void test_judge_resource(void **state)
{
	static const struct {
		const char *target, *resource;
		bool passes;
	} rows[] = {
		{"https://h/mcp", "https://h/mcp", true},
		{"https://h/mcp", "https://h/mcp/", true},
		{"https://h/mcp/", "https://h/mcp", true},
		{"https://h/mcp/x", "https://h/mcp", true},
		{"https://h/mcp/x/y", "https://h/mcp/", true},
		{"https://h/mcp?a=b", "https://h/mcp", true},
		{"https://h/mcp", "https://h", true},
		{"https://h/mcp", "https://h/", true},
		{"https://h", "https://h/", true},
		{"https://H:443/mcp", "https://h/mcp", true},
		{"https://h/mcp", "HTTPS://H:443/mcp#x", true},
		{"https://[::1]:1/mcp", "https://[::1]:1", true},
		{"http://127.0.0.1:1/mcp", "http://localhost:1/mcp", true},
		/* A path is above another only where a segment ends. */
		{"https://h/mcpx", "https://h/mcp", false},
		{"https://h/mcp", "https://h/mcpx", false},
		{"https://h/mcp", "https://h/m", false},
		{"https://h/mcp", "https://h/mcp/x", false},
		{"https://h/mcp.x", "https://h/mcp", false},
		{"https://h/mcp-2/x", "https://h/mcp", false},
		{"https://h/mcp", "https://h/MCP", false},
		{"https://h/", "https://h/mcp", false},
		/* Other origins. */
		{"https://h/mcp", "http://h/mcp", false},
		{"https://h/mcp", "https://h:8443/mcp", false},
		{"https://h/mcp", "https://other/mcp", false},
		{"https://h/mcp", "https://h.other/mcp", false},
		{"https://h/mcp", "https://x@h/mcp", false},
		{"https://h/mcp", "h/mcp", false},
		{"https://h/mcp", "", false},
		{"https://h/mcp", "urn:h:mcp", false},
		{"https://h/mcp", "/mcp", false},
	};
	char text[300];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct url target;
		struct failure f = {.code = ""};
		cJSON *doc;

		parse_url(rows[i].target, &target);
		snprintf(text, sizeof text, "{\"resource\":\"%s\"," AS "}",
			rows[i].resource);
		doc = parse(text);
		facts = (struct oauth_facts) {.warning = NULL};
		if (oauth_judge_resource(doc, &target, NULL, &facts, &f) !=
			rows[i].passes)
			fail_msg("%s, %s", rows[i].target, rows[i].resource);
		assert_string_equal(f.code,
			rows[i].passes ? "" : "oauth.resource");
		assert_string_equal(facts.issuer,
			rows[i].passes ? "https://as" : "");
		assert_string_equal(facts.resource,
			rows[i].passes ? rows[i].resource : "");
		cJSON_Delete(doc);
	}
}

#define RES "\"resource\":\"https://h/mcp\""

static void test_resource_members(void **state)
{
	static const struct {
		const char *doc, *code, *issuer;
	} rows[] = {
		{"{" RES "," AS "}", "", "https://as"},
		{"{" RES ",\"authorization_servers\":[\"a\",\"b\"]}", "", "a"},
		/* The authorization server that is wanted is not the first. */
		{"{" RES ",\"authorization_servers\":[\"a\",\"b\",\"w\"]}", "",
			"w"},
		{"{" RES ",\"authorization_servers\":[7,\"w\"]}", "", "w"},
		{"{" RES ",\"authorization_servers\":[\"w/\",\"W\"]}", "", "w/"},
		{"{" RES ",\"authorization_servers\":[\"\"]}", "", ""},
		{"{" RES "}", "oauth.metadata", ""},
		{"{" RES ",\"authorization_servers\":[]}", "oauth.metadata",
			""},
		{"{" RES ",\"authorization_servers\":null}", "oauth.metadata",
			""},
		{"{" RES ",\"authorization_servers\":\"https://as\"}",
			"oauth.metadata", ""},
		{"{" RES ",\"authorization_servers\":[7,\"https://as\"]}",
			"oauth.metadata", ""},
		{"{" RES ",\"authorization_servers\":{\"a\":\"https://as\"}}",
			"oauth.metadata", ""},
		{"{" AS "}", "oauth.metadata", ""},
		{"{\"resource\":7," AS "}", "oauth.metadata", ""},
		{"{\"resource\":[\"https://h/mcp\"]," AS "}", "oauth.metadata",
			""},
		{"{}", "oauth.metadata", ""},
		{"[]", "oauth.metadata", ""},
		{"null", "oauth.metadata", ""},
	};
	struct url target;
	char text[URL_MAX + 100];
	struct failure f;
	cJSON *doc;

	(void)state;
	parse_url("https://h/mcp", &target);
	for (size_t i = 0; i < COUNT(rows); i++) {
		doc = parse(rows[i].doc);
		facts = (struct oauth_facts) {.warning = NULL};
		f.code[0] = '\0';
		if (oauth_judge_resource(doc, &target, "w", &facts, &f) !=
			!*rows[i].code || strcmp(f.code, rows[i].code) != 0)
			fail_msg("%s: %s", rows[i].doc, f.code);
		assert_string_equal(facts.issuer, rows[i].issuer);
		cJSON_Delete(doc);
	}
	snprintf(text, sizeof text, "{" RES ",\"authorization_servers\":"
				    "[\"%0*d\"]}", URL_MAX, 0);
	doc = parse(text);
	assert_false(oauth_judge_resource(doc, &target, NULL, &facts, &f));
	cJSON_Delete(doc);
}

#define ENDS "\"authorization_endpoint\":\"https://as/a\"," \
	     "\"token_endpoint\":\"https://as/t\""
#define I "{\"issuer\":\"https://as\","

static void test_judge_server(void **state)
{
	static const struct {
		const char *doc, *issuer, *code;
	} rows[] = {
		{I ENDS "}", "https://as", ""},
		{I ENDS "}", NULL, ""},
		{"{\"issuer\":\"\"," ENDS "}", NULL, "oauth.issuer"},
		/* The same but for the slash of an empty path. */
		{"{\"issuer\":\"https://as/\"," ENDS "}", "https://as", ""},
		{I ENDS "}", "https://as/", ""},
		{"{\"issuer\":\"https://as:444/\"," ENDS "}", "https://as:444",
			""},
		{"{\"issuer\":\"https://as/t/\"," ENDS "}", "https://as/t",
			"oauth.issuer"},
		{"{\"issuer\":\"https://as//\"," ENDS "}", "https://as/",
			"oauth.issuer"},
		{"{\"issuer\":\"https://AS\"," ENDS "}", "https://as",
			"oauth.issuer"},
		{"{\"issuer\":\"https://as/t\"," ENDS "}", "https://as/u",
			"oauth.issuer"},
		{"{\"issuer\":\"https://as\\u0000\"," ENDS "}", "https://as",
			"oauth.issuer"},
		{"{" ENDS "}", "https://as", "oauth.metadata"},
		{"{" ENDS "}", NULL, "oauth.metadata"},
		{"{\"issuer\":null," ENDS "}", NULL, "oauth.metadata"},
		{I "\"token_endpoint\":\"https://as/t\"}", NULL,
			"oauth.metadata"},
		{I "\"authorization_endpoint\":\"https://as/a\"}", NULL,
			"oauth.metadata"},
		{I "\"authorization_endpoint\":\"https://as/a\","
		   "\"token_endpoint\":7}", NULL, "oauth.metadata"},
		/* An endpoint that no grant needs may be missing. */
		{I "\"grant_types_supported\":[\"client_credentials\"],"
		   "\"token_endpoint\":\"https://as/t\"}", NULL, ""},
		{I "\"grant_types_supported\":[\"authorization_code\"],"
		   "\"token_endpoint\":\"https://as/t\"}", NULL,
			"oauth.metadata"},
		/* Endpoints may be elsewhere, but not on this machine. */
		{I "\"authorization_endpoint\":\"https://as/a\","
		   "\"token_endpoint\":\"https://elsewhere/t\"}", NULL, ""},
		{I "\"authorization_endpoint\":\"https://as/a\","
		   "\"token_endpoint\":\"http://as/t\"}", NULL,
			"oauth.insecure"},
		{I "\"authorization_endpoint\":\"https://as/a\","
		   "\"token_endpoint\":\"http://localhost/t\"}", NULL,
			"oauth.insecure"},
		{I "\"authorization_endpoint\":\"http://as/a\","
		   "\"token_endpoint\":\"https://as/t\"}", NULL,
			"oauth.insecure"},
		{I ENDS ",\"registration_endpoint\":\"http://as/r\"}", NULL,
			"oauth.insecure"},
		{I "\"authorization_endpoint\":\"https://as/a\","
		   "\"token_endpoint\":\"/t\"}", NULL, "oauth.metadata"},
		{"{\"issuer\":\"http://localhost:1\","
		 "\"authorization_endpoint\":\"http://localhost:1/a\","
		 "\"token_endpoint\":\"http://127.0.0.1:2/t\"}", NULL, ""},
		{"{}", NULL, "oauth.metadata"},
		{"[]", "i", "oauth.metadata"},
	};
	struct failure f;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		cJSON *doc = parse(rows[i].doc);

		f.code[0] = '\0';
		if (oauth_judge_server(doc, rows[i].issuer, &facts, &f) !=
			!*rows[i].code || strcmp(f.code, rows[i].code) != 0)
			fail_msg("%s: %s", rows[i].doc, f.code);
		cJSON_Delete(doc);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_resource_urls),
		cmocka_unit_test(test_issuer_urls),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_judge_resource),
		cmocka_unit_test(test_resource_members),
		cmocka_unit_test(test_judge_server),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

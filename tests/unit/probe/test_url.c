/* SPDX-License-Identifier: MIT */
/*
 * Goal: a URL is taken apart as libcurl will send it, its shown form holds no
 * query, and what may hide a secret or is no http(s) URL is refused.
 */
#include "http/url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* What libcurl gets taken apart is the URL, to the byte. */
static void same_parts(const struct url *u)
{
	struct Curl_URL *parts = url_parts(u);
	char *s = NULL;

	assert_non_null(parts);
	assert_false(curl_url_get(parts, CURLUPART_URL, &s, 0));
	assert_string_equal(s, u->text);
	curl_free(s);
	url_parts_free(parts);
}

static void test_parts(void **state)
{
	static const struct {
		const char *url, *text, *shown, *origin, *host, *path;
		int port;
	} rows[] = {
		{"https://h", "https://h/", "https://h/", "https://h", "h", "/",
			443},
		{"http://h/", "http://h/", "http://h/", "http://h", "h", "/",
			80},
		{"https://mcp.example.com/a/mcp",
			"https://mcp.example.com/a/mcp",
			"https://mcp.example.com/a/mcp",
			"https://mcp.example.com", "mcp.example.com", "/a/mcp",
			443},
		/* The query is sent, and never shown; the fragment neither. */
		{"https://h/a?key=s3cret", "https://h/a?key=s3cret",
			"https://h/a", "https://h", "h", "/a", 443},
		{"https://h?key=s3cret", "https://h/?key=s3cret", "https://h/",
			"https://h", "h", "/", 443},
		{"https://h/a?b=c#d?e", "https://h/a?b=c", "https://h/a",
			"https://h", "h", "/a", 443},
		{"https://h/a#d", "https://h/a", "https://h/a", "https://h",
			"h", "/a", 443},
		{"https://h/?u=https://x:y@z/", "https://h/?u=https://x:y@z/",
			"https://h/", "https://h", "h", "/", 443},
		/* A port is shown where it is not the usual one. */
		{"https://h:443/", "https://h/", "https://h/", "https://h", "h",
			"/", 443},
		{"http://h:80/", "http://h/", "http://h/", "http://h", "h", "/",
			80},
		{"http://h:443/", "http://h:443/", "http://h:443/",
			"http://h:443", "h", "/", 443},
		{"https://h:80/", "https://h:80/", "https://h:80/",
			"https://h:80", "h", "/", 80},
		{"https://h:1/", "https://h:1/", "https://h:1/", "https://h:1",
			"h", "/", 1},
		{"https://h:65535/x", "https://h:65535/x", "https://h:65535/x",
			"https://h:65535", "h", "/x", 65535},
		{"https://h:/x", "https://h/x", "https://h/x", "https://h", "h",
			"/x", 443},
		/* Case: of scheme and host, never of the path. */
		{"HTTPS://MCP.Example.COM/MCP", "https://MCP.Example.COM/MCP",
			"https://MCP.Example.COM/MCP",
			"https://mcp.example.com", "mcp.example.com", "/MCP",
			443},
		/* Addresses. */
		{"http://192.0.2.1:8080/mcp", "http://192.0.2.1:8080/mcp",
			"http://192.0.2.1:8080/mcp", "http://192.0.2.1:8080",
			"192.0.2.1", "/mcp", 8080},
		{"https://[2001:db8::1]/", "https://[2001:db8::1]/",
			"https://[2001:db8::1]/", "https://[2001:db8::1]",
			"[2001:db8::1]", "/", 443},
		{"http://[::1]:8080/mcp?a", "http://[::1]:8080/mcp?a",
			"http://[::1]:8080/mcp", "http://[::1]:8080", "[::1]",
			"/mcp", 8080},
		/* Paths. */
		{"https://h/mcp/", "https://h/mcp/", "https://h/mcp/",
			"https://h", "h", "/mcp/", 443},
		{"https://h/a//b", "https://h/a//b", "https://h/a//b",
			"https://h", "h", "/a//b", 443},
		{"https://h/a@b:c", "https://h/a@b:c", "https://h/a@b:c",
			"https://h", "h", "/a@b:c", 443},
		{"https://h/%7Ea%2Fb", "https://h/%7Ea%2Fb",
			"https://h/%7Ea%2Fb", "https://h", "h", "/%7Ea%2Fb",
			443},
		{"https://h/a/../b/./c", "https://h/b/c", "https://h/b/c",
			"https://h", "h", "/b/c", 443},
		{"https://h/\xc3\xa4", "https://h/\xc3\xa4", "https://h/\xc3"
			"\xa4", "https://h", "h", "/\xc3\xa4", 443},
	};
	char why[URL_WHY];
	struct url u;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		memset(&u, 'x', sizeof u);
		if (!url_parse(rows[i].url, &u, why))
			fail_msg("%s: %s", rows[i].url, why);
		assert_string_equal(u.text, rows[i].text);
		assert_string_equal(u.shown, rows[i].shown);
		assert_string_equal(u.origin, rows[i].origin);
		assert_string_equal(u.host, rows[i].host);
		assert_string_equal(u.path, rows[i].path);
		assert_int_equal(u.port, rows[i].port);
		assert_true(u.https == !strncmp(u.text, "https:", 6));
		same_parts(&u);
	}
}

/* The part of a URL as libcurl reads it, in lower case where it is the host. */
static void same_part(const char *url, CURLUPart what, const char *expected)
{
	CURLU *h = curl_url();
	char *s = NULL;

	assert_false(curl_url_set(h, CURLUPART_URL, url, 0));
	assert_false(curl_url_get(h, what, &s, CURLU_NO_DEFAULT_PORT));
	if (what == CURLUPART_HOST ? strcasecmp(s, expected) != 0
				   : strcmp(s, expected) != 0)
		fail_msg("%s: %s instead of %s", url, expected, s);
	curl_free(s);
	curl_url_cleanup(h);
}

/* Most URLs are taken apart without libcurl, with the same outcome. */
static void test_as_libcurl(void **state)
{
	static const char *const hosts[] = {"h", "mcp.example.com", "a1-b.c2",
		"127.0.0.1", "255.255.255.255", "0.0.0.0", "127.1", "1.2.3.256",
		"010.0.0.1", "0x7f.1", "1", "1a", "h.", "a..b", "-h", "H"};
	static const char *const ports[] = {"", ":80", ":443", ":1", ":65535",
		":08", ":"};
	static const char *const paths[] = {"", "/", "/mcp", "/a//b/", "/a.b",
		"/.well-known/x", "/a/./b", "/a/..", "/a/.", "/A_b~c-d", "/%41",
		"/a?b", "/a?b#c", "/a:b@c", "/\"<>"};
	char url[128], why[URL_WHY];
	struct url u;

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(hosts) * COUNT(ports) * COUNT(paths);
		i++) {
		snprintf(url, sizeof url, "http%s://%s%s%s", i % 2 ? "s" : "",
			hosts[i / 2 % COUNT(hosts)],
			ports[i / 2 / COUNT(hosts) % COUNT(ports)],
			paths[i / 2 / COUNT(hosts) / COUNT(ports)]);
		if (!url_parse(url, &u, why))
			fail_msg("%s: %s", url, why);
		url[strcspn(url, "#")] = '\0';
		same_part(url, CURLUPART_HOST, u.host);
		same_part(url, CURLUPART_PATH, u.path);
		same_part(url, CURLUPART_URL, u.text);
	}
}

static void test_refused(void **state)
{
	static const char secret[] = "a URL must not contain a secret; use "
				     "--token-file";
	static const char escape[] = "the host contains a percent sign";
	static const char space[] = "contains a space or control character";
	static const char scheme[] = "does not begin with http:// or https://";
	static const char other[] = "neither http nor https";
	/* NULL: any reason, because libcurl's differ between versions. */
	static const struct {
		const char *url, *why;
	} rows[] = {
		{"https://user@h/", secret},
		{"https://user:password@h/", secret},
		{"https://:password@h/mcp", secret},
		{"http://user:password@127.0.0.1:8080/", secret},
		{"http://%36/", escape},
		{"http:///%36/", escape},
		{"http://127.0.0.%31:80/mcp", escape},
		{"http://%31%32%37.1", escape},
		{"https://h/ ", space},
		{" https://h/", space},
		{"https://h/a b", space},
		{"https://h/a\tb", space},
		{"https://h/\r\nX-Injected: 1", space},
		{"https://h/\x7f", space},
		{"", scheme},
		{"h", scheme},
		{"h/mcp", scheme},
		{"https:/h/?://", scheme},
		{"https:h://", scheme},
		{"mcp.example.com:443", scheme},
		{"https:h", scheme},
		{"//h/mcp", scheme},
		{"ftp://h/", other},
		{"file:///etc/passwd", other},
		{"ws://h/", other},
		{"httpss://h/", other},
		{"gopher+tls://h/", other},
		{"://h", NULL},
		{"h?x=://", scheme},
		{"mailto:a?b=://", scheme},
		{"https://", NULL},
		{"https://?a", NULL},
		{"https://:443/", NULL},
		{"https://h:0/", "the port is not a number from 1 to 65535"},
		{"https://h:65536/", NULL},
		{"https://h:-1/", NULL},
		{"https://h:x/", NULL},
		{"https://h:443x/", NULL},
		{"https://h:99999999999999999999/", NULL},
		{"https://[::1/", NULL},
		{"https://[::1]x/", NULL},
		{"https://[h]/", NULL},
		/* A record could not carry these. */
		{"https://h/\xff", "not UTF-8"},
		{"https://h/\xc0\x80", "not UTF-8"},
		{"https://h/\u202egpj", "contains a space or control "
					"character"},
		{"https://h/\xc2\x9b" "2J", "contains a space or control "
					    "character"},
		{"https://h\xed\xa0\x80/", "not UTF-8"},
	};
	char why[URL_WHY];
	struct url u;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		why[0] = '\0';
		if (url_parse(rows[i].url, &u, why))
			fail_msg("%s passes", rows[i].url);
		if (!*why || (rows[i].why && strcmp(why, rows[i].why) != 0))
			fail_msg("%s: %s", rows[i].url, why);
		assert_null(strstr(why, "password@"));
	}
}

/* head, and as many 'a' behind it as make n bytes */
static bool parse_long(const char *head, size_t n, struct url *u)
{
	char s[3 * URL_MAX], why[URL_WHY];

	memset(s, 'a', n);
	memcpy(s, head, strlen(head));
	s[n] = '\0';
	return url_parse(s, u, why);
}

static void test_long(void **state)
{
	static const struct {
		const char *head;
		size_t n;
		bool passes;
	} rows[] = {
		{"https://h/", URL_MAX - 1, true},
		{"https://h/", URL_MAX, false},
		{"https://h/", 3 * URL_MAX - 1, false},
		{"https://h/?", URL_MAX - 1, true},
		{"https://h/?", URL_MAX, false},
		/* The slash that is added counts too. */
		{"https://h?", URL_MAX - 1, false},
		{"https://h?", URL_MAX - 2, true},
		{"https://", 8 + 256, false},
	};
	struct url u;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (parse_long(rows[i].head, rows[i].n, &u) != rows[i].passes)
			fail_msg("%s of %zu", rows[i].head, rows[i].n);
	assert_true(parse_long("https://h/", URL_MAX - 1, &u));
	assert_int_equal(strlen(u.text), URL_MAX - 1);
	assert_int_equal(strlen(u.path), URL_MAX - 1 - strlen("https://h"));
}

static void test_origins(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} rows[] = {
		{"https://h/", "https://h/other?x", true},
		{"https://h/", "https://H:443/", true},
		{"https://h/", "http://h/", false},
		{"https://h/", "https://h:8443/", false},
		{"https://h:443/", "http://h:443/", false},
		{"https://h/", "https://a.h/", false},
		{"https://h/", "https://h.a/", false},
		{"https://[2001:db8::1]/", "https://[2001:db8::2]/", false},
		/* The loopback is one host, whatever it is called. */
		{"http://localhost:1/", "http://127.0.0.1:1/", true},
		{"http://[::1]:1/", "http://127.9.9.9:1/", true},
		{"http://a.localhost/", "http://localhost/", true},
		{"http://localhost:1/", "http://127.0.0.1:2/", false},
		{"http://localhost:1/", "https://127.0.0.1:1/", false},
		{"http://localhost/", "http://192.168.0.1/", false},
		{"http://localhost/", "http://localhost.example.com/", false},
	};
	char why[URL_WHY];
	struct url a, b;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_true(url_parse(rows[i].a, &a, why));
		assert_true(url_parse(rows[i].b, &b, why));
		if (url_same_origin(&a, &b) != rows[i].same ||
			url_same_origin(&b, &a) != rows[i].same)
			fail_msg("%s, %s", rows[i].a, rows[i].b);
	}
}

static void test_resolve(void **state)
{
	/* What a reference means on https://h:8443/a/sse?k=v; NULL: refused. */
	static const struct {
		const char *ref, *expected;
	} rows[] = {
		{"/m?s=1", "https://h:8443/m?s=1"},
		{"m?s=1", "https://h:8443/a/m?s=1"},
		{"?s=1", "https://h:8443/a/sse?s=1"},
		{"./m", "https://h:8443/a/m"}, {"../m", "https://h:8443/m"},
		{"../../m", "https://h:8443/m"},
		{"//other/m", "https://other/m"},
		{"http://other:81/m", "http://other:81/m"},
		{"HTTPS://h:8443/m", "https://h:8443/m"},
		{"", NULL}, {"/m#x", NULL}, {"#", NULL}, {"/a b", NULL},
		{"/a\nb", NULL}, {"/a\x7f", NULL},
		{"https://me@h:8443/m", NULL}, {"//me:pw@h:8443/m", NULL},
		{"file:///etc/passwd", NULL}, {"ftp://h/m", NULL},
		{"https://h:99999/m", NULL},
	};
	char why[URL_WHY], longest[URL_MAX + 1];
	struct url base, u;

	(void)state;
	assert_true(url_parse("https://h:8443/a/sse?k=v", &base, why));
	for (size_t i = 0; i < COUNT(rows); i++) {
		bool ok = url_resolve(&base, rows[i].ref, &u, why);

		if (ok != !!rows[i].expected ||
			(ok && strcmp(u.text, rows[i].expected) != 0))
			fail_msg("%s: %s", rows[i].ref, ok ? u.text : why);
	}
	/* The whole must fit too. */
	memset(longest, 'x', sizeof longest);
	longest[0] = '/';
	longest[URL_MAX - 1] = '\0';
	assert_false(url_resolve(&base, longest, &u, why));
	longest[URL_MAX - sizeof "https://h:8443"] = '\0';
	assert_true(url_resolve(&base, longest, &u, why));
}

static void test_secure(void **state)
{
	static const struct {
		const char *url;
		bool secure;
	} rows[] = {
		{"https://h/", true},
		{"https://192.168.0.1/", true},
		{"http://localhost:8080/", true},
		{"http://LOCALHOST/", true},
		{"http://127.0.0.1/", true},
		{"http://[::1]/", true},
		{"http://h/", false},
		{"http://192.168.0.1/", false},
		{"http://[::2]/", false},
		{"http://localhost.example.com/", false},
		{"http://notlocalhost/", false},
	};
	char why[URL_WHY];
	struct url u;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_true(url_parse(rows[i].url, &u, why));
		if (url_secure(&u) != rows[i].secure)
			fail_msg("%s", rows[i].url);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_as_libcurl),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_origins),
		cmocka_unit_test(test_resolve),
		cmocka_unit_test(test_secure),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

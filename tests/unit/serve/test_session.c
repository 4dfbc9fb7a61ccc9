/* SPDX-License-Identifier: MIT */
/*
 * Goal: a token is found in whatever form a browser or a program sends it; and a
 * link or a cookie is good for its account, its use and its time, under the token
 * of the account, and for nothing else.
 */
#include "access/credentials.h"
#include "http/route.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define NOW 1777494710.0
#define DIGEST                                                                 \
	"1ec1c26b50d5d3c58d9583181af8076655fe00756bf7285940ba3670f99fcba0"
#define OTHER                                                                  \
	"2ec1c26b50d5d3c58d9583181af8076655fe00756bf7285940ba3670f99fcba0"

/* The digest above is that of "s3cret". */
static void test_credentials(void **state)
{
	static const struct {
		const char *authorization;
		enum credentials kind;
		bool right;
	} cases[] = {
		{NULL, CREDENTIALS_NONE, false},
		{"", CREDENTIALS_NONE, false},
		{"s3cret", CREDENTIALS_NONE, false},
		{"Bearer", CREDENTIALS_NONE, false},
		{"Basic", CREDENTIALS_NONE, false},
		{"Basic ", CREDENTIALS_NONE, false},
		{"Digest YTpzM2NyZXQ=", CREDENTIALS_NONE, false},
		{"Bearer s3cret", CREDENTIALS_BEARER, true},
		{"bearer  s3cret", CREDENTIALS_BEARER, true},
		{"Bearer wrong", CREDENTIALS_BEARER, false},
		/* acme:s3cret, :s3cret, a@b.example:s3cret */
		{"Basic YWNtZTpzM2NyZXQ=", CREDENTIALS_BASIC, true},
		{"Basic OnMzY3JldA==", CREDENTIALS_BASIC, true},
		{"BASIC   YUBiLmV4YW1wbGU6czNjcmV0", CREDENTIALS_BASIC, true},
		{"Basic OnMzY3JldA", CREDENTIALS_BASIC, true},
		{"Basic OnMzY3JldA== ", CREDENTIALS_BASIC, true},
		/* acme: s3cret\t, as pasted */
		{"Basic YWNtZTogczNjcmV0CQ==", CREDENTIALS_BASIC, true},
		/* acme:wrong, acme:s3:cret, s3cret:x */
		{"Basic YWNtZTp3cm9uZw==", CREDENTIALS_BASIC, false},
		{"Basic YWNtZTpzMzpjcmV0", CREDENTIALS_BASIC, false},
		{"Basic czNjcmV0Ong=", CREDENTIALS_BASIC, false},
		/* s3cret alone; s3cret: without a password; acme: and a blank */
		{"Basic czNjcmV0", CREDENTIALS_NONE, false},
		{"Basic czNjcmV0Og==", CREDENTIALS_NONE, false},
		{"Basic YWNtZTog", CREDENTIALS_NONE, false},
		/* acme:s3cret and a NUL, with more behind it or not */
		{"Basic YWNtZTpzM2NyZXQA", CREDENTIALS_NONE, false},
		{"Basic YWNtZTpzM2NyZXQAeHh4", CREDENTIALS_NONE, false},
		/* Not base64: cut off, another alphabet, something behind it. */
		{"Basic YWNtZTpzM2NyZXQ=x", CREDENTIALS_NONE, false},
		{"Basic YWNtZ", CREDENTIALS_NONE, false},
		{"Basic YWNt-_pzM2NyZXQ=", CREDENTIALS_NONE, false},
		{"Basic \xc3\xa9", CREDENTIALS_NONE, false},
	};
	char digest[SHA256_HEX];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		*digest = '\0';
		if (credentials_read(cases[i].authorization, digest) !=
				cases[i].kind ||
			(strcmp(digest, DIGEST) == 0) != cases[i].right)
			fail_msg("%zu: %s", i, cases[i].authorization);
		assert_int_equal(credentials_read(cases[i].authorization, NULL),
			cases[i].kind);
	}
}

/* Longer than any token: refused, however long. */
static void test_long_password(void **state)
{
	static char field[8193] = "Basic YWNtZTpz";

	(void)state;
	memset(field + strlen(field), 'M', sizeof field - strlen(field) - 1);
	assert_int_equal(credentials_read(field, NULL), CREDENTIALS_NONE);
	/* 1,023 bytes are those that fit. */
	field[6 + 1364] = '\0';
	assert_int_equal(credentials_read(field, NULL), CREDENTIALS_BASIC);
	field[6 + 1364] = 'M';
	field[6 + 1368] = '\0';
	assert_int_equal(credentials_read(field, NULL), CREDENTIALS_NONE);
}

/* As "openssl mac -digest SHA256 -macopt key:DIGEST HMAC" makes it. */
static void test_sign(void **state)
{
	char pass[SESSION_PASS], field[SESSION_FIELD];

	(void)state;
	session_sign(SESSION_LINK, "acme", DIGEST, 1777495000, pass);
	assert_string_equal(pass,
		"1777495000-bae684cb2ba70c54c80c0ce67030219b");
	session_sign(SESSION_BROWSER, "acme", DIGEST, 1777495000, pass);
	assert_string_equal(pass,
		"1777495000-c65ddc237d4ffa2124b23e576cac4bf8");
	session_set("acme", DIGEST, 1777494000.5, 1000, field);
	assert_string_equal(field,
		"__Host-mcp-account=acme:1777495000-"
		"c65ddc237d4ffa2124b23e576cac4bf8; Max-Age=1000; "
		"Path=/; Secure; HttpOnly; SameSite=Lax");
	session_unset(field);
	assert_string_equal(field,
		"__Host-mcp-account=; Max-Age=0; "
		"Path=/; Secure; HttpOnly; SameSite=Lax");
}

static void test_good(void **state)
{
	static const struct {
		enum session_use made, used;
		const char *account, *digest; /* it is shown for */
		double in; /* seconds from now to its end */
		bool good;
	} cases[] = {
		{SESSION_LINK, SESSION_LINK, "acme", DIGEST, 1, true},
		{SESSION_LINK, SESSION_LINK, "acme", DIGEST, 0, false},
		{SESSION_LINK, SESSION_LINK, "acme", DIGEST, -1, false},
		{SESSION_LINK, SESSION_LINK, "acme", DIGEST, 2592000, true},
		{SESSION_LINK, SESSION_LINK, "acme", DIGEST, 2592300, true},
		{SESSION_LINK, SESSION_LINK, "acme", DIGEST, 2592301, false},
		{SESSION_LINK, SESSION_LINK, "acme", OTHER, 60, false},
		{SESSION_LINK, SESSION_LINK, "acm", DIGEST, 60, false},
		{SESSION_LINK, SESSION_LINK, "acme2", DIGEST, 60, false},
		{SESSION_LINK, SESSION_BROWSER, "acme", DIGEST, 60, false},
		{SESSION_BROWSER, SESSION_LINK, "acme", DIGEST, 60, false},
		{SESSION_BROWSER, SESSION_BROWSER, "acme", DIGEST, 60, true},
		{SESSION_BROWSER, SESSION_BROWSER, "acme", DIGEST, 2592301,
			false},
		{SESSION_BROWSER, SESSION_BROWSER, "acme", OTHER, 60, false},
	};
	char pass[SESSION_PASS];
	struct session s;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		session_sign(cases[i].made, "acme", DIGEST,
			(long long)(NOW + cases[i].in), pass);
		assert_true(strlen(pass) < ROUTE_REST);
		assert_true(session_of_link(cases[i].account, pass, &s));
		if (session_good(cases[i].used, &s, cases[i].digest, NOW) !=
			cases[i].good)
			fail_msg("%zu", i);
	}
}

/* Any other character makes it another one: none that is changed is good. */
static void test_changed(void **state)
{
	char pass[SESSION_PASS], changed[SESSION_PASS];
	struct session s;

	(void)state;
	session_sign(SESSION_LINK, "acme", DIGEST, (long long)NOW + 60, pass);
	for (size_t i = 0; i < strlen(pass); i++)
		for (const char *c = "0123456789abcdefF-. x"; *c; c++) {
			memcpy(changed, pass, sizeof pass);
			changed[i] = *c;
			if (*c != pass[i] &&
				session_of_link("acme", changed, &s) &&
				session_good(SESSION_LINK, &s, DIGEST, NOW))
				fail_msg("%s", changed);
		}
}

#define MAC "0123456789abcdef0123456789abcdef"
#define OURS "__Host-mcp-account=acme:1777495000-" MAC

static void test_cookie(void **state)
{
	static const struct {
		const char *field;
		bool found;
	} cases[] = {
		{OURS, true},
		{"a=b; " OURS, true},
		{"a=b;" OURS ";c=d", true},
		{";; a; \t" OURS, true},
		{OURS "; __Host-mcp-account=x", true},
		{"__Host-mcp-account=x; " OURS, false},
		{"__Host-mcp-account=; " OURS, true},
		{"x" OURS, false},
		{"__host-mcp-account=acme:1777495000-" MAC, false},
		{"mcp-account=acme:1777495000-" MAC, false},
		{"__Host-mcp-account=\"acme:1777495000-" MAC "\"", false},
		{"__Host-mcp-account=acme:1777495000-" MAC "0", false},
		{"__Host-mcp-account=acme:1777495000-0" , false},
		{"__Host-mcp-account=acme:1777495000" MAC, false},
		{"__Host-mcp-account=acme:-1777495000-" MAC, false},
		{"__Host-mcp-account=acme:1777495000000-" MAC, false},
		{"__Host-mcp-account=acme:1e9-" MAC, false},
		{"__Host-mcp-account=acme:-" MAC, false},
		{"__Host-mcp-account=acme:0-" MAC, false},
		{"__Host-mcp-account=acme1777495000-" MAC, false},
		{"__Host-mcp-account=:1777495000-" MAC, false},
		{"__Host-mcp-account=ACME:1777495000-" MAC, false},
		{"__Host-mcp-account=../acme:1777495000-" MAC, false},
		{"__Host-mcp-account=a me:1777495000-" MAC, false},
		{"__Host-mcp-account", false},
		{"", false},
		{";", false},
		{NULL, false},
	};
	struct session s;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		if (session_of_cookie(cases[i].field, &s) != cases[i].found)
			fail_msg("%zu: %s", i, cases[i].field);
		if (!cases[i].found)
			continue;
		assert_string_equal(s.account, "acme");
		assert_true(s.until == 1777495000);
		assert_string_equal(s.mac, MAC);
	}
}

/* Whatever else there is, and however much, ours is found or is not. */
static void test_many_cookies(void **state)
{
	static char field[8193];
	struct session s;
	size_t n = 0;

	(void)state;
	while (n + 3 + sizeof OURS < sizeof field)
		n += (size_t)snprintf(field + n, sizeof field - n, "a=;");
	memcpy(field + n, OURS, sizeof OURS);
	assert_true(session_of_cookie(field, &s));
	assert_string_equal(s.account, "acme");
	memset(field, 'a', sizeof field - 1);
	memcpy(field, "__Host-mcp-account=", 19);
	assert_false(session_of_cookie(field, &s));
	memset(field + 19 + 80, ':', 1);
	assert_false(session_of_cookie(field, &s));
}

/* No program's answer, and nothing that is the same for all, takes a cookie. */
static void test_routes(void **state)
{
	static const struct {
		const char *path;
		bool takes;
	} cases[] = {
		{"/account/a", true},
		{"/account/a/feed.atom", true},
		{"/account/a/leave", true},
		{"/account/a/enter/1-x", false},
		{"/status/a", true},
		{"/status/a/feed.atom", true},
		{"/status/a/maintenance.ics", true},
		{"/status/a/incident/x", true},
		{"/status/a/history/2026-11", true},
		{"/badge/a.svg", true},
		{"/", false},
		{"/feed.atom", false},
		{"/style.css", false},
		{"/healthz", false},
		{"/mcp", false},
		{"/api/account/a", false},
		{"/api/embed-status/a", false},
		{"/api/embed-status-prom", false},
		{"/api/status/a/regions", false},
		{"/api/nothing", false},
		{"/nothing", false},
	};
	struct route r;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		route_find(cases[i].path, &r);
		if (route_takes_cookies(r.kind) != cases[i].takes)
			fail_msg("%s", cases[i].path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_credentials),
		cmocka_unit_test(test_long_password),
		cmocka_unit_test(test_sign),
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_changed),
		cmocka_unit_test(test_cookie),
		cmocka_unit_test(test_many_cookies),
		cmocka_unit_test(test_routes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Goal: status, fields and body go to the web server as the contract says; and
 * If-None-Match is read as in RFC 9110.
 */
#include "http/respond.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define ETAG "\"v1-2026-04-29T20:31:00Z\""
#define PUBLIC                                                                 \
	"Cache-Control: public, max-age=60, stale-while-revalidate=300\r\n"
#define OPEN "Access-Control-Allow-Origin: *\r\n"

static void test_matches(void **state)
{
	static const struct {
		const char *list;
		bool matches;
	} cases[] = {
		{NULL, false},
		{"", false},
		{"*", true},
		{" * ", true},
		{"*, \"x\"", false},
		{"**", false},
		{ETAG, true},
		{"W/" ETAG, true},
		{"\t" ETAG " ", true},
		{"\"a\", " ETAG, true},
		{"\"a\"," ETAG ",\"b\"", true},
		{"W/\"a\" , W/" ETAG, true},
		{",, " ETAG, true},
		{"\"a,b\", " ETAG, true},
		{"\"a\\\", " ETAG, true},
		{"\"\", " ETAG, true},
		{"v1-2026-04-29T20:31:00Z", false},
		{"\"v1-2026-04-29T20:31:00Z", false},
		{"w/" ETAG, false},
		{"W/ " ETAG, false},
		{"W/*", false},
		{"\"*\"", false},
		{"\"v1-2026-04-29T20:31:00Z-stale2m\"", false},
		{"\"v1-2026-04-29T20:31:00\"", false},
		{"\"V1-2026-04-29T20:31:00Z\"", false},
		{"\"a\" " ETAG, false},
		{"\"a b\", " ETAG, false},
		{"x, " ETAG, false},
		{"\"", false},
		{"W/", false},
		{",", false},
		{"\"caf\xc3\xa9\", " ETAG, true},
		/* As Apache and lighttpd change it where they compress. */
		{"\"v1-2026-04-29T20:31:00Z-gzip\"", true},
		{"W/\"v1-2026-04-29T20:31:00Z-gzip\"", true},
		{"\"v1-2026-04-29T20:31:00Z-gzip-gzip\"", false},
		{"\"v1-2026-04-29T20:31:01Z-gzip\"", false},
		{"\"-gzip\"", false},
		{"\"v1-2026-04-29T20:31:00Zxgzip\"", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (etag_matches(cases[i].list, ETAG) != cases[i].matches)
			fail_msg("%s", cases[i].list);
}

/* A 200 with an ETag and a body of three bytes. */
static struct response ok(void)
{
	struct response r;

	respond_init(&r);
	snprintf(r.etag, sizeof r.etag, "%s", ETAG);
	buf_str(&r.body, "{}\n");
	return r;
}

/* Writes the response to a request, compares it, and releases r. */
static void check(struct response *r, struct request request,
	const char *expected)
{
	struct buf out;

	buf_init(&out, 10000);
	respond_write(r, &request, &out);
	assert_string_equal(out.p, expected);
	buf_release(&out);
	respond_release(r);
}

#define OK_HEADER                                                              \
	"Status: 200 OK\r\n" PUBLIC "ETag: " ETAG "\r\n"                       \
	"Vary: Accept-Encoding\r\n" OPEN                                       \
	"Content-Type: application/json; charset=utf-8\r\n"                    \
	"Content-Length: 3\r\nX-Content-Type-Options: nosniff\r\n\r\n"

static void test_public(void **state)
{
	struct response r = ok();

	(void)state;
	check(&r, (struct request) {.method = METHOD_GET}, OK_HEADER "{}\n");
	r = ok();
	check(&r, (struct request) {.method = METHOD_HEAD}, OK_HEADER);
	r = ok();
	check(&r, (struct request) {.if_none_match = "\"other\""},
		OK_HEADER "{}\n");
}

static void test_not_modified(void **state)
{
	static const char expected[] = "Status: 304 Not Modified\r\n" PUBLIC
				       "ETag: " ETAG "\r\n"
				       "Vary: Accept-Encoding\r\n" OPEN "\r\n";
	struct response r = ok();

	(void)state;
	check(&r, (struct request) {.if_none_match = "W/" ETAG}, expected);
	r = ok();
	check(&r,
		(struct request) {
			.method = METHOD_HEAD, .if_none_match = "*"},
		expected);
}

/* An error is no 304, whatever the client holds, and has no ETag. */
static void test_error(void **state)
{
	struct response r = ok();

	(void)state;
	respond_error(&r, 503, "stale", "No \"verdict\".");
	check(&r, (struct request) {.if_none_match = "*"},
		"Status: 503 Service Unavailable\r\n"
		"Cache-Control: public, max-age=5\r\n"
		"Vary: Accept-Encoding\r\n" OPEN
		"Content-Type: application/json; charset=utf-8\r\n"
		"Content-Length: 46\r\n"
		"X-Content-Type-Options: nosniff\r\n\r\n"
		"{\"error\":\"stale\",\"message\":\"No \\\"verdict\\\".\"}\n");
	r = ok();
	respond_error(&r, 405, "method", "m");
	check(&r, (struct request) {.method = METHOD_OTHER},
		"Status: 405 Method Not Allowed\r\n"
		"Cache-Control: public, max-age=5\r\n"
		"Vary: Accept-Encoding\r\n" OPEN
		"Content-Type: application/json; charset=utf-8\r\n"
		"Content-Length: 33\r\n"
		"X-Content-Type-Options: nosniff\r\n"
		"Allow: GET, HEAD\r\n\r\n"
		"{\"error\":\"method\",\"message\":\"m\"}\n");
}

#define OWN                                                                    \
	"Cross-Origin-Resource-Policy: same-origin\r\n"                        \
	"Referrer-Policy: no-referrer\r\n"

static void test_token(void **state)
{
	struct response r = ok();

	(void)state;
	r.audience = AUDIENCE_HOLDER;
	check(&r, (struct request) {.method = METHOD_GET},
		"Status: 200 OK\r\nCache-Control: private, no-store\r\n"
		"ETag: " ETAG "\r\nVary: Authorization\r\n" OWN
		"Content-Type: application/json; charset=utf-8\r\n"
		"Content-Length: 3\r\n"
		"X-Content-Type-Options: nosniff\r\n\r\n{}\n");
	/* An error for the holder of a token is as private as the data. */
	r = ok();
	r.audience = AUDIENCE_HOLDER;
	respond_error(&r, 503, "no-data", "m");
	check(&r, (struct request) {.method = METHOD_HEAD},
		"Status: 503 Service Unavailable\r\n"
		"Cache-Control: private, no-store\r\nVary: Authorization\r\n" OWN
		"Content-Type: application/json; charset=utf-8\r\n"
		"Content-Length: 34\r\n"
		"X-Content-Type-Options: nosniff\r\n\r\n");
	/* A cache must not give a stranger's 404 to a token's holder. */
	r = ok();
	r.audience = AUDIENCE_STRANGER;
	respond_error(&r, 404, "not-found", "m");
	check(&r, (struct request) {.method = METHOD_HEAD},
		"Status: 404 Not Found\r\n"
		"Cache-Control: public, max-age=5\r\n"
		"Vary: Accept-Encoding, Authorization\r\n" OPEN
		"Content-Type: application/json; charset=utf-8\r\n"
		"Content-Length: 36\r\n"
		"X-Content-Type-Options: nosniff\r\n\r\n");
}

/* Where a cookie may stand for the token, caches are told so. */
static void test_cookie(void **state)
{
	struct response r = ok();

	(void)state;
	r.cookies = true;
	r.anywhere = true;
	r.audience = AUDIENCE_HOLDER;
	respond_elsewhere(&r, 303, "/account/a");
	snprintf(r.set_cookie, sizeof r.set_cookie, "a=b");
	check(&r, (struct request) {.method = METHOD_HEAD},
		"Status: 303 See Other\r\nCache-Control: private, no-store\r\n"
		"Vary: Authorization, Cookie\r\n" OWN
		"Content-Type: application/json; charset=utf-8\r\n"
		"Content-Length: 3\r\n"
		"Location: /account/a\r\n"
		"X-Content-Type-Options: nosniff\r\n"
		"Set-Cookie: a=b\r\n\r\n");
	/* What others are told, too, sets no cookie. */
	r = ok();
	r.cookies = true;
	r.audience = AUDIENCE_STRANGER;
	snprintf(r.set_cookie, sizeof r.set_cookie, "a=b");
	respond_error(&r, 401, "x", "m");
	check(&r, (struct request) {.method = METHOD_HEAD},
		"Status: 401 Unauthorized\r\n"
		"Cache-Control: public, max-age=5\r\n"
		"Vary: Accept-Encoding, Authorization, Cookie\r\n" OPEN
		"Content-Type: application/json; charset=utf-8\r\n"
		"Content-Length: 28\r\n"
		"X-Content-Type-Options: nosniff\r\n"
		"WWW-Authenticate: Basic realm=\"Private pages\", "
		"charset=\"UTF-8\"\r\n\r\n");
	/* What is the same for all stays in one piece in every cache. */
	r = ok();
	r.cookies = true;
	check(&r, (struct request) {.method = METHOD_GET}, OK_HEADER "{}\n");
}

static void test_digest(void **state)
{
	struct response r;

	(void)state;
	respond_init(&r);
	r.type = TYPE_SVG;
	r.cache = CACHE_BRIEF;
	buf_str(&r.body, "<svg/>");
	etag_of_body(&r);
	check(&r, (struct request) {.method = METHOD_GET},
		"Status: 200 OK\r\nCache-Control: public, max-age=5\r\n"
		"ETag: \"v1-d4dc56669143034f31aa309635d4113d\"\r\n"
		"Vary: Accept-Encoding\r\n" OPEN
		"Content-Type: image/svg+xml; charset=utf-8\r\n"
		"Content-Length: 6\r\nX-Content-Type-Options: nosniff\r\n"
		"Content-Security-Policy: default-src 'none'; "
		"style-src 'self'; img-src 'self'; base-uri 'none'; "
		"form-action 'self'\r\n\r\n<svg/>");
}

/* A response that does not fit is never sent cut off. */
static void test_too_large(void **state)
{
	static const char text[65536];
	struct request request = {.method = METHOD_GET};
	struct response r = ok();
	struct buf out;

	(void)state;
	for (int i = 0; i < 65; i++)
		buf_add(&r.body, text, sizeof text);
	buf_init(&out, 1000);
	respond_write(&r, &request, &out);
	assert_true(buf_ok(&out));
	assert_int_equal(strncmp(out.p, "Status: 500 ", 12), 0);
	assert_non_null(strstr(out.p, "{\"error\":\"too-large\""));
	assert_null(strstr(out.p, "ETag"));
	buf_release(&out);
	respond_release(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_matches),
		cmocka_unit_test(test_public),
		cmocka_unit_test(test_not_modified),
		cmocka_unit_test(test_error),
		cmocka_unit_test(test_token),
		cmocka_unit_test(test_cookie),
		cmocka_unit_test(test_digest),
		cmocka_unit_test(test_too_large),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

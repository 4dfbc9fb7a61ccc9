/* SPDX-License-Identifier: MIT */
/*
 * Goal: the challenges of a 401 are found in whatever a server writes into
 * WWW-Authenticate (RFC 9110, section 11; RFC 6750; RFC 9728).
 */
#include "auth/challenge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define URL "https://mcp.example.com/.well-known/oauth-protected-resource"
#define X16 "0123456789abcdef"
#define X64 X16 X16 X16 X16

struct row {
	const char *field;
	/* The first scheme, "+" where Bearer is among them, and what it says:
	 * r, e, d and s for the four parameters. */
	const char *expected;
};

static void check(const struct row *rows, size_t n)
{
	char got[4096];
	struct challenge c;

	for (size_t i = 0; i < n; i++) {
		memset(&c, 'x', sizeof c);
		challenge_parse(rows[i].field, &c);
		snprintf(got, sizeof got, "%s%s%s%s%s%s%s%s%s%s", c.scheme,
			c.bearer ? "+" : "", *c.resource_metadata ? " r=" : "",
			c.resource_metadata, *c.error ? " e=" : "", c.error,
			*c.error_description ? " d=" : "", c.error_description,
			*c.scope ? " s=" : "", c.scope);
		if (strcmp(got, rows[i].expected) != 0)
			fail_msg("%s: %s, and not %s", rows[i].field, got,
				rows[i].expected);
		assert_true(c.any == !!*c.scheme);
	}
}

static void test_one(void **state)
{
	static const struct row rows[] = {
		{"", ""},
		{" \t,, , ", ""},
		{"Bearer", "Bearer+"},
		{"  Bearer  ", "Bearer+"},
		{"Bearer,", "Bearer+"},
		{"bEARER", "bEARER+"},
		{"Basic", "Basic"},
		{"Bearers scope=\"a\"", "Bearers"},
		/* RFC 6750, section 3; RFC 9728, section 5.1. */
		{"Bearer realm=\"example\"", "Bearer+"},
		{"Bearer realm=\"example\", error=\"invalid_token\", "
		 "error_description=\"The access token expired\"",
			"Bearer+ e=invalid_token d=The access token expired"},
		{"Bearer resource_metadata=\"" URL "\"", "Bearer+ r=" URL},
		{"Bearer error=\"insufficient_scope\", scope=\"files:read "
		 "files:write\", resource_metadata=\"" URL "\", "
		 "error_description=\"more\"",
			"Bearer+ r=" URL " e=insufficient_scope d=more"
			" s=files:read files:write"},
		/* Names in any case, white space of any kind. */
		{"BEARER Error=x, SCOPE=y, Resource_Metadata=z",
			"BEARER+ r=z e=x s=y"},
		{"Bearer\terror=x\t,\tscope=y", "Bearer+ e=x s=y"},
		{"Bearer error=x,scope=y,,,error_description=z",
			"Bearer+ e=x d=z s=y"},
		{"Bearer error = \"x\" , scope= \"y\",error_description\t=z",
			"Bearer+ e=x d=z s=y"},
		{"Bearer scope = y , error=x", "Bearer+ e=x s=y"},
		/* The first parameter of a name counts. */
		{"Bearer error=x, error=y", "Bearer+ e=x"},
		{"Bearer error=\"\", error=y", "Bearer+ e=y"},
		/* Unknown parameters, also those whose names begin alike. */
		{"Bearer errors=x, erro=y, xerror=z, scope_=w", "Bearer+"},
		{"Bearer as_uri=\"a\", error=x", "Bearer+ e=x"},
	};

	(void)state;
	check(rows, COUNT(rows));
}

static void test_quoted(void **state)
{
	static const struct row rows[] = {
		{"Bearer scope=\"a, b\", error=x", "Bearer+ e=x s=a, b"},
		{"Bearer realm=\"a, Basic realm=b, error=c\", error=x",
			"Bearer+ e=x"},
		{"Bearer realm=\"\\\"error=y, \", error=x", "Bearer+ e=x"},
		{"Bearer scope=\"a\\\"b\\\\c\\d\"", "Bearer+ s=a\"b\\cd"},
		{"Bearer scope=\"\\\\\", error=x", "Bearer+ e=x s=\\"},
		{"Bearer scope=\"\", error=x", "Bearer+ e=x"},
		{"Bearer scope=\" a \"", "Bearer+ s= a "},
		{"Bearer scope=\"a\"error=x", "Bearer+ e=x s=a"},
		{"Bearer scope=\"\xc3\xa4\xff\"", "Bearer+ s=\xc3\xa4\xff"},
		/* No closing quote: to the end. */
		{"Bearer scope=\"a, error=x", "Bearer+ s=a, error=x"},
		{"Bearer scope=\"a\\", "Bearer+ s=a\\"},
		{"Bearer scope=\"a\\\"", "Bearer+ s=a\""},
		{"Bearer scope=\"", "Bearer+"},
	};

	(void)state;
	check(rows, COUNT(rows));
}

static void test_several(void **state)
{
	static const struct row rows[] = {
		{"Basic realm=\"a\", Bearer scope=\"b\"", "Basic+ s=b"},
		{"Bearer scope=\"b\", Basic realm=\"a\"", "Bearer+ s=b"},
		{"Basic, Bearer", "Basic+"},
		{"Bearer, Basic", "Bearer+"},
		{"Basic , Bearer scope=b", "Basic+ s=b"},
		/* Parameters of another scheme are not Bearer's. */
		{"Basic error=x, Bearer scope=b, DPoP error=y, scope=c",
			"Basic+ s=b"},
		{"DPoP algs=\"ES256 PS256\", error=x", "DPoP"},
		{"Digest realm=\"a\", qop=\"auth, auth-int\", nonce=\"n==\", "
		 "Bearer error=\"x\"", "Digest+ e=x"},
		/* Bearer twice, as two fields or in one. */
		{"Bearer error=x, Bearer scope=b, error=y", "Bearer+ e=x s=b"},
		/* token68 (RFC 9110, 11.2). */
		{"Negotiate, Bearer scope=b", "Negotiate+ s=b"},
		{"Negotiate YII=, Bearer scope=b", "Negotiate+ s=b"},
		{"Negotiate YII==, Bearer scope=b", "Negotiate+ s=b"},
		{"Negotiate a/b+c, Bearer scope=b", "Negotiate+ s=b"},
		{"Negotiate YII= , Bearer scope=b", "Negotiate+ s=b"},
		{"Negotiate Bearer, Bearer scope=b", "Negotiate+ s=b"},
		{"Negotiate Bearer", "Negotiate"},
		{"Bearer scope=b, Negotiate YII=", "Bearer+ s=b"},
		{"Bearer abc==, Basic realm=a", "Bearer+"},
		{"Bearer scope=b,Negotiate abc", "Bearer+ s=b"},
	};

	(void)state;
	check(rows, COUNT(rows));
}

/* What servers write against the grammar: nothing of it may be lost. */
static void test_odd(void **state)
{
	static const struct row rows[] = {
		{"=", ""},
		{"\"", ""},
		{"\"Bearer\"", "Bearer+"},
		{"=x, Bearer scope=b", "x+ s=b"},
		{"@@@ Bearer scope=b", "Bearer+ s=b"},
		{"Bearer: scope=b", "Bearer+ s=b"},
		{"scope=b", ""},
		{"scope=b, Bearer", "Bearer+"},
		{"Bearer scope", "Bearer+"},
		{"Bearer scope=", "Bearer+"},
		{"Bearer scope=, error=x", "Bearer+ e=x"},
		{"Bearer =b, error=x", ""},
		{"\xff\xfe\x01 Bearer \x7f error=x", "Bearer+ e=x"},
		/* Clients take a URL without quotes. */
		{"Bearer resource_metadata=" URL, "Bearer+ r=" URL},
		{"Bearer resource_metadata=" URL ", error=x",
			"Bearer+ r=" URL " e=x"},
		{"Bearer realm=https://a.example/b?c=d, scope=b:c error=x",
			"Bearer+ e=x s=b:c"},
		{"Bearer scope=/, error=x", "Bearer+ e=x s=/"},
		{"Basic realm=\"a\" Bearer scope=\"b\"", "Basic+ s=b"},
	};

	(void)state;
	check(rows, COUNT(rows));
}

/* "Bearer " name "=" n times 'a' [", error=x"] */
static void parse_long(struct challenge *c, const char *name, size_t n)
{
	static char field[200 * 1024];
	int len = snprintf(field, sizeof field, "Bearer %s=\"", name);

	memset(field + len, 'a', n);
	snprintf(field + len + n, 32, "\", error=x");
	challenge_parse(field, c);
	assert_true(c->any && c->bearer);
	assert_string_equal(c->scheme, "Bearer");
	assert_string_equal(c->error, "x");
}

static void test_long(void **state)
{
	static const struct {
		const char *name;
		size_t n, resource, description, scope;
	} rows[] = {
		{"resource_metadata", 2047, 2047, 0, 0},
		/* A URL is never cut: half of one is another URL. */
		{"resource_metadata", 2048, 0, 0, 0},
		{"resource_metadata", 2049, 0, 0, 0},
		{"resource_metadata", 100000, 0, 0, 0},
		/* Words for people are cut. */
		{"error_description", 255, 0, 255, 0},
		{"error_description", 256, 0, 255, 0},
		{"error_description", 100000, 0, 255, 0},
		{"scope", 255, 0, 0, 255},
		{"scope", 100000, 0, 0, 255},
		{"realm", 100000, 0, 0, 0},
		{X64 X64 X64 X64, 100000, 0, 0, 0},
	};
	struct challenge c;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		parse_long(&c, rows[i].name, rows[i].n);
		if (strlen(c.resource_metadata) != rows[i].resource ||
			strlen(c.error_description) != rows[i].description ||
			strlen(c.scope) != rows[i].scope)
			fail_msg("%s of %zu: %zu, %zu, %zu", rows[i].name,
				rows[i].n, strlen(c.resource_metadata),
				strlen(c.error_description), strlen(c.scope));
	}
	challenge_parse(X64 " error=x, Bearer error=" X64 X64, &c);
	assert_true(c.bearer);
	assert_memory_equal(c.scheme, X64, sizeof c.scheme - 1);
	assert_int_equal(strlen(c.scheme), sizeof c.scheme - 1);
	assert_int_equal(strlen(c.error), sizeof c.error - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one),
		cmocka_unit_test(test_quoted),
		cmocka_unit_test(test_several),
		cmocka_unit_test(test_odd),
		cmocka_unit_test(test_long),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Goal: a credential comes from a file that only its owner can read, is one
 * complete secret of one kind, and is sent only to its origins.
 */
#include "auth/credential.h"
#include "redaction/redaction.h"

#include "base/xalloc.h"
#include "secret_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define O "origin = https://h\n"

static void test_permissions(void **state)
{
	static const mode_t bad[] = {0640, 0604, 0660, 0606, 0644, 0777, 0620,
		0602, 0610, 0601};
	static const mode_t good[] = {0600, 0400, 0700};
	char why[CREDENTIAL_WHY], missing[100];
	struct credential *c;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		secret_file_write(O "token = s", strlen(O "token = s"), bad[i]);
		if (credential_read(secret_file, why))
			fail_msg("%o passes", (unsigned)bad[i]);
		assert_string_equal(why,
			"others can read it; chmod 600 it");
	}
	for (size_t i = 0; i < COUNT(good); i++) {
		secret_file_write(O "token = s", strlen(O "token = s"), good[i]);
		c = credential_read(secret_file, why);
		assert_non_null(c);
		credential_free(c);
	}
	snprintf(missing, sizeof missing, "%s-not", secret_file);
	assert_null(credential_read(missing, why));
	assert_non_null(strstr(why, "o such file"));
	assert_null(credential_read(secret_folder, why));
	assert_non_null(strstr(why, "directory"));
	credential_free(NULL);
}

#define ONE "exactly one of token, header, client_id and cert is required"
#define CLIENT "client_id = i\nclient_secret = s3cret\nissuer = https://as/t\n"
#define CLIENTS "client_id, client_secret and issuer must be given together"

static void test_files(void **state)
{
	static const struct {
		const char *text;
		const char *expected; /* the field, or why there is none */
	} rows[] = {
		{O "token = s3cret", "Authorization: Bearer s3cret"},
		{"# x\n\n \t\r\ntoken=a=b==\r\n  origin\t=https://h/x ",
			"Authorization: Bearer a=b=="},
		{O "header = X-Api-Key\nvalue = a b", "X-Api-Key: a b"},
		{O "value=v\nheader=Authorization\n", "Authorization: v"},
		{O "token = s\nexpires_at = 2026-12-31T23:59:59Z",
			"Authorization: Bearer s"},
		{"origin = http://localhost:1\ntoken = s",
			"Authorization: Bearer s"},
		{"", "a line origin = https://HOST is missing; it says where "
		     "the credential may be sent"},
		{"token = s", "a line origin = https://HOST is missing; it "
			      "says where the credential may be sent"},
		/* Exactly one kind of secret, and complete. */
		{O, ONE},
		{O "header = X", "header and value must be given together"},
		{O "value = v", "header and value must be given together"},
		{O "token = s\nheader = X\nvalue = v", ONE},
		{O "token = s\nvalue = v", ONE},
		{O "token = s\nclient_id = i", ONE},
		{O "token = s\nscope = a", ONE},
		{O "cert = c\nkey = k\nvalue = v", ONE},
		{O CLIENT "token = s", ONE},
		{O CLIENT "cert = c", ONE},
		{O CLIENT, "-"},
		{O CLIENT "scope = a b", "-"},
		{O "client_id = i\nissuer = https://as", CLIENTS},
		{O "client_secret = s\nissuer = https://as", CLIENTS},
		{O "client_id = i\nclient_secret = s", CLIENTS},
		{O "scope = a", CLIENTS},
		{O "issuer = as", "line 2: the issuer is not a URL"},
		{O "issuer = http://as", "line 2: the issuer is not an https "
					 "URL"},
		{O "cert = c", "cert and key must be given together"},
		{O "key = k", "cert and key must be given together"},
		{O "cert = c\nkey = k", "its key: No such file or directory"},
		{O "password = s", "line 2: unknown key"},
		{O "\n# x\nToken = s", "line 4: unknown key"},
		{O "= s", "line 2: unknown key"},
		{O "tok en = s", "line 2: unknown key"},
		{"token\n" O, "line 1: not \"key = value\""},
		{O "token = s\ntoken = s", "line 3: this key is given twice"},
		{O "value = a\nvalue = b", "line 3: this key is given twice"},
		{O "token =", "line 2: the value is empty or not visible "
			      "ASCII"},
		{O "token = a b",
			"line 2: the value is empty or not visible ASCII"},
		{O "token = \xc3\xa4",
			"line 2: the value is empty or not visible ASCII"},
		{O "token = a\rb",
			"line 2: the value is empty or not visible ASCII"},
		{O "header = X\nvalue = a\tb",
			"line 3: the value is empty or not visible ASCII"},
		/* Else the field sent would not be the one written. */
		{O "header = X:\nvalue = v", "line 2: header is not the name "
					     "of a header field"},
		{O "header = X: y\nvalue = v",
			"line 2: the value is empty or not visible ASCII"},
		{"origin = h\ntoken = s", "line 1: the origin is not a URL"},
		{"origin =\ntoken = s", "line 1: the origin is not a URL"},
		{"origin = https://u:p@h", "line 1: the origin is not a URL"},
		{"origin = http://h\ntoken = s",
			"line 1: the origin is not an https URL"},
		{O "token = s\nexpires_at = tomorrow",
			"line 3: expires_at is not an RFC 3339 time"},
		{O O O O O O O O O O O O O O O O "token = s",
			"Authorization: Bearer s"},
		{O O O O O O O O O O O O O O O O O "token = s",
			"line 17: too many origins"},
		{O "token = s\ntool = ping\ntool = a b",
			"Authorization: Bearer s"},
		{O "token = s\ntool =",
			"line 3: the value is empty or not visible ASCII"},
	};
	char why[CREDENTIAL_WHY];
	const char *field;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct credential *c;

		secret_file_write(rows[i].text, strlen(rows[i].text), 0600);
		c = credential_read(secret_file, why);
		field = c ? credential_field(c) : why;
		assert_string_equal(field ? field : "-", rows[i].expected);
		credential_free(c);
	}
	secret_file_write(O "token = s\0x", strlen(O) + 11, 0600);
	assert_null(credential_read(secret_file, why));
	assert_string_equal(why, "contains a NUL byte");
}

/* What strangers may call with it is what the file names, and nothing else. */
static void test_tools(void **state)
{
	char why[CREDENTIAL_WHY];
	struct credential *c;

	(void)state;
	secret_file_write(O "token = s", strlen(O "token = s"), 0600);
	c = credential_read(secret_file, why);
	assert_non_null(c);
	assert_false(credential_allows(c, "ping"));
	assert_false(credential_allows(c, ""));
	credential_free(c);
	secret_file_write(O "tool = ping\ntool = pong\ntoken = s",
		strlen(O "tool = ping\ntool = pong\ntoken = s"), 0600);
	c = credential_read(secret_file, why);
	assert_non_null(c);
	assert_true(credential_allows(c, "ping"));
	assert_true(credential_allows(c, "pong"));
	assert_false(credential_allows(c, "Ping"));
	assert_false(credential_allows(c, "pin"));
	credential_free(c);
}

static void test_sizes(void **state)
{
	const size_t max = 64 * 1024;
	char why[CREDENTIAL_WHY], *text = xcalloc(max + 1, 1);
	struct credential *c;

	(void)state;
	memset(text, '#', max + 1);
	memcpy(text, O "token = s\n", strlen(O "token = s\n"));
	secret_file_write(text, max, 0600);
	c = credential_read(secret_file, why);
	assert_non_null(c);
	credential_free(c);
	secret_file_write(text, max + 1, 0600);
	assert_null(credential_read(secret_file, why));
	assert_string_equal(why, "larger than 64 KiB");
	free(text);
}

static void parse_url(const char *s, struct url *u)
{
	char why[URL_WHY];

	if (!url_parse(s, u, why))
		fail_msg("%s: %s", s, why);
}

static void test_origins(void **state)
{
	static const char text[] = O "origin = https://i:8443/x\n"
				     "origin = http://127.0.0.1:1\ntoken = s";
	static const struct {
		const char *url;
		bool shown, to_token; /* c may go there; so may token */
	} rows[] = {
		{"https://h/", true, true},
		{"https://H:443/mcp?a", true, true},
		{"https://i:8443/", true, false},
		{"http://127.0.0.1:1/mcp", true, false},
		{"http://h/", false, false},
		{"http://h:443/", false, false},
		{"https://h:8443/", false, false},
		{"https://i/", false, false},
		{"http://127.0.0.1:2/", false, false},
		{"https://127.0.0.1:1/", false, false},
		{"http://localhost:1/", false, false},
		{"https://a.h/", false, false},
		{"https://h.a/", false, false},
	};
	struct url h, insecure, u;
	struct credential *c, *token, *never;
	char why[CREDENTIAL_WHY];

	(void)state;
	parse_url("https://h/mcp", &h);
	parse_url("http://i/", &insecure);
	secret_file_write(text, strlen(text), 0600);
	c = credential_read(secret_file, why);
	secret_file_write(" \n s3cret\r\n", 11, 0600);
	token = credential_token(secret_file, &h, why);
	never = credential_token(secret_file, &insecure, why);
	assert_string_equal(credential_field(token),
		"Authorization: Bearer s3cret");
	for (size_t i = 0; i < COUNT(rows); i++) {
		parse_url(rows[i].url, &u);
		if (credential_for(c, &u) != rows[i].shown ||
			credential_for(token, &u) != rows[i].to_token)
			fail_msg("%s", rows[i].url);
	}
	/* A token for a plain HTTP server is never sent. */
	assert_false(credential_for(never, &insecure));
	credential_free(c);
	credential_free(token);
	credential_free(never);
	secret_file_write("\n", 1, 0600);
	assert_null(credential_token(secret_file, &h, why));
	secret_file_write("a b", 3, 0600);
	assert_null(credential_token(secret_file, &h, why));
	secret_file_write("a", 1, 0644);
	assert_null(credential_token(secret_file, &h, why));
}

static void check_masked(const char *in, const char *expected)
{
	char out[200];

	mask_line(in, out, sizeof out);
	assert_string_equal(out, expected);
}

static void test_secrets(void **state)
{
	static const struct {
		const char *file, *in, *masked;
	} rows[] = {
		{O "token = s3cret", "no s3cret", "no ***"},
		/* Too short: it would hide words in every sentence. */
		{O "token = abc", "abc", "abc"},
		{O "header = X\nvalue = Key s3cret", "Key s3cret, s3cret",
			"***, ***"},
		{O "header = X\nvalue = a\"b\\c", "a\"b\\c a\\\"b\\\\c",
			"*** ***"},
		{O "header = Cookie\nvalue = sid=s3cret-sid; b=2", "s3cret-sid",
			"***"},
		/* me:s3cret */
		{O "header = Authorization\nvalue = Basic bWU6czNjcmV0",
			"s3cret bWU6czNjcmV0", "*** ***"},
		{O CLIENT, "s3cret t0ken-one t0ken-two t0k", "*** *** *** t0k"},
	};
	char why[CREDENTIAL_WHY];

	(void)state;
	mask_forget();
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct credential_client *client;
		struct credential *c;

		check_masked(rows[i].in, rows[i].in);
		secret_file_write(rows[i].file, strlen(rows[i].file), 0600);
		c = credential_read(secret_file, why);
		assert_non_null(c);
		client = credential_client(c);
		if (client) {
			assert_string_equal(client->id, "i");
			assert_string_equal(client->secret, "s3cret");
			assert_string_equal(client->issuer, "https://as/t");
			assert_null(client->scope);
			credential_show(c, "t0k");
			credential_show(c, "t0ken-two");
			credential_show(c, "t0ken-one");
			assert_string_equal(credential_field(c),
				"Authorization: Bearer t0ken-one");
			credential_show(c, NULL);
			assert_null(credential_field(c));
		}
		check_masked(rows[i].in, rows[i].masked);
		credential_free(c);
		mask_forget();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_permissions),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_tools),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_origins),
		cmocka_unit_test(test_secrets),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, secret_folder_make,
		secret_folder_remove);
}

/* SPDX-License-Identifier: MIT */
/*
 * Goal: what a client sends to a token endpoint, and what it takes for a token,
 * is what RFC 6749 and RFC 8414 say.
 */
#include "auth/oauth.h"

#include "json/json.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

static cJSON *parse(const char *text)
{
	char why[JSON_WHY];
	cJSON *doc = json_parse(text, strlen(text), &json_reply, why);

	if (!doc)
		fail_msg("%s: %s", text, why);
	return doc;
}

static void test_methods(void **state)
{
#define SERVER "{\"issuer\":\"https://as\"," \
	"\"authorization_endpoint\":\"https://as/a\"," \
	"\"token_endpoint\":\"https://as/t\""
#define METHODS SERVER ",\"token_endpoint_auth_methods_supported\":"
	static const struct {
		const char *doc;
		bool basic, post, doubt;
	} rows[] = {
		{SERVER "}", true, false, true},
		{METHODS "null}", true, false, true},
		{METHODS "[]}", false, false, true},
		{METHODS "[\"client_secret_basic\"]}", true, false, true},
		{METHODS "[\"client_secret_post\"]}", false, true, true},
		{METHODS "[\"none\",\"client_secret_post\","
			 "\"client_secret_basic\"]}", true, true, true},
		{METHODS "[\"private_key_jwt\"]}", false, false, true},
		{SERVER ",\"code_challenge_methods_supported\":[\"S256\"]}",
			true, false, false},
		{SERVER ",\"code_challenge_methods_supported\":[\"plain\"]}",
			true, false, true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct oauth_facts o = {.warning = NULL};
		cJSON *doc = parse(rows[i].doc);
		struct failure f;

		assert_true(oauth_judge_server(doc, "https://as", &o, &f));
		if (o.basic != rows[i].basic || o.post != rows[i].post ||
			!o.warning != !rows[i].doubt)
			fail_msg("%s", rows[i].doc);
		assert_string_equal(o.token_endpoint, "https://as/t");
		assert_string_equal(o.issuer, "https://as");
		cJSON_Delete(doc);
	}
}

static void test_canonical(void **state)
{
	static const char *const rows[][2] = {
		{"https://h", "https://h"},
		{"https://h/", "https://h"},
		{"HTTPS://H:443/MCP", "https://h/MCP"},
		{"https://h:8443/mcp", "https://h:8443/mcp"},
		{"https://h/mcp/", "https://h/mcp/"},
		{"https://h/mcp?key=value#x", "https://h/mcp"},
		{"http://[::1]:1/a/b", "http://[::1]:1/a/b"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char why[URL_WHY], out[URL_MAX];
		struct url u;

		assert_true(url_parse(rows[i][0], &u, why));
		oauth_canonical(&u, out);
		assert_string_equal(out, rows[i][1]);
	}
}

/* The example of RFC 6749, appendix B, is among them. */
static void test_form(void **state)
{
	static const char *const rows[][2] = {
		{"", ""},
		{"aZ09*-._", "aZ09*-._"},
		{" %&+\xc2\xa3\xe2\x82\xac", "+%25%26%2B%C2%A3%E2%82%AC"},
		{"https://h/mcp", "https%3A%2F%2Fh%2Fmcp"},
		{"a:b~c=d", "a%3Ab%7Ec%3Dd"},
	};
	struct buf b;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		buf_init(&b, 1000);
		oauth_form(&b, rows[i][0]);
		assert_string_equal(b.p, rows[i][1]);
		buf_release(&b);
	}
}

static void test_tokens(void **state)
{
#define TOKEN "{\"access_token\":\"a.b-c\""
	static const struct {
		const char *doc, *message; /* NULL where it passes */
		double expires_in;
	} rows[] = {
		{TOKEN ",\"token_type\":\"Bearer\",\"expires_in\":60}", NULL,
			60},
		{TOKEN ",\"token_type\":\"bearer\",\"expires_in\":\"60\"}",
			NULL, 60},
		{TOKEN ",\"token_type\":\"BEARER\"}", NULL, NAN},
		{TOKEN ",\"token_type\":\"Bearer\",\"expires_in\":\"x\"}",
			NULL, NAN},
		{TOKEN "}", "the token_type is missing, not Bearer", 0},
		{TOKEN ",\"token_type\":\"DPoP\"}",
			"the token_type is DPoP, not Bearer", 0},
		{"{\"token_type\":\"Bearer\"}",
			"the answer of the token endpoint has no access_token",
			0},
		{"{\"access_token\":7,\"token_type\":\"Bearer\"}",
			"the answer of the token endpoint has no access_token",
			0},
		{"{\"access_token\":\"a b\",\"token_type\":\"Bearer\"}",
			"the access_token cannot be sent as a bearer token",
			0},
		{"{\"access_token\":\"a\\r\\nX: y\",\"token_type\":\"Bearer\"}",
			"the access_token cannot be sent as a bearer token",
			0},
		{"{\"access_token\":\"\",\"token_type\":\"Bearer\"}",
			"the access_token cannot be sent as a bearer token",
			0},
		{"[]", "the answer of the token endpoint has no access_token",
			0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct failure f = {.code = ""};
		cJSON *doc = parse(rows[i].doc);
		double expires_in = -1;
		const char *token;

		if (oauth_judge_token(doc, &token, &expires_in, &f) !=
			!rows[i].message)
			fail_msg("%s: %s", rows[i].doc, f.message);
		if (rows[i].message) {
			assert_string_equal(f.code, "oauth.token");
			assert_string_equal(f.message, rows[i].message);
		} else {
			assert_string_equal(token, "a.b-c");
			if (isnan(expires_in) != isnan(rows[i].expires_in) ||
				(!isnan(expires_in) &&
					expires_in != rows[i].expires_in))
				fail_msg("%s", rows[i].doc);
		}
		cJSON_Delete(doc);
	}
}

static void test_errors(void **state)
{
	static const char *const rows[][3] = {
		{"{\"error\":\"invalid_client\"}",
			"the authorization server refuses the client: "
			"invalid_client", "oauth.refused"},
		{"{\"error\":\"access_denied\",\"error_description\":\"no\"}",
			"the authorization server refuses the client: "
			"access_denied: no", "oauth.refused"},
		{"{\"error\":\"invalid_scope\",\"error_description\":\"no\"}",
			"the authorization server refuses the client: "
			"invalid_scope: no"},
		{"{\"error\":7}", "the token endpoint answers with status 401 "
				  "and no error code"},
		{"[]", "the token endpoint answers with status 401 and no "
		       "error code"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		cJSON *doc = parse(rows[i][0]);
		struct failure f;

		assert_false(oauth_token_error(doc, 401, &f));
		assert_string_equal(f.code,
			rows[i][2] ? rows[i][2] : "oauth.token");
		assert_string_equal(f.message, rows[i][1]);
		cJSON_Delete(doc);
	}
}

static void test_scope(void **state)
{
	static const struct {
		const char *doc;
		bool wants;
	} rows[] = {
		{"{\"error\":\"invalid_scope\"}", true},
		{"{\"error\":\"invalid_request\",\"error_description\":"
		 "\"the parameter 'scope' is missing\"}",
			true},
		{"{\"error\":\"invalid_request\"}", false},
		{"{\"error\":\"invalid_client\",\"error_description\":\"scope\"}",
			false},
		{"{\"error\":7}", false},
		{"[]", false},
	};
	char out[12] = "";

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		cJSON *doc = parse(rows[i].doc);

		if (oauth_wants_scope(doc) != rows[i].wants)
			fail_msg("%s", rows[i].doc);
		cJSON_Delete(doc);
	}
	assert_false(oauth_wants_scope(NULL));
	/* A scope for a line of a file: only the characters allowed there. */
	oauth_scope("a:r\n\"\\\u202e", out, sizeof out);
	assert_string_equal(out, "a:r");
	oauth_scope("b c", out, sizeof out);
	assert_string_equal(out, "a:r b c");
	oauth_scope("longer", out, sizeof out);
	assert_string_equal(out, "a:r b c lon");
	oauth_scope("x", out, sizeof out);
	assert_string_equal(out, "a:r b c lon");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_methods),
		cmocka_unit_test(test_canonical),
		cmocka_unit_test(test_form),
		cmocka_unit_test(test_tokens),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_scope),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

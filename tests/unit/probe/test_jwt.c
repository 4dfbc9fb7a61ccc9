/* SPDX-License-Identifier: MIT */
/*
 * Goal: the end of a token is read from it, whatever it is; that of a
 * credential is the earlier of its token's and the one in its file.
 */
#include "auth/credential.h"

#include "records/expiry.h"
#include "secret_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void encode(const char *p, char *out)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz0123456789-_";
	unsigned bits = 0, held = 0;

	for (; *p; p++) {
		bits = bits << 8 | (unsigned char)*p;
		for (held += 8; held >= 6;) {
			held -= 6;
			*out++ = alphabet[bits >> held & 63];
		}
	}
	if (held)
		*out++ = alphabet[bits << (6 - held) & 63];
	*out = '\0';
}

#define O "origin = https://h\n"

static struct credential *read_text(const char *text)
{
	char why[CREDENTIAL_WHY];

	secret_file_write(text, strlen(text), 0600);
	return credential_read(secret_file, why);
}

/* The end of a credential that is this token; 0: it says none. */
static int64_t end_of(const char *token)
{
	static char text[100000];
	struct credential *c;
	bool from_token = false;
	int64_t end = 0;

	snprintf(text, sizeof text, O "token = %s", token);
	c = read_text(text);
	if (c)
		end = credential_expires(c, &from_token);
	credential_free(c);
	assert_true(from_token == (end != 0));
	return end;
}

/* The end in a payload of JSON. */
static void test_jwt_payload(void **state)
{
	static const struct {
		const char *payload;
		int64_t exp; /* 0: none */
	} rows[] = {
		{"{\"exp\":1795000000}", 1795000000},
		{"{\"exp\":1795000000.9}", 1795000000},
		{"{\"sub\":\"\xc3\xa4?>\",\"exp\":1.795e9 }", 1795000000},
		{"{\"a\":{\"exp\":1},\"exp\":7}", 7},
		{"{\"exp\":0}", 1}, {"{\"exp\":-1e300}", 1},
		{"{\"exp\":1e300}", EXPIRY_NEVER},
		{"{\"exp\":253402300800}", EXPIRY_NEVER},
		{"{\"exp\":1e999}", 0}, {"{\"exp\":\"1795000000\"}", 0},
		{"{\"exp\":null}", 0}, {"{\"exp\":true}", 0},
		{"{\"exp\":[1795000000]}", 0}, {"{\"EXP\":1795000000}", 0},
		/* Two ends: it cannot be told which one counts. */
		{"{\"exp\":1,\"exp\":1795000000}", 0},
		{"{}", 0}, {"[1795000000]", 0}, {"1795000000", 0}, {"", 0},
		{"{\"exp\":1795000000}x", 0}, {"{\"exp\":1795000000", 0},
		{"{\"exp\":NaN}", 0}, {"{\"exp\":1,\"s\":\"\xff\"}", 0},
		{"{\"a\":[[[[[[[[[[[[[[[[[[[[0]]]]]]]]]]]]]]]]]]]],\"exp\":1}", 0},
	};
	char token[1000];
	int64_t exp;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t n = (size_t)snprintf(token, sizeof token, "eyJ9.");

		encode(rows[i].payload, token + n);
		n = strlen(token);
		snprintf(token + n, sizeof token - n, ".c2ln");
		exp = end_of(token);
		if (exp != rows[i].exp)
			fail_msg("%s: %lld", rows[i].payload, (long long)exp);
	}
}

#define GOOD "eyJleHAiOjF9" /* {"exp":1} */

static void test_jwt_form(void **state)
{
	static const struct {
		const char *token;
		bool good;
	} rows[] = {
		{"." GOOD ".", true}, {"h." GOOD ".s", true},
		{GOOD, false}, {"", false}, {".", false}, {"..", false},
		{"...", false}, {"h." GOOD, false}, {GOOD ".s", false},
		/* Five parts: the payload is encrypted. */
		{"h." GOOD ".i.c.t", false}, {"h." GOOD ".s.", false},
		{"h.eyJleHAiOjF9=.s", false}, {"h.eyJleHAiOjF9==.s", false},
		{"h.eyJleHAi OjF9.s", false}, {"h.eyJleHAi+OjF9.s", false},
		{"h.eyJleHAiOjF9A.s", false}, {"h.eyJleHAiOjF.s", false},
		{"h.\xff\xff\xff\xff.s", false}, {"h.AAAA.s", false},
		{"ghp_16C7e42F292c6912E7710c838347Ae178B4a", false},
	};
	static char large[20000];
	size_t n;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if ((end_of(rows[i].token) != 0) != rows[i].good)
			fail_msg("%s", rows[i].token);
	/* The payload is longer than 16 KiB: it is not read. */
	n = (size_t)snprintf(large, sizeof large, "h." GOOD);
	while (n < 17000)
		n += (size_t)snprintf(large + n, sizeof large - n, "ICAg");
	snprintf(large + n, sizeof large - n, ".s");
	assert_int_equal(end_of(large), 0);
}

#define UNTIL "\nexpires_at = 2026-12-31T23:59:59"
#define JWT "h.eyJleHAiOjE3OTUwMDAwMDB9.s" /* {"exp":1795000000} */

static void test_credential(void **state)
{
	static const struct {
		const char *text;
		int64_t expires;
		bool from_token;
	} rows[] = {
		{O "token = s", 0, false},
		{O "token = s" UNTIL "Z", 1798761599, false},
		{O "token = s" UNTIL "+02:00", 1798754399, false},
		{O "token = s\nexpires_at = 1960-01-01T00:00:00Z", 1, false},
		{O "token = " JWT, 1795000000, true},
		{O "token = " JWT UNTIL "Z", 1795000000, true},
		{O "token = " JWT "\nexpires_at = 2026-01-01T00:00:00Z",
			1767225600, false},
		{O "header = X\nvalue = " JWT, 1795000000, true},
		{O "header = X\nvalue = Bearer " JWT, 1795000000, true},
		{O "header = X\nvalue = " JWT " s", 0, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct credential *c = read_text(rows[i].text);
		bool from_token;

		assert_non_null(c);
		if (credential_expires(c, &from_token) != rows[i].expires ||
			from_token != rows[i].from_token)
			fail_msg("%s", rows[i].text);
		credential_free(c);
	}
	assert_null(read_text(O "token = s" UNTIL "Z" UNTIL "Z"));
	assert_null(read_text(O "token = s" UNTIL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_jwt_payload),
		cmocka_unit_test(test_jwt_form),
		cmocka_unit_test(test_credential),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, secret_folder_make,
		secret_folder_remove);
}

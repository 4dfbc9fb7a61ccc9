/* SPDX-License-Identifier: MIT */
/*
 * Goal: tools.lock is the same for the same tools, in whatever order they were
 * pinned; it keeps what it had, and a file that is none is refused. The digests
 * that are read without what tools say are the same.
 */
#include "pinned/tools_lock.h"
#include "rule/history.h"

#include "json/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static const struct tool_digest both[] = {
	{"get", A, B}, {"put \xe2\x80\xae", B, A}};
static const struct tool_list two = {A, B, both, 2};
static const char *const says[] = {
	"{\"description\":\"Gets.\xe2\x80\x8b\",\"name\":\"get\"}", NULL};

static const char expected[] =
	"{\n  \"v\": 2,\n  \"servers\": {\n"
	"    \"one\": {\n      \"tool_hash\": \"" A "\",\n"
	"      \"full_hash\": \"" B "\",\n      \"tools\": {\n"
	"        \"get\": {\"contract\":\"" A "\",\"full\":\"" B "\","
	"\"definition\":{\"description\":\"Gets.\\u200b\",\"name\":\"get\"}},\n"
	"        \"put \\u202e\": {\"contract\":\"" B "\",\"full\":\"" A "\"}\n"
	"      }\n    },\n"
	"    \"two\": {\n      \"tool_hash\": \"" A "\",\n"
	"      \"full_hash\": \"" B "\",\n      \"tools\": {\n"
	"        \"get\": {\"contract\":\"" A "\",\"full\":\"" B "\","
	"\"definition\":{\"description\":\"Gets.\\u200b\",\"name\":\"get\"}},\n"
	"        \"put \\u202e\": {\"contract\":\"" B "\",\"full\":\"" A "\"}\n"
	"      }\n    }\n  }\n}\n";

/* A file for a test; *state is its path. */
static int make(void **state)
{
	char *path = strdup("/tmp/test_tools_lock.XXXXXX");
	int fd = mkstemp(path);

	*state = path;
	return fd < 0 || close(fd) || unlink(path);
}

static int unmake(void **state)
{
	unlink(*state);
	free(*state);
	return 0;
}

static void fill(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void holds(const char *path, const char *text)
{
	char got[8192];
	FILE *f = fopen(path, "r");
	size_t n;

	assert_non_null(f);
	n = fread(got, 1, sizeof got - 1, f);
	got[n] = '\0';
	assert_string_equal(got, text);
	fclose(f);
}

static struct tools_lock *load(const char *path)
{
	char why[LOCK_WHY] = "";
	struct tools_lock *lock = lock_load(path, why);

	assert_string_equal(why, "");
	return lock;
}

static void test_sorted(void **state)
{
	struct tools_lock *lock = load(*state);

	lock_pin(lock, "two", &two, says);
	lock_pin(lock, "one", &two, says);
	assert_int_equal(lock_save(lock, *state), 0);
	lock_free(lock);
	holds(*state, expected);
	lock = load(*state);
	unlink(*state);
	assert_int_equal(lock_save(lock, *state), 0);
	lock_free(lock);
	holds(*state, expected);
}

/* The text of a digest stays, and goes with the digest. */
static void test_text_stays(void **state)
{
	static const char *const none[] = {NULL, NULL};
	struct tool_digest other[] = {{"get", A, A}};
	struct tool_list one = {B, A, other, 1};
	struct tools_lock *lock = load(*state);
	struct tool_list got;

	lock_pin(lock, "one", &two, says);
	lock_pin(lock, "one", &two, none);
	assert_non_null(lock_definition(lock, "one", "get"));
	assert_null(lock_definition(lock, "one", "put"));
	assert_null(lock_definition(lock, "two", "get"));
	lock_pin(lock, "one", &one, none);
	assert_null(lock_definition(lock, "one", "get"));
	assert_true(lock_tools(lock, "one", &got));
	assert_int_equal(got.n_tools, 1);
	assert_string_equal(got.full_hash, A);
	assert_string_equal(got.tools[0].full, A);
	free((void *)got.tools);
	lock_free(lock);
}

static void test_version_1(void **state)
{
	struct tools_lock *lock;
	struct tool_list got;

	fill(*state, "{\"v\":1,\"servers\":{\"one\":{\"tool_hash\":\"" A "\","
		     "\"tools\":{\"put\":\"" B "\",\"get\":\"" A "\"}}}}");
	lock = load(*state);
	assert_true(lock_tools(lock, "one", &got));
	assert_null(got.full_hash);
	assert_int_equal(got.n_tools, 2);
	assert_string_equal(got.tools[0].name, "get");
	assert_string_equal(got.tools[0].contract, A);
	assert_string_equal(got.tools[0].full, "");
	free((void *)got.tools);
	assert_int_equal(lock_save(lock, *state), 0);
	lock_free(lock);
	holds(*state,
		"{\n  \"v\": 2,\n  \"servers\": {\n    \"one\": {\n"
		"      \"tool_hash\": \"" A "\",\n      \"tools\": {\n"
		"        \"get\": {\"contract\":\"" A "\"},\n"
		"        \"put\": {\"contract\":\"" B "\"}\n"
		"      }\n    }\n  }\n}\n");
}

#define SERVER(v, rest)                                                        \
	"{\"v\":" v ",\"servers\":{\"one\":{\"tool_hash\":\"" A "\"," rest "}}}"
#define TOOL(v, tool) SERVER(v, "\"tools\":{\"get\":" tool "}")

static void test_refused(void **state)
{
	static const char *const bad[] = {
		"", "[]", "{\"v\":3,\"servers\":{}}", "{\"v\":1.5,\"servers\":{}}",
		"{\"servers\":{}}", "{\"v\":2,\"servers\":[]}",
		SERVER("2", "\"tools\":[]"),
		SERVER("2", "\"full_hash\":7,\"tools\":{}"),
		TOOL("2", "\"" A "\""), TOOL("1", "{\"contract\":\"" A "\"}"),
		TOOL("1", "\"short\""), TOOL("2", "{}"), TOOL("2", "null"),
		TOOL("2", "{\"contract\":\"" A "\",\"full\":\"x\"}"),
		TOOL("2", "{\"contract\":\"" A "\",\"definition\":{}}"),
		TOOL("2", "{\"contract\":\"" A "\",\"full\":\"" A
			  "\",\"definition\":\"x\"}"),
	};
	char why[LOCK_WHY];

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		fill(*state, bad[i]);
		*why = '\0';
		assert_null(lock_load(*state, why));
		assert_true(*why);
		holds(*state, bad[i]);
	}
	fill(*state, TOOL("2", "{\"contract\":\"" A "\"}"));
	lock_free(load(*state));
}

/* What is pinned can be read again, however deep it is; or it is left out. */
static void test_depth(void **state)
{
	char text[512] = "{\"name\":\"get\",\"inputSchema\":";
	const char *texts[] = {text, NULL};
	size_t start = strlen(text);

	for (size_t depth = 60; depth < 70; depth++) {
		struct tools_lock *lock = load(*state);

		memset(text + start, '[', depth);
		memset(text + start + depth, ']', depth);
		memcpy(text + start + 2 * depth, "}", 2);
		lock_pin(lock, "one", &two, texts);
		assert_int_equal(
			lock_definition(lock, "one", "get") != NULL, depth < 64);
		assert_int_equal(lock_save(lock, *state), 0);
		lock_free(lock);
		lock = load(*state);
		assert_int_equal(
			lock_definition(lock, "one", "get") != NULL, depth < 64);
		lock_free(lock);
		unlink(*state);
	}
}

static struct lock_digests *read_digests(const char *path)
{
	char why[LOCK_WHY] = "";
	struct lock_digests *d = lock_digests_read(path, why);

	assert_string_equal(why, "");
	assert_non_null(d);
	return d;
}

static void test_digests(void **state)
{
	struct lock_digests *d;
	struct pinned_digests p;

	d = read_digests(*state);
	assert_false(lock_digests_find(d, "one", &p));
	lock_digests_free(d);
	fill(*state, " {\"servers\": {\"two\" :{\"tools\":{\"}\\\"{\":[{},7,\"]\"]},"
		     "\"more\":[1e5,{\"tool_hash\":\"" B "\"}],"
		     "\"tool_hash\":\"\\u0061" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"},\n"
		     "\"one\":{\"full_hash\":\"" A "\",\"tools\":{},"
		     "\"tool_hash\":\"" B "\"}} , \"v\":1}\n");
	d = read_digests(*state);
	assert_true(lock_digests_find(d, "one", &p));
	assert_string_equal(p.contract, B);
	assert_string_equal(p.full, A);
	assert_true(lock_digests_find(d, "two", &p));
	assert_string_equal(p.contract, A);
	assert_string_equal(p.full, "");
	assert_false(lock_digests_find(d, "three", &p));
	lock_digests_free(d);
}

/* What is read of one server is what a whole file says of it, whatever came in
   its place since. */
static void test_digests_server(void **state)
{
	struct tools_lock *lock = load(*state);
	struct lock_digests *d;
	struct tool_list got;
	char why[LOCK_WHY] = "";

	lock_pin(lock, "two", &two, says);
	lock_pin(lock, "one", &two, says);
	assert_int_equal(lock_save(lock, *state), 0);
	lock_free(lock);
	d = read_digests(*state);
	unlink(*state);
	lock = lock_digests_server(d, "two", why);
	assert_true(lock_tools(lock, "two", &got));
	assert_int_equal(got.n_tools, 2);
	assert_string_equal(got.hash, A);
	assert_string_equal(got.tools[0].contract, A);
	free((void *)got.tools);
	assert_non_null(lock_definition(lock, "two", "get"));
	assert_false(lock_tools(lock, "one", &got));
	lock_free(lock);
	lock = lock_digests_server(d, "three", why);
	assert_non_null(lock);
	assert_null(lock_hash(lock, "three"));
	lock_free(lock);
	lock_digests_free(d);
}

/* Text of a tool that is larger than what is read at a time, with what could
   be taken for its end at every place of that. */
static void test_digests_pieces(void **state)
{
	char *text = malloc(300 * 1024), why[LOCK_WHY] = "";
	const char *texts[] = {text, NULL};
	struct lock_digests *d;
	struct tools_lock *lock;
	struct pinned_digests p;

	for (size_t shift = 0; shift < 8; shift++) {
		char *to = stpcpy(text, "{\"name\":\"get\",\"description\":\"");

		memset(to, 'x', shift);
		for (to += shift; to < text + 280 * 1024; to += 8)
			memcpy(to, "\\\"}}]\\\\{", 8);
		memcpy(to, "\"}", 3);
		lock = load(*state);
		lock_pin(lock, "one", &two, texts);
		lock_pin(lock, "two", &two, texts);
		assert_int_equal(lock_save(lock, *state), 0);
		lock_free(lock);
		d = read_digests(*state);
		assert_true(lock_digests_find(d, "two", &p));
		assert_string_equal(p.full, B);
		lock = lock_digests_server(d, "two", why);
		assert_string_equal(
			json_str(lock_definition(lock, "two", "get"), "name"),
			"get");
		lock_free(lock);
		lock_digests_free(d);
		unlink(*state);
	}
	free(text);
}

static void test_digests_refused(void **state)
{
	static const char server[] = "\"one\":{\"tool_hash\":\"" A
				     "\",\"tools\":{}}";
	static const struct {
		const char *text, *why;
	} bad[] = {
		{"", "byte 1: not JSON, or incomplete"},
		{"[]", "byte 1: not JSON, or incomplete"},
		{"{\"v\":3,\"servers\":{}}",
			"its version, v, is neither 1 nor 2"},
		{"{\"servers\":{}}", "its version, v, is neither 1 nor 2"},
		{"{\"v\":2}", "servers is not an object"},
		{"{\"v\":2,\"servers\":[]}", "servers is not an object"},
		{"{\"v\":2,\"\\u0073ervers\":{}}", "byte 26: no servers"},
		{"{\"v\":2,\"servers\":{}}}",
			"byte 21: text after the end"},
		{"{\"v\":2,\"servers\":{},}",
			"byte 21: not JSON, or incomplete"},
		{"{\"v\":2,\"servers\":{\"one\":7}}",
			"the server at byte 25: a tool_hash is not a SHA-256 "
			"in lower-case hex"},
		{"{\"v\":2,\"servers\":{\"../x\":{}}}",
			"the server at byte 26: a server's name is not valid"},
		{SERVER("2", "\"tools\":[]"),
			"the server at byte 25: the tools of a server are not "
			"an object"},
		{SERVER("2", "\"full_hash\":7,\"tools\":{}"),
			"the server at byte 25: a full_hash is not a SHA-256 "
			"in lower-case hex"},
		{SERVER("2", "\"tools\":{]}"),
			"byte 114: not JSON, or incomplete"},
		{SERVER("2", "\"tools\":{\"get"), "byte 121: a string has no end"},
	};
	char why[LOCK_WHY], text[512];

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		fill(*state, bad[i].text);
		assert_null(lock_digests_read(*state, why));
		assert_string_equal(why, bad[i].why);
	}
	snprintf(text, sizeof text, "{\"v\":2,\"servers\":{%s,%s}}", server,
		server);
	fill(*state, text);
	assert_null(lock_digests_read(*state, why));
	assert_non_null(strstr(why, "a server occurs twice"));
}

/* A file that was cut short is refused, wherever it was cut. */
static void test_digests_cut(void **state)
{
	char text[sizeof expected], why[LOCK_WHY];

	for (size_t n = 0; n < sizeof expected - 2; n++) {
		memcpy(text, expected, n);
		text[n] = '\0';
		fill(*state, text);
		assert_null(lock_digests_read(*state, why));
	}
	fill(*state, expected);
	lock_digests_free(read_digests(*state));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_sorted, make, unmake),
		cmocka_unit_test_setup_teardown(test_text_stays, make, unmake),
		cmocka_unit_test_setup_teardown(test_version_1, make, unmake),
		cmocka_unit_test_setup_teardown(test_refused, make, unmake),
		cmocka_unit_test_setup_teardown(test_depth, make, unmake),
		cmocka_unit_test_setup_teardown(test_digests, make, unmake),
		cmocka_unit_test_setup_teardown(
			test_digests_server, make, unmake),
		cmocka_unit_test_setup_teardown(
			test_digests_pieces, make, unmake),
		cmocka_unit_test_setup_teardown(
			test_digests_refused, make, unmake),
		cmocka_unit_test_setup_teardown(
			test_digests_cut, make, unmake),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

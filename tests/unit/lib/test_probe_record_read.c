/* SPDX-License-Identifier: MIT */
/*
 * Goal: a line whose members are wrong is refused, and the reason says which.
 */
#include "records/probe.h"

#include "base/lines.h"
#include "base/sha256.h"
#include "base/xalloc.h"
#include "json/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define H1 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define H2 "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
#define KEY                                                                    \
	"'slug':'example-mcp','region':'us-east-1','probe_id':'6e0c.A_b-9',"   \
	"'probe_started_at':1777485060.412345"
#define STEP "{'v':1,'type':'step'," KEY
#define PROBE "{'v':1,'type':'probe'," KEY
#define RUNNER "{'v':1,'type':'runner','region':'a','at':1,'status':'ok'"

/* A copy of text with " for each '. */
static char *quoted(const char *text)
{
	char *copy = xstrdup(text);

	for (char *p = strchr(copy, '\''); p; p = strchr(p, '\''))
		*p = '"';
	return copy;
}

static const char step[] = STEP ",'step':'dns','status':'pass','ms':1}";
static const char probe[] = PROBE ",'state':'healthy','total_ms':1}";
static const char runner[] = RUNNER "}";

/* The SHA-256 of {"name":"a"}, and of {"name":""}. */
#define A1 "d9d719b27480b55cd4918020e7473e716ed3569c8adafe926cf9b10b4f8ef064"
#define E1 "1390696a77e5d6f4375e9b36450c26bb67e99662fcd31b71cecd8ceda332040e"
static const char tool[] = "{'v':1,'type':'tool'," KEY
	",'name':'a','digest':'" A1 "','definition':{ 'name' : 'a' }}";

/* record_read passes over an expiry record, whatever is in it. */
static const char expiry[] = "{'v':1,'type':'expiry','slug':7}";

static cJSON *parse(const char *text)
{
	char *copy = quoted(text);
	cJSON *doc = cJSON_Parse(copy);

	free(copy);
	assert_non_null(doc);
	return doc;
}

/* Read `line` with one member replaced, or removed where value is NULL. */
static void check_member(const char *line, const char *name, const char *value,
	const char *expected)
{
	char why[RECORD_WHY] = "", full[RECORD_WHY];
	cJSON *doc = parse(line);
	struct record r;
	struct buf b;

	cJSON_DeleteItemFromObjectCaseSensitive(doc, name);
	if (value)
		cJSON_AddItemToObject(doc, name, parse(value));
	buf_init(&b, 10000);
	json_put(&b, doc);
	snprintf(full, sizeof full, "%s%s%s", strchr(expected, ':') ? "" : name,
		strchr(expected, ':') ? "" : ": ", expected);
	if (record_read(b.p, b.len, &r, why) == 0) {
		record_release(&r);
		full[0] = '\0';
		if (*expected)
			fail_msg("%s passes", b.p);
	}
	assert_string_equal(why, full);
	buf_release(&b);
	cJSON_Delete(doc);
}

#define STRING "not a string"
#define NUMBER "missing or not a number"
#define NAME "not a valid name"
#define HASH "not a SHA-256"
#define DEFINITION "not a definition of a tool"
#define VERSION_1 "a version that this program does not know"

static void test_members(void **state)
{
	static const struct {
		const char *line, *name, *value, *expected;
	} rows[] = {
		{step, "x", "[{'v':2}]", ""}, {step, "n", "'?'", ""},
		{step, "v", NULL, NUMBER}, {step, "v", "'1'", NUMBER},
		{step, "v", "2", VERSION_1}, {step, "v", "1.5", VERSION_1},
		{step, "v", "1.0", ""},
		{expiry, "v", "2", VERSION_1}, {expiry, "what", "7", ""},
		{step, "type", NULL, "missing or not a string"},
		{step, "type", "7", "missing or not a string"},
		{step, "type", "'Step'", "not step, probe or runner"},
		{step, "type", "'verdict'", "not step, probe or runner"},
		{step, "slug", NULL, "missing"}, {step, "slug", "null", STRING},
		{step, "slug", "'A'", NAME}, {probe, "slug", "''", NAME},
		{step, "region", NULL, "missing"},
		{step, "region", "7", STRING},
		{step, "region", "'tool-hash'", NAME},
		{runner, "region", "'reporters'", NAME},
		{probe, "probe_id", NULL, "missing"},
		{probe, "probe_id", "''", NAME},
		{probe, "probe_id", "'a b'", NAME},
		{step, "probe_started_at", NULL, NUMBER},
		{step, "probe_started_at", "'1'", NUMBER},
		{step, "probe_started_at", "-1", "not an instant"},
		{probe, "probe_started_at", "100000000001", "not an instant"},
		{step, "step", NULL, "missing"}, {step, "step", "1", STRING},
		{step, "step", "'DNS'", "unknown"},
		{step, "status", NULL, "missing"},
		{step, "status", "'healthy'", "unknown"},
		{step, "ms", NULL, NUMBER},
		/* Null only on a skip. */
		{step, "ms", "null", NUMBER},
		{step, "ms", "-0.1", "out of range"},
		{step, "ms", "1000000001", "out of range"},
		{step, "error", "null", ""}, {step, "error", "7", STRING},
		{step, "message", "[]", STRING}, {probe, "url", "7", STRING},
		{probe, "state", NULL, "missing"},
		{probe, "state", "'pass'", "unknown"},
		{probe, "state", "'auth-walled'", ""},
		{probe, "state", "'broken'", "does not fit failed_step"},
		{probe, "failed_step", "'dns'",
			"state: does not fit failed_step"},
		{probe, "failed_step", "null", ""},
		{probe, "failed_step", "'x'", "unknown"},
		{probe, "failed_step", "1", STRING},
		{probe, "total_ms", NULL, NUMBER},
		{probe, "total_ms", "null", NUMBER},
		{probe, "error", "{}", STRING},
		{probe, "protocol", "2025", STRING},
		{probe, "era", "'modern'", "unknown"},
		{probe, "tool_hash", "'" H1 "'", ""},
		{probe, "tool_hash", "'" H1 "0'", HASH},
		{probe, "tool_hash", "''", HASH},
		{probe, "full_hash", "'F'", HASH},
		{probe, "full_hash", "0", STRING},
		{probe, "tool_count", "null", ""},
		{probe, "tool_count", "-1", "out of range"},
		{probe, "tool_count", "1000001", "out of range"},
		{probe, "tools", "null", ""},
		{probe, "tools", "[]", "not an object"},
		{probe, "tools", "{'a':1}", "not two digests"},
		{probe, "tools", "{'a':[]}", "not two digests"},
		{probe, "tools", "{'a':['" H1 "','" H1 "',1]}",
			"not two digests"},
		{probe, "tools", "{'a':['" H1 "','" H2 "'],'b':['" H1 "',1]}",
			HASH},
		{probe, "tools", "{'a':['" H1 "','x']}", HASH},
		{step, "detail", "null", ""}, {step, "detail", "{'a':[1]}", ""},
		{step, "detail", "[]", "not an object"},
		{step, "detail", "'x'", "not an object"},
		{step, "detail", "{'a':{'b\u2028':1}}",
			"contains a key that is not a name"},
		{probe, "url", "'http://a\u202eb'",
			"contains a control character"},
		{probe, "definitions_left_out", "null", ""},
		{probe, "definitions_left_out", "'1'", "not a number"},
		{probe, "definitions_left_out", "-1", "out of range"},
		{tool, "x", "1", ""}, {tool, "slug", NULL, "missing"},
		{tool, "name", NULL, "missing"}, {tool, "name", "null", STRING},
		{tool, "digest", NULL, "missing"},
		{tool, "digest", "'" A1 "0'", HASH},
		{tool, "digest", "'" H1 "'", "does not match the definition"},
		{tool, "definition", NULL, DEFINITION},
		{tool, "definition", "null", DEFINITION},
		{tool, "definition", "'a'", DEFINITION},
		{tool, "definition", "['name','a']", DEFINITION},
		{tool, "definition", "{}", DEFINITION},
		{tool, "definition", "{'name':''}", DEFINITION},
		{tool, "definition", "{'name':1}", DEFINITION},
		{tool, "definition", "{'Name':'a'}", DEFINITION},
		{tool, "definition", "{'name':'a','icons':[]}", DEFINITION},
		{tool, "definition", "{'name':'A'}",
			"digest: does not match the definition"},
		{tool, "definition", "{'name':'a','title':'a'}",
			"digest: does not match the definition"},
		{runner, "at", "null", NUMBER},
		{runner, "at", "-0.5", "not an instant"},
		{runner, "status", NULL, "missing"},
		{runner, "status", "'pass'", "unknown"},
		{runner, "version", "1", STRING},
		{runner, "message", "null", ""},
		{runner, "message", "false", STRING},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check_member(rows[i].line, rows[i].name, rows[i].value,
			rows[i].expected);
}

static void test_no_records(void **state)
{
	static const char *const rows[] = {"", "x", "[]", "1", "\"step\"",
		"null", "{", "{}{}", "{\"v\":1,\"v\":1}", "{\"v\":1e999}",
		"{\"v\":\"\xff\"}", "{\"v\":\"\\u0000\"}", "{}"};
	char why[RECORD_WHY];
	struct record r;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		why[0] = '\0';
		if (!record_read(rows[i], strlen(rows[i]), &r, why) || !*why)
			fail_msg("%s", rows[i]);
	}
}

/* What is said of a definition of n bytes in the form of RFC 8785, or "". */
static void check_definition(size_t n, const char *expected)
{
	char why[RECORD_WHY] = "", digest[SHA256_HEX], *line, *text;
	struct record r;
	struct buf b;

	buf_init(&b, LINE_MAX_BYTES);
	buf_str(&b, "{\"description\":\"");
	while (b.len < n - strlen("\",\"name\":\"a\"}"))
		buf_char(&b, 'd');
	buf_str(&b, "\",\"name\":\"a\"}");
	sha256_hex(b.p, b.len, digest);
	text = buf_take(&b);
	line = quoted("{'v':1,'type':'tool'," KEY ",'name':'a','digest':");
	/* White space does not count. */
	buf_fmt(&b, "%s\"%s\",\"definition\":%*s%s}", line, digest, 1000, "",
		text);
	if (record_read(b.p, b.len, &r, why) == 0) {
		assert_string_equal(r.u.tool.definition, text);
		record_release(&r);
	}
	assert_string_equal(why, expected);
	free(line);
	free(text);
	buf_release(&b);
}

static void test_definition_limits(void **state)
{
	(void)state;
	check_definition(RECORD_DEFINITION_MAX, "");
	check_definition(RECORD_DEFINITION_MAX + 1,
		"definition: longer than 64 KiB");
}

/* Whether a probe record with a URL of n bytes is read. */
static bool reads_url(size_t n)
{
	struct record r;
	char why[RECORD_WHY];
	struct buf b;
	bool ok;

	buf_init(&b, LINE_MAX_BYTES);
	buf_str(&b, "{\"v\":1,\"type\":\"probe\",\"slug\":\"a\","
		    "\"region\":\"us\",\"probe_id\":\"p\","
		    "\"probe_started_at\":1,\"state\":\"healthy\","
		    "\"total_ms\":1,\"url\":\"http://");
	for (size_t i = 7; i < n; i++)
		buf_char(&b, 'h');
	buf_str(&b, "\"}");
	assert_true(buf_ok(&b));
	ok = record_read(b.p, b.len, &r, why) == 0;
	if (ok)
		record_release(&r);
	else
		assert_string_equal(why, "url: too long");
	buf_release(&b);
	return ok;
}

/* Fixed: such a record was taken, and stored cut off at a line's limit. */
static void test_long_url(void **state)
{
	(void)state;
	assert_true(reads_url(RECORD_URL_SIZE - 1));
	assert_false(reads_url(RECORD_URL_SIZE));
	assert_false(reads_url(LINE_MAX_BYTES - 200));
}

/* Read the line that text is with " for each '; it must be valid. */
static struct record read_line(const char *text)
{
	char *line = quoted(text), why[RECORD_WHY];
	struct record r;

	if (record_read(line, strlen(line), &r, why))
		fail_msg("%s: %s", why, line);
	free(line);
	return r;
}

/* A copy of a line with n times `unit` for its '@'. */
static char *filled(const char *text, const char *unit, size_t n)
{
	size_t before = strcspn(text, "@");
	struct buf b;

	buf_init(&b, LINE_MAX_BYTES);
	buf_add(&b, text, before);
	while (n--)
		buf_str(&b, unit);
	buf_str(&b, text + before + 1);
	assert_true(buf_ok(&b));
	return buf_take(&b);
}

/*
 * A line of a foreign program is held to the same limits: text is cut and
 * cleaned, and unknown members are not written again.
 */
static void test_limits(void **state)
{
	static const char *const texts[] = {
		STEP ",'step':'dns','status':'fail','ms':1,'stranger':'x',"
		     "'message':'@'}",
		STEP ",'step':'dns','status':'pass','ms':1,'stranger':'x',"
		     "'detail':{'a':['@']}}",
		PROBE ",'state':'healthy','total_ms':1,'stranger':'x',"
		      "'protocol':'@'}",
		RUNNER ",'stranger':'x','message':'@'}",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		for (size_t k = 0; k < 2; k++) {
			char *line = filled(texts[i], k ? "\u202e" : "m", 1001);
			char *most = filled("@", k ? "?" : "m", 1000);
			char *more = filled("@", k ? "?" : "m", 1001);
			struct record r = read_line(line);
			struct buf b;

			buf_init(&b, LINE_MAX_BYTES);
			record_write(&b, &r);
			assert_true(buf_ok(&b));
			assert_non_null(strstr(b.p, most));
			assert_null(strstr(b.p, more));
			assert_null(strstr(b.p, "stranger"));
			record_release(&r);
			buf_release(&b);
			free(line);
			free(most);
			free(more);
		}
	}
}

/* An offset that is no pair of numbers counts as not measured. */
static void test_offset(void **state)
{
	static const struct {
		const char *value;
		bool measured;
	} rows[] = {
		{"null", false}, {"[-1.5,2]", true}, {"[1]", false},
		{"[1,2,3]", false}, {"['1',2]", false}, {"[1,null]", false},
		{"{'a':-1.5,'b':2}", false}, {"[]", false}, {"7", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *line = filled(RUNNER ",'offset_s':@}", rows[i].value, 1);
		struct record r = read_line(line);

		assert_int_equal(r.u.runner.measured, rows[i].measured);
		assert_true(r.u.runner.offset_min ==
			(rows[i].measured ? -1.5 : 0));
		assert_true(r.u.runner.offset_max ==
			(rows[i].measured ? 2 : 0));
		record_release(&r);
		free(line);
	}
}

/* A line in which the limit of its type is passed is refused. */
static void test_too_long(void **state)
{
	static const struct {
		const char *text;
		size_t most; /* of '@' */
		const char *why;
	} rows[] = {
		{STEP ",'step':'dns','status':'pass','ms':1,"
		      "'detail':{'a':[1@]}}", (4096 - 10) / 2,
			"detail: longer than 4096 bytes"},
		{RUNNER ",'x':[1@]}", (4096 - sizeof RUNNER - 8) / 2,
			"runner: longer than 4096 bytes"},
	};
	char why[RECORD_WHY];
	struct record r;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *text = filled(rows[i].text, ",2", rows[i].most);
		char *line = quoted(text);

		if (record_read(line, strlen(line), &r, why))
			fail_msg("%s: %zu bytes", why, strlen(line));
		record_release(&r);
		free(line);
		free(text);
		text = filled(rows[i].text, ",2", rows[i].most + 1);
		line = quoted(text);
		assert_int_equal(record_read(line, strlen(line), &r, why), -1);
		assert_string_equal(why, rows[i].why);
		free(line);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_definition_limits),
		cmocka_unit_test(test_no_records),
		cmocka_unit_test(test_long_url),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_offset),
		cmocka_unit_test(test_too_long),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * Goal: a list of tools has limits, each with an error of its own; up to them
 * its names are found and put in order; and no list takes longer than it may.
 */
#include "mcp/tool_hash.h"

#include "base/xalloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define OBJECT "'inputSchema':{'type':'object'}"
#define A "{'name':'a'," OBJECT "}"
#define B "{'name':'b'," OBJECT "}"
#define NAME_SIZE 100

static struct budget budget;

/* No tools yet, and the whole budget. */
static void init(struct tools *t, const char *wanted)
{
	static const struct siphash_key key = {{1, 2}};

	budget_init(&budget, NULL, NULL);
	tools_init(t, wanted, &key, &budget);
}

/* Add a page, in which ' stands for "; false and *f as tools_add. */
static bool add(struct tools *t, const char *tools, struct failure *f)
{
	size_t size = strlen(tools) + 32;
	char *text = xmalloc(size), why[JSON_WHY];
	cJSON *page;
	bool ok;

	snprintf(text, size, "{'tools':[%s],'nextCursor':'x'}", tools);
	for (char *p = strchr(text, '\''); p; p = strchr(p, '\''))
		*p = '"';
	page = json_parse(text, strlen(text), &json_reply, why);
	if (!page)
		fail_msg("%s: %s", text, why);
	ok = tools_add(t, page, f);
	cJSON_Delete(page);
	free(text);
	return ok;
}

static cJSON *page_of(int n, const char *description)
{
	cJSON *page = cJSON_CreateObject();
	cJSON *list = cJSON_AddArrayToObject(page, "tools");
	char name[16];

	for (int i = 0; i < n; i++) {
		cJSON *tool = cJSON_CreateObject(), *schema;

		snprintf(name, sizeof name, "tool-%d", i);
		cJSON_AddStringToObject(tool, "name", name);
		schema = cJSON_AddObjectToObject(tool, "inputSchema");
		cJSON_AddStringToObject(schema, "type", "object");
		cJSON_AddStringToObject(tool, "description", description);
		cJSON_AddItemToArray(list, tool);
	}
	return page;
}

static void test_limits(void **state)
{
	const struct {
		int tools;
		size_t length; /* of each description */
		bool passes;
	} rows[] = {
		{10000, 10, true},
		{10001, 10, false},
		{1, 11 * 1024 * 1024, true},
		{1, 13 * 1024 * 1024, false},
		{2, 7 * 1024 * 1024, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *text = xcalloc(rows[i].length + 1, 1);
		struct failure f = {.code = ""};
		struct tools t;
		cJSON *page;

		memset(text, 'x', rows[i].length);
		page = page_of(rows[i].tools, text);
		init(&t, NULL);
		assert_true(tools_add(&t, page, &f) == rows[i].passes);
		assert_string_equal(f.code,
			rows[i].passes ? "" : "body.too-large");
		tools_release(&t);
		cJSON_Delete(page);
		free(text);
	}
}

/* A page of tools FIRST to FIRST + n - 1 whose names differ at their end. */
static bool add_names(struct tools *t, int first, int n, struct failure *f)
{
	char name[NAME_SIZE];
	cJSON *page = page_of(n, "x");
	cJSON *tool = page->child->child;
	bool ok;

	memset(name, 'n', sizeof name);
	for (int i = 0; i < n; i++, tool = tool->next) {
		snprintf(name + NAME_SIZE - 8, 8, "%07d", first + i);
		cJSON_ReplaceItemInObject(
			tool, "name", cJSON_CreateString(name));
	}
	ok = tools_add(t, page, f);
	cJSON_Delete(page);
	return ok;
}

/* Names are found again and put in order, however many there are. */
static void test_many_names(void **state)
{
	struct tools_hash one, other;
	struct failure f;
	struct tools t;

	(void)state;
	init(&t, NULL);
	assert_true(add_names(&t, 5000, 5000, &f));
	assert_true(add_names(&t, 0, 5000, &f));
	assert_true(add_names(&t, 2500, 5000, &f));
	assert_int_equal(t.n, 10000);
	assert_true(budget.held > t.text.len);
	assert_false(add_names(&t, 9999, 2, &f));
	assert_string_equal(f.code, "body.too-large");
	assert_true(tools_hash(&t, &one, &f));
	for (size_t i = 1; i < one.n; i++)
		assert_true(strcmp(one.digests[i - 1].name,
				    one.digests[i].name) < 0);
	free(one.digests);
	tools_release(&t);

	init(&t, NULL);
	assert_true(add_names(&t, 0, 10000, &f));
	assert_true(tools_hash(&t, &other, &f));
	assert_string_equal(one.contract, other.contract);
	assert_string_equal(one.full, other.full);
	free(other.digests);
	tools_release(&t);
}

static void test_name_length(void **state)
{
	static const char head[] = "{'name':'", tail[] = "'," OBJECT "}";
	static const struct {
		size_t n;
		const char *code;
	} rows[] = {{1024, ""}, {1025, "mcp.tool-name-too-long"}};
	struct failure f;
	struct tools t;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf b;

		buf_init(&b, 4096);
		buf_str(&b, head);
		while (b.len < sizeof head - 1 + rows[i].n)
			buf_char(&b, 'n');
		buf_str(&b, tail);
		f.code[0] = '\0';
		init(&t, NULL);
		assert_true(add(&t, b.p, &f) == !*rows[i].code);
		assert_string_equal(f.code, rows[i].code);
		tools_release(&t);
		buf_release(&b);
	}
}

/* The tool that is called is kept whole, but not at any cost. */
static void test_kept_size(void **state)
{
	struct failure f = {.code = ""};
	struct tools t;
	struct buf b;

	(void)state;
	buf_init(&b, MIB);
	buf_str(&b, "{'name':'a','inputSchema':{'type':'object','x':[0");
	for (int i = 0; i < 30000; i++)
		buf_str(&b, ",0");
	buf_str(&b, "]}}");
	init(&t, "b");
	assert_true(add(&t, b.p, &f));
	assert_null(t.kept);
	tools_release(&t);
	init(&t, "a");
	assert_false(add(&t, b.p, &f));
	assert_string_equal(f.code, "body.too-complex");
	tools_release(&t);
	buf_release(&b);
}

/* Late from this time on that it is asked. */
static int late_at;

static bool late(void *arg)
{
	int *asked = arg;

	return ++*asked >= late_at;
}

static void test_late(void **state)
{
	static const struct {
		int at;
		bool added, hashed;
	} rows[] = {{1, false, false}, {3, false, false}, {4, true, false},
		{6, true, false}, {7, true, true}};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct failure f = {.code = ""};
		struct tools_hash h = {.digests = NULL};
		struct tools t;
		int asked = 0;
		bool added, hashed;

		init(&t, NULL);
		budget_init(&budget, late, &asked);
		late_at = rows[i].at;
		added = add(&t, A "," B ",{'name':'c'," OBJECT "}", &f);
		hashed = added && tools_hash(&t, &h, &f);
		assert_true(added == rows[i].added);
		assert_true(hashed == rows[i].hashed);
		assert_string_equal(f.code, hashed ? "" : "deadline");
		assert_true((h.digests != NULL) == hashed);
		free(h.digests);
		tools_release(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_many_names),
		cmocka_unit_test(test_name_length),
		cmocka_unit_test(test_kept_size),
		cmocka_unit_test(test_late),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

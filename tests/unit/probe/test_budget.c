/* SPDX-License-Identifier: MIT */
/*
 * Goal: a probe may cost what budget.h says, to the byte, and each limit that
 * is passed has a reason of its own.
 */
#include "protocol/budget.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void test_bodies(void **state)
{
	struct budget b;

	(void)state;
	budget_init(&b, NULL, NULL);
	assert_null(budget_body(&b, BUDGET_BODIES - 1));
	assert_null(budget_body(&b, 1));
	assert_null(budget_body(&b, 0));
	assert_non_null(strstr(budget_body(&b, 1), "16 MiB"));
	assert_non_null(budget_body(&b, SIZE_MAX));

	budget_init(&b, NULL, NULL);
	for (size_t i = 0; i < BUDGET_PIECES; i++)
		assert_null(budget_body(&b, 1));
	assert_non_null(strstr(budget_body(&b, 1), "250,000 pieces"));
}

static void test_heads(void **state)
{
	struct budget b;

	(void)state;
	budget_init(&b, NULL, NULL);
	assert_true(budget_head(&b, BUDGET_FIELDS, 1000));
	assert_int_equal(b.network, BUDGET_NETWORK - 1000);
	assert_true(budget_head(&b, 0, BUDGET_NETWORK));
	assert_int_equal(b.network, 0);
	assert_false(budget_head(&b, 1, 1));
}

/* An object of n members, or an array of n times the text `one`. */
static void put(struct buf *b, size_t n, const char *one)
{
	buf_clear(b);
	buf_char(b, one ? '[' : '{');
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_char(b, ',');
		if (one)
			buf_str(b, one);
		else
			buf_fmt(b, "\"%zu\":0", i);
	}
	buf_char(b, one ? ']' : '}');
}

/* Why a text is refused; -1 where it is not. */
static int refusal(struct budget *b, const struct buf *text)
{
	char why[JSON_WHY];
	cJSON *tree = budget_parse(b, text->p, text->len, why);
	int kind = tree ? -1 : (int)b->json.refusal;

	cJSON_Delete(tree);
	return kind;
}

static void test_members(void **state)
{
	struct budget b;
	struct buf text;

	(void)state;
	buf_init(&text, MIB);
	budget_init(&b, NULL, NULL);
	put(&text, BUDGET_MEMBERS, NULL);
	assert_int_equal(refusal(&b, &text), -1);
	put(&text, BUDGET_MEMBERS + 1, NULL);
	assert_int_equal(refusal(&b, &text), JSON_TOO_MANY_KEYS);
	/* The limit is of each object, and not of all together. */
	buf_clear(&text);
	buf_str(&text, "[{\"a\":{},\"b\":{\"c\":1}},{\"a\":0,\"b\":0}]");
	b.json.members = 2;
	assert_int_equal(refusal(&b, &text), -1);
	b.json.members = 1;
	assert_int_equal(refusal(&b, &text), JSON_TOO_MANY_KEYS);
	buf_release(&text);
}

/* How many values texts have, and that the budget adds them up. */
static void test_values(void **state)
{
	static const struct {
		const char *text;
		size_t values;
	} rows[] = {
		{"1", 1}, {"[]", 1}, {"[1,\"\",null,true]", 5},
		{"{\"a\":1,\"b\":{}}", 5}, {"-12345678901234", 1},
		{"123456789012345", 1}, {"1234567890123456", JSON_ODD},
		{"0.5", JSON_ODD}, {"1e3", JSON_ODD}, {"-1E-3", JSON_ODD},
		{"[1.5,2]", 2 + JSON_ODD},
	};
	struct budget b;
	struct buf text;

	(void)state;
	buf_init(&text, MIB);
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t before;

		budget_init(&b, NULL, NULL);
		buf_clear(&text);
		assert_int_equal(refusal(&b, &text), JSON_MALFORMED);
		before = BUDGET_VALUES - b.json.values;
		buf_str(&text, rows[i].text);
		budget_init(&b, NULL, NULL);
		assert_int_equal(refusal(&b, &text), -1);
		assert_int_equal(BUDGET_VALUES - b.json.values - before,
			rows[i].values - 1);
		/* The last that fits, and one less. */
		b.json.values = BUDGET_VALUES - b.json.values;
		assert_int_equal(refusal(&b, &text), -1);
		assert_int_equal(b.json.values, 0);
		b.json.values = before + rows[i].values - 2;
		assert_int_equal(refusal(&b, &text), JSON_TOO_COMPLEX);
	}
	buf_release(&text);
}

/* Texts that are refused for the memory that their tree would take. */
static void test_memory(void **state)
{
	static const struct {
		const char *one;
		size_t n;
		size_t held;
		int refusal;
	} rows[] = {
		{"[]", 300000, 0, -1},
		{"[]", 380000, 0, JSON_TOO_COMPLEX},
		{"\"\"", 200000, 0, -1},
		{"\"\"", 280000, 0, JSON_TOO_COMPLEX},
		{"[]", 100000, BUDGET_MEMORY / 2, -1},
		{"[]", 100000, BUDGET_MEMORY, JSON_TOO_COMPLEX},
	};
	struct budget b;
	struct buf text;

	(void)state;
	buf_init(&text, 4 * MIB);
	for (size_t i = 0; i < COUNT(rows); i++) {
		budget_init(&b, NULL, NULL);
		b.held = rows[i].held;
		put(&text, rows[i].n, rows[i].one);
		if (refusal(&b, &text) != rows[i].refusal)
			fail_msg("%zu of %s", rows[i].n, rows[i].one);
	}
	/* The tree is a single string, which ends the text. */
	budget_init(&b, NULL, NULL);
	buf_clear(&text);
	buf_char(&text, '"');
	for (size_t i = 0; i < 1000; i++)
		buf_char(&text, 'x');
	buf_char(&text, '"');
	b.held = BUDGET_MEMORY - 3 * text.len - 1100;
	assert_int_equal(refusal(&b, &text), JSON_TOO_COMPLEX);
	b.held -= 100;
	assert_int_equal(refusal(&b, &text), -1);
	buf_release(&text);
}

/* The figures of the budget are no less than what malloc(3) takes. */
static void test_tree_size(void **state)
{
	const char text[] = "{\"ab\":[1,\"x\"],\"c\":null}";
	char why[JSON_WHY];
	cJSON *tree = json_parse(text, strlen(text), &json_reply, why);

	(void)state;
	assert_int_equal(budget_tree_size(tree),
		5 * JSON_NODE + 3 * JSON_STRING + strlen("abxc"));
	cJSON_Delete(tree);
}

static bool late(void *arg)
{
	int *left = arg;

	return --*left < 0;
}

static void test_late(void **state)
{
	struct budget b;
	struct buf text;
	int left = 0;

	(void)state;
	buf_init(&text, MIB);
	budget_init(&b, late, &left);
	assert_true(budget_late(&b));
	/* The deadline is asked about now and then, not for each value. */
	put(&text, 10, "0");
	left = 0;
	assert_int_equal(refusal(&b, &text), -1);
	put(&text, 10 * JSON_PACE, "0");
	left = 20;
	assert_int_equal(refusal(&b, &text), -1);
	assert_in_range(left, 9, 11);
	left = 5;
	assert_int_equal(refusal(&b, &text), JSON_LATE);
	budget_init(&b, NULL, NULL);
	assert_false(budget_late(&b));
	buf_release(&text);
}

static void test_codes(void **state)
{
	static const struct {
		enum json_refusal refusal;
		const char *code, *message;
	} rows[] = {
		{JSON_MALFORMED, "jsonrpc.malformed",
			"the response is not JSON-RPC: byte 1"},
		{JSON_TOO_COMPLEX, "body.too-complex",
			"the response is refused: byte 1"},
		{JSON_TOO_MANY_KEYS, "body.too-many-members",
			"the response is refused: byte 1; at most 10000 are allowed"},
		{JSON_LATE, "deadline", "reading the response: byte 1"},
	};
	struct failure f;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_false(budget_failure(
			rows[i].refusal, "response", "byte 1", &f));
		assert_string_equal(f.code, rows[i].code);
		assert_string_equal(f.message, rows[i].message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bodies),
		cmocka_unit_test(test_heads),
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_tree_size),
		cmocka_unit_test(test_late),
		cmocka_unit_test(test_codes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Goal: json.h takes JSON and nothing else, says where it is not, loses nothing
 * of a string, and writes back what it read.
 */
#include "json/json.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* A literal that may hold NULs. */
#define TEXT(s) s, sizeof(s) - 1

struct text_case {
	const char *p;
	size_t n;
	const char *expected;
};

/*
 * Parses a copy without a NUL at its end: the sanitizer sees each byte read too
 * many.
 */
static cJSON *parse(const char *p, size_t n, const struct json_limits *limits,
	char *why)
{
	char *copy = malloc(n ? n : 1);
	cJSON *tree;

	assert_non_null(copy);
	memcpy(copy, p, n);
	why[0] = '\0';
	tree = json_parse(copy, n, limits, why);
	free(copy);
	return tree;
}

/* Parses each text and writes it again, or gets the reason of its refusal. */
static void check(const struct text_case *cases, size_t n,
	const struct json_limits *limits)
{
	char why[JSON_WHY];
	struct buf b;

	buf_init(&b, 1000);
	for (size_t i = 0; i < n; i++) {
		cJSON *tree = parse(cases[i].p, cases[i].n, limits, why);
		const char *got = why;

		buf_clear(&b);
		if (tree) {
			json_put(&b, tree);
			got = b.p;
		}
		if (strcmp(got, cases[i].expected) != 0)
			fail_msg("%s: expected %s, got %s", cases[i].p,
				cases[i].expected, got);
		cJSON_Delete(tree);
	}
	buf_release(&b);
}

#define CHECK(cases, limits)                                                   \
	check(cases, sizeof(cases) / sizeof *(cases), limits)

static void test_accepted(void **state)
{
	static const struct text_case cases[] = {
		{TEXT("null"), "null"},
		{TEXT(" \t\r\n[ true , false ] \n"), "[true,false]"},
		{TEXT("{}"), "{}"},
		{TEXT("[]"), "[]"},
		{TEXT("[[],{},[[]]]"), "[[],{},[[]]]"},
		{TEXT("{\"b\":{\"\":0},\"a\":[1,\"x\"]}"),
			"{\"b\":{\"\":0},\"a\":[1,\"x\"]}"},
		{TEXT("-0"), "0"},
		{TEXT("0.0e-0"), "0"},
		{TEXT("[1E2,1e+2,1.5e-2,-10]"), "[100,100,0.015,-10]"},
		{TEXT("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""),
			"\"\\\"\\\\/\\b\\f\\n\\r\\t\""},
		{TEXT("\"\\u001F\\u0041\\u00e9\\u20AC\\ud83d\\ude00\x7f\""),
			"\"\\u001fA\u00e9\u20ac\U0001f600\x7f\""},
		{TEXT("\"\u00e9\u20ac\U0001f600\""),
			"\"\u00e9\u20ac\U0001f600\""},
		/* 63 bytes, 64, and far more than cJSON reads of a number. */
		{TEXT("[0.111111111111111111111111111111111111111111111111111"
		      "1111111111]"), "[0.1111111111111111]"},
		{TEXT("[0.1111111111111111111111111111111111111111111111111111"
		      "1111111111]"), "[0.1111111111111111]"},
		{TEXT("-100000000000000000000000000000000000000000000000000000"
		      "0000000000000000000000000000000000000000000000e-99"),
			"-1"},
	};

	(void)state;
	CHECK(cases, &json_record);
	CHECK(cases, &json_reply);
}

static const struct text_case refused[] = {
	{TEXT(""), "byte 1: the text ends too early"},
	{TEXT(" \n"), "byte 3: the text ends too early"},
	{TEXT("\xef\xbb\xbf[]"), "byte 1: no JSON value"},
	{TEXT("\0"), "byte 1: no JSON value"},
	{TEXT("[]\0"), "byte 3: text after the end of the value"},
	{TEXT("1 2"), "byte 3: text after the end of the value"},
	{TEXT("{}]"), "byte 3: text after the end of the value"},
	{TEXT("[1\f]"), "byte 3: neither a comma nor the closing bracket"},
	{TEXT("[1\xc2\xa0]"),
		"byte 3: neither a comma nor the closing bracket"},
	{TEXT("[1}"), "byte 3: neither a comma nor the closing bracket"},
	{TEXT("{\"a\":1]"), "byte 7: neither a comma nor the closing bracket"},
	{TEXT("[1"), "byte 3: the text ends too early"},
	{TEXT("[1,]"), "byte 4: no JSON value"},
	{TEXT("[,1]"), "byte 2: no JSON value"},
	{TEXT("{\"a\":1,}"), "byte 8: a key is missing"},
	{TEXT("{a:1}"), "byte 2: a key is missing"},
	{TEXT("{\"a\" 1}"), "byte 6: no colon after a key"},
	{TEXT("{\"a\":}"), "byte 6: no JSON value"},
	{TEXT("nul"), "byte 4: the text ends too early"},
	{TEXT("nulL"), "byte 4: no JSON value"},
	{TEXT("truee"), "byte 5: text after the end of the value"},
	{TEXT("NaN"), "byte 1: no JSON value"},
	{TEXT("01"), "byte 2: a digit after a leading zero"},
	{TEXT("-01"), "byte 3: a digit after a leading zero"},
	{TEXT("1."), "byte 3: the text ends too early"},
	{TEXT("[1.]"), "byte 4: a digit is missing"},
	{TEXT("[.5]"), "byte 2: no JSON value"},
	{TEXT("[+1]"), "byte 2: no JSON value"},
	{TEXT("[-]"), "byte 3: a digit is missing"},
	{TEXT("[1e]"), "byte 4: a digit is missing"},
	{TEXT("[1e+]"), "byte 5: a digit is missing"},
	{TEXT("[0x1]"), "byte 3: neither a comma nor the closing bracket"},
	{TEXT("\"abc"), "byte 5: the text ends too early"},
	{TEXT("\"abc\\"), "byte 6: the text ends too early"},
	{TEXT("\"a\nb\""), "byte 3: a control character in a string"},
	{TEXT("\"a\0b\""), "byte 3: a control character in a string"},
	{TEXT("\"a\\\0b\""), "byte 3: an invalid escape"},
	{TEXT("\"\\a\""), "byte 2: an invalid escape"},
	{TEXT("\"\\U0041\""), "byte 2: an invalid escape"},
	{TEXT("\"\\u004\""), "byte 2: a \\u without four hexadecimal digits"},
	{TEXT("\"\\u00g1\""), "byte 2: a \\u without four hexadecimal digits"},
	{TEXT("\"\\ud83d\\u12\""),
		"byte 8: a \\u without four hexadecimal digits"},
	{TEXT("'a'"), "byte 1: no JSON value"},
	{TEXT("[1]//"), "byte 4: text after the end of the value"},
};

static void test_refused(void **state)
{
	(void)state;
	CHECK(refused, &json_reply);
}

/* What json_record refuses, and json_reply reads. */
static const struct text_case odd_refused[] = {
	{TEXT("[\"\\u0000\"]"), "byte 3: U+0000 in a string"},
	{TEXT("[\"x\\ud800\"]"), "byte 4: a lone surrogate"},
	{TEXT("[\"\\udc00\\ud800\"]"), "byte 3: a lone surrogate"},
	{TEXT("[\"\\ud800\\u0041\"]"), "byte 3: a lone surrogate"},
	{TEXT("[\"ab\xff\"]"), "byte 5: bytes that are not UTF-8"},
	{TEXT("[\"\xed\xa0\x80\"]"), "byte 3: bytes that are not UTF-8"},
	{TEXT("[\"\xc0\x80\"]"), "byte 3: bytes that are not UTF-8"},
	{TEXT("[\"\xe2\x82\"]"), "byte 3: bytes that are not UTF-8"},
	{TEXT("[1,-1e400]"), "byte 4: a number too large for a double"},
	{TEXT("{\"a\":[],\"b\":{\"x\":1, \"y\":2,\"x\":3}}"),
		"byte 27: a key that occurs twice in its object"},
	{TEXT("{\"a\":1,\"b\":0,\"\\u0061\":1}"),
		"byte 14: a key that occurs twice in its object"},
};

static void test_i_json(void **state)
{
	(void)state;
	CHECK(odd_refused, &json_record);
	for (size_t i = 0; i < sizeof odd_refused / sizeof *odd_refused; i++) {
		char why[JSON_WHY];
		cJSON *tree = parse(odd_refused[i].p, odd_refused[i].n,
			&json_reply, why);

		assert_non_null(tree);
		cJSON_Delete(tree);
	}
}

static void test_strings_of_the_tree(void **state)
{
	static const struct text_case cases[] = {
		{TEXT("[\"a\\u0000b\"]"), "a\xc0\x80" "b"},
		{TEXT("[\"\\u0000\"]"), "\xc0\x80"},
		{TEXT("[\"\\\\u0000\"]"), "\\u0000"},
		{TEXT("[\"\\ud800x\"]"), "\xed\xa0\x80x"},
		{TEXT("[\"\\ud800\\ud83d\\ude00\\uDFFF\"]"),
			"\xed\xa0\x80\U0001f600\xed\xbf\xbf"},
		{TEXT("[\"\\ud800\\n\"]"), "\xed\xa0\x80\n"},
		{TEXT("[\"\xc0\x80\"]"), "\xff\x80"},
		{TEXT("[\"\xc0\xc0\x80\xff\"]"), "\xc0\xff\x80\xff"},
		{TEXT("[\"\xc0\"]"), "\xc0"},
		{TEXT("[\"\xed\xa0\x80\"]"), "\xed\xa0\x80"},
	};
	char why[JSON_WHY];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		cJSON *tree =
			parse(cases[i].p, cases[i].n, &json_reply, why);

		assert_non_null(tree);
		assert_string_equal(
			tree->child->valuestring, cases[i].expected);
		cJSON_Delete(tree);
	}
}

static void test_limits(void **state)
{
	static const struct text_case depth[] = {
		{TEXT("[[1,[]]]"), "[[1,[]]]"},
		{TEXT("[{\"a\":[[]]}]"), "byte 8: nested too deeply"},
		{TEXT("[[[]],[[]],[[]]]"), "[[[]],[[]],[[]]]"},
	};
	static const struct text_case values[] = {
		{TEXT("[1,2,3,4]"), "[1,2,3,4]"},
		{TEXT("[1,2,3,4,5]"), "byte 10: too many values"},
		{TEXT("{\"a\":1,\"b\":2}"), "{\"a\":1,\"b\":2}"},
		{TEXT("{\"a\":1,\"b\":[2]}"), "byte 13: too many values"},
	};
	static const struct json_limits shallow = {3, 100, true};
	static const struct json_limits few = {9, 5, true};
	static const struct json_limits all = {UINT32_MAX, SIZE_MAX, true};
	char deep[513 * 2], why[JSON_WHY];

	(void)state;
	CHECK(depth, &shallow);
	CHECK(values, &few);

	memset(deep, '[', 513);
	memset(deep + 513, ']', 513);
	cJSON_Delete(parse(deep + 1, sizeof deep - 2, &all, why));
	assert_string_equal(why, "");
	assert_null(parse(deep, sizeof deep, &all, why));
	assert_string_equal(why, "byte 513: nested too deeply");
}

/* Work that grows with the square of the keys would take minutes here. */
static void test_many_keys(void **state)
{
	char why[JSON_WHY];
	size_t last;
	struct buf b;

	(void)state;
	buf_init(&b, 1 << 20);
	for (int i = 0; i < 49000; i++)
		buf_fmt(&b, "%c\"%06d\":0", i ? ',' : '{', i);
	last = b.len + 2;
	buf_str(&b, ",\"000007\":0}");
	assert_true(buf_ok(&b));
	assert_null(parse(b.p, b.len, &json_record, why));
	buf_clear(&b);
	buf_fmt(&b, "byte %zu: a key that occurs twice in its object", last);
	assert_string_equal(why, b.p);
	buf_release(&b);
}

static void test_getters(void **state)
{
	static const char text[] =
		"{\"s\":\"one\",\"n\":2.5,\"t\":true,\"f\":false,\"z\":null,"
		"\"a\":[1],\"S\":\"upper\",\"s\":\"last\"}";
	char why[JSON_WHY];
	cJSON *o = parse(TEXT(text), &json_reply, why);
	double num = 7;
	bool yes = true;

	(void)state;
	assert_non_null(o);
	assert_string_equal(json_str(o, "s"), "last");
	assert_string_equal(json_str(o, "S"), "upper");
	assert_null(json_str(o, "n"));
	assert_true(json_num(o, "n", &num) && num > 2.4 && num < 2.6);
	assert_false(json_num(o, "s", &num) || json_num(o, "x", &num));
	assert_true(json_bool(o, "f", &yes) && !yes);
	assert_true(json_bool(o, "t", &yes) && yes);
	assert_false(json_bool(o, "z", &yes) || json_bool(o, "n", &yes));
	assert_true(json_has_null(o, "z"));
	assert_false(json_has_null(o, "x") || json_has_null(o, "f"));
	assert_null(json_get(NULL, "s"));
	assert_null(json_get(json_get(o, "a"), "s"));
	assert_null(json_get(o, "missing"));
	cJSON_Delete(o);
}

/* Wherever a byte stands in a string, the string reads back as it was. */
static void test_put_anywhere(void **state)
{
	char text[20], why[JSON_WHY];
	struct buf b;
	cJSON *tree;

	(void)state;
	buf_init(&b, 1000);
	for (int c = 1; c < 0x80; c++)
		for (size_t at = 0; at < sizeof text - 1; at++) {
			memset(text, 'x', sizeof text - 1);
			text[sizeof text - 1] = '\0';
			text[at] = (char)c;
			buf_clear(&b);
			json_put_str(&b, text);
			tree = json_parse(b.p, b.len, &json_record, why);
			assert_string_equal(cJSON_GetStringValue(tree), text);
			cJSON_Delete(tree);
		}
	/* What is no UTF-8 is none behind eight bytes that are. */
	buf_clear(&b);
	json_put_str(&b, "12345678\xff""12345678\xc3\xa4");
	assert_string_equal(b.p, "\"12345678\xef\xbf\xbd""12345678\xc3\xa4\"");
	/* No room for the whole string: nothing of it stays whole. */
	b.max = b.len + 3;
	json_put_str(&b, "1234");
	assert_false(buf_ok(&b));
	buf_release(&b);
}

static void test_put(void **state)
{
	static const struct {
		const char *s, *expected;
	} strings[] = {
		{NULL, "null"},
		{"", "\"\""},
		{"a\"\\/\b\f\n\r\t\x01\x1f\x7f",
			"\"a\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\""},
		{"\u20ac\u2028", "\"\u20ac\u2028\""},
		{"a\xc0\x80z", "\"a\\u0000z\""},
		{"\xc0", "\"\ufffd\""},
		{"\xff\x80x", "\"\ufffd\ufffdx\""},
		{"\xe2\x82", "\"\ufffd\ufffd\""},
	};
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	for (size_t i = 0; i < sizeof strings / sizeof *strings; i++) {
		buf_clear(&b);
		json_put_str(&b, strings[i].s);
		assert_string_equal(b.p, strings[i].expected);
	}
	buf_clear(&b);
	json_put_num(&b, NAN);
	json_put_num(&b, -INFINITY);
	json_put_num(&b, 1e21);
	assert_string_equal(b.p, "nullnull1e+21");
	buf_release(&b);
}

static void test_templates(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 1000);
	json_fmt(&b, ",{'a':%s,'it's':%s,'b':[", "x\"'", json_or_null(false, ""));
	for (int i = 0; i < 2; i++)
		json_fmt(&b, ",%d", i);
	json_fmt(&b, "],'c':{");
	json_fmt(&b, ",'d':%g,'e':%g,'f':%i,'g':%i", 0.5, NAN, 1 == 1, 1 == 2);
	json_fmt(&b, "},'h':%zu,'i':%03d,'j':%.1f,'k':%c%%,'l':%.2s,'m':%.*s",
		(size_t)7, 7, 2.25, 'x', "\u20ac\n3", 1, "abc");
	json_fmt(&b, ",'n':%jd,'o':%jd,'p':%ld,'q':%x,'r':%lld,'s':%llu}",
		(intmax_t)1777494660, (intmax_t)0, -5L, 255u, -6LL, 7ULL);
	assert_string_equal(b.p,
		"{\"a\":\"x\\\"'\",\"it's\":null,\"b\":[0,1],\"c\":{"
		"\"d\":0.5,\"e\":null,\"f\":true,\"g\":false},\"h\":7,"
		"\"i\":007,\"j\":2.2,\"k\":x%,\"l\":\"\u20ac?\",\"m\":\"a\","
		"\"n\":\"2026-04-29T20:31:00Z\",\"o\":null,\"p\":-5,"
		"\"q\":ff,\"r\":-6,\"s\":7}");
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepted),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_i_json),
		cmocka_unit_test(test_strings_of_the_tree),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_many_keys),
		cmocka_unit_test(test_getters),
		cmocka_unit_test(test_put),
		cmocka_unit_test(test_templates),
		cmocka_unit_test(test_put_anywhere),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Goal: the canonical form is that of RFC 8785, to the byte, and what I-JSON
 * cannot carry has none.
 */
#include "json/jcs.h"
#include "json/json.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* The canonical form of a text, or "refused"; in b, which is cleared. */
static const char *canonical(struct buf *b, const char *text)
{
	char why[JSON_WHY] = "";
	cJSON *tree = json_parse(text, strlen(text), &json_reply, why);
	bool ok;

	if (!tree)
		fail_msg("%s: %s", text, why);
	buf_clear(b);
	ok = jcs_write(b, tree);
	cJSON_Delete(tree);
	return ok ? b->p : "refused";
}

static const struct {
	const char *text, *expected;
} trees[] = {
	/* RFC 8785, sections 3.2.2 and 3.2.3 */
	{"{\n  \"numbers\": [333333333.33333329, 1E30, 4.50,\n"
	 "              2e-3, 0.000000000000000000000000001],\n"
	 "  \"string\": \"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022"
	 "\\u005c\\\\\\\"\\/\",\n"
	 "  \"literals\": [null, true, false]\n}",
		"{\"literals\":[null,true,false],\"numbers\":"
		"[333333333.3333333,1e+30,4.5,0.002,1e-27],"
		"\"string\":\"\u20ac$\\u000f\\n"
		"A'B\\\"\\\\\\\\\\\"/\"}"},
	{"{\"\\u20ac\": \"Euro Sign\", \"\\r\": \"Carriage Return\","
	 " \"\\ufb33\": \"Hebrew Letter Dalet With Dagesh\","
	 " \"1\": \"One\", \"\\ud83d\\ude00\": \"Emoji: Grinning "
	 "Face\", \"\\u0080\": \"Control\","
	 " \"\\u00f6\": \"Latin Small Letter O With Diaeresis\"}",
		"{\"\\r\":\"Carriage Return\",\"1\":\"One\","
		"\"\xc2\x80\":\"Control\",\"\u00f6\":\"Latin Small "
		"Letter O With Diaeresis\",\"\u20ac\":\"Euro Sign\","
		"\"\U0001f600\":\"Emoji: Grinning Face\","
		"\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}"},
	/* UTF-8: RFC 8785, section 3.2.4. */
	{"\"\\u20ac\\u000f\"", "\"\xe2\x82\xac\\u000f\""},
	{"{}", "{}"},
	{"[]", "[]"},
	{"[{},[[]],-0,\"\"]", "[{},[[]],0,\"\"]"},
	{"{\"b\":{\"d\":1,\"c\":2},\"a\":[{\"z\":1,\"y\":2}]}",
		"{\"a\":[{\"y\":2,\"z\":1}],\"b\":{\"c\":2,\"d\":1}}"},
	{"{\"aa\":1,\"a\":2,\"\":3,\"B\":4}",
		"{\"\":3,\"B\":4,\"a\":2,\"aa\":1}"},
	{"{\"a\\u0001\":1,\"a\\u0000\":2,\"a\":3}",
		"{\"a\":3,\"a\\u0000\":2,\"a\\u0001\":1}"},
	{"\"\\b\\t\\n\\f\\r\\u001F\\u007f\\u2028</\"",
		"\"\\b\\t\\n\\f\\r\\u001f\x7f\u2028</\""},
	/* Not normalized: RFC 8785, section 3.1. */
	{"[\"A\\u030a\",\"\\u00c5\"]", "[\"A\u030a\",\"\u00c5\"]"},
	/* What I-JSON cannot carry. */
	{"[1e400]", "refused"},
	{"{\"a\":-1e999}", "refused"},
	{"[\"\\ud83d\"]", "refused"},
	{"{\"\\ude00\":1}", "refused"},
	{"[\"\xff\"]", "refused"},
	{"[\"\xc0\x80\"]", "refused"},
	{"{\"\xe2\x82\":1}", "refused"},
	{"{\"a\":1,\"b\":2,\"\\u0061\":1}", "refused"},
	{"[{\"x\":{\"a\\u0000\":1,\"a\\u0000\":1}}]", "refused"},
};

static void test_trees(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 1000);
	for (size_t i = 0; i < sizeof trees / sizeof *trees; i++)
		assert_string_equal(
			canonical(&b, trees[i].text), trees[i].expected);
	buf_release(&b);
	buf_init(&b, 7);
	assert_string_equal(canonical(&b, "[1, 2, 3]"), "[1,2,3]");
	assert_string_equal(canonical(&b, "[1, 2, 34]"), "refused");
	buf_release(&b);
}

/* Each sorts before the next. */
static void test_compare(void **state)
{
	static const char *const order[] = {"", "\xc0\x80", "\xc0\x80z",
		"\x01", "1", "A", "a", "a\xc0\x80", "a\x01", "aa", "\x7f",
		"\xc2\x80", "\u00f6", "\u20ac", "\xed\x9f\xbf", "\xed\xa0\x80",
		"\xed\xa0\x80\xed\xa0\x80", "\U00010000", "\U0001f600",
		"\xed\xa0\xbe", "\U0010ffff", "\xed\xbf\xbf", "\ue000",
		"\ufb33", "\uffff", "\x80", "\xc0", "\xed", "\xedz",
		"\xed\xa0", "\xed\xa0z", "\xff"};
	/*
	 * A common beginning changes no order, whatever run of bytes is
	 * compared.
	 */
	static const char *const before[] = {"", "x", "\u00f6", "\u20ac",
		"\U0001f600", "\x80\x80\x80\x80", "\xed\xa0\x80", "\xc0\x80",
		"a text that is longer than a run of bytes, \U0001f600"};
	const int n = sizeof order / sizeof *order;
	char x[120], y[120];

	(void)state;
	for (size_t k = 0; k < sizeof before / sizeof *before; k++) {
		for (int ij = 0; ij < n * n; ij++) {
			int i = ij / n, j = ij % n, got;

			snprintf(x, sizeof x, "%s%s", before[k], order[i]);
			snprintf(y, sizeof y, "%s%s", before[k], order[j]);
			got = jcs_compare(x, y);
			if ((got > 0) - (got < 0) != (i > j) - (i < j))
				fail_msg("cases %d and %d behind %zu: %d", i, j,
					k, got);
		}
	}
}

/* What is no value of JSON has no form. */
static void test_no_value(void **state)
{
	cJSON *raw = cJSON_CreateRaw("1");
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	assert_false(jcs_write(&b, raw));
	assert_int_equal(b.len, 0);
	buf_release(&b);
	cJSON_Delete(raw);
}

static void test_nearest(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{"0.1", "0.10000000000000001"},
		{"-2.50000000000000000000000000000000000000000001", "-2.5"},
		{"1e308", "1e+308"},
		{"1e309", "1e999"},
		{"-1e309", "-1e999"},
	};
	char out[JCS_NUMBER];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[100];

		/* The text goes on behind the number. */
		snprintf(text, sizeof text, "%s99", cases[i].text);
		jcs_nearest(text, strlen(cases[i].text), out);
		assert_string_equal(out, cases[i].expected);
	}
}

static double from_bits(uint64_t bits)
{
	double v;

	memcpy(&v, &bits, sizeof v);
	return v;
}

/* RFC 8785, appendix B, then ECMAScript's limits and powers of two. */
static const struct {
	uint64_t bits;
	const char *expected; /* NULL: refused */
} numbers[] = {
	{0x0000000000000000, "0"},
	{0x8000000000000000, "0"},
	{0x0000000000000001, "5e-324"},
	{0x8000000000000001, "-5e-324"},
	{0x7fefffffffffffff, "1.7976931348623157e+308"},
	{0xffefffffffffffff, "-1.7976931348623157e+308"},
	{0x4340000000000000, "9007199254740992"},
	{0xc340000000000000, "-9007199254740992"},
	{0x4430000000000000, "295147905179352830000"},
	{0x7fffffffffffffff, NULL},
	{0x7ff0000000000000, NULL},
	{0x44b52d02c7e14af5, "9.999999999999997e+22"},
	{0x44b52d02c7e14af6, "1e+23"},
	{0x44b52d02c7e14af7, "1.0000000000000001e+23"},
	{0x444b1ae4d6e2ef4e, "999999999999999700000"},
	{0x444b1ae4d6e2ef4f, "999999999999999900000"},
	{0x444b1ae4d6e2ef50, "1e+21"},
	{0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"},
	{0x3eb0c6f7a0b5ed8d, "0.000001"},
	{0x41b3de4355555553, "333333333.3333332"},
	{0x41b3de4355555554, "333333333.33333325"},
	{0x41b3de4355555555, "333333333.3333333"},
	{0x41b3de4355555556, "333333333.3333334"},
	{0x41b3de4355555557, "333333333.33333343"},
	{0xbecbf647612f3696, "-0.0000033333333333333333"},
	{0x43143ff3c1cb0959, "1424953923781206.2"},
	{0xfff0000000000000, NULL},
	{0x3d30000000000000, "5.684341886080802e-14"}, /* 2^-44 */
	{0x0010000000000000, "2.2250738585072014e-308"},
	{0x000fffffffffffff, "2.225073858507201e-308"},
	{0x3fb999999999999a, "0.1"},
	{0x3e7ad7f29abcaf48, "1e-7"},
	{0x3ff0000000000000, "1"},
	{0x40f86a0000000000, "100000"},
	{0x40c81cd6e631f8a1, "12345.6789"},
};

static void test_rfc_numbers(void **state)
{
	char text[JCS_NUMBER];
	struct buf b;

	(void)state;
	buf_init(&b, JCS_NUMBER);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		double v = from_bits(numbers[i].bits);
		cJSON *node = cJSON_CreateNumber(v);

		buf_clear(&b);
		if (!numbers[i].expected) {
			assert_false(jcs_write(&b, node));
		} else {
			jcs_number(v, text);
			assert_string_equal(text, numbers[i].expected);
			assert_true(jcs_write(&b, node));
			assert_string_equal(b.p, numbers[i].expected);
		}
		cJSON_Delete(node);
	}
	buf_release(&b);
	/* What nobody may ask for ends, and is written nowhere else. */
	jcs_number(INFINITY, text);
	assert_true(strlen(text) < JCS_NUMBER);
}

/* The n digits of a number, without outer zeros, and their power of 10. */
static uint64_t digits_of(const char *s, int *n, int *exp)
{
	uint64_t v = 0;
	bool point = false;
	int zeros = 0;

	*n = *exp = 0;
	for (; *s && *s != 'e'; s++) {
		if (*s == '.')
			point = true;
		if (*s < '0' || *s > '9')
			continue;
		*exp -= point;
		zeros += v && *s == '0';
		if (*s == '0')
			continue;
		for (; zeros; zeros--, ++*n)
			v *= 10;
		v = v * 10 + (uint64_t)(*s - '0');
		++*n;
	}
	*exp += zeros + (*s ? (int)strtol(s + 1, NULL, 10) : 0);
	return v;
}

static bool reads_as(uint64_t digits, int exp, double v)
{
	char text[64];

	snprintf(text, sizeof text, "%llue%d", (unsigned long long)digits, exp);
	return strtod(text, NULL) == v;
}

/*
 * The text reads back as v, no shorter text does, and none of its length is
 * nearer.
 */
static void check_shortest(double v)
{
	char text[JCS_NUMBER], exact[64];
	int n, exp, exact_n, exact_exp;
	uint64_t digits, cut;

	if (v == 0 || !isfinite(v))
		return;
	jcs_number(v, text);
	if (strtod(text, NULL) != v)
		fail_msg("%a: %s reads back as another", v, text);
	v = fabs(v);
	digits = digits_of(text, &n, &exp);
	cut = digits / 10;
	if (n > 1 && (reads_as(cut, exp + 1, v) ||
			     reads_as(cut + 1, exp + 1, v)))
		fail_msg("%a: %s is not the shortest", v, text);
	snprintf(exact, sizeof exact, "%.*e", n - 1, v);
	if (strtod(exact, NULL) == v &&
		(digits_of(exact, &exact_n, &exact_exp) != digits ||
			exact_exp != exp))
		fail_msg("%a: %s is not the nearest", v, text);
}

static void test_powers_of_two(void **state)
{
	(void)state;
	for (int e = -1074; e <= 1023; e++) {
		check_shortest(ldexp(1, e));
		check_shortest(-nextafter(ldexp(1, e), 0));
		check_shortest(nextafter(ldexp(1, e), INFINITY));
	}
}

static void test_random_numbers(void **state)
{
	uint64_t x = 88172645463325252u; /* xorshift64 */

	(void)state;
	for (int i = 0; i < 200000; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		/* Every eighth has the exponent of a subnormal. */
		check_shortest(from_bits(i % 8 ? x : x & 0x800fffffffffffff));
		/* Thousandths, of few digits and of many. */
		check_shortest((double)(int64_t)(x >> (12 + i % 40)) / 1000);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trees),
		cmocka_unit_test(test_compare),
		cmocka_unit_test(test_no_value),
		cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_rfc_numbers),
		cmocka_unit_test(test_powers_of_two),
		cmocka_unit_test(test_random_numbers),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

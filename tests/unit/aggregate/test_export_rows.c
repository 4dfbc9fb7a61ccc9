/* SPDX-License-Identifier: MIT */
/*
 * Goal: a row of an export is one line that holds what the store holds, whoever wrote
 * that; and a cursor names each hour and day once.
 */
#include "export/export.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const char *const one[] = {"a", NULL};

/* What a value becomes, as a row of one column without its header and line end. */
static void expect_row(bool csv, const struct rows *r, const char *want)
{
	const char *p = r->out.p;
	char got[256], line[256];

	snprintf(line, sizeof line, csv ? "a\r\n%s\r\n" :
		"{\"v\":1,\"type\":\"export\",\"of\":\"t\",\"a\":%s}\n", want);
	snprintf(got, sizeof got, "%s", p);
	assert_string_equal(got, line);
}

static void test_text(void **state)
{
	static const struct {
		const char *in, *csv, *json;
	} rows[] = {
		{NULL, "", "null"},
		{"", "", "\"\""},
		{"plain", "plain", "\"plain\""},
		{"a,b", "\"a,b\"", "\"a,b\""},
		{"say \"x\"", "\"say \"\"x\"\"\"", "\"say \\\"x\\\"\""},
		{"\"", "\"\"\"\"", "\"\\\"\""},
		{" led", "\" led\"", "\" led\""},
		{"a\r\nb", "a??b", "\"a??b\""},
		{"\\.", "\\.", "\"\\\\.\""},
		{"\xff\xc0\x80", "???", "\"???\""},
		{"\xc3\xa9\xe2\x80\xae", "\xc3\xa9?", "\"\xc3\xa9?\""},
		/* Nothing is put before a formula: that would be another value. */
		{"=1+1", "=1+1", "\"=1+1\""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (int csv = 0; csv < 2; csv++) {
			struct rows r;

			rows_begin(&r, "t", one, csv);
			rows_text(&r, rows[i].in);
			expect_row(csv, &r, csv ? rows[i].csv : rows[i].json);
			rows_release(&r);
		}
}

static void test_json(void **state)
{
	static const struct {
		const char *in, *csv, *json;
	} rows[] = {
		{"[]", "[]", "[]"},
		{"[1e999,\n\t2]", "\"[1e999,2]\"", "[1e999,2]"},
		{"{\"=\":\"\\u0000\"}", "\"{\"\"=\"\":\"\"\\u0000\"\"}\"",
			"{\"=\":\"\\u0000\"}"},
		/* What could be a formula, or is broken, is no value. */
		{"-1", "", "null"},
		{"\"=1\"", "", "null"},
		{"[1", "", "null"},
		{"[\"\xff\"]", "", "null"},
		{"", "", "null"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (int csv = 0; csv < 2; csv++) {
			struct rows r;

			rows_begin(&r, "t", one, csv);
			rows_json(&r, rows[i].in, strlen(rows[i].in));
			expect_row(csv, &r, csv ? rows[i].csv : rows[i].json);
			rows_release(&r);
		}
}

static void test_numbers(void **state)
{
	static const char *const three[] = {"a", "b", "c", NULL};
	struct rows r;

	(void)state;
	rows_begin(&r, "t", three, true);
	rows_number(&r, 1795741200);
	rows_number(&r, NAN);
	rows_month(&r, 1795741200);
	rows_number(&r, 0.5);
	rows_number(&r, 1e300);
	rows_number(&r, INFINITY);
	assert_string_equal(r.out.p,
		"a,b,c\r\n1795741200,,2026-11\r\n0.5,1e+300,\r\n");
	assert_int_equal(r.count, 2);
	rows_release(&r);
}

/* A row that is too long is left out, and those beside it are not. */
static void test_too_long(void **state)
{
	size_t n = ROWS_LINE_MAX + 2;
	char *p = malloc(n);
	struct rows r;

	(void)state;
	memset(p, '0', n);
	memcpy(p, "[\"", 2);
	memcpy(p + n - 2, "\"]", 2);
	rows_begin(&r, "t", one, true);
	rows_text(&r, "before");
	rows_json(&r, p, n);
	rows_text(&r, "after");
	assert_string_equal(r.out.p, "a\r\nbefore\r\nafter\r\n");
	assert_int_equal(r.count, 2);
	assert_int_equal(r.left_out, 1);
	rows_release(&r);
	free(p);
}

static void test_cursor(void **state)
{
	static const struct {
		const char *in;
		double want; /* below 0: refused */
	} rows[] = {
		{"0", 0}, {"1795741200", 1795741200}, {"1795741200.125", 1795741200.125},
		{"2026-11-27T01:00:00Z", 1795741200},
		{"2026-11-27T02:00:00+01:00", 1795741200},
		{"", -1}, {"-1", -1}, {"1e99", -1}, {"nan", -1}, {" 1", -1},
		{"1 ", -1}, {"2026-11-27", -1}, {"yesterday", -1},
		{"1969-12-31T23:59:59Z", -1}, {"99999999999999999999", -1},
	};
	char text[CURSOR_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		double got = -1;

		if (!cursor_read(rows[i].in, &got))
			got = -1;
		if (got < rows[i].want || got > rows[i].want)
			fail_msg("'%s' is %f", rows[i].in, got);
	}
	/* Never later than the instant itself. */
	cursor_write(text, 1795741200.9999);
	assert_string_equal(text, "1795741200.999\n");
}

/* T: the start of an hour that is not the first of a day. */
#define T INT64_C(1795741200)
#define H CURSOR_HOUR
#define SETTLED(start) ((double)(start) + H + CURSOR_SETTLE)

static void test_spans(void **state)
{
	static const struct {
		double since, now;
		int64_t kept, first, last; /* first 0: none */
	} rows[] = {
		/* An hour settles an hour after its end, to the second. */
		{(double)T, SETTLED(T), 10 * H, T - 2 * H, T},
		{(double)T, SETTLED(T) - 1, 10 * H, T - 2 * H, T - H},
		{SETTLED(T) - 1, SETTLED(T), 10 * H, T, T},
		/* The next export goes on behind the last. */
		{SETTLED(T), SETTLED(T) + H, 10 * H, T + H, T + H},
		{SETTLED(T), SETTLED(T) + H - 1, 10 * H, 0, 0},
		{SETTLED(T), SETTLED(T), 10 * H, 0, 0},
		/* Everything that the store has still; a clock that was set back. */
		{0, (double)T, 5 * H, T - 5 * H, T - 3 * H},
		{(double)T, (double)T - 5 * H, 10 * H, 0, 0},
		{0, H, 10 * H, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct cursor c = {rows[i].since, rows[i].now};
		int64_t first, last;
		bool any = cursor_spans(&c, H, rows[i].kept, &first, &last);

		if (any != (rows[i].first != 0) ||
			(any && (first != rows[i].first || last != rows[i].last)))
			fail_msg("row %zu: %d %lld %lld", i, any,
				(long long)(first - T) / H, (long long)(last - T) / H);
	}
}

/* However often it is exported: each hour and each day comes once. */
static void test_spans_once(void **state)
{
	static const int64_t spans[] = {CURSOR_HOUR, CURSOR_DAY};

	(void)state;
	srand(1);
	for (size_t i = 0; i < 2; i++) {
		double at = 1795000000.25;
		struct cursor c = {at, at + 1};
		int64_t first, last, next = 0;

		for (int n = 0; n < 2000; n++) {
			c.now = c.since + rand() % 40000 / 8.0;
			if (cursor_spans(&c, spans[i], 90 * CURSOR_DAY, &first,
				    &last)) {
				assert_true(!next || first == next);
				next = last + spans[i];
			}
			c.since = c.now;
		}
		assert_true(next > 1795000000);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_cursor),
		cmocka_unit_test(test_spans),
		cmocka_unit_test(test_spans_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Goal: an event stream is read as the HTML Standard, section 9.2, says, in
 * whatever pieces it arrives, and a line or an event has a limit.
 */
#include "protocol/sse.h"

#include "base/xalloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define S(text) text, sizeof(text) - 1
#define BOM "\xef\xbb\xbf"
#define X16 "0123456789abcdef"
#define X64 X16 X16 X16 X16
#define X128 X64 X64

/* Writes the events of a stream as text, up to the number wanted. */
struct ear {
	struct buf heard;
	int wanted; /* 0 for all */
	int n;
};

static enum sse_want on_event(void *arg, const char *type, const char *data,
	size_t n)
{
	struct ear *e = arg;

	buf_fmt(&e->heard, "[%s:", type);
	for (size_t i = 0; i < n; i++) {
		if (data[i])
			buf_char(&e->heard, data[i]);
		else
			buf_str(&e->heard, "<0>");
	}
	buf_char(&e->heard, ']');
	assert_int_equal(data[n], '\0');
	return ++e->n == e->wanted ? SSE_STOP : SSE_MORE;
}

/* Pieces are copied, so that a sanitizer sees a step beyond one. */
static bool feed(struct sse *s, const char *p, size_t n)
{
	char *copy = xmalloc(n);
	bool ok;

	if (n)
		memcpy(copy, p, n);
	ok = sse_feed(s, copy, n);
	free(copy);
	return ok;
}

struct stream {
	const char *p;
	size_t n;
	/* The events, "!" where the limit is passed, "#" and the last id, "@"
	 * and the time to wait. */
	const char *expected;
	size_t max; /* 0: 1000 */
	int wanted;
};

/* Feed a stream in pieces: first `head` bytes, then `step` at a time. */
static void check(const struct stream *c, size_t head, size_t step)
{
	struct ear e = {.wanted = c->wanted};
	struct sse s;
	bool ok;

	buf_init(&e.heard, 100000);
	sse_init(&s, c->max ? c->max : 1000, on_event, &e);
	ok = feed(&s, c->p, head);
	for (size_t i = head; ok && i < c->n; i += step)
		ok = feed(&s, c->p + i, step < c->n - i ? step : c->n - i);
	if (!ok)
		buf_char(&e.heard, '!');
	if (*s.last_id)
		buf_fmt(&e.heard, "#%s", s.last_id);
	if (s.retry_ms != -1)
		buf_fmt(&e.heard, "@%ld", s.retry_ms);
	if (strcmp(e.heard.p, c->expected) != 0)
		fail_msg("%zu, then %zu bytes of \"%s\": %s, and not %s", head,
			step, c->p, e.heard.p, c->expected);
	sse_release(&s);
	buf_release(&e.heard);
}

static void check_all(const struct stream *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		check(&cases[i], cases[i].n, 1);
		check(&cases[i], 0, 1);
		for (size_t head = 1; head < cases[i].n; head++)
			check(&cases[i], head, cases[i].n);
	}
}

static void test_lines(void **state)
{
	static const struct stream cases[] = {
		{S(""), "", 0, 0},
		{S("\n\r\r\n\n"), "", 0, 0},
		{S("data: a\n\n"), "[message:a]", 0, 0},
		{S("data: a\r\r"), "[message:a]", 0, 0},
		{S("data: a\r\n\r\n"), "[message:a]", 0, 0},
		{S("data: a\r\n\n"), "[message:a]", 0, 0},
		{S("data: a\n\r\n"), "[message:a]", 0, 0},
		{S("data: a\r\n\r"), "[message:a]", 0, 0},
		{S("data: a\r\r\n"), "[message:a]", 0, 0},
		{S("data: a\n\r"), "[message:a]", 0, 0},
		{S("data: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n"),
			"[message:a\nb][message:c]", 0, 0},
		{S("data: a\rdata: b\r\rdata: c\r\r"),
			"[message:a\nb][message:c]", 0, 0},
		{S("data: a\n\n\n\r\r\n\n"), "[message:a]", 0, 0},
		/* An event that no empty line ends is none. */
		{S("data: a"), "", 0, 0},
		{S("data: a\n"), "", 0, 0},
		{S("data: a\r\n"), "", 0, 0},
		{S("data: a\n\ndata: b\n"), "[message:a]", 0, 0},
		/* The byte order mark: once, at the beginning. */
		{S(BOM), "", 0, 0},
		{S(BOM "\n"), "", 0, 0},
		{S(BOM "data: a\n\n"), "[message:a]", 0, 0},
		{S(BOM "\r\ndata: a\r\n\r\n"), "[message:a]", 0, 0},
		{S(BOM BOM "data: a\n\n"), "", 0, 0},
		{S("\n" BOM "data: a\n\n"), "", 0, 0},
		{S("\xef\xbb" "data: a\n\ndata: b\n\n"), "[message:b]", 0, 0},
		{S("\xef\ndata: b\n\n"), "[message:b]", 0, 0},
		{S("\xef\xbb\xbb" "data: a\n\n"), "", 0, 0},
		{S(BOM ": x\n" BOM "\ndata: " BOM "\n\n"), "[message:" BOM "]",
			0, 0},
	};

	(void)state;
	check_all(cases, COUNT(cases));
}

static void test_fields(void **state)
{
	static const struct stream cases[] = {
		/* The examples of the standard. */
		{S("data: YHOO\ndata: +2\ndata: 10\n\n"),
			"[message:YHOO\n+2\n10]", 0, 0},
		{S(": test stream\n\ndata: first event\nid: 1\n\n"
		   "data:second event\nid\n\ndata:  third event\n\n"),
			"[message:first event][message:second event]"
			"[message: third event]", 0, 0},
		{S("data:test\n\ndata: test\n\n"),
			"[message:test][message:test]", 0, 0},
		/* One space, and no other character, is dropped. */
		{S("data:\ta\n\n"), "[message:\ta]", 0, 0},
		{S("data: a \n\n"), "[message:a ]", 0, 0},
		{S("data: a: b:c\n\n"), "[message:a: b:c]", 0, 0},
		{S("data:  \n\n"), "[message: ]", 0, 0},
		{S("data: a\0b\n\n"), "[message:a<0>b]", 0, 0},
		{S("data: \xff\xc3\n\n"), "[message:\xff\xc3]", 0, 0},
		/* Events without data; with empty lines among the data. */
		{S("data\n\n"), "", 0, 0},
		{S("data:\n\n"), "", 0, 0},
		{S("data: \n\ndata: a\n\n"), "[message:a]", 0, 0},
		{S("id: 0\ndata:\n\nevent: x\n\ndata: a\n\n"),
			"[message:a]#0", 0, 0},
		{S("data\ndata\n\n"), "[message:\n]", 0, 0},
		{S("data:\ndata: a\ndata:\n\n"), "[message:\na\n]", 0, 0},
		/* Comments, and fields that nobody knows. */
		{S(":\n: ping\n:data: x\ndata: a\n:\n\n:\n\n"), "[message:a]",
			0, 0},
		{S("Data: x\ndata : x\n data: x\ndatax: x\ndat: x\nx\nx:y\n"
		   "data: a\n\n"), "[message:a]", 0, 0},
		{S("\0data: x\nda\0ta: x\ndata: a\n\n"), "[message:a]", 0, 0},
		/* Event types. */
		{S("event: ping\ndata: a\n\ndata: b\n\n"),
			"[ping:a][message:b]", 0, 0},
		{S("data: a\nevent:x\nevent: y\n\n"), "[y:a]", 0, 0},
		{S("event: x\nevent\ndata: a\n\n"), "[message:a]", 0, 0},
		{S("event: Message\ndata: a\n\n"), "[Message:a]", 0, 0},
		{S("event: x\n\ndata: a\n\n"), "[message:a]", 0, 0},
		/* A long type is not taken for "message". */
		{S("event: " X128 "x\ndata: a\n\n"), "[" X128 "x:a]", 0, 0},
	};

	(void)state;
	check_all(cases, COUNT(cases));
}

static void test_id_and_retry(void **state)
{
	static const struct stream cases[] = {
		{S("id: 7\ndata: a\n\n"), "[message:a]#7", 0, 0},
		{S("data: a\nid:x y\n\ndata: b\n\n"),
			"[message:a][message:b]#x y", 0, 0},
		{S("id: 1\nid: 2\ndata: a\n\n"), "[message:a]#2", 0, 0},
		{S("id: 1\n\nid:\n\n"), "", 0, 0},
		{S("id: 1\n\nid\n\n"), "", 0, 0},
		{S("id: 1\nid: 2\0\nid: \0\n\n"), "#1", 0, 0},
		{S("ID: 1\nid : 2\n\n"), "", 0, 0},
		/* An event that was cut off was not received. */
		{S("id: 1\ndata: a\n\nid: 2\ndata: b\n"), "[message:a]#1", 0,
			0},
		{S("id: x\nid: " X128 X64 X16 X16 X16 X16 "\n\n"), "#x", 0, 0},
		{S("id: x\nid:" X128 X64 X16 X16 X16 "0123456789abcde\n\n"),
			"#" X128 X64 X16 X16 X16 "0123456789abcde", 0, 0},
		{S("retry: 3000\n\n"), "@3000", 0, 0},
		{S("retry:0\n\n"), "@0", 0, 0},
		{S("retry: 007\n\n"), "@7", 0, 0},
		{S("retry: 10\nretry: 20\n\n"), "@20", 0, 0},
		{S("retry: 86400000\nretry: 86400001\n"), "@86400000", 0, 0},
		{S("retry: 10\nretry: 99999999999999999999\n"), "@86400000", 0,
			0},
		/* A retry time is digits, and nothing else. */
		{S("retry\nretry:\nretry: \n"), "", 0, 0},
		{S("retry: -1\nretry: +1\nretry: 1.5\nretry: 1e3\n"), "", 0, 0},
		{S("retry:  1\nretry: 1 \nretry: 0x1\nretry: x\n"), "", 0, 0},
		{S("retry: -0\n\n"), "", 0, 0},
		{S("retry: 1\0\nretry: 1\0x\n"), "", 0, 0},
		/* As server SDKs prime a stream; then the answer. */
		{S("id: s_0\nretry: 500\ndata: \n\n: keep-alive\n\n"
		   "event: message\nid: s_1\ndata: {\"id\":1}\n\n"),
			"[message:{\"id\":1}]#s_1@500", 0, 0},
	};

	(void)state;
	check_all(cases, COUNT(cases));
}

static void test_limits(void **state)
{
	static const struct stream cases[] = {
		/* A line up to the limit, and beyond it. */
		{S("data: 0123456789\n\n"), "[message:0123456789]", 16, 0},
		{S("data: 0123456789a\n\n"), "!", 16, 0},
		{S("data: a\n\n: 0123456789abc\ndata: b\n\n"),
			"[message:a][message:b]", 16, 0},
		{S("data: a\n\n: 0123456789abcde\ndata: b\n\n"),
			"[message:a]!", 16, 0},
		/* Fixed: a line too long was taken for an empty one. */
		{S("data: a\n" X16 "x\n\n"), "!", 16, 0},
		{S("id: a\nid: " X16 "\ndata: b\n\n"), "!", 16, 0},
		{S(X64 X64), "!", 16, 0},
		{S("\xef\xbb" X16), "!", 16, 0},
		/* The byte order mark does not count. */
		{S(BOM X16 "\ndata: a\n\n"), "[message:a]", 16, 0},
		/* All lines of an event together, with what joins them. */
		{S("data: 01234567\ndata: 0123456\n\n"),
			"[message:01234567\n0123456]", 16, 0},
		{S("data: 01234567\ndata: 01234567\n\n"), "!", 16, 0},
		{S("data: 0123456789\n\ndata: 0123456789\n\n"),
			"[message:0123456789][message:0123456789]", 16, 0},
		{S("data: 0123456789\ndata: 01234\ndata\n\n"), "!", 16, 0},
		/* A type is bounded by its line. */
		{S("event: 012345678\ndata: a\n\n"), "[012345678:a]", 16, 0},
		{S("event: 0123456789\ndata: a\n\n"), "!", 16, 0},
	};

	(void)state;
	check_all(cases, COUNT(cases));
}

static void test_stop(void **state)
{
	static const struct stream cases[] = {
		{S("data: a\n\ndata: b\n\n"), "[message:a]", 0, 1},
		{S("data: a\r\n\r\ndata: b\r\n\r\n"), "[message:a]", 0, 1},
		{S("data: a\n\ndata: b\n\nevent: x\ndata: c\n\n"),
			"[message:a][message:b]", 0, 2},
		/* Behind the wanted event neither limits nor fields count. */
		{S("id: 1\ndata: a\n\nid: 2\nretry: 1\n" X64 "\n"),
			"[message:a]#1", 16, 1},
		{S("data\n\ndata: a\n\ndata: b\n\n"), "[message:a]", 0, 1},
	};

	(void)state;
	check_all(cases, COUNT(cases));
}

/* 1 MiB in one line, in pieces that are no divisor of anything. */
static void test_large(void **state)
{
	const size_t n = 1024 * 1024;
	struct ear e = {.n = 0};
	struct buf text;
	struct sse s;

	(void)state;
	buf_init(&text, n + 100);
	buf_init(&e.heard, n + 100);
	buf_str(&text, "data: ");
	for (size_t i = 0; i < n; i++)
		buf_char(&text, (char)('a' + i % 26));
	buf_str(&text, "\n\n");
	sse_init(&s, n + 6, on_event, &e);
	for (size_t i = 0; i < text.len; i += 997)
		assert_true(feed(&s, text.p + i,
			text.len - i < 997 ? text.len - i : 997));
	assert_int_equal(e.n, 1);
	assert_int_equal(e.heard.len, n + strlen("[message:]"));
	assert_memory_equal(e.heard.p + 9, text.p + 6, n);
	sse_release(&s);
	buf_release(&e.heard);
	buf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_id_and_retry),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_large),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Goal: heads that the RFCs call invalid are told from those that only node's
 * fetch refuses, and from good ones. What fetch makes of them was tried with
 * node 20.
 */
#include "http/framing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* Read the lines of a head; "%" stands for NUL. */
static struct framing head_of(const char *text)
{
	struct framing f = {0};

	while (*text) {
		size_t n = strcspn(text, "\n") + 1;
		char line[200];

		assert_true(n < sizeof line);
		memcpy(line, text, n);
		for (size_t i = 0; i < n; i++)
			if (line[i] == '%')
				line[i] = '\0';
		framing_field(&f, line, n);
		text += n;
	}
	return f;
}

static void test_heads(void **state)
{
	static const struct {
		const char *head, *fault; /* part of it; NULL for none */
		unsigned odd;
	} rows[] = {
		{"Content-Type: application/json\r\nContent-Length: 7\r\n", NULL,
			0},
		{"", NULL, 0},
		{"Transfer-Encoding: chunked\r\nX-A: b\r\n", NULL, 0},
		{"Content-Length: 7\r\nContent-Length: 9\r\n", "different", 0},
		{"content-length:7\r\nX-A: b\r\nCONTENT-LENGTH: 70\r\n",
			"different", 0},
		{"Content-Length: 7, 9\r\n", "different", 0},
		{"Content-Length: 7\r\nContent-Length: 7\r\n", NULL,
			FRAMING_LENGTHS},
		{"Content-Length: 7 ,7\r\n", NULL, FRAMING_LENGTHS},
		{"Content-Length: 7\r\nContent-Length: 007\r\n", NULL,
			FRAMING_LENGTHS},
		{"Content-Length: 000\r\n", NULL, 0},
		{"Content-Length: 00000000000000000000007\r\n", NULL, 0},
		{"Content-Length: 999999999999999999\r\n", NULL, 0},
		{"Content-Length: 9999999999999999999\r\n", "larger", 0},
		{"Content-Length: 18446744073709551623\r\n", "larger", 0},
		{"Content-Length: +7\r\n", "not a number", 0},
		{"Content-Length: -7\r\n", "not a number", 0},
		{"Content-Length: 0x7\r\n", "not a number", 0},
		{"Content-Length: 7 7\r\n", "not a number", 0},
		{"Content-Length: \r\n", "not a number", 0},
		{"Content-Length: 7,\r\n", "not a number", 0},
		{"Content-Length: 7\r\nTransfer-Encoding: chunked\r\n", "both",
			0},
		{"transfer-encoding: gzip, chunked\r\ncontent-length: 0\r\n",
			"both", 0},
		{"Transfer-Encoding: identity\r\nContent-Length: 7\r\n", "both",
			0},
		{"X-Content-Length: 7\r\nTransfer-Encoding: chunked\r\n", NULL,
			0},
		{"X-A: a\001b\r\n", "control", 0},
		{"X-A: a\033[31m\r\n", "control", 0},
		{"X-A: a\177\r\n", "control", 0},
		{"X-A: a%b\r\n", "control", 0},
		{"X-A: a\rb\r\n", "control", 0},
		{"X-A: a\r\r\n", "control", 0},
		{"X-A: a\r\n b\002\r\n", "control", 0},
		{"X-A: a\tb \351\r\n", NULL, 0},
		{"X-A:\r\n", NULL, 0},
		{"X(A): b\r\n", "name", 0},
		{"X\001A: b\r\n", "name", 0},
		{"X\303\244: b\r\n", "name", 0},
		{"X-A : b\r\n", NULL, 0},
		{"Content-Length : 7\r\nContent-Length: 8\r\n", "different", 0},
		{"X-A: a\r\n folded: (value)\r\n", NULL, 0},
		{"no colon\r\n", NULL, 0},
		{"X-A: b\nX-B: c\r\n", NULL, FRAMING_LF},
		{"X-A: b\nContent-Length: 7\nContent-Length: 7\n", NULL,
			FRAMING_LF | FRAMING_LENGTHS},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct framing f = head_of(rows[i].head);

		if (!f.fault != !rows[i].fault ||
			(f.fault && !strstr(f.fault, rows[i].fault)) ||
			(!f.fault && f.odd != rows[i].odd))
			fail_msg("%s: %s, %u", rows[i].head,
				f.fault ? f.fault : "-", f.odd);
	}
}

/* As fetch counts: names and values. */
static void test_size(void **state)
{
	static const char line[] = "X-A: y\r\n";
	struct framing f = {0};

	(void)state;
	for (size_t i = 0; i < 4095; i++)
		framing_field(&f, line, sizeof line - 1);
	assert_int_equal(f.odd, 0);
	framing_field(&f, line, sizeof line - 1);
	assert_int_equal(f.odd, FRAMING_SIZE);
	assert_null(f.fault);
}

static void test_words(void **state)
{
	static const struct {
		int port;
		unsigned odd;
	} ports[] = {
		{80, 0},
		{443, 0},
		{8080, 0},
		{3000, 0},
		{1, FRAMING_PORT},
		{22, FRAMING_PORT},
		{993, FRAMING_PORT},
		{5060, FRAMING_PORT},
		{5062, 0},
		{6000, FRAMING_PORT},
		{6001, 0},
		{6665, FRAMING_PORT},
		{6669, FRAMING_PORT},
		{10080, FRAMING_PORT},
	};
	struct buf b;

	(void)state;
	for (size_t i = 0; i < COUNT(ports); i++)
		if (framing_port(ports[i].port) != ports[i].odd)
			fail_msg("%d", ports[i].port);
	buf_init(&b, 400);
	framing_words(0, &b);
	assert_int_equal(b.len, 0);
	framing_words(FRAMING_LF | FRAMING_SIZE, &b);
	assert_string_equal(b.p, "a header field ends with LF alone, the "
				 "header fields are longer than 16 KiB");
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_heads),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

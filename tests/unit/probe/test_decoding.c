/* SPDX-License-Identifier: MIT */
/*
 * Goal: bodies are decoded in whatever pieces they come; what is not compressed
 * as it says is refused; the names of codings are those of fetch.
 */
#include "http/transfer.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <zlib.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define TEXT "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}"

static void test_names(void **state)
{
	static const struct {
		const char *name;
		enum coding coding;
	} rows[] = {
		{"gzip", CODING_GZIP},
		{"x-gzip", CODING_GZIP},
		{"X-GZip", CODING_GZIP},
		{"deflate", CODING_DEFLATE},
		{"DEFLATE", CODING_DEFLATE},
		{"br", CODING_BROTLI},
		{"Br", CODING_BROTLI},
		{"", CODING_NONE},
		{"g", CODING_NONE},
		{"gzipp", CODING_NONE},
		{"identity", CODING_NONE},
		{"UTF-8", CODING_NONE},
		{"amz-1.0", CODING_NONE},
		{"compress", CODING_NONE},
		{"x-compress", CODING_NONE},
		{"zstd", CODING_NONE},
		{"x-deflate", CODING_NONE},
		{"none", CODING_NONE},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (coding_of(rows[i].name, strlen(rows[i].name)) !=
			rows[i].coding)
			fail_msg("%s", rows[i].name);
}

/* The text as zlib writes it with this window: see inflateInit2. */
static size_t deflated(int window, char *out, size_t size)
{
	z_stream z = {.next_in = (z_const Bytef *)TEXT,
		.avail_in = sizeof TEXT - 1,
		.next_out = (Bytef *)out,
		.avail_out = (uInt)size};

	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, window, 8,
				 Z_DEFAULT_STRATEGY),
		Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	size -= z.avail_out;
	deflateEnd(&z);
	return size;
}

/* The text as brotli writes it. */
static const char brotlied[] =
	"\x8b\x11\x80\x7b\x22\x6a\x73\x6f\x6e\x72\x70\x63\x22\x3a"
	"\x22\x32\x2e\x30\x22\x2c\x22\x69\x64\x22\x3a\x31\x2c\x22"
	"\x72\x65\x73\x75\x6c\x74\x22\x3a\x7b\x7d\x7d\x03";

static bool on_bytes(void *arg, const char *p, size_t n)
{
	buf_add(arg, p, n);
	return true;
}

/* Feed n bytes in pieces; what came of them is in *b. */
static bool feed(enum coding c, const char *p, size_t n, size_t piece,
	struct buf *b)
{
	struct decoding *d = decoding_new(c);
	bool good = true;

	buf_init(b, 100000);
	for (size_t at = 0; at < n && good; at += piece)
		good = decoding_feed(d, p + at,
			n - at < piece ? n - at : piece, on_bytes, b);
	decoding_free(d);
	return good;
}

static void check(enum coding c, const char *p, size_t n, const char *expected)
{
	static const size_t pieces[] = {1, 2, 7, 100000};
	struct buf b;

	for (size_t i = 0; i < COUNT(pieces); i++) {
		assert_true(feed(c, p, n, pieces[i], &b));
		assert_string_equal(b.len ? b.p : "", expected);
		buf_release(&b);
	}
}

static void test_bodies(void **state)
{
	char p[1000];
	struct buf b;
	size_t n;

	(void)state;
	n = deflated(15 + 16, p, sizeof p);
	check(CODING_GZIP, p, n, TEXT);
	/* A second member, and what is none. */
	memcpy(p + n, p, n);
	check(CODING_GZIP, p, 2 * n, TEXT TEXT);
	memcpy(p + n, "more", 4);
	check(CODING_GZIP, p, n + 4, TEXT);
	check(CODING_GZIP, p, n - 3, TEXT);
	/* Its sum is wrong. */
	p[n - 6] ^= 1;
	assert_false(feed(CODING_GZIP, p, n, n, &b));
	buf_release(&b);
	n = deflated(15, p, sizeof p);
	check(CODING_DEFLATE, p, n, TEXT);
	assert_false(feed(CODING_GZIP, p, n, n, &b));
	buf_release(&b);
	n = deflated(-15, p, sizeof p);
	check(CODING_DEFLATE, p, n, TEXT);
	n = sizeof brotlied - 1;
	memcpy(p, brotlied, n);
	check(CODING_BROTLI, p, n, TEXT);
	memcpy(p + n, "more", 4);
	check(CODING_BROTLI, p, n + 4, TEXT);
	for (enum coding c = CODING_GZIP; c <= CODING_BROTLI; c++) {
		check(c, "", 0, "");
		if (feed(c, TEXT, sizeof TEXT - 1, 5, &b))
			fail_msg("%d", (int)c);
		buf_release(&b);
	}
}

static bool on_enough(void *arg, const char *p, size_t n)
{
	(void)p;
	*(size_t *)arg += n;
	return false;
}

/* A reader that wants no more is not handed any. */
static void test_enough(void **state)
{
	static char zeros[1 << 20], p[1 << 12];
	uLongf n = sizeof p;
	size_t got = 0;
	struct decoding *d = decoding_new(CODING_DEFLATE);

	(void)state;
	assert_int_equal(compress((Bytef *)p, &n, (Bytef *)zeros, sizeof zeros),
		Z_OK);
	assert_true(decoding_feed(d, p, n, on_enough, &got));
	assert_true(got > 0 && got <= 16384);
	decoding_free(d);
	decoding_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_bodies),
		cmocka_unit_test(test_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Goal: a buffer that libcurl asks for takes the pages that are written to, and
 * no more; all else comes from malloc(3), as these do where none is left.
 */
#include "http/transfer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#define N 3
#define PAGES 16

/* How many pages of a buffer are in memory. */
static size_t pages(char *p)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE), n = 0;
	unsigned char in[PAGES] = {0};

	assert_int_equal(mincore(p, UPLOAD_BUFFER, in), 0);
	for (size_t i = 0; i * size < UPLOAD_BUFFER; i++)
		n += in[i] & 1;
	return n;
}

static void test_pages(void **state)
{
	char *p[N + 1];

	(void)state;
	upload_buffers_reserve(N);
	for (size_t i = 0; i <= N; i++) {
		p[i] = upload_buffer_malloc(UPLOAD_BUFFER);
		assert_non_null(p[i]);
		memset(p[i], 'a' + (int)i, 700);
	}
	for (size_t i = 0; i < N; i++)
		assert_int_equal(pages(p[i]), 1);
	for (size_t i = 0; i <= N; i++) {
		memset(p[i], 'a' + (int)i, UPLOAD_BUFFER);
		for (size_t k = 0; k < i; k++)
			assert_int_equal(p[k][UPLOAD_BUFFER - 1], 'a' + (int)k);
	}
	upload_buffer_free(p[1]);
	assert_ptr_equal(upload_buffer_malloc(UPLOAD_BUFFER), p[1]);
	for (size_t i = 0; i <= N; i++)
		upload_buffer_free(p[i]);
}

static void test_others(void **state)
{
	char *p = upload_buffer_malloc(UPLOAD_BUFFER), *q;

	(void)state;
	upload_buffers_reserve(N);
	memset(p, 'x', UPLOAD_BUFFER);
	q = upload_buffer_realloc(p, UPLOAD_BUFFER + 1);
	assert_ptr_not_equal(p, q);
	assert_int_equal(q[UPLOAD_BUFFER - 1], 'x');
	assert_ptr_equal(upload_buffer_malloc(UPLOAD_BUFFER), p);
	q = upload_buffer_realloc(q, 10);
	assert_int_equal(q[9], 'x');
	upload_buffer_free(q);
	q = upload_buffer_realloc(p, 10);
	assert_int_equal(q[9], 'x');
	upload_buffer_free(q);
	upload_buffer_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_others),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

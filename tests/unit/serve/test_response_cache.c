/* SPDX-License-Identifier: MIT */
/*
 * Goal: an answer is given again, as it was, for a moment and no longer; an
 * answer for one reader is never kept; and however many keys there are, memory
 * is bounded and the keys in use stay.
 */
#include "base/xalloc.h"
#include "http/response_cache.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* A 200 of n bytes. */
static struct response page(size_t n)
{
	char *text = xcalloc(n + 1, 1);
	struct response r;

	respond_init(&r);
	snprintf(r.etag, sizeof r.etag, "\"v1-x\"");
	memset(text, 'x', n);
	buf_add(&r.body, text, n);
	free(text);
	return r;
}

static const struct cached_response *keep_in(struct response_cache *m,
	const char *key, size_t n, double now_ms, enum response_cache_part part)
{
	struct response r = page(n);
	const struct cached_response *k =
		response_cache_keep(m, key, &r, now_ms, part);

	respond_release(&r);
	return k;
}

static const struct cached_response *keep(
	struct response_cache *m, const char *key, size_t n, double now_ms)
{
	return keep_in(m, key, n, now_ms, RESPONSE_CACHE_LASTING);
}

static void test_as_it_was(void **state)
{
	struct request get = {.method = METHOD_GET};
	struct request again = {
		.method = METHOD_GET, .if_none_match = "\"v1-x\""};
	struct response r = page(3);
	struct response_cache *m = response_cache_new();
	const struct cached_response *k =
		response_cache_keep(m, "a", &r, 5, RESPONSE_CACHE_LASTING);
	struct buf full, unchanged;

	(void)state;
	buf_init(&full, 10000);
	buf_init(&unchanged, 10000);
	respond_write(&r, &get, &full);
	respond_write(&r, &again, &unchanged);
	assert_ptr_equal(response_cache_find(m, "a", 5), k);
	assert_int_equal(k->len, full.len);
	assert_int_equal(k->header, full.len - 3);
	assert_memory_equal(k->text, full.p, full.len);
	assert_string_equal(k->text, full.p);
	buf_clear(&full);
	respond_unchanged(k->text, &full);
	assert_string_equal(full.p, unchanged.p);
	assert_string_equal(k->etag, "\"v1-x\"");
	assert_null(response_cache_find(m, "b", 5));
	buf_release(&full);
	buf_release(&unchanged);
	respond_release(&r);
	response_cache_free(m);
}

static void test_not_for_long(void **state)
{
	struct response_cache *m = response_cache_new();

	(void)state;
	keep(m, "a", 3, 5);
	assert_non_null(
		response_cache_find(m, "a", 5 + RESPONSE_CACHE_MS - 0.1));
	assert_null(response_cache_find(m, "a", 5 + RESPONSE_CACHE_MS));
	/* A newer answer replaces it. */
	keep(m, "a", 7, 2000);
	assert_int_equal(response_cache_count(m), 1);
	assert_int_equal(response_cache_find(m, "a", 2001)->len -
				 response_cache_find(m, "a", 2001)->header,
		7);
	response_cache_free(m);
}

/* An error is kept, but without an ETag. */
static void test_error(void **state)
{
	struct response_cache *m = response_cache_new();
	struct response r = page(3);
	const struct cached_response *k;

	(void)state;
	respond_error(&r, 404, "not-found", "m");
	k = response_cache_keep(m, "a", &r, 0, RESPONSE_CACHE_PASSING);
	assert_non_null(strstr(k->text, "404"));
	assert_string_equal(k->etag, "");
	respond_release(&r);
	response_cache_free(m);
}

static void test_never_kept(void **state)
{
	static const struct {
		enum cache cache;
		enum audience audience;
		bool kept;
	} cases[] = {
		{CACHE_MINUTE, AUDIENCE_ALL, true},
		{CACHE_BRIEF, AUDIENCE_STRANGER, true},
		/* CACHE_NEVER is for other caches: ours keeps it. */
		{CACHE_NEVER, AUDIENCE_ALL, true},
		{CACHE_MINUTE, AUDIENCE_HOLDER, false},
		{CACHE_NEVER, AUDIENCE_HOLDER, false},
	};
	struct response_cache *m = response_cache_new();

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct response r = page(3);

		/* An answer that is not kept also removes the one before. */
		keep(m, "a", 3, 0);
		r.cache = cases[i].cache;
		r.audience = cases[i].audience;
		assert_int_equal(response_cache_keep(m, "a", &r, 0,
					 RESPONSE_CACHE_LASTING) != NULL,
			cases[i].kept);
		assert_int_equal(
			response_cache_find(m, "a", 0) != NULL, cases[i].kept);
		respond_release(&r);
	}
	response_cache_free(m);
}

static void test_bounded_in_number(void **state)
{
	struct response_cache *m = response_cache_new();
	char key[32];

	(void)state;
	keep(m, "asked", 3, 0);
	for (int i = 0; i < 10 * RESPONSE_CACHE_ENTRIES; i++) {
		snprintf(key, sizeof key, "unknown %d", i);
		keep(m, key, 3, 0);
		assert_true(response_cache_count(m) <= RESPONSE_CACHE_ENTRIES);
		assert_non_null(response_cache_find(m, "asked", 0));
	}
	assert_int_equal(response_cache_count(m), RESPONSE_CACHE_ENTRIES);
	assert_null(response_cache_find(m, "unknown 0", 0));
	assert_non_null(response_cache_find(m, key, 0));
	response_cache_free(m);
}

/*
 * Any number of unknown names pushes no known one out, and memory is bounded.
 */
static void test_flood(void **state)
{
	struct response_cache *m = response_cache_new();
	char key[32];
	size_t bytes = 0;

	(void)state;
	for (int i = 0; i < RESPONSE_CACHE_ENTRIES; i++) {
		snprintf(key, sizeof key, "known %d", i);
		keep(m, key, 3, 0);
	}
	for (int i = 0; i < 10 * RESPONSE_CACHE_ENTRIES; i++) {
		snprintf(key, sizeof key, "unknown %d", i);
		assert_non_null(keep_in(
			m, key, (size_t)i % 20000, 0, RESPONSE_CACHE_PASSING));
		if (response_cache_bytes(m) > bytes)
			bytes = response_cache_bytes(m);
		assert_non_null(response_cache_find(m, key, 0));
	}
	assert_true(response_cache_count(m) <=
		    RESPONSE_CACHE_ENTRIES + RESPONSE_CACHE_PASSING_ENTRIES);
	assert_true(
		bytes < RESPONSE_CACHE_BYTES + RESPONSE_CACHE_PASSING_BYTES);
	for (int i = 0; i < RESPONSE_CACHE_ENTRIES; i++) {
		snprintf(key, sizeof key, "known %d", i);
		assert_non_null(response_cache_find(m, key, 0));
	}
	assert_null(keep_in(m, "large", RESPONSE_CACHE_PASSING_BYTES, 0,
		RESPONSE_CACHE_PASSING));
	/* A name that was unknown and is known now, and the reverse. */
	keep(m, "unknown 7", 3, 0);
	keep_in(m, "known 7", 3, 0, RESPONSE_CACHE_PASSING);
	assert_non_null(response_cache_find(m, "unknown 7", 0));
	assert_non_null(response_cache_find(m, "known 7", 0));
	response_cache_free(m);
}

static void test_bounded_in_bytes(void **state)
{
	struct response_cache *m = response_cache_new();
	char key[32];

	(void)state;
	for (int i = 0; i < 40; i++) {
		snprintf(key, sizeof key, "%d", i);
		assert_non_null(keep(m, key, 1024 * 1024, 0));
		assert_true(response_cache_bytes(m) <= RESPONSE_CACHE_BYTES);
	}
	assert_in_range(response_cache_count(m), 4, 16);
	assert_non_null(response_cache_find(m, key, 0));
	response_cache_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_it_was),
		cmocka_unit_test(test_not_for_long),
		cmocka_unit_test(test_error),
		cmocka_unit_test(test_never_kept),
		cmocka_unit_test(test_bounded_in_number),
		cmocka_unit_test(test_flood),
		cmocka_unit_test(test_bounded_in_bytes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Goal: the pages of a list hold each item once, whatever is asked for, and the
 * Link field names the pages that there are.
 */
#include "http/paging.h"

#include "cgi/request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static void test_pages(void **state)
{
	static const struct {
		const char *query;
		size_t n, from, to, pages;
		const char *link;
	} cases[] = {
		{NULL, 0, 0, 0, 1, ""},
		{NULL, 10, 0, 10, 1, ""},
		{NULL, 11, 0, 10, 2,
			"<?page=1>; rel=\"first\", <?page=2>; rel=\"next\", "
			"<?page=2>; rel=\"last\""},
		{"page=2", 11, 10, 11, 2,
			"<?page=1>; rel=\"first\", <?page=1>; rel=\"prev\", "
			"<?page=2>; rel=\"last\""},
		{"q=a%26b&page=2&limit=3", 9, 3, 6, 3,
			"<?page=1&q=a%26b&limit=3>; rel=\"first\", "
			"<?page=1&q=a%26b&limit=3>; rel=\"prev\", "
			"<?page=3&q=a%26b&limit=3>; rel=\"next\", "
			"<?page=3&q=a%26b&limit=3>; rel=\"last\""},
		{"page=1000000", 11, 11, 11, 2,
			"<?page=1>; rel=\"first\", <?page=2>; rel=\"prev\", "
			"<?page=2>; rel=\"last\""},
		{"page=%31&limit=1000000", 5, 0, 5, 1, ""},
		{"q=\r\nX: y&limit=4", 5, 0, 4, 2,
			"<?page=1&limit=4>; rel=\"first\", "
			"<?page=2&limit=4>; rel=\"next\", "
			"<?page=2&limit=4>; rel=\"last\""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct request r = {.query = cases[i].query};
		struct paging p;
		struct buf b;

		assert_true(paging_read(&r, cases[i].n, 10, &p));
		assert_int_equal(p.from, cases[i].from);
		assert_int_equal(p.to, cases[i].to);
		assert_int_equal(p.pages, cases[i].pages);
		buf_init(&b, 4000);
		paging_link(&p, &r, &b);
		assert_string_equal(b.p, cases[i].link);
		buf_release(&b);
	}
}

static void test_no_page(void **state)
{
	static const char *const queries[] = {"page=0", "page=-1", "page=x",
		"page=", "page=1.5", "page=1000001", "limit=0&page=1",
		"limit=1000001", "page=99999999999999999999", "limit=%00",
		"page=2&limit=1e2"};

	(void)state;
	for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
		struct request r = {.query = queries[i]};
		struct paging p;

		if (paging_read(&r, 5, 10, &p))
			fail_msg("%s", queries[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_no_page),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Goal: lines wait for their moment and for their host, in order; and a host at
 * its limit costs nothing, however many lines wait for it.
 */
#include "queue.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

#define MANY 100000

static struct queue q;

/* A queue of so many lines. */
static void begin(int n, int per_host)
{
	FILE *f = tmpfile();

	assert_non_null(f);
	for (int i = 0; i < n; i++)
		fprintf(f, "%d\n", i + 1);
	rewind(f);
	q = (struct queue) {.per_host = per_host};
	assert_int_equal(queue_read(&q, fileno(f), 0), 0);
	assert_int_equal(q.waiting, n);
	fclose(f);
}

static struct queue_line *next(void)
{
	double wait = 1000;

	return queue_next(&q, 0, &wait);
}

/* The next line is this one, and a probe of the host begins. */
static void starts(unsigned long number, uint64_t host)
{
	struct queue_line *line = next();

	assert_non_null(line);
	assert_int_equal(line->number, number);
	assert_false(queue_full(&q, line, host));
	queue_took(&q, line);
	queue_busy(&q, host, 1);
}

/* The next line is this one, and has to wait for the host. */
static void waits(unsigned long number, uint64_t host)
{
	struct queue_line *line = next();

	assert_non_null(line);
	assert_int_equal(line->number, number);
	assert_true(queue_full(&q, line, host));
}

static void test_hosts(void **state)
{
	(void)state;
	begin(8, 2);
	starts(1, 7);
	starts(2, 7);
	waits(3, 7);
	waits(4, 7);
	starts(5, 8);
	waits(6, 7);
	/* Who waits comes first, in the order of the file. */
	queue_busy(&q, 7, -1);
	starts(3, 7);
	starts(7, 8);
	waits(8, 8);
	assert_null(next());
	queue_busy(&q, 7, -1);
	queue_busy(&q, 7, -1);
	queue_busy(&q, 8, -1);
	starts(4, 7);
	/* A line that is refused leaves its place to the one behind it. */
	queue_took(&q, next());
	starts(8, 8);
	assert_null(next());
	assert_int_equal(q.waiting, 0);
	queue_release(&q);
}

static void test_no_limit(void **state)
{
	(void)state;
	begin(3, 0);
	for (unsigned long i = 1; i <= 3; i++)
		starts(i, 7);
	assert_null(next());
	queue_release(&q);
}

/* Half of the lines wait for a host, while the others come and go. */
static void test_many(void **state)
{
	clock_t began;

	(void)state;
	begin(2 * MANY, 1);
	began = clock();
	starts(1, 7);
	for (unsigned long i = 2; i <= MANY; i++)
		waits(i, 7);
	for (unsigned long i = MANY + 1; i <= 2 * MANY; i++) {
		starts(i, 8);
		queue_busy(&q, 8, -1);
	}
	for (unsigned long i = 2; i <= MANY; i++) {
		assert_null(next());
		queue_busy(&q, 7, -1);
		starts(i, 7);
	}
	assert_null(next());
	assert_int_equal(q.waiting, 0);
	/* It takes some 20 ms; to look at all that wait each time, more than
	   16 s. */
	assert_true(clock() - began < 3 * CLOCKS_PER_SEC);
	queue_release(&q);
}

/* Input that is more than it may be, by lines or by bytes, is an error. */
static void test_bounds(void **state)
{
	static const struct {
		const char *input;
		size_t lines, bytes;
		int expected; /* how many lines; -1: too much */
	} rows[] = {
		{"1\n2\n3\n", 3, 6, 3},
		{"1\n2\n3\n", 2, 6, -1},
		{"1\n2\n3\n", 3, 5, -1},
		{"\n\n\n\n", 3, 6, -1},
		{"1\n2\n3\n", 0, 0, 3},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		FILE *f = tmpfile();
		int rc;

		assert_non_null(f);
		fputs(rows[i].input, f);
		rewind(f);
		q = (struct queue) {.most_lines = rows[i].lines,
			.most_bytes = rows[i].bytes};
		rc = queue_read(&q, fileno(f), 0);
		if (rows[i].expected < 0) {
			assert_int_equal(rc, -1);
			assert_int_equal(errno, EFBIG);
		} else {
			assert_int_equal(rc, 0);
			assert_int_equal(q.n, rows[i].expected);
		}
		queue_release(&q);
		fclose(f);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_no_limit),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_bounds),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

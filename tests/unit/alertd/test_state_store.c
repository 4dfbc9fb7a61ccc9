/* SPDX-License-Identifier: MIT */
/*
 * Goal: a transaction reads together, writes together, and never overwrites
 * what another process has written; only the states that lost against it are
 * pending again.
 */
#include "base/xalloc.h"
#include "state/backend.h"
#include "state/state_store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define SERVERS 3

/* A backend in memory, of the servers "a", "b" and "c". */
struct fake {
	char *text[SERVERS];
	int reads, writes; /* round trips */
	int rows;	   /* that were written */
	int others;	   /* how often another process writes "b" first */
	bool down;
};

static bool fake_read(void *arg, struct state_row *const *rows, size_t n)
{
	struct fake *f = arg;

	f->reads++;
	for (size_t i = 0; i < n && !f->down; i++) {
		const char *text = f->text[*rows[i]->slug - 'a'];

		rows[i]->seen = xstrdup(text ? text : "");
	}
	return !f->down;
}

/* The revision of a text, as a backend sees it. */
static long long revision_of(const char *text)
{
	long long n = 0;

	if (text)
		assert_int_equal(
			sscanf(text, "{\"v\":1,\"revision\":%lld,", &n), 1);
	return n;
}

/* A write of another process that comes first. */
static void write_other(struct fake *f, int k)
{
	struct alert_state st;
	struct buf b;

	state_init(&st, "b");
	st.revision = revision_of(f->text[k]) + 1;
	buf_init(&b, STATE_MAX);
	state_write(&b, &st);
	free(f->text[k]);
	f->text[k] = buf_take(&b);
	state_release(&st);
}

static bool fake_write(void *arg, struct state_row *const *rows, size_t n)
{
	struct fake *f = arg;
	char revision[STATE_REVISION];

	f->writes++;
	for (size_t i = 0; i < n && !f->down; i++) {
		int k = *rows[i]->slug - 'a';

		if (k == 1 && f->others-- > 0)
			write_other(f, k);
		snprintf(revision, sizeof revision, "%lld",
			revision_of(f->text[k]));
		rows[i]->lost = strcmp(revision, rows[i]->revision) != 0;
		if (rows[i]->lost)
			continue;
		free(f->text[k]);
		f->text[k] = xstrdup(rows[i]->text);
		f->rows++;
	}
	return !f->down;
}

static const struct state_backend backend = {
	.read = fake_read,
	.write = fake_write,
};

struct fixture {
	struct fake fake;
	struct state_store *states;
	struct transaction *t;
};

static void begin(struct fixture *s)
{
	char *v[] = {"a", "b", "c"};

	if (!s->states)
		s->states = state_store_new_on(&backend, &s->fake);
	s->t = transaction_begin(s->states, &(struct strings) {v, 3, 3});
}

static void end(struct fixture *s)
{
	transaction_end(s->t);
	state_store_free(s->states);
	for (size_t i = 0; i < SERVERS; i++)
		free(s->fake.text[i]);
}

/* Sets the window of all pending states; returns how many they are. */
static int decide(struct transaction *t, int64_t window)
{
	struct alert_state *st;
	size_t i;
	int n = 0;

	while ((st = transaction_next(t, &i))) {
		assert_int_equal(*st->slug, 'a' + (int)i);
		st->window = window;
		transaction_put(t);
		n++;
	}
	return n;
}

static void assert_results(const struct transaction *t,
	enum transaction_result a, enum transaction_result b,
	enum transaction_result c)
{
	assert_int_equal(transaction_result(t, 0), a);
	assert_int_equal(transaction_result(t, 1), b);
	assert_int_equal(transaction_result(t, 2), c);
}

static void test_together(void **state)
{
	struct fixture s = {.states = NULL};

	(void)state;
	begin(&s);
	assert_int_equal(decide(s.t, 60), 3);
	assert_int_equal(s.fake.rows, 0);
	assert_false(transaction_commit(s.t));
	assert_results(s.t, TRANSACTION_DONE, TRANSACTION_DONE,
		TRANSACTION_DONE);
	assert_int_equal(s.fake.reads, 1);
	assert_int_equal(s.fake.writes, 1);
	assert_int_equal(s.fake.rows, 3);
	transaction_end(s.t);
	/* A state that did not change is not written. */
	begin(&s);
	assert_int_equal(decide(s.t, 60), 3);
	assert_false(transaction_commit(s.t));
	assert_results(s.t, TRANSACTION_DONE, TRANSACTION_DONE,
		TRANSACTION_DONE);
	assert_int_equal(s.fake.rows, 3);
	end(&s);
}

static void test_lost(void **state)
{
	struct fixture s = {.fake.others = 2};

	(void)state;
	begin(&s);
	assert_int_equal(decide(s.t, 60), 3);
	for (int i = 0; i < 2; i++) {
		assert_true(transaction_commit(s.t));
		assert_results(s.t, TRANSACTION_DONE, TRANSACTION_PENDING,
			TRANSACTION_DONE);
		assert_int_equal(decide(s.t, 120), 1);
	}
	assert_false(transaction_commit(s.t));
	assert_results(s.t, TRANSACTION_DONE, TRANSACTION_DONE,
		TRANSACTION_DONE);
	assert_non_null(strstr(s.fake.text[1], "\"window\":120"));
	assert_int_equal(s.fake.rows, 3);
	end(&s);
}

static void test_gives_up(void **state)
{
	struct fixture s = {.fake.others = INT32_MAX};
	int tries = 1;

	(void)state;
	begin(&s);
	decide(s.t, 60);
	while (transaction_commit(s.t)) {
		assert_int_equal(decide(s.t, 60), 1);
		tries++;
	}
	assert_int_equal(tries, 100);
	assert_results(s.t, TRANSACTION_DONE, TRANSACTION_CONFLICT,
		TRANSACTION_DONE);
	assert_false(transaction_failed(s.t));
	end(&s);
}

static void test_down(void **state)
{
	struct fixture s = {.states = NULL};

	(void)state;
	begin(&s);
	assert_int_equal(decide(s.t, 60), 3);
	s.fake.down = true;
	assert_false(transaction_commit(s.t));
	assert_true(transaction_failed(s.t));
	assert_results(s.t, TRANSACTION_FAILED, TRANSACTION_FAILED,
		TRANSACTION_FAILED);
	transaction_end(s.t);
	/* The first state that cannot be read ends the transaction. */
	begin(&s);
	assert_int_equal(decide(s.t, 60), 0);
	assert_results(s.t, TRANSACTION_FAILED, TRANSACTION_PENDING,
		TRANSACTION_PENDING);
	assert_false(transaction_commit(s.t));
	end(&s);
}

/* Sets the window of "a", which has an undelivered event: it is cached. */
static struct alert_state *put_undelivered(struct fixture *s, int64_t window)
{
	struct alert_state *st = transaction_next(s->t, &(size_t) {0});

	if (!st->n_outbox) {
		st->outbox = xcalloc(1, sizeof *st->outbox);
		st->outbox[st->n_outbox++] = (struct pending) {.number = 1,
			.key = xstrdup("a:downtime:0"), .event = xstrdup("x"),
			.body = xstrdup("{}")};
	}
	st->window = window;
	return st;
}

static int64_t window_of_a(struct fixture *s)
{
	struct alert_state *st;
	int64_t window;

	begin(s);
	st = transaction_next(s->t, &(size_t) {0});
	assert_non_null(st);
	window = st->window;
	transaction_end(s->t);
	return window;
}

static void test_what_is_not_stored_is_not_seen(void **state)
{
	struct fixture s = {.states = NULL};
	struct alert_state *st;

	(void)state;
	begin(&s);
	put_undelivered(&s, 60);
	transaction_put(s.t);
	assert_false(transaction_commit(s.t));
	transaction_end(s.t);
	assert_int_equal(window_of_a(&s), 60);
	/* A state that was put but not committed. */
	begin(&s);
	put_undelivered(&s, 120);
	transaction_put(s.t);
	transaction_end(s.t);
	assert_int_equal(window_of_a(&s), 60);
	/* Too large to be stored. */
	begin(&s);
	st = put_undelivered(&s, 180);
	free(st->url);
	st->url = xmalloc(STATE_MAX + 1);
	memset(st->url, 'u', STATE_MAX);
	st->url[STATE_MAX] = '\0';
	transaction_put(s.t);
	assert_false(transaction_commit(s.t));
	assert_int_equal(transaction_result(s.t, 0), TRANSACTION_FAILED);
	transaction_end(s.t);
	assert_int_equal(window_of_a(&s), 60);
	begin(&s);
	end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_together),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_gives_up),
		cmocka_unit_test(test_down),
		cmocka_unit_test(test_what_is_not_stored_is_not_seen),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

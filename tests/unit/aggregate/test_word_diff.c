/* SPDX-License-Identifier: MIT */
/*
 * Goal: which words changed between two texts, however they differ, and soon.
 */
#include "words/words.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

struct word_case {
	const char *before, *after, *shown;
};

static const struct word_case cases[] = {
	{"", "", ""},
	{"a b", "a b", "a b"},
	{"", "new words", "{+new words+}"},
	{"old words", "", "[-old words-]"},
	{"Fetches a page.", "Fetches a page and sends it on.",
		"Fetches a page{+ and sends it on+}."},
	{"up to 200 lines", "up to 100 lines", "up to [-200-]{+100+} lines"},
	{"one two three four", "one 2 3 four", "one [-two three-]{+2 3+} four"},
	{"get the big dog", "get a small cat, big dog",
		"get [-the-]{+a small cat,+} big dog"},
	{"read", "reads", "[-read-]{+reads+}"},
	{"größe", "große", "[-größe-]{+große+}"},
	{"a  b", "a b", "a[-  -]{+ +}b"},
	{"x y", "y x", "[-x -]y{+ x+}"},
};

static void show(struct buf *out, const struct word_diff *d)
{
	static const char *const open[] = {"", "[-", "{+"};
	static const char *const shut[] = {"", "-]", "+}"};

	buf_clear(out);
	for (size_t i = 0; i < d->n; i++) {
		assert_true(d->runs[i].n);
		buf_str(out, open[d->runs[i].kind]);
		buf_add(out, d->runs[i].p, d->runs[i].n);
		buf_str(out, shut[d->runs[i].kind]);
	}
}

/* The runs but for those of one kind make a text. */
static bool makes(const struct word_diff *d, enum word_run_kind without,
	const char *text)
{
	size_t at = 0, n = strlen(text);

	for (size_t i = 0; i < d->n; i++) {
		if (d->runs[i].kind == without)
			continue;
		if (d->runs[i].n > n - at ||
			memcmp(text + at, d->runs[i].p, d->runs[i].n) != 0)
			return false;
		at += d->runs[i].n;
	}
	return at == n;
}

static void test_words(void **state)
{
	struct word_diff d;
	struct buf b;

	(void)state;
	buf_init(&b, 4096);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		word_diff(cases[i].before, cases[i].after, &d);
		show(&b, &d);
		assert_string_equal(b.p, cases[i].shown);
		assert_true(makes(&d, WORDS_ADDED, cases[i].before));
		assert_true(makes(&d, WORDS_REMOVED, cases[i].after));
		word_diff_release(&d);
	}
	buf_release(&b);
}

static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 16;
}

static void random_text(struct buf *b, uint32_t *seed)
{
	static const char *const words[] = {"a", "b", "c", " ", " ", "."};

	buf_clear(b);
	for (uint32_t n = next(seed) % 40; n; n--)
		buf_str(b, words[next(seed) % 6]);
}

static void test_random(void **state)
{
	struct word_diff d;
	struct buf a, b;
	uint32_t seed = 7;

	(void)state;
	buf_init(&a, 4096);
	buf_init(&b, 4096);
	for (int i = 0; i < 20000; i++) {
		random_text(&a, &seed);
		random_text(&b, &seed);
		word_diff(a.p, b.p, &d);
		assert_true(makes(&d, WORDS_ADDED, a.p));
		assert_true(makes(&d, WORDS_REMOVED, b.p));
		word_diff_release(&d);
	}
	buf_release(&a);
	buf_release(&b);
}

/* Two long texts with nothing in common but their ends: replaced as a whole. */
static void test_bound(void **state)
{
	struct word_diff d;
	struct buf a, b;
	uint32_t seed = 9;

	(void)state;
	buf_init(&a, SIZE_MAX / 2);
	buf_init(&b, SIZE_MAX / 2);
	buf_str(&a, "Reads ");
	buf_str(&b, "Reads ");
	for (int i = 0; i < 500000; i++) {
		buf_fmt(&a, "w%u ", (unsigned)next(&seed) % 1000);
		buf_fmt(&b, "w%u ", (unsigned)next(&seed) % 1000);
	}
	buf_str(&a, "the end");
	buf_str(&b, "the end");
	word_diff(a.p, b.p, &d);
	assert_int_equal(d.n, 4);
	assert_int_equal(d.runs[0].kind, WORDS_KEPT);
	assert_int_equal(d.runs[3].kind, WORDS_KEPT);
	assert_true(makes(&d, WORDS_ADDED, a.p));
	assert_true(makes(&d, WORDS_REMOVED, b.p));
	word_diff_release(&d);
	buf_release(&a);
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_bound),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Goal: which regions see which tools, in words that are short and true, and
 * in which a name that a stranger chose does no harm.
 */
#include "words/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

/* The sides of a verdict in short form, and the words for them. */
struct word_case {
	const char *name;
	int expected;
	const char *sides; /* "eu br|us +fetch_data -get_data ~search" */
	const char *words;
};

struct words {
	char text[512];
	const char *list[4][4][16]; /* of each side: regions, +, -, ~ */
	size_t n[4][4];
	struct verdict_side sides[4];
	struct verdict verdict;
};

static void read_words(struct words *w, const char *text)
{
	static const char marks[] = " +-~";
	char *p = w->text;
	size_t k = 0;

	*w = (struct words) {.n = {{0}}};
	assert_true(strlen(text) < sizeof w->text);
	memcpy(w->text, text, strlen(text) + 1);
	while (*p) {
		size_t n = strcspn(p, " |");
		size_t kind = (size_t)(strchr(marks, *p) - marks);
		char end = p[n];

		if (!strchr(marks, *p))
			kind = 0;
		p[n] = '\0';
		assert_true(w->n[k][kind] < 16);
		w->list[k][kind][w->n[k][kind]++] = p + (kind > 0);
		k += end == '|';
		p += n + (end != '\0');
	}
	for (size_t i = 0; i <= k; i++)
		w->sides[i] = (struct verdict_side) {
			.tool_hash = &"0123456789aa\0" "1234567890aa\0"
				"2345678901aa"[13 * i],
			.regions = w->list[i][0], .n_regions = w->n[i][0],
			.first_seen = 1776780123.5 + 1800 * (double)i,
			.changes = {.added = w->list[i][1],
				.n_added = w->n[i][1],
				.removed = w->list[i][2],
				.n_removed = w->n[i][2],
				.changed = w->list[i][3],
				.n_changed = w->n[i][3]}};
	w->verdict.sides = w->sides;
	w->verdict.n_sides = k + 1;
}

static const struct word_case word_cases[] = {
	{"renamed, and a stale one", 5,
		"eu|ap br us za +fetch_data -get_data",
		"eu sees get_data, the others fetch_data since 14:32"},
	{"the first that sees the new one", 3,
		"br eu|us +fetch_data -get_data",
		"us sees fetch_data since 14:32, the others get_data"},
	{"one each", 2, "eu|us +fetch_data -get_data",
		"eu sees get_data, us fetch_data since 14:32"},
	{"as many: the later are the others", 4,
		"br eu|us za +fetch_data -get_data",
		"br and eu see get_data, the others fetch_data since 14:32"},
	{"one more is on no side", 6,
		"ap br eu|us za +fetch_data -get_data",
		"ap, br and eu see get_data, us and za fetch_data since 14:32"},
	{"three sides", 5, "eu|ap br us +b -a|za +c -a",
		"eu sees a, za c since 15:02, the others b since 14:32"},
	{"only more", 3, "eu|br us +b",
		"eu sees no b, the others b since 14:32"},
	{"only less", 3, "eu|br us -b",
		"eu sees b, the others no b since 14:32"},
	{"changed", 3, "eu|br us ~a",
		"eu sees the old a, the others the new a since 14:32"},
	{"all of it", 3, "eu|br us +b +c -a ~d ~e",
		"eu sees a and the old d and e, "
		"the others b and c and the new d and e since 14:32"},
	{"many", 3, "eu|br us +a +b +c +d +e +f +g -h",
		"eu sees h, the others a, b, c, d, e and 2 more since 14:32"},
	{"names not known", 3, "eu|br us",
		"eu sees 01234567, the others 12345678 since 14:32"},
};

static void test_words(void **state)
{
	const double now = 1776783600;

	(void)state;
	for (size_t i = 0; i < sizeof word_cases / sizeof *word_cases; i++) {
		const struct word_case *c = &word_cases[i];
		struct words w;
		struct buf b;

		read_words(&w, c->sides);
		w.verdict.expected = c->expected;
		buf_init(&b, 4096);
		divergence_text_sides(&b, &w.verdict, now, "UTC");
		if (strcmp(b.p, c->words) != 0)
			fail_msg("%s: '%s', expected '%s'", c->name, b.p,
				c->words);
		buf_release(&b);
	}
}

/* After a day the text has the date; hostile names stay harmless. */
static void test_words_of_strangers(void **state)
{
	struct words w;
	struct buf b;
	char loud[200];

	(void)state;
	buf_init(&b, 4096);
	read_words(&w, "eu|us +x -\033[31m\xe2\x80\xae");
	w.verdict.expected = 2;
	memset(loud, 'x', sizeof loud - 1);
	loud[sizeof loud - 1] = '\0';
	w.list[1][1][0] = loud;
	divergence_text_sides(&b, &w.verdict, 1776781923.5 + 86400,
		"UTC");
	assert_null(strchr(b.p, '\033'));
	assert_null(strstr(b.p, "\xe2\x80\xae"));
	assert_non_null(strstr(b.p, " since 2026-04-21"));
	assert_true(b.len < 130);
	buf_clear(&b);
	w.verdict.n_sides = 0;
	divergence_text_sides(&b, &w.verdict, 0, "UTC");
	assert_int_equal(b.len, 0);
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_words_of_strangers),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

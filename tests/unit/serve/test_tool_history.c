/*
 * Goal: from the lists of tools that regions saw come the changes, each once,
 * however many regions saw it; and nothing but names.
 */
#include "data/tool_history.h"

#include "base/buf.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define A "aaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbb"
#define C "cccccccccccccccc"
#define D "dddddddddddddddd"

static const char *const pairs[] = {
	"l:" A, A " + fetch\n" B " + search\n",
	"d:" A, "{\"canary\":1}",
	"l:" B, C " ? search\n" B " - new tool\n",
	"l:" C, "broken\n" A " + \n" D " + z\n",
	"r:eu", "100 " A "\n200 " B "\n300 " D "\n400 " A "\n",
	"r:us", "150.5 " A "\n190 " B "\n",
	"r:ap", "x " A "\nnan " B "\n-1 " A "\n500 " C,
	NULL, "x", "r:none", NULL, "r:",
};
#define PAIRS (sizeof pairs / sizeof *pairs)

/* "KIND NAME AT PLACES;" of each. */
static void describe(const struct tool_history *h, struct buf *out)
{
	buf_clear(out);
	for (size_t i = 0; i < h->n; i++)
		buf_fmt(out, "%d %s %g %zu;", (int)h->v[i].kind,
			h->v[i].name, h->v[i].at, h->v[i].places);
}

static void test_changes(void **state)
{
	static const struct {
		double from;
		const char *want;
	} cases[] = {
		{0, "1 fetch 190 2;0 new tool 190 2;2 search 190 2;"},
		{195, "1 fetch 200 1;0 new tool 200 1;2 search 200 1;"},
		{201, ""},
	};
	struct tool_history h;
	struct buf text;

	(void)state;
	buf_init(&text, 4096);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		tool_history_read(pairs, PAIRS, cases[i].from, &h);
		describe(&h, &text);
		assert_string_equal(text.p, cases[i].want);
		assert_int_equal(h.regions, 3);
		assert_true(h.since == 100);
		assert_false(h.more);
		tool_history_release(&h);
	}
	buf_release(&text);
	tool_history_read(NULL, 0, 0, &h);
	assert_true(isnan(h.since) && !h.n && !h.regions);
}

/*
 * A region that goes to and fro makes a change each time; the newest are kept.
 */
static void test_many(void **state)
{
	const char *many[] = {"l:" A, A " + a\n", "l:" B, B " + b\n", "r:eu",
		NULL};
	struct tool_history h;
	struct buf rows;

	(void)state;
	buf_init(&rows, 64 * 1024);
	for (int i = 0; i < 1000; i++)
		buf_fmt(&rows, "%d %s\n", i, i % 2 ? B : A);
	many[5] = rows.p;
	tool_history_read(many, 6, 0, &h);
	assert_int_equal(h.n, TOOL_CHANGES_MAX);
	assert_true(h.more && h.v[0].at == 999);
	for (size_t i = 0; i + 1 < h.n; i++)
		assert_true(h.v[i].at >= h.v[i + 1].at);
	tool_history_release(&h);
	buf_release(&rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_many),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

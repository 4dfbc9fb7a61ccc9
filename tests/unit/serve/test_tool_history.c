/* SPDX-License-Identifier: MIT */
/*
 * Goal: from the lists of tools that regions saw come the changes, each once,
 * however many regions saw it; and nothing but names.
 */
#include "data/tools.h"

#include "base/buf.h"
#include "base/sha256.h"
#include "data/tool_lists.h"
#include "records/probe.h"

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

/* "KIND [BEFORE ]NAME AT PLACES CLASS;" of each. */
static void describe(const struct tool_history *h, struct buf *out)
{
	buf_clear(out);
	for (size_t i = 0; i < h->n; i++)
		buf_fmt(out, "%s %s%s%s %g %zu %s;",
			tool_change_kind_name(h->v[i].kind),
			h->v[i].was ? h->v[i].was : "", h->v[i].was ? " " : "",
			h->v[i].name, h->v[i].at, h->v[i].places,
			h->v[i].known ? change_class_name(h->v[i].class) : "?");
}

static void test_changes(void **state)
{
	static const struct {
		double from;
		const char *want;
	} cases[] = {
		{0, "removed fetch 190 2 breaking;added new tool 190 2 "
		    "compatible;changed search 190 2 ?;"},
		{195, "removed fetch 200 1 breaking;added new tool 200 1 "
		      "compatible;changed search 200 1 ?;"},
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

#define DEFINITIONS 5

/* What tools say, by the first digits of their digests. */
static const char *const says[DEFINITIONS] = {
	"{\"description\":\"Get a page\",\"inputSchema\":{},\"name\":"
	"\"fetch\"}",
	"{\"description\":\"Get a page\",\"inputSchema\":{},\"name\":"
	"\"fetch_data\"}",
	"{\"description\":\"Get one page\",\"inputSchema\":{},\"name\":"
	"\"fetch\"}",
	"{\"description\":\"Get a page\",\"inputSchema\":{\"required\":[\"u\"]"
	"},\"name\":\"fetch\"}",
	"{\"description\":\"Get a page\",\"inputSchema\":{},\"name\":"
	"\"fetch_more\"}",
};

/* The fields of the definitions, and lists made of them: "0 a" is says[0]. */
struct fixture {
	char names[DEFINITIONS][3 + DIGEST_HEAD];
	const char *v[64];
	size_t n;
	struct buf lists[8];
	size_t n_lists;
};

static void fixture_init(struct fixture *f)
{
	char hex[SHA256_HEX];

	*f = (struct fixture) {.n = 0};
	for (size_t i = 0; i < DEFINITIONS; i++) {
		sha256_hex(says[i], strlen(says[i]), hex);
		snprintf(f->names[i], sizeof f->names[i], "d:%.*s",
			DIGEST_HEAD, hex);
		f->v[f->n++] = f->names[i];
		f->v[f->n++] = says[i];
	}
}

static void fixture_list(struct fixture *f, const char *id, const char *tools)
{
	struct buf *b = &f->lists[f->n_lists++];

	buf_init(b, 64 * 1024);
	for (; *tools; tools += strcspn(tools, ",") + (strchr(tools, ',') != NULL))
		buf_fmt(b, "%s + %.*s\n", f->names[*tools - '0'] + 2,
			(int)strcspn(tools + 2, ","), tools + 2);
	f->v[f->n++] = id;
	f->v[f->n++] = b->p;
}

static void fixture_release(struct fixture *f)
{
	for (size_t i = 0; i < f->n_lists; i++)
		buf_release(&f->lists[i]);
}

static void test_classes_and_renames(void **state)
{
	static const struct {
		const char *before, *after, *want, *words;
	} cases[] = {
		{"0 fetch", "1 fetch_data",
			"renamed fetch fetch_data 2 1 breaking;",
			"`fetch` became `fetch_data`; removed, breaking"},
		{"0 fetch", "2 fetch", "changed fetch 2 1 words;",
			"`fetch` was changed; only words"},
		{"0 fetch", "3 fetch", "changed fetch 2 1 breaking;",
			"`fetch` was changed; breaking"},
		{"3 fetch", "0 fetch", "changed fetch 2 1 compatible;",
			"`fetch` was changed; compatible"},
		/* Says something else: it is another tool. */
		{"2 fetch", "1 fetch_data",
			"removed fetch 2 1 breaking;"
			"added fetch_data 2 1 compatible;",
			"`fetch` was removed; breaking"},
		/* Which of the two it became nobody knows. */
		{"0 fetch", "1 fetch_data,4 fetch_more",
			"removed fetch 2 1 breaking;"
			"added fetch_data 2 1 compatible;"
			"added fetch_more 2 1 compatible;",
			"`fetch` was removed; breaking"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct tool_history h;
		struct fixture f;
		struct buf text;

		fixture_init(&f);
		fixture_list(&f, "l:" A, cases[i].before);
		fixture_list(&f, "l:" B, cases[i].after);
		f.v[f.n++] = "r:eu";
		f.v[f.n++] = "1 " A "\n2 " B "\n";
		tool_history_read(f.v, f.n, 0, &h);
		buf_init(&text, 4096);
		describe(&h, &text);
		assert_string_equal(text.p, cases[i].want);
		buf_clear(&text);
		tool_event_words(&text, &h.v[0], h.regions);
		assert_string_equal(text.p, cases[i].words);
		buf_release(&text);
		tool_history_release(&h);
		fixture_release(&f);
	}
}

/* A definition that is not that of its digest says nothing. */
static void test_wrong_digest(void **state)
{
	struct tool_history h;
	struct fixture f;

	(void)state;
	fixture_init(&f);
	fixture_list(&f, "l:" A, "0 fetch");
	fixture_list(&f, "l:" B, "2 fetch");
	f.v[1] = says[3];
	f.v[f.n++] = "r:eu";
	f.v[f.n++] = "1 " A "\n2 " B "\n";
	tool_history_read(f.v, f.n, 0, &h);
	assert_int_equal(h.n, 1);
	assert_false(h.v[0].known);
	tool_history_release(&h);
	fixture_release(&f);
}

static void test_current(void **state)
{
	static const char *const want[][4] = {
		/* name, anchor, description, "places changed since" */
		{"a\\u{202E}b", "a.E2.80.AEb", "Get a page", "2 0 100"},
		{"fetch", "fetch", "Get one page", "2 1 300"},
	};
	struct tool_current t;
	struct fixture f;
	char text[64];

	(void)state;
	fixture_init(&f);
	fixture_list(&f, "l:" A, "0 fetch,1 a\xe2\x80\xae" "b");
	fixture_list(&f, "l:" B, "2 fetch,1 a\xe2\x80\xae" "b");
	f.v[f.n++] = "r:eu";
	f.v[f.n++] = "100 " A "\n200 " B "\n";
	f.v[f.n++] = "r:us";
	f.v[f.n++] = "150 " A "\n300 " B "\n";
	f.v[f.n++] = "r:none";
	f.v[f.n++] = "";
	tool_current_read(f.v, f.n, &t);
	assert_int_equal(t.n, 2);
	assert_int_equal(t.total, 2);
	assert_int_equal(t.regions, 3);
	for (size_t i = 0; i < t.n; i++) {
		assert_string_equal(t.v[i].name, want[i][0]);
		assert_string_equal(t.v[i].anchor, want[i][1]);
		assert_string_equal(t.v[i].description, want[i][2]);
		assert_false(t.v[i].differs);
		snprintf(text, sizeof text, "%zu %d %g", t.v[i].places,
			t.v[i].changed, t.v[i].since);
		assert_string_equal(text, want[i][3]);
	}
	tool_current_release(&t);
	fixture_release(&f);
}

/* Ten thousand tools are counted, and few of them told; a long name is cut. */
static void test_current_is_bounded(void **state)
{
	const char *many[] = {"l:" A, NULL, "r:eu", "1 " A "\n"};
	struct tool_current t;
	struct buf list;

	(void)state;
	buf_init(&list, 4 * 1024 * 1024);
	for (int i = 0; i < 10000; i++)
		buf_fmt(&list, A " + tool-%05d\n", i);
	buf_str(&list, A " + a");
	for (int i = 0; i < 1000; i++)
		buf_str(&list, "\xe2\x80\x8b");
	buf_str(&list, "\n");
	many[1] = list.p;
	tool_current_read(many, 4, &t);
	assert_int_equal(t.total, 10001);
	assert_int_equal(t.n, TOOL_CURRENT_MAX);
	assert_string_equal(t.v[0].anchor, "");
	assert_true(strlen(t.v[0].name) < 10 * TOOL_NAME_SHOWN);
	assert_non_null(strstr(t.v[0].name, "\\u{200B}"));
	assert_non_null(strstr(t.v[0].name, "…"));
	tool_current_release(&t);
	buf_release(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_classes_and_renames),
		cmocka_unit_test(test_wrong_digest),
		cmocka_unit_test(test_current),
		cmocka_unit_test(test_current_is_bounded),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

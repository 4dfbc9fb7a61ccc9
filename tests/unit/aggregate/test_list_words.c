/* SPDX-License-Identifier: MIT */
/*
 * Goal: where two lists of tools differ is told in a few words, in which nothing
 * is hidden, however long and hostile the lists are.
 */
#include "records/verdict.h"
#include "tools/definitions.h"
#include "words/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define TOOL(name, text)                                                       \
	"{\"name\":\"" name "\",\"description\":\"" text                        \
	"\",\"inputSchema\":{\"type\":\"object\"}}"
#define MANY "0123456789 0123456789 0123456789 0123456789 0123456789 "

static const struct {
	const char *name, *before, *after, *words;
} cases[] = {
	{"the same", "[" TOOL("a", "x") "]", "[" TOOL("a", "x") "]", "{}"},
	{"order and white space",
		"[{\"name\":\"a\",\"inputSchema\":{\"type\":\"object\"}}]",
		"[ {\"inputSchema\": {\"type\": \"object\"}, \"name\": \"a\"} ]",
		"{}"},
	{"a word", "[" TOOL("a", "gets x") "]", "[" TOOL("a", "gets y") "]",
		"{\"words\":[{\"tool\":\"a\",\"path\":\"/description\","
		"\"before\":\"gets x\",\"after\":\"gets y\"}]}"},
	{"from nothing", "[" TOOL("a", "") "]", "[" TOOL("a", "y") "]",
		"{\"words\":[{\"tool\":\"a\",\"path\":\"/description\","
		"\"before\":\"\",\"after\":\"y\"}]}"},
	{"in the middle of much", "[" TOOL("a", MANY "x " MANY) "]",
		"[" TOOL("a", MANY "yz " MANY) "]",
		"{\"words\":[{\"tool\":\"a\",\"path\":\"/description\","
		"\"before\":\"\u20263456789 0123456789 0123456789 x "
		"0123456789 0123456789 0123456\u2026\","
		"\"after\":\"\u20263456789 0123456789 0123456789 yz "
		"0123456789 0123456789 0123456\u2026\"}]}"},
	{"much", "[" TOOL("a", "x") "]", "[" TOOL("a", "x" MANY MANY) "]",
		"{\"words\":[{\"tool\":\"a\",\"path\":\"/description\","
		"\"before\":\"x\",\"after\":\"x" MANY
		"0123456789 0123456789 0123456789 0123456789 \u2026\"}]}"},
	{"what is hidden, and what looks like it",
		"[" TOOL("a", "x") "]",
		"[" TOOL("a", "x\\u202e\\u200b\\\\u{41}\\n\\u001b") "]",
		"{\"words\":[{\"tool\":\"a\",\"path\":\"/description\","
		"\"before\":\"x\",\"after\":\"x\\\\u{202E}\\\\u{200B}"
		"\\\\u{5C}u{41}\\\\n\\\\u{1B}\"}]}"},
	{"in a schema",
		"[{\"name\":\"a\",\"inputSchema\":{\"type\":\"object\","
		"\"properties\":{\"x\":{\"description\":\"old\"}}}}]",
		"[{\"name\":\"a\",\"inputSchema\":{\"type\":\"object\","
		"\"properties\":{\"x\":{\"description\":\"new\"}}}}]",
		"{\"words\":[{\"tool\":\"a\",\"path\":"
		"\"/inputSchema/properties/x/description\","
		"\"before\":\"old\",\"after\":\"new\"}]}"},
	{"words come before what is compatible",
		"[{\"name\":\"a\",\"inputSchema\":{\"type\":\"object\"}},"
		"{\"name\":\"b\",\"title\":\"x\",\"inputSchema\":{\"type\":"
		"\"object\"}}]",
		"[{\"name\":\"a\",\"inputSchema\":{\"type\":\"object\","
		"\"properties\":{\"p\":{},\"q\":{},\"r\":{},\"s\":{}}}},"
		"{\"name\":\"b\",\"title\":\"y\",\"inputSchema\":{\"type\":"
		"\"object\"}}]",
		"{\"words\":[{\"tool\":\"b\",\"path\":\"/title\","
		"\"before\":\"x\",\"after\":\"y\"},"
		"{\"tool\":\"a\",\"path\":\"/inputSchema/properties/p\","
		"\"before\":\"\",\"after\":\"{}\"},"
		"{\"tool\":\"a\",\"path\":\"/inputSchema/properties/q\","
		"\"before\":\"\",\"after\":\"{}\"}]}"},
	{"a tool that is new says so by its name", "[]",
		"[" TOOL("a", "x") "]", "{}"},
};

static void refuse(void *arg, const char *reason)
{
	(void)arg;
	fail_msg("%s", reason);
}

static void put(struct buf *b, const char *before, const char *after)
{
	struct definitions x = {.n = 0}, y = {.n = 0};
	char why[DEFINITIONS_WHY];

	if (!definitions_read(&x, before, strlen(before), refuse, NULL, why) ||
		!definitions_read(&y, after, strlen(after), refuse, NULL, why))
		fail_msg("%s", why);
	list_words_put(b, &x, &y);
	definitions_release(&x);
	definitions_release(&y);
}

static void test_words(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 100000);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		buf_clear(&b);
		put(&b, cases[i].before, cases[i].after);
		if (strcmp(b.p, cases[i].words) != 0)
			fail_msg("%s: %s", cases[i].name, b.p);
	}
	buf_release(&b);
}

/* No more than LIST_WORDS, and each short. */
static void test_limits(void **state)
{
	struct buf lists[2], b;
	struct verdict_side side = {.words = NULL};
	cJSON *doc;

	(void)state;
	for (int k = 0; k < 2; k++) {
		buf_init(&lists[k], 100000);
		for (int i = 0; i < 50; i++) {
			buf_fmt(&lists[k], "%s{\"name\":\"t%d\",\"description\":\"",
				i ? "," : "[", i);
			for (int n = 0; n < 200; n++)
				buf_str(&lists[k], k ? "\\u200b" : "\xf0\x9f\x98\x80");
			buf_str(&lists[k], "\",\"inputSchema\":{}}");
		}
		buf_char(&lists[k], ']');
	}
	buf_init(&b, 100000);
	put(&b, lists[0].p, lists[1].p);
	doc = cJSON_Parse(b.p);
	assert_true(verdict_words_take(doc, &side));
	assert_int_equal(side.n_words, LIST_WORDS);
	for (size_t i = 0; i < side.n_words; i++) {
		assert_true(strlen(side.words[i].before) <= 320);
		assert_true(strlen(side.words[i].after) <= 320);
	}
	free(side.words);
	cJSON_Delete(doc);
	buf_release(&b);
	buf_release(&lists[0]);
	buf_release(&lists[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_limits),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

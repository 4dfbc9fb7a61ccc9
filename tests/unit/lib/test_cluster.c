/* SPDX-License-Identifier: MIT */
/*
 * Goal: the map of a cluster's slots is taken from what a node answers, and what
 * is no such map changes nothing; what several servers answer to one command
 * becomes one reply.
 */
#include "store/nodes.h"

#include "store/reply.h"

#include <hiredis/hiredis.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A reply from what a server sends; spaces stand for the ends of lines. */
static struct store_reply *parse(const char *text)
{
	redisReader *reader = redisReaderCreate();
	void *r = NULL;

	for (const char *p = text; *p; p++)
		redisReaderFeed(reader, *p == ' ' ? "\r\n" : p,
			*p == ' ' ? 2 : 1);
	redisReaderFeed(reader, "\r\n", 2);
	assert_int_equal(redisReaderGetReply(reader, &r), REDIS_OK);
	assert_non_null(r);
	redisReaderFree(reader);
	return r;
}

/* As "name:port first-last …" of the masters, by their numbers. */
static void describe(const struct nodes *ns, char *out, size_t size)
{
	size_t n = 0;

	*out = '\0';
	for (size_t i = 0; i < ns->n; i++) {
		if (!ns->v[i].master)
			continue;
		n += (size_t)snprintf(out + n, size - n, "%s%s:%d",
			n ? " " : "", ns->v[i].at.name, ns->v[i].at.port);
		for (int s = 0, from = -1; s <= SLOTS; s++) {
			bool has = s < SLOTS && ns->owner[s] == i + 1;

			if (has && from < 0)
				from = s;
			if (!has && from >= 0) {
				n += (size_t)snprintf(out + n, size - n,
					" %d-%d", from, s - 1);
				from = -1;
			}
		}
	}
}

#define ROW(first, last, host, port)                                           \
	"*3 :" #first " :" #last " *3 " host " :" #port " $2 id"
#define A "$1 a"
#define B "$1 b"

static void test_map(void **state)
{
	static const struct {
		const char *reply, *map; /* NULL: refused */
	} cases[] = {
		{"*1 " ROW(0, 16383, A, 7000), "a:7000 0-16383"},
		{"*3 " ROW(0, 5, A, 7000) " " ROW(6, 9, B, 1) " "
			ROW(10, 16383, A, 7000), "a:7000 0-5 10-16383 b:1 6-9"},
		/* Replicas, and what else a node tells. */
		{"*1 *4 :0 :9 *4 $1 b :1 $2 id *2 $8 hostname $1 x "
		 "*4 $1 c :2 $2 id *0", "b:1 0-9"},
		/* The one that was asked does not know its address. */
		{"*1 " ROW(0, 1, "$0 ", 7001), "asked:7001 0-1"},
		{"*1 " ROW(0, 1, "$-1", 7001), "asked:7001 0-1"},
		{"*1 " ROW(0, 1, "$1 ?", 7001), "asked:7001 0-1"},
		{"*1 " ROW(0, 1, "$3 ::1", 1), "::1:1 0-1"},
		{"*0", NULL},
		{"$2 OK", NULL},
		{"*1 *0", NULL},
		{"*1 *2 :0 :1", NULL},
		{"*1 *3 :0 :1 *0", NULL},
		{"*1 " ROW(0, 16384, A, 7000), NULL},
		{"*1 " ROW(-1, 5, A, 7000), NULL},
		{"*1 " ROW(6, 5, A, 7000), NULL},
		{"*1 " ROW(0, 5, A, 0), NULL},
		{"*1 " ROW(0, 5, A, 65536), NULL},
		{"*1 " ROW(0, 5, "$1 \t", 1), NULL},
		/* A good row does not save the others. */
		{"*2 " ROW(0, 5, A, 1) " " ROW(6, 7, B, 0), NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct store_reply *r = parse(cases[i].reply);
		struct nodes ns = {.known = false};
		char map[200];
		size_t asked = nodes_number(&ns, "asked", 6379);
		int rc = cluster_read(&ns, r, asked);

		assert_int_equal(rc, cases[i].map ? 0 : -1);
		if (!rc) {
			describe(&ns, map, sizeof map);
			assert_string_equal(map, cases[i].map);
		} else {
			assert_null(ns.owner);
			assert_true(ns.v[asked].master);
		}
		reply_free(r);
		nodes_release(&ns);
	}
}

/* A node that hands out its slots goes by the same number when it is back. */
static void test_changes(void **state)
{
	static const char *const maps[][2] = {
		{"*1 " ROW(0, 16383, A, 1), "a:1 0-16383"},
		{"*1 " ROW(0, 16383, B, 2), "b:2 0-16383"},
		{"*2 " ROW(0, 7, B, 2) " " ROW(8, 16383, A, 1),
			"a:1 8-16383 b:2 0-7"},
	};
	struct nodes ns = {.known = false};

	(void)state;
	for (size_t i = 0; i < sizeof maps / sizeof *maps; i++) {
		struct store_reply *r = parse(maps[i][0]);
		char map[200];

		assert_int_equal(cluster_read(&ns, r, 0), 0);
		describe(&ns, map, sizeof map);
		assert_string_equal(map, maps[i][1]);
		reply_free(r);
	}
	assert_int_equal(ns.n, 2);
	nodes_release(&ns);
}

/* A map may not make us remember any number of nodes. */
static void test_many(void **state)
{
	struct nodes ns = {.known = false};
	char name[16];

	(void)state;
	for (int i = 0; i < 5000; i++) {
		snprintf(name, sizeof name, "n%d", i);
		if (nodes_number(&ns, name, 1) == NODE_NONE)
			break;
	}
	assert_in_range(ns.n, 1000, 4000);
	assert_int_equal(nodes_number(&ns, "n7", 1), 7);
	nodes_release(&ns);
}

/* A reply as text. */
static void write_reply(const struct store_reply *r, char *out, size_t size)
{
	if (store_error(r))
		snprintf(out, size, "-%s", store_error(r));
	else if (store_text(r))
		snprintf(out, size, "%s", store_text(r));
	else if (!store_count(r))
		snprintf(out, size, "%lld", store_int(r, -1));
	for (size_t i = 0; i < store_count(r); i++) {
		size_t n = i ? strlen(out) : 0;

		snprintf(out + n, size - n, "%s%s", i ? "," : "",
			store_text(store_item(r, i)));
	}
}

static void test_merged(void **state)
{
	static const struct {
		const char *a, *b, *both;
		bool least;
	} cases[] = {
		{":3", ":4", "7", false},
		{":3", ":4", "3", true},
		{":4", ":3", "3", true},
		{"$3 abc", "$2 de", "abcde", false},
		{"$3 abc", "$3 abc", "abc", false},
		{"+PONG", "+PONG", "PONG", false},
		{"*2 $1 a $1 b", "*2 $1 a $1 c", "a,b,a,c", false},
		{"*0", "*1 $1 x", "x", false},
		{"*1 $1 x", "*0", "x", false},
		{":3", "-OOM", "-OOM", false},
		{"-OOM", ":3", "-OOM", false},
		{"-A", "-B", "-A", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct store_reply *r = reply_merge(
			NULL, parse(cases[i].a), cases[i].least);
		char text[100];

		r = reply_merge(r, parse(cases[i].b), cases[i].least);
		write_reply(r, text, sizeof text);
		assert_string_equal(text, cases[i].both);
		reply_free(r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_map),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_merged),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

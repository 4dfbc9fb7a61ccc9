/* SPDX-License-Identifier: MIT */
/*
 * Goal: keys are in the slots in which a Redis Cluster has them; the slug stands
 * in braces there, and there alone; and every key of a command is found.
 */
#include "store/nodes.h"
#include "store/reply.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* The checksum of the specification, and what CLUSTER KEYSLOT answers. */
static void test_slot(void **state)
{
	static const struct {
		const char *key;
		unsigned slot;
	} cases[] = {
		{"", 0},
		{"123456789", 12739},
		{"somekey", 11058},
		{"foo{hash_tag}", 2515},
		{"bar{hash_tag}", 2515},
		{"foo{}{bar}", 8363},
		{"foo{{bar}}zap", 4015},
		{"foo{bar}{zap}", 5061},
		{"foo{", 7673},
		{"{user1000}.following", 3443},
		{"{user1000}.followers", 3443},
		{"demo", 903},
		{"probe:{demo}:latest", 903},
		{"alert:{demo}", 903},
		{"fleet:servers", 16218},
	};

	(void)state;
	assert_int_equal(slots_of("123456789", 9), 0x31c3 % SLOTS);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(
			slots_of(cases[i].key, strlen(cases[i].key)),
			cases[i].slot);
}

static void test_braces(void **state)
{
	static const char *const cases[][2] = {
		{"probe:demo:latest", "probe:{demo}:latest"},
		{"probe:demo:1777485060:us-east-1",
			"probe:{demo}:1777485060:us-east-1"},
		{"probe:a.b_c-1:latency:d12", "probe:{a.b_c-1}:latency:d12"},
		{"alert:demo", "alert:{demo}"},
		{"alert:*", "alert:{*}"},
		{"alert:*.0123abcd", "alert:{*.0123abcd}"},
		{"fleet:servers", "fleet:servers"},
		{"fleet:budget:pager:494861", "fleet:budget:pager:494861"},
		{"probe", "probe"},
		{"probe:", "probe:"},
		{"", ""},
		{"probed:demo", "probed:demo"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *name = cases[i][0];
		struct buf b;
		size_t n;

		buf_init(&b, 1000);
		slots_put_braces(&b, name, strlen(name));
		assert_string_equal(b.p, cases[i][1]);
		if (b.len) {
			n = slots_strip_braces(b.p, b.len);
			assert_int_equal(n, strlen(name));
			assert_memory_equal(b.p, name, n);
		}
		buf_release(&b);
	}
}

/* What no program of ours stored is left as it is. */
static void test_foreign(void **state)
{
	static const char *const cases[] = {"probe:{", "probe:{demo", "alert:}",
		"fleet:{x}", "{probe:x}"};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[32];
		size_t n = strlen(cases[i]);

		memcpy(text, cases[i], n + 1);
		assert_int_equal(slots_strip_braces(text, n), n);
		assert_string_equal(text, cases[i]);
	}
}

/* A command as Redis reads it, from words with spaces between them. */
static void make_command(struct buf *b, const char *words)
{
	size_t n = 1;

	for (const char *p = words; *p; p++)
		n += *p == ' ';
	buf_fmt(b, "*%zu\r\n", n);
	while (n--) {
		size_t size = strcspn(words, " ");

		buf_fmt(b, "$%zu\r\n%.*s\r\n", size, (int)size, words);
		words += size + 1;
	}
}

static void test_command(void **state)
{
	static const struct {
		const char *words, *braced;
		const char *tag; /* of its slot; "": none; NULL: several */
	} cases[] = {
		{"GET probe:a:latest", "GET probe:{a}:latest", "a"},
		{"GET fleet:format", "GET fleet:format", "fleet:format"},
		{"HSET alert:a alert:b alert:c", "HSET alert:{a} alert:b alert:c",
			"a"},
		{"del alert:a probe:a:x", "del alert:{a} probe:{a}:x", "a"},
		{"MGET alert:a alert:b", "MGET alert:{a} alert:{b}", NULL},
		{"EXISTS alert:a alert:b alert:a",
			"EXISTS alert:{a} alert:{b} alert:{a}", NULL},
		{"MEMORY USAGE alert:a", "MEMORY USAGE alert:{a}", "a"},
		{"EVAL text 0 alert:a", "EVAL text 0 alert:a", ""},
		{"EVALSHA sha 2 alert:a probe:a:x alert:c",
			"EVALSHA sha 2 alert:{a} probe:{a}:x alert:c", "a"},
		{"EVALSHA sha 2 alert:a alert:b",
			"EVALSHA sha 2 alert:{a} alert:{b}", NULL},
		{"EVALSHA sha 9 alert:a alert:a",
			"EVALSHA sha 9 alert:{a} alert:{a}", "a"},
		{"eval text 1 alert:a MATCH alert:a",
			"eval text 1 alert:{a} MATCH alert:a", "a"},
		{"PING", "PING", ""},
		{"INFO memory", "INFO memory", ""},
		{"CONFIG GET maxmemory", "CONFIG GET maxmemory", ""},
		{"CLIENT LIST", "CLIENT LIST", ""},
		{"SCRIPT LOAD alert:a", "SCRIPT LOAD alert:a", ""},
		{"SCAN 0 COUNT 1000 match alert:*",
			"SCAN 0 COUNT 1000 match alert:{*}", ""},
		{"TIME", "TIME", ""},
		{"WAIT 1 1000", "WAIT 1 1000", ""},
		{"DBSIZE", "DBSIZE", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf command, braced, want;
		const char *tag = cases[i].tag;
		int slot = !tag ? -1 : SLOTS;

		if (tag && *tag)
			slot = (int)slots_of(tag, strlen(tag));
		buf_init(&command, 1000);
		buf_init(&braced, 1000);
		buf_init(&want, 1000);
		make_command(&command, cases[i].words);
		make_command(&want, cases[i].braced);
		assert_int_equal(slots_command(&braced, command.p, command.len), slot);
		assert_string_equal(braced.p, want.p);
		buf_release(&command);
		buf_release(&braced);
		buf_release(&want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slot),
		cmocka_unit_test(test_braces),
		cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_command),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

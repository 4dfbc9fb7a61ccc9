/* SPDX-License-Identifier: MIT */
/*
 * Goal: a round is complete only where every server was judged in it, with
 * data, and every line was understood.
 */
#include "delivery/delivery.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define NOW 1777494725.0
#define WINDOW 1777494720

static struct conf_server servers[] = {{.slug = "a"}, {.slug = "b"}};
static const struct conf two = {.servers = servers, .n_servers = 2};
static const struct conf none = {0};

static void test_complete(void **state)
{
	static const struct {
		const struct conf *conf;
		struct verdict v[3];
		size_t refused;
		const char *why; /* NULL: complete */
	} cases[] = {
		{&two, {{.slug = "a", .window = WINDOW, .reporters = 3},
			       {.slug = "b", .window = WINDOW - 240}}, 0, NULL},
		{&two, {{.slug = "b", .window = WINDOW, .reporters = 3}}, 0,
			"no verdict of now on a"},
		{&two, {{.slug = "a", .window = WINDOW, .reporters = 3},
			       {.slug = "c", .window = WINDOW}}, 0,
			"no verdict of now on b"},
		{&two, {{.slug = "a", .window = WINDOW, .reporters = 3},
			       {.slug = "b", .window = WINDOW - 360,
				       .reporters = 3}}, 0,
			"no verdict of now on b"},
		{&two, {{.slug = "a", .window = WINDOW + 360, .reporters = 3},
			       {.slug = "b", .window = WINDOW, .reporters = 3}},
			0, "no verdict of now on a"},
		{&two, {{.slug = "a", .window = WINDOW},
			       {.slug = "b", .window = WINDOW}}, 0,
			"no region reports"},
		{&two, {{.slug = "a", .window = WINDOW, .reporters = 3},
			       {.slug = "b", .window = WINDOW}}, 2,
			"2 lines were refused"},
		{&none, {{.slug = NULL}}, 0, "no verdict of now"},
		{&none, {{.slug = "x", .window = WINDOW, .reporters = 1}}, 0,
			NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct round_complete p = {.conf = cases[i].conf};
		char why[ROUND_COMPLETE_WHY] = "";

		for (size_t k = 0; k < 3 && cases[i].v[k].slug; k++)
			round_complete_verdict(&p, &cases[i].v[k], NOW);
		p.refused = cases[i].refused;
		if (round_complete_complete(&p, why) != !cases[i].why ||
			strcmp(why, cases[i].why ? cases[i].why : "") != 0)
			fail_msg("case %zu: %s", i, why);
		/* The next round begins with nothing. */
		round_complete_clear(&p);
		assert_false(round_complete_complete(&p, why));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_complete),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

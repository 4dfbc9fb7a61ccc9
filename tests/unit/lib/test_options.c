/* SPDX-License-Identifier: MIT */
/*
 * Goal: a command line is read by the tables alone: options wherever they
 * stand, shortened or with '=', and what a command does not have is refused.
 */
#include "base/exits.h"
#include "base/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

struct values {
	const char *name;
	const char *many[3];
	double wait;
	int count, colour;
	bool loud;
};

#define AT(member) offsetof(struct values, member)

static const struct option_row options[] = {
	{.name = "colour", .arg = "c", .type = OPTION_CHOICE, .at = AT(colour),
		.choices = (const char *const[]) {"red", "blue", NULL}},
	{.name = "count", .arg = "n", .type = OPTION_NUMBER, .at = AT(count),
		.min = 1, .max = 9},
	{.name = "loud", .letter = 'l', .type = OPTION_FLAG, .at = AT(loud)},
	{.name = "many", .letter = 'm', .arg = "m", .type = OPTION_LIST,
		.at = AT(many), .max = 2},
	{.name = "name", .letter = 'n', .arg = "name", .at = AT(name)},
	{.name = "wait", .arg = "time", .type = OPTION_SECONDS, .at = AT(wait),
		.max = 60},
	OPTIONS_END
};

static const struct command_row commands[] = {
	{"add -", 1, "[-l]", 0, 0, NULL, ""},
	{"add", 2, "[-n name] [--wait time] x [y]", 1, 2, "x", ""},
	{"list all", 3, "[-lm m] [--count n | --colour c]", 0, 0, "none", ""},
	{"", 4, "[-l]", 0, 0, NULL, ""},
	{NULL, 0, NULL, 0, 0, NULL, NULL},
};

static struct values got;
static struct command_line rest;

/*
 * The action of a line, whose words are parted by single spaces; or the exit
 * status, below zero. A line that begins with '+' has its options first.
 */
static int action(const char *line)
{
	static char text[200];
	static char *argv[20];
	struct option_tables t = {.program = "p", .options = options,
		.commands = commands, .options_first = *line == '+'};
	int argc = 1, status;

	snprintf(text, sizeof text, "%s", line);
	argv[0] = text;
	for (char *p = text; (p = strchr(p, ' ')); argc++) {
		*p++ = '\0';
		argv[argc] = p;
	}
	argv[argc] = NULL;
	got = (struct values) {0};
	status = options_read(&t, argc, argv, &got, &rest);
	return status < 0 ? rest.command->action : -status;
}

static void test_options_stand_anywhere(void **state)
{
	(void)state;
	assert_int_equal(action("p"), 4);
	assert_int_equal(action("p -l"), 4);
	assert_true(got.loud);
	assert_int_equal(action("p -n a add --wait=1m x y"), 2);
	assert_string_equal(got.name, "a");
	assert_true(got.wait > 59 && got.wait < 61);
	assert_int_equal(rest.n_operands, 2);
	assert_string_equal(rest.operands[1], "y");
	assert_int_equal(action("p add -- -n"), 2);
	assert_string_equal(rest.operands[0], "-n");
	assert_null(got.name);
	assert_int_equal(action("p add - --lo"), 1);
	assert_true(got.loud);
	assert_int_equal(action("p list --col blue -mx all -m y"), 3);
	assert_int_equal(got.colour, 2);
	assert_string_equal(got.many[0], "x");
	assert_string_equal(got.many[1], "y");
}

static void test_options_first(void **state)
{
	(void)state;
	assert_int_equal(action("+ add -na x"), 2);
	assert_int_equal(action("+ add x -n"), 2);
	assert_string_equal(rest.operands[1], "-n");
	assert_int_equal(action("+ -l"), 4);
	assert_int_equal(action("+ -n a add x"), -EXIT_USAGE);
	assert_int_equal(action("+ x -l"), -EXIT_USAGE);
}

static void test_refused(void **state)
{
	static const char *const lines[] = {"p x", "p list", "p add", "p add x y z",
		"p add - x", "p list all x", "p -n a", "p add -l x", "p add - -na",
		"p list all --co 3", "p list all --count 0", "p list all --count 10",
		"p list all --count=3x", "p list all --colour green",
		"p list all -l -l", "p list all -m1 -m2 -m3", "p add x --wait 61s",
		"p add x --wait 6",
		"p add x --wait", "p add x -q", "p add x --quiet", "p -l=3",
		"p --loud=yes"};

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		if (action(lines[i]) != -EXIT_USAGE)
			fail_msg("not refused: %s", lines[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options_stand_anywhere),
		cmocka_unit_test(test_options_first),
		cmocka_unit_test(test_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

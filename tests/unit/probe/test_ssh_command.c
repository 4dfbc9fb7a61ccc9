/* SPDX-License-Identifier: MIT */
/*
 * Goal: of what a client of a forced command asks for, only the command of a
 * round is understood, for this region and for no more probes at once than its
 * owner allows.
 */
#include "options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define REGION_40 "a123456789-123456789-123456789-123456789"
#define ONLY "this key is for probes only"
#define STDIN "targets are read from standard input only"
#define OTHER "this key is for another region"
#define NUMBER "concurrency is a number from 1 to 1000"

static void test_commands(void **state)
{
	static const struct {
		const char *asked;
		int allowed; /* by the owner; 0: as many as there may be */
		int expected;
		const char *why; /* NULL: it is taken */
	} rows[] = {
		{"mcp-probe --targets - -r us-1 -f jsonl --concurrency 1000", 0,
			1000, NULL},
		{"mcp-probe --targets - -r us-1 -f jsonl --concurrency 20", 0,
			20, NULL},
		{"mcp-probe --concurrency 1000 -r us-1 --targets -", 50, 50,
			NULL},
		{"mcp-probe --concurrency 20", 50, 20, NULL},
		{"mcp-probe", 50, 50, NULL},
		{"mcp-probe", 0, 1000, NULL},
		/* Files, and whatever else an option could do. */
		{"mcp-probe --targets /etc/passwd", 0, 0, STDIN},
		{"mcp-probe --targets", 0, 0, ONLY},
		{"mcp-probe --targets=-", 0, 0, ONLY},
		{"mcp-probe --token-file /etc/shadow", 0, 0, ONLY},
		{"mcp-probe --credential key", 0, 0, ONLY},
		{"mcp-probe --cacert /etc/ssl/x.pem", 0, 0, ONLY},
		{"mcp-probe --resume x", 0, 0, ONLY},
		{"mcp-probe --resolve a:1:10.0.0.1", 0, 0, ONLY},
		{"mcp-probe --connect-to ::a:1", 0, 0, ONLY},
		{"mcp-probe -v", 0, 0, ONLY},
		{"mcp-probe --serve-ssh", 0, 0, ONLY},
		{"mcp-probe -- -r us-1", 0, 0, ONLY},
		{"mcp-probe https://example.com", 0, 0, ONLY},
		/* Another region, format or number. */
		{"mcp-probe -r us-2", 0, 0, OTHER},
		{"mcp-probe -r us-1x", 0, 0, OTHER},
		{"mcp-probe -r ", 0, 0, OTHER},
		{"mcp-probe -r us-1 -r us-2", 0, 0, ONLY},
		{"mcp-probe --region us-1", 0, 0, ONLY},
		{"mcp-probe -f text", 0, 0, "only the format jsonl is allowed"},
		{"mcp-probe --concurrency 0", 0, 0, NUMBER},
		{"mcp-probe --concurrency 1001", 0, 0, NUMBER},
		{"mcp-probe --concurrency -1", 0, 0, NUMBER},
		{"mcp-probe --concurrency 1e3", 0, 0, NUMBER},
		{"mcp-probe --concurrency 5 --concurrency 6", 0, 0, ONLY},
		/* Other programs, and what a shell would make of it. */
		{"", 0, 0, ONLY},
		{"sh", 0, 0, ONLY},
		{"/bin/mcp-probe", 0, 0, ONLY},
		{" mcp-probe", 0, 0, ONLY},
		{"mcp-probe ", 0, 0, ONLY},
		{"mcp-probe  -r us-1", 0, 0, ONLY},
		{"mcp-probe\t-r us-1", 0, 0, ONLY},
		{"mcp-probe -r us-1; id", 0, 0, OTHER},
		{"mcp-probe; id", 0, 0, ONLY},
		{"mcp-probe -r 'us-1'", 0, 0, OTHER},
		{"mcp-probe -r $(id)", 0, 0, OTHER},
		{"mcp-probe -r us-1\nid", 0, 0, OTHER},
		{"internal-sftp", 0, 0, ONLY},
	};
	char why[SSH_COMMAND_WHY];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		int n = rows[i].allowed;
		bool ok = ssh_command_read(rows[i].asked, "us-1", &n, why);

		if (ok != !rows[i].why)
			fail_msg("%s: %s", rows[i].asked,
				ok ? "taken" : why);
		if (ok)
			assert_int_equal(n, rows[i].expected);
		else
			assert_string_equal(why, rows[i].why);
	}
}

static void test_length(void **state)
{
	static const char whole[] =
		"mcp-probe --targets - -r " REGION_40 " -f jsonl --concurrency 1000";
	char why[SSH_COMMAND_WHY], asked[5000];
	int n = 0;

	(void)state;
	assert_true(ssh_command_read(whole, REGION_40, &n, why));
	memset(asked, 'a', sizeof asked);
	memcpy(asked, "mcp-probe -r ", strlen("mcp-probe -r "));
	asked[sizeof asked - 1] = '\0';
	assert_false(ssh_command_read(asked, REGION_40, &n, why));
	assert_string_equal(why, ONLY);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_length),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

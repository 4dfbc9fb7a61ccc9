/* SPDX-License-Identifier: MIT */
/*
 * Goal: an error of the store is told apart from one of the command; where it can
 * be mended by asking again, it is known how; and each has one clear sentence.
 */
#include "store/reply.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_said(void **state)
{
	static const struct {
		const char *error;
		enum error_reply kind;
		const char *sentence;
	} cases[] = {
		{"WRONGTYPE Operation against a key", ERROR_REPLY_OWN,
			"refused: WRONGTYPE Operation against a key"},
		{"ERR value is not an integer", ERROR_REPLY_OWN,
			"refused: ERR value is not an integer"},
		{"ERR max number of clients reached", ERROR_REPLY_LASTING,
			"it has too many clients (ERR max number of clients "
			"reached)"},
		{"ERR Protocol error: unauthenticated bulk length",
			ERROR_REPLY_LASTING,
			"it requires a password: set MCP_STORE_PASSWORD_FILE "
			"(ERR Protocol error: unauthenticated bulk length)"},
		{"OOM command not allowed when used memory > 'maxmemory'.",
			ERROR_REPLY_LASTING,
			"it is full: maxmemory is reached (OOM)"},
		{"ERR Error running script (call to f_0): @user_script:1: "
		 "@user_script: 1: -OOM command not allowed",
			ERROR_REPLY_LASTING,
			"it is full: maxmemory is reached (OOM)"},
		{"READONLY You can't write against a read only replica.",
			ERROR_REPLY_MASTER,
			"it is read-only: a replica, not a master (READONLY)"},
		{"ERR Error x: -READONLY You can't", ERROR_REPLY_MASTER,
			"it is read-only: a replica, not a master (READONLY)"},
		{"UNBLOCKED force unblock", ERROR_REPLY_MASTER,
			"it has become a replica (UNBLOCKED)"},
		{"MASTERDOWN Link with MASTER is down", ERROR_REPLY_MASTER,
			"it is a replica that has lost its master "
			"(MASTERDOWN)"},
		{"LOADING Redis is loading the dataset in memory",
			ERROR_REPLY_LATER, "it is still loading its data, as after "
				       "a restart (LOADING)"},
		{"CLUSTERDOWN Hash slot not served", ERROR_REPLY_LATER,
			"the cluster is down: no node serves some of its "
			"slots (CLUSTERDOWN)"},
		{"TRYAGAIN Multiple keys request", ERROR_REPLY_LATER,
			"the slot of a key is being moved to another node "
			"(TRYAGAIN)"},
		{"BUSY Redis is busy running a script", ERROR_REPLY_LATER,
			"it is busy with a script that does not end (BUSY)"},
		{"MISCONF Errors writing to the AOF file: No space left",
			ERROR_REPLY_LASTING,
			"it cannot write to its disk, so it stores nothing "
			"(MISCONF Errors writing to the AOF file: No space "
			"left)"},
		{"NOREPLICAS Not enough good replicas to write.",
			ERROR_REPLY_LASTING,
			"it has too few replicas, so it stores nothing "
			"(NOREPLICAS Not enough good replicas to write.)"},
		{"NOAUTH Authentication required.", ERROR_REPLY_LASTING,
			"it requires a password: set MCP_STORE_PASSWORD_FILE "
			"(NOAUTH Authentication required.)"},
		{"WRONGPASS invalid username-password pair", ERROR_REPLY_LASTING,
			"it refuses AUTH: the user or the password is wrong "
			"(WRONGPASS invalid username-password pair)"},
		{"NOPERM this user has no permissions to run the 'set' command",
			ERROR_REPLY_LASTING,
			"its user does not have permission for this (NOPERM "
			"this user has no permissions to run the 'set' "
			"command)"},
		{"NOSCRIPT No matching script.", ERROR_REPLY_SCRIPT,
			"it has lost a script (NOSCRIPT)"},
		{"MOVED 3999 127.0.0.1:6381", ERROR_REPLY_MOVED,
			"it is a node of a cluster: use redis+cluster://host "
			"(MOVED)"},
		{"CROSSSLOT Keys in request don't hash to the same slot",
			ERROR_REPLY_LASTING,
			"it is a node of a cluster: use redis+cluster://host "
			"(CROSSSLOT Keys in request don't hash to the same "
			"slot)"},
		{"ASK 3999 127.0.0.1:6381", ERROR_REPLY_ASK,
			"it is a node of a cluster: use redis+cluster://host "
			"(ASK)"},
		{"", ERROR_REPLY_LASTING, "refused: "},
		{"SOMETHING else", ERROR_REPLY_LASTING, "refused: SOMETHING else"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[256];

		assert_int_equal(
			error_reply_kind(cases[i].error), cases[i].kind);
		error_reply_say(cases[i].error, text, sizeof text);
		assert_string_equal(text, cases[i].sentence);
	}
}

static void test_redirected(void **state)
{
	static const struct {
		const char *error, *name; /* NULL: it leads nowhere */
		int port;
	} cases[] = {
		{"MOVED 3999 127.0.0.1:6381", "127.0.0.1", 6381},
		{"ASK 0 db-2.example.com:7000", "db-2.example.com", 7000},
		{"MOVED 16383 ::1:6381", "::1", 6381},
		{"MOVED 1 [2001:db8::7]:6381", "2001:db8::7", 6381},
		{"MOVED 1 :6381", "", 6381},
		{"MOVED 1 ?:6381", "", 6381},
		{"MOVED 16384 a:1", .name = NULL},
		{"MOVED -1 a:1", .name = NULL},
		{"MOVED 1 a:0", .name = NULL},
		{"MOVED 1 a:65536", .name = NULL},
		{"MOVED 1 a", .name = NULL},
		{"MOVED 1", .name = NULL},
		{"MOVED", .name = NULL},
		{"MOVED 12345678901 a:1", .name = NULL},
		{"MOVED 1 a\tb:1", .name = NULL},
		{"MOVED 1 a b:1", .name = NULL},
	};
	char name[STORE_HOST_MAX + 1], text[400] = "MOVED 1 ";
	int port;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		bool ok = error_reply_redirection(
			cases[i].error, name, &port);

		assert_int_equal(ok, cases[i].name != NULL);
		if (!ok)
			continue;
		assert_string_equal(name, cases[i].name);
		assert_int_equal(port, cases[i].port);
	}
	memset(text + 8, 'a', STORE_HOST_MAX);
	memcpy(text + 8 + STORE_HOST_MAX, ":1", 3);
	assert_true(error_reply_redirection(text, name, &port));
	memcpy(text + 8 + STORE_HOST_MAX, "a:1", 4);
	assert_false(error_reply_redirection(text, name, &port));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_said),
		cmocka_unit_test(test_redirected),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

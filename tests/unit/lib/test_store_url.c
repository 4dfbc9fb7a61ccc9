/*
 * Goal: an address of the store is taken apart, with IPv6 too; what is no
 * address is refused in a sentence that repeats no password.
 */
#include "store/url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static void test_taken(void **state)
{
	static const struct {
		const char *url, *path, *host;
		int port, db;
	} cases[] = {
		{"unix:///run/redis.sock", "/run/redis.sock", NULL, 6379, 0},
		{"redis://db", NULL, "db", 6379, 0},
		{"redis://db/", NULL, "db", 6379, 0},
		{"redis://db:7000/3", NULL, "db", 7000, 3},
		{"redis://127.0.0.1:1", NULL, "127.0.0.1", 1, 0},
		{"redis://[::1]", NULL, "::1", 6379, 0},
		{"redis://[::1]:7000", NULL, "::1", 7000, 0},
		{"redis://[::1]/2", NULL, "::1", 6379, 2},
		{"redis://[2001:db8::7]:65535/15", NULL, "2001:db8::7", 65535,
			15},
		{"redis://[fe80::1%eth0]", NULL, "fe80::1%eth0", 6379, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char why[STORE_WHY] = "";
		struct store_url u;

		if (!store_url_read(cases[i].url, &u, why))
			fail_msg("%s: %s", cases[i].url, why);
		if (cases[i].path)
			assert_string_equal(u.path, cases[i].path);
		else
			assert_string_equal(u.host, cases[i].host);
		assert_int_equal(u.port, cases[i].port);
		assert_int_equal(u.db, cases[i].db);
		store_url_release(&u);
	}
}

static void test_refused(void **state)
{
	static const char *const cases[][2] = {
		{"", "neither unix:///path nor redis://host:port"},
		{"unix://relative", "neither unix:///path nor "
				    "redis://host:port"},
		{"rediss://db", "TLS is not supported by this build"},
		{"redis://", "the host is missing"},
		{"redis:///3", "the host is missing"},
		{"redis://:7000", "the host is missing"},
		{"redis://[]:7000", "the host is missing"},
		{"redis://db:0", "the port is not a port"},
		{"redis://db:", "the port is not a port"},
		{"redis://[::1]:", "the port is not a port"},
		{"redis://[::1]:65536", "the port is not a port"},
		{"redis://[::1]6379", "the IPv6 address is not [address]"},
		{"redis://[::1", "the IPv6 address is not [address]"},
		{"redis://[::1/3", "the IPv6 address is not [address]"},
		{"redis://::1:6379", "an IPv6 address stands in brackets: "
				     "redis://[::1]:6379"},
		{"redis://db/x", "the database is not a number"},
		{"redis://me:secret@db", "a password does not belong in the "
					 "URL; see MCP_STORE_PASSWORD_FILE"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char why[STORE_WHY] = "";
		struct store_url u;

		if (store_url_read(cases[i][0], &u, why))
			fail_msg("%s: taken", cases[i][0]);
		assert_int_equal(strncmp(why, "store: ", 7), 0);
		assert_string_equal(why + 7, cases[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taken),
		cmocka_unit_test(test_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Goal: an address of the store is taken apart, with IPv6 too; what is no
 * address is refused in a sentence that repeats no password.
 */
#include "store/url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* The hosts of a URL as "name port name port". */
static void list_hosts(const struct store_url *u, char *out, size_t size)
{
	*out = '\0';
	for (size_t i = 0; i < u->n_hosts; i++) {
		size_t n = strlen(out);

		snprintf(out + n, size - n, "%s%s %d", i ? " " : "",
			u->hosts[i].name, u->hosts[i].port);
	}
}

static void check_text(const char *got, const char *want)
{
	if (want)
		assert_string_equal(got, want);
	else
		assert_null(got);
}

static void test_taken(void **state)
{
	static const struct {
		const char *url, *path, *hosts;
		int db;
		enum store_kind kind;
		bool tls;
		const char *user, *master;
	} cases[] = {
		{"unix:///run/redis.sock", .path = "/run/redis.sock",
			.hosts = ""},
		{"unix://me@/run/r.sock", .path = "/run/r.sock", .hosts = "",
			.user = "me"},
		{"unix://a@b@/a@b:c/d", .path = "/a@b:c/d", .hosts = "",
			.user = "a@b"},
		{"redis://db", .hosts = "db 6379"},
		{"redis://db/", .hosts = "db 6379"},
		{"redis://db:7000/3", .hosts = "db 7000", .db = 3},
		{"redis://127.0.0.1:1", .hosts = "127.0.0.1 1"},
		{"redis://[::1]", .hosts = "::1 6379"},
		{"redis://[::1]:7000", .hosts = "::1 7000"},
		{"redis://[::1]/2", .hosts = "::1 6379", .db = 2},
		{"redis://[2001:db8::7]:65535/15",
			.hosts = "2001:db8::7 65535", .db = 15},
		{"redis://[fe80::1%eth0]", .hosts = "fe80::1%eth0 6379"},
		{"redis://me@db", .hosts = "db 6379", .user = "me"},
		{"redis://a@b@db/1", .hosts = "db 6379", .db = 1,
			.user = "a@b"},
		{"rediss://db", .hosts = "db 6379", .tls = true},
		{"rediss://me@[::1]:1/2", .hosts = "::1 1", .db = 2,
			.tls = true, .user = "me"},
		{"redis+sentinel://a,b:1,[::1]/fleet",
			.hosts = "a 26379 b 1 ::1 26379",
			.kind = STORE_SENTINEL, .master = "fleet"},
		{"redis+sentinel://me@a/fleet/4", .hosts = "a 26379", .db = 4,
			.kind = STORE_SENTINEL, .user = "me",
			.master = "fleet"},
		{"rediss+sentinel://a:2,b/x/", .hosts = "a 2 b 26379",
			.kind = STORE_SENTINEL, .tls = true, .master = "x"},
		{"redis+cluster://a,[::1]:7001,c:7002",
			.hosts = "a 6379 ::1 7001 c 7002",
			.kind = STORE_CLUSTER},
		{"redis+cluster://a/0", .hosts = "a 6379",
			.kind = STORE_CLUSTER},
		{"rediss+cluster://me@a,b", .hosts = "a 6379 b 6379",
			.kind = STORE_CLUSTER, .tls = true, .user = "me"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char hosts[256];
		struct store_url u;
		const char *wrong = store_url_read(cases[i].url, &u);

		if (wrong)
			fail_msg("%s: %s", cases[i].url, wrong);
		list_hosts(&u, hosts, sizeof hosts);
		assert_string_equal(hosts, cases[i].hosts);
		check_text(u.path, cases[i].path);
		check_text(u.user, cases[i].user);
		check_text(u.master, cases[i].master);
		assert_int_equal(u.db, cases[i].db);
		assert_int_equal(u.kind, cases[i].kind);
		assert_int_equal(u.tls, cases[i].tls);
		store_url_release(&u);
	}
}

#define PASSWORD                                                               \
	"a URL must not contain a password; use MCP_STORE_PASSWORD_FILE"
#define NEITHER                                                                \
	"not unix:///path, redis://host:port, rediss://, redis+sentinel:// "   \
	"or redis+cluster://"
#define NAME                                                                   \
	"the name of the master is missing: "         \
	"redis+sentinel://a,b,c/NAME"

static void test_refused(void **state)
{
	static const char *const cases[][2] = {
		{"", NEITHER},
		{"unix://relative", NEITHER},
		{"unix:///", NEITHER},
		{"unix://", NEITHER},
		{"unix://me@", NEITHER},
		{"unix://me@/", NEITHER},
		{"unix://me/run/r.sock", NEITHER},
		{"unix://me:secret@/run/r.sock", PASSWORD},
		{"unix://me:sec/ret@/run/r.sock", PASSWORD},
		{"unix://:secret@/run/r.sock", PASSWORD},
		{"unix://@/run/r.sock", PASSWORD},
		{"REDIS://db", NEITHER},
		{"redis+tls://db", NEITHER},
		{"redis://", "the host is missing"},
		{"redis:///3", "the host is missing"},
		{"redis://:7000", "the host is missing"},
		{"redis://[]:7000", "the host is missing"},
		{"redis://me@", "the host is missing"},
		{"redis://db:0", "the port is not a number from 1 to 65535"},
		{"redis://db:", "the port is not a number from 1 to 65535"},
		{"redis://[::1]:", "the port is not a number from 1 to 65535"},
		{"redis://[::1]:65536", "the port is not a number from 1 to "
					"65535"},
		{"redis://[::1]6379", "an IPv6 address must be in brackets: "
				      "redis://[::1]:6379"},
		{"redis://[::1", "an IPv6 address must be in brackets: "
				 "redis://[::1]:6379"},
		{"redis://[::1/3", "an IPv6 address must be in brackets: "
				   "redis://[::1]:6379"},
		{"redis://::1:6379", "an IPv6 address must be in brackets: "
				     "redis://[::1]:6379"},
		{"redis://db/x", "the database is not a number"},
		{"redis://db/-1", "the database is not a number"},
		{"redis://me:secret@db", PASSWORD},
		{"redis://:secret@db", PASSWORD},
		{"redis://@db", PASSWORD},
		{"rediss://me:secret@db", PASSWORD},
		{"redis+cluster://me:secret@a,b", PASSWORD},
		{"redis://a,b", "several hosts need redis+sentinel:// or "
				"redis+cluster://"},
		{"redis+sentinel://a,b", NAME},
		{"redis+sentinel://a,b/", NAME},
		{"redis+sentinel://a//1", NAME},
		{"redis+sentinel://a,,b/n", "the host is missing"},
		{"redis+sentinel://a/n/x", "the database is not a number"},
		{"redis+cluster://", "the host is missing"},
		{"redis+cluster://a,", "the host is missing"},
		{"redis+cluster://a/1", "a cluster has only the database 0"},
		{"redis+cluster://1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17",
			"more than 16 hosts"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct store_url u;
		const char *wrong = store_url_read(cases[i][0], &u);

		if (!wrong)
			fail_msg("%s: taken", cases[i][0]);
		assert_string_equal(wrong, cases[i][1]);
		assert_null(u.hosts);
	}
}

/* What a cluster or a sentinel says. */
static void test_host(void **state)
{
	static const char *const good[] = {"a", "db-1.example.com", "::1"};
	static const char *const bad[] = {"", " ", "a b", "a\n", "a\x7f", "\xc3"};
	char longest[STORE_HOST_MAX + 2];

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_true(host_valid(good[i]));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(host_valid(bad[i]));
	memset(longest, 'a', sizeof longest);
	longest[STORE_HOST_MAX + 1] = '\0';
	assert_false(host_valid(longest));
	longest[STORE_HOST_MAX] = '\0';
	assert_true(host_valid(longest));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taken),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_host),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Goal: of a file that `ca` names, the certificates travel to regions, and nothing
 * else: no key, no remark, no half of a certificate.
 */
#include "base/xalloc.h"
#include "conf/ca.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CERT(kind, body)                                                       \
	"-----BEGIN " kind "-----\n" body "\n-----END " kind "-----\n"
#define ONE CERT("CERTIFICATE", "MIIB")
#define TWO CERT("X509 CERTIFICATE", "MIIC\nAAAA")
#define OLD CERT("TRUSTED CERTIFICATE", "MIID")
#define KEY CERT("PRIVATE KEY", "canary")
#define REST "-----END CERTIFICATE-----"

static void test_pick(void **state)
{
	static const struct {
		const char *text, *left;
	} rows[] = {
		{ONE, ONE},
		{"", ""},
		{"canary", ""},
		{KEY, ""},
		{KEY ONE, ONE},
		{ONE KEY TWO OLD, ONE TWO OLD},
		{"Our own, canary:\n\n" ONE "canary\n" TWO "canary", ONE TWO},
		{CERT("RSA PRIVATE KEY", "canary") ONE
				CERT("CERTIFICATE REQUEST", "canary"), ONE},
		{"-----BEGIN CERTIFICATE-----\nMIIB", ""},
		{ONE "-----BEGIN CERTIFICATE-----\ncanary", ONE},
		{"-----BEGIN CERTIFICATE-----\nMIIB\n" REST,
			"-----BEGIN CERTIFICATE-----\nMIIB\n" REST "\n"},
		{"-----BEGIN ", ""},
		{"-----END CERTIFICATE-----\n" ONE, ONE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t n = strlen(rows[i].text);
		/* What is given has a newline behind it, as conf_ca_read adds. */
		char *text = xmalloc(n + 2);

		memcpy(text, rows[i].text, n);
		memcpy(text + n, "\n", 2);
		assert_int_equal(conf_ca_pick(text), strlen(rows[i].left));
		assert_string_equal(text, rows[i].left);
		free(text);
	}
}

static void test_path(void **state)
{
	static const struct {
		const char *config, *ca, *path;
	} rows[] = {
		{"fleet.yaml", "ca.pem", "ca.pem"},
		{"/etc/f/fleet.yaml", "ca.pem", "/etc/f/ca.pem"},
		{"a/b.yaml", "../ca.pem", "a/../ca.pem"},
		{"/etc/f/fleet.yaml", "/ca.pem", "/ca.pem"},
		{"/etc/f/fleet.yaml", ONE, ONE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char *path = conf_ca_path(rows[i].config, rows[i].ca);

		assert_string_equal(path, rows[i].path);
		free(path);
	}
}

static void test_read(void **state)
{
	char why[CONF_CA_WHY], *got;

	(void)state;
	got = conf_ca_read("/nowhere/fleet.yaml", KEY ONE, why);
	assert_string_equal(got, ONE);
	free(got);
	assert_null(conf_ca_read("/nowhere/fleet.yaml", "ca.pem", why));
	assert_string_equal(why, "No such file or directory");
	assert_null(conf_ca_read("x", "/", why));
	assert_string_equal(why, "not a regular file");
	assert_null(conf_ca_read("x", KEY, why));
	assert_string_equal(why, "contains no certificate in PEM");
	assert_null(conf_ca_read("x", "/dev/null", why));
	assert_string_equal(why, "not a regular file");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pick),
		cmocka_unit_test(test_path),
		cmocka_unit_test(test_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

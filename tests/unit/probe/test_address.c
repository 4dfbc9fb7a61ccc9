/* SPDX-License-Identifier: MIT */
/*
 * Goal: an address outside the public internet is known as such, in whatever
 * form it is written; and so is a host that is one.
 */
#include "http/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* The socket address of a literal without brackets. */
static void fill(const char *s, uint16_t port, struct sockaddr_storage *a)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)a;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)a;

	memset(a, 0, sizeof *a);
	if (inet_pton(AF_INET, s, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
	} else if (inet_pton(AF_INET6, s, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(port);
	} else {
		fail_msg("%s is no literal", s);
	}
}

static void check_private(const char *s, bool expected)
{
	struct sockaddr_storage a;
	char bracketed[80];

	fill(s, 443, &a);
	if (address_private((struct sockaddr *)&a) != expected)
		fail_msg("%s", s);
	if (address_private_text(s) != expected)
		fail_msg("%s as text", s);
	snprintf(bracketed, sizeof bracketed, "[%s]", s);
	if (address_private_text(bracketed) != expected)
		fail_msg("%s", bracketed);
}

static void test_single(void **state)
{
	static const char *const private[] = {"127.0.0.1", "169.254.169.254",
		"100.100.100.200", "255.255.255.255", "::1", "fd00:ec2::254",
		"fe80::1", "fec0::1", "ff02::1", "::", "::8.8.8.8",
		"::ffff:0:8.8.8.8", "64:ff9b:1::8.8.8.8", "100::1", "5f00::1",
		/* IPv4 within IPv6: mapped, NAT64, 6to4. */
		"::ffff:10.0.0.1", "::ffff:127.0.0.1", "::ffff:169.254.169.254",
		"::ffff:0.0.0.0", "0:0:0:0:0:ffff:c0a8:1", "64:ff9b::10.0.0.1",
		"64:ff9b::169.254.169.254", "64:ff9b::255.255.255.255",
		"2002:a00:1::", "2002:7f00:1::1", "2002:a9fe:a9fe::8.8.8.8",
		"2002:c0a8:ffff:ffff::",
		/* Where clouds tell their machines of themselves. */
		"168.63.129.16", "::ffff:168.63.129.16", "::ffff:a83f:8110",
		"::168.63.129.16", "::ffff:0:168.63.129.16",
		"64:ff9b::168.63.129.16", "64:ff9b:1::168.63.129.16",
		"2002:a83f:8110::", "2002:a83f:8110::1", "192.0.0.192",
		"64:ff9b::100.100.100.200", "2002:6464:64c8::1",
		"2002:c000:c0::1", "169.254.0.23", "169.254.169.123",
		"169.254.170.2", "fd00:ec2::253", "fd00:42::42", "fd20:ce::254",
		"fd00:a9fe:a9fe::1", "fe80::a9fe:a9fe", "2001::a83f:8110"};
	static const char *const public[] = {"1.1.1.1", "8.8.8.8",
		"192.0.1.1", "223.255.255.255", "2606:4700::1111",
		"2001:4860:4860::8888", "2a00::1", "::ffff:8.8.8.8",
		"::ffff:172.32.0.0", "64:ff9b::8.8.8.8", "2002:808:808::",
		"2002:808:808::10.0.0.1", "2003::1"};

	(void)state;
	for (size_t i = 0; i < COUNT(private); i++)
		check_private(private[i], true);
	for (size_t i = 0; i < COUNT(public); i++)
		check_private(public[i], false);
}

/* What is no address does not count as public. */
static void test_no_address(void **state)
{
	static const char *const rows[] = {"", "[]", "localhost", "h",
		"8.8.8", "8.8.8.8.8", "8.8.8.256", "8.8.8.8 ", "8.8.8.8:443",
		"[8.8.8.8", "2606:4700::1111%eth0", "fe80::1%1",
		"[2606:4700::1111]:443", "2606:4700:::1111", ":", "[[::1]]",
		"0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:1"
		};
	struct sockaddr_un local = {.sun_family = AF_UNIX};
	char text[INET6_ADDRSTRLEN] = "x";
	long port = 1;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (!address_private_text(rows[i]) || address_literal(rows[i]))
			fail_msg("%s", rows[i]);
	assert_true(address_private((struct sockaddr *)&local));
	address_text((struct sockaddr *)&local, text, sizeof text, &port);
	assert_string_equal(text, "");
	assert_int_equal(port, 0);
}

static void test_text(void **state)
{
	static const struct {
		const char *literal, *text;
		uint16_t port;
	} rows[] = {
		{"192.0.2.1", "192.0.2.1", 443},
		{"255.255.255.255", "255.255.255.255", 65535},
		{"2001:DB8:0:0:0:0:0:1", "2001:db8::1", 8443},
		{"::ffff:192.0.2.1", "::ffff:192.0.2.1", 1},
		{"2001:db8:1111:2222:3333:4444:5555:6666",
			"2001:db8:1111:2222:3333:4444:5555:6666", 0},
	};
	char text[INET6_ADDRSTRLEN];
	struct sockaddr_storage a;
	long port;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		fill(rows[i].literal, rows[i].port, &a);
		address_text((struct sockaddr *)&a, text, sizeof text, &port);
		assert_string_equal(text, rows[i].text);
		assert_int_equal(port, rows[i].port);
		assert_true(address_literal(rows[i].literal));
	}
	assert_true(address_literal("[::1]"));
	/* A buffer too small for the address gets none of it. */
	fill("2001:db8::1", 1, &a);
	address_text((struct sockaddr *)&a, text, 8, &port);
	assert_string_equal(text, "");
}

static void test_loopback(void **state)
{
	static const struct {
		const char *host;
		bool loopback;
	} rows[] = {
		{"localhost", true},
		{"LocalHost", true},
		{"a.localhost", true},
		{"a.b.LOCALHOST", true},
		{"127.0.0.1", true},
		{"127.255.255.255", true},
		{"::1", true},
		{"[::1]", true},
		{"[0:0:0:0:0:0:0:1]", true},
		{"", false},
		{".localhost", false},
		{"notlocalhost", false},
		{"localhost.example.com", false},
		{"localhos", false},
		{"128.0.0.1", false},
		{"126.255.255.255", false},
		{"0.0.0.0", false},
		{"::", false},
		{"::2", false},
		{"[::ffff:127.0.0.1]", false},
		{"127.0.0.1.example.com", false},
		{"1.0.0.127", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (address_loopback(rows[i].host) != rows[i].loopback)
			fail_msg("%s", rows[i].host);
}

static void test_private_host(void **state)
{
	static const struct {
		const char *host;
		bool private;
	} rows[] = {
		{"10.0.0.1", true},
		{"[fd00::1]", true},
		{"127.0.0.1", true},
		{"localhost", true},
		{"mcp.localhost", true},
		{"11.0.0.1", false},
		{"[2606:4700::1111]", false},
		{"[::ffff:8.8.8.8]", false},
		/* Names are not looked up. */
		{"mcp.internal", false},
		{"127.0.0.1.example", false},
		{"10.1", false},
		{"", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (address_private_host(rows[i].host) != rows[i].private)
			fail_msg("%s", rows[i].host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_single),
		cmocka_unit_test(test_no_address),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_loopback),
		cmocka_unit_test(test_private_host),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

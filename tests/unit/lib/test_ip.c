/* SPDX-License-Identifier: MIT */
/*
 * Goal: every address outside the public internet is known as such, to the
 * first and last one of each block.
 */
#include "base/ip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void check(const char *s, bool expected)
{
	uint8_t bytes[16];
	size_t n = ip_read(s, bytes);

	if (!n || ip_private(bytes, n) != expected)
		fail_msg("%s", s);
}

/* The block from first to last, and its neighbours, "" where they are of
 * another block. */
static void test_blocks(void **state)
{
	static const struct {
		const char *before, *first, *last, *after;
	} rows[] = {
		{"", "0.0.0.0", "0.255.255.255", "1.0.0.0"},
		{"9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0"},
		{"100.63.255.255", "100.64.0.0", "100.127.255.255",
			"100.128.0.0"},
		{"126.255.255.255", "127.0.0.0", "127.255.255.255",
			"128.0.0.0"},
		{"161.25.255.255", "161.26.0.0", "161.26.255.255",
			"161.27.0.0"},
		{"166.7.255.255", "166.8.0.0", "166.11.255.255", "166.12.0.0"},
		{"168.63.129.15", "168.63.129.16", "168.63.129.16",
			"168.63.129.17"},
		{"169.253.255.255", "169.254.0.0", "169.254.255.255",
			"169.255.0.0"},
		{"172.15.255.255", "172.16.0.0", "172.31.255.255",
			"172.32.0.0"},
		{"191.255.255.255", "192.0.0.0", "192.0.0.255", "192.0.1.0"},
		{"192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0"},
		{"192.88.98.255", "192.88.99.0", "192.88.99.255",
			"192.88.100.0"},
		{"192.167.255.255", "192.168.0.0", "192.168.255.255",
			"192.169.0.0"},
		{"198.17.255.255", "198.18.0.0", "198.19.255.255",
			"198.20.0.0"},
		{"198.51.99.255", "198.51.100.0", "198.51.100.255",
			"198.51.101.0"},
		{"199.36.153.3", "199.36.153.4", "199.36.153.11",
			"199.36.153.12"},
		{"203.0.112.255", "203.0.113.0", "203.0.113.255",
			"203.0.114.0"},
		{"223.255.255.255", "224.0.0.0", "239.255.255.255", ""},
		{"", "240.0.0.0", "255.255.255.255", ""},
		/* Outside of 2000::/3: loopback, local, multicast, reserved. */
		{"", "::", "::fffe:ffff:ffff", ""},
		{"", "::1:0:0:0", "64:ff9a:ffff:ffff:ffff:ffff:ffff:ffff", ""},
		{"", "64:ff9b::1:0:0",
			"1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2000::"},
		{"3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff::",
			"3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff",
			"3fff:1000::"},
		{"3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "4000::",
			"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""},
		/* IETF protocol assignments, Teredo among them. */
		{"2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2001::",
			"2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:200::"},
		/* Documentation. */
		{"2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db8::",
			"2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::"},
		/* Of Google's network alone. */
		{"2600:2d00:2:fff:ffff:ffff:ffff:ffff", "2600:2d00:2:1000::",
			"2600:2d00:2:10ff:ffff:ffff:ffff:ffff",
			"2600:2d00:2:1100::"},
		{"2600:2d00:2:1fff:ffff:ffff:ffff:ffff", "2600:2d00:2:2000::",
			"2600:2d00:2:20ff:ffff:ffff:ffff:ffff",
			"2600:2d00:2:2100::"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		check(rows[i].first, true);
		check(rows[i].last, true);
		if (*rows[i].before)
			check(rows[i].before, false);
		if (*rows[i].after)
			check(rows[i].after, false);
	}
}

/* What is in text, and how many bytes it has. */
static void test_read(void **state)
{
	static const struct {
		const char *text;
		size_t n;
	} rows[] = {{"192.0.2.1", 4}, {"2001:DB8::1", 16},
		{"::ffff:1.2.3.4", 16}, {"", 0}, {"1.2.3", 0}, {"1.2.3.256", 0},
		{"[::1]", 0}, {"fe80::1%1", 0}, {"localhost", 0}};
	uint8_t bytes[16];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (ip_read(rows[i].text, bytes) != rows[i].n)
			fail_msg("%s", rows[i].text);
	assert_int_equal(ip_read("1.2.3.4", bytes), 4);
	assert_memory_equal(bytes, "\1\2\3\4", 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_read),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include "base/ip.h"

#include <arpa/inet.h>
#include <string.h>

size_t ip_read(const char *s, uint8_t out[16])
{
	if (inet_pton(AF_INET, s, out) == 1)
		return 4;
	return inet_pton(AF_INET6, s, out) == 1 ? 16 : 0;
}

#define COUNT(a) (sizeof(a) / sizeof *(a))

struct block {
	uint8_t bytes[16];
	unsigned bits;
};

static bool within(const uint8_t *a, const struct block *blocks, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned whole = blocks[i].bits / 8, rest = blocks[i].bits % 8;
		uint8_t mask = (uint8_t)(0xff00u >> rest);

		if (memcmp(a, blocks[i].bytes, whole) == 0 &&
			(!rest ||
				(a[whole] & mask) == blocks[i].bytes[whole]))
			return true;
	}
	return false;
}

/*
 * These look public, and lead to the platform of a cloud from within it:
 * Azure: learn.microsoft.com/azure/virtual-network/
 *   what-is-ip-address-168-63-129-16
 * IBM Cloud, services and service endpoints:
 *   cloud.ibm.com/docs/vpc?topic=vpc-service-endpoints-for-vpc
 * Google, {restricted,private}.googleapis.com:
 *   cloud.google.com/vpc/docs/configure-private-google-access
 * The blocks below cover the others: AWS, Google and OpenStack use 169.254/16
 * and fd00::/8, Alibaba uses 100.100.100.200, Oracle 192.0.0.192.
 */
static const struct block platform_v4[] = {
	{{168, 63, 129, 16}, 32},
	{{161, 26}, 16},
	{{166, 8}, 14},
	{{199, 36, 153, 4}, 30},
	{{199, 36, 153, 8}, 30},
};
static const struct block platform_v6[] = {
	{{0x26, 0x00, 0x2d, 0x00, 0x00, 0x02, 0x10}, 56},
	{{0x26, 0x00, 0x2d, 0x00, 0x00, 0x02, 0x20}, 56},
};

static bool private_v4(const uint8_t *a)
{
	static const struct block blocks[] = {
		{{0}, 8},	     /* this network: RFC 791 */
		{{10}, 8},	     /* private use: RFC 1918 */
		{{100, 64}, 10},     /* shared by customers: RFC 6598 */
		{{127}, 8},	     /* loopback: RFC 1122 */
		{{169, 254}, 16},    /* link-local: RFC 3927 */
		{{172, 16}, 12},     /* private use: RFC 1918 */
		{{192, 0, 0}, 24},   /* protocol assignments: RFC 6890 */
		{{192, 0, 2}, 24},   /* documentation: RFC 5737 */
		{{192, 88, 99}, 24}, /* relays of 6to4, given up: RFC 7526 */
		{{192, 168}, 16},    /* private use: RFC 1918 */
		{{198, 18}, 15},     /* benchmarks: RFC 2544 */
		{{198, 51, 100}, 24}, {{203, 0, 113}, 24}, /* RFC 5737 */
		{{224}, 4},	     /* multicast: RFC 5771 */
		{{240}, 4},	     /* reserved: RFC 1112; RFC 8190 */
	};

	return within(a, blocks, COUNT(blocks)) ||
		within(a, platform_v4, COUNT(platform_v4));
}

static bool private_v6(const uint8_t *a)
{
	/* These hold an IPv4 address: RFC 4291, RFC 6052, RFC 3056. */
	static const struct block mapped = {
		{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96};
	static const struct block nat64 = {{0, 0x64, 0xff, 0x9b}, 96};
	static const struct block sixtofour = {{0x20, 0x02}, 16};
	/*
	 * Global unicast (RFC 4291). Outside of it are loopback, unique local
	 * (RFC 4193), link-local, multicast and what is reserved.
	 */
	static const struct block global = {{0x20}, 3};
	static const struct block blocks[] = {
		{{0x20, 0x01}, 23},		/* assignments: RFC 2928 */
		{{0x20, 0x01, 0x0d, 0xb8}, 32}, /* documentation: RFC 3849 */
		{{0x3f, 0xff}, 20},		/* documentation: RFC 9637 */
	};

	if (within(a, &mapped, 1) || within(a, &nat64, 1))
		return private_v4(a + 12);
	if (within(a, &sixtofour, 1))
		return private_v4(a + 2);
	return !within(a, &global, 1) ||
		within(a, blocks, COUNT(blocks)) ||
		within(a, platform_v6, COUNT(platform_v6));
}

bool ip_private(const uint8_t *a, size_t n)
{
	return n == 4 ? private_v4(a) : private_v6(a);
}

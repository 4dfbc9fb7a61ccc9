/* SPDX-License-Identifier: MIT */
#include "http/address.h"

#include "base/ip.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

void address_text(const struct sockaddr *a, char *out, size_t size, long *port)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	*out = '\0';
	*port = 0;
	if (a->sa_family == AF_INET) {
		memcpy(&v4, a, sizeof v4);
		inet_ntop(AF_INET, &v4.sin_addr, out, (socklen_t)size);
		*port = ntohs(v4.sin_port);
	} else if (a->sa_family == AF_INET6) {
		memcpy(&v6, a, sizeof v6);
		inet_ntop(AF_INET6, &v6.sin6_addr, out, (socklen_t)size);
		*port = ntohs(v6.sin6_port);
	}
}

bool address_private(const struct sockaddr *a)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (a->sa_family == AF_INET) {
		memcpy(&v4, a, sizeof v4);
		return ip_private((const uint8_t *)&v4.sin_addr, 4);
	}
	if (a->sa_family == AF_INET6) {
		memcpy(&v6, a, sizeof v6);
		return ip_private((const uint8_t *)&v6.sin6_addr, 16);
	}
	return true;
}

/* Parse an address in text. Returns its number of bytes; 0 where it is none. */
static size_t address_bytes(const char *host, uint8_t *out)
{
	char bare[INET6_ADDRSTRLEN + 2];
	size_t n = strlen(host);

	if (n >= 2 && host[0] == '[' && host[n - 1] == ']') {
		host++;
		n -= 2;
	}
	if (n >= sizeof bare)
		return 0;
	memcpy(bare, host, n);
	bare[n] = '\0';
	return ip_read(bare, out);
}

bool address_literal(const char *host)
{
	uint8_t bytes[16];

	return address_bytes(host, bytes) > 0;
}

bool address_private_text(const char *s)
{
	uint8_t bytes[16];
	size_t n = address_bytes(s, bytes);

	return !n || ip_private(bytes, n);
}

bool address_loopback(const char *host)
{
	static const uint8_t v6[16] = {[15] = 1};
	const char *tail = ".localhost";
	size_t n = strlen(host), m = strlen(tail);
	uint8_t bytes[16];

	switch (address_bytes(host, bytes)) {
	case 4:
		return bytes[0] == 127;
	case 16:
		return memcmp(bytes, v6, 16) == 0;
	default:
		return strcasecmp(host, "localhost") == 0 ||
			(n > m && strcasecmp(host + n - m, tail) == 0);
	}
}

bool address_private_host(const char *host)
{
	return address_literal(host) ? address_private_text(host)
				     : address_loopback(host);
}

bool address_network_down(void)
{
	struct ifaddrs *list, *i;
	bool down = true;

	if (getifaddrs(&list))
		return false;
	for (i = list; i; i = i->ifa_next) {
		if (!i->ifa_addr || (i->ifa_flags & IFF_LOOPBACK) ||
			!(i->ifa_flags & IFF_UP))
			continue;
		if (i->ifa_addr->sa_family == AF_INET ||
			i->ifa_addr->sa_family == AF_INET6)
			down = false;
	}
	freeifaddrs(list);
	return down;
}

int address_refused(const char *address, long port)
{
	const struct addrinfo wanted = {
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
		.ai_socktype = SOCK_DGRAM};
	struct addrinfo *list;
	char service[8];
	int fd, refused = 0;

	snprintf(service, sizeof service, "%u", (unsigned)port & 0xffff);
	if (getaddrinfo(address, service, &wanted, &list))
		return 0;
	fd = socket(list->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	/* connect() of UDP only looks up the route: no packet is sent. */
	if (fd >= 0 && connect(fd, list->ai_addr, list->ai_addrlen))
		refused = errno;
	if (fd >= 0)
		close(fd);
	freeaddrinfo(list);
	return refused;
}

/* Whether the route to `to` has a public source address, which goes to out. */
static bool leaves_from(const struct sockaddr *to, socklen_t size, char *out)
{
	struct sockaddr_storage from = {0};
	socklen_t n = sizeof from;
	int fd = socket(to->sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool found;
	long port;

	if (fd < 0)
		return false;
	/* A UDP socket: connect() sends no packet. */
	found = connect(fd, to, size) == 0 &&
		getsockname(fd, (struct sockaddr *)&from, &n) == 0 &&
		!address_private((const struct sockaddr *)&from);
	close(fd);
	if (found)
		address_text((const struct sockaddr *)&from, out, ADDRESS_TEXT,
			&port);
	return found;
}

bool address_egress(char *out)
{
	/* The addresses of a.root-servers.net: any public one would do. */
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(53)};
	struct sockaddr_in6 v6 = {
		.sin6_family = AF_INET6, .sin6_port = htons(53)};

	inet_pton(AF_INET, "198.41.0.4", &v4.sin_addr);
	inet_pton(AF_INET6, "2001:503:ba3e::2:30", &v6.sin6_addr);
	return leaves_from((const struct sockaddr *)&v4, sizeof v4, out) ||
	       leaves_from((const struct sockaddr *)&v6, sizeof v6, out);
}

/* SPDX-License-Identifier: MIT */
#include "http/address.h"

#include "base/ip.h"
#include "base/xalloc.h"
#include "http/transfer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
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

/* EAI_NODATA and EAI_ADDRFAMILY, which glibc returns but hides from POSIX. */
#define NODATA -5
#define ADDRFAMILY -9

/* Shared by the thread and its owner; the last of them frees it. */
struct dns {
	pthread_mutex_t lock;
	char *host;
	int ip_version;
	void (*wake)(void *arg);
	void *arg;
	char first[INET6_ADDRSTRLEN]; /* before `end` is set */
	enum dns_end end;
	bool abandoned;
};

static void destroy_dns(struct dns *r)
{
	pthread_mutex_destroy(&r->lock);
	free(r->host);
	free(r);
}

/* Note the first address of a name that has some, and judge them all. */
static enum dns_end judge_addresses(
	struct dns *r, const struct addrinfo *list)
{
	enum dns_end end = DNS_PUBLIC;
	long port;

	address_text(list->ai_addr, r->first, sizeof r->first, &port);
	for (; list; list = list->ai_next)
		if (address_private(list->ai_addr))
			end = DNS_PRIVATE;
	return end;
}

/* The meaning of getaddrinfo's result where there is no address. */
static enum dns_end judge_error(int rc, int e)
{
	switch (rc) {
	case EAI_NONAME:
		return DNS_NO_NAME;
	case NODATA:
	case ADDRFAMILY:
		return DNS_NO_ADDRESS;
	case EAI_AGAIN:
		return DNS_TEMPORARY;
	case EAI_MEMORY:
		return DNS_SHORT;
	case EAI_SYSTEM:
		return e == EMFILE || e == ENFILE || e == ENOMEM || e == ENOBUFS
			       ? DNS_SHORT
			       : DNS_FAILED;
	default:
		return DNS_FAILED;
	}
}

static enum dns_end look_up(struct dns *r)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list = NULL;
	enum dns_end end;
	int rc;

	if (r->ip_version)
		hints.ai_family = r->ip_version == 4 ? AF_INET : AF_INET6;
	rc = getaddrinfo(r->host, NULL, &hints, &list);
	if (rc)
		return judge_error(rc, errno);
	end = judge_addresses(r, list);
	freeaddrinfo(list);
	return end;
}

static void *resolver_thread(void *arg)
{
	struct dns *r = arg;
	enum dns_end end = look_up(r);
	bool abandoned;

	pthread_mutex_lock(&r->lock);
	r->end = end;
	abandoned = r->abandoned;
	if (!abandoned)
		r->wake(r->arg);
	pthread_mutex_unlock(&r->lock);
	if (abandoned)
		destroy_dns(r);
	return NULL;
}

struct dns *dns_start(const char *host, int ip_version,
	void (*wake)(void *arg), void *arg)
{
	struct dns *r = xcalloc(1, sizeof *r);
	pthread_attr_t attr;
	pthread_t thread;
	int rc;

	pthread_mutex_init(&r->lock, NULL);
	r->host = xstrdup(host);
	r->ip_version = ip_version;
	r->wake = wake;
	r->arg = arg;
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	rc = pthread_create(&thread, &attr, resolver_thread, r);
	pthread_attr_destroy(&attr);
	if (!rc)
		return r;
	destroy_dns(r);
	return NULL;
}

enum dns_end dns_result(struct dns *r)
{
	enum dns_end end;

	pthread_mutex_lock(&r->lock);
	end = r->end;
	pthread_mutex_unlock(&r->lock);
	return end;
}

const char *dns_address(const struct dns *r)
{
	return r->first;
}

void dns_free(struct dns *r)
{
	bool running;

	if (!r)
		return;
	pthread_mutex_lock(&r->lock);
	running = r->end == DNS_RUNNING;
	r->abandoned = true;
	pthread_mutex_unlock(&r->lock);
	if (!running)
		destroy_dns(r);
}

/* SPDX-License-Identifier: MIT */
/*
 * dns.c: asks this machine's resolver about a name, in a thread of its own, so
 * that a slow answer holds up no other probe. libcurl resolves names itself,
 * but does not tell why it could not, nor which address a proxy would connect
 * to.
 */
#include "http/transfer.h"

#include "base/xalloc.h"
#include "http/address.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/socket.h>

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

#include "http/resolve.h"

#include "base/xalloc.h"
#include "http/address.h"

#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/socket.h>

/* EAI_NODATA and EAI_ADDRFAMILY, which glibc returns but hides from POSIX. */
#define NODATA -5
#define ADDRFAMILY -9

/* Shared by the thread and its owner; the last of them frees it. */
struct resolve {
	pthread_mutex_t lock;
	char *host;
	int ip_version;
	void (*wake)(void *arg);
	void *arg;
	char first[INET6_ADDRSTRLEN]; /* before `end` is set */
	enum resolve_end end;
	bool abandoned;
};

static void destroy(struct resolve *r)
{
	pthread_mutex_destroy(&r->lock);
	free(r->host);
	free(r);
}

/* Note the first address of a name that has some, and judge them all. */
static enum resolve_end judge_addresses(
	struct resolve *r, const struct addrinfo *list)
{
	enum resolve_end end = RESOLVE_PUBLIC;
	long port;

	address_text(list->ai_addr, r->first, sizeof r->first, &port);
	for (; list; list = list->ai_next)
		if (address_private(list->ai_addr))
			end = RESOLVE_PRIVATE;
	return end;
}

static enum resolve_end look_up(struct resolve *r)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list = NULL;
	enum resolve_end end;
	int rc;

	if (r->ip_version)
		hints.ai_family = r->ip_version == 4 ? AF_INET : AF_INET6;
	rc = getaddrinfo(r->host, NULL, &hints, &list);
	if (!rc) {
		end = judge_addresses(r, list);
		freeaddrinfo(list);
		return end;
	}
	switch (rc) {
	case EAI_NONAME:
		return RESOLVE_NO_NAME;
	case NODATA:
	case ADDRFAMILY:
		return RESOLVE_NO_ADDRESS;
	case EAI_AGAIN:
		return RESOLVE_TEMPORARY;
	default:
		return RESOLVE_FAILED;
	}
}

static void *run(void *arg)
{
	struct resolve *r = arg;
	enum resolve_end end = look_up(r);
	bool abandoned;

	pthread_mutex_lock(&r->lock);
	r->end = end;
	abandoned = r->abandoned;
	if (!abandoned)
		r->wake(r->arg);
	pthread_mutex_unlock(&r->lock);
	if (abandoned)
		destroy(r);
	return NULL;
}

struct resolve *resolve_start(const char *host, int ip_version,
	void (*wake)(void *arg), void *arg)
{
	struct resolve *r = xcalloc(1, sizeof *r);
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
	rc = pthread_create(&thread, &attr, run, r);
	pthread_attr_destroy(&attr);
	if (!rc)
		return r;
	destroy(r);
	return NULL;
}

enum resolve_end resolve_result(struct resolve *r)
{
	enum resolve_end end;

	pthread_mutex_lock(&r->lock);
	end = r->end;
	pthread_mutex_unlock(&r->lock);
	return end;
}

const char *resolve_address(const struct resolve *r)
{
	return r->first;
}

void resolve_free(struct resolve *r)
{
	bool running;

	if (!r)
		return;
	pthread_mutex_lock(&r->lock);
	running = r->end == RESOLVE_RUNNING;
	r->abandoned = true;
	pthread_mutex_unlock(&r->lock);
	if (!running)
		destroy(r);
}

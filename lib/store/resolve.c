#include "store/resolve.h"

#include "base/xalloc.h"

#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Shared with the thread that asks; the last of the two frees it. */
struct question {
	char *host;
	char port[8];
	pthread_mutex_t lock;
	pthread_cond_t answered;
	bool done, abandoned;
	int error;
	struct addrinfo *found;
};

static void question_free(struct question *q)
{
	pthread_mutex_destroy(&q->lock);
	pthread_cond_destroy(&q->answered);
	if (q->found)
		freeaddrinfo(q->found);
	free(q->host);
	free(q);
}

static int look_up(const struct question *q, int flags, struct addrinfo **found)
{
	const struct addrinfo hints = {
		.ai_socktype = SOCK_STREAM, .ai_flags = flags};

	return getaddrinfo(q->host, q->port, &hints, found);
}

static void *ask(void *arg)
{
	struct question *q = arg;
	struct addrinfo *found = NULL;
	int error = look_up(q, 0, &found);
	bool abandoned;

	pthread_mutex_lock(&q->lock);
	q->found = error ? NULL : found;
	q->error = error;
	q->done = true;
	abandoned = q->abandoned;
	pthread_cond_signal(&q->answered);
	pthread_mutex_unlock(&q->lock);
	if (abandoned)
		question_free(q);
	return NULL;
}

/* Wait for the thread; false where it has to go on without us. */
static bool await(struct question *q, double wait_ms)
{
	struct timespec until;
	bool done;
	int rc = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += (time_t)(wait_ms / 1000);
	until.tv_nsec += (long)(wait_ms * 1e6) % 1000000000L;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_nsec -= 1000000000L;
		until.tv_sec++;
	}
	pthread_mutex_lock(&q->lock);
	while (!q->done && rc != ETIMEDOUT)
		rc = pthread_cond_timedwait(&q->answered, &q->lock, &until);
	done = q->done;
	q->abandoned = !done;
	pthread_mutex_unlock(&q->lock);
	return done;
}

static struct question *question_new(const char *host, int port)
{
	struct question *q = xcalloc(1, sizeof *q);
	pthread_condattr_t attributes;

	q->host = xstrdup(host);
	snprintf(q->port, sizeof q->port, "%d", port);
	pthread_mutex_init(&q->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&q->answered, &attributes);
	pthread_condattr_destroy(&attributes);
	return q;
}

struct addrinfo *resolve(
	const char *host, int port, double wait_ms, const char **why)
{
	struct question *q = question_new(host, port);
	struct addrinfo *found = NULL;
	pthread_t thread;

	/* An address needs no thread. */
	q->error = look_up(q, AI_NUMERICHOST, &q->found);
	if (q->error) {
		q->found = NULL;
		if (pthread_create(&thread, NULL, ask, q)) {
			ask(q);
		} else {
			pthread_detach(thread);
			if (!await(q, wait_ms)) {
				*why = "its name is not resolved in time";
				return NULL;
			}
		}
	}
	found = q->found;
	q->found = NULL;
	if (!found)
		*why = gai_strerror(q->error);
	question_free(q);
	return found;
}

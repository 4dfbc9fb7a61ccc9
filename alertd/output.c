#include "output.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/xalloc.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct output {
	int fd;
	pthread_t thread;
	bool runs; /* the thread */
	pthread_mutex_t lock; /* of all that follows */
	pthread_cond_t changed;
	struct buf queue;  /* not yet with the thread */
	bool closing, done; /* no more comes; the thread is at its end */
	unsigned long steps; /* writes that took something */
	bool full;  /* something was more than the queue can hold */
	int error; /* of a write, an errno; 0: none failed */
};

/* In one write(2), if the system takes it whole. False: see o->error. */
static bool write_line(struct output *o, const char *p, size_t n)
{
	while (n) {
		ssize_t took = write(o->fd, p, n);
		int error = errno;

		if (took < 0 && error == EINTR)
			continue;
		pthread_mutex_lock(&o->lock);
		if (took < 0)
			o->error = error;
		o->steps++;
		pthread_cond_broadcast(&o->changed);
		pthread_mutex_unlock(&o->lock);
		if (took < 0)
			return false;
		p += took;
		n -= (size_t)took;
	}
	return true;
}

/* Writes line by line, so that an end of the program cuts none in two. */
static bool write_lines(struct output *o, const char *p, size_t n)
{
	while (n) {
		const char *end = memchr(p, '\n', n);
		size_t len = end ? (size_t)(end - p) + 1 : n;

		if (!write_line(o, p, len))
			return false;
		p += len;
		n -= len;
	}
	return true;
}

static void *work(void *arg)
{
	struct output *o = arg;
	struct buf taken;
	bool ok = true;

	pthread_mutex_lock(&o->lock);
	for (;;) {
		while (!o->queue.len && !o->closing)
			pthread_cond_wait(&o->changed, &o->lock);
		if (!o->queue.len)
			break;
		taken = o->queue;
		buf_init(&o->queue, OUTPUT_MAX);
		pthread_mutex_unlock(&o->lock);
		ok = ok && write_lines(o, taken.p, taken.len);
		buf_release(&taken);
		pthread_mutex_lock(&o->lock);
	}
	o->done = true;
	pthread_cond_broadcast(&o->changed);
	pthread_mutex_unlock(&o->lock);
	return NULL;
}

struct output *output_new(int fd)
{
	struct output *o = xcalloc(1, sizeof *o);
	pthread_condattr_t clock;

	o->fd = fd;
	buf_init(&o->queue, OUTPUT_MAX);
	pthread_mutex_init(&o->lock, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&o->changed, &clock);
	pthread_condattr_destroy(&clock);
	o->error = pthread_create(&o->thread, NULL, work, o);
	o->runs = !o->error;
	return o;
}

void output_put(struct output *o, const char *p, size_t n)
{
	pthread_mutex_lock(&o->lock);
	if (n > OUTPUT_MAX - o->queue.len)
		o->full = true;
	else
		buf_add(&o->queue, p, n);
	pthread_cond_broadcast(&o->changed);
	pthread_mutex_unlock(&o->lock);
}

/* Waits until all is written, or the reader has taken nothing for too long. The
   caller holds the lock. */
static void await(struct output *o)
{
	unsigned long steps = o->steps;
	struct timespec end;
	int rc = 0;

	while (!o->done && rc != ETIMEDOUT) {
		clock_gettime(CLOCK_MONOTONIC, &end);
		end.tv_sec += OUTPUT_PATIENCE_MS / 1000;
		do
			rc = pthread_cond_timedwait(&o->changed, &o->lock,
				&end);
		while (!rc && !o->done && steps == o->steps);
		steps = o->steps;
	}
}

static void output_free(struct output *o)
{
	buf_release(&o->queue);
	pthread_cond_destroy(&o->changed);
	pthread_mutex_destroy(&o->lock);
	free(o);
}

bool output_close(struct output *o)
{
	bool ok, done;

	if (!o)
		return true;
	pthread_mutex_lock(&o->lock);
	o->closing = true;
	pthread_cond_broadcast(&o->changed);
	if (o->runs)
		await(o);
	done = o->done || !o->runs;
	ok = done && !o->error && !o->full;
	if (o->error)
		log_error("standard output: %s", strerror(o->error));
	else if (!ok)
		log_error("standard output: nobody reads it, so not all events "
			  "are printed");
	pthread_mutex_unlock(&o->lock);
	/* A thread that waits for a reader ends with the program. */
	if (!done) {
		pthread_detach(o->thread);
		return false;
	}
	if (o->runs)
		pthread_join(o->thread, NULL);
	output_free(o);
	return ok;
}

/* SPDX-License-Identifier: MIT */
#include "output.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/xalloc.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

int journal_open(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd;

	if (strlen(path) >= sizeof address.sun_path)
		return -1;
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 ||
		!connect(fd, (const struct sockaddr *)&address, sizeof address))
		return fd;
	close(fd);
	return -1;
}

/*
 * Sends an entry by the native protocol of the journal: a datagram of lines
 * NAME=value, with the names of systemd.journal-fields(7); waits while the
 * journal is busy. False: it was not taken, as where it is longer than a
 * datagram may be.
 */
static bool journal_send(int fd, const char *entry, size_t n)
{
	ssize_t sent;

	do
		sent = send(fd, entry, n, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent == (ssize_t)n;
}

struct output {
	int fd, journal;
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

/* Tells who waits that the reader took something; or of an error, an errno. */
static void note_progress(struct output *o, int error)
{
	pthread_mutex_lock(&o->lock);
	if (error)
		o->error = error;
	o->steps++;
	pthread_cond_broadcast(&o->changed);
	pthread_mutex_unlock(&o->lock);
}

/* In one write(2), if the system takes it whole. False: see o->error. */
static bool write_line(struct output *o, const char *p, size_t n)
{
	while (n) {
		ssize_t took = write(o->fd, p, n);
		int error = errno;

		if (took < 0 && error == EINTR)
			continue;
		note_progress(o, took < 0 ? error : 0);
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

/* The journal does not take it: writes its first value, a line. */
static bool write_value(struct output *o, const char *entry, size_t n)
{
	const char *stop = memchr(entry, '\n', n);
	const char *equals = memchr(entry, '=', n);

	if (!stop || !equals || equals > stop)
		return true;
	return write_line(o, equals + 1, (size_t)(stop - equals));
}

/* The text ends with a NUL. */
static bool send_entries(struct output *o, const char *p)
{
	while (*p) {
		const char *empty = strstr(p, "\n\n");
		size_t n = empty ? (size_t)(empty + 1 - p) : strlen(p);

		if (journal_send(o->journal, p, n))
			note_progress(o, 0);
		else if (!write_value(o, p, n))
			return false;
		p += empty ? n + 1 : n;
	}
	return true;
}

static void *write_queue(void *arg)
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
		if (ok && o->journal >= 0)
			ok = send_entries(o, taken.p);
		else if (ok)
			ok = write_lines(o, taken.p, taken.len);
		buf_release(&taken);
		pthread_mutex_lock(&o->lock);
	}
	o->done = true;
	pthread_cond_broadcast(&o->changed);
	pthread_mutex_unlock(&o->lock);
	return NULL;
}

struct output *output_new(int fd, int journal)
{
	struct output *o = xcalloc(1, sizeof *o);
	pthread_condattr_t clock;

	o->fd = fd;
	o->journal = journal;
	buf_init(&o->queue, OUTPUT_MAX);
	pthread_mutex_init(&o->lock, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&o->changed, &clock);
	pthread_condattr_destroy(&clock);
	o->error = pthread_create(&o->thread, NULL, write_queue, o);
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
static void await_reader(struct output *o)
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
	if (o->journal >= 0)
		close(o->journal);
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
		await_reader(o);
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

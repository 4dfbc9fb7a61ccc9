/* SPDX-License-Identifier: MIT */
/*
 * lines.c: one buffer as large as the longest line. A line that does not fit is
 * dropped as it arrives.
 */
#include "base/lines.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

/* lines_soon reads at most this often. */
#define SOON_READS 4

struct lines {
	int fd;
	bool end;      /* of the input */
	bool skipping; /* within a line that is too long */
	size_t from;   /* what has not been returned begins here */
	size_t seen;   /* no newline before here */
	size_t upto;   /* and ends here */
	unsigned long number;
	char p[LINE_MAX_BYTES + 1]; /* the NUL of the last line behind it */
};

struct lines *lines_new(int fd)
{
	struct lines *l = xmalloc(sizeof *l);

	l->fd = fd;
	l->end = l->skipping = false;
	l->from = l->seen = l->upto = 0;
	l->number = 0;
	return l;
}

void lines_free(struct lines *l)
{
	free(l);
}

/* Drop what was returned, and read more. False where read(2) failed. */
static bool fill(struct lines *l)
{
	ssize_t n;

	l->upto -= l->from;
	memmove(l->p, l->p + l->from, l->upto);
	l->from = 0;
	l->seen = l->upto;
	do
		n = read(l->fd, l->p + l->upto, LINE_MAX_BYTES - l->upto);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return false;
	l->end = n == 0;
	l->upto += (size_t)n;
	return true;
}

/* Return the bytes up to `to` as a line; the next one begins at `next`. */
static enum lines_result line(struct lines *l, size_t to, size_t next,
	const char **p, size_t *n)
{
	bool too_long = l->skipping;

	if (too_long)
		l->from = to;
	*p = l->p + l->from;
	*n = to - l->from;
	l->p[to] = '\0';
	l->from = l->seen = next;
	l->skipping = false;
	l->number++;
	return too_long ? LINES_TOO_LONG : LINES_LINE;
}

/* A line is too long: drop the part that has come, to make room. */
static void make_room(struct lines *l)
{
	if (l->upto - l->from == LINE_MAX_BYTES)
		l->skipping = true;
	if (l->skipping)
		l->from = l->upto;
}

enum lines_result lines_next(struct lines *l, const char **p, size_t *n)
{
	for (;;) {
		char *nl = memchr(l->p + l->seen, '\n', l->upto - l->seen);

		if (nl) {
			size_t at = (size_t)(nl - l->p);

			return line(l, at, at + 1, p, n);
		}
		l->seen = l->upto;
		if (l->end) {
			if (l->from == l->upto && !l->skipping)
				return LINES_END;
			return line(l, l->upto, l->upto, p, n);
		}
		make_room(l);
		if (!fill(l))
			return LINES_ERROR;
	}
}

bool lines_ready(const struct lines *l)
{
	return memchr(l->p + l->seen, '\n', l->upto - l->seen) != NULL;
}

bool lines_soon(struct lines *l, int ms)
{
	struct pollfd p = {.fd = l->fd, .events = POLLIN};
	double until = clock_mono_ms() + ms;

	/* It may be only half a line: read on. */
	for (int i = 0; i < SOON_READS; i++) {
		double left = until - clock_mono_ms();

		if (l->end || lines_ready(l))
			return true;
		if (poll(&p, 1, left > 0 ? (int)left : 0) == 0)
			return false;
		make_room(l);
		if (!fill(l))
			return true;
	}
	return lines_ready(l);
}

unsigned long lines_number(const struct lines *l)
{
	return l->number;
}

int line_write(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && errno != EINTR)
			return -1;
		if (done > 0) {
			p += done;
			n -= (size_t)done;
		}
	}
	return 0;
}

int line_print(const char *p, size_t n)
{
	if (line_write(STDOUT_FILENO, p, n) == 0)
		return 0;
	log_error("standard output: %s", strerror(errno));
	return -1;
}

/* SPDX-License-Identifier: MIT */
/*
 * lines.h: reads lines from a file descriptor, bounded and numbered; writes
 * them.
 */
#ifndef BASE_LINES_H
#define BASE_LINES_H

#include <stdbool.h>
#include <stddef.h>

/* The longest line of any record, its newline included. */
#define LINE_MAX_BYTES (1024 * 1024)

enum lines_result {
	LINES_LINE,	/* a line */
	LINES_TOO_LONG, /* a line above the limit, passed over whole */
	LINES_END,	/* the end of the input */
	LINES_ERROR	/* read(2) failed, see errno */
};

/* Opaque. */
struct lines;

/* lines_new(fd): a reader of fd, which stays the caller's. */
struct lines *lines_new(int fd);
void lines_free(struct lines *l);

/*
 * lines_next(l, p, n): the next line, without its newline, in *p and *n; valid
 * until the next call, and followed by a NUL. What comes after the last newline
 * is a line too, unless it is empty. Keeps no more than one line in memory.
 */
enum lines_result lines_next(struct lines *l, const char **p, size_t *n);

/*
 * lines_soon(l, ms): wait up to about ms milliseconds; whether lines_next can
 * then return a line, or the end, at once.
 */
bool lines_soon(struct lines *l, int ms);

/* lines_ready(l): whether lines_next returns a line without reading more. */
bool lines_ready(const struct lines *l);

/* lines_number(l): the number of the line just returned, from 1. */
unsigned long lines_number(const struct lines *l);

/*
 * line_write(fd, p, n): write n bytes, which end in a newline, by one write(2)
 * where the system takes them so. 0, or -1 and errno.
 */
int line_write(int fd, const char *p, size_t n);

/*
 * line_print(p, n): line_write to standard output. -1: that failed, and the
 * operator has been told.
 */
int line_print(const char *p, size_t n);

#endif

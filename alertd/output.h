/* SPDX-License-Identifier: MIT */
/*
 * output.h: a file descriptor, or the journal of systemd, that a thread of its
 * own writes to, so that a slow reader of what is printed holds no delivery
 * back.
 */
#ifndef ALERTD_OUTPUT_H
#define ALERTD_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

/* Opaque. */
struct output;

/* Bytes that wait for the reader; what would be more is not printed. */
#define OUTPUT_MAX (16u * 1024 * 1024)
/* How long output_close waits for a reader that takes nothing. */
#define OUTPUT_PATIENCE_MS 5000

/* The socket of systemd's journal. */
#define JOURNAL_SOCKET "/run/systemd/journal/socket"

/*
 * journal_open(path): a socket to the journal that listens at path; the
 * caller's, who closes it. -1: none does.
 */
int journal_open(const char *path);

/*
 * output_new(fd, journal): fd stays the caller's, who must not write to it
 * meanwhile. journal is -1, or what journal_open returned, and is closed by
 * output_close.
 */
struct output *output_new(int fd, int journal);

/*
 * output_put(o, p, n): queue whole lines to be written; for a journal whole
 * entries, each with an empty line behind it, of which fd gets the first value,
 * as a line, where the journal does not take the entry. Never waits for the
 * reader.
 */
void output_put(struct output *o, const char *p, size_t n);

/*
 * output_close(o): wait until all is written, but OUTPUT_PATIENCE_MS at most
 * while the reader takes nothing. False: not all was written, and the operator
 * has been notified. o may be NULL.
 */
bool output_close(struct output *o);

#endif

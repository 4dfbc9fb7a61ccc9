/*
 * journal.h: entries for the journal of systemd, by its native protocol: a datagram
 * is an entry, of lines NAME=value, with the names of systemd.journal-fields(7).
 */
#ifndef TRANSPORT_JOURNAL_H
#define TRANSPORT_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>

/* Where systemd has its socket. */
#define JOURNAL_SOCKET "/run/systemd/journal/socket"

/*
 * journal_open(path): a socket to the journal that listens at path; the caller's, who
 * closes it. -1: none does.
 */
int journal_open(const char *path);

/*
 * journal_send(fd, entry, n): send an entry, and wait while the journal is busy.
 * False: it was not taken, as where it is longer than a datagram may be.
 */
bool journal_send(int fd, const char *entry, size_t n);

#endif

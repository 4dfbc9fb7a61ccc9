/*
 * transfers.h: HTTP requests, mails and commands that are under way side by
 * side, in one loop, so that none waits for another.
 */
#ifndef TRANSPORT_TRANSFERS_H
#define TRANSPORT_TRANSFERS_H

#include <stdbool.h>
#include <sys/types.h>

/* Opaque. */
struct transfers;

struct transfers *transfers_new(void);
/* transfers_free(t): none may be under way; NULL is fine. */
void transfers_free(struct transfers *t);

/* The result of a command that was killed because it took too long. */
#define TRANSFER_LATE (-1)

/* Called once a transfer has ended; it may begin others. */
typedef void transfer_ended(void *arg, int result);

/*
 * transfers_easy(t, easy, ended, arg): begin the transfer of that handle of
 * libcurl, whose CURLOPT_PRIVATE is t's meanwhile. Its result is a CURLcode.
 * False: it did not begin.
 */
bool transfers_easy(struct transfers *t, void *easy, transfer_ended *ended,
	void *arg);

/*
 * transfers_command(t, pid, ended, arg): await that child, which leads a
 * process group; after DELIVER_LIMIT_MS the group is killed. Its result is that
 * of waitpid(2), or TRANSFER_LATE.
 */
void transfers_command(struct transfers *t, pid_t pid, transfer_ended *ended,
	void *arg);

/*
 * transfers_wait(t, fd, ms): let the transfers go on until one has ended, or
 * for ms milliseconds, or until fd can be read (-1: there is none). Whether it
 * can be read.
 */
bool transfers_wait(struct transfers *t, int fd, int ms);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * queue.h: the targets that wait for their probe. Only their lines are kept: a
 * target takes many times as much memory, and is made when its turn comes.
 */
#ifndef PROBE_QUEUE_H
#define PROBE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct queue_line {
	char *text; /* NULL: longer than 1 MiB */
	size_t n;
	unsigned long number; /* from 1 */
	double at_ms;	      /* when it may begin */
	/* While it waits for its host: */
	struct queue_host *host;
	struct queue_line *next; /* that waits for it */
};

/* A host that has a limit. */
struct queue_host {
	struct queue_line *first, *last; /* those that wait for it; or NULL */
	struct queue_host *next; /* on the list of free hosts */
	int busy;		 /* how many of its probes run */
	bool listed;		 /* it is on that list */
};

struct queue {
	struct queue_line *list;
	size_t n, cap;
	size_t at;	/* all before it were taken, or wait for their host */
	size_t waiting; /* how many have not been taken */
	size_t most_lines, most_bytes; /* of the input; 0: no limit */
	int per_host;	/* 0: no limit */
	struct queue_host *hosts; /* by hash; NULL: no limit */
	/* Hosts that may have become free for a line that waits. */
	struct queue_host *free, *free_last;
};

/*
 * queue_read(q, fd, spread_s): add the lines of a file but the empty ones. Each
 * may begin at a time within spread_s seconds that follows from its slug alone,
 * so that a server has the same moment in every region. 0; -1 and errno where
 * fd cannot be read: EFBIG where there is more than most_lines or most_bytes.
 */
int queue_read(struct queue *q, int fd, double spread_s);

/* queue_release(q): free what it holds. */
void queue_release(struct queue *q);

/*
 * queue_next(q, elapsed_ms, wait_ms): the next line that may begin elapsed_ms
 * after the start, or NULL; then *wait_ms gets less if one may soon. The caller
 * goes on with queue_took or queue_full before it asks again.
 */
struct queue_line *queue_next(struct queue *q, double elapsed_ms,
	double *wait_ms);

/* queue_host(host): what stands for a host, and is not 0. */
uint64_t queue_host(const char *host);

/*
 * queue_full(q, line, host): whether as many probes of its host run as may; the
 * line, which queue_next returned last, then waits until one of them ends.
 */
bool queue_full(struct queue *q, struct queue_line *line, uint64_t host);

/* queue_took(q, line): the line, which queue_next returned last, is in use; its
   text is freed. */
void queue_took(struct queue *q, struct queue_line *line);

/* queue_busy(q, host, by): by more (1) or less (-1) probes of a host run. */
void queue_busy(struct queue *q, uint64_t host, int by);

#endif

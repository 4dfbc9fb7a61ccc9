/* SPDX-License-Identifier: MIT */
/*
 * stats.h: what a run of a program did and what it took: the line of MCP_STATS=1, and
 * the same in the store, from which mcp-serve makes metrics. Counting costs an
 * addition; time and memory are asked for when a line is made.
 */
#ifndef BASE_STATS_H
#define BASE_STATS_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

/* The counters, in the order of the line; mcp-records(5) has the words. */
enum counter {
	COUNT_TARGETS,
	COUNT_PASSED,
	COUNT_FAILED,
	COUNT_LOST,
	COUNT_REQUESTS,
	COUNT_BYTES,
	COUNT_RECORDS,
	COUNT_REFUSED,
	COUNT_STORED,
	COUNT_SERVERS,
	COUNT_VERDICTS,
	COUNT_EVENTS,
	COUNT_OPENED,
	COUNT_CLOSED,
	COUNT_DELIVERED,
	COUNT_RETRIED,
	COUNT_GIVEN_UP,
	COUNT_CACHE_HITS,
	COUNT_STORE_READS
};
#define STATS 19

/* The counters of each program: a set of enum counter. */
#define STATS_OF(counter) (1u << (counter))
#define STATS_PROBE							\
	(STATS_OF(COUNT_TARGETS) | STATS_OF(COUNT_PASSED) |		\
		STATS_OF(COUNT_FAILED) | STATS_OF(COUNT_LOST) |		\
		STATS_OF(COUNT_REQUESTS) | STATS_OF(COUNT_BYTES))
#define STATS_AGGREGATE							\
	(STATS_OF(COUNT_RECORDS) | STATS_OF(COUNT_REFUSED) |		\
		STATS_OF(COUNT_STORED) | STATS_OF(COUNT_SERVERS) |	\
		STATS_OF(COUNT_VERDICTS))
#define STATS_ALERT							\
	(STATS_OF(COUNT_RECORDS) | STATS_OF(COUNT_REFUSED) |		\
		STATS_OF(COUNT_EVENTS) | STATS_OF(COUNT_OPENED) |	\
		STATS_OF(COUNT_CLOSED) | STATS_OF(COUNT_DELIVERED) |	\
		STATS_OF(COUNT_RETRIED) | STATS_OF(COUNT_GIVEN_UP))
#define STATS_SERVE							\
	(STATS_OF(COUNT_REQUESTS) | STATS_OF(COUNT_CACHE_HITS) |	\
		STATS_OF(COUNT_STORE_READS))

/* A run. */
struct stats {
	double wall_s, user_s, system_s;
	double peak_bytes; /* of memory, at the worst moment */
	unsigned set;	   /* which of the counts are known */
	double counts[STATS];
};

/* stats_begin(): the run begins now. */
void stats_begin(void);

/* stats_add(counter, n): n more of these. */
void stats_add(enum counter counter, uint64_t n);

/* stats_name(counter): its key. */
const char *stats_name(enum counter counter);

/* stats_now(set): this run up to now, with the counts of the set. */
struct stats stats_now(unsigned set);

/* The most that stats_put appends. */
#define STATS_TEXT 700

/*
 * stats_put(b, s): append "wall_s=0.412 user_s=0.120 …", a key and a number each,
 * in the order of mcp-records(5). stats_read(text, s): what was so written; keys
 * that are not known are passed over. False where a time or the memory is missing
 * or a number is none, below zero, or above 1e15.
 */
void stats_put(struct buf *b, const struct stats *s);
bool stats_read(const char *text, struct stats *s);

/*
 * stats_command(words): the line names this command; kept, not copied.
 * stats_wanted(): whether the environment has MCP_STATS=1.
 * stats_end(set, status): log the line, once, where it is wanted. Returns
 * status, which the line names.
 */
bool stats_wanted(void);
void stats_command(const char *words);
int stats_end(unsigned set, int status);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * beat.h: what a program asks of a store as a whole, whichever servers it
 * watches: whether its keys are of a version that it knows, when the stages of
 * the pipeline last ran, whether what was written outlives the process of the
 * store, and how far the clock of this machine is from that of the store, which
 * two machines that never meet have in common.
 */
#ifndef STORE_BEAT_H
#define STORE_BEAT_H

#include "base/stats.h"
#include "store/store.h"

#include <stdbool.h>

/* In the order in which a minute passes through them. */
enum stage { STAGE_INGEST, STAGE_VERDICT, STAGE_ALERT };
#define STAGES 3

/*
 * A stage runs every minute: a heartbeat that is older shows that it stopped.
 */
#define STAGE_STALE_S 300

/* stage_name(stage): "ingest", "verdict" or "alert". */
const char *stage_name(enum stage stage);

/*
 * stage_beat(stage, text): a heartbeat, as the store has it, in epoch seconds;
 * NAN where text is NULL, or is no instant, which is logged.
 */
double stage_beat(enum stage stage, const char *text);

/*
 * stage_stale(at, now, most): whether a heartbeat is more than `most` seconds
 * old, or so far ahead of now that a clock must be wrong. NAN is not stale.
 */
bool stage_stale(double at, double now, double most);

struct store;

/*
 * The field of KEY_HEARTBEATS that says that a clock was ahead: when that was
 * found, and the newest window that it had published, epoch seconds.
 */
#define HEARTBEAT_JUMP "clock_jumped"

/*
 * heartbeat_write(s, stage, now, pretended): write to the store that the stage
 * ran at epoch second now. A pretended time does not replace a later one:
 * judging the past says nothing about the present. False: the store failed.
 */
bool heartbeat_write(
	struct store *s, enum stage stage, double now, bool pretended);

/*
 * heartbeat_run_queue(s, stage, at, set): queue, for the next store_run, what this
 * run did and took up to epoch second at, with the counts of the set. It is in the
 * field heartbeat_run_field(out, stage) of KEY_HEARTBEATS, which returns out, of
 * HEARTBEAT_FIELD bytes. heartbeat_run_read(text, at, run): what the field holds;
 * false where it cannot be read.
 */
#define HEARTBEAT_FIELD 16
const char *heartbeat_run_field(char *out, enum stage stage);
void heartbeat_run_queue(struct store *s, enum stage stage, double at,
	unsigned set);
bool heartbeat_run_read(const char *text, double *at, struct stats *run);

struct store_reply;

/*
 * It goes up with a change that programs of the version before would read
 * wrongly or spoil. A store without KEY_FORMAT is of version 1.
 */
#define STORE_FORMAT 1

/* The value of KEY_FORMAT while `mcp-aggregate restore` is at work. */
#define FORMAT_RESTORING "restoring"

/*
 * format_fits(r, why): whether this program may use a store whose KEY_FORMAT is
 * the reply r, which may be nil. False, and why, which has STORE_WHY bytes.
 * format_number(r): the version that it holds; 0 where it is no number.
 */
bool format_fits(const struct store_reply *r, char *why);
int format_number(const struct store_reply *r);

/*
 * format_check(s, writes, why): ask the store, in one round trip; with `writes`
 * for a program that is to fill it, so that a version that is missing or older
 * is written. In the last two cases why says what is wrong.
 */
enum format_answer { FORMAT_FITS, FORMAT_REFUSED, FORMAT_NO_ANSWER };
enum format_answer format_check(struct store *s, bool writes, char *why);

/*
 * format_guard(s, writes, why): format_check of a store that was just opened, or
 * NULL. Returns it; or NULL and why, which has STORE_WHY bytes, and it is closed.
 */
struct store *format_guard(struct store *s, bool writes, char *why);

/*
 * store_persist(s): wait until the store has written what it was given to its
 * append-only file, at most PERSIST_MS. 0; also where it has no such file, or
 * does not say. -1: the store failed, or has lost what it was given since
 * store_open, for a server went away meanwhile; see store_why.
 *
 * With `appendfsync everysec` a Redis writes before it answers, but not while
 * its disk is busy with the fsync of the second before: it then holds writes
 * back, for up to two seconds, and loses them if it is killed.
 */
#define PERSIST_MS 3000
int store_persist(struct store *s);

/*
 * persist_pending(info): of one or more answers to INFO persistence, one behind
 * the other: whether a server holds writes back. Pure.
 */
bool persist_pending(const char *info);

/*
 * store_skew(s, skew): by how many seconds this clock is ahead of the store's: at
 * least skew[0], at most skew[1]. -1: the store failed, and store_why says why. In
 * a cluster the first of its nodes is asked.
 */
int store_skew(struct store *s, double skew[2]);

#endif

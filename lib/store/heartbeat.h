/*
 * heartbeat.h: records that a stage of the pipeline has run, see stages.h, and what
 * that run did and took.
 */
#ifndef STORE_HEARTBEAT_H
#define STORE_HEARTBEAT_H

#include "base/stats.h"
#include "store/stages.h"

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

#endif

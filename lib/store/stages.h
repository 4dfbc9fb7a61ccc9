/*
 * stages.h: the stages of the pipeline. Each writes the time of its last run,
 * its heartbeat, to KEY_HEARTBEATS.
 */
#ifndef STORE_STAGES_H
#define STORE_STAGES_H

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

#endif

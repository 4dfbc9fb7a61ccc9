/*
 * stages.h: the stages of the pipeline, each of which leaves a sign of life in
 * the store when it has run: a heartbeat, in KEY_HEARTBEATS.
 */
#ifndef STORE_STAGES_H
#define STORE_STAGES_H

#include <stdbool.h>

/* In the order in which a minute passes through them. */
enum stage { STAGE_INGEST, STAGE_VERDICT, STAGE_ALERT };
#define STAGES 3

/* A stage runs every minute: after so many seconds it has missed several. */
#define STAGE_STALE_S 300

/* stage_name(stage): "ingest", "verdict" or "alert". */
const char *stage_name(enum stage stage);

/*
 * stage_beat(stage, text): the instant of a heartbeat in epoch seconds; NAN
 * where there is none (text is NULL), or it is no instant, which is warned of.
 */
double stage_beat(enum stage stage, const char *text);

/*
 * stage_stale(at, now, most): whether a heartbeat is more than `most` seconds
 * old, or as far ahead of now as no clock that is right. One that never was is
 * not stale.
 */
bool stage_stale(double at, double now, double most);

#endif

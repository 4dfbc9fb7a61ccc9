/*
 * heartbeat.h: records that a stage of the pipeline has run; see stages.h.
 */
#ifndef STORE_HEARTBEAT_H
#define STORE_HEARTBEAT_H

#include "store/stages.h"

struct store;

/*
 * heartbeat_write(s, stage, now, pretended): write to the store that the stage
 * ran at epoch second now. A pretended time does not replace a later one:
 * judging the past says nothing about the present. False: the store failed.
 */
bool heartbeat_write(
	struct store *s, enum stage stage, double now, bool pretended);

#endif

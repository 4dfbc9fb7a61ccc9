/*
 * heartbeat.h: tells that a stage of the pipeline has run; see stages.h.
 */
#ifndef STORE_HEARTBEAT_H
#define STORE_HEARTBEAT_H

#include "store/stages.h"

struct store;

/*
 * heartbeat_write(s, stage, now, pretended): the stage has run, by its clock at epoch
 * second now. Where that is a pretended time a later one stays, for who judges
 * the past has nothing to tell about the present. False: store failed.
 */
bool heartbeat_write(
	struct store *s, enum stage stage, double now, bool pretended);

#endif

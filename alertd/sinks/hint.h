/*
 * hint.h: what to look at first, by the cause of a failure, which its code
 * names, and by how far it spreads: one region or all, one server or many. Pure.
 */
#ifndef SINKS_HINT_H
#define SINKS_HINT_H

#include "base/buf.h"
#include "sinks/event_fields.h"

/* hint_put(b, e): append the hint for event e; nothing where there is none. */
void hint_put(struct buf *b, const struct sink_event *e);

#endif

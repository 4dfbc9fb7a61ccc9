/*
 * flapping.h: an incident that fails again while it recovers. It stays one
 * incident, and counts how often that happened. Pure.
 */
#ifndef INCIDENT_FLAPPING_H
#define INCIDENT_FLAPPING_H

#include "base/buf.h"
#include "incident/state.h"

/* flapping_count(inc): inc fails; count that if windows had begun to pass. */
void flapping_count(struct incident *inc);

/*
 * flapping_put(b, inc): append what the summary of an open incident says of it;
 * nothing where it failed again only once. flapping_put_past(b, inc): what the
 * summary of a recovery says.
 */
void flapping_put(struct buf *b, const struct incident *inc);
void flapping_put_past(struct buf *b, const struct incident *inc);

#endif

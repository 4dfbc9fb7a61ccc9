/*
 * incident_store.h: what the public may know of the incidents of a server, which
 * outlives its state: the hash key_incidents, an update a field.
 */
#ifndef STATE_INCIDENT_STORE_H
#define STATE_INCIDENT_STORE_H

#include "base/strings.h"

struct store;

/* Of one server: fields of its hash and their values, in turn. */
struct incident_updates {
	const char *slug;
	const struct strings *fields;
};

/*
 * incident_store_add(s, v, n): write the updates of n servers, in one round trip
 * and one more where some have to go; what is there already is written again.
 * Incidents that began more than RETENTION_INCIDENTS_S before the newest go, and
 * the oldest of more than UPDATES_MAX updates. False: the store failed, and the
 * operator has been told.
 */
bool incident_store_add(struct store *s, const struct incident_updates *v,
	size_t n);

/*
 * incident_store_fields(s, slug, out): add the fields of that server. False: the
 * store failed, and the operator has been told.
 */
bool incident_store_fields(struct store *s, const char *slug,
	struct strings *out);

#endif

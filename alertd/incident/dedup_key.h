/*
 * dedup_key.h: the name by which receivers tell incidents apart: all events of
 * one incident carry the same key, so that a page is raised once and resolved
 * once. Pure.
 */
#ifndef INCIDENT_DEDUP_KEY_H
#define INCIDENT_DEDUP_KEY_H

#include "incident/state.h"

/*
 * dedup_key(st, kind, out): the key of the incident of that kind,
 * "SLUG:KIND:START", as alert_key makes it for its events. Returns out, which
 * has ALERT_KEY_SIZE bytes.
 */
const char *dedup_key(const struct alert_state *st, enum alert_kind kind,
	char *out);

#endif

/*
 * acknowledgement.h: somebody says that they look after an incident, and nobody
 * else is disturbed for as long: no step of its ladder, no reminder, no
 * promotion by its age. It ends with the incident, when that gets worse, and
 * after a time. Pure.
 */
#ifndef INCIDENT_ACKNOWLEDGEMENT_H
#define INCIDENT_ACKNOWLEDGEMENT_H

#include "incident/event.h"
#include "incident/state.h"

/* What somebody says. */
struct ack_request {
	const char *key; /* the dedup_key of an incident; NULL: all of them */
	const char *by;
	const char *reason; /* or NULL */
	double for_s;
};

/*
 * ack_set(st, q, now, out): the open incidents of the server that are asked
 * for, those that are folded left out, are acknowledged by it from now on, also
 * where they were before. How many there are.
 */
size_t ack_set(struct alert_state *st, const struct ack_request *q, double now,
	struct alert_events *out);

/* ack_holds(inc, now): whether one holds. */
bool ack_holds(const struct incident *inc, double now);

/*
 * ack_expire(st, kind, now): end one whose time is over, unless the incident is
 * just passing: who looked after it seems to have been right. ack_break(st,
 * kind, now): end it because the incident got worse. A ladder goes on from
 * where it was when the acknowledgement came.
 */
void ack_expire(struct alert_state *st, enum alert_kind kind, double now);
void ack_break(struct alert_state *st, enum alert_kind kind, double now);

#endif

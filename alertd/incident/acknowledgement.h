/*
 * acknowledgement.h: somebody says that they look after an incident. Until the
 * acknowledgement ends nobody else is disturbed: no step of a ladder, no
 * reminder, no promotion by age. It ends with the incident, when the incident
 * gets worse, and after a time. Pure.
 */
#ifndef INCIDENT_ACKNOWLEDGEMENT_H
#define INCIDENT_ACKNOWLEDGEMENT_H

#include "incident/event.h"
#include "incident/state.h"

/* What is acknowledged, and by whom. */
struct ack_request {
	const char *key; /* the dedup_key of an incident; NULL: all of them */
	const char *by;
	const char *reason; /* or NULL */
	double for_s;
};

/*
 * ack_set(st, q, now, out): acknowledge the open incidents of the server that q
 * names, also those that were acknowledged before, but none that is superseded.
 * Returns their number.
 */
size_t ack_set(struct alert_state *st, const struct ack_request *q, double now,
	struct alert_events *out);

/* ack_holds(inc, now): whether inc is acknowledged at that time. */
bool ack_holds(const struct incident *inc, double now);

/*
 * ack_expire(st, kind, now): end the acknowledgement if its time is over,
 * unless the incident is recovering. ack_break(st, kind, now): end it because
 * the incident got worse. The ladder goes on where it was when the
 * acknowledgement came.
 */
void ack_expire(struct alert_state *st, enum alert_kind kind, double now);
void ack_break(struct alert_state *st, enum alert_kind kind, double now);

#endif

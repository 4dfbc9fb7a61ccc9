/*
 * summary.h: what a woken person reads first. Pure.
 */
#ifndef INCIDENT_SUMMARY_H
#define INCIDENT_SUMMARY_H

#include "incident/state.h"

/* What is told, beside its phase. */
struct summary {
	const char *slug; /* with the incident, set by events_put */
	enum alert_kind kind;
	enum alert_phase phase;
	const struct incident *incident;
	const struct maintenance_hold
		*maintenance; /* of an overrun: the one before it */
	double at;
	bool more; /* an escalation because more servers or regions are in it */
	bool worse; /* an escalation because of its layer, not of its age */
	bool unheard; /* because nobody acknowledged it */
};

/* summary_put(b, s): append one sentence; about a recovery, three. */
void summary_put(struct buf *b, const struct summary *s);

#endif

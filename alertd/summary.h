/*
 * summary.h: what a woken person reads first. Pure.
 */
#ifndef SUMMARY_H
#define SUMMARY_H

#include "state.h"

/* What is told, beside its phase. */
struct summary {
	const char *slug;
	enum alert_kind kind;
	enum alert_phase phase;
	const struct incident *incident;
	const struct quiet *maintenance; /* of an overrun: the one before it */
	double at;
	bool worse; /* an escalation because of its layer, not of its age */
};

/* summary_put(b, s): append one sentence; about a recovery, three. */
void summary_put(struct buf *b, const struct summary *s);

#endif

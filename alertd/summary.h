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
	double at;
	bool worse; /* an escalation because of its layer, not of its age */
};

/* summary_put(b, s): append one sentence; about a recovery, three. */
void summary_put(struct buf *b, const struct summary *s);

/*
 * summary_duration(b, s): append "40 s", "12 min", "3 h 5 min".
 * summary_time(b, t, day): append "14:32", in UTC, with the day before it where
 * that is wanted.
 */
void summary_duration(struct buf *b, long long s);
void summary_time(struct buf *b, int64_t t, bool day);

#endif

/*
 * common_cause.h: tells of what was kept back: each server by itself, or those
 * that have the same trouble together; see routing/correlation.h.
 */
#ifndef ALERTD_COMMON_CAUSE_H
#define ALERTD_COMMON_CAUSE_H

struct evaluator;

/* common_cause_flush(d): a round of verdicts is over: tell what waits. */
void common_cause_flush(struct evaluator *d);

#endif

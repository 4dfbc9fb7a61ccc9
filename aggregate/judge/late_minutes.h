/*
 * late_minutes.h: minutes that were not judged in time, because the store was
 * away or nobody evaluated, and whose records came later.
 */
#ifndef JUDGE_LATE_MINUTES_H
#define JUDGE_LATE_MINUTES_H

#include "verdict_line.h"

struct fleet;
struct store;

/*
 * late_judge(store, fleet, now, output): judge the minutes of the last hour
 * that hold probes but are not counted, each as of its end; count them, and
 * write their verdicts to standard output, in the order of time. Verdicts that
 * mcp-alert has not taken into account yet are written again. A minute before
 * the first that was ever counted is not late; one whose verdict is unknown
 * stays uncounted. 0; or -1, and the operator has been told.
 */
int late_judge(struct store *store, const struct fleet *fleet, double now,
	struct output output);

#endif

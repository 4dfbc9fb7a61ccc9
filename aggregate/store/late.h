/*
 * late.h: minutes that nobody judged when it was time, because the store was
 * away, or whoever judges: the records that came later tell of them.
 */
#ifndef STORE_LATE_H
#define STORE_LATE_H

#include "verdict_line.h"

struct fleet;
struct store;

/*
 * late_judge(store, fleet, now, output): judge, each as of its end, the minutes
 * of the last hour that no verdict was counted for and that hold probes; count
 * them, and write their verdicts to standard output, in the order of time.
 * Those that mcp-alert has not taken into account since are written again. A
 * minute before the first that was ever counted is not late, and one that
 * cannot be judged stays so. 0; or -1, and the operator has been told.
 */
int late_judge(struct store *store, const struct fleet *fleet, double now,
	struct output output);

#endif

/*
 * failure_run.h: what the rule makes of one region: whether it reports, and the run of
 * failures that ends in its newest probe. Pure, like the rule.
 */
#ifndef RULE_FAILURE_RUN_H
#define RULE_FAILURE_RUN_H

#include "rule/history.h"

#include <stdbool.h>

struct rule;

struct failure_run {
	const struct probe *newest; /* NULL where the region never reported */
	bool reports;		    /* newest is looked at */
	bool isolated; /* it does not, for the region is cut off since then */
	enum step step; /* that fails; STEP_NONE where the region does not */
	int streak;	/* failures in the run */
	int failures;	/* in a row, the run among them, at whatever steps */
	/* When those started that are looked at, newest first. */
	double at[HISTORY_MAX];
	size_t n_at;
};

/*
 * failure_run_judge(rule, h, now): a region as of the instant `now` (mcp-aggregate(1),
 * THE RULE). A region that is silent is judged as of its newest probe; it fails
 * with no instant in `at`, and so agrees with nobody.
 *
 * Both counts go back beyond the lookback, as long as each probe was looked at
 * when the next one started. Otherwise the only region of a server that is
 * probed every 60.1 s would now have failed 3 times in 180 s, and now 2.
 */
struct failure_run failure_run_judge(
	const struct rule *rule, const struct region_history *h, double now);

#endif

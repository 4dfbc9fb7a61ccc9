/* SPDX-License-Identifier: MIT */
/*
 * failure_run.h: one region under the rule: whether it reports, and the run of
 * failures at one step that ends in its newest probe. Pure.
 */
#ifndef RULE_FAILURE_RUN_H
#define RULE_FAILURE_RUN_H

#include "rule/history.h"

#include <stdbool.h>

struct rule;

struct failure_run {
	const struct probe *newest; /* NULL where the region never reported */
	bool reports;		    /* newest started within the lookback */
	bool isolated; /* it does not report, for its network is cut off */
	enum step step; /* the failing one; STEP_NONE where none fails */
	bool limited; /* it fails with 429: that says nothing of the server */
	bool refused; /* our credential is refused there */
	int streak;	/* failures in the run */
	int failures;	/* in a row at whatever steps, the run included */
	/* When those of the run within the lookback started, newest first. */
	double at[HISTORY_MAX];
	size_t n_at;
};

/*
 * failure_run_judge(rule, h, now): judge a region as of the instant `now`
 * (mcp-aggregate(1), THE RULE). A silent region is judged as of its newest
 * probe; if it fails, n_at is 0, so that it agrees with no other.
 *
 * Both counts go back beyond the lookback, while no gap between two probes is
 * as long as the lookback. Otherwise the failures in a row of a server that is
 * probed every 60.1 s would alternate between 2 and 3 within 180 s.
 */
struct failure_run failure_run_judge(
	const struct rule *rule, const struct region_history *h, double now);

#endif

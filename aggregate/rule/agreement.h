/* SPDX-License-Identifier: MIT */
/*
 * agreement.h: how many regions agree that a step fails. It takes two of N that
 * do to make a verdict red (mcp-aggregate(1), THE RULE). Pure.
 */
#ifndef RULE_AGREEMENT_H
#define RULE_AGREEMENT_H

#include "rule/failure_run.h"

/*
 * The expected regions of a server, sorted by name, and the run of each.
 * machines[i] is the first region that is on the same machine as the i-th: the
 * regions of one machine count as one.
 */
struct expected_regions {
	struct region_history *regions;
	struct failure_run *runs;
	size_t *machines;
	size_t n, n_machines;
	bool limited; /* every region that reports and fails is limited */
};

/*
 * agreement_size(rule, f, step): how many regions agree on a step, or fail
 * together at any for STEP_NONE: the most of which one interval of the rule's
 * tolerance, ends included, holds a failure each. A limited region agrees with
 * none, unless all that report and fail are.
 */
int agreement_size(const struct rule *rule, const struct expected_regions *f,
	enum step step);

/*
 * agreement_step(rule, f, size): the step on which most regions agree, the
 * earlier one of equals, and *size, how many do. Where no failure is recent
 * enough to agree, *size is 0, and the step is the one at which most regions
 * failed when they fell silent; STEP_NONE where no region fails.
 */
enum step agreement_step(const struct rule *rule,
	const struct expected_regions *f, int *size);

#endif

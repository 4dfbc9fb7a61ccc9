/* SPDX-License-Identifier: MIT */
/*
 * verdict.h: THE RULE of mcp-aggregate(1). The probes of a server in, its
 * verdict out. Pure: no clock, no I/O, nothing kept between calls, so that a
 * recorded day can be judged again.
 */
#ifndef RULE_VERDICT_H
#define RULE_VERDICT_H

#include "records/verdict.h"
#include "rule/history.h"

/* The numbers of the rule; rule_default says which they are. */
struct rule {
	double lookback_s;   /* a probe older than this is not looked at */
	double tolerance_s;  /* failures this far apart are one failure */
	double ahead_s;	     /* how far ahead a runner's clock may be */
	double divergence_s; /* a hash older than this has no say */
	int quorum;	     /* reporters needed, or all if fewer expected */
	int step_alert;	     /* agreeing regions that make a verdict red */
	int hard_outage;     /* agreeing regions that make it a hard outage */
	int alone; /* failures in a row of the only region, at any steps */
	int throttled; /* consecutive 429s before one counts as a failure */
	int tool_churn; /* changes of tools in an hour; more are churn */
};

/*
 * rule_default(interval_s): the rule for a server that is probed every
 * interval_s seconds. Up to 60 s: a tolerance of 60 s (article 1) and a
 * lookback of 180 s; above, the interval and three times the interval.
 */
struct rule rule_default(double interval_s);

/* The basis of a verdict. */
struct verdict_input {
	const char *slug;
	const char *url; /* or NULL */
	double now;	 /* the instant of judging, epoch seconds */
	/* The regions that should report: each once, in any order. */
	const char *const *expected;
	size_t n_expected;
	/* The history of each region; those not expected are ignored. */
	const struct region_history *regions;
	size_t n_regions;
	/*
	 * When a probe was last healthy, by the verdict before: a credential
	 * that is refused now worked then. 0: never, but for those of `regions`.
	 */
	double worked_at;
	/* Since when its tools churn, by the verdict before; 0: they do not. */
	double churn_since;
	/* When a round began that is under way; 0: none is. And how often the
	   server is probed. */
	double round, interval_s;
};

/*
 * verdict_decide(rule, in): the verdict on a server (mcp-aggregate(1), THE
 * RULE; article 1: two of N). Its strings are those of the input; its arrays
 * are freed by verdict_release. Regions are sorted by name in all of them. What
 * only a store can know is NAN.
 */
struct verdict verdict_decide(const struct rule *rule,
	const struct verdict_input *in);
void verdict_release(struct verdict *v);

/* ---- thresholds.c: the argument of --policy of mcp-aggregate(1). */

/* Room for the reason why a policy was refused. */
#define POLICY_WHY 160

/*
 * policy_apply(text, rule, why): put the numbers of "key=value[,key=value…]"
 * into the rule. The keys, and what they may be, are those of thresholds in
 * fleet.yaml(5), and what they may be together holds for the whole rule. 0; or
 * -1, and why, which has POLICY_WHY bytes; then the rule is half changed.
 */
int policy_apply(const char *text, struct rule *rule, char *why);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * thresholds.h: the argument of --policy of mcp-aggregate(1): other thresholds
 * for the rule. Pure.
 */
#ifndef RULE_THRESHOLDS_H
#define RULE_THRESHOLDS_H

struct rule;

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

/* SPDX-License-Identifier: MIT */
/*
 * policy.h: the argument of --policy of mcp-alert(1): other numbers for
 * alerting. Pure.
 */
#ifndef ROUTING_POLICY_H
#define ROUTING_POLICY_H

#include "conf/conf.h"

/* Room for the reason why a policy was refused. */
#define CONF_POLICY_WHY 600

/*
 * conf_policy(text, p, why): put the numbers of "key=value[,key=value…]" into
 * the policy. The keys, and what they may be, are those of alerts.policy in
 * fleet.yaml(5), by the same table. 0; or -1, and why, which has
 * CONF_POLICY_WHY bytes; then the policy is half changed.
 */
int conf_policy(const char *text, struct conf_policy *p, char *why);

/* conf_policy_of(c): the policy of a configuration; NULL: the defaults. */
struct conf_policy conf_policy_of(const struct conf *c);

#endif

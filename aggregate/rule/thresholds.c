/* SPDX-License-Identifier: MIT */
#include "rule/verdict.h"

#include "base/num.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define DAY 86400.0

/* The thresholds of conf/schema.c, but for tool_churn, which is fixed. */
static const struct key {
	const char *name;
	size_t offset;
	double min, max;
	bool seconds; /* else a whole number */
} keys[] = {
	{"quorum", offsetof(struct rule, quorum), 1, 100, false},
	{"step_alert", offsetof(struct rule, step_alert), 1, 100, false},
	{"hard_outage", offsetof(struct rule, hard_outage), 1, 100, false},
	{"alone", offsetof(struct rule, alone), 1, HISTORY_MAX, false},
	{"throttled", offsetof(struct rule, throttled), 1, HISTORY_MAX, false},
	{"tolerance", offsetof(struct rule, tolerance_s), 1, DAY, true},
	{"lookback", offsetof(struct rule, lookback_s), 30, DAY, true},
	{"divergence", offsetof(struct rule, divergence_s), 30, DAY, true},
};
#define KEYS (sizeof keys / sizeof *keys)

static const struct key *find_threshold(const char *name, size_t n)
{
	for (size_t i = 0; i < KEYS; i++)
		if (strlen(keys[i].name) == n &&
			strncmp(keys[i].name, name, n) == 0)
			return &keys[i];
	return NULL;
}

static int set(const struct key *k, const char *value, struct rule *rule,
	char *why)
{
	void *at = (char *)rule + k->offset;
	long long whole;
	double seconds;

	if (k->seconds && num_duration(value, k->min, k->max, &seconds)) {
		memcpy(at, &seconds, sizeof seconds);
		return 0;
	}
	if (!k->seconds && num_parse(value, (long long)k->min,
				   (long long)k->max, &whole)) {
		int n = (int)whole;

		memcpy(at, &n, sizeof n);
		return 0;
	}
	if (k->seconds && num_bare(value)) {
		snprintf(why, POLICY_WHY, "%s: %s has no unit: write %ss",
			k->name, value, value);
		return -1;
	}
	snprintf(why, POLICY_WHY, "%s: '%.40s' is not %s from %.0f%s to %s",
		k->name, value, k->seconds ? "a time" : "a whole number",
		k->min, k->seconds ? "s" : "",
		k->seconds ? "24h" : k->max > HISTORY_MAX ? "100" : "16");
	return -1;
}

static int set_one(const char *item, size_t n, struct rule *rule,
	unsigned *seen, char *why)
{
	const char *sign = memchr(item, '=', n);
	size_t name = sign ? (size_t)(sign - item) : n;
	const struct key *k = find_threshold(item, name);
	char value[64];

	if (!k || !sign) {
		snprintf(why, POLICY_WHY,
			k ? "%.*s: '=' and a value expected"
			  : "'%.*s' is not a number of the rule",
			(int)(name < 60 ? name : 60), item);
		return -1;
	}
	if (*seen & 1u << (k - keys)) {
		snprintf(why, POLICY_WHY, "%s: given twice", k->name);
		return -1;
	}
	*seen |= 1u << (k - keys);
	n -= name + 1;
	snprintf(value, sizeof value, "%.*s", (int)(n < 63 ? n : 0), sign + 1);
	return set(k, value, rule, why);
}

int policy_apply(const char *text, struct rule *rule, char *why)
{
	unsigned seen = 0;

	for (;;) {
		size_t n = strcspn(text, ",");

		if (set_one(text, n, rule, &seen, why))
			return -1;
		if (!text[n])
			break;
		text += n + 1;
	}
	if (rule->tolerance_s > rule->lookback_s) {
		snprintf(why, POLICY_WHY,
			"a tolerance of %gs is longer than the lookback of %gs",
			rule->tolerance_s, rule->lookback_s);
		return -1;
	}
	if (rule->hard_outage < rule->step_alert) {
		snprintf(why, POLICY_WHY,
			"a hard_outage of %d is below the step_alert of %d",
			rule->hard_outage, rule->step_alert);
		return -1;
	}
	return 0;
}

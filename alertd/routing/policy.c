/* SPDX-License-Identifier: MIT */
#include "routing/routing.h"

#include "conf/formats.h"
#include "conf/schema.h"

#include <stdio.h>
#include <string.h>

/* No key and no value is longer. */
#define WORD 64

/* The table of alerts.policy: its numbers, and nothing but numbers. */
static const struct conf_key *policy_keys(void)
{
	const struct conf_key *k = conf_alerts;

	while (strcmp(k->name, "policy") != 0)
		k++;
	return k->keys;
}

/* Copy n bytes as a string; "" where they are too long for any key or value. */
static void copy(const char *s, size_t n, char *out)
{
	snprintf(out, WORD, "%.*s", (int)(n < WORD ? n : 0), s);
}

static int set_one(const char *item, size_t n, struct conf_policy *p,
	unsigned long *seen, char *why)
{
	const struct conf_key *keys = policy_keys(), *k = keys;
	size_t name = strcspn(item, "=,");
	char word[WORD], value[WORD], shown[CONF_SHOWN], what[CONF_WHY] = "";

	copy(item, name, word);
	while (k->name && strcmp(k->name, word) != 0)
		k++;
	if (k->name && k->gone)
		snprintf(why, CONF_POLICY_WHY, "%s: %s", k->name, k->gone);
	else if (!k->name)
		snprintf(why, CONF_POLICY_WHY, "'%s' is not a number of "
					       "alerts.policy",
			conf_shown(word, shown));
	else if (name == n)
		snprintf(why, CONF_POLICY_WHY, "%s: '=' and a value expected",
			k->name);
	else if (*seen & 1ul << (k - keys))
		snprintf(why, CONF_POLICY_WHY, "%s: given twice", k->name);
	else {
		*seen |= 1ul << (k - keys);
		copy(item + name + 1, n - name - 1, value);
		if (conf_value(k, value, true, (char *)p + k->at, what))
			return 0;
		snprintf(why, CONF_POLICY_WHY, "%s: %s", k->name, what);
	}
	return -1;
}

struct conf_policy conf_policy_of(const struct conf *c)
{
	struct conf_policy p = {0};
	char why[CONF_WHY];

	if (c)
		return c->policy;
	for (const struct conf_key *k = policy_keys(); k->name; k++)
		conf_value(k, k->otherwise, true, (char *)&p + k->at, why);
	return p;
}

int conf_policy(const char *text, struct conf_policy *p, char *why)
{
	unsigned long seen = 0;

	for (;;) {
		size_t n = strcspn(text, ",");

		if (set_one(text, n, p, &seen, why))
			return -1;
		if (!text[n])
			return 0;
		text += n + 1;
	}
}

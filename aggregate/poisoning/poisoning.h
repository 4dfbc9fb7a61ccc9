/* SPDX-License-Identifier: MIT */
/*
 * poisoning.h: signs of poisoning in the definitions of tools: what a careful
 * reader would stop at. A sign is a finding, never a verdict: honest servers
 * have some, and text that is well made has none.
 */
#ifndef POISONING_POISONING_H
#define POISONING_POISONING_H

#include <cjson/cJSON.h>
#include <stddef.h>
#include <stdint.h>

enum poisoning_rule {
	POISONING_INVISIBLE,
	POISONING_BIDIRECTIONAL,
	POISONING_CONTROL,
	POISONING_LAYOUT,
	POISONING_ENCODED,
	POISONING_MODEL,
	POISONING_OTHER_TOOL,
	POISONING_SECRETS,
	POISONING_SCHEMA,
	POISONING_NAME,
	POISONING_RULES
};

/* The name of a rule, and what it looks for, in a sentence. */
struct poisoning_rule_row {
	const char *name, *about;
};
extern const struct poisoning_rule_row poisoning_rules[POISONING_RULES];

/* The most signs of a rule that are reported of one tool. */
#define POISONING_SIGNS_MAX 16

/* A finding; the strings live until the callback returns. */
struct poisoning_sign {
	enum poisoning_rule rule;
	const char *tool;    /* its name, as show_visible has it */
	const char *path;    /* JSON Pointer (RFC 6901) in the definition,
				likewise */
	const char *excerpt; /* what stands there, likewise */
	const char *why;     /* a sentence */
};
typedef void poisoning_found(void *arg, const struct poisoning_sign *sign);

/* Opaque: the rules, and the names of the tools of all servers. */
struct poisoning;

struct poisoning *poisoning_new(void);
void poisoning_free(struct poisoning *p);

/*
 * poisoning_learn(p, server, label, definition): learn the name of a tool of a
 * server, which is called `label`: a string that outlives p. Servers are numbered
 * from 0, and those that are trusted most come first: of two names that look
 * alike, the one of the higher number is told.
 */
void poisoning_learn(struct poisoning *p, uint32_t server, const char *label,
	const cJSON *definition);

/*
 * poisoning_signs(p, server, definition, found, arg): call found(arg, …) for each
 * sign in the definition of a tool of a server, once all have been learnt. What
 * is no object, and members that are of no use to a client, have none. The time
 * that it takes grows with the definition, and with nothing else.
 */
void poisoning_signs(const struct poisoning *p, uint32_t server,
	const cJSON *definition, poisoning_found *found, void *arg);

#endif

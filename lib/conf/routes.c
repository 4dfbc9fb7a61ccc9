/* SPDX-License-Identifier: MIT */
/*
 * routes.c: what each type of route is, and which keys of alerts.routes it
 * wants, as CONF_ROUTE_TYPES says.
 */
#include "conf/check.h"
#include "conf/formats.h"
#include "conf/schema.h"

#include <string.h>

#define NAME(TYPE, type, ...) #type,
const char *const conf_route_types[] = {CONF_ROUTE_TYPES(NAME) NULL};

/* The keys, a bit each. */
enum {
	URL = 1,
	SECRET = 2,
	COMMAND = 4,
	CHANNEL = 8,
	MENTION = 16,
	FROM = 32,
	TO = 64
};

/* Keys that a route needs; those that it may have; its class; the check of a
   text. */
struct rule {
	unsigned needs, may;
	enum conf_class class;
	const char *(*bad_url)(const char *s); /* NULL: conf_bad_url */
	const char *(*bad_from)(const char *s);
	const char *(*bad_to)(const char *s);
	const char *(*bad_mention)(const char *s);
};

#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* E.164. */
static const char *bad_number(const char *s)
{
	size_t n = strlen(s);

	return *s == '+' && s[1] != '0' && n >= 8 && n <= 16 &&
			strspn(s + 1, DIGITS) == n - 1
		? NULL
		: "not a number such as +15551230123";
}

/* A number, a name that is shown instead, a short code, or a service. */
static const char *bad_sender(const char *s)
{
	size_t n = strlen(s);

	if (!bad_number(s) || (n && n <= 11 && !s[strspn(s, LETTERS DIGITS " ")]) ||
		(strncmp(s, "MG", 2) == 0 && n == 34))
		return NULL;
	return "not a number such as +15551230123, a name of up to 11 letters "
	       "and digits, or a messaging service";
}

/* The role of a Discord server. */
static const char *bad_role(const char *s)
{
	size_t n = strlen(s);

	return n >= 15 && n <= 20 && strspn(s, DIGITS) == n
		? NULL
		: "not the numeric ID of a Discord role";
}

static const char *bad_mailbox(const char *s)
{
	struct mailbox m;

	return mailbox_parse(s, &m);
}

#define RULE(TYPE, type, ...) {__VA_ARGS__},
static const struct rule rules[] = {CONF_ROUTE_TYPES(RULE)};

enum conf_class conf_route_class(enum conf_route_type type)
{
	return rules[type].class;
}

static const char *article(const char *word)
{
	return strchr("aeiou", *word) ? "an" : "a";
}

static void check_key(const struct conf_route *t, unsigned key,
	const char *name, const void *field, struct conf_errors *r)
{
	const struct rule *rule = &rules[t->type];
	const char *type = conf_route_types[t->type];
	bool given = conf_line(r, field);

	if (rule->needs & key && !given)
		conf_wrong(r, &t->type, "%s %s needs a %s", article(type), type,
			name);
	if (given && !((rule->needs | rule->may) & key))
		conf_wrong(r, field, "%s %s has no %s", article(type), type,
			name);
}

static void check_text(const char *const *field,
	const char *(*bad)(const char *s), struct conf_errors *r)
{
	const char *why = *field && bad ? bad(*field) : NULL;

	if (why)
		conf_wrong(r, field, "%s", why);
}

void conf_check_route(const struct conf_route *t, struct conf_errors *r)
{
	const struct rule *rule = &rules[t->type];
	const struct {
		unsigned key;
		const char *name;
		const void *field;
	} keys[] = {
		{URL, "url", &t->url},
		{SECRET, "secret", &t->secret},
		{COMMAND, "command", &t->command},
		{CHANNEL, "channel", &t->channel},
		{MENTION, "mention", &t->mention},
		{FROM, "from", &t->from},
		{TO, "to", &t->to},
	};

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		check_key(t, keys[i].key, keys[i].name, keys[i].field, r);
	check_text((const char *const *)&t->url,
		rule->bad_url ? rule->bad_url : conf_bad_url, r);
	check_text((const char *const *)&t->mention, rule->bad_mention, r);
	check_text((const char *const *)&t->from, rule->bad_from, r);
	for (size_t i = 0; i < t->n_to; i++)
		check_text((const char *const *)&t->to[i], rule->bad_to, r);
}

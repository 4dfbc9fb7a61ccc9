/* SPDX-License-Identifier: MIT */
#include "fetch/fetch.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/sha256.h"
#include "base/stats.h"
#include "base/strings.h"
#include "data/maintenance.h"
#include "fetch/fetch_listing.h"
#include "source/source.h"
#include "store/beat.h"
#include "store/keys.h"
#include "store/store.h"
#include "terms/names.h"

#include <stdio.h>
#include <string.h>

int fetch_server(struct source *s, const char *slug, const char *token,
	const char **server, const char **verdict)
{
	struct source_key key = {.command = "GET"};
	size_t own;

	*server = *verdict = NULL;
	if (source_open(s))
		return -1;
	key_verdict(key.name, slug);
	own = source_ask(s, slug, token, &key, 1);
	if (source_run(s))
		return -1;
	*server = source_entry(s, token);
	*verdict = store_text(store_item(store_reply(s->store, own), 0));
	return 0;
}

int fetch_account_entry(struct source *s, const char *account,
	const char *token, const char **json)
{
	char field[KEY_MAX];

	*json = NULL;
	if (!token)
		return 0;
	if (source_open(s))
		return -1;
	store_add(s->store, "HGET", KEY_ACCOUNTS,
		key_secret(field, account, token), NULL);
	if (source_run(s))
		return -1;
	*json = store_text(store_reply(s->store, 0));
	return 0;
}

/*
 * KEYS: the hash of accounts, under "<name> <digest>"; ARGV: the digest.
 */
static const char read_account[] =
	"for _, k in ipairs(redis.call('HKEYS', KEYS[1])) do "
	"if k:sub(-65) == ' ' .. ARGV[1] then return k:sub(1, -66) end end "
	"return false";

int fetch_token_account(struct source *s, const char *token, char *account)
{
	const char *name;

	if (source_open(s))
		return -1;
	store_add(s->store, "EVAL", read_account, "1", KEY_ACCOUNTS, token,
		NULL);
	if (source_run(s))
		return -1;
	name = store_text(store_reply(s->store, 0));
	*account = '\0';
	if (name && slug_valid(name))
		memcpy(account, name, strlen(name) + 1);
	return 0;
}

/*
 * KEYS: the hash of accounts, under "<name> <digest>"; ARGV: the name, and what
 * stands for a digest where there is none.
 */
static const char read_digest[] =
	"local found = ARGV[2] "
	"for _, k in ipairs(redis.call('HKEYS', KEYS[1])) do "
	"if k:sub(1, -66) == ARGV[1] then found = k:sub(-64) end end "
	"return found";

int fetch_account_digest(struct source *s, const char *account, char *sha256)
{
	static const char none[] = "00000000000000000000000000000000"
				   "00000000000000000000000000000000";
	const char *found;

	*sha256 = '\0';
	if (source_open(s))
		return -1;
	store_add(s->store, "EVAL", read_digest, "1", KEY_ACCOUNTS, account,
		none, NULL);
	if (source_run(s))
		return -1;
	found = store_text(store_reply(s->store, 0));
	if (found && hash_valid(found) && strcmp(found, none) != 0)
		memcpy(sha256, found, SHA256_HEX);
	return 0;
}

void fetch_heartbeats(const struct store_reply *r, double at[STAGES])
{
	for (size_t i = 0; i < STAGES; i++)
		at[i] = stage_beat((enum stage)i, store_text(store_item(r, i)));
}

int fetch_stages(struct source *s, double at[STAGES], const char **regions)
{
	if (source_open(s))
		return -1;
	store_add(s->store, "HMGET", KEY_HEARTBEATS,
		stage_name(STAGE_INGEST), stage_name(STAGE_VERDICT),
		stage_name(STAGE_ALERT), NULL);
	if (regions)
		store_add(s->store, "GET", KEY_REGIONS, NULL);
	if (source_run(s))
		return -1;
	fetch_heartbeats(store_reply(s->store, 0), at);
	if (regions)
		*regions = store_text(store_reply(s->store, 1));
	return 0;
}

int fetch_runs(struct source *s, const char *texts[STAGES])
{
	char fields[STAGES][HEARTBEAT_FIELD];

	if (source_open(s))
		return -1;
	store_add(s->store, "HMGET", KEY_HEARTBEATS,
		heartbeat_run_field(fields[0], STAGE_INGEST),
		heartbeat_run_field(fields[1], STAGE_VERDICT),
		heartbeat_run_field(fields[2], STAGE_ALERT), NULL);
	if (source_run(s))
		return -1;
	for (size_t i = 0; i < STAGES; i++)
		texts[i] = store_text(store_item(store_reply(s->store, 0), i));
	return 0;
}

int fetch_site(struct source *s, const char **json)
{
	if (source_open(s))
		return -1;
	store_add(s->store, "GET", KEY_SITE, NULL);
	if (source_run(s))
		return -1;
	*json = store_text(store_reply(s->store, 0));
	return 0;
}

int fetch_undelivered(struct source *s, double *n)
{
	if (source_open(s))
		return -1;
	store_add(s->store, "SCARD", KEY_UNDELIVERED, NULL);
	if (source_run(s))
		return -1;
	*n = (double)store_int(store_reply(s->store, 0), 0);
	return 0;
}

/* Some of them, however many there are; ARGV: so many. */
static const char read_some[] =
	"local all, some = redis.call('SMEMBERS', KEYS[1]), {} "
	"for i = 1, math.min(#all, tonumber(ARGV[1])) do some[i] = all[i] end "
	"return some";
/* In a string of the state, a backslash is before the second quote. */
static const char read_said[] =
	"local a = redis.call('GET', KEYS[1]) "
	"return a and a:find('\"said\":', 1, true) and 1 or 0";

int fetch_unnotified(struct source *s, bool *fails)
{
	struct strings slugs = {0};
	char text[16], key[KEY_MAX];
	const struct store_reply *r;

	*fails = false;
	if (source_open(s))
		return -1;
	snprintf(text, sizeof text, "%d", FETCH_UNNOTIFIED);
	store_add(s->store, "EVAL", read_some, "1", KEY_UNDELIVERED, text,
		NULL);
	if (source_run(s))
		return -1;
	r = store_reply(s->store, 0);
	for (size_t i = 0; i < store_count(r); i++) {
		const char *slug = store_text(store_item(r, i));

		if (slug && (slug_valid(slug) || slug_shared(slug) ||
				    strcmp(slug, SLUG_FLEET) == 0))
			strings_add(&slugs, slug);
	}
	for (size_t i = 0; i < slugs.n; i++)
		store_add(s->store, "EVAL", read_said, "1",
			key_alert(key, slugs.v[i]), NULL);
	if (slugs.n && source_run(s)) {
		strings_release(&slugs);
		return -1;
	}
	for (size_t i = 0; i < slugs.n && !*fails; i++)
		*fails = store_int(store_reply(s->store, i), 0) == 1;
	strings_release(&slugs);
	return 0;
}

int fetch_maintenances(struct source *s, struct maintenance_list *list)
{
	*list = (struct maintenance_list) {0};
	if (source_open(s))
		return -1;
	maintenance_list_ask(s->store);
	if (source_run(s))
		return -1;
	maintenance_list_read(store_reply(s->store, 0), list);
	return 0;
}

void fetch_close(struct source *s)
{
	fetch_forget_listing(s);
	fetch_forget_plan(s);
	fetch_forget_incidents(s);
	source_close(s);
}

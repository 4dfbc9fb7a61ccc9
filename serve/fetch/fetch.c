#include "fetch/fetch.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/sha256.h"
#include "base/stats.h"
#include "base/strings.h"
#include "data/maintenance.h"
#include "fetch/fetch_incidents.h"
#include "fetch/fetch_index.h"
#include "fetch/fetch_listing.h"
#include "fetch/fetch_maintenance.h"
#include "store/beat.h"
#include "store/keys.h"
#include "store/store.h"
#include "terms/names.h"

#include <stdio.h>
#include <string.h>

static int no_answer(struct source *s, const char *why)
{
	log_error("%s", why);
	s->failures++;
	s->paused_until_ms = clock_mono_ms() + FETCH_PAUSE_MS;
	return -1;
}

int fetch_open(struct source *s)
{
	char why[STORE_WHY];

	if (s->away)
		return -1;
	if (s->paused_until_ms > 0) {
		if (clock_mono_ms() < s->paused_until_ms) {
			s->failures++;
			return -1;
		}
		s->paused_until_ms = 0;
	}
	if (s->store)
		return 0;
	s->store = store_open_hasty(s->url, FETCH_PATIENCE_MS, why);
	s->opened_ms = clock_mono_ms();
	return s->store ? 0 : no_answer(s, why);
}

int fetch_run(struct source *s)
{
	bool ask = clock_mono_ms() >= s->fits_until_ms;
	size_t number = store_queued(s->store);
	char why[STORE_WHY];

	stats_add(COUNT_STORE_READS, 1);
	if (ask)
		store_add(s->store, "GET", KEY_FORMAT, NULL);
	if (store_run(s->store))
		return no_answer(s, store_why(s->store));
	if (!ask)
		return 0;
	if (!format_fits(store_reply(s->store, number), why))
		return no_answer(s, why);
	s->fits_until_ms = clock_mono_ms() + FETCH_FORMAT_MS;
	return 0;
}

/*
 * The scripts make the same calls, and answer the same, for a private server
 * without its token as for one that does not exist.
 *
 * KEYS: the hash of entries; ARGV: the slug. A private server has none.
 */
static const char read_entry[] =
	"local e = redis.call('HGET', KEYS[1], ARGV[1]) return e ~= '' and e";

/*
 * KEYS: key_private, and the keys of the server; ARGV: the digest of the token,
 * or "", and the command that reads each key.
 */
static const char read_keys[] =
	"local n = redis.call('EXISTS', unpack(KEYS, 2)) "
	"local token = redis.call('GET', KEYS[1]) "
	"if n == 0 or token and token ~= ARGV[1] then return {} end "
	"local r = {} "
	"for i = 2, #KEYS do r[i - 1] = redis.call(ARGV[i], KEYS[i]) end "
	"return r";

size_t fetch_ask(struct source *s, const char *slug, const char *token,
	const struct fetch_key *keys, size_t n)
{
	const char *args[5 + 2 * FETCH_KEYS];
	char private[KEY_MAX], secret[KEY_MAX];
	const char count[] = {(char)('0' + (n + 1) / 10),
		(char)('0' + (n + 1) % 10), '\0'};
	size_t k = 0;

	store_add(s->store, "EVAL", read_entry, "1", KEY_SERVERS, slug, NULL);
	if (token)
		store_add(s->store, "HGET", KEY_PRIVATE,
			key_secret(secret, slug, token), NULL);
	args[k++] = "EVAL";
	args[k++] = read_keys;
	args[k++] = count + (*count == '0');
	args[k++] = key_private(private, slug);
	for (size_t i = 0; i < n; i++)
		args[k++] = keys[i].name;
	args[k++] = token ? token : "";
	for (size_t i = 0; i < n; i++)
		args[k++] = keys[i].command;
	store_add_argv(s->store, k, args);
	return token ? 2 : 1;
}

const char *fetch_entry(const struct source *s, const char *token)
{
	const char *entry = store_text(store_reply(s->store, 0));

	return !entry && token ? store_text(store_reply(s->store, 1)) : entry;
}

int fetch_server(struct source *s, const char *slug, const char *token,
	const char **server, const char **verdict)
{
	struct fetch_key key = {.command = "GET"};
	size_t own;

	*server = *verdict = NULL;
	if (fetch_open(s))
		return -1;
	key_verdict(key.name, slug);
	own = fetch_ask(s, slug, token, &key, 1);
	if (fetch_run(s))
		return -1;
	*server = fetch_entry(s, token);
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
	if (fetch_open(s))
		return -1;
	store_add(s->store, "HGET", KEY_ACCOUNTS,
		key_secret(field, account, token), NULL);
	if (fetch_run(s))
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

	if (fetch_open(s))
		return -1;
	store_add(s->store, "EVAL", read_account, "1", KEY_ACCOUNTS, token,
		NULL);
	if (fetch_run(s))
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
	if (fetch_open(s))
		return -1;
	store_add(s->store, "EVAL", read_digest, "1", KEY_ACCOUNTS, account,
		none, NULL);
	if (fetch_run(s))
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
	if (fetch_open(s))
		return -1;
	store_add(s->store, "HMGET", KEY_HEARTBEATS,
		stage_name(STAGE_INGEST), stage_name(STAGE_VERDICT),
		stage_name(STAGE_ALERT), NULL);
	if (regions)
		store_add(s->store, "GET", KEY_REGIONS, NULL);
	if (fetch_run(s))
		return -1;
	fetch_heartbeats(store_reply(s->store, 0), at);
	if (regions)
		*regions = store_text(store_reply(s->store, 1));
	return 0;
}

int fetch_runs(struct source *s, const char *texts[STAGES])
{
	char fields[STAGES][HEARTBEAT_FIELD];

	if (fetch_open(s))
		return -1;
	store_add(s->store, "HMGET", KEY_HEARTBEATS,
		heartbeat_run_field(fields[0], STAGE_INGEST),
		heartbeat_run_field(fields[1], STAGE_VERDICT),
		heartbeat_run_field(fields[2], STAGE_ALERT), NULL);
	if (fetch_run(s))
		return -1;
	for (size_t i = 0; i < STAGES; i++)
		texts[i] = store_text(store_item(store_reply(s->store, 0), i));
	return 0;
}

int fetch_site(struct source *s, const char **json)
{
	if (fetch_open(s))
		return -1;
	store_add(s->store, "GET", KEY_SITE, NULL);
	if (fetch_run(s))
		return -1;
	*json = store_text(store_reply(s->store, 0));
	return 0;
}

int fetch_undelivered(struct source *s, double *n)
{
	if (fetch_open(s))
		return -1;
	store_add(s->store, "SCARD", KEY_UNDELIVERED, NULL);
	if (fetch_run(s))
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
	if (fetch_open(s))
		return -1;
	snprintf(text, sizeof text, "%d", FETCH_UNNOTIFIED);
	store_add(s->store, "EVAL", read_some, "1", KEY_UNDELIVERED, text,
		NULL);
	if (fetch_run(s))
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
	if (slugs.n && fetch_run(s)) {
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
	if (fetch_open(s))
		return -1;
	maintenance_list_ask(s->store);
	if (fetch_run(s))
		return -1;
	maintenance_list_read(store_reply(s->store, 0), list);
	return 0;
}

int fetch_verdicts_of(struct source *s, const char *const *slugs, size_t n)
{
	char key[KEY_MAX];

	if (fetch_open(s))
		return -1;
	for (size_t i = 0; i < n; i++)
		store_add(s->store, "GET", key_verdict(key, slugs[i]), NULL);
	return fetch_run(s);
}

const char *fetch_verdict(const struct source *s, size_t i)
{
	return store_text(store_reply(s->store, i));
}

void fetch_close(struct source *s)
{
	fetch_forget(s);
	fetch_forget_plan(s);
	fetch_forget_index(s);
	fetch_incidents_forget(s);
	store_close(s->store);
	s->store = NULL;
}

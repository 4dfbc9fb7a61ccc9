#include "data/fetch.h"

#include "base/clock.h"
#include "base/log.h"
#include "data/fetch_listing.h"
#include "store/keys.h"
#include "store/store.h"

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
	return s->store ? 0 : no_answer(s, why);
}

int fetch_run(struct source *s)
{
	return store_run(s->store) ? no_answer(s, store_why(s->store)) : 0;
}

/*
 * KEYS: the hash of all entries, that of the private ones, and the keys of the
 * server; ARGV: the field of each hash, the second "" without a token, and the
 * command that reads each key.
 */
static const char read_server[] =
	"local e = redis.call('HGET', KEYS[1], ARGV[1]) "
	"if (not e or e == '') and ARGV[2] ~= '' then "
	"e = redis.call('HGET', KEYS[2], ARGV[2]) end "
	"if not e or e == '' then return {} end "
	"local r = {e} "
	"for i = 3, #KEYS do r[i - 1] = redis.call(ARGV[i], KEYS[i]) end "
	"return r";

void fetch_ask(struct source *s, const char *slug, const char *token,
	const struct fetch_key *keys, size_t n)
{
	const char *args[7 + 2 * FETCH_KEYS];
	char secret[KEY_MAX] = "", count[16];
	size_t k = 0;

	snprintf(count, sizeof count, "%zu", n + 2);
	args[k++] = "EVAL";
	args[k++] = read_server;
	args[k++] = count;
	args[k++] = KEY_SERVERS;
	args[k++] = KEY_PRIVATE;
	for (size_t i = 0; i < n; i++)
		args[k++] = keys[i].name;
	args[k++] = slug;
	args[k++] = token ? key_secret(secret, slug, token) : "";
	for (size_t i = 0; i < n; i++)
		args[k++] = keys[i].command;
	store_add_argv(s->store, k, args);
}

int fetch_server(struct source *s, const char *slug, const char *token,
	const char **server, const char **verdict)
{
	struct fetch_key key = {.command = "GET"};
	const struct store_reply *r;

	*server = *verdict = NULL;
	if (fetch_open(s))
		return -1;
	key_verdict(key.name, slug);
	fetch_ask(s, slug, token, &key, 1);
	if (fetch_run(s))
		return -1;
	r = store_reply(s->store, 0);
	*server = store_text(store_item(r, 0));
	*verdict = store_text(store_item(r, 1));
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

void fetch_heartbeats(const struct store_reply *r, double at[STAGES])
{
	for (size_t i = 0; i < STAGES; i++)
		at[i] = stage_beat((enum stage)i, store_text(store_item(r, i)));
}

int fetch_stages(struct source *s, double at[STAGES])
{
	if (fetch_open(s))
		return -1;
	store_add(s->store, "HMGET", KEY_HEARTBEATS,
		stage_name(STAGE_INGEST), stage_name(STAGE_VERDICT),
		stage_name(STAGE_ALERT), NULL);
	if (fetch_run(s))
		return -1;
	fetch_heartbeats(store_reply(s->store, 0), at);
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
	store_close(s->store);
	s->store = NULL;
}

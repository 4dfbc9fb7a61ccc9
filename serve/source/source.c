/* SPDX-License-Identifier: MIT */
#include "source/source.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/stats.h"
#include "store/beat.h"
#include "store/store.h"

#include <math.h>

static int no_answer(struct source *s, const char *why)
{
	log_error("%s", why);
	s->failures++;
	s->paused_until_ms = clock_mono_ms() + SOURCE_PAUSE_MS;
	return -1;
}

int source_open(struct source *s)
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
	s->store = store_open_hasty(s->url, SOURCE_PATIENCE_MS, why);
	s->opened_ms = clock_mono_ms();
	return s->store ? 0 : no_answer(s, why);
}

int source_run(struct source *s)
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
	s->fits_until_ms = clock_mono_ms() + SOURCE_FORMAT_MS;
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

size_t source_ask(struct source *s, const char *slug, const char *token,
	const struct source_key *keys, size_t n)
{
	const char *args[5 + 2 * SOURCE_KEYS];
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

const char *source_entry(const struct source *s, const char *token)
{
	const char *entry = store_text(store_reply(s->store, 0));

	return !entry && token ? store_text(store_reply(s->store, 1)) : entry;
}

double source_good_until(const struct source *s, double began_ms)
{
	double now_ms = clock_mono_ms();

	return s->once ? INFINITY
		       : now_ms + fmax(SOURCE_KEPT_MS,
					  SOURCE_SHARE * (now_ms - began_ms));
}

void source_close(struct source *s)
{
	store_close(s->store);
	s->store = NULL;
}

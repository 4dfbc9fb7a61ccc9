/* SPDX-License-Identifier: MIT */
#include "state/maintenance_store.h"

#include "base/log.h"
#include "base/strings.h"
#include "base/xalloc.h"
#include "json/json.h"
#include "records/probe.h"
#include "store/keys.h"
#include "store/retention.h"
#include "store/store.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NUMBER_SIZE 32
/* How far ahead recurrences are checked. */
#define AHEAD_S (8 * 86400.0)
#define RECORD_MAX 65536

/* add_maintenance.lua, as text. */
extern const char lua_add_maintenance[];

struct maintenance_store {
	struct store *store; /* or NULL */
	struct planned *v;
	size_t n, cap;
	size_t given; /* the first ones, which maintenance_store_add added */
	struct silence *silences;
	size_t n_silences, cap_silences, given_silences;
	struct strings ids; /* of all in the store, when it was last read */
};

struct maintenance_store *maintenance_store_new(struct store *s)
{
	struct maintenance_store *c = xcalloc(1, sizeof *c);

	c->store = s;
	return c;
}

/* All but the first ones. */
static void forget(struct maintenance_store *c, size_t from, size_t silences)
{
	for (size_t i = from; i < c->n; i++)
		maintenance_release(&c->v[i].m);
	for (size_t i = silences; i < c->n_silences; i++)
		silence_release(&c->silences[i]);
	c->n = from;
	c->n_silences = silences;
}

void maintenance_store_free(struct maintenance_store *c)
{
	if (!c)
		return;
	forget(c, 0, 0);
	strings_release(&c->ids);
	free(c->v);
	free(c->silences);
	free(c);
}

/* Room for one, of which no time is known yet. */
static struct planned *grow(struct maintenance_store *c)
{
	c->v = xgrow(c->v, &c->cap, c->n + 1, sizeof *c->v);
	return &c->v[c->n++];
}

void maintenance_store_add(struct maintenance_store *c, struct maintenance *m)
{
	struct planned *last = grow(c);

	*last = c->v[c->given];
	c->v[c->given++] = (struct planned) {.m = *m};
	*m = (struct maintenance) {0};
}

static void keep_silence(struct maintenance_store *c, const struct silence *s)
{
	c->silences = xgrow(c->silences, &c->cap_silences, c->n_silences + 1,
		sizeof *c->silences);
	c->silences[c->n_silences++] = *s;
}

void maintenance_store_silence(struct maintenance_store *c, struct silence *s)
{
	struct silence moved = *s;

	if (c->given_silences < c->n_silences) {
		moved = c->silences[c->given_silences];
		c->silences[c->given_silences] = *s;
	}
	c->given_silences++;
	keep_silence(c, &moved);
	*s = (struct silence) {0};
}

/* The object of a record in the store. NULL, and why: it is none. */
static cJSON *open_record(const char *text, char *why)
{
	cJSON *doc = text ? json_parse(text, strlen(text), &json_record, why)
			  : NULL;

	if (doc && record_type(doc, why))
		return doc;
	cJSON_Delete(doc);
	return NULL;
}

/* Keeps a silence of the store, or a maintenance. */
static void read_one(struct maintenance_store *c, bool silence, const char *id,
	const char *text)
{
	char why[RECORD_WHY] = "no text";
	cJSON *doc = open_record(text, why);
	struct maintenance m;
	struct silence s;

	if (!doc || !(silence ? silence_take(doc, &s, why)
			      : maintenance_take(doc, &m, why))) {
		log_warn("%s '%s': cannot be read: %s",
			silence ? "silence" : "maintenance", id, why);
	} else if (silence) {
		snprintf(s.id, sizeof s.id, "%s", id);
		keep_silence(c, &s);
	} else {
		snprintf(m.id, sizeof m.id, "%s", id);
		*grow(c) = (struct planned) {.m = m};
	}
}

/* Queues what keeps a key alive while a record in it may still be needed. */
static void renew(struct maintenance_store *c, const char *key)
{
	char ttl[NUMBER_SIZE];

	snprintf(ttl, sizeof ttl, "%d", RETENTION_MAINTENANCE_S);
	store_add(c->store, "EXPIRE", key, ttl, NULL);
}

/* Runs what is queued. False: the store failed, and an error is logged.
   */
static bool run_queue(struct maintenance_store *c)
{
	if (store_run(c->store) == 0)
		return true;
	log_error("%s", store_why(c->store));
	return false;
}

/* Keeps the silences of a hash, or the maintenances. */
static void read_hash(struct maintenance_store *c, const struct store_reply *r,
	bool silences)
{
	struct store_field f = {.next = 0};

	while (f.next < 2 * MAINTENANCE_STORE_MAX && store_field(r, &f))
		if (maintenance_id_valid(f.name))
			read_one(c, silences, f.name, f.text);
}

bool maintenance_store_load(struct maintenance_store *c, double now)
{
	bool last = false, silences_last = false;
	const struct store_reply *all;

	if (!c->store)
		return true;
	store_add(c->store, "HGETALL", KEY_MAINTENANCE, NULL);
	store_add(c->store, "HGETALL", KEY_SILENCE, NULL);
	if (!run_queue(c))
		return false;
	forget(c, c->given, c->given_silences);
	strings_clear(&c->ids);
	all = store_reply(c->store, 0);
	for (struct store_field f = {.next = 0}; store_field(all, &f);)
		strings_add(&c->ids, f.name);
	read_hash(c, all, false);
	read_hash(c, store_reply(c->store, 1), true);
	for (size_t i = c->given; i < c->n; i++)
		last = last ||
			maintenance_end(&c->v[i].m, now, INFINITY) > now;
	for (size_t i = c->given_silences; i < c->n_silences; i++)
		silences_last = silences_last ||
			(double)silence_end(&c->silences[i]) > now;
	if (last)
		renew(c, KEY_MAINTENANCE);
	if (silences_last)
		renew(c, KEY_SILENCE);
	return run_queue(c);
}

const struct silence *maintenance_store_silences(
	const struct maintenance_store *c, size_t *n)
{
	*n = c->n_silences;
	return c->silences;
}

bool maintenance_store_put_silence(struct maintenance_store *c,
	const struct silence *s, double now)
{
	struct buf b;
	bool ok;

	buf_init(&b, RECORD_MAX);
	silence_write(&b, s);
	store_add(c->store, "HSET", KEY_SILENCE, s->id, b.p, NULL);
	for (size_t i = c->given_silences; i < c->n_silences; i++)
		if ((double)silence_end(&c->silences[i]) +
				RETENTION_MAINTENANCE_S < now)
			store_add(c->store, "HDEL", KEY_SILENCE,
				c->silences[i].id, NULL);
	renew(c, KEY_SILENCE);
	ok = run_queue(c);
	buf_release(&b);
	return ok;
}

struct occurrence maintenance_store_at(struct maintenance_store *c,
	const char *slug, const char *account, double t, double cap_s)
{
	return maintenance_at(c->v, c->n, slug, account, t, cap_s);
}

const struct maintenance *maintenance_store_get(
	const struct maintenance_store *c, size_t i)
{
	return i < c->n ? &c->v[i].m : NULL;
}

const struct maintenance *maintenance_store_find(
	const struct maintenance_store *c, const char *id)
{
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->v[i].m.id, id) == 0)
			return &c->v[i].m;
	return NULL;
}

bool maintenance_store_put(struct maintenance_store *c,
	const struct maintenance *m, double now, double cap_s)
{
	bool ok;
	struct buf b;

	buf_init(&b, RECORD_MAX);
	maintenance_write(&b, m);
	store_add(c->store, "HSET", KEY_MAINTENANCE, m->id, b.p, NULL);
	for (size_t i = c->given; i < c->n; i++)
		if (maintenance_end(&c->v[i].m, now, cap_s) +
				RETENTION_MAINTENANCE_S < now &&
			strcmp(c->v[i].m.id, m->id) != 0)
			store_add(c->store, "HDEL", KEY_MAINTENANCE,
				c->v[i].m.id, NULL);
	renew(c, KEY_MAINTENANCE);
	ok = run_queue(c);
	buf_release(&b);
	return ok;
}

int maintenance_store_claim(
	struct maintenance_store *c, const struct maintenance *m)
{
	const char **args = xcalloc(c->ids.n + 6, sizeof *args);
	size_t n = 0;
	struct buf b;
	bool ok;

	buf_init(&b, RECORD_MAX);
	maintenance_write(&b, m);
	args[n++] = "EVAL";
	args[n++] = lua_add_maintenance;
	args[n++] = "1";
	args[n++] = KEY_MAINTENANCE;
	args[n++] = m->id;
	args[n++] = b.p;
	for (size_t i = 0; i < c->ids.n; i++)
		args[n++] = c->ids.v[i];
	store_add_argv(c->store, n, args);
	ok = run_queue(c);
	buf_release(&b);
	free(args);
	return ok ? (int)store_int(store_reply(c->store, 0), 0) : -1;
}

static bool comes(const struct maintenance *m, double now, double cap_s)
{
	return maintenance_next(m, now, cap_s).found;
}

static bool too_many(const struct maintenance_store *c, const char *slug,
	const char *account, double now, double cap_s)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n && n < MAINTENANCE_STORE_TO_COME; i++)
		n += maintenance_for(&c->v[i].m, slug, account) &&
			comes(&c->v[i].m, now, cap_s);
	return n >= MAINTENANCE_STORE_TO_COME;
}

/* Judge the fit for one server; m is the last maintenance that is known. */
static void fit_server(struct maintenance_store *c, const struct maintenance *m,
	const char *slug, const char *account, double now, double cap_s,
	struct maintenance_store_fit *fit)
{
	struct occurrence o = maintenance_last(m, now, cap_s);

	if (!occurrence_covers(&o, now))
		o = maintenance_next(m, now, cap_s);
	for (; o.found && (!m->every || (double)o.start < now + AHEAD_S);
		o = maintenance_next(m, (double)o.start, cap_s)) {
		struct occurrence chain = maintenance_chain(c->v, c->n, slug,
			account, (double)o.start, cap_s);
		int64_t worst = fit->chain.end - fit->chain.start;

		if (chain.end - chain.start <= worst ||
			(double)(chain.end - chain.start) <= cap_s)
			continue;
		fit->chain = chain;
		fit->slug = slug;
	}
}

struct maintenance_store_fit maintenance_store_fit(struct maintenance_store *c,
	const struct maintenance *m, const struct conf *conf, double now,
	double cap_s)
{
	size_t n = conf ? conf_count(conf) : m->n_slugs;
	bool one_more = comes(m, now, cap_s);
	struct maintenance_store_fit fit = {0};

	for (size_t i = 0; i < n; i++) {
		const char *slug = conf ? conf_server_slug(conf, i)
					: m->slugs[i];
		const char *account =
			conf ? conf_server_at(conf, i).account : NULL;

		if (!maintenance_for(m, slug, account))
			continue;
		if (one_more && !fit.many &&
			too_many(c, slug, account, now, cap_s))
			fit.many = slug;
		/* For fit_server, m is one of those that are known. */
		*grow(c) = (struct planned) {.m = *m};
		fit_server(c, m, slug, account, now, cap_s, &fit);
		c->n--;
	}
	fit.chain.of = NULL;
	return fit;
}

void maintenance_store_name(char letter, char *id)
{
	uint64_t random;

	if (getentropy(&random, sizeof random))
		random = (uint64_t)time(NULL) << 16 ^ (uint64_t)getpid();
	snprintf(id, MAINTENANCE_ID_MAX + 1, "%c-%08" PRIx64, letter,
		random & 0xffffffff);
}

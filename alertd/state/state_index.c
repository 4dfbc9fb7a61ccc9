#include "base/xalloc.h"
#include "incident/pipeline.h"
#include "records/probe.h"
#include "state/state_store.h"
#include "state/state_store_own.h"
#include "store/heartbeat.h"
#include "store/keys.h"
#include "store/store.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What state_write_head writes is shorter. */
#define HEAD_MAX 128

/* Whether the text of a state begins as one of that writer. */
static bool written_by(const char *text, const char *writer)
{
	static const char member[] = ",\"writer\":\"";
	const char *p = text ? strstr(text, member) : NULL;
	size_t n = strlen(writer);

	if (!p || !n)
		return false;
	p += sizeof member - 1;
	return strncmp(p, writer, n) == 0 && p[n] == '"';
}

static bool show_after(struct state_store *sh, const char *slug)
{
	struct alert_state st;
	bool ok;

	if (!state_store_get(sh, slug, &st))
		return false;
	ok = !st.n_outbox ||
		store_one(sh->store, "SADD", KEY_UNDELIVERED, slug, NULL) ||
		state_store_failed(sh);
	state_release(&st);
	return ok;
}

bool state_store_settled(struct state_store *sh, const struct strings *slugs,
	const struct strings *writers)
{
	struct strings unsure = {0};
	const char **args;
	char key[KEY_MAX], last[NUMBER_SIZE];
	bool ok = true;

	if (!sh->store || !slugs->n)
		return true;
	args = xcalloc(slugs->n + 2, sizeof *args);
	args[0] = "SREM";
	args[1] = KEY_UNDELIVERED;
	memcpy(args + 2, slugs->v, slugs->n * sizeof *args);
	store_add_argv(sh->store, slugs->n + 2, args);
	free(args);
	snprintf(last, sizeof last, "%d", HEAD_MAX - 1);
	for (size_t i = 0; i < slugs->n; i++)
		store_add(sh->store, "GETRANGE", key_alert(key, slugs->v[i]),
			"0", last, NULL);
	if (store_run(sh->store))
		return state_store_failed(sh);
	/* Somebody may have decided on something in between. */
	for (size_t i = 0; i < slugs->n; i++) {
		state_cache_forget(&sh->memory, slugs->v[i]);
		if (!written_by(store_text(store_reply(sh->store, i + 1)),
			    writers->v[i]))
			strings_add(&unsure, slugs->v[i]);
	}
	prefetch_release(&sh->ahead);
	for (size_t i = 0; i < unsure.n; i++)
		ok = show_after(sh, unsure.v[i]) && ok;
	strings_release(&unsure);
	return ok;
}

/* Slugs that a store names, and the fleet: none but valid ones. */
static void add_slugs(const struct store_reply *r, size_t skip,
	struct strings *out)
{
	for (size_t i = 0; i < store_count(r); i++) {
		const char *s = store_text(store_item(r, i));

		if (s && strlen(s) > skip &&
			(slug_valid(s + skip) || slug_shared(s + skip) ||
				strcmp(s + skip, SLUG_FLEET) == 0))
			strings_add(out, s + skip);
	}
}

bool state_store_undelivered(struct state_store *sh, struct strings *out)
{
	const struct store_reply *r;

	if (!sh->store)
		return true;
	r = store_one(sh->store, "SMEMBERS", KEY_UNDELIVERED, NULL);
	if (!r)
		return state_store_failed(sh);
	add_slugs(r, 0, out);
	return true;
}

bool state_store_all(struct state_store *sh, struct strings *out)
{
	char pattern[KEY_MAX], cursor[NUMBER_SIZE] = "0";

	if (!sh->store)
		return true;
	key_alert(pattern, "*");
	do {
		const struct store_reply *r = store_one(sh->store, "SCAN",
			cursor, "MATCH", pattern, "COUNT", "10000", NULL);
		const char *next = store_text(store_item(r, 0));

		if (!r || !next)
			return state_store_failed(sh);
		snprintf(cursor, sizeof cursor, "%s", next);
		add_slugs(store_item(r, 1), strlen(pattern) - 1, out);
	} while (strcmp(cursor, "0") != 0);
	/* A scan may find a key twice. */
	strings_unique(out);
	return true;
}

bool state_store_alive(struct state_store *sh)
{
	return !sh->store || store_one(sh->store, "PING", NULL);
}

bool state_store_beats(struct state_store *sh, double at[STAGES])
{
	const struct store_reply *r;

	for (size_t i = 0; i < STAGES; i++)
		at[i] = NAN;
	if (!sh->store)
		return true;
	r = store_one(sh->store, "HMGET", KEY_HEARTBEATS,
		stage_name(STAGE_INGEST), stage_name(STAGE_VERDICT),
		stage_name(STAGE_ALERT), NULL);
	if (!r)
		return state_store_failed(sh);
	for (size_t i = 0; i < STAGES; i++)
		at[i] = stage_beat((enum stage)i, store_text(store_item(r, i)));
	return true;
}

static bool read_isolated(struct pipeline_region *out, const char *text)
{
	char why[RECORD_WHY];
	struct record r;
	bool good;

	if (!text || record_read(text, strlen(text), &r, why))
		return false;
	good = r.type == RECORD_RUNNER &&
		r.u.runner.status == RUNNER_ISOLATED;
	if (good) {
		snprintf(out->name, sizeof out->name, "%s", r.u.runner.region);
		out->since = r.u.runner.at;
	}
	record_release(&r);
	return good;
}

bool state_store_isolated(struct state_store *sh, struct pipeline *pl)
{
	const struct store_reply *r;

	if (!sh->store)
		return true;
	store_add(sh->store, "HLEN", KEY_RUNNERS, NULL);
	store_add(sh->store, "HVALS", KEY_ISOLATED, NULL);
	if (store_run(sh->store))
		return state_store_failed(sh);
	pl->n_regions = (size_t)store_int(store_reply(sh->store, 0), 0);
	r = store_reply(sh->store, 1);
	pl->isolated = xcalloc(store_count(r), sizeof *pl->isolated);
	for (size_t i = 0; i < store_count(r); i++)
		if (read_isolated(&pl->isolated[pl->n_isolated],
			    store_text(store_item(r, i))))
			pl->n_isolated++;
	return true;
}

bool state_store_beat(struct state_store *sh, double now)
{
	if (!sh->store)
		return true;
	sh->trouble = !beat(sh->store, STAGE_ALERT, now, false);
	return !sh->trouble || state_store_failed(sh);
}

const char *state_store_trouble(const struct state_store *sh)
{
	return sh->trouble ? store_why(sh->store) : NULL;
}

#include "state/state_store.h"

#include "base/log.h"
#include "base/xalloc.h"
#include "incident/pipeline.h"
#include "records/probe.h"
#include "state/outage_file.h"
#include "state/cache.h"
#include "state/prefetch.h"
#include "state/write_batch.h"
#include "store/heartbeat.h"
#include "store/keys.h"
#include "store/retention.h"
#include "store/store.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Room for a number as text. */
#define NUMBER_SIZE WRITE_BATCH_REVISION

struct state_store {
	struct store *store;
	struct outage_file *local;
	bool trouble; /* the last state_store_beat failed */
	/* Without a store all states; with one some that were just written. */
	struct state_cache memory;
	struct prefetch ahead;   /* what state_store_prefetch read */
	struct write_batch later; /* what state_store_put_off has not written */
	/* Where what state_store_get gave last comes from. */
	enum { FROM_STORE, FROM_AHEAD, FROM_MEMORY } from;
	struct buf seen; /* what state_store_get read, and its revision */
	char revision[NUMBER_SIZE];
	uint64_t writer; /* a number that nobody else has */
	unsigned long writes;
	char signature[STATE_STORE_WRITER]; /* of the last one */
	struct buf content, written; /* what state_store_put tries to write */
};

struct state_store *state_store_new(struct store *s)
{
	struct state_store *sh = xcalloc(1, sizeof *sh);

	sh->store = s;
	if (getentropy(&sh->writer, sizeof sh->writer))
		sh->writer = (uint64_t)getpid();
	buf_init(&sh->seen, STATE_MAX);
	buf_init(&sh->content, STATE_MAX);
	buf_init(&sh->written, STATE_MAX);
	return sh;
}

struct state_store *state_store_new_local(struct outage_file *l)
{
	struct state_store *sh = state_store_new(NULL);

	sh->local = l;
	return sh;
}

void state_store_free(struct state_store *sh)
{
	if (!sh)
		return;
	state_cache_release(&sh->memory);
	prefetch_release(&sh->ahead);
	write_batch_release(&sh->later);
	buf_release(&sh->seen);
	buf_release(&sh->content);
	buf_release(&sh->written);
	free(sh);
}

static bool state_store_failed(const struct state_store *sh)
{
	log_error("%s", store_why(sh->store));
	return false;
}

/* Signs a write, so that it can be told from another of the same content. */
static void sign_write(struct state_store *sh, struct alert_state *st)
{
	snprintf(sh->signature, sizeof sh->signature, "%016" PRIx64 "-%lu",
		sh->writer, ++sh->writes);
	string_set(&st->writer, sh->signature);
}

const char *state_store_writer(const struct state_store *sh)
{
	return sh->signature;
}

/* The text of a state into sh->seen; empty where there is none. */
static bool fetch(struct state_store *sh, const char *slug)
{
	const struct store_reply *r;
	char key[KEY_MAX];

	buf_clear(&sh->seen);
	sh->from = FROM_STORE;
	if (sh->local) {
		buf_str(&sh->seen, outage_file_text(sh->local));
		return true;
	}
	r = store_one(sh->store, "GET", key_alert(key, slug), NULL);
	if (!r)
		return state_store_failed(sh);
	if (store_text(r))
		buf_str(&sh->seen, store_text(r));
	return true;
}

/* The same of one that was read ahead. False where it was not. */
static bool fetch_ahead(struct state_store *sh, const char *slug)
{
	char *text = prefetch_take(&sh->ahead, slug);

	if (!text)
		return false;
	buf_clear(&sh->seen);
	buf_str(&sh->seen, text);
	sh->from = FROM_AHEAD;
	free(text);
	return true;
}

/* The state itself, where it was just written; its text is not known. */
static bool recall(
	struct state_store *sh, const char *slug, struct alert_state *st)
{
	if (!state_cache_has(&sh->memory, slug))
		return false;
	state_cache_lend(&sh->memory, slug, st);
	buf_clear(&sh->seen);
	snprintf(sh->revision, sizeof sh->revision, "%lld", st->revision);
	sh->from = FROM_MEMORY;
	return true;
}

void state_store_prefetch(
	struct state_store *sh, const struct strings *slugs, size_t i)
{
	char key[KEY_MAX], last[NUMBER_SIZE];
	const char *wanted[PREFETCH_MAX];
	size_t n = 0;

	if (!sh->store || i % PREFETCH_MAX)
		return;
	prefetch_release(&sh->ahead);
	for (size_t k = i; k < slugs->n && k < i + PREFETCH_MAX; k++)
		if (!state_cache_has(&sh->memory, slugs->v[k]))
			wanted[n++] = slugs->v[k];
	/* One alone is read when it is asked for. */
	if (n < 2)
		return;
	snprintf(last, sizeof last, "%d", PREFETCH_TEXT - 1);
	for (size_t k = 0; k < n; k++)
		store_add(sh->store, "GETRANGE", key_alert(key, wanted[k]),
			"0", last, NULL);
	/* Where that fails state_store_get tells of it. */
	if (store_run(sh->store))
		return;
	for (size_t k = 0; k < n; k++) {
		const char *text = store_text(store_reply(sh->store, k));

		if (text && strlen(text) < PREFETCH_TEXT - 1)
			prefetch_add(&sh->ahead, wanted[k], text);
	}
}

/* As the script sees it, whatever else is wrong with the text. */
static void note_revision(struct state_store *sh)
{
	static const char before[] = "{\"v\":1,\"revision\":";
	const char *p = sh->seen.p;
	size_t n;

	snprintf(sh->revision, sizeof sh->revision, "%s", *p ? "" : "0");
	if (strncmp(p, before, sizeof before - 1) != 0)
		return;
	p += sizeof before - 1;
	n = strspn(p, "0123456789");
	if (n < sizeof sh->revision && p[n] == ',')
		snprintf(sh->revision, sizeof sh->revision, "%.*s", (int)n, p);
}

bool state_store_get(
	struct state_store *sh, const char *slug, struct alert_state *st)
{
	char why[STATE_WHY];

	if (!sh->store && !sh->local) {
		state_cache_lend(&sh->memory, slug, st);
		return true;
	}
	if (fetch_ahead(sh, slug))
		state_cache_forget(&sh->memory, slug);
	else if (recall(sh, slug, st))
		return true;
	else if (!fetch(sh, slug))
		return false;
	note_revision(sh);
	if (!sh->seen.len) {
		state_init(st, slug);
		return true;
	}
	if (buf_ok(&sh->seen) &&
		state_read(sh->seen.p, sh->seen.len, slug, st, why))
		return true;
	if (!buf_ok(&sh->seen)) {
		snprintf(why, sizeof why, "too long");
		state_init(st, slug);
	}
	log_error("%s: its state cannot be read and is begun anew: %s", slug,
		why);
	return true;
}

bool state_store_waits(const struct state_store *sh)
{
	return sh->later.n;
}

void state_store_forget(struct state_store *sh)
{
	if (sh->store)
		state_cache_release(&sh->memory);
}

bool state_store_flush(struct state_store *sh, struct strings *again)
{
	size_t before = again->n;
	bool ok;

	prefetch_release(&sh->ahead);
	if (!sh->later.n)
		return true;
	ok = write_batch_run(&sh->later, sh->store, again) ||
	     state_store_failed(sh);
	for (size_t i = before; i < again->n; i++)
		state_cache_forget(&sh->memory, again->v[i]);
	if (!ok)
		state_store_forget(sh);
	return ok;
}

/*
 * What is to be written of a state, in sh->written; where it cannot be, or need
 * not be, *result says so.
 */
static bool compose(struct state_store *sh, struct alert_state *st,
	enum state_store_result *result)
{
	size_t head;

	*result = STATE_STORE_OK;
	buf_clear(&sh->content);
	state_write_head(&sh->content, st);
	head = sh->content.len;
	buf_clear(&sh->content);
	state_write(&sh->content, st);
	if (buf_ok(&sh->content) && st->revision > 0 &&
		strcmp(sh->content.p, sh->seen.p) == 0)
		return false;
	st->revision++;
	sign_write(sh, st);
	buf_clear(&sh->written);
	state_write_head(&sh->written, st);
	buf_str(&sh->written, sh->content.p + head);
	if (buf_ok(&sh->content) && buf_ok(&sh->written))
		return true;
	log_error("%s: its state is too large to be stored", st->slug);
	*result = STATE_STORE_FAILED;
	return false;
}

/* What is asked for again at once, until it is delivered. */
static void remember(struct state_store *sh, struct alert_state *st)
{
	bool more = st->n_outbox && sh->memory.n < PREFETCH_MAX;

	if (more || sh->from == FROM_MEMORY)
		state_cache_keep(&sh->memory, st);
	else
		state_cache_forget(&sh->memory, st->slug);
}

static enum state_store_result put_state(
	struct state_store *sh, struct alert_state *st, bool may_wait)
{
	enum state_store_result result;
	struct write_batch_item w = {.slug = st->slug};

	if (!sh->store && !sh->local) {
		state_cache_keep(&sh->memory, st);
		return STATE_STORE_OK;
	}
	if (!compose(sh, st, &result))
		return result;
	if (sh->local)
		return outage_file_write(sh->local, sh->written.p)
			       ? STATE_STORE_OK
			       : STATE_STORE_FAILED;
	w.undelivered = st->n_outbox > 0;
	w.ttl_s = w.undelivered || state_open(st) ? 0 : RETENTION_ALERT_S;
	w.text = sh->written.p;
	snprintf(w.revision, sizeof w.revision, "%s", sh->revision);
	if (may_wait)
		write_batch_add(&sh->later, &w);
	else
		result = write_batch_now(&w, sh->store);
	if (result == STATE_STORE_OK)
		remember(sh, st);
	else
		state_cache_forget(&sh->memory, st->slug);
	if (result == STATE_STORE_FAILED)
		state_store_failed(sh);
	return result;
}

enum state_store_result state_store_put(
	struct state_store *sh, struct alert_state *st)
{
	return put_state(sh, st, false);
}

enum state_store_result state_store_put_off(
	struct state_store *sh, struct alert_state *st)
{
	return put_state(sh, st, sh->from != FROM_STORE);
}

void state_store_return(struct state_store *sh, struct alert_state *st)
{
	if ((!sh->store && !sh->local) || sh->from == FROM_MEMORY)
		state_cache_keep(&sh->memory, st);
	state_release(st);
}

void state_store_awake(const struct state_store *sh, struct strings *out)
{
	state_cache_awake(&sh->memory, out);
}

size_t state_store_count(const struct state_store *sh)
{
	size_t n = 0;

	for (size_t i = 0; i < sh->memory.n; i++)
		n += slug_valid(sh->memory.v[i].slug);
	return n;
}

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
	sh->trouble = !heartbeat_write(sh->store, STAGE_ALERT, now, false);
	return !sh->trouble || state_store_failed(sh);
}

const char *state_store_trouble(const struct state_store *sh)
{
	return sh->trouble ? store_why(sh->store) : NULL;
}

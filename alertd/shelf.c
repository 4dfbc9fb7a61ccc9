#include "shelf.h"

#include "drawer.h"
#include "keys.h"
#include "local.h"
#include "log.h"
#include "store.h"
#include "xalloc.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NUMBER_SIZE 32

/*
 * The state is replaced if its revision is the one that was seen: "0" where
 * nothing was there, "" where nothing readable was.
 */
static const char replace[] =
	"local old = redis.call('GET', KEYS[1])\n"
	"local revision = '0'\n"
	"if old then\n"
	"  local head = '^{\"v\":1,\"revision\":(%d+),'\n"
	"  revision = string.match(old, head) or ''\n"
	"end\n"
	"if revision ~= ARGV[1] then return 0 end\n"
	"if ARGV[3] == '0' then redis.call('SET', KEYS[1], ARGV[2])\n"
	"else redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3]) end\n"
	"return 1\n";

struct shelf {
	struct store *store;
	struct local *local;
	bool trouble; /* the last shelf_beat failed */
	struct drawer kept; /* without a store */
	struct buf seen; /* what shelf_get read, and its revision */
	char revision[NUMBER_SIZE];
	/* Whose `seen` is what we wrote last, or NULL; the next write finds out
	   who was faster since then. */
	char *fresh;
	uint64_t writer; /* a number that nobody else has */
	unsigned long writes;
	struct buf plain;   /* what shelf_put has to write, not yet signed */
	struct buf written; /* the same signed */
};

struct shelf *shelf_new(struct store *s)
{
	struct shelf *sh = xcalloc(1, sizeof *sh);

	sh->store = s;
	if (getentropy(&sh->writer, sizeof sh->writer))
		sh->writer = (uint64_t)getpid();
	buf_init(&sh->seen, STATE_MAX);
	buf_init(&sh->plain, STATE_MAX);
	buf_init(&sh->written, STATE_MAX);
	return sh;
}

struct shelf *shelf_new_local(struct local *l)
{
	struct shelf *sh = shelf_new(NULL);

	sh->local = l;
	return sh;
}

void shelf_free(struct shelf *sh)
{
	if (!sh)
		return;
	drawer_release(&sh->kept);
	free(sh->fresh);
	buf_release(&sh->seen);
	buf_release(&sh->plain);
	buf_release(&sh->written);
	free(sh);
}

static bool failed(const struct shelf *sh)
{
	log_error("%s", store_why(sh->store));
	return false;
}

/* Signs a write, so that it can be told from another of the same content. */
static void sign_write(struct shelf *sh, struct alert_state *st)
{
	char text[2 * NUMBER_SIZE];

	snprintf(text, sizeof text, "%016" PRIx64 "-%lu", sh->writer,
		++sh->writes);
	string_set(&st->writer, text);
}

/* The text of a state into sh->seen; empty where there is none. */
static bool fetch(struct shelf *sh, const char *slug)
{
	const struct store_reply *r;
	char key[KEY_MAX];

	buf_clear(&sh->seen);
	string_set(&sh->fresh, NULL);
	if (sh->local) {
		buf_str(&sh->seen, local_text(sh->local));
		return true;
	}
	r = store_one(sh->store, "GET", key_alert(key, slug), NULL);
	if (!r)
		return failed(sh);
	if (store_text(r))
		buf_str(&sh->seen, store_text(r));
	return true;
}

/* As the script sees it, whatever else is wrong with the text. */
static void note_revision(struct shelf *sh)
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

static bool is_fresh(const struct shelf *sh, const char *slug)
{
	return sh->fresh && strcmp(sh->fresh, slug) == 0;
}

bool shelf_get(struct shelf *sh, const char *slug, struct alert_state *st)
{
	string_set(&sh->fresh, NULL);
	return shelf_again(sh, slug, st);
}

bool shelf_again(struct shelf *sh, const char *slug, struct alert_state *st)
{
	char why[STATE_WHY];

	if (!sh->store && !sh->local) {
		drawer_take(&sh->kept, slug, st);
		return true;
	}
	if (!is_fresh(sh, slug) && !fetch(sh, slug))
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

static enum shelf_result note_written(struct shelf *sh, const char *slug)
{
	buf_clear(&sh->seen);
	buf_add(&sh->seen, sh->written.p, sh->written.len);
	string_set(&sh->fresh, slug);
	return SHELF_OK;
}

/* The compare-and-set, and the index before and after it. */
static enum shelf_result store_state(struct shelf *sh,
	const struct alert_state *st)
{
	char key[KEY_MAX], ttl[NUMBER_SIZE];
	bool open = st->n_outbox || state_open(st);
	size_t at = st->n_outbox ? 1 : 0;

	string_set(&sh->fresh, NULL);
	key_alert(key, st->slug);
	snprintf(ttl, sizeof ttl, "%d", open ? 0 : KEYS_ALERT_S);
	if (at)
		store_add(sh->store, "SADD", KEY_UNDELIVERED, st->slug, NULL);
	store_add(sh->store, "EVAL", replace, "1", key, sh->revision,
		sh->written.p, ttl, NULL);
	if (at)
		store_add(sh->store, "SADD", KEY_UNDELIVERED, st->slug, NULL);
	if (store_run(sh->store)) {
		failed(sh);
		return SHELF_FAILED;
	}
	if (store_int(store_reply(sh->store, at), 0) == 1)
		return note_written(sh, st->slug);
	/* A batch may have gone out twice; then it was we who were faster. */
	if (!fetch(sh, st->slug))
		return SHELF_FAILED;
	return strcmp(sh->seen.p, sh->written.p) == 0 ? SHELF_OK
						      : SHELF_CONFLICT;
}

enum shelf_result shelf_put(struct shelf *sh, struct alert_state *st)
{
	if (!sh->store && !sh->local) {
		drawer_put(&sh->kept, st);
		return SHELF_OK;
	}
	buf_clear(&sh->plain);
	state_write(&sh->plain, st);
	if (buf_ok(&sh->plain) && st->revision > 0 &&
		strcmp(sh->plain.p, sh->seen.p) == 0)
		return SHELF_OK;
	st->revision++;
	sign_write(sh, st);
	buf_clear(&sh->written);
	state_rewrite(&sh->written, st, sh->plain.p);
	if (!buf_ok(&sh->plain) || !buf_ok(&sh->written)) {
		log_error("%s: its state is too large to be stored", st->slug);
		return SHELF_FAILED;
	}
	if (sh->local)
		return local_write(sh->local, sh->written.p) ? SHELF_OK
							     : SHELF_FAILED;
	return store_state(sh, st);
}

bool shelf_settled(struct shelf *sh, const char *slug)
{
	struct alert_state st;
	char key[KEY_MAX];
	const char *now;
	bool ok = true;

	if (!sh->store)
		return true;
	store_add(sh->store, "SREM", KEY_UNDELIVERED, slug, NULL);
	store_add(sh->store, "GET", key_alert(key, slug), NULL);
	if (store_run(sh->store))
		return failed(sh);
	/* Somebody may have decided on something in between. */
	now = store_text(store_reply(sh->store, 1));
	if (now && is_fresh(sh, slug) && strcmp(now, sh->seen.p) == 0)
		return true;
	if (!shelf_get(sh, slug, &st))
		return false;
	if (st.n_outbox &&
		!store_one(sh->store, "SADD", KEY_UNDELIVERED, slug, NULL))
		ok = failed(sh);
	state_release(&st);
	return ok;
}

/* Slugs that a store names, and the fleet: none but valid ones. */
static void add_slugs(const struct store_reply *r, size_t skip,
	struct strings *out)
{
	for (size_t i = 0; i < store_count(r); i++) {
		const char *s = store_text(store_item(r, i));

		if (s && strlen(s) > skip &&
			(slug_valid(s + skip) ||
				strcmp(s + skip, SLUG_FLEET) == 0))
			strings_note(out, s + skip);
	}
}

bool shelf_undelivered(struct shelf *sh, struct strings *out)
{
	const struct store_reply *r;

	if (!sh->store)
		return true;
	r = store_one(sh->store, "SMEMBERS", KEY_UNDELIVERED, NULL);
	if (!r)
		return failed(sh);
	add_slugs(r, 0, out);
	return true;
}

bool shelf_all(struct shelf *sh, struct strings *out)
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
			return failed(sh);
		snprintf(cursor, sizeof cursor, "%s", next);
		add_slugs(store_item(r, 1), strlen(pattern) - 1, out);
	} while (strcmp(cursor, "0") != 0);
	return true;
}

void shelf_awake(const struct shelf *sh, struct strings *out)
{
	drawer_open(&sh->kept, out);
}

size_t shelf_count(const struct shelf *sh)
{
	return sh->kept.n;
}

bool shelf_alive(struct shelf *sh)
{
	return !sh->store || store_one(sh->store, "PING", NULL);
}

bool shelf_beats(struct shelf *sh, double at[STAGES])
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
		return failed(sh);
	for (size_t i = 0; i < STAGES; i++)
		at[i] = stage_beat((enum stage)i, store_text(store_item(r, i)));
	return true;
}

bool shelf_beat(struct shelf *sh, double now)
{
	char text[NUMBER_SIZE];

	if (!sh->store)
		return true;
	snprintf(text, sizeof text, "%lld", (long long)now);
	sh->trouble = !store_one(sh->store, "HSET", KEY_HEARTBEATS,
		stage_name(STAGE_ALERT), text, NULL);
	return !sh->trouble || failed(sh);
}

const char *shelf_trouble(const struct shelf *sh)
{
	return sh->trouble ? store_why(sh->store) : NULL;
}

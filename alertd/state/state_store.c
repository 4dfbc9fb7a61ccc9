#include "state/state_store.h"

#include "base/log.h"
#include "base/xalloc.h"
#include "state/outage_file.h"
#include "state/state_store_own.h"
#include "store/keys.h"
#include "store/store.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct shelf *shelf_new(struct store *s)
{
	struct shelf *sh = xcalloc(1, sizeof *sh);

	sh->store = s;
	if (getentropy(&sh->writer, sizeof sh->writer))
		sh->writer = (uint64_t)getpid();
	buf_init(&sh->seen, STATE_MAX);
	buf_init(&sh->content, STATE_MAX);
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
	memory_release(&sh->memory);
	ahead_release(&sh->ahead);
	later_release(&sh->later);
	buf_release(&sh->seen);
	buf_release(&sh->content);
	buf_release(&sh->written);
	free(sh);
}

bool shelf_failed(const struct shelf *sh)
{
	log_error("%s", store_why(sh->store));
	return false;
}

/* Signs a write, so that it can be told from another of the same content. */
static void sign_write(struct shelf *sh, struct alert_state *st)
{
	snprintf(sh->signature, sizeof sh->signature, "%016" PRIx64 "-%lu",
		sh->writer, ++sh->writes);
	string_set(&st->writer, sh->signature);
}

const char *shelf_writer(const struct shelf *sh)
{
	return sh->signature;
}

/* The text of a state into sh->seen; empty where there is none. */
static bool fetch(struct shelf *sh, const char *slug)
{
	const struct store_reply *r;
	char key[KEY_MAX];

	buf_clear(&sh->seen);
	sh->from = FROM_STORE;
	if (sh->local) {
		buf_str(&sh->seen, local_text(sh->local));
		return true;
	}
	r = store_one(sh->store, "GET", key_alert(key, slug), NULL);
	if (!r)
		return shelf_failed(sh);
	if (store_text(r))
		buf_str(&sh->seen, store_text(r));
	return true;
}

/* The same of one that was read ahead. False where it was not. */
static bool fetch_ahead(struct shelf *sh, const char *slug)
{
	char *text = ahead_take(&sh->ahead, slug);

	if (!text)
		return false;
	buf_clear(&sh->seen);
	buf_str(&sh->seen, text);
	sh->from = FROM_AHEAD;
	free(text);
	return true;
}

/* The state itself, where it was just written; its text is not known. */
static bool recall(struct shelf *sh, const char *slug, struct alert_state *st)
{
	if (!memory_has(&sh->memory, slug))
		return false;
	memory_lend(&sh->memory, slug, st);
	buf_clear(&sh->seen);
	snprintf(sh->revision, sizeof sh->revision, "%lld", st->revision);
	sh->from = FROM_MEMORY;
	return true;
}

void shelf_ahead(struct shelf *sh, const struct strings *slugs, size_t i)
{
	char key[KEY_MAX], last[NUMBER_SIZE];
	const char *wanted[AHEAD_MAX];
	size_t n = 0;

	if (!sh->store || i % AHEAD_MAX)
		return;
	ahead_release(&sh->ahead);
	for (size_t k = i; k < slugs->n && k < i + AHEAD_MAX; k++)
		if (!memory_has(&sh->memory, slugs->v[k]))
			wanted[n++] = slugs->v[k];
	/* One alone is read when it is asked for. */
	if (n < 2)
		return;
	snprintf(last, sizeof last, "%d", AHEAD_TEXT - 1);
	for (size_t k = 0; k < n; k++)
		store_add(sh->store, "GETRANGE", key_alert(key, wanted[k]),
			"0", last, NULL);
	/* Where that fails shelf_get tells of it. */
	if (store_run(sh->store))
		return;
	for (size_t k = 0; k < n; k++) {
		const char *text = store_text(store_reply(sh->store, k));

		if (text && strlen(text) < AHEAD_TEXT - 1)
			ahead_add(&sh->ahead, wanted[k], text);
	}
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

bool shelf_get(struct shelf *sh, const char *slug, struct alert_state *st)
{
	char why[STATE_WHY];

	if (!sh->store && !sh->local) {
		memory_lend(&sh->memory, slug, st);
		return true;
	}
	if (fetch_ahead(sh, slug))
		memory_forget(&sh->memory, slug);
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

bool shelf_waits(const struct shelf *sh)
{
	return sh->later.n;
}

void shelf_forget(struct shelf *sh)
{
	if (sh->store)
		memory_release(&sh->memory);
}

bool shelf_flush(struct shelf *sh, struct strings *again)
{
	size_t before = again->n;
	bool ok;

	ahead_release(&sh->ahead);
	if (!sh->later.n)
		return true;
	ok = later_run(&sh->later, sh->store, again) || shelf_failed(sh);
	for (size_t i = before; i < again->n; i++)
		memory_forget(&sh->memory, again->v[i]);
	if (!ok)
		shelf_forget(sh);
	return ok;
}

/*
 * What is to be written of a state, in sh->written; where it cannot be, or need
 * not be, *result says so.
 */
static bool compose(struct shelf *sh, struct alert_state *st,
	enum shelf_result *result)
{
	size_t head;

	*result = SHELF_OK;
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
	*result = SHELF_FAILED;
	return false;
}

/* What is asked for again at once, until it is delivered. */
static void remember(struct shelf *sh, struct alert_state *st)
{
	bool more = st->n_outbox && sh->memory.n < AHEAD_MAX;

	if (more || sh->from == FROM_MEMORY)
		memory_keep(&sh->memory, st);
	else
		memory_forget(&sh->memory, st->slug);
}

static enum shelf_result put(struct shelf *sh, struct alert_state *st,
	bool may_wait)
{
	enum shelf_result result;
	struct later_write w = {.slug = st->slug};

	if (!sh->store && !sh->local) {
		memory_keep(&sh->memory, st);
		return SHELF_OK;
	}
	if (!compose(sh, st, &result))
		return result;
	if (sh->local)
		return local_write(sh->local, sh->written.p) ? SHELF_OK
							     : SHELF_FAILED;
	w.undelivered = st->n_outbox > 0;
	w.ttl_s = w.undelivered || state_open(st) ? 0 : KEYS_ALERT_S;
	w.text = sh->written.p;
	snprintf(w.revision, sizeof w.revision, "%s", sh->revision);
	if (may_wait)
		later_add(&sh->later, &w);
	else
		result = later_now(&w, sh->store);
	if (result == SHELF_OK)
		remember(sh, st);
	else
		memory_forget(&sh->memory, st->slug);
	if (result == SHELF_FAILED)
		shelf_failed(sh);
	return result;
}

enum shelf_result shelf_put(struct shelf *sh, struct alert_state *st)
{
	return put(sh, st, false);
}

enum shelf_result shelf_put_off(struct shelf *sh, struct alert_state *st)
{
	return put(sh, st, sh->from != FROM_STORE);
}

void shelf_return(struct shelf *sh, struct alert_state *st)
{
	if ((!sh->store && !sh->local) || sh->from == FROM_MEMORY)
		memory_keep(&sh->memory, st);
	state_release(st);
}

void shelf_awake(const struct shelf *sh, struct strings *out)
{
	memory_awake(&sh->memory, out);
}

size_t shelf_count(const struct shelf *sh)
{
	size_t n = 0;

	for (size_t i = 0; i < sh->memory.n; i++)
		n += slug_valid(sh->memory.v[i].slug);
	return n;
}

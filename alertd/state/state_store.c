/* SPDX-License-Identifier: MIT */
#include "state/state_store.h"

#include "base/log.h"
#include "base/xalloc.h"
#include "state/backend.h"
#include "store/retention.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Compare-and-set attempts before giving up. */
#define TRIES 100
/* States that were just written and are kept: those that a worker takes with
   decisions. */
#define KEPT_MAX 1024
/* Texts of this size are written before the commit, to bound the memory. */
#define BYTES_MAX (8 * 1024 * 1024)
/* Room for what tells one write from all others. */
#define WRITER_SIZE 64

/*
 * States in memory, by slug: in a dry run and a replay all states, else some of
 * those that were just written. While a state is taken out by cache_take, only
 * its slug is here.
 */
struct kept {
	char *slug;
	struct alert_state *state; /* without a slug of its own: taken out */
};

struct state_cache {
	struct kept *v; /* by slug */
	size_t n, cap;
};

static void kept_release(struct kept *k)
{
	free(k->slug);
	state_release(k->state);
	free(k->state);
}

static void cache_release(struct state_cache *m)
{
	for (size_t i = 0; i < m->n; i++)
		kept_release(&m->v[i]);
	free(m->v);
	*m = (struct state_cache) {0};
}

/* The index of a server's state, or where it belongs. */
static size_t place_of_state(const struct state_cache *m, const char *slug)
{
	return strings_place(m->v, m->n, sizeof *m->v, slug);
}

static bool kept_at(const struct state_cache *m, size_t i, const char *slug)
{
	return i < m->n && strcmp(m->v[i].slug, slug) == 0;
}

/* Whether its state is here, and not taken out. */
static bool cache_has(const struct state_cache *m, const char *slug)
{
	size_t i = place_of_state(m, slug);

	return kept_at(m, i, slug) && m->v[i].state->slug;
}

/* Move the state to *st; where it is not here, *st is that of a server of which
   nothing is known. */
static void cache_take(struct state_cache *m, const char *slug,
	struct alert_state *st)
{
	size_t i = place_of_state(m, slug);

	if (!kept_at(m, i, slug) || !m->v[i].state->slug) {
		state_init(st, slug);
		return;
	}
	*st = *m->v[i].state;
	*m->v[i].state = (struct alert_state) {0};
}

/* Move *st here; then *st is that of a server of which nothing is known. */
static void cache_keep(struct state_cache *m, struct alert_state *st)
{
	size_t i = place_of_state(m, st->slug);

	if (!kept_at(m, i, st->slug)) {
		m->v = xgrow(m->v, &m->cap, m->n + 1, sizeof *m->v);
		memmove(m->v + i + 1, m->v + i, (m->n - i) * sizeof *m->v);
		m->n++;
		m->v[i].slug = xstrdup(st->slug);
		m->v[i].state = xmalloc(sizeof *m->v[i].state);
	} else {
		state_release(m->v[i].state);
	}
	*m->v[i].state = *st;
	state_init(st, m->v[i].slug);
}

/* Drop the state, if it is here. */
static void cache_forget(struct state_cache *m, const char *slug)
{
	size_t i = place_of_state(m, slug);

	if (!kept_at(m, i, slug))
		return;
	kept_release(&m->v[i]);
	memmove(m->v + i, m->v + i + 1, (--m->n - i) * sizeof *m->v);
}

static void cache_awake(const struct state_cache *m, struct strings *out)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->v[i].state->slug && state_open(m->v[i].state))
			strings_add(out, m->v[i].slug);
}

struct state_store {
	const struct state_backend *backend; /* NULL: all is in the cache */
	void *arg;
	/* With a backend: some states that were just written. */
	struct state_cache cache;
	uint64_t writer; /* a number that no other process has */
	unsigned long writes;
};

/* A server of a transaction. */
struct member {
	struct state_row row;
	bool alone; /* its text is not read together with others */
	bool from_cache; /* its state came out of the cache */
	enum transaction_result result;
};

struct transaction {
	struct state_store *store;
	struct member *v;
	size_t n, cap;
	struct member *current; /* whose state is in st, or NULL */
	struct alert_state st;
	size_t bytes; /* of the texts that are to be written */
	size_t next; /* for transaction_next */
	int tries;
	bool failed;
	struct buf content, text; /* see compose */
};

struct state_store *state_store_new_on(
	const struct state_backend *b, void *arg)
{
	struct state_store *ss = xcalloc(1, sizeof *ss);

	ss->backend = b;
	ss->arg = arg;
	if (getentropy(&ss->writer, sizeof ss->writer))
		ss->writer = (uint64_t)getpid();
	return ss;
}

struct state_store *state_store_new(struct store *s)
{
	return state_store_new_on(s ? &redis_backend : NULL, s);
}

void state_store_free(struct state_store *ss)
{
	if (!ss)
		return;
	cache_release(&ss->cache);
	free(ss);
}

struct transaction *transaction_begin(
	struct state_store *ss, const struct strings *slugs)
{
	struct transaction *t = xcalloc(1, sizeof *t);

	t->store = ss;
	buf_init(&t->content, STATE_MAX);
	buf_init(&t->text, STATE_MAX);
	for (size_t i = 0; slugs && i < slugs->n; i++)
		transaction_add(t, slugs->v[i]);
	return t;
}

void transaction_add(struct transaction *t, const char *slug)
{
	t->v = xgrow(t->v, &t->cap, t->n + 1, sizeof *t->v);
	t->v[t->n++] = (struct member) {.row.slug = xstrdup(slug)};
}

static void forget_texts(struct member *m)
{
	free(m->row.seen);
	free(m->row.text);
	strings_release(&m->row.history);
	strings_release(&m->row.updates);
	strings_release(&m->row.news);
	m->row.seen = m->row.text = NULL;
}

/* Done with the current state: it goes back where it came from. */
static void leave(struct transaction *t)
{
	if (!t->current)
		return;
	if (t->current->from_cache)
		cache_keep(&t->store->cache, &t->st);
	state_release(&t->st);
	if (!t->current->row.text)
		forget_texts(t->current);
	t->current = NULL;
}

void transaction_end(struct transaction *t)
{
	leave(t);
	for (size_t i = 0; i < t->n; i++) {
		if (t->v[i].row.text)
			cache_forget(&t->store->cache, t->v[i].row.slug);
		forget_texts(&t->v[i]);
		free(t->v[i].row.slug);
	}
	free(t->v);
	buf_release(&t->content);
	buf_release(&t->text);
	free(t);
}

enum transaction_result transaction_result(
	const struct transaction *t, size_t i)
{
	return t->v[i].result;
}

/* Reads the texts of the i-th server and of those behind it. */
static void read_together(struct transaction *t, size_t i)
{
	struct state_store *ss = t->store;
	struct state_row *rows[TRANSACTION_TOGETHER];
	struct member *members[TRANSACTION_TOGETHER];
	size_t n = 0;

	for (; i < t->n && n < TRANSACTION_TOGETHER; i++) {
		struct member *m = &t->v[i];

		if (m->result != TRANSACTION_PENDING || m->row.seen ||
			m->alone || cache_has(&ss->cache, m->row.slug))
			continue;
		members[n] = m;
		rows[n++] = &m->row;
	}
	/* If this fails, each is read alone, which tells the operator. */
	if (n > 1)
		ss->backend->read(ss->arg, rows, n);
	for (size_t k = 0; k < n; k++)
		members[k]->alone = !rows[k]->seen;
}

/* As the backend compares it, whatever else is wrong with the text. */
static void note_revision(struct state_row *row)
{
	static const char before[] = "{\"v\":1,\"revision\":";
	const char *p = row->seen;
	size_t n;

	snprintf(row->revision, sizeof row->revision, "%s", *p ? "" : "0");
	if (strncmp(p, before, sizeof before - 1) != 0)
		return;
	p += sizeof before - 1;
	n = strspn(p, "0123456789");
	if (n < sizeof row->revision && p[n] == ',')
		snprintf(row->revision, sizeof row->revision, "%.*s", (int)n,
			p);
}

static void parse(struct state_row *row, struct alert_state *st)
{
	size_t n = strlen(row->seen);
	char why[STATE_WHY] = "too long";

	note_revision(row);
	if (!n || n > STATE_MAX)
		state_init(st, row->slug);
	else if (state_read(row->seen, n, row->slug, st, why))
		return;
	if (n)
		log_error("%s: its state cannot be read and is reset: %s",
			row->slug, why);
}

/* Takes a state out of the cache; its text is not known. */
static void recall(struct transaction *t, struct member *m)
{
	cache_take(&t->store->cache, m->row.slug, &t->st);
	snprintf(m->row.revision, sizeof m->row.revision, "%lld",
		t->st.revision);
	m->from_cache = true;
}

struct alert_state *transaction_get(struct transaction *t, size_t i)
{
	struct state_store *ss = t->store;
	struct member *m = &t->v[i];

	leave(t);
	m->from_cache = false;
	if (!ss->backend ||
		(!m->row.seen && cache_has(&ss->cache, m->row.slug))) {
		recall(t, m);
	} else {
		if (!m->row.seen && !m->alone)
			read_together(t, i);
		m->result = TRANSACTION_FAILED;
		if (!m->row.seen &&
			!ss->backend->read(ss->arg,
				(struct state_row *[]) {&m->row}, 1))
			return NULL;
		parse(&m->row, &t->st);
	}
	t->current = m;
	m->result = TRANSACTION_DONE;
	return &t->st;
}

struct alert_state *transaction_next(struct transaction *t, size_t *i)
{
	struct alert_state *st = NULL;

	while (t->next < t->n && t->v[t->next].result != TRANSACTION_PENDING)
		t->next++;
	if (t->next < t->n && !t->failed) {
		*i = t->next++;
		st = transaction_get(t, *i);
		t->failed = !st;
	}
	return st;
}

bool transaction_failed(const struct transaction *t)
{
	return t->failed;
}

/* Tells this write from another one of the same content. */
static void sign_write(struct state_store *ss, struct alert_state *st)
{
	char writer[WRITER_SIZE];

	snprintf(writer, sizeof writer, "%016" PRIx64 "-%lu", ss->writer,
		++ss->writes);
	string_set(&st->writer, writer);
}

/* Makes the text of the current state; NULL where it has not changed. */
static char *compose(struct transaction *t)
{
	const char *seen = t->current->row.seen;
	struct alert_state *st = &t->st;
	size_t head;

	buf_clear(&t->content);
	state_write_head(&t->content, st);
	head = t->content.len;
	buf_clear(&t->content);
	state_write(&t->content, st);
	if (buf_ok(&t->content) && st->revision > 0 && seen &&
		strcmp(t->content.p, seen) == 0)
		return NULL;
	st->revision++;
	sign_write(t->store, st);
	buf_clear(&t->text);
	state_write_head(&t->text, st);
	buf_str(&t->text, t->content.p + head);
	if (buf_ok(&t->content) && buf_ok(&t->text))
		return xstrdup(t->text.p);
	log_error("%s: its state is too large to be stored", st->slug);
	t->current->result = TRANSACTION_FAILED;
	/* Undo: the next reader of this state must not see what was not
	   stored. */
	t->current->from_cache = false;
	cache_forget(&t->store->cache, st->slug);
	return NULL;
}

/* Keeps the current state while it has something to be delivered, for it is
   soon asked for again. */
static void remember(struct transaction *t)
{
	struct state_cache *c = &t->store->cache;

	if (t->current->from_cache ||
		(t->st.n_outbox && c->n < KEPT_MAX))
		cache_keep(c, &t->st);
	else
		cache_forget(c, t->st.slug);
	t->current->from_cache = false;
}

/* Note the result of writing a member. */
static void note_written(struct transaction *t, struct member *m, bool ok)
{
	forget_texts(m);
	m->result = !ok		? TRANSACTION_FAILED
		: m->row.lost	? TRANSACTION_PENDING
				: TRANSACTION_DONE;
	if (m->result != TRANSACTION_DONE)
		cache_forget(&t->store->cache, m->row.slug);
	m->alone = false;
}

static void write_together(struct transaction *t)
{
	struct state_row *rows[TRANSACTION_TOGETHER];
	struct member *members[TRANSACTION_TOGETHER];
	struct state_store *ss = t->store;

	for (size_t i = 0, n = 0; i <= t->n; i++) {
		if (n == TRANSACTION_TOGETHER || (n && i == t->n)) {
			bool ok = ss->backend->write(ss->arg, rows, n);

			for (size_t k = 0; k < n; k++)
				note_written(t, members[k], ok);
			t->failed = t->failed || !ok;
			n = 0;
		}
		if (i == t->n || !t->v[i].row.text)
			continue;
		members[n] = &t->v[i];
		rows[n++] = &t->v[i].row;
	}
	if (t->failed)
		state_store_forget(ss);
	t->bytes = 0;
}

void transaction_put(struct transaction *t)
{
	struct member *m = t->current;
	bool undelivered = t->st.n_outbox > 0;
	char *text;

	if (!t->store->backend) {
		strings_release(&t->st.history);
		strings_release(&t->st.updates);
		strings_release(&t->st.news);
		leave(t);
		return;
	}
	strings_release(&m->row.history);
	strings_release(&m->row.updates);
	strings_release(&m->row.news);
	m->row.history = t->st.history;
	m->row.updates = t->st.updates;
	m->row.news = t->st.news;
	t->st.history = t->st.updates = t->st.news = (struct strings) {0};
	text = compose(t);
	if (text) {
		m->row.text = text;
		m->row.undelivered = undelivered;
		m->row.open = state_open(&t->st);
		m->row.ttl_s = undelivered || state_open(&t->st)
			? 0 : RETENTION_ALERT_S;
		m->result = TRANSACTION_PENDING;
		t->bytes += strlen(text);
		remember(t);
	}
	leave(t);
	if (t->bytes > BYTES_MAX)
		write_together(t);
}

bool transaction_commit(struct transaction *t)
{
	bool again = false;

	leave(t);
	write_together(t);
	if (t->failed)
		return false;
	t->tries++;
	t->next = 0;
	for (size_t i = 0; i < t->n; i++) {
		struct member *m = &t->v[i];

		if (m->result != TRANSACTION_PENDING || !m->row.lost)
			continue;
		m->row.lost = false;
		again = t->tries < TRIES;
		if (again)
			continue;
		log_error("%s: other processes keep changing its state", m->row.slug);
		m->result = TRANSACTION_CONFLICT;
	}
	return again;
}

bool state_store_get(
	struct state_store *ss, const char *slug, struct alert_state *st)
{
	struct transaction *t = transaction_begin(ss, NULL);
	bool ok;

	transaction_add(t, slug);
	ok = transaction_get(t, 0);
	if (ok) {
		*st = t->st;
		forget_texts(t->current);
		t->current = NULL;
	}
	transaction_end(t);
	return ok;
}

void state_store_forget(struct state_store *ss)
{
	if (ss->backend)
		cache_release(&ss->cache);
}

bool state_store_all(struct state_store *ss, struct strings *out)
{
	return !ss->backend || !ss->backend->list ||
		ss->backend->list(ss->arg, false, out);
}

bool state_store_undelivered(struct state_store *ss, struct strings *out)
{
	return !ss->backend || !ss->backend->list ||
		ss->backend->list(ss->arg, true, out);
}

bool state_store_settled(struct state_store *ss, const struct strings *slugs)
{
	if (!ss->backend || !ss->backend->settle || !slugs->n)
		return true;
	for (size_t i = 0; i < slugs->n; i++)
		cache_forget(&ss->cache, slugs->v[i]);
	return ss->backend->settle(ss->arg, slugs);
}

bool state_store_alive(struct state_store *ss)
{
	return !ss->backend || !ss->backend->alive ||
		ss->backend->alive(ss->arg);
}

void state_store_awake(const struct state_store *ss, struct strings *out)
{
	cache_awake(&ss->cache, out);
}

size_t state_store_count(const struct state_store *ss)
{
	size_t n = 0;

	for (size_t i = 0; i < ss->cache.n; i++)
		n += slug_valid(ss->cache.v[i].slug);
	return n;
}

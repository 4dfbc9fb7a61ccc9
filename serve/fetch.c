#include "fetch.h"

#include "clock.h"
#include "keys.h"
#include "log.h"
#include "store.h"
#include "xalloc.h"

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

int fetch_subject(struct source *s, const char *slug, const char **server,
	const char **verdict)
{
	char key[KEY_MAX];

	if (fetch_open(s))
		return -1;
	store_add(s->store, "HGET", KEY_SERVERS, slug, NULL);
	store_add(s->store, "GET", key_verdict(key, slug), NULL);
	if (fetch_run(s))
		return -1;
	*server = store_text(store_reply(s->store, 0));
	*verdict = store_text(store_reply(s->store, 1));
	return 0;
}

int fetch_account_entry(struct source *s, const char *account, const char **json)
{
	if (fetch_open(s))
		return -1;
	store_add(s->store, "HGET", KEY_ACCOUNTS, account, NULL);
	if (fetch_run(s))
		return -1;
	*json = store_text(store_reply(s->store, 0));
	return 0;
}

void fetch_beats(const struct store_reply *r, double at[STAGES])
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
	fetch_beats(store_reply(s->store, 0), at);
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

/* Which servers are wanted: the public ones, or those of an account. */
struct wanted {
	const char *account; /* or NULL */
	const char *authorization; /* of who asks, or NULL */
};

static bool is_wanted(const struct wanted *w, const struct server *s)
{
	if (!w->account)
		return !s->is_private;
	return s->account && strcmp(s->account, w->account) == 0 &&
		server_token_shown(s, w->authorization);
}

static void add_entry(struct listing *l, const struct wanted *wanted,
	const char *slug, const char *json)
{
	char why[SERVER_WHY];
	struct listing_entry *e;
	struct server server;

	if (!slug || !json || !slug_valid(slug))
		return;
	if (server_read(json, &server, why)) {
		log_warn("%s: %s: %s", KEY_SERVERS, slug, why);
		return;
	}
	if (!is_wanted(wanted, &server)) {
		server_release(&server);
		return;
	}
	l->entries = xgrow(l->entries, &l->cap, l->n + 1, sizeof *l->entries);
	e = &l->entries[l->n++];
	snprintf(e->slug, sizeof e->slug, "%s", slug);
	e->server = server;
}

static int by_slug(const void *a, const void *b)
{
	const struct listing_entry *x = a, *y = b;

	return strcmp(x->slug, y->slug);
}

static int load(struct source *s, const struct wanted *wanted,
	struct listing *l)
{
	const struct store_reply *r;

	*l = (struct listing) {0};
	if (fetch_open(s))
		return -1;
	store_add(s->store, "HGETALL", KEY_SERVERS, NULL);
	if (fetch_run(s))
		return -1;
	r = store_reply(s->store, 0);
	for (size_t i = 0; i + 1 < store_count(r); i += 2)
		add_entry(l, wanted, store_text(store_item(r, i)),
			store_text(store_item(r, i + 1)));
	if (l->n)
		qsort(l->entries, l->n, sizeof *l->entries, by_slug);
	return 0;
}

int fetch_listing(struct source *s, struct listing *l)
{
	return load(s, &(struct wanted) {0}, l);
}

int fetch_account(struct source *s, const char *account,
	const char *authorization, struct listing *l)
{
	return load(s, &(struct wanted) {account, authorization}, l);
}

void listing_release(struct listing *l)
{
	for (size_t i = 0; i < l->n; i++)
		server_release(&l->entries[i].server);
	free(l->entries);
	*l = (struct listing) {0};
}

int fetch_verdicts(struct source *s, const struct listing *l)
{
	char key[KEY_MAX];

	for (size_t i = 0; i < l->n; i++)
		store_add(s->store, "GET",
			key_verdict(key, l->entries[i].slug), NULL);
	return fetch_run(s);
}

int fetch_verdicts_of(struct source *s, const char *const *slugs, size_t n)
{
	char key[KEY_MAX];

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
	store_close(s->store);
	s->store = NULL;
}

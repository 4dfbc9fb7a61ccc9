#include "data/fetch_listing.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/strings.h"
#include "base/xalloc.h"
#include "data/account.h"
#include "data/fetch.h"
#include "data/search.h"
#include "data/server.h"
#include "store/keys.h"
#include "store/store.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Verdicts that are asked for in one round trip. */
#define LISTING_BATCH 500
/* Names of which it is asked together whether they are public. */
#define NAMES_BATCH 50

/* What is known of all servers, and how long each part of it is good. */
struct kept_listing {
	struct listing all; /* the public ones */
	struct strings names;
	/* Of clock_mono_ms. */
	double listed_until_ms, viewed_until_ms, named_until_ms;
};

static double good_until(const struct source *s, double began_ms)
{
	double now_ms = clock_mono_ms();

	return s->once ? INFINITY
		       : now_ms + fmax(LISTING_MS,
					  LISTING_SHARE * (now_ms - began_ms));
}

static void add_entry(struct listing *l, const char *slug,
	const struct server *server)
{
	struct listing_entry *e;

	l->entries = xgrow(l->entries, &l->cap, l->n + 1, sizeof *l->entries);
	e = &l->entries[l->n++];
	*e = (struct listing_entry) {
		.title = server->title ? xstrdup(server->title) : NULL,
		.words = search_words(slug, server->title),
		.expected = server->n_regions,
	};
	snprintf(e->slug, sizeof e->slug, "%s", slug);
}

/*
 * Read the entry of a server; true where it is public, and the caller then releases
 * *server. Where the entry is empty the server is private.
 */
static bool read_public(const char *slug, const char *json, bool regions,
	struct server *server)
{
	char why[SERVER_WHY];

	if (!slug || !json || !*json || !slug_valid(slug))
		return false;
	if (server_read(json, regions, server, why)) {
		log_warn("%s: %s: %s", KEY_SERVERS, slug, why);
		return false;
	}
	if (!server->is_private)
		return true;
	server_release(server);
	return false;
}

static void add_public(struct listing *l, const char *slug, const char *json)
{
	struct server server;

	if (!read_public(slug, json, true, &server))
		return;
	add_entry(l, slug, &server);
	server_release(&server);
}

static int by_slug(const void *a, const void *b)
{
	const struct listing_entry *x = a, *y = b;

	return strcmp(x->slug, y->slug);
}

void listing_release(struct listing *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->entries[i].title);
		free(l->entries[i].words);
		view_release(&l->entries[i].view);
	}
	free(l->entries);
	*l = (struct listing) {0};
}

static int load(struct source *s, struct listing *l)
{
	const struct store_reply *r;

	if (fetch_open(s))
		return -1;
	store_add(s->store, "HGETALL", KEY_SERVERS, NULL);
	if (fetch_run(s))
		return -1;
	listing_release(l);
	r = store_reply(s->store, 0);
	for (size_t i = 0; i + 1 < store_count(r); i += 2)
		add_public(l, store_text(store_item(r, i)),
			store_text(store_item(r, i + 1)));
	if (l->n)
		qsort(l->entries, l->n, sizeof *l->entries, by_slug);
	return 0;
}

static void read_view(struct listing_entry *e, const struct store_reply *r,
	double now)
{
	char why[VIEW_WHY];

	view_release(&e->view);
	if (view_read(store_text(r), true, now, &e->view, why))
		log_error("%s: verdict: %s", e->slug, why);
}

/* How many are asked for at once: memory for replies is not for all of them. */
static size_t batch(size_t left)
{
	return left < LISTING_BATCH ? left : LISTING_BATCH;
}

static int load_views(struct source *s, double now, struct listing *l)
{
	char key[KEY_MAX];

	if (fetch_open(s))
		return -1;
	for (size_t from = 0; from < l->n; from += LISTING_BATCH) {
		size_t n = batch(l->n - from);

		for (size_t i = 0; i < n; i++)
			store_add(s->store, "GET",
				key_verdict(key, l->entries[from + i].slug),
				NULL);
		if (fetch_run(s))
			return -1;
		for (size_t i = 0; i < n; i++)
			read_view(&l->entries[from + i],
				store_reply(s->store, i), now);
	}
	return 0;
}

static struct kept_listing *kept(struct source *s)
{
	if (!s->listing)
		s->listing = xcalloc(1, sizeof *s->listing);
	return s->listing;
}

int fetch_listing(struct source *s, const struct listing **l)
{
	struct kept_listing *k = kept(s);
	double now_ms = clock_mono_ms();

	*l = &k->all;
	if (now_ms < k->listed_until_ms)
		return 0;
	if (load(s, &k->all))
		return -1;
	k->viewed_until_ms = 0;
	k->listed_until_ms = good_until(s, now_ms);
	return 0;
}

int fetch_views(struct source *s, double now, const struct listing **l)
{
	double now_ms = clock_mono_ms();

	if (fetch_listing(s, l))
		return -1;
	if (now_ms < s->listing->viewed_until_ms)
		return 0;
	if (load_views(s, now, &s->listing->all))
		return -1;
	/* A new list has no views, so list and views expire together. */
	s->listing->viewed_until_ms = good_until(s, now_ms);
	s->listing->listed_until_ms = s->listing->viewed_until_ms;
	return 0;
}

int fetch_names(struct source *s, const struct strings **names)
{
	struct kept_listing *k = kept(s);
	double now_ms = clock_mono_ms();
	const struct store_reply *r;

	*names = &k->names;
	if (now_ms < k->named_until_ms)
		return 0;
	if (fetch_open(s))
		return -1;
	store_add(s->store, "HKEYS", KEY_SERVERS, NULL);
	if (fetch_run(s))
		return -1;
	strings_clear(&k->names);
	r = store_reply(s->store, 0);
	for (size_t i = 0; i < store_count(r); i++)
		if (store_text(store_item(r, i)))
			strings_add(&k->names, store_text(store_item(r, i)));
	k->named_until_ms = good_until(s, now_ms);
	return 0;
}

/* Ask for the entries of a batch; one of fewer names takes as long. */
static int ask_names(struct source *s, const char **names, size_t n)
{
	if (fetch_open(s))
		return -1;
	for (size_t i = 0; i < NAMES_BATCH; i++)
		store_add(s->store, "HGET", KEY_SERVERS, i < n ? names[i] : "",
			NULL);
	return fetch_run(s);
}

int fetch_public(struct source *s, const char **names, size_t n, size_t max)
{
	size_t found = 0, from = 0;

	do {
		size_t end = n - from < NAMES_BATCH ? n : from + NAMES_BATCH;

		if (ask_names(s, names + from, end - from))
			return -1;
		for (size_t i = from; i < end && found < max; i++) {
			struct server server;

			if (!read_public(names[i],
				    store_text(store_reply(s->store, i - from)),
				    false, &server))
				continue;
			server_release(&server);
			names[found++] = names[i];
		}
		from = end;
	} while (from < n && found < max);
	return (int)found;
}

/* Add the i-th server of the account: three replies are about it. */
static void add_own(struct source *s, size_t i, const char *slug,
	const char *token, double now, struct listing *l)
{
	const char *open = store_text(store_reply(s->store, 3 * i));
	const char *json = open && *open
		? open
		: store_text(store_reply(s->store, 3 * i + 1));
	char why[SERVER_WHY];
	struct server server;

	if (!json)
		return;
	if (server_read(json, true, &server, why)) {
		log_warn("%s: entry: %s", slug, why);
		return;
	}
	/* The account may have changed hands since its entry was read. */
	if (server.token_sha256 && strcmp(server.token_sha256, token) == 0) {
		add_entry(l, slug, &server);
		read_view(&l->entries[l->n - 1],
			store_reply(s->store, 3 * i + 2), now);
	}
	server_release(&server);
}

static int load_own(struct source *s, const char *const *slugs, size_t n,
	const char *token, double now, struct listing *l)
{
	char key[KEY_MAX];

	for (size_t i = 0; i < n; i++) {
		store_add(s->store, "HGET", KEY_SERVERS, slugs[i], NULL);
		store_add(s->store, "HGET", KEY_PRIVATE,
			key_secret(key, slugs[i], token), NULL);
		store_add(s->store, "GET", key_verdict(key, slugs[i]), NULL);
	}
	if (fetch_run(s))
		return -1;
	for (size_t i = 0; i < n; i++)
		add_own(s, i, slugs[i], token, now, l);
	return 0;
}

int fetch_account_listing(struct source *s, const struct account *a,
	const char *token, double now, struct listing *l)
{
	*l = (struct listing) {0};
	if (fetch_open(s))
		return -1;
	for (size_t from = 0; from < a->n; from += LISTING_BATCH)
		if (load_own(s, a->slugs + from, batch(a->n - from), token, now,
			    l))
			return -1;
	return 0;
}

void fetch_forget(struct source *s)
{
	if (s->listing) {
		listing_release(&s->listing->all);
		strings_release(&s->listing->names);
	}
	free(s->listing);
	s->listing = NULL;
}

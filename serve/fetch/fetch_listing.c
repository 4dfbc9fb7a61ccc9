#include "fetch/fetch_listing.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "data/entries.h"
#include "data/incidents.h"
#include "data/maintenance.h"
#include "data/places.h"
#include "data/search.h"
#include "data/view.h"
#include "fetch/fetch.h"
#include "fetch/fetch_maintenance.h"
#include "store/keys.h"
#include "store/store.h"
#include "words/words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Verdicts that are asked for in one round trip. */
#define LISTING_BATCH 500
/* Names of which it is asked together whether they are public. */
#define NAMES_BATCH 50
/* The sentence of a server, in bytes. */
#define SENTENCE_MAX 4096

/* What is known of all servers, and how long each part of it is good. */
struct kept_listing {
	struct listing all; /* the public ones */
	struct names names;
	/* Of clock_mono_ms. */
	double listed_until_ms, viewed_until_ms, named_until_ms;
};

double fetch_good_until(const struct source *s, double began_ms)
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
		.account = server->account ? xstrdup(server->account) : NULL,
		.group = server->group ? xstrdup(server->group) : NULL,
		.tags = server->tags ? xstrdup(server->tags) : NULL,
		.words = search_words(slug, server->title),
		.expected = server->n_regions,
	};
	snprintf(e->slug, sizeof e->slug, "%s", slug);
}

bool fetch_read_public(const char *slug, const char *json, bool regions,
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

	if (!fetch_read_public(slug, json, true, &server))
		return;
	add_entry(l, slug, &server);
	server_release(&server);
}

static int by_slug(const void *a, const void *b)
{
	const struct listing_entry *x = a, *y = b;

	return strcmp(x->slug, y->slug);
}

bool listing_has(const struct listing *l, const struct listing_entry *e)
{
	return l->n && bsearch(e, l->entries, l->n, sizeof *e, by_slug);
}

void listing_release(struct listing *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->entries[i].title);
		free(l->entries[i].account);
		free(l->entries[i].group);
		free(l->entries[i].tags);
		free(l->entries[i].words);
		free(l->entries[i].sentence);
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

/*
 * What mcp-alert keeps of a server, where an incident is open: of a fleet that is
 * well, no history is sent. KEYS: key_alert; ARGV: INCIDENTS_OPEN.
 */
static const char read_open[] =
	"local a = redis.call('GET', KEYS[1]) "
	"return a and a:find(ARGV[1], 1, true) and a";

void fetch_ask_open(struct source *s, const char *slug)
{
	char alert[KEY_MAX];

	store_add(s->store, "EVAL", read_open, "1", key_alert(alert, slug),
		INCIDENTS_OPEN, NULL);
}

/* Queue the questions for what is known of a server now: two replies. */
static void ask_now(struct source *s, const char *slug)
{
	char verdict[KEY_MAX];

	store_add(s->store, "GET", key_verdict(verdict, slug), NULL);
	fetch_ask_open(s, slug);
}

/* A server of which there is more to say than its state. */
struct notable {
	struct listing_entry *entry;
	struct incidents incidents;
	struct tool_split tool_split;
	bool maintenance;
};

static struct condition_facts facts_of(const struct notable *n)
{
	return (struct condition_facts) {.view = &n->entry->view,
		.incidents = &n->incidents,
		.tool_split = &n->tool_split,
		.maintenance = n->maintenance};
}

/*
 * Read the two replies of ask_now; true where the server is notable, and then
 * put_sentence releases *n.
 */
static bool read_now(struct listing_entry *e, const char *verdict,
	const char *alert, struct plan *plan, struct notable *n)
{
	char why[VIEW_WHY];
	struct condition_facts facts;
	struct occurrence work;

	*n = (struct notable) {.entry = e};
	work = plan_of(plan, e->slug, e->account);
	n->maintenance = work.found;
	e->work_since = work.found ? work.start : 0;
	free(e->sentence);
	e->sentence = NULL;
	view_release(&e->view);
	if (view_read(verdict, true, plan->now, &e->view, why))
		log_error("%s: verdict: %s", e->slug, why);
	/* A tree is only made of what has sides at all. */
	if (verdict && strstr(verdict, "\"sides\":[{"))
		tool_split_read(verdict, &n->tool_split);
	if (alert)
		incidents_read(alert, &n->incidents);
	facts = facts_of(n);
	e->condition = condition_of(&facts);
	if (!condition_plain(e->condition))
		return true;
	incidents_release(&n->incidents);
	tool_split_release(&n->tool_split);
	return false;
}

/* `server` is its entry, or NULL where that cannot be read. */
static void put_sentence(struct notable *n, const struct server *server)
{
	struct condition_facts facts = facts_of(n);
	struct places places;
	struct buf b;

	if (server) {
		buf_init(&b, SENTENCE_MAX);
		places_read(&places, server, &n->entry->view);
		condition_put(&b, n->entry->condition, &facts, &places);
		n->entry->sentence = buf_ok(&b) ? xstrdup(b.p) : NULL;
		places_release(&places);
		buf_release(&b);
	}
	incidents_release(&n->incidents);
	tool_split_release(&n->tool_split);
}

/* Their places are in their entries, which the list does not keep. */
static int put_sentences(struct source *s, struct notable *v, size_t n)
{
	struct server server;
	int failed = 0;

	for (size_t i = 0; i < n; i++)
		store_add(s->store, "HGET", KEY_SERVERS, v[i].entry->slug,
			NULL);
	if (n)
		failed = fetch_run(s);
	for (size_t i = 0; i < n; i++) {
		const char *slug = v[i].entry->slug;
		bool there = !failed &&
			fetch_read_public(slug,
				store_text(store_reply(s->store, i)), true,
				&server);

		put_sentence(&v[i], there ? &server : NULL);
		if (there)
			server_release(&server);
	}
	return failed;
}

/* How many are asked for at once: memory for replies is not for all of them. */
static size_t batch(size_t left)
{
	return left < LISTING_BATCH ? left : LISTING_BATCH;
}

static int load_batch(struct source *s, struct plan *plan,
	struct listing_entry *e, size_t n, struct notable *notable)
{
	size_t n_notable = 0;

	for (size_t i = 0; i < n; i++)
		ask_now(s, e[i].slug);
	if (fetch_run(s))
		return -1;
	for (size_t i = 0; i < n; i++)
		n_notable += read_now(&e[i],
			store_text(store_reply(s->store, 2 * i)),
			store_text(store_reply(s->store, 2 * i + 1)), plan,
			&notable[n_notable]);
	return put_sentences(s, notable, n_notable);
}

static int load_views(struct source *s, double now, struct listing *l)
{
	struct notable *notable;
	struct plan plan;
	int failed = fetch_plan(s, now, &plan);

	if (failed)
		return failed;
	notable = xcalloc(LISTING_BATCH, sizeof *notable);
	for (size_t from = 0; from < l->n && !failed; from += LISTING_BATCH)
		failed = load_batch(s, &plan, l->entries + from,
			batch(l->n - from), notable);
	plan_release(&plan);
	free(notable);
	return failed;
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
	k->listed_until_ms = fetch_good_until(s, now_ms);
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
	s->listing->viewed_until_ms = fetch_good_until(s, now_ms);
	s->listing->listed_until_ms = s->listing->viewed_until_ms;
	return 0;
}

int fetch_counts(struct source *s, double now,
	size_t counts[CONDITION_STATES])
{
	const struct listing *l;

	if (fetch_views(s, now, &l))
		return -1;
	for (int i = 0; i < CONDITION_STATES; i++)
		counts[i] = 0;
	for (size_t i = 0; i < l->n; i++)
		counts[l->entries[i].condition.state]++;
	return 0;
}

int fetch_names(struct source *s, const struct names **names)
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
	names_clear(&k->names);
	r = store_reply(s->store, 0);
	for (size_t i = 0; i < store_count(r); i++)
		if (store_text(store_item(r, i)))
			names_add(&k->names, store_text(store_item(r, i)));
	k->named_until_ms = fetch_good_until(s, now_ms);
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

			if (!fetch_read_public(names[i],
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

/* Add the i-th server of the account: four replies are about it. */
static void add_own(struct source *s, size_t i, const char *slug,
	const char *token, struct plan *plan, struct listing *l)
{
	const char *v[4];
	char why[SERVER_WHY];
	struct notable notable;
	struct server server;

	for (size_t k = 0; k < 4; k++)
		v[k] = store_text(store_reply(s->store, 4 * i + k));
	if (!v[0] || !*v[0])
		v[0] = v[1];
	if (!v[0])
		return;
	if (server_read(v[0], true, &server, why)) {
		log_warn("%s: entry: %s", slug, why);
		return;
	}
	/* The account may have changed hands since its entry was read. */
	if (server.token_sha256 && strcmp(server.token_sha256, token) == 0) {
		add_entry(l, slug, &server);
		if (read_now(&l->entries[l->n - 1], v[2], v[3], plan,
			    &notable))
			put_sentence(&notable, &server);
	}
	server_release(&server);
}

static int load_own(struct source *s, const char *const *slugs, size_t n,
	const char *token, struct plan *plan, struct listing *l)
{
	char key[KEY_MAX];

	for (size_t i = 0; i < n; i++) {
		store_add(s->store, "HGET", KEY_SERVERS, slugs[i], NULL);
		store_add(s->store, "HGET", KEY_PRIVATE,
			key_secret(key, slugs[i], token), NULL);
		ask_now(s, slugs[i]);
	}
	if (fetch_run(s))
		return -1;
	for (size_t i = 0; i < n; i++)
		add_own(s, i, slugs[i], token, plan, l);
	return 0;
}

int fetch_account_listing(struct source *s, const struct account *a,
	const char *token, double now, struct listing *l)
{
	struct plan plan;
	int failed;

	*l = (struct listing) {0};
	failed = fetch_plan(s, now, &plan);
	for (size_t from = 0; from < a->n && !failed; from += LISTING_BATCH)
		failed = load_own(s, a->slugs + from, batch(a->n - from), token,
			&plan, l);
	plan_release(&plan);
	return failed;
}

void fetch_forget(struct source *s)
{
	if (s->listing) {
		listing_release(&s->listing->all);
		names_release(&s->listing->names);
	}
	free(s->listing);
	s->listing = NULL;
}

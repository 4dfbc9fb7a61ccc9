/* SPDX-License-Identifier: MIT */
#include "fetch/fetch_listing.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "data/entries.h"
#include "data/incidents.h"
#include "data/maintenance.h"
#include "data/places.h"
#include "fetch/fetch.h"
#include "fetch/listing_parts.h"
#include "source/source.h"
#include "store/keys.h"
#include "store/store.h"
#include "words/words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Names of which it is asked together whether they are public. */
#define NAMES_BATCH 50
/* The sentence of a server, in bytes. */
#define SENTENCE_MAX 4096

struct index_entry *listing_add(struct listing *l, char *text)
{
	struct index_entry *e;

	l->v = xgrow(l->v, &l->cap, l->n + 1, sizeof *l->v);
	e = &l->v[l->n++];
	*e = (struct index_entry) {.text = text, .slug = text};
	return e;
}

static void add_entry(struct listing *l, const char *slug,
	const struct server *server)
{
	enum { SLUG, TITLE, ACCOUNT, GROUP, TAGS, STRINGS };
	const char *strings[STRINGS] = {slug, server->title, server->account,
		server->group, server->tags};
	struct index_entry *e;
	struct buf text;
	size_t at[STRINGS];

	buf_init(&text, SIZE_MAX);
	for (int i = 0; i < STRINGS; i++) {
		at[i] = text.len;
		buf_str(&text, strings[i] ? strings[i] : "");
		buf_char(&text, '\0');
	}
	e = listing_add(l, memcpy(xmalloc(text.len), text.p, text.len));
	buf_release(&text);
	e->row.title = e->text + at[TITLE];
	e->row.account = e->text + at[ACCOUNT];
	e->row.group = e->text + at[GROUP];
	e->row.tags = e->text + at[TAGS];
	memset(e->row.days, LISTING_DAY_NONE, LISTING_DAYS);
	e->view = xcalloc(1, sizeof *e->view);
	e->words = search_words(slug, server->title);
	e->expected = server->n_regions;
	e->is_private = server->is_private;
}

bool listing_public(const char *slug, const char *json, bool regions,
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

	if (!listing_public(slug, json, true, &server))
		return;
	add_entry(l, slug, &server);
	server_release(&server);
}

static int entry_order(const void *a, const void *b)
{
	const struct index_entry *x = a, *y = b;

	return strcmp(x->slug, y->slug);
}

bool listing_has(const struct listing *l, const struct index_entry *e)
{
	return l->n && bsearch(e, l->v, l->n, sizeof *e, entry_order);
}

void listing_release(struct listing *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->v[i].text);
		free(l->v[i].sentence);
		free(l->v[i].words);
		if (l->v[i].view)
			view_release(l->v[i].view);
		free(l->v[i].view);
	}
	free(l->v);
	*l = (struct listing) {0};
}

static int load_entries(struct source *s, struct listing *l)
{
	const struct store_reply *r;

	if (source_open(s))
		return -1;
	store_add(s->store, "HGETALL", KEY_SERVERS, NULL);
	if (source_run(s))
		return -1;
	listing_release(l);
	r = store_reply(s->store, 0);
	for (struct store_field f = {.next = 0}; store_field(r, &f);)
		add_public(l, f.name, f.text);
	if (l->n)
		qsort(l->v, l->n, sizeof *l->v, entry_order);
	return 0;
}

/* ---- The state of a server, from its verdict and its incidents. */

void listing_verdict(const char *slug, const char *verdict, double now,
	struct view *v)
{
	char why[VIEW_WHY];

	if (view_read(verdict, true, now, v, why))
		log_error("%s: verdict: %s", slug, why);
}

char *listing_sentence(struct condition c,
	const struct condition_facts *facts, const struct server *server)
{
	struct places places;
	struct buf b;
	char *sentence;

	buf_init(&b, SENTENCE_MAX);
	places_read(&places, server, facts->view);
	condition_put(&b, c, facts, &places);
	sentence = buf_ok(&b) ? xstrdup(b.p) : NULL;
	places_release(&places);
	buf_release(&b);
	return sentence;
}

/*
 * The state that mcp-alert keeps of a server, where an incident is open: for a
 * fleet that is well, no history is sent. KEYS: key_alert; ARGV:
 * INCIDENTS_OPEN.
 */
static const char read_open[] =
	"local a = redis.call('GET', KEYS[1]) "
	"return a and a:find(ARGV[1], 1, true) and a";

void listing_ask_open(struct source *s, const char *slug)
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
	listing_ask_open(s, slug);
}

void listing_set_since(struct index_entry *e, const struct occurrence *work)
{
	switch (e->condition.state) {
	case CONDITION_MAINTENANCE:
		e->since = work->start;
		break;
	case CONDITION_STALE:
		e->since = e->row.window;
		break;
	case CONDITION_PENDING:
		e->since = 0;
		break;
	default:
		e->since = e->row.since > e->condition.since
				   ? e->row.since
				   : e->condition.since;
	}
}

/* As listing_rows.c reckons it: the regions themselves may not be known so long. */
static int64_t since_of(const struct view *v)
{
	bool green = v->verdict == VERDICT_GREEN;
	double at = NAN;

	for (size_t i = 0; i < v->n_regions; i++) {
		const struct view_region *r = &v->regions[i];

		if (!(r->since > 0) || r->place == PLACE_NO_DATA ||
			(r->place == PLACE_WORKING) != green)
			continue;
		at = green ? fmax(at, r->since) : fmin(at, r->since);
	}
	return isnan(at) ? 0 : (int64_t)floor(at);
}

void listing_row_of(struct listing_row *row, const struct view *v)
{
	row->published = v->freshness != VIEW_NONE;
	row->window = row->published ? v->as_of : 0;
	row->verdict = v->verdict;
	row->since = since_of(v);
	row->uptime_30d = v->uptime_30d;
	row->p95_ms = v->p95_ms;
}

/* A server of which there is more to say than its state. */
struct described_entry {
	struct index_entry *entry;
	struct incidents incidents;
	struct tool_split tool_split;
	bool maintenance;
};

static struct condition_facts facts_of(const struct described_entry *n)
{
	return (struct condition_facts) {.view = n->entry->view,
		.incidents = &n->incidents,
		.tool_split = &n->tool_split,
		.maintenance = n->maintenance};
}

/*
 * Read the two replies of ask_now; true where the state needs a sentence, and
 * then put_sentence releases *n.
 */
static bool read_now(struct index_entry *e, const char *verdict,
	const char *alert, struct plan *plan, struct described_entry *n)
{
	struct condition_facts facts;
	struct occurrence work;

	*n = (struct described_entry) {.entry = e};
	work = plan_of(plan, e->slug, index_account(e));
	n->maintenance = work.found;
	free(e->sentence);
	e->sentence = NULL;
	view_release(e->view);
	listing_verdict(e->slug, verdict, plan->now, e->view);
	listing_row_of(&e->row, e->view);
	tool_split_read(verdict, &n->tool_split);
	if (alert)
		incidents_read(alert, &n->incidents);
	facts = facts_of(n);
	e->condition = condition_of(&facts);
	listing_set_since(e, &work);
	if (!condition_plain(e->condition))
		return true;
	incidents_release(&n->incidents);
	tool_split_release(&n->tool_split);
	return false;
}

/* `server` is its entry, or NULL where that cannot be read. */
static void put_sentence(struct described_entry *n, const struct server *server)
{
	struct condition_facts facts = facts_of(n);

	if (server)
		n->entry->sentence =
			listing_sentence(n->entry->condition, &facts, server);
	incidents_release(&n->incidents);
	tool_split_release(&n->tool_split);
}

/* Their places are in their entries, which the list does not keep. */
static int put_sentences(struct source *s, struct described_entry *v, size_t n)
{
	struct server server;
	int failed = 0;

	for (size_t i = 0; i < n; i++)
		store_add(s->store, "HGET", KEY_SERVERS, v[i].entry->slug,
			NULL);
	if (n)
		failed = source_run(s);
	for (size_t i = 0; i < n; i++) {
		const char *slug = v[i].entry->slug;
		bool there = !failed &&
			listing_public(slug,
				store_text(store_reply(s->store, i)), true,
				&server);

		put_sentence(&v[i], there ? &server : NULL);
		if (there)
			server_release(&server);
	}
	return failed;
}

size_t listing_batch(size_t left)
{
	return left < LISTING_BATCH ? left : LISTING_BATCH;
}

static int load_batch(struct source *s, struct plan *plan,
	struct index_entry *e, size_t n, struct described_entry *described)
{
	size_t n_described = 0;

	for (size_t i = 0; i < n; i++)
		ask_now(s, e[i].slug);
	if (source_run(s))
		return -1;
	for (size_t i = 0; i < n; i++)
		n_described += read_now(&e[i],
			store_text(store_reply(s->store, 2 * i)),
			store_text(store_reply(s->store, 2 * i + 1)), plan,
			&described[n_described]);
	return put_sentences(s, described, n_described);
}

static int load_views(struct source *s, double now, struct listing *l)
{
	struct described_entry *described;
	struct plan plan;
	int failed = fetch_plan(s, now, &plan);

	if (failed)
		return failed;
	described = xcalloc(LISTING_BATCH, sizeof *described);
	for (size_t from = 0; from < l->n && !failed; from += LISTING_BATCH)
		failed = load_batch(s, &plan, l->v + from,
			listing_batch(l->n - from), described);
	plan_release(&plan);
	free(described);
	return failed;
}

struct kept_listing *listing_kept(struct source *s)
{
	if (!s->listing)
		s->listing = xcalloc(1, sizeof *s->listing);
	return s->listing;
}

int fetch_listing(struct source *s, const struct listing **l)
{
	struct kept_listing *k = listing_kept(s);
	double now_ms = clock_mono_ms();

	*l = &k->all;
	if (now_ms < k->listed_until_ms)
		return 0;
	if (load_entries(s, &k->all))
		return -1;
	k->viewed_until_ms = 0;
	k->listed_until_ms = source_good_until(s, now_ms);
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
	s->listing->viewed_until_ms = source_good_until(s, now_ms);
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
		counts[l->v[i].condition.state]++;
	return 0;
}

int fetch_verdicts_of(struct source *s, const char *const *slugs, size_t n)
{
	char key[KEY_MAX];

	if (source_open(s))
		return -1;
	for (size_t i = 0; i < n; i++)
		store_add(s->store, "GET", key_verdict(key, slugs[i]), NULL);
	return source_run(s);
}

const char *fetch_verdict(const struct source *s, size_t i)
{
	return store_text(store_reply(s->store, i));
}

int fetch_names(struct source *s, const struct names **names)
{
	struct kept_listing *k = listing_kept(s);
	double now_ms = clock_mono_ms();
	const struct store_reply *r;

	*names = &k->names;
	if (now_ms < k->named_until_ms)
		return 0;
	if (source_open(s))
		return -1;
	store_add(s->store, "HKEYS", KEY_SERVERS, NULL);
	if (source_run(s))
		return -1;
	names_clear(&k->names);
	r = store_reply(s->store, 0);
	for (size_t i = 0; i < store_count(r); i++)
		if (store_text(store_item(r, i)))
			names_add(&k->names, store_text(store_item(r, i)));
	k->named_until_ms = source_good_until(s, now_ms);
	return 0;
}

/* Ask for the entries of a batch; one of fewer names takes as long. */
static int ask_names(struct source *s, const char **names, size_t n)
{
	if (source_open(s))
		return -1;
	for (size_t i = 0; i < NAMES_BATCH; i++)
		store_add(s->store, "HGET", KEY_SERVERS, i < n ? names[i] : "",
			NULL);
	return source_run(s);
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

			if (!listing_public(names[i],
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
	struct described_entry described;
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
		if (read_now(&l->v[l->n - 1], v[2], v[3], plan,
			    &described))
			put_sentence(&described, &server);
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
	if (source_run(s))
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
		failed = load_own(s, a->slugs + from, listing_batch(a->n - from), token,
			&plan, l);
	plan_release(&plan);
	return failed;
}

void fetch_forget_listing(struct source *s)
{
	if (s->listing) {
		listing_release(&s->listing->all);
		listing_release(&s->listing->index);
		names_release(&s->listing->names);
	}
	free(s->listing);
	s->listing = NULL;
}

/* SPDX-License-Identifier: MIT */
#include "fetch/fetch_listing.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/num.h"
#include "base/strings.h"
#include "base/xalloc.h"
#include "data/entries.h"
#include "data/history.h"
#include "data/incidents.h"
#include "data/maintenance.h"
#include "data/places.h"
#include "data/search.h"
#include "data/view.h"
#include "fetch/fetch.h"
#include "source/source.h"
#include "store/keys.h"
#include "store/store.h"
#include "words/words.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* How many servers are asked about in one round trip. */
#define LISTING_BATCH 500
/* Names of which it is asked together whether they are public. */
#define NAMES_BATCH 50
/* The sentence of a server, in bytes. */
#define SENTENCE_MAX 4096

/* The lists of all servers, and until when each of them is good. */
struct kept_listing {
	struct listing all; /* the public ones */
	struct listing index; /* likewise, of their rows */
	bool unkept; /* mcp-aggregate keeps no rows: the index is `all` */
	struct names names;
	/* Instants of clock_mono_ms. */
	double listed_until_ms, viewed_until_ms, named_until_ms,
		indexed_until_ms;
};

/* Add an entry that owns the text, which begins with its slug. */
static struct index_entry *add_index_entry(struct listing *l, char *text)
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
	e = add_index_entry(l, memcpy(xmalloc(text.len), text.p, text.len));
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

/*
 * Read an entry of KEY_SERVERS, which may be NULL, with its regions or without.
 * Whether it is public: the caller then frees *server. Where it is empty the
 * server is private.
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
	for (size_t i = 0; i + 1 < store_count(r); i += 2)
		add_public(l, store_text(store_item(r, i)),
			store_text(store_item(r, i + 1)));
	if (l->n)
		qsort(l->v, l->n, sizeof *l->v, entry_order);
	return 0;
}

/* ---- The state of a server, from its verdict and its incidents. */

static void read_verdict_of(const char *slug, const char *verdict, double now,
	struct view *v)
{
	char why[VIEW_WHY];

	if (view_read(verdict, true, now, v, why))
		log_error("%s: verdict: %s", slug, why);
}

/* The sentence of a condition; the caller frees it. */
static char *sentence_of(struct condition c,
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

static void ask_open(struct source *s, const char *slug)
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
	ask_open(s, slug);
}

static void set_since(struct index_entry *e, const struct occurrence *work)
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

/* Fill the row of what a verdict says. */
static void row_of_view(struct listing_row *row, const struct view *v)
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
	read_verdict_of(e->slug, verdict, plan->now, e->view);
	row_of_view(&e->row, e->view);
	tool_split_read(verdict, &n->tool_split);
	if (alert)
		incidents_read(alert, &n->incidents);
	facts = facts_of(n);
	e->condition = condition_of(&facts);
	set_since(e, &work);
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
			sentence_of(n->entry->condition, &facts, server);
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
			read_public(slug,
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
			batch(l->n - from), described);
	plan_release(&plan);
	free(described);
	return failed;
}

static struct kept_listing *kept_listing_of(struct source *s)
{
	if (!s->listing)
		s->listing = xcalloc(1, sizeof *s->listing);
	return s->listing;
}

int fetch_listing(struct source *s, const struct listing **l)
{
	struct kept_listing *k = kept_listing_of(s);
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
	struct kept_listing *k = kept_listing_of(s);
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
		failed = load_own(s, a->slugs + from, batch(a->n - from), token,
			&plan, l);
	plan_release(&plan);
	return failed;
}

/* ---- The rows of all public servers. */

static struct view view_of_row(const struct listing_row *row, double now)
{
	double age = now - (double)row->window;

	return (struct view) {.verdict = row->verdict,
		.as_of = row->window,
		.freshness = !row->published           ? VIEW_NONE
			     : fabs(age) > VIEW_STALE_S ? VIEW_STALE
							: VIEW_FRESH};
}

/* How it is now, by its row; `incidents` are those that are open. */
static void judge(struct index_entry *e, struct plan *plan,
	const struct incidents *incidents)
{
	struct view view = view_of_row(&e->row, plan->now);
	struct tool_split split = {.n = e->row.sides ? 2 : 0};
	struct occurrence work = plan_of(plan, e->slug, index_account(e));
	struct condition_facts facts = {.view = &view,
		.incidents = incidents,
		.tool_split = &split,
		.maintenance = work.found};

	e->condition = condition_of(&facts);
	set_since(e, &work);
}

/* The slug stands before its row, in the text that the entry owns. */
static void add_row(
	struct listing *l, const char *slug, const char *row)
{
	size_t n = strlen(slug) + 1, size = strlen(row) + 1;
	struct index_entry *e;
	char *text;

	if (!slug_valid(slug) || size > LISTING_ROW_MAX)
		return;
	text = xmalloc(n + size);
	memcpy(text, slug, n);
	memcpy(text + n, row, size);
	e = add_index_entry(l, text);
	if (listing_row_read(text + n, &e->row))
		return;
	log_warn("%s: %s: no row", KEY_LISTING, slug);
	free(text);
	l->n--;
}

/* The slugs of KEY_OPEN, in order; they live until the next round trip. */
struct open_slugs {
	const char **v;
	size_t n;
};

static struct open_slugs read_open_slugs(const struct store_reply *r)
{
	struct open_slugs open = {.v = xcalloc(store_count(r) + 1,
		sizeof *open.v)};

	for (size_t i = 0; i < store_count(r); i++)
		if (store_text(store_item(r, i)))
			open.v[open.n++] = store_text(store_item(r, i));
	if (open.n)
		qsort(open.v, open.n, sizeof *open.v, strings_order);
	return open;
}

static bool is_open(const struct open_slugs *open, const char *slug)
{
	return open->n && bsearch(&slug, open->v, open->n, sizeof *open->v,
		strings_order);
}

/*
 * Read the rows. False where nobody keeps them: an older mcp-aggregate, or one that
 * has no configuration, published something later.
 */
static bool read_rows(const struct store_reply *rows,
	const struct store_reply *beat, struct listing *l)
{
	double upto = NAN, at = stage_beat(STAGE_VERDICT, store_text(beat));

	for (size_t i = 0; i + 1 < store_count(rows); i += 2) {
		const char *slug = store_text(store_item(rows, i));
		const char *row = store_text(store_item(rows, i + 1));

		if (slug && row && strcmp(slug, LISTING_UPTO) == 0)
			num_epoch(row, &upto);
		else if (slug && row)
			add_row(l, slug, row);
	}
	return !isnan(upto) && (isnan(at) || at - upto < VIEW_STALE_S);
}

static const struct incidents no_incidents;

/* Which entries need their verdict, and how it is read. */
struct closer {
	bool (*wanted)(const struct index_entry *e);
	void (*read)(struct index_entry *e, const char *verdict,
		struct plan *plan);
};

/* An older program may have published a verdict of which no row knows. */
static bool lacks_verdict(const struct index_entry *e)
{
	return !e->row.published;
}

static void read_verdict(
	struct index_entry *e, const char *verdict, struct plan *plan)
{
	struct view v;

	read_verdict_of(e->slug, verdict, plan->now, &v);
	row_of_view(&e->row, &v);
	view_release(&v);
	judge(e, plan, &no_incidents);
}

/* The row says that tool lists differ, and not since when. */
static bool lacks_split(const struct index_entry *e)
{
	return e->condition.note == NOTE_TOOLS && !e->condition.since;
}

static void read_split(
	struct index_entry *e, const char *verdict, struct plan *plan)
{
	struct tool_split split;

	(void)plan;
	tool_split_read(verdict, &split);
	if (split.n)
		e->condition.since = split.v[split.n - 1].first_seen;
	if (e->since < e->condition.since)
		e->since = e->condition.since;
	tool_split_release(&split);
}

static int look_closer(struct source *s, struct plan *plan,
	struct listing *l, const struct closer *how)
{
	const char *slugs[LISTING_BATCH];
	struct index_entry *asked[LISTING_BATCH];
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++) {
		if (how->wanted(&l->v[i])) {
			asked[n] = &l->v[i];
			slugs[n++] = l->v[i].slug;
		}
		if (!n || (n < LISTING_BATCH && i + 1 < l->n))
			continue;
		if (fetch_verdicts_of(s, slugs, n))
			return -1;
		while (n--)
			how->read(asked[n], fetch_verdict(s, n), plan);
		n = 0;
	}
	return 0;
}

static int look_for_verdicts(
	struct source *s, struct plan *plan, struct listing *l)
{
	return look_closer(s, plan, l,
		       &(struct closer) {lacks_verdict, read_verdict}) ||
			       look_closer(s, plan, l,
				       &(struct closer) {
					       lacks_split, read_split})
		? -1 : 0;
}

/* Those that work, and have an open incident. */
static int look_for_incidents(struct source *s, struct plan *plan,
	struct index_entry *const *v, size_t n)
{
	for (size_t from = 0; from < n; from += LISTING_BATCH) {
		size_t end = from + batch(n - from);

		for (size_t i = from; i < end; i++)
			ask_open(s, v[i]->slug);
		if (source_run(s))
			return -1;
		for (size_t i = from; i < end; i++) {
			const char *state =
				store_text(store_reply(s->store, i - from));
			struct incidents incidents = {0};

			if (!state)
				continue;
			incidents_read(state, &incidents);
			judge(v[i], plan, &incidents);
			incidents_release(&incidents);
		}
	}
	return 0;
}

/* Judge the rows; *open are those to be looked at more closely. */
static size_t judge_rows(struct listing *l, struct plan *plan,
	const struct open_slugs *slugs, struct index_entry **open)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++) {
		struct index_entry *e = &l->v[i];

		judge(e, plan, &no_incidents);
		if (e->condition.state == CONDITION_UP && is_open(slugs, e->slug))
			open[n++] = e;
	}
	return n;
}

static int load_rows(
	struct source *s, struct plan *plan, struct listing *l)
{
	struct index_entry **open;
	struct open_slugs slugs;
	size_t n;
	int rc;

	store_add(s->store, "HGETALL", KEY_LISTING, NULL);
	store_add(s->store, "HGET", KEY_HEARTBEATS, stage_name(STAGE_VERDICT),
		NULL);
	store_add(s->store, "SMEMBERS", KEY_OPEN, NULL);
	if (source_run(s))
		return -1;
	if (!read_rows(store_reply(s->store, 0), store_reply(s->store, 1), l)) {
		listing_release(l);
		return 1;
	}
	slugs = read_open_slugs(store_reply(s->store, 2));
	open = xcalloc(l->n + 1, sizeof *open);
	n = judge_rows(l, plan, &slugs, open);
	rc = look_for_incidents(s, plan, open, n) ||
	     look_for_verdicts(s, plan, l);
	free(slugs.v);
	free(open);
	return rc ? -1 : 0;
}

int fetch_index(struct source *s, double now, const struct listing **l)
{
	struct kept_listing *k = kept_listing_of(s);
	double now_ms = clock_mono_ms();
	struct plan *plan;
	int rc;

	*l = &k->index;
	if (now_ms >= k->indexed_until_ms) {
		listing_release(&k->index);
		k->indexed_until_ms = 0;
		if (fetch_kept_plan(s, now, &plan))
			return -1;
		rc = load_rows(s, plan, &k->index);
		if (rc < 0)
			return -1;
		k->unkept = rc > 0;
		k->indexed_until_ms = source_good_until(s, now_ms);
	}
	return k->unkept ? fetch_views(s, now, l) : 0;
}

/* ---- The rows of a page. */

/* A row of which there is more to say than its state. */
struct described_row {
	struct index_row *row;
	struct server server;
	struct incidents incidents;
};

/* The sentence of the verdict, if it is the verdict of the row. */
static void put_row_sentence(
	struct described_row *n, const char *verdict, double now)
{
	const struct index_entry *e = n->row->e;
	struct tool_split split;
	struct view view;
	struct condition_facts facts = {.view = &view,
		.incidents = &n->incidents,
		.tool_split = &split,
		.maintenance = e->condition.state == CONDITION_MAINTENANCE};
	struct condition c;

	read_verdict_of(e->slug, verdict, now, &view);
	tool_split_read(verdict, &split);
	c = condition_of(&facts);
	if (c.state == e->condition.state && !condition_plain(c)) {
		n->row->sentence = sentence_of(c, &facts, &n->server);
		n->row->condition = c;
	}
	tool_split_release(&split);
	view_release(&view);
}

static int put_row_sentences(
	struct source *s, double now, struct described_row *v, size_t n)
{
	const char **slugs = xcalloc(n + 1, sizeof *slugs);
	int rc = 0;

	for (size_t i = 0; i < n; i++)
		slugs[i] = v[i].row->e->slug;
	if (n)
		rc = fetch_verdicts_of(s, slugs, n);
	for (size_t i = 0; i < n; i++) {
		if (!rc)
			put_row_sentence(&v[i], fetch_verdict(s, i), now);
		server_release(&v[i].server);
		incidents_release(&v[i].incidents);
	}
	free(slugs);
	return rc;
}

/* Read the replies about a row; true where it needs a sentence. */
static bool read_row(struct index_row *row, const char *entry,
	const char *state, struct described_row *n)
{
	const struct index_entry *e = row->e;
	struct server server;

	if (!read_public(e->slug, entry, true, &server)) {
		row->e = NULL;
		return false;
	}
	*n = (struct described_row) {.row = row, .server = server};
	if (state)
		incidents_read(state, &n->incidents);
	if (!condition_plain(e->condition) || n->incidents.n)
		return true;
	server_release(&server);
	incidents_release(&n->incidents);
	return false;
}

static int describe_rows(struct source *s, double now, struct index_row *rows,
	size_t n)
{
	struct described_row *described = xcalloc(n + 1, sizeof *described);
	size_t n_described = 0;
	int rc;

	for (size_t i = 0; i < n; i++) {
		store_add(s->store, "HGET", KEY_SERVERS, rows[i].e->slug, NULL);
		ask_open(s, rows[i].e->slug);
	}
	rc = source_run(s);
	for (size_t i = 0; i < n && !rc; i++)
		n_described += read_row(&rows[i],
			store_text(store_reply(s->store, 2 * i)),
			store_text(store_reply(s->store, 2 * i + 1)),
			&described[n_described]);
	rc = rc || put_row_sentences(s, now, described, n_described);
	free(described);
	return rc ? -1 : 0;
}

/* The letter of a day that was counted. */
static char day_letter(const struct history_day *d)
{
	if (d->minutes[VERDICT_RED] > d->planned)
		return LISTING_DAY_DOWN;
	if (d->minutes[VERDICT_AMBER])
		return LISTING_DAY_PART;
	if (d->planned)
		return LISTING_DAY_WORK;
	return history_known(d) ? LISTING_DAY_UP : LISTING_DAY_NONE;
}

static bool lacks_days(const struct index_row *row)
{
	return row->e && strspn(row->days, "-") == LISTING_DAYS;
}

static void read_days(struct history *h, const struct store_reply *r,
	char days[LISTING_DAYS + 1])
{
	for (size_t i = 0; i + 1 < store_count(r); i += 2)
		history_minutes(h, store_text(store_item(r, i)),
			store_int(store_item(r, i + 1), 0));
	for (int i = 0; i < LISTING_DAYS; i++)
		days[LISTING_DAYS - 1 - i] = day_letter(&h->days[i]);
}

/* The days of rows that nobody counted. */
static int count_days(struct source *s, double now, struct index_row *rows,
	size_t n)
{
	struct history *h = xcalloc(1, sizeof *h);
	char key[KEY_MAX];
	size_t reply = 0;
	int rc = 0;

	for (size_t i = 0; i < n; i++)
		if (lacks_days(&rows[i]))
			store_add(s->store, "HGETALL",
				key_minutes(key, rows[i].e->slug), NULL);
	if (store_queued(s->store))
		rc = source_run(s);
	for (size_t i = 0; i < n && !rc; i++) {
		if (!lacks_days(&rows[i]))
			continue;
		history_init(h, now);
		read_days(h, store_reply(s->store, reply++), rows[i].days);
	}
	free(h);
	return rc;
}

int fetch_index_rows(struct source *s, double now,
	const struct index_entry *const *v, size_t n, struct index_row *rows)
{
	struct plan *plan;
	int rc = fetch_kept_plan(s, now, &plan);

	for (size_t from = 0; from < n && !rc; from += LISTING_BATCH) {
		size_t some = batch(n - from);
		bool whole = v[from]->view != NULL;

		for (size_t i = from; i < from + some; i++) {
			rows[i] = (struct index_row) {
				.e = v[i], .condition = v[i]->condition};
			index_days(v[i], (int64_t)floor(now / 86400),
				rows[i].days);
			if (whole && v[i]->sentence)
				rows[i].sentence = xstrdup(v[i]->sentence);
			rows[i].work = plan_soon(
				plan, v[i]->slug, index_account(v[i]));
		}
		rc = source_open(s) ||
		     (!whole && describe_rows(s, now, rows + from, some)) ||
		     count_days(s, now, rows + from, some);
	}
	if (rc)
		index_rows_release(rows, n);
	return rc ? -1 : 0;
}

void index_rows_release(struct index_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(rows[i].sentence);
		rows[i].sentence = NULL;
	}
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

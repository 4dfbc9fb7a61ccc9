#include "fetch/fetch_index.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/num.h"
#include "base/xalloc.h"
#include "data/history.h"
#include "data/incidents.h"
#include "data/places.h"
#include "data/server.h"
#include "data/tool_split.h"
#include "data/view.h"
#include "fetch/fetch.h"
#include "fetch/fetch_listing.h"
#include "fetch/fetch_maintenance.h"
#include "store/keys.h"
#include "store/store.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What is asked for of so many servers in one round trip. */
#define BATCH 500
/* The sentence of a server, in bytes. */
#define SENTENCE_MAX 4096

struct kept_index {
	struct index_entries all;
	double until_ms; /* of clock_mono_ms */
};

/* ---- Entries, and what is made of them. */

/* Add an entry, which owns the text; that begins with its slug. */
static struct index_entry *add(struct index_entries *l, char *text)
{
	struct index_entry *e;

	l->v = xgrow(l->v, &l->cap, l->n + 1, sizeof *l->v);
	e = &l->v[l->n++];
	*e = (struct index_entry) {.text = text, .slug = text};
	return e;
}

void index_entries_release(struct index_entries *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i].text);
	free(l->v);
	*l = (struct index_entries) {0};
}

static struct view view_of(const struct listing_row *row, double now)
{
	double age = now - (double)row->window;

	return (struct view) {.verdict = row->verdict,
		.as_of = row->window,
		.freshness = !row->published           ? VIEW_NONE
			     : fabs(age) > VIEW_STALE_S ? VIEW_STALE
							: VIEW_FRESH};
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

/* How it is now, by its row; `incidents` are those that are open. */
static void judge(struct index_entry *e, struct plan *plan,
	const struct incidents *incidents)
{
	struct view view = view_of(&e->row, plan->now);
	struct tool_split split = {.n = e->row.sides ? 2 : 0};
	struct occurrence work = plan_of(plan, e->slug,
		*e->row.account ? e->row.account : NULL);
	struct condition_facts facts = {.view = &view,
		.incidents = incidents,
		.tool_split = &split,
		.maintenance = work.found};

	e->condition = condition_of(&facts);
	set_since(e, &work);
}

/* As judge/listing.c reckons it: the regions themselves may not be known so long. */
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

/*
 * Add an entry with the strings of one of a listing: that list is read anew, or
 * released, while this one is kept.
 */
static struct index_entry *add_copy(
	struct index_entries *l, const struct listing_entry *from)
{
	enum { SLUG, TITLE, ACCOUNT, GROUP, TAGS, SENTENCE, STRINGS };
	const char *strings[STRINGS] = {from->slug, from->title, from->account,
		from->group, from->tags, from->sentence};
	size_t at[STRINGS], size = 0;
	struct index_entry *e;
	char *text;

	for (int i = 0; i < STRINGS; i++) {
		if (!strings[i])
			strings[i] = "";
		at[i] = size;
		size += strlen(strings[i]) + 1;
	}
	text = xmalloc(size);
	for (int i = 0; i < STRINGS; i++)
		memcpy(text + at[i], strings[i], strlen(strings[i]) + 1);
	e = add(l, text);
	e->row.title = text + at[TITLE];
	e->row.account = text + at[ACCOUNT];
	e->row.group = text + at[GROUP];
	e->row.tags = text + at[TAGS];
	e->sentence = from->sentence ? text + at[SENTENCE] : NULL;
	return e;
}

void index_entries_of(
	const struct listing *l, double now, struct index_entries *out)
{
	*out = (struct index_entries) {0};
	for (size_t i = 0; i < l->n; i++) {
		const struct listing_entry *from = &l->entries[i];
		struct index_entry *e = add_copy(out, from);
		struct occurrence work = {.start = (int64_t)now / 60 * 60};

		row_of_view(&e->row, &from->view);
		memset(e->row.days, LISTING_DAY_NONE, LISTING_DAYS);
		e->condition = from->condition;
		e->whole = true;
		if (from->work_since)
			work.start = from->work_since;
		set_since(e, &work);
	}
}

/* ---- The rows of all public servers. */

static int by_slug(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

/* The slug stands before its row, in the text that the entry owns. */
static void add_row(
	struct index_entries *l, const char *slug, const char *row)
{
	size_t n = strlen(slug) + 1, size = strlen(row) + 1;
	struct index_entry *e;
	char *text;

	if (!slug_valid(slug) || size > LISTING_ROW_MAX)
		return;
	text = xmalloc(n + size);
	memcpy(text, slug, n);
	memcpy(text + n, row, size);
	e = add(l, text);
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
		qsort(open.v, open.n, sizeof *open.v, by_slug);
	return open;
}

static bool is_open(const struct open_slugs *open, const char *slug)
{
	return open->n && bsearch(&slug, open->v, open->n, sizeof *open->v,
		by_slug);
}

/*
 * Read the rows. False where nobody keeps them: an older mcp-aggregate, or one that
 * has no configuration, published something later.
 */
static bool read_rows(const struct store_reply *rows,
	const struct store_reply *beat, struct index_entries *l)
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

static const struct incidents none;

/* What is asked for more closely, and what is made of its verdict. */
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
	char why[VIEW_WHY];
	struct view v;

	if (view_read(verdict, true, plan->now, &v, why))
		log_error("%s: verdict: %s", e->slug, why);
	row_of_view(&e->row, &v);
	view_release(&v);
	judge(e, plan, &none);
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
	struct index_entries *l, const struct closer *how)
{
	const char *slugs[BATCH];
	struct index_entry *asked[BATCH];
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++) {
		if (how->wanted(&l->v[i])) {
			asked[n] = &l->v[i];
			slugs[n++] = l->v[i].slug;
		}
		if (!n || (n < BATCH && i + 1 < l->n))
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
	struct source *s, struct plan *plan, struct index_entries *l)
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
	for (size_t from = 0; from < n; from += BATCH) {
		size_t end = n - from < BATCH ? n : from + BATCH;

		for (size_t i = from; i < end; i++)
			fetch_ask_open(s, v[i]->slug);
		if (fetch_run(s))
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
static size_t judge_rows(struct index_entries *l, struct plan *plan,
	const struct open_slugs *slugs, struct index_entry **open)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++) {
		struct index_entry *e = &l->v[i];

		judge(e, plan, &none);
		if (e->condition.state == CONDITION_UP && is_open(slugs, e->slug))
			open[n++] = e;
	}
	return n;
}

static int load_rows(
	struct source *s, struct plan *plan, struct index_entries *l)
{
	struct index_entry **open;
	struct open_slugs slugs;
	size_t n;
	int rc;

	store_add(s->store, "HGETALL", KEY_LISTING, NULL);
	store_add(s->store, "HGET", KEY_HEARTBEATS, stage_name(STAGE_VERDICT),
		NULL);
	store_add(s->store, "SMEMBERS", KEY_OPEN, NULL);
	if (fetch_run(s))
		return -1;
	if (!read_rows(store_reply(s->store, 0), store_reply(s->store, 1), l)) {
		index_entries_release(l);
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

static int load(struct source *s, double now, struct index_entries *l)
{
	const struct listing *views;
	struct plan *plan;
	int rc;

	if (fetch_kept_plan(s, now, &plan))
		return -1;
	rc = load_rows(s, plan, l);
	if (rc <= 0)
		return rc;
	if (fetch_views(s, now, &views))
		return -1;
	index_entries_of(views, now, l);
	return 0;
}

int fetch_index(struct source *s, double now, const struct index_entries **l)
{
	double now_ms = clock_mono_ms();
	struct kept_index *k;

	if (!s->index)
		s->index = xcalloc(1, sizeof *s->index);
	k = s->index;
	*l = &k->all;
	if (now_ms < k->until_ms)
		return 0;
	index_entries_release(&k->all);
	k->until_ms = 0;
	if (load(s, now, &k->all))
		return -1;
	k->until_ms = fetch_good_until(s, now_ms);
	return 0;
}

void fetch_forget_index(struct source *s)
{
	if (s->index)
		index_entries_release(&s->index->all);
	free(s->index);
	s->index = NULL;
}

/* ---- What a page shows. */

/* A row of which there is more to say than its state. */
struct notable {
	struct index_row *row;
	struct server server;
	struct incidents incidents;
};

/* What the verdict says, if it is the one of the row. */
static void put_sentence(struct notable *n, const char *verdict, double now)
{
	const struct index_entry *e = n->row->e;
	struct tool_split split = {0};
	struct condition_facts facts = {.incidents = &n->incidents,
		.tool_split = &split,
		.maintenance = e->condition.state == CONDITION_MAINTENANCE};
	char why[VIEW_WHY];
	struct places places;
	struct condition c;
	struct view view;
	struct buf b;

	if (view_read(verdict, true, now, &view, why))
		log_error("%s: verdict: %s", e->slug, why);
	if (verdict && strstr(verdict, "\"sides\":[{"))
		tool_split_read(verdict, &split);
	facts.view = &view;
	c = condition_of(&facts);
	if (c.state == e->condition.state && !condition_plain(c)) {
		buf_init(&b, SENTENCE_MAX);
		places_read(&places, &n->server, &view);
		condition_put(&b, c, &facts, &places);
		n->row->sentence = buf_ok(&b) ? xstrdup(b.p) : NULL;
		n->row->condition = c;
		places_release(&places);
		buf_release(&b);
	}
	tool_split_release(&split);
	view_release(&view);
}

static int put_sentences(
	struct source *s, double now, struct notable *v, size_t n)
{
	const char **slugs = xcalloc(n + 1, sizeof *slugs);
	int rc = 0;

	for (size_t i = 0; i < n; i++)
		slugs[i] = v[i].row->e->slug;
	if (n)
		rc = fetch_verdicts_of(s, slugs, n);
	for (size_t i = 0; i < n; i++) {
		if (!rc)
			put_sentence(&v[i], fetch_verdict(s, i), now);
		server_release(&v[i].server);
		incidents_release(&v[i].incidents);
	}
	free(slugs);
	return rc;
}

/* Read the replies about a row; true where it is notable. */
static bool read_row(struct index_row *row, const char *entry,
	const char *state, struct notable *n)
{
	const struct index_entry *e = row->e;
	struct server server;

	if (!fetch_read_public(e->slug, entry, true, &server)) {
		row->e = NULL;
		return false;
	}
	*n = (struct notable) {.row = row, .server = server};
	if (state)
		incidents_read(state, &n->incidents);
	if (!condition_plain(e->condition) || n->incidents.n)
		return true;
	server_release(&server);
	incidents_release(&n->incidents);
	return false;
}

static int describe(struct source *s, double now, struct index_row *rows,
	size_t n)
{
	struct notable *notable = xcalloc(n + 1, sizeof *notable);
	size_t n_notable = 0;
	int rc;

	for (size_t i = 0; i < n; i++) {
		store_add(s->store, "HGET", KEY_SERVERS, rows[i].e->slug, NULL);
		fetch_ask_open(s, rows[i].e->slug);
	}
	rc = fetch_run(s);
	for (size_t i = 0; i < n && !rc; i++)
		n_notable += read_row(&rows[i],
			store_text(store_reply(s->store, 2 * i)),
			store_text(store_reply(s->store, 2 * i + 1)),
			&notable[n_notable]);
	rc = rc || put_sentences(s, now, notable, n_notable);
	free(notable);
	return rc ? -1 : 0;
}

/* The letter of a day that was counted. */
static char letter(const struct history_day *d)
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
		days[LISTING_DAYS - 1 - i] = letter(&h->days[i]);
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
		rc = fetch_run(s);
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

	for (size_t from = 0; from < n && !rc; from += BATCH) {
		size_t some = n - from < BATCH ? n - from : BATCH;
		bool whole = v[from]->whole;

		for (size_t i = from; i < from + some; i++) {
			rows[i] = (struct index_row) {
				.e = v[i], .condition = v[i]->condition};
			index_days(v[i], (int64_t)floor(now / 86400),
				rows[i].days);
			if (whole && v[i]->sentence)
				rows[i].sentence = xstrdup(v[i]->sentence);
			rows[i].work = plan_soon(plan, v[i]->slug,
				*v[i]->row.account ? v[i]->row.account : NULL);
		}
		rc = fetch_open(s) ||
		     (!whole && describe(s, now, rows + from, some)) ||
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

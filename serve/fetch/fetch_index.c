/* SPDX-License-Identifier: MIT */
/*
 * fetch_index.c: the index: the rows of all public servers, and what a page
 * shows of some of them.
 */
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
#include "data/view.h"
#include "fetch/fetch.h"
#include "fetch/listing_parts.h"
#include "source/source.h"
#include "store/keys.h"
#include "store/store.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

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
	listing_set_since(e, &work);
}

/* The slug is before its row, in the text that the entry owns. */
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
	e = listing_add(l, text);
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
 * Read the rows. False where nobody keeps them: an older mcp-aggregate, or one
 * that has no configuration, published something later.
 */
static bool read_rows(const struct store_reply *rows,
	const struct store_reply *beat, struct listing *l)
{
	double upto = NAN, at = stage_beat(STAGE_VERDICT, store_text(beat));

	for (struct store_field f = {.next = 0}; store_field(rows, &f);)
		if (strcmp(f.name, LISTING_UPTO) == 0)
			num_decimal(f.text, &upto);
		else
			add_row(l, f.name, f.text);
	return !isnan(upto) && (isnan(at) || at - upto < VIEW_STALE_S);
}

static const struct incidents no_incidents;

/* Which entries need their verdict, and how it is read. */
struct closer {
	bool (*wanted)(const struct index_entry *e);
	void (*read)(struct index_entry *e, const char *verdict,
		struct plan *plan);
};

/* An older program may have published a verdict without a row. */
static bool lacks_verdict(const struct index_entry *e)
{
	return !e->row.published;
}

static void read_verdict(
	struct index_entry *e, const char *verdict, struct plan *plan)
{
	struct view v;

	listing_verdict(e->slug, verdict, plan->now, &v);
	listing_row_of(&e->row, &v);
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

/* Those that do not fail, and have an open incident. */
static int look_for_incidents(struct source *s, struct plan *plan,
	struct index_entry *const *v, size_t n)
{
	for (size_t from = 0; from < n; from += LISTING_BATCH) {
		size_t end = from + listing_batch(n - from);

		for (size_t i = from; i < end; i++)
			listing_ask_open(s, v[i]->slug);
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
		/* The others have a card for their state. */
		if (e->condition.state >= CONDITION_MAINTENANCE &&
			is_open(slugs, e->slug))
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
	struct kept_listing *k = listing_kept(s);
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

/* A row with more to show than its state. */
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

	listing_verdict(e->slug, verdict, now, &view);
	tool_split_read(verdict, &split);
	c = condition_of(&facts);
	if (c.state == e->condition.state && !condition_plain(c)) {
		n->row->sentence = listing_sentence(c, &facts, &n->server);
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

	if (!listing_public(e->slug, entry, true, &server)) {
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
		listing_ask_open(s, rows[i].e->slug);
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
	for (struct store_field f = {.next = 0}; store_field(r, &f);)
		history_minutes(h, f.name, store_int(f.value, 0));
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
		size_t some = listing_batch(n - from);
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

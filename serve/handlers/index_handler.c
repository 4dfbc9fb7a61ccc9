/* SPDX-License-Identifier: MIT */
#include "handlers/handlers.h"

#include "base/xalloc.h"
#include "cgi/request.h"
#include "data/entries.h"
#include "data/view.h"
#include "fetch/fetch.h"
#include "fetch/fetch_listing.h"
#include "http/paging.h"
#include "http/respond.h"
#include "pages/pages.h"
#include "words/words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Whose servers a list has, and what stands beside it. */
struct list_of {
	const struct listing *entries;
	const char *account; /* or NULL */
	int report;	     /* see struct index_page */
};

/* How old the newest verdict of a list is. */
static struct own_checks checks_of(const struct listing *l, double now,
	const double *heartbeats)
{
	struct own_checks checks = {.freshness = VIEW_NONE,
		.heartbeats = heartbeats,
		.now = now,
		.many = true};

	for (size_t i = 0; i < l->n; i++) {
		const struct listing_row *row = &l->v[i].row;

		if (!row->published || (checks.freshness != VIEW_NONE &&
					       row->window <= checks.as_of))
			continue;
		checks.as_of = row->window;
		checks.freshness =
			fabs(now - (double)row->window) > VIEW_STALE_S
				? VIEW_STALE
				: VIEW_FRESH;
	}
	return checks;
}

static void read_text(const struct context *c, const char *name,
	char out[INDEX_TEXT])
{
	if (!request_query(c->request, name, out, INDEX_TEXT))
		*out = '\0';
}

static void read_query(const struct context *c, struct index_query *q)
{
	char text[INDEX_TEXT];

	read_text(c, "q", q->text);
	read_text(c, "group", q->group);
	read_text(c, "tag", q->tag);
	read_text(c, "state", text);
	q->state = index_state_read(text);
	read_text(c, "sort", text);
	q->sort = index_sort_read(text);
}

/* The servers of a list whose open incidents are shown above it. */
struct troubled {
	const char *slugs[INDEX_CARDS];
	size_t n, more; /* more: others, beyond the room here */
};

static bool has_trouble(struct condition c)
{
	return c.state == CONDITION_DOWN || c.state == CONDITION_DEGRADED ||
		c.note != NOTE_NONE || c.by_hand;
}

static struct troubled troubled_of(const struct index_list *l)
{
	struct troubled t = {.n = 0};

	for (size_t i = 0; i < l->n; i++) {
		if (!has_trouble(l->v[i]->condition))
			continue;
		if (t.n < INDEX_CARDS)
			t.slugs[t.n++] = l->v[i]->slug;
		else
			t.more++;
	}
	return t;
}

/* Put the page with those of the rows that there still are. */
static void put_shown(const struct context *c, struct index_page *page,
	struct index_row *rows, size_t n, const struct brand *brand)
{
	for (size_t i = 0; i < n; i++) {
		struct index_row row = rows[i];

		rows[i] = (struct index_row) {.e = NULL};
		if (row.e)
			rows[page->n++] = row;
	}
	page->items = rows;
	if (page->paging->page > page->paging->pages)
		page_error(c, 404);
	else
		paging_link(page->paging, c->request, &c->r->link);
	index_page_put(&c->r->html, page, brand);
	if (c->r->status == 200)
		etag_of_body(c->r);
}

static void put_list(const struct context *c, const struct list_of *of,
	struct index_page *page, const struct brand *brand)
{
	struct strings groups = {0};
	struct incident_rows incidents = {0};
	struct index_list list;
	struct troubled troubled;
	struct index_row *rows;
	struct paging p;
	size_t n;

	index_list_make(of->entries->v, of->entries->n, page->query, &list);
	if (!paging_read(c->request, list.n, INDEX_ITEMS, &p)) {
		page_error(c, 400);
		error_page_put(&c->r->html, "No such page",
			"The page is a number from 1 to 1000000, and the limit "
			"one from 1 to 100.",
			brand);
		index_list_release(&list);
		return;
	}
	n = p.to - p.from;
	rows = xcalloc(n + 1, sizeof *rows);
	troubled = troubled_of(&list);
	page->more = troubled.more;
	page->incidents = &incidents;
	if (fetch_own_incidents(c->source, troubled.slugs,
		    p.from ? 0 : troubled.n, of->account ? c->token : NULL,
		    &incidents) ||
		fetch_index_rows(
			c->source, c->now, list.v + p.from, n, rows)) {
		page_unavailable(c);
	} else {
		index_groups(of->entries->v, of->entries->n, INDEX_GROUPS,
			&groups);
		page->list = &list;
		page->paging = &p;
		page->groups = &groups;
		put_shown(c, page, rows, n, brand);
		index_rows_release(rows, n);
	}
	incident_rows_release(&incidents);
	strings_release(&groups);
	free(rows);
	index_list_release(&list);
}

static void answer(const struct context *c, const struct list_of *of)
{
	double heartbeats[STAGES];
	bool unnotified;
	struct index_query query;
	struct index_page page = {.query = &query,
		.request = c->request,
		.account = of->account,
		.report = of->report,
		.is_file = paging_whole(c->request)};
	struct brand brand;

	if (fetch_stages(c->source, heartbeats, NULL) ||
		fetch_unnotified(c->source, &unnotified)) {
		page_unavailable(c);
		return;
	}
	page_brand(c, &brand);
	read_query(c, &query);
	page.checks = checks_of(of->entries, c->now, heartbeats);
	page.checks.unnotified = unnotified;
	c->r->type = TYPE_HTML;
	put_list(c, of, &page, &brand);
	brand_release(&brand);
}

void handle_index(const struct context *c)
{
	int months[REPORT_MONTHS], n;
	struct list_of of = {.account = NULL};

	n = fetch_report_months(c->source, c->now, months);
	if (n < 0 || fetch_index(c->source, c->now, &of.entries)) {
		page_unavailable(c);
		return;
	}
	of.report = n ? months[0] : 0;
	answer(c, &of);
}

void index_answer_account(const struct context *c, const struct listing *l)
{
	answer(c, &(struct list_of) {.entries = l, .account = c->name});
}

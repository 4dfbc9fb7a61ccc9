/* SPDX-License-Identifier: MIT */
#include "handlers/handlers.h"

#include "api/api.h"
#include "base/clock.h"
#include "base/xalloc.h"
#include "data/entries.h"
#include "fetch/fetch.h"
#include "http/paging.h"
#include "http/respond.h"
#include "pages/pages.h"

#include <stdlib.h>

/* So often a report may be made anew while it is read. */
#define ATTEMPTS 3
/* A file of up to so many bytes is sent as one, with an ETag; beyond, not. */
#define FILE_WHOLE (1024u * 1024)

/* The report that c->name names, as fetch_report. */
static int find(const struct context *c, struct report_head *head)
{
	return month_valid(c->name) ? fetch_report(c->source, c->name, head)
				    : 0;
}

/* Read the entries from number `from` to `to`, as fetch_report_part. */
static int read_entries(const struct context *c, const struct report_head *head,
	size_t from, size_t to, struct report_part **parts, size_t *n)
{
	int rc = 1;

	*n = 0;
	*parts = xcalloc((to - from) / REPORT_BATCH + 1, sizeof **parts);
	for (; from < to && rc > 0; from += REPORT_BATCH) {
		size_t batch =
			to - from < REPORT_BATCH ? to - from : REPORT_BATCH;

		rc = fetch_report_part(c->source, c->name, head->as_of, from,
			batch, &(*parts)[*n]);
		*n += rc > 0;
	}
	return rc;
}

/* All entries of the parts in one array, which the caller frees. */
static struct report_entry *join(
	const struct report_part *parts, size_t n, struct report_page *page)
{
	struct report_entry *all;

	for (size_t i = 0; i < n; i++) {
		page->n += parts[i].n;
		page->hidden += parts[i].hidden;
	}
	all = xcalloc(page->n, sizeof *all);
	page->n = 0;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < parts[i].n; k++)
			all[page->n++] = parts[i].v[k];
	return all;
}

/* Put the page. 0: the report was made anew meanwhile; else as fetch_report. */
static int put_page(const struct context *c, const struct report_head *head,
	const struct brand *brand)
{
	struct paging p;
	struct report_part *parts;
	struct report_entry *all;
	struct report_page page = {
		.head = head, .paging = &p, .request = c->request};
	int months[REPORT_MONTHS], rc, n;
	size_t n_parts;

	if (!paging_read(c->request, (size_t)head->servers, REPORT_ROWS, &p)) {
		page_error(c, 400);
		error_page_put(
			&c->r->html, "No such page", PAGING_ERROR, brand);
		return 1;
	}
	n = fetch_report_months(c->source, c->now, months);
	if (n < 0)
		return -1;
	page.months = months;
	page.n_months = (size_t)n;
	rc = read_entries(c, head, p.from, p.to, &parts, &n_parts);
	if (rc > 0) {
		all = join(parts, n_parts, &page);
		page.entries = all;
		paging_link(&p, c->request, &c->r->link);
		report_page_put(&c->r->html, &page, brand);
		etag_of_body(c->r);
		free(all);
	}
	for (size_t i = 0; i < n_parts; i++)
		report_part_release(&parts[i]);
	free(parts);
	return rc;
}

void handle_report(const struct context *c)
{
	struct report_head head;
	struct brand brand;
	int rc, put = 0;

	for (int i = 0; i < ATTEMPTS && !put; i++) {
		rc = find(c, &head);
		if (!rc) {
			handle_none(c);
			return;
		}
		if (rc < 0)
			break;
		page_brand(c, &brand);
		c->r->type = TYPE_HTML;
		put = put_page(c, &head, &brand);
		brand_release(&brand);
		month_report_release(&head);
	}
	if (put <= 0)
		page_unavailable(c);
}

/* A file that is sent piece by piece. */
struct sending {
	struct source *source;
	char month[MONTH_TEXT];
	int64_t as_of;
	size_t next, servers;
	bool json, begun; /* begun: a server was sent */
};

/*
 * Append the next piece: 1 there is another, 0 it was the last; -1: the store
 * failed; -2: the report was made anew meanwhile.
 */
static int put_piece(struct sending *s, struct buf *b)
{
	size_t left = s->servers - s->next;
	struct report_part part;
	int rc;

	if (left) {
		rc = fetch_report_part(s->source, s->month, s->as_of, s->next,
			left < REPORT_BATCH ? left : REPORT_BATCH, &part);
		if (rc <= 0)
			return rc ? -1 : -2;
		for (size_t i = 0; i < part.n; i++) {
			if (s->json)
				report_json_entry(b, &part.v[i], !s->begun);
			else
				report_csv_entry(b, s->month, &part.v[i]);
			s->begun = true;
		}
		report_part_release(&part);
		s->next += left < REPORT_BATCH ? left : REPORT_BATCH;
	}
	if (s->next < s->servers)
		return 1;
	if (s->json)
		report_json_end(b);
	return 0;
}

/*
 * If the rest cannot be read, the answer ends there: the JSON is not whole
 * then, and the last line of the CSV says so.
 */
static bool more_of_file(void *rest, struct buf *b)
{
	struct sending *s = rest;
	int rc = put_piece(s, b);

	if (rc < 0 && !s->json)
		buf_str(b, "incomplete");
	return rc > 0;
}

/* Put the file. 0: the report was made anew meanwhile; else as fetch_report. */
static int put_file(
	const struct context *c, const struct report_head *head, bool json)
{
	struct sending s = {.source = c->source,
		.as_of = head->as_of,
		.servers = (size_t)head->servers,
		.json = json};
	int rc = 1;

	memcpy(s.month, c->name, MONTH_TEXT);
	buf_clear(&c->r->body);
	if (json)
		report_json_begin(&c->r->body, head);
	else
		report_csv_begin(&c->r->body);
	while (rc > 0 && c->r->body.len < FILE_WHOLE)
		rc = put_piece(&s, &c->r->body);
	if (rc < 0)
		return rc == -2 ? 0 : -1;
	c->r->type = json ? TYPE_JSON : TYPE_CSV;
	if (!rc) {
		etag_of_body(c->r);
		return 1;
	}
	c->r->more = more_of_file;
	c->r->rest = xcalloc(1, sizeof s);
	memcpy(c->r->rest, &s, sizeof s);
	return 1;
}

static void answer_file(const struct context *c, bool json)
{
	struct report_head head;
	int rc = 0, put = 0;

	for (int i = 0; i < ATTEMPTS && !put; i++) {
		rc = find(c, &head);
		if (rc <= 0)
			break;
		put = put_file(c, &head, json);
		month_report_release(&head);
	}
	if (put > 0)
		return;
	if (!json) {
		if (rc)
			page_unavailable(c);
		else
			handle_none(c);
	} else if (rc) {
		respond_error(c->r, 503, "store",
			"The store does not answer, so its data is not known "
			"now.");
	} else {
		respond_error(c->r, 404, "not-found",
			"There is no report on this month.");
	}
}

void handle_report_csv(const struct context *c)
{
	answer_file(c, false);
}

void handle_report_json(const struct context *c)
{
	answer_file(c, true);
}

void handle_report_list(const struct context *c)
{
	int months[REPORT_MONTHS], n;
	char path[RESPOND_LOCATION], text[MONTH_TEXT];
	struct brand brand;

	n = fetch_report_months(c->source, c->now, months);
	if (n < 0) {
		page_unavailable(c);
		return;
	}
	if (!n) {
		handle_none(c);
		return;
	}
	page_brand(c, &brand);
	c->r->type = TYPE_HTML;
	snprintf(path, sizeof path, "/report/%s", month_text(months[0], text));
	respond_elsewhere(c->r, 302, path);
	report_list_put(&c->r->html, months, (size_t)n, &brand);
	brand_release(&brand);
}

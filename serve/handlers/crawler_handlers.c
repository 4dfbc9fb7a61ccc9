/* SPDX-License-Identifier: MIT */
#include "handlers/handlers.h"

#include "api/api.h"
#include "base/clock.h"
#include "base/num.h"
#include "data/entries.h"
#include "fetch/fetch.h"
#include "fetch/fetch_listing.h"
#include "http/respond.h"

#include <stdio.h>
#include <string.h>

/* The pages that are not of a server. */
#define PAGES (3 + REPORT_MONTHS)
#define PAGE_PATH 64

void answer_robots(const struct context *c, const struct brand *brand)
{
	sitemap_robots(&c->r->body, brand->url);
}

/* Answer with the list of servers, if the address of the site is known. */
static void with_site(const struct context *c,
	void (*put)(const struct context *c, const char *site,
		const struct listing *l))
{
	const struct listing *l;
	struct brand brand;

	if (fetch_listing(c->source, &l)) {
		page_unavailable(c);
		return;
	}
	page_brand(c, &brand);
	if (*brand.url)
		put(c, brand.url, l);
	else
		handle_none(c);
	brand_release(&brand);
}

static void put_list(const struct context *c, const char *site,
	const struct listing *l)
{
	sitemap_list(&c->r->html, site, sitemap_parts(l->n));
	etag_of_body(c->r);
}

void handle_sitemap(const struct context *c)
{
	with_site(c, put_list);
}

/* The minute of the newest verdict, of which the index is; 0: there is none. */
static int64_t newest(const struct listing *l)
{
	int64_t at = 0;

	for (size_t i = 0; i < l->n; i++) {
		const struct view *v = l->v[i].view;

		if (v->freshness != VIEW_NONE && v->as_of > at)
			at = v->as_of;
	}
	return at;
}

/* The pages that stand before those of servers; how many, or -1, as in fetch.h. */
static int find_pages(const struct context *c, const struct listing *l,
	struct sitemap_page pages[PAGES], char paths[REPORT_MONTHS][PAGE_PATH])
{
	int months[REPORT_MONTHS], n = 0;
	int reports = fetch_report_months(c->source, c->now, months);
	char text[MONTH_TEXT];

	pages[n++] = (struct sitemap_page) {"/", newest(l)};
	pages[n++] = (struct sitemap_page) {"/man/", 0};
	pages[n++] = (struct sitemap_page) {"/embed-preview", 0};
	for (int i = 0; i < reports; i++) {
		snprintf(paths[i], PAGE_PATH, "/report/%s",
			month_text(months[i], text));
		pages[n++] = (struct sitemap_page) {paths[i], 0};
	}
	return reports < 0 ? -1 : n;
}

static void put_part(const struct context *c, const char *site,
	const struct listing *l)
{
	struct sitemap_page pages[PAGES];
	char paths[REPORT_MONTHS][PAGE_PATH];
	long long part;
	int n = 0;

	if (fetch_views(c->source, c->now, &l)) {
		page_unavailable(c);
		return;
	}
	if (*c->name == '0' || strspn(c->name, "0123456789") < strlen(c->name) ||
		!num_parse(c->name, 1, (long long)sitemap_parts(l->n), &part)) {
		handle_none(c);
		return;
	}
	if (part == 1)
		n = find_pages(c, l, pages, paths);
	if (n < 0) {
		page_unavailable(c);
		return;
	}
	sitemap_part(&c->r->html, site, l, (size_t)part, pages, (size_t)n);
	etag_of_body(c->r);
}

void handle_sitemap_part(const struct context *c)
{
	with_site(c, put_part);
}

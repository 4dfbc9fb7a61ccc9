#include "answer_pages.h"

#include "api/api.h"
#include "api/feed.h"
#include "base/xalloc.h"
#include "cgi/request.h"
#include "data/access.h"
#include "data/account.h"
#include "data/fetch.h"
#include "data/fetch_listing.h"
#include "data/fetch_page.h"
#include "data/page_data.h"
#include "data/search.h"
#include "data/site.h"
#include "http/respond.h"
#include "pages/manual.h"
#include "pages/page.h"
#include "pages/style.h"
#include "pages/suggest.h"
#include "widget/embed.h"

#include <stdlib.h>
#include <string.h>

#define SUGGESTIONS 5

/* Who we are; the environment knows the address of this site best. */
static void read_brand(const struct context *c, const char *json,
	struct brand *brand)
{
	brand_read(json, brand);
	if (*c->setting->site)
		brand->url = c->setting->site;
}

/* The same, asked for; where the store is away, nobody in particular. */
static void find_brand(const struct context *c, struct brand *brand)
{
	const char *json;

	if (fetch_site(c->source, &json))
		json = NULL;
	read_brand(c, json, brand);
}

static void error_page(const struct context *c, int status)
{
	c->r->status = status;
	c->r->type = TYPE_HTML;
	c->r->cache = CACHE_BRIEF;
}

static void unavailable_page(const struct context *c)
{
	struct brand nobody;

	read_brand(c, NULL, &nobody);
	error_page(c, 503);
	page_message(&c->r->body, "Unknown",
		"What is known about the servers cannot be read at the moment. "
		"This says nothing about them; the fault is ours.",
		&nobody);
}

static void missing_page(const struct context *c)
{
	const char *close[SUGGESTIONS], **slugs;
	const struct listing *l;
	struct brand brand;
	size_t n;

	if (fetch_listing(c->source, &l)) {
		unavailable_page(c);
		return;
	}
	find_brand(c, &brand);
	slugs = xcalloc(l->n + 1, sizeof *slugs);
	for (size_t i = 0; i < l->n; i++)
		slugs[i] = l->entries[i].slug;
	n = suggest(c->name, slugs, l->n, close, SUGGESTIONS);
	error_page(c, 404);
	page_missing(&c->r->body, c->name, close, n, &brand);
	free(slugs);
	brand_release(&brand);
}

void answer_none(const struct context *c)
{
	struct brand brand;

	find_brand(c, &brand);
	error_page(c, 404);
	page_message(&c->r->body, "Nothing here",
		"There is no page at this address.", &brand);
	brand_release(&brand);
}

static void facts_release(struct facts *f)
{
	incidents_release(&f->incidents);
	sides_release(&f->sides);
	works_release(&f->works);
}

/* All of a server, put by `put`. */
static enum found put_subject(const struct context *c,
	void (*put)(struct buf *b, const struct page_subject *s))
{
	struct fetched got;
	struct subject s;
	struct facts f;
	struct brand brand;
	enum found found;

	c->r->audience = AUDIENCE_STRANGER;
	if (!slug_valid(c->name))
		return NOT_FOUND;
	if (fetch_page(c->source, c->name, c->token, c->setting->now, &got, &f))
		return STORE_DOWN;
	found = subject_read(c, got.server, got.verdict, &s);
	if (found == FOUND) {
		const char *account = s.server.account;
		double now = c->setting->now;

		read_brand(c, got.site, &brand);
		sides_read(got.verdict, &f.sides);
		f.work = works_now(&f.works, c->name, account, now,
			brand.maintenance_s);
		f.next = works_next(&f.works, c->name, account, now,
			brand.maintenance_s);
		if (s.view.freshness != VIEW_FRESH)
			c->r->cache = CACHE_BRIEF;
		put(&c->r->body,
			&(struct page_subject) {.slug = c->name,
				.server = &s.server,
				.view = &s.view,
				.facts = &f,
				.brand = &brand,
				.now = now});
		respond_digest(c->r);
		brand_release(&brand);
		subject_release(&s);
	}
	facts_release(&f);
	return found;
}

static void answer_subject(const struct context *c, const char *type,
	void (*put)(struct buf *b, const struct page_subject *s))
{
	switch (put_subject(c, put)) {
	case NOT_FOUND:
		missing_page(c);
		break;
	case STORE_DOWN:
		unavailable_page(c);
		break;
	case FOUND:
		c->r->type = type;
		break;
	}
}

void answer_page(const struct context *c)
{
	answer_subject(c, TYPE_HTML, page_status);
}

void answer_feed(const struct context *c)
{
	answer_subject(c, TYPE_ATOM, feed_put);
}

static void put_list(const struct context *c, const struct listing *l,
	const char *account, const struct brand *brand)
{
	struct page_item *items = xcalloc(l->n + 1, sizeof *items);
	char query[SEARCH_SIZE];
	struct search search;
	size_t n = 0;

	if (!request_query(c->request, "q", query, sizeof query))
		query[0] = '\0';
	search_read(&search, query);
	for (size_t i = 0; i < l->n; i++) {
		const struct listing_entry *e = &l->entries[i];

		if (search_matches(&search, e->words))
			items[n++] = (struct page_item) {.slug = e->slug,
				.title = e->title,
				.view = &e->view};
	}
	page_list(&c->r->body,
		&(struct page_list) {.items = items,
			.n = n,
			.query = query,
			.account = account},
		brand);
	free(items);
}

static void answer_list(const struct context *c, const struct listing *l,
	const char *account)
{
	struct brand brand;

	find_brand(c, &brand);
	c->r->type = TYPE_HTML;
	put_list(c, l, account, &brand);
	respond_digest(c->r);
	brand_release(&brand);
}

void answer_index(const struct context *c)
{
	const struct listing *l;

	if (fetch_views(c->source, c->setting->now, &l))
		unavailable_page(c);
	else
		answer_list(c, l, NULL);
}

/* An account is there only for who shows its token. */
void answer_account(const struct context *c)
{
	struct account a;
	struct listing l;

	switch (account_find(c, &a)) {
	case NOT_FOUND:
		answer_none(c);
		return;
	case STORE_DOWN:
		unavailable_page(c);
		return;
	case FOUND:
		break;
	}
	if (fetch_account_listing(c->source, &a, c->token, c->setting->now, &l))
		unavailable_page(c);
	else if (l.n)
		answer_list(c, &l, c->name);
	else
		answer_none(c);
	listing_release(&l);
	account_release(&a);
}

void answer_manual_list(const struct context *c)
{
	struct brand brand;

	find_brand(c, &brand);
	c->r->type = TYPE_HTML;
	manual_put_list(&c->r->body, &brand);
	respond_digest(c->r);
	brand_release(&brand);
}

void answer_manual(const struct context *c)
{
	const struct manual_page *page = manual_find(c->name);
	struct brand brand;

	if (!page) {
		answer_none(c);
		return;
	}
	find_brand(c, &brand);
	c->r->type = TYPE_HTML;
	manual_put(&c->r->body, page, &brand);
	respond_digest(c->r);
	brand_release(&brand);
}

void answer_embed_preview(const struct context *c)
{
	struct brand brand;

	find_brand(c, &brand);
	embed_preview(c->request, &brand, c->r);
	brand_release(&brand);
}

void answer_style(const struct context *c)
{
	struct brand brand;

	find_brand(c, &brand);
	c->r->type = TYPE_CSS;
	buf_str(&c->r->body, page_style);
	buf_str(&c->r->body, page_style_status);
	buf_str(&c->r->body, page_style_manual);
	buf_str(&c->r->body, embed_style);
	buf_fmt(&c->r->body, ":root { --brand: %s }\n", brand.colour);
	respond_digest(c->r);
	brand_release(&brand);
}

void answer_icon(const struct context *c)
{
	struct brand brand;

	find_brand(c, &brand);
	c->r->type = TYPE_SVG;
	buf_fmt(&c->r->body,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 16 "
		"16\"><circle cx=\"8\" cy=\"8\" r=\"8\" fill=\"%s\"/><path "
		"d=\"M2.5 8h3l1.8-4 2.4 8 1.8-4h2\" fill=\"none\" "
		"stroke=\"#fff\" stroke-width=\"1.4\"/></svg>\n",
		brand.colour);
	respond_digest(c->r);
	brand_release(&brand);
}

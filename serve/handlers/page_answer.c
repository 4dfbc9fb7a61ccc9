/* SPDX-License-Identifier: MIT */
/*
 * page_answer.c: the common part of all handlers of pages: the brand, the page
 * that says what is wrong, and the page of a server, with all that the store
 * holds of it.
 */
#include "handlers/handlers.h"

#include "base/xalloc.h"
#include "data/page_data.h"
#include "data/search.h"
#include "fetch/fetch.h"
#include "fetch/fetch_listing.h"
#include "http/respond.h"
#include "pages/pages.h"

#include <stdlib.h>
#include <string.h>

#define SUGGESTIONS 5

/*
 * The brand of fleet:site, JSON or NULL; an address in MCP_SITE wins. Its logo may
 * be of another site, which the policy of a page then has to name.
 */
void page_brand_read(const struct context *c, const char *json,
	struct brand *brand)
{
	brand_read(json, brand);
	snprintf(c->r->images, sizeof c->r->images, "%.*s",
		(int)brand_origin(brand), brand->logo ? brand->logo : "");
	if (*c->url)
		brand->url = c->url;
}

void page_brand(const struct context *c, struct brand *brand)
{
	const char *json;

	if (fetch_site(c->source, &json))
		json = NULL;
	page_brand_read(c, json, brand);
}

void page_error(const struct context *c, int status)
{
	c->r->status = status;
	c->r->type = TYPE_HTML;
	c->r->cache = CACHE_BRIEF;
}

void page_unavailable(const struct context *c)
{
	struct brand nobody;

	page_brand_read(c, NULL, &nobody);
	page_error(c, 503);
	error_page_put(&c->r->html, "Status unavailable",
		"We cannot load status data right now. That is our problem; "
		"servers may be fine.",
		&nobody);
}

/* There is no such server; and which ones are called like it. */
static void page_missing(const struct context *c)
{
	const struct names *names;
	const char **close;
	struct brand brand;
	int n;

	if (fetch_names(c->source, &names)) {
		page_unavailable(c);
		return;
	}
	close = xcalloc(names->list.n, sizeof *close);
	n = fetch_public(c->source, close,
		suggest(c->name, names, close),
		SUGGESTIONS);
	if (n < 0) {
		page_unavailable(c);
	} else {
		page_brand(c, &brand);
		page_error(c, 404);
		error_page_missing(
			&c->r->html, c->name, close, (size_t)n, &brand);
		brand_release(&brand);
	}
	free(close);
}

void page_finish(const struct context *c, enum found found)
{
	if (found == NOT_FOUND)
		page_missing(c);
	else if (found == STORE_DOWN)
		page_unavailable(c);
	else if (c->r->status == 200)
		etag_of_body(c->r);
}

void page_none(const struct context *c, const struct brand *brand)
{
	page_error(c, 404);
	error_page_put(&c->r->html, "Page not found",
		"There is no page at this address.", brand);
}

void handle_none(const struct context *c)
{
	struct brand brand;

	page_brand(c, &brand);
	page_none(c, &brand);
	brand_release(&brand);
}

static void page_data_release(struct page_data *d)
{
	incidents_release(&d->incidents);
	tool_split_release(&d->tool_split);
	maintenance_list_release(&d->maintenance);
	watched_release(&d->watched);
}

enum found page_put_server(const struct context *c, bool past, page_put *put)
{
	struct fetched got;
	struct readable_server s;
	struct page_data data;
	struct brand brand;
	enum found found;

	c->r->audience = AUDIENCE_STRANGER;
	if (!slug_valid(c->name))
		return NOT_FOUND;
	if (fetch_page(c->source, c->name, c->token, c->now, past, &got,
		    &data))
		return STORE_DOWN;
	found = private_access_read(c, got.server, got.verdict, &s);
	if (found == FOUND) {
		const char *account = s.server.account;

		page_brand_read(c, got.site, &brand);
		tool_split_read(got.verdict, &data.tool_split);
		watched_verdict(&data.watched, got.verdict);
		if (s.server.tools_private)
			history_hide_tools(&data.history);
		data.maintenance_now = maintenance_list_now(&data.maintenance,
			c->name, account, c->now, brand.maintenance_s);
		data.maintenance_next = maintenance_list_next(&data.maintenance,
			c->name, account, c->now, brand.maintenance_s);
		if (s.view.freshness != VIEW_FRESH)
			c->r->cache = CACHE_BRIEF;
		put(c,
			&(struct status_page) {.slug = c->name,
				.server = &s.server,
				.view = &s.view,
				.data = &data,
				.brand = &brand,
				.now = c->now});
		brand_release(&brand);
		readable_server_release(&s);
	}
	page_data_release(&data);
	return found;
}

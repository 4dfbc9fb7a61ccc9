/* SPDX-License-Identifier: MIT */
#include "handlers/handlers.h"

#include "api/api.h"
#include "base/xalloc.h"
#include "cgi/request.h"
#include "data/entries.h"
#include "data/page_data.h"
#include "data/search.h"
#include "data/tools.h"
#include "fetch/fetch.h"
#include "fetch/fetch_listing.h"
#include "http/paging.h"
#include "http/respond.h"
#include "pages/html.h"
#include "pages/pages.h"
#include "preview/preview.h"
#include "terms/names.h"
#include "widget/embed.h"
#include "words/words.h"

#include <stdlib.h>
#include <string.h>

/* Whether a query can stand in a header as it came. */
static bool can_keep(const char *query)
{
	return query && *query &&
		!query[strspn(query, "abcdefghijklmnopqrstuvwxyz"
				     "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "0123456789-._~!$&'()*+,;=:@/?%")];
}

/* It does not depend on whether there is a page at the other path. */
void handle_moved(const struct context *c)
{
	const char *query = c->request->query;
	char to[RESPOND_LOCATION];

	if (!can_keep(query) || snprintf(to, sizeof to, "%s?%s", c->name,
					query) >= (int)sizeof to)
		snprintf(to, sizeof to, "%s", c->name);
	respond_elsewhere(c->r, 301, to);
}

static void no_incident(const struct context *c, const struct status_page *page)
{
	page_error(c, 404);
	history_page_none(&c->r->html, page, "No such incident",
		"There is no incident at this address. Incidents are kept for "
		"92 days.");
}

void answer_incident(const struct context *c, const struct status_page *page)
{
	if (!incident_page_put(&c->r->html, page, c->rest))
		no_incident(c, page);
}

void answer_preview(const struct context *c, const struct status_page *page)
{
	preview_put(&c->r->body, page);
}

/* The preview of the incident that is named before the suffix. */
void answer_incident_preview(const struct context *c,
	const struct status_page *page)
{
	size_t n = strlen(c->rest), after = strlen(ROUTE_PNG);
	char id[ROUTE_REST];

	if (n > after && strcmp(c->rest + n - after, ROUTE_PNG) == 0) {
		snprintf(id, sizeof id, "%.*s", (int)(n - after), c->rest);
		if (preview_put_incident(&c->r->body, page, id))
			return;
	}
	no_incident(c, page);
}

void answer_month(const struct context *c, const struct status_page *page)
{
	if (history_page_put(&c->r->html, page, c->rest))
		return;
	page_error(c, 404);
	history_page_none(&c->r->html, page, "No such month",
		"There is no month at this address. Days are kept for 92 "
		"days.");
}

void answer_calendar(const struct context *c,
	const struct status_page *page)
{
	struct occurrence times[MAINTENANCE_TIMES];
	const struct maintained server = {
		c->name, page->server->title, page->server->account};
	size_t n = maintenance_list_times(&page->data->maintenance, &server,
		c->now, page->brand->maintenance_s, times);

	calendar_put(&c->r->body, &server, 1, times, n);
}

static void answer_found(const struct context *c, page_put *put)
{
	c->r->anywhere = strcmp(c->answer->type, TYPE_PNG) == 0;
	page_finish(c, page_put_server(c, true, put));
}

void handle_server(const struct context *c)
{
	answer_found(c, c->answer->put.server);
}

static void put_page_alone(const struct context *c,
	const struct status_page *page)
{
	c->answer->put.page(&c->r->html, page);
}

void handle_page(const struct context *c)
{
	answer_found(c, put_page_alone);
}

/* Put the feed, or the calendar where there are no incidents, of a list. */
static void put_fleet(const struct context *c, const struct listing *l,
	const struct incident_rows *incidents, const char *account)
{
	struct maintained *servers = xcalloc(l->n + 1, sizeof *servers);
	struct occurrence times[MAINTENANCE_TIMES];
	struct maintenance_list list;
	struct brand brand;
	size_t n;

	if (fetch_maintenances(c->source, &list)) {
		free(servers);
		page_unavailable(c);
		return;
	}
	page_brand(c, &brand);
	for (size_t i = 0; i < l->n; i++)
		servers[i] = (struct maintained) {l->v[i].slug,
			index_title(&l->v[i]), index_account(&l->v[i])};
	n = maintenance_list_times(
		&list, NULL, c->now, brand.maintenance_s, times);
	if (incidents)
		feed_put_fleet(&c->r->html,
			&(struct fleet_feed) {.brand = &brand,
				.now = c->now,
				.account = account,
				.servers = servers,
				.n_servers = l->n,
				.incidents = incidents,
				.times = times,
				.n_times = n});
	else
		calendar_put(&c->r->body, servers, l->n, times, n);
	etag_of_body(c->r);
	maintenance_list_release(&list);
	brand_release(&brand);
	free(servers);
}

void handle_fleet_feed(const struct context *c)
{
	const struct incident_rows *incidents;
	const struct listing *l;

	if (fetch_incidents(c->source, &incidents) ||
		fetch_listing(c->source, &l))
		page_unavailable(c);
	else
		put_fleet(c, l, incidents, NULL);
}

void handle_fleet_calendar(const struct context *c)
{
	const struct listing *l;

	if (fetch_listing(c->source, &l))
		page_unavailable(c);
	else
		put_fleet(c, l, NULL, NULL);
}

static void answer_account(const struct context *c, const struct listing *l)
{
	sign_in_keep(c);
	index_answer_account(c, l);
}

static void answer_account_feed(const struct context *c,
	const struct listing *l)
{
	const char **slugs = xcalloc(l->n + 1, sizeof *slugs);
	struct incident_rows incidents;

	for (size_t i = 0; i < l->n; i++)
		slugs[i] = l->v[i].slug;
	if (fetch_own_incidents(c->source, slugs, l->n, c->token, &incidents))
		page_unavailable(c);
	else
		put_fleet(c, l, &incidents, c->name);
	incident_rows_release(&incidents);
	free(slugs);
}

/* Without its token an account does not exist. */
static void with_account(const struct context *c,
	void (*answer)(const struct context *c, const struct listing *l),
	void (*missing)(const struct context *c))
{
	struct account a;
	struct listing l;

	switch (private_access_account(c, &a)) {
	case NOT_FOUND:
		missing(c);
		return;
	case STORE_DOWN:
		page_unavailable(c);
		return;
	case FOUND:
		break;
	}
	if (fetch_account_listing(c->source, &a, c->token, c->now, &l))
		page_unavailable(c);
	else
		answer(c, &l);
	listing_release(&l);
	account_release(&a);
}

void handle_account(const struct context *c)
{
	with_account(c, answer_account, sign_in_ask);
}

void handle_account_feed(const struct context *c)
{
	with_account(c, answer_account_feed, handle_none);
}

void answer_manual(const struct context *c, const struct brand *brand)
{
	const struct manual_page *page = manual_find(c->name);

	if (page)
		manual_put(&c->r->html, page, brand);
	else
		page_none(c, brand);
}

void answer_embed_preview(
	const struct context *c, const struct brand *brand)
{
	embed_preview(c->request, brand, &c->r->html);
}

void answer_style(const struct context *c, const struct brand *brand)
{
	static const char *const styles[] = {page_style, page_style_index,
		page_style_status, page_style_history, page_style_manual,
		page_style_report, page_style_tools, page_style_embed};

	for (size_t i = 0; i < sizeof styles / sizeof *styles; i++)
		buf_str(&c->r->body, styles[i]);
	buf_fmt(&c->r->body, ":root { --brand: %s }\n", brand->colour);
}

static void answer_brand(const struct context *c,
	void (*put)(const struct context *c, const struct brand *brand))
{
	struct brand brand;

	page_brand(c, &brand);
	put(c, &brand);
	if (c->r->status == 200)
		etag_of_body(c->r);
	brand_release(&brand);
}

void handle_brand(const struct context *c)
{
	answer_brand(c, c->answer->put.brand);
}

static void put_site(const struct context *c, const struct brand *brand)
{
	c->answer->put.site(&c->r->html, brand);
}

void handle_site(const struct context *c)
{
	answer_brand(c, put_site);
}

void handle_page_js(const struct context *c)
{
	buf_add(&c->r->body, page_js, page_js_size);
	etag_of_body(c->r);
}

/* The pulse of the site, or what is drawn before the word of a state. */
void handle_icon(const struct context *c)
{
	struct brand brand;

	if (*c->name) {
		html_put_favicon(&c->r->html, c->name);
		etag_of_body(c->r);
		return;
	}
	page_brand(c, &brand);
	html_fmt(&c->r->html,
		"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'>"
		"<circle cx='8' cy='8' r='8' fill='%s'/><path "
		"d='M2.5 8h3l1.8-4 2.4 8 1.8-4h2' fill='none' stroke='#fff' "
		"stroke-width='1.4'/></svg>\n",
		brand.colour);
	etag_of_body(c->r);
	brand_release(&brand);
}

enum found tools_put_server(const struct context *c, tools_put *put)
{
	struct fetched_tools t;
	struct readable_server s;
	struct brand brand;
	enum found found;

	c->r->audience = AUDIENCE_STRANGER;
	if (!slug_valid(c->name))
		return NOT_FOUND;
	if (fetch_tools(c->source, c->name, c->token, &t))
		return STORE_DOWN;
	found = private_access_read(c, t.got.server, t.got.verdict, &s);
	if (found == FOUND) {
		page_brand_read(c, t.got.site, &brand);
		put(c,
			&(struct status_page) {.slug = c->name,
				.server = &s.server,
				.view = &s.view,
				.brand = &brand,
				.now = c->now},
			t.pairs, s.server.tools_private ? 0 : t.n);
		brand_release(&brand);
		readable_server_release(&s);
	}
	fetch_tools_release(&t);
	return found;
}

void answer_tool_list(const struct context *c,
	const struct status_page *page, const char *const *pairs, size_t n)
{
	struct tool_current tools;

	tool_current_read(pairs, n, &tools);
	tools_page_put(&c->r->html, page, &tools);
	tool_current_release(&tools);
}

/* As a page, or as a feed. */
void answer_tool_changes(const struct context *c,
	const struct status_page *page, const char *const *pairs, size_t n)
{
	struct tool_history history;

	tool_history_read(pairs, n, 0, &history);
	if (strcmp(c->answer->type, TYPE_HTML) == 0)
		tools_page_changes(&c->r->html, page, &history);
	else
		feed_put_changes(&c->r->html, page, &history);
	tool_history_release(&history);
}

void handle_tools(const struct context *c)
{
	page_finish(c, tools_put_server(c, c->answer->put.tools));
}

/* SPDX-License-Identifier: MIT */
#include "handlers/handlers.h"

#include "base/xalloc.h"
#include "cgi/request.h"
#include "data/entries.h"
#include "data/health.h"
#include "data/page_data.h"
#include "data/places.h"
#include "data/search.h"
#include "data/tools.h"
#include "fetch/fetch.h"
#include "fetch/fetch_listing.h"
#include "http/respond.h"
#include "mcp/answers.h"
#include "mcp/protocol.h"
#include "pages/pages.h"
#include "words/words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DAY_S 86400.0

/* The arguments and the result of a call, for a page_put or a tools_put. */
struct call {
	const struct tool_arguments *a;
	struct tool_result *out;
	double from; /* incidents that were there since then */
};

/* The incidents of a server, which incident_rows_release frees. */
static struct incident_rows rows_of(const struct status_page *page)
{
	struct incident_rows rows = {.n = 0};
	struct places places;

	places_read(&places, page->server, page->view);
	incident_rows_add(&rows, page->slug, page->server,
		&page->data->incidents, &places);
	places_release(&places);
	return rows;
}

static void say_status(const struct context *c, const struct status_page *page)
{
	struct call *call = c->arg;
	struct incident_rows rows = rows_of(page);

	answer_status(call->out, page, &rows);
	incident_rows_release(&rows);
}

static enum found call_server_status(const struct context *c,
	const struct tool_arguments *a, struct tool_result *out)
{
	struct call call = {.a = a, .out = out};
	struct context one = *c;

	one.arg = &call;
	return page_put_server(&one, false, say_status);
}

/* The account of the token that was shown; -1: the store does not answer. */
static int find_account(const struct context *c, struct account *a, bool *found)
{
	char name[SLUG_MAX + 1];
	struct context own = *c;

	*found = false;
	*a = (struct account) {.n = 0};
	if (!c->token)
		return 0;
	if (fetch_token_account(c->source, c->token, name))
		return -1;
	if (!*name)
		return 0;
	own.name = name;
	switch (private_access_account(&own, a)) {
	case STORE_DOWN:
		return -1;
	case FOUND:
		*found = true;
		return 0;
	default:
		return 0;
	}
}

static int neediest(const void *a, const void *b)
{
	const struct index_entry *x = *(const struct index_entry *const *)a;
	const struct index_entry *y = *(const struct index_entry *const *)b;
	int rank = condition_rank(x->condition) - condition_rank(y->condition);

	return rank ? rank : strcmp(x->slug, y->slug);
}

/* All servers that the client may know of. */
struct visible {
	const struct index_entry **v; /* those in trouble first */
	size_t n;
	struct account account;
	struct listing own;
};

static void visible_release(struct visible *l)
{
	free(l->v);
	listing_release(&l->own);
	account_release(&l->account);
}

static int find_visible(const struct context *c, struct visible *l)
{
	const struct listing *all;
	bool found;

	*l = (struct visible) {.n = 0};
	if (find_account(c, &l->account, &found))
		return -1;
	/* A source that fails leaves *l as it can be released. */
	if ((found && fetch_account_listing(c->source, &l->account, c->token,
			      c->now, &l->own)) ||
		fetch_views(c->source, c->now, &all)) {
		visible_release(l);
		return -1;
	}
	l->v = xcalloc(all->n + l->own.n + 1, sizeof *l->v);
	for (size_t i = 0; i < all->n; i++)
		l->v[l->n++] = &all->v[i];
	for (size_t i = 0; i < l->own.n; i++)
		if (!listing_has(all, &l->own.v[i]))
			l->v[l->n++] = &l->own.v[i];
	return 0;
}

static enum found call_find_servers(const struct context *c,
	const struct tool_arguments *a, struct tool_result *out)
{
	struct visible l;
	struct search search;
	size_t n = 0, limit = (size_t)a->limit;

	if (find_visible(c, &l))
		return STORE_DOWN;
	search_read(&search, a->query ? a->query : "");
	for (size_t i = 0; i < l.n; i++) {
		const struct index_entry *e = l.v[i];

		if (search_matches(&search, e->words) &&
			(!a->state || strcmp(a->state,
				condition_name(e->condition.state)) == 0))
			l.v[n++] = e;
	}
	if (n)
		qsort(l.v, n, sizeof *l.v, neediest);
	answer_servers(out, l.v, n < limit ? n : limit, n);
	visible_release(&l);
	return FOUND;
}

/*
 * Those that go on, or were there since `from`: of all public servers, or of one,
 * and of the private ones of an account.
 */
static void say_incidents(const struct incident_rows *one,
	const struct incident_rows *own, double from, size_t limit,
	const char *site, struct tool_result *out)
{
	const struct incident_row **v =
		xcalloc(one->n + own->n + 1, sizeof *v);
	size_t i = 0, k = 0, n = 0;

	while (i < one->n || k < own->n) {
		bool first = k == own->n || (i < one->n &&
			one->v[i].started_at >= own->v[k].started_at);
		const struct incident_row *row =
			first ? &one->v[i++] : &own->v[k++];

		/* Public ones of an account are in the first list. */
		if ((first || row->is_private) &&
			(!row->ended_at || (double)row->ended_at >= from))
			v[n++] = row;
	}
	answer_incidents(out, v, n < limit ? n : limit, n, site);
	free(v);
}

static enum found call_all_incidents(const struct context *c,
	const struct tool_arguments *a, double from, struct tool_result *out)
{
	const struct incident_rows *all;
	struct incident_rows own = {.n = 0};
	struct account account;
	struct brand brand;
	bool found, failed;

	if (find_account(c, &account, &found))
		return STORE_DOWN;
	page_brand(c, &brand);
	failed = (found && fetch_own_incidents(c->source, account.slugs,
				   account.n, c->token, &own)) ||
		 fetch_incidents(c->source, &all);
	if (!failed)
		say_incidents(all, &own, from, (size_t)a->limit, brand.url,
			out);
	brand_release(&brand);
	incident_rows_release(&own);
	account_release(&account);
	return failed ? STORE_DOWN : FOUND;
}

static void say_own_incidents(const struct context *c,
	const struct status_page *page)
{
	static const struct incident_rows none;
	struct call *call = c->arg;
	struct incident_rows rows = rows_of(page);

	incident_rows_sort(&rows);
	say_incidents(&rows, &none, call->from, (size_t)call->a->limit,
		page->brand->url, call->out);
	incident_rows_release(&rows);
}

static enum found call_incidents(const struct context *c,
	const struct tool_arguments *a, struct tool_result *out)
{
	struct call call = {a, out, c->now - a->days * DAY_S};
	struct context one = *c;

	if (!a->slug)
		return call_all_incidents(c, a, call.from, out);
	one.arg = &call;
	return page_put_server(&one, true, say_own_incidents);
}

static void say_changes(const struct context *c, const struct status_page *page,
	const char *const *pairs, size_t n)
{
	struct call *call = c->arg;
	struct tool_history history;

	tool_history_read(pairs, n, call->from, &history);
	answer_changes(call->out, page->slug, &history);
	tool_history_release(&history);
}

static enum found call_tool_changes(const struct context *c,
	const struct tool_arguments *a, struct tool_result *out)
{
	struct call call = {a, out, c->now - a->days * DAY_S};
	struct context one = *c;

	one.arg = &call;
	return tools_put_server(&one, say_changes);
}

static enum found call_fleet_summary(const struct context *c,
	const struct tool_arguments *a, struct tool_result *out)
{
	struct fleet_summary summary = {.url = c->url};
	const struct incident_rows *rows;
	struct health health;
	struct brand brand;
	struct visible l;
	const char *json;
	bool down;

	(void)a;
	if (fetch_incidents(c->source, &rows) || find_visible(c, &l))
		return STORE_DOWN;
	for (size_t i = 0; i < l.n; i++)
		summary.states[l.v[i]->condition.state]++;
	for (size_t i = 0; i < rows->n; i++)
		summary.open_incidents += !rows->v[i].ended_at;
	visible_release(&l);
	health_init(&health, c->now);
	health.down = fetch_stages(c->source, health.at, NULL) ||
		fetch_site(c->source, &json);
	summary.judged = health_judged(&health);
	summary.at = health.at[STAGE_VERDICT];
	brand_read(health.down ? NULL : json, &brand);
	if (!*summary.url)
		summary.url = brand.url;
	down = health.down;
	if (!down)
		answer_summary(out, &summary);
	brand_release(&brand);
	health_release(&health);
	return down ? STORE_DOWN : FOUND;
}

/* The state that the calls of one request share. */
struct calls {
	struct context c;
	bool suggested; /* a name was looked for in place of an unknown one */
};

/*
 * Also of a server that is private, to the byte. Names are compared once a request,
 * which may be a batch of calls.
 */
static void say_unknown(struct calls *calls, const struct context *c,
	struct tool_result *out)
{
	const struct names *names;
	const char **close;
	int n;

	if (calls->suggested) {
		answer_unknown(out, c->name, NULL);
		return;
	}
	calls->suggested = true;
	if (fetch_names(c->source, &names)) {
		answer_unavailable(out);
		return;
	}
	close = xcalloc(names->list.n + 1, sizeof *close);
	n = fetch_public(
		c->source, close, suggest(c->name, names, close), 1);
	if (n < 0)
		answer_unavailable(out);
	else
		answer_unknown(out, c->name, n ? close[0] : NULL);
	free(close);
}

static void call_tool(void *arg, enum tool tool,
	const struct tool_arguments *a, struct tool_result *out)
{
	static enum found (*const calls[])(const struct context *,
		const struct tool_arguments *, struct tool_result *) = {
		[TOOL_FIND_SERVERS] = call_find_servers,
		[TOOL_SERVER_STATUS] = call_server_status,
		[TOOL_INCIDENTS] = call_incidents,
		[TOOL_TOOL_CHANGES] = call_tool_changes,
		[TOOL_FLEET_SUMMARY] = call_fleet_summary,
	};
	struct calls *all = arg;
	struct context c = all->c;

	c.name = a->slug;
	switch (calls[tool](&c, a, out)) {
	case NOT_FOUND:
		say_unknown(all, &c, out);
		break;
	case STORE_DOWN:
		answer_unavailable(out);
		break;
	case FOUND:
		break;
	}
}

/* Only of a page of another site is it asked which site this is. */
void handle_mcp(const struct context *c)
{
	struct calls calls = {.c = *c};
	struct protocol p = {.site = c->url, .call = call_tool, .arg = &calls};
	struct brand brand = {.doc = NULL};
	const char *json;

	if (!*c->url && c->request->origin &&
		!fetch_site(c->source, &json)) {
		brand_read(json, &brand);
		p.site = brand.url;
	}
	protocol_answer(&p, c->request, c->r);
	brand_release(&brand);
}

/* SPDX-License-Identifier: MIT */
/*
 * api_handlers.c: each answer of the API is one of those of openapi.json.
 */
#include "handlers/handlers.h"

#include "api/api.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "cgi/request.h"
#include "data/health.h"
#include "fetch/fetch.h"
#include "fetch/fetch_listing.h"
#include "http/paging.h"
#include "http/respond.h"
#include "json/json.h"
#include "store/beat.h"
#include "store/keys.h"
#include "terms/regions.h"
#include "widget/embed.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Metrics of up to so many bytes are sent, and kept, as one; then in pieces. */
#define METRICS_WHOLE (1024u * 1024)
#define METRICS_PIECE (64u * 1024)

/* Make r the error for programs of what is not FOUND. */
static void set_error(struct response *r, enum found found)
{
	if (found == NOT_FOUND)
		respond_error(r, 404, "not-found",
			"There is nothing by this name.");
	else
		respond_error(r, 503, "store",
			"The store does not answer, so its data is not known "
			"now.");
}

/* Whether the view is fresh; if not, r becomes an error that says why. */
static bool fresh(const struct view *v, struct response *r)
{
	if (v->freshness == VIEW_NONE)
		respond_error(r, 503, "no-data",
			"No verdict has been published yet.");
	else if (v->freshness == VIEW_STALE)
		respond_error(r, 503, "stale",
			"No verdict was published in the last 5 minutes.");
	else
		memcpy(r->etag, v->etag, sizeof v->etag);
	return v->freshness == VIEW_FRESH;
}

/* Answer with what `put` makes of a fresh view of the server c->name. */
static void answer_view(const struct context *c, bool regions,
	void (*put)(const struct context *c, const struct readable_server *s))
{
	enum found found;
	struct readable_server s;

	found = private_access_find(c, regions, &s);
	if (found != FOUND) {
		set_error(c->r, found);
		return;
	}
	if (fresh(&s.view, c->r))
		put(c, &s);
	readable_server_release(&s);
}

/* One ETag is one body: it says whether a maintenance is in it. */
static void put_status(const struct context *c, const struct readable_server *s)
{
	struct response *r = c->r;
	bool goes_on;

	if (fetch_maintained(c->source, c->name, s->server.account, c->now,
		    &goes_on)) {
		set_error(r, STORE_DOWN);
		return;
	}
	view_put_json(&r->body, &s->view, goes_on);
	if (goes_on)
		snprintf(r->etag, sizeof r->etag, "%.*s-maintenance\"",
			(int)strlen(s->view.etag) - 1, s->view.etag);
}

void handle_embed_status(const struct context *c)
{
	answer_view(c, false, put_status);
}

static void put_region(struct buf *b, const char *name, const char *city,
	const struct view *v)
{
	static const char *const states[] = {[PLACE_WORKING] = "up",
		[PLACE_NOT_WORKING] = "down",
		[PLACE_NO_DATA] = NULL,
		[PLACE_UNCHECKED] = NULL};
	const struct view_region *r = view_region(v, name);
	enum place place = view_place(v, name);
	bool known = r && states[place];

	if (!city)
		city = region_city(name);
	json_fmt(b, ",{'city':%s,'state':%s,'since':%jd,'p95_ms':%g}",
		city ? city : name, states[place],
		known && r->since > 0 ? (intmax_t)floor(r->since) : 0,
		known ? r->p95_ms : NAN);
}

/* The regions of the configuration or, without one, of the verdict. */
static void put_regions(
	const struct context *c, const struct readable_server *s)
{
	struct response *r = c->r;
	const struct server *server = &s->server;
	const struct view *v = &s->view;
	bool configured = server->n_regions > 0;
	size_t n = configured ? server->n_regions : v->n_regions;

	json_fmt(&r->body, "{'as_of':%s,'regions':[", v->as_of_text);
	for (size_t i = 0; i < n; i++)
		put_region(&r->body,
			configured ? server->regions[i].name
				   : v->regions[i].name,
			configured ? server->regions[i].city : NULL, v);
	json_fmt(&r->body, "]}\n");
	r->cache = CACHE_DETAIL;
}

void handle_regions(const struct context *c)
{
	answer_view(c, true, put_regions);
}

static void put_servers(
	const struct context *c, const char *const *slugs, size_t n)
{
	struct buf *b = &c->r->body;
	char why[VIEW_WHY];

	json_fmt(b, "{'servers':[");
	for (size_t i = 0; i < n; i++) {
		struct view v;

		if (view_read(fetch_verdict(c->source, i), false, c->now, &v,
			    why))
			log_error("%s: verdict: %s", slugs[i], why);
		json_fmt(b, ",{'slug':%s,", slugs[i]);
		view_put_fields(b, &v);
		json_fmt(b, "}");
		view_release(&v);
	}
	json_fmt(b, "]}\n");
	etag_of_body(c->r);
}

void handle_api_account(const struct context *c)
{
	struct account a;
	enum found found = private_access_account(c, &a);
	struct paging p;

	if (found != FOUND) {
		set_error(c->r, found);
		return;
	}
	if (!paging_read(c->request, a.n, PAGING_LIMIT_MAX, &p)) {
		respond_error(c->r, 400, "parameter", PAGING_ERROR);
		account_release(&a);
		return;
	}
	paging_link(&p, c->request, &c->r->link);
	if (fetch_verdicts_of(c->source, a.slugs + p.from, p.to - p.from))
		set_error(c->r, STORE_DOWN);
	else
		put_servers(c, a.slugs + p.from, p.to - p.from);
	account_release(&a);
}

void handle_openapi(const struct context *c)
{
	buf_add(&c->r->body, openapi, openapi_size);
	etag_of_body(c->r);
}

static void put_metrics(const struct context *c,
	const struct readable_server *s)
{
	c->r->type = TYPE_METRICS;
	prometheus_put(&c->r->body, &(struct prometheus_server) {
					    .slug = c->name, .view = &s->view});
}

static struct prometheus_server metrics_of(
	const struct prometheus_fleet *f, size_t i)
{
	const struct listing *l = f->servers;
	const struct index_entry *e = &l->v[i];

	return (struct prometheus_server) {.slug = e->slug,
		.view = e->view,
		.expected = e->expected ? e->expected : e->view->n_regions};
}

/* One that ended a day ago tells nothing of today. */
#define RUN_OLD_S 86400

/* -1: the store did not answer. */
static int read_runs(struct source *s, struct prometheus_fleet *f)
{
	const char *texts[STAGES];

	if (fetch_runs(s, texts))
		return -1;
	for (size_t i = 0; i < STAGES; i++) {
		struct prometheus_run *r = &f->runs[f->n_runs];

		r->stage = (enum stage)i;
		f->n_runs += texts[i] &&
			heartbeat_run_read(texts[i], &r->at, &r->took) &&
			fabs(f->now - r->at) < RUN_OLD_S;
	}
	return 0;
}

/* Take in what KEY_REGIONS holds, or NULL. */
static void take_regions(struct health *h, const char *text)
{
	if (!health_regions(h, text))
		log_error("%s: not what mcp-aggregate writes", KEY_REGIONS);
}

static void put_delivered(const char *text, struct prometheus_fleet *f)
{
	struct health h;

	health_init(&h, f->now);
	take_regions(&h, text);
	f->left_out = h.regions_known ? h.left_out : NAN;
	for (size_t i = 0; h.regions_known && i < h.n_regions; i++) {
		const struct health_region *r = &h.regions[i];
		struct prometheus_region *to = &f->regions[f->n_regions];

		if (f->n_regions == PROMETHEUS_REGIONS)
			break;
		*to = (struct prometheus_region) {.expected = r->expected,
			.reported = r->reported,
			.last = r->last};
		memcpy(to->name, r->name, sizeof to->name);
		f->n_regions++;
	}
	health_release(&h);
}

/* The list stays as it is until the next request is answered. */
static bool more_metrics(void *fleet, struct buf *b)
{
	return prometheus_more(fleet, b, METRICS_PIECE);
}

/*
 * Without the parameter, all public servers and the fleet itself. Its ages
 * change each second, so that is not kept for a minute.
 */
void handle_metrics(const struct context *c)
{
	char slug[SLUG_MAX + 2];
	struct context one = *c;
	struct prometheus_fleet fleet = {.now = c->now, .server = metrics_of};
	const char *regions;
	const struct listing *l;

	if (request_query(c->request, "slug", slug, sizeof slug)) {
		one.name = slug;
		answer_view(&one, false, put_metrics);
		return;
	}
	if (fetch_stages(c->source, fleet.at, &regions)) {
		set_error(c->r, STORE_DOWN);
		return;
	}
	put_delivered(regions, &fleet);
	if (read_runs(c->source, &fleet) ||
		fetch_undelivered(c->source, &fleet.undelivered) ||
		fetch_views(c->source, c->now, &l)) {
		set_error(c->r, STORE_DOWN);
		return;
	}
	fleet.servers = l;
	fleet.n = l->n;
	c->r->type = TYPE_METRICS;
	c->r->cache = CACHE_BRIEF;
	if (!prometheus_more(&fleet, &c->r->body, METRICS_WHOLE)) {
		etag_of_body(c->r);
		return;
	}
	c->r->more = more_metrics;
	c->r->rest = xcalloc(1, sizeof fleet);
	memcpy(c->r->rest, &fleet, sizeof fleet);
}

void handle_health(const struct context *c)
{
	struct health h;
	const char *regions = NULL;

	health_init(&h, c->now);
	h.down = fetch_stages(c->source, h.at, &regions) != 0;
	take_regions(&h, regions);
	c->r->cache = CACHE_NEVER;
	c->r->status = health_good(&h) ? 200 : 503;
	health_put(&c->r->body, &h);
	health_release(&h);
}

void handle_embed_js(const struct context *c)
{
	embed_script(c->r);
}

void handle_none_api(const struct context *c)
{
	set_error(c->r, NOT_FOUND);
}

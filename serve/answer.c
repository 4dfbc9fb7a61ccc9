/*
 * answer.c: each kind of route has a function that asks the store and has the
 * answer built. Whoever may not know of a server is answered as if there were
 * none, everywhere and to the byte.
 */
#include "answer.h"

#include "badge.h"
#include "context.h"
#include "health.h"
#include "log.h"
#include "page.h"
#include "route.h"
#include "suggest.h"
#include "xalloc.h"

#include <math.h>
#include <string.h>

#define SUGGESTIONS 5

void subject_release(struct subject *s)
{
	server_release(&s->server);
	view_release(&s->view);
}

enum found look_up(const struct context *c, struct subject *s)
{
	const char *server, *verdict;
	char why[SERVER_WHY > VIEW_WHY ? SERVER_WHY : VIEW_WHY];

	c->r->audience = AUDIENCE_STRANGER;
	if (!slug_valid(c->name))
		return NOT_FOUND;
	if (fetch_subject(c->source, c->name, &server, &verdict))
		return STORE_DOWN;
	/* A verdict alone does not say whether it is for everybody. */
	if (!server)
		return NOT_FOUND;
	if (server_read(server, &s->server, why)) {
		log_error("%s: entry: %s", c->name, why);
		return STORE_DOWN;
	}
	if (!server_readable(&s->server, c->request->authorization)) {
		server_release(&s->server);
		return NOT_FOUND;
	}
	c->r->audience = s->server.is_private ? AUDIENCE_HOLDER : AUDIENCE_ALL;
	if (view_read(verdict, c->setting->now, &s->view, why))
		log_error("%s: verdict: %s", c->name, why);
	return FOUND;
}

static void set_etag(struct response *r, const struct view *v)
{
	snprintf(r->etag, sizeof r->etag, "%s", v->etag);
}

/* An image must not break: what cannot be told is pending, with a 200. */
static void answer_badge(const struct context *c)
{
	struct subject s = {.view = {.freshness = VIEW_NONE}};
	enum found found = look_up(c, &s);

	c->r->type = TYPE_SVG;
	badge_put(&c->r->body, slug_valid(c->name) ? c->name : NULL, &s.view);
	if (s.view.freshness == VIEW_FRESH) {
		set_etag(c->r, &s.view);
	} else {
		c->r->cache = CACHE_BRIEF;
		respond_digest(c->r);
	}
	if (found == FOUND)
		subject_release(&s);
}

/* A page instead of the error for programs. */
static void error_page(const struct context *c, int status)
{
	c->r->status = status;
	c->r->type = TYPE_HTML;
	c->r->cache = CACHE_BRIEF;
}

static void unavailable_page(const struct context *c)
{
	error_page(c, 503);
	page_message(&c->r->body, "Unknown",
		"What is known about the servers cannot be read at the moment. "
		"This says nothing about them; the fault is ours.");
}

static void missing_page(const struct context *c)
{
	const char *close[SUGGESTIONS], **slugs;
	struct listing l;
	size_t n;

	if (fetch_listing(c->source, &l)) {
		unavailable_page(c);
		return;
	}
	slugs = xcalloc(l.n + 1, sizeof *slugs);
	for (size_t i = 0; i < l.n; i++)
		slugs[i] = l.entries[i].slug;
	n = suggest(c->name, slugs, l.n, close, SUGGESTIONS);
	error_page(c, 404);
	page_missing(&c->r->body, c->name, close, n);
	free(slugs);
	listing_release(&l);
}

static void answer_page(const struct context *c)
{
	struct subject s;

	switch (look_up(c, &s)) {
	case NOT_FOUND:
		missing_page(c);
		break;
	case STORE_DOWN:
		unavailable_page(c);
		break;
	case FOUND:
		c->r->type = TYPE_HTML;
		if (s.view.freshness != VIEW_FRESH)
			c->r->cache = CACHE_BRIEF;
		page_status(&c->r->body,
			&(struct page_subject) {.slug = c->name,
				.server = &s.server,
				.view = &s.view},
			c->setting->site, c->setting->now);
		respond_digest(c->r);
		subject_release(&s);
		break;
	}
}

static void put_list(const struct context *c, const struct listing *l)
{
	struct page_item *items = xcalloc(l->n + 1, sizeof *items);
	struct view *views = xcalloc(l->n + 1, sizeof *views);
	char why[VIEW_WHY];

	for (size_t i = 0; i < l->n; i++) {
		if (view_read(fetch_verdict(c->source, i), c->setting->now,
			    &views[i], why))
			log_error("%s: verdict: %s", l->entries[i].slug, why);
		items[i] = (struct page_item) {.slug = l->entries[i].slug,
			.title = l->entries[i].server.title,
			.view = &views[i]};
	}
	page_index(&c->r->body, items, l->n);
	for (size_t i = 0; i < l->n; i++)
		view_release(&views[i]);
	free(views);
	free(items);
}

static void answer_index(const struct context *c)
{
	struct listing l;

	if (fetch_listing(c->source, &l)) {
		unavailable_page(c);
		return;
	}
	if (fetch_verdicts(c->source, &l)) {
		unavailable_page(c);
	} else {
		c->r->type = TYPE_HTML;
		put_list(c, &l);
		respond_digest(c->r);
	}
	listing_release(&l);
}

/* The regions of all public servers. -1 where the store does not answer. */
static int add_regions(const struct context *c, struct health *h)
{
	struct listing l;
	int rc = fetch_listing(c->source, &l);

	if (!rc)
		rc = fetch_verdicts(c->source, &l);
	for (size_t i = 0; i < l.n && !rc; i++) {
		char why[VIEW_WHY];
		struct view v;

		/* One that cannot be read is named where it is asked for. */
		if (!view_read(fetch_verdict(c->source, i), c->setting->now,
			    &v, why))
			health_add(h, &v);
		view_release(&v);
	}
	listing_release(&l);
	return rc;
}

static void answer_health(const struct context *c)
{
	struct health h;

	health_init(&h, c->setting->now);
	h.down = fetch_stages(c->source, h.at) != 0;
	if (health_judged(&h) && add_regions(c, &h)) {
		health_release(&h);
		health_init(&h, c->setting->now);
	}
	c->r->cache = CACHE_NEVER;
	c->r->status = health_good(&h) ? 200 : 503;
	health_put(&c->r->body, &h);
	health_release(&h);
}

static void answer_none(const struct context *c)
{
	error_page(c, 404);
	page_message(&c->r->body, "Nothing here",
		"There is no page at this address.");
}

static void answer_none_api(const struct context *c)
{
	error_found(c->r, NOT_FOUND);
}

void answer(const struct request *request, const struct setting *setting,
	struct source *source, struct response *r)
{
	static void (*const answers[])(const struct context *) = {
		[ROUTE_NONE] = answer_none,
		[ROUTE_NONE_API] = answer_none_api,
		[ROUTE_INDEX] = answer_index,
		[ROUTE_HEALTH] = answer_health,
		[ROUTE_EMBED_STATUS] = answer_embed_status,
		[ROUTE_REGIONS] = answer_regions,
		[ROUTE_ACCOUNT] = answer_account,
		[ROUTE_OPENAPI] = answer_openapi,
		[ROUTE_BADGE] = answer_badge,
		[ROUTE_PAGE] = answer_page,
	};
	struct route route;
	struct context c = {.request = request,
		.setting = setting,
		.source = source,
		.name = route.name,
		.r = r};

	if (request->method != METHOD_GET && request->method != METHOD_HEAD) {
		respond_error(r, 405, "method", "GET and HEAD, and no other.");
		return;
	}
	route_request(request, &route);
	answers[route.kind](&c);
}

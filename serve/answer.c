/*
 * answer.c: each kind of route has a function that asks the store and has the
 * answer built. What people read is in answer_pages.c.
 */
#include "answer.h"

#include "answer_pages.h"
#include "api/api.h"
#include "api/metrics.h"
#include "api/metrics_answer.h"
#include "badge/badge.h"
#include "base/log.h"
#include "cgi/bearer.h"
#include "data/access.h"
#include "data/fetch.h"
#include "data/fetch_listing.h"
#include "data/health.h"
#include "http/respond.h"
#include "http/route.h"
#include "widget/embed.h"

#include <math.h>
#include <string.h>

static const char store_down[] = "The store does not answer. "
				 "What it holds is not known now.";

static void set_etag(struct response *r, const struct view *v)
{
	snprintf(r->etag, sizeof r->etag, "%s", v->etag);
}

static void put_metrics(const struct context *c, const struct subject *s)
{
	c->r->type = TYPE_METRICS;
	metrics_put(&c->r->body,
		&(struct metrics_server) {.slug = c->name, .view = &s->view},
		1);
}

/*
 * All servers without a parameter. What the fleet says of itself grows old by
 * the second, so that is not kept for a minute.
 */
static void answer_prometheus(const struct context *c)
{
	char slug[SLUG_MAX + 2];
	struct context one = *c;

	if (request_query(c->request, "slug", slug, sizeof slug)) {
		one.name = slug;
		answer_of(&one, put_metrics);
		return;
	}
	if (answer_metrics(c->source, c->setting->now, &c->r->body)) {
		respond_error(c->r, 503, "store", store_down);
		return;
	}
	c->r->type = TYPE_METRICS;
	c->r->cache = CACHE_BRIEF;
	respond_digest(c->r);
}

/* An image must not break: what cannot be told is pending, with a 200. */
static void answer_badge(const struct context *c)
{
	struct subject s = {.view = {.freshness = VIEW_NONE}};
	enum found found = subject_find(c, &s);
	struct badge_look look;

	c->r->type = TYPE_SVG;
	badge_look_read(c->request, &look);
	badge_put(&c->r->body, slug_valid(c->name) ? c->name : NULL, &s.view,
		&look);
	if (s.view.freshness == VIEW_FRESH) {
		set_etag(c->r, &s.view);
	} else {
		c->r->cache = CACHE_BRIEF;
		respond_digest(c->r);
	}
	if (found == FOUND)
		subject_release(&s);
}

/* The regions of all public servers. -1 where the store does not answer. */
static int add_regions(const struct context *c, struct health *h)
{
	const struct listing *l;

	if (fetch_views(c->source, c->setting->now, &l))
		return -1;
	for (size_t i = 0; i < l->n; i++)
		health_add(h, &l->entries[i].view);
	return 0;
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

static void answer_embed_js(const struct context *c)
{
	embed_script(c->r);
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
		[ROUTE_METRICS] = answer_prometheus,
		[ROUTE_REGIONS] = answer_regions,
		[ROUTE_API_ACCOUNT] = answer_api_account,
		[ROUTE_OPENAPI] = answer_openapi,
		[ROUTE_BADGE] = answer_badge,
		[ROUTE_EMBED_JS] = answer_embed_js,
		[ROUTE_EMBED_PREVIEW] = answer_embed_preview,
		[ROUTE_PAGE] = answer_page,
		[ROUTE_FEED] = answer_feed,
		[ROUTE_ACCOUNT] = answer_account,
		[ROUTE_MANUAL_LIST] = answer_manual_list,
		[ROUTE_MANUAL] = answer_manual,
		[ROUTE_STYLE] = answer_style,
		[ROUTE_ICON] = answer_icon,
	};
	char token[SHA256_HEX];
	struct route route;
	struct context c = {.request = request,
		.setting = setting,
		.source = source,
		.name = route.name,
		.token = bearer_token(request->authorization, token) ? token
								     : NULL,
		.r = r};

	if (request->method != METHOD_GET && request->method != METHOD_HEAD) {
		respond_error(r, 405, "method", "GET and HEAD, and no other.");
		return;
	}
	route_request(request, &route);
	answers[route.kind](&c);
}

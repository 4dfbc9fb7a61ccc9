/*
 * api.c: what programs are told. Each answer is one of those of
 * openapi.json, and its errors are JSON.
 */
#include "api/api.h"
#include "api/openapi.h"
#include "base/clock.h"
#include "base/log.h"
#include "cgi/request.h"
#include "data/account.h"
#include "data/fetch.h"
#include "http/respond.h"
#include "json/json.h"
#include "mcp/regions.h"

#include <math.h>
#include <string.h>

void error_found(struct response *r, enum found found)
{
	if (found == NOT_FOUND)
		respond_error(r, 404, "not-found",
			"There is nothing by this name.");
	else
		respond_error(r, 503, "store",
			"The store does not answer. What it holds is not known "
			"now.");
}

/* Whether there is a verdict to tell of; else r says why not. */
static bool fresh(const struct view *v, struct response *r)
{
	if (v->freshness == VIEW_NONE)
		respond_error(r, 503, "no-data",
			"No verdict has been published yet.");
	else if (v->freshness == VIEW_STALE)
		respond_error(r, 503, "stale",
			"No verdict was published in the last 5 minutes.");
	else
		snprintf(r->etag, sizeof r->etag, "%s", v->etag);
	return v->freshness == VIEW_FRESH;
}

/* An answer that is made of a fresh view of the server that is asked for. */
void answer_of(const struct context *c,
	void (*put)(const struct context *c, const struct subject *s))
{
	enum found found;
	struct subject s;

	found = subject_find(c, &s);
	if (found != FOUND) {
		error_found(c->r, found);
		return;
	}
	if (fresh(&s.view, c->r))
		put(c, &s);
	subject_release(&s);
}

static void put_status(const struct context *c, const struct subject *s)
{
	view_put_json(&c->r->body, &s->view);
}

void answer_embed_status(const struct context *c)
{
	answer_of(c, put_status);
}

static void put_region(struct buf *b, const char *name, const char *city,
	const struct view *v)
{
	static const char *const states[] = {[PLACE_WORKING] = "up",
		[PLACE_NOT_WORKING] = "down",
		[PLACE_NO_DATA] = NULL};
	const struct view_region *r = view_region(v, name);
	enum place place = view_place(v, name);
	bool known = r && place != PLACE_NO_DATA;
	char since[CLOCK_RFC3339];

	if (known && r->since > 0)
		clock_rfc3339((int64_t)floor(r->since), since);
	if (!city)
		city = region_city(name);
	buf_str(b, "{\"city\":");
	json_put_str(b, city ? city : name);
	json_put_member(b, "state", states[place]);
	json_put_member(b, "since", known && r->since > 0 ? since : NULL);
	buf_str(b, ",\"p95_ms\":");
	json_put_num(b, known ? r->p95_ms : NAN);
	buf_char(b, '}');
}

/* Those that the configuration names; without one, those of the verdict. */
static void put_regions(const struct context *c, const struct subject *s)
{
	struct response *r = c->r;
	const struct server *server = &s->server;
	const struct view *v = &s->view;
	bool told = server->n_regions > 0;
	size_t n = told ? server->n_regions : v->n_regions;
	char as_of[CLOCK_RFC3339];

	clock_rfc3339(v->as_of, as_of);
	buf_fmt(&r->body, "{\"as_of\":\"%s\",\"regions\":[", as_of);
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_char(&r->body, ',');
		put_region(&r->body,
			told ? server->regions[i].name : v->regions[i].name,
			told ? server->regions[i].city : NULL, v);
	}
	buf_str(&r->body, "]}\n");
	r->cache = CACHE_DETAIL;
}

void answer_regions(const struct context *c)
{
	answer_of(c, put_regions);
}

static void put_servers(const struct context *c, const struct account *a)
{
	struct buf *b = &c->r->body;
	char why[VIEW_WHY];

	buf_str(b, "{\"servers\":[");
	for (size_t i = 0; i < a->n; i++) {
		struct view v;

		if (view_read(fetch_verdict(c->source, i), c->setting->now, &v,
			    why))
			log_error("%s: verdict: %s", a->slugs[i], why);
		buf_fmt(b, "%s{\"slug\":\"%s\",", i ? "," : "", a->slugs[i]);
		view_put_fields(b, &v);
		buf_char(b, '}');
		view_release(&v);
	}
	buf_str(b, "]}\n");
	respond_digest(c->r);
}

enum found account_find(const struct context *c, struct account *a)
{
	char why[ACCOUNT_WHY];
	const char *json;

	c->r->audience = AUDIENCE_STRANGER;
	if (!slug_valid(c->name))
		return NOT_FOUND;
	if (fetch_account_entry(c->source, c->name, c->token, &json))
		return STORE_DOWN;
	if (!json)
		return NOT_FOUND;
	if (account_read(json, a, why)) {
		log_error("account %s: %s", c->name, why);
		return STORE_DOWN;
	}
	c->r->audience = AUDIENCE_HOLDER;
	return FOUND;
}

void answer_api_account(const struct context *c)
{
	struct account a;
	enum found found = account_find(c, &a);

	if (found != FOUND) {
		error_found(c->r, found);
		return;
	}
	if (fetch_verdicts_of(c->source, a.slugs, a.n))
		error_found(c->r, STORE_DOWN);
	else
		put_servers(c, &a);
	account_release(&a);
}

void answer_openapi(const struct context *c)
{
	buf_add(&c->r->body, openapi, openapi_size);
	respond_digest(c->r);
}

/* SPDX-License-Identifier: MIT */
#include "handlers/handler.h"

#include "api/api.h"
#include "cgi/request.h"
#include "handlers/handlers.h"
#include "http/respond.h"
#include "http/route.h"
#include "pages/pages.h"

static void handle_own(const struct context *c)
{
	c->answer->put.own(c);
}

static const struct answer answers[] = {
	[ROUTE_NONE] = {TYPE_HTML, handle_own, {.own = handle_none}},
	[ROUTE_NONE_API] = {TYPE_JSON, handle_own, {.own = handle_none_api}},
	[ROUTE_MOVED] = {TYPE_HTML, handle_own, {.own = handle_moved}},
#define ROUTE(kind, prefix, suffix, name, traits, type, fetch, put)            \
	[ROUTE_##kind] = {TYPE_##type, handle_##fetch, {.fetch = put}},
#include "http/routes.rows"
#undef ROUTE
};

void handle_request(struct service *service, const struct request *request,
	double now, struct response *r)
{
	char token[SHA256_HEX];
	struct route route;
	struct context c = {.request = request,
		.url = service->url,
		.source = &service->source,
		.now = now,
		.name = route.name,
		.rest = route.rest,
		.r = r};

	route_request(request, &route);
	c.answer = &answers[route.kind];
	r->cookies = route_takes_cookies(route.kind);
	if (route.kind != ROUTE_MCP && request->method != METHOD_GET &&
		request->method != METHOD_HEAD) {
		respond_error(
			r, 405, "method", "Only GET and HEAD are answered.");
		return;
	}
	private_access_recognize(&c, token);
	r->type = c.answer->type;
	c.answer->fetch(&c);
}

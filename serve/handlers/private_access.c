#include "handlers/private_access.h"

#include "base/log.h"
#include "cgi/bearer.h"
#include "cgi/request.h"
#include "fetch/fetch.h"
#include "handlers/handler.h"
#include "http/respond.h"

bool private_access_granted(const struct server *s, const char *authorization)
{
	return !s->is_private ||
		(s->token_sha256 && bearer_is(authorization, s->token_sha256));
}

void readable_server_release(struct readable_server *s)
{
	server_release(&s->server);
	view_release(&s->view);
}

static enum found read_server(const struct context *c, const char *server,
	const char *verdict, bool regions, struct readable_server *s)
{
	char why[SERVER_WHY > VIEW_WHY ? SERVER_WHY : VIEW_WHY];

	c->r->audience = AUDIENCE_STRANGER;
	/* A verdict alone does not say whether its server is public. */
	if (!server)
		return NOT_FOUND;
	if (server_read(server, regions, &s->server, why)) {
		log_error("%s: entry: %s", c->name, why);
		return STORE_DOWN;
	}
	if (!private_access_granted(&s->server, c->request->authorization)) {
		server_release(&s->server);
		return NOT_FOUND;
	}
	c->r->audience = s->server.is_private ? AUDIENCE_HOLDER : AUDIENCE_ALL;
	if (view_read(verdict, regions, c->now, &s->view, why))
		log_error("%s: verdict: %s", c->name, why);
	return FOUND;
}

enum found private_access_read(const struct context *c, const char *server,
	const char *verdict, struct readable_server *s)
{
	return read_server(c, server, verdict, true, s);
}

enum found private_access_find(
	const struct context *c, bool regions, struct readable_server *s)
{
	const char *server, *verdict;

	c->r->audience = AUDIENCE_STRANGER;
	if (!slug_valid(c->name))
		return NOT_FOUND;
	if (fetch_server(c->source, c->name, c->token, &server, &verdict))
		return STORE_DOWN;
	return read_server(c, server, verdict, regions, s);
}

enum found private_access_account(const struct context *c, struct account *a)
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

/* SPDX-License-Identifier: MIT */
#include "handlers/handlers.h"

#include "access/credentials.h"
#include "base/log.h"
#include "cgi/request.h"
#include "fetch/fetch.h"
#include "http/respond.h"

#include <string.h>

/* Takes the same time whatever the token is. */
static bool is_granted(const struct server *s, const char *token)
{
	return !s->is_private || (s->token_sha256 && token &&
					 sha256_same(token, s->token_sha256));
}

/*
 * The digest for an account that does not exist: to check with it takes as
 * long.
 */
#define NOBODY                                                                 \
	"0000000000000000000000000000000000000000000000000000000000000000"

enum found private_access_session(const struct context *c, enum session_use use,
	const struct session *s, char *token)
{
	char found[SHA256_HEX];
	bool good;

	if (fetch_account_digest(c->source, s->account, found))
		return STORE_DOWN;
	good = session_good(use, s, *found ? found : NOBODY, c->now);
	if (!good || !*found)
		return NOT_FOUND;
	memcpy(token, found, SHA256_HEX);
	return FOUND;
}

/*
 * A browser goes on sending a password that was typed for one account below
 * /account/: there the cookie of the account that is asked for counts more.
 */
void private_access_recognize(struct context *c, char *token)
{
	const struct request *r = c->request;
	struct session s;

	c->shown = credentials_read(r->authorization, token);
	if (session_of_cookie(r->cookie, &s) &&
		(!c->shown || strcmp(s.account, c->name) == 0)) {
		enum found found =
			private_access_session(c, SESSION_BROWSER, &s, token);

		if (found == FOUND)
			c->shown = CREDENTIALS_COOKIE;
		else if (found == STORE_DOWN && !c->shown)
			c->shown = CREDENTIALS_UNCHECKED;
	}
	c->token = c->shown && c->shown != CREDENTIALS_UNCHECKED ? token : NULL;
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
	if (!is_granted(&s->server, c->token)) {
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
	if (c->shown == CREDENTIALS_UNCHECKED)
		return STORE_DOWN;
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

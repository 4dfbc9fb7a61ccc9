#include "handlers/sign_in.h"

#include "access/credentials.h"
#include "data/brand.h"
#include "handlers/handler.h"
#include "handlers/page_handlers.h"
#include "handlers/private_access.h"
#include "http/respond.h"
#include "pages/pages.h"

#include <stdio.h>
#include <string.h>

static void put_page(const struct context *c, const char *heading,
	const char *text)
{
	struct brand brand;

	page_brand(c, &brand);
	c->r->type = TYPE_HTML;
	error_page_put(&c->r->html, heading, text, &brand);
	brand_release(&brand);
}

/* What is no account's name is asked for alike; a longer path is no page. */
void sign_in_ask(const struct context *c)
{
	if (strchr(c->name, '/')) {
		handle_none(c);
		return;
	}
	put_page(c, "This page is private",
		"Reload it, and give the token of the account as the password; "
		"the user name does not matter. Or ask whoever runs this site "
		"for a link that signs you in.");
	c->r->status = 401;
	c->r->cache = CACHE_NEVER;
}

void sign_in_keep(const struct context *c)
{
	if (c->shown == CREDENTIALS_BASIC)
		session_set(c->name, c->token, c->now, SESSION_PASSWORD_S,
			c->r->set_cookie);
}

/*
 * A link may be opened any number of times until it ends, also by what looks at
 * mail before its reader does.
 */
void handle_account_enter(const struct context *c)
{
	char token[SHA256_HEX], path[RESPOND_LOCATION];
	enum found found = NOT_FOUND;
	struct session s;

	c->r->audience = AUDIENCE_HOLDER;
	if (session_of_link(c->name, c->rest, &s))
		found = private_access_session(c, SESSION_LINK, &s, token);
	switch (found) {
	case STORE_DOWN:
		page_unavailable(c);
		break;
	case NOT_FOUND:
		put_page(c, "This link does not work",
			"It has expired, or a part of it is missing. Ask "
			"whoever sent it for a new one.");
		c->r->status = 404;
		break;
	case FOUND:
		session_set(s.account, token, c->now, SESSION_BROWSER_S,
			c->r->set_cookie);
		snprintf(path, sizeof path, "/account/%s", s.account);
		c->r->type = TYPE_HTML;
		respond_elsewhere(c->r, 303, path);
		break;
	}
}

void handle_account_leave(const struct context *c)
{
	c->r->audience = AUDIENCE_HOLDER;
	session_unset(c->r->set_cookie);
	put_page(c, "Signed out",
		c->shown == CREDENTIALS_BASIC
			? "This browser still has the password that you gave, "
			  "until you close it."
			: "This browser shows no private pages of this site "
			  "any more.");
}

/* SPDX-License-Identifier: MIT */
/*
 * sign_in.c: how a browser comes to read the private pages of an account, and
 * ceases to: by the token as a password, or by a link, which "mcp-serve link"
 * prints. Nothing here tells whether there is an account of a name.
 */
#include "handlers/handlers.h"

#include "access/credentials.h"
#include "base/exits.h"
#include "base/log.h"
#include "data/entries.h"
#include "fetch/fetch.h"
#include "handlers/handler.h"
#include "http/respond.h"
#include "pages/pages.h"

#include <errno.h>
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

/*
 * A name that no account can have is asked for alike; a longer path is no page.
 */
void sign_in_ask(const struct context *c)
{
	if (strchr(c->name, '/')) {
		handle_none(c);
		return;
	}
	put_page(c, "This page is private",
		"Reload it and enter the account's token as the password, "
		"with any user name. Or ask the operator of this site "
		"for a sign-in link.");
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
			"It has expired or is incomplete. Ask "
			"its sender for a new one.");
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

/* A browser keeps the cookie only where it trusts the connection. */
static bool is_trusted(const char *url)
{
	static const char *const begins[] = {"https://", "http://localhost",
		"http://127.0.0.1", "http://[::1]"};

	for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
		if (strncmp(url, begins[i], strlen(begins[i])) == 0)
			return true;
	return false;
}

static int print_link(const char *site, const char *account,
	const char *digest, long long until)
{
	char pass[SESSION_PASS];

	session_sign(SESSION_LINK, account, digest, until, pass);
	if (printf("%s/account/%s/enter/%s\n", site, account, pass) < 0 ||
		fflush(stdout)) {
		log_error("standard output: %s", strerror(errno));
		return EXIT_ENV;
	}
	return EXIT_GOOD;
}

int sign_in_link(struct service *service, const char *account, double life_s,
	double now)
{
	char digest[SHA256_HEX];
	struct brand brand;
	const char *json, *site;
	int rc = EXIT_USAGE;

	if (!slug_valid(account)) {
		log_error("link: not the name of an account");
		return EXIT_USAGE;
	}
	if (fetch_account_digest(&service->source, account, digest))
		return EXIT_ENV;
	if (fetch_site(&service->source, &json))
		return EXIT_ENV;
	brand_read(json, &brand);
	site = *service->url ? service->url : brand.url;
	if (!*digest)
		log_error("link: %s: the store has no account of that name "
			  "with a token", account);
	else if (!*site)
		log_error("link: the address of the site is not known: set "
			  "MCP_SITE, or url of site in the configuration");
	else
		rc = print_link(site, account, digest,
			(long long)(now + life_s));
	if (!rc && !is_trusted(site))
		log_warn("link: %s: browsers keep the cookie only over https",
			site);
	brand_release(&brand);
	return rc;
}

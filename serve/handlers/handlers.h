/* SPDX-License-Identifier: MIT */
/*
 * handlers.h: a function for each kind of route, which asks the store and fills
 * the response of its context; http/routes.rows names them. Below: the
 * answers that pages share, and who may know of private servers and accounts.
 */
#ifndef HANDLERS_HANDLERS_H
#define HANDLERS_HANDLERS_H

#include "access/credentials.h"
#include "data/entries.h"
#include "data/view.h"
#include "http/route.h"

#include <stdbool.h>

struct answer;
struct brand;
struct html;
struct listing;
struct request;
struct response;
struct source;
struct status_page;

/* A request, as a handler is given it. */
struct context {
	const struct answer *answer; /* of its route */
	const struct request *request;
	const char *url; /* that of the service */
	struct source *source;
	double now;	   /* epoch seconds */
	const char *name;  /* what stands in the path for a slug */
	const char *rest;  /* what stands behind it, see struct route */
	const char *token; /* SHA-256 of the token that was shown, or NULL */
	enum credentials shown; /* how it was */
	struct response *r;
	void *arg; /* for a page_put or a tools_put that needs more */
};

typedef void page_put(const struct context *c, const struct status_page *page);
typedef void tools_put(const struct context *c, const struct status_page *page,
	const char *const *pairs, size_t n);

/*
 * How a route is answered, from its row in http/routes.rows: `fetch` asks the
 * store, and `put` makes the answer of what it says, by the member that is named
 * like it. The response has the type already.
 */
struct answer {
	const char *type;
	void (*fetch)(const struct context *c);
	union {
		void (*own)(const struct context *c); /* which asks itself */
		void (*page)(struct html *b, const struct status_page *page);
		page_put *server;
		tools_put *tools;
		void (*site)(struct html *b, const struct brand *brand);
		void (*brand)(
			const struct context *c, const struct brand *brand);
	} put;
};

/*
 * handle_page(c), handle_server(c): fetch the page of one server, for its pages,
 * feeds and images. handle_tools(c): its tools, and what changed in them.
 * handle_site(c), handle_brand(c): the brand of the site alone.
 */
void handle_page(const struct context *c);
page_put answer_incident, answer_month, answer_calendar, answer_preview,
	answer_incident_preview;
void handle_server(const struct context *c);
tools_put answer_tool_list, answer_tool_changes;
void handle_tools(const struct context *c);
void handle_site(const struct context *c);
void handle_brand(const struct context *c);
void answer_manual(const struct context *c, const struct brand *brand);
void answer_embed_preview(const struct context *c, const struct brand *brand);
void answer_style(const struct context *c, const struct brand *brand);
void answer_robots(const struct context *c, const struct brand *brand);

/* ---- For people: an error is a page. */

void handle_moved(const struct context *c);
void handle_index(const struct context *c);
void handle_fleet_feed(const struct context *c);
void handle_fleet_calendar(const struct context *c);
void handle_account_feed(const struct context *c);
void handle_account(const struct context *c);
void handle_page_js(const struct context *c);
void handle_icon(const struct context *c);

/* handle_none(c): there is no page at this address. */
void handle_none(const struct context *c);

/* handle_account_enter(c): follow a signed link; handle_account_leave(c). */
void handle_account_enter(const struct context *c);
void handle_account_leave(const struct context *c);

/*
 * The report on a month: the page, and the same as CSV and JSON, whose errors
 * are JSON, too. handle_report_list(c): all reports; a redirect to the newest.
 */
void handle_report(const struct context *c);
void handle_report_csv(const struct context *c);
void handle_report_json(const struct context *c);
void handle_report_list(const struct context *c);

/*
 * ---- Badges, as images and for shields.io. A badge must not break: where
 * nothing is known it says so, with status 200.
 *
 * handle_badge(c), handle_badge_json(c): of the server that c->name names.
 * handle_fleet_badge(c), handle_fleet_badge_json(c): of all public servers.
 */
void handle_badge(const struct context *c);
void handle_badge_json(const struct context *c);
void handle_fleet_badge(const struct context *c);
void handle_fleet_badge_json(const struct context *c);

/* ---- For programs: errors are JSON. */

void handle_embed_status(const struct context *c);
void handle_regions(const struct context *c);
void handle_api_account(const struct context *c);
void handle_metrics(const struct context *c);
void handle_health(const struct context *c);
void handle_openapi(const struct context *c);
void handle_embed_js(const struct context *c);

/* handle_none_api(c): there is nothing at this address. */
void handle_none_api(const struct context *c);

/*
 * handle_mcp(c): answer a request for /mcp, of any method. Who may know of what
 * is decided as for the pages.
 */
void handle_mcp(const struct context *c);

/*
 * For search engines. Without the address of the site there is no sitemap.
 * handle_sitemap_part(c): the part whose number is the name.
 */
void handle_sitemap(const struct context *c);
void handle_sitemap_part(const struct context *c);

/*
 * ---- Private servers, accounts and their tokens: who may know of them.
 * Whoever may not is answered as if there were none, to the byte.
 */

enum found { FOUND, NOT_FOUND, STORE_DOWN };

/* A server that the client may know of. */
struct readable_server {
	struct server server;
	struct view view;
};

/*
 * private_access_find(c, regions, s): look up the server that c->name names;
 * entry and view without regions where these are not wanted. FOUND, and then
 * readable_server_release frees what *s holds. Sets the audience of the
 * response.
 *
 * private_access_read(c, server, verdict, s): likewise, from what the store
 * holds of it, JSON, each of which may be NULL; c->name is a slug.
 */
enum found private_access_find(
	const struct context *c, bool regions, struct readable_server *s);
enum found private_access_read(const struct context *c, const char *server,
	const char *verdict, struct readable_server *s);
void readable_server_release(struct readable_server *s);

/*
 * private_access_account(c, a): the account that c->name names; FOUND where the
 * request shows its token, and then account_release frees *a.
 */
enum found private_access_account(const struct context *c, struct account *a);

/*
 * private_access_session(c, use, s, token): FOUND where the link or the cookie is
 * good, and then the SHA-256 of the token of its account is in token, which has
 * SHA256_HEX bytes. It takes as long where there is no such account.
 */
enum found private_access_session(const struct context *c, enum session_use use,
	const struct session *s, char *token);

/*
 * private_access_recognize(c, token): set the token of c to the one that its
 * request shows, in its Authorization field or by the cookie of a session, and
 * how: as to what c->name names. Its SHA-256 is then in token, of SHA256_HEX
 * bytes. The store is asked only of a cookie.
 */
void private_access_recognize(struct context *c, char *token);

/* ---- The answers that pages share. */

/*
 * page_brand(c, brand): the brand as the store has it; the defaults where it
 * does not answer. page_brand_read(c, json, brand): as fleet:site, JSON or NULL,
 * has it. page_error(c, status): make the response a page that is an
 * error. page_none(c, brand): the page that says that there is none at this
 * address. page_unavailable(c): the page that says that the store does not
 * answer. page_finish(c, found): this page, or a page that says that there is no
 * such server, or the ETag of the page that was put.
 */
void page_brand(const struct context *c, struct brand *brand);
void page_brand_read(const struct context *c, const char *json,
	struct brand *brand);
void page_error(const struct context *c, int status);
void page_unavailable(const struct context *c);
void page_finish(const struct context *c, enum found found);
void page_none(const struct context *c, const struct brand *brand);

/*
 * page_put_server(c, past, put): put the page, the feed or the badge of the server
 * that c->name names; without `past` *page has only what is so now.
 */
enum found page_put_server(const struct context *c, bool past, page_put *put);

/*
 * tools_put_server(c, put): likewise, with the strings of key_definitions, field and
 * value in turn: none where the tools are private. *page has no data.
 */
enum found tools_put_server(const struct context *c, tools_put *put);

/* index_answer_account(c, l): the index of the account c->name, whose servers are
 * in l. */
void index_answer_account(const struct context *c, const struct listing *l);

/* sign_in_ask(c): ask for the token of the account, as a password. */
void sign_in_ask(const struct context *c);

/*
 * sign_in_keep(c): where the token of the account c->name was shown as a
 * password, give the browser a cookie: it sends passwords only below /account/.
 */
void sign_in_keep(const struct context *c);

#endif

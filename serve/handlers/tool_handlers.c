#include "handlers/handlers.h"

#include "api/api.h"
#include "data/entries.h"
#include "data/tools.h"
#include "fetch/fetch.h"
#include "http/respond.h"
#include "terms/names.h"
#include "pages/pages.h"

/* The strings of key_definitions: field and value in turn. */
typedef void put_tools(const struct context *c, const struct status_page *page,
	const char *const *pairs, size_t n);

static void put_answer(const struct context *c, const char *type,
	const struct fetched_tools *t, const struct readable_server *s,
	put_tools *put)
{
	struct brand brand;

	brand_read(t->got.site, &brand);
	if (*c->url)
		brand.url = c->url;
	c->r->type = type;
	put(c,
		&(struct status_page) {.slug = c->name,
			.server = &s->server,
			.view = &s->view,
			.brand = &brand,
			.now = c->now},
		t->pairs, s->server.tools_private ? 0 : t->n);
	etag_of_body(c->r);
	brand_release(&brand);
}

static void answer_tools(
	const struct context *c, const char *type, put_tools *put)
{
	struct fetched_tools t;
	struct readable_server s;
	enum found found;

	c->r->audience = AUDIENCE_STRANGER;
	if (!slug_valid(c->name)) {
		page_missing(c);
		return;
	}
	if (fetch_tools(c->source, c->name, c->token, &t)) {
		page_unavailable(c);
		return;
	}
	found = private_access_read(c, t.got.server, t.got.verdict, &s);
	if (found == FOUND) {
		put_answer(c, type, &t, &s, put);
		readable_server_release(&s);
	}
	fetch_tools_release(&t);
	if (found != FOUND)
		page_missing(c);
}

static void put_tools_page(const struct context *c,
	const struct status_page *page, const char *const *pairs, size_t n)
{
	struct tool_current tools;

	tool_current_read(pairs, n, &tools);
	tools_page_put(&c->r->html, page, &tools);
	tool_current_release(&tools);
}

void handle_tools(const struct context *c)
{
	answer_tools(c, TYPE_HTML, put_tools_page);
}

static void put_changes_page(const struct context *c,
	const struct status_page *page, const char *const *pairs, size_t n)
{
	struct tool_history history;

	tool_history_read(pairs, n, 0, &history);
	tools_page_changes(&c->r->html, page, &history);
	tool_history_release(&history);
}

void handle_changes(const struct context *c)
{
	answer_tools(c, TYPE_HTML, put_changes_page);
}

static void put_changes_feed(const struct context *c,
	const struct status_page *page, const char *const *pairs, size_t n)
{
	struct tool_history history;

	tool_history_read(pairs, n, 0, &history);
	feed_put_changes(&c->r->html, page, &history);
	tool_history_release(&history);
}

void handle_changes_feed(const struct context *c)
{
	answer_tools(c, TYPE_ATOM, put_changes_feed);
}

/* SPDX-License-Identifier: MIT */
#include "handlers/handlers.h"

#include "api/api.h"
#include "data/entries.h"
#include "data/tools.h"
#include "fetch/fetch.h"
#include "http/respond.h"
#include "pages/pages.h"
#include "terms/names.h"

#include <string.h>

enum found tools_put_server(const struct context *c, tools_put *put)
{
	struct fetched_tools t;
	struct readable_server s;
	struct brand brand;
	enum found found;

	c->r->audience = AUDIENCE_STRANGER;
	if (!slug_valid(c->name))
		return NOT_FOUND;
	if (fetch_tools(c->source, c->name, c->token, &t))
		return STORE_DOWN;
	found = private_access_read(c, t.got.server, t.got.verdict, &s);
	if (found == FOUND) {
		page_brand_read(c, t.got.site, &brand);
		put(c,
			&(struct status_page) {.slug = c->name,
				.server = &s.server,
				.view = &s.view,
				.brand = &brand,
				.now = c->now},
			t.pairs, s.server.tools_private ? 0 : t.n);
		brand_release(&brand);
		readable_server_release(&s);
	}
	fetch_tools_release(&t);
	return found;
}

void answer_tool_list(const struct context *c,
	const struct status_page *page, const char *const *pairs, size_t n)
{
	struct tool_current tools;

	tool_current_read(pairs, n, &tools);
	tools_page_put(&c->r->html, page, &tools);
	tool_current_release(&tools);
}

/* As a page, or as a feed. */
void answer_tool_changes(const struct context *c,
	const struct status_page *page, const char *const *pairs, size_t n)
{
	struct tool_history history;

	tool_history_read(pairs, n, 0, &history);
	if (strcmp(c->answer->type, TYPE_HTML) == 0)
		tools_page_changes(&c->r->html, page, &history);
	else
		feed_put_changes(&c->r->html, page, &history);
	tool_history_release(&history);
}

void handle_tools(const struct context *c)
{
	page_finish(c, tools_put_server(c, c->answer->put.tools));
}

/*
 * tools_page.h: the tools of a server, at /status/<slug>/tools, and what changed
 * of them, at /status/<slug>/changes. What a server says is shown as it is, with
 * what hides in it made visible, and cut. Pure.
 */
#ifndef PAGES_TOOLS_PAGE_H
#define PAGES_TOOLS_PAGE_H

#include "http/escape.h"

struct status_page;
struct tool_current;
struct tool_history;

/*
 * tools_page_put(b, page, tools), tools_page_changes(b, page, history): append
 * the page. Of *page its data is not read, and may be NULL.
 */
void tools_page_put(struct html *b, const struct status_page *page,
	const struct tool_current *tools);
void tools_page_changes(struct html *b, const struct status_page *page,
	const struct tool_history *history);

#endif

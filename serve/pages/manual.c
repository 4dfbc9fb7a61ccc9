#include "pages/pages.h"

#include "base/text.h"
#include "pages/html.h"

#include <stdio.h>
#include <string.h>

/* The path of a page, and what it is about. */
#define PATH_MAX_BYTES 64
#define ABOUT_MAX 1024

/* "mcp-serve.8" as people write it: "mcp-serve(8)". */
static void put_name(struct html *b, const char *name)
{
	const char *dot = strrchr(name, '.');

	html_fmt(b, "%.*s(%s)", (int)(dot - name), name, dot + 1);
}

const struct manual_page *manual_find(const char *name)
{
	for (size_t i = 0; i < manual_count; i++)
		if (strcmp(manual_pages[i].name, name) == 0)
			return &manual_pages[i];
	return NULL;
}

void manual_put(struct html *b, const struct manual_page *page,
	const struct brand *brand)
{
	char path[PATH_MAX_BYTES];
	struct buf about;

	snprintf(path, sizeof path, "/man/%s", page->name);
	buf_init(&about, ABOUT_MAX);
	text_put(&about, page->about);
	html_begin(b,
		&(struct frame) {.brand = brand,
			.title = page->name,
			.path = path,
			.about = buf_ok(&about) ? about.p : NULL});
	buf_release(&about);
	html_str(b, "<div class=\"manual\">\n<p><a href=\"/man/\">All manual "
		   "pages</a></p>\n");
	html_add(b, page->html, page->n);
	html_str(b, "</div>\n");
	html_end(b, brand, true);
}

void manual_put_list(struct html *b, const struct brand *brand)
{
	html_begin(b,
		&(struct frame) {.brand = brand,
			.title = "Manual",
			.path = "/man/",
			.about = "The manual pages of the programs that watch "
				 "these MCP servers."});
	html_str(b, "<h1>Manual</h1>\n<dl class=\"manual\">\n");
	for (size_t i = 0; i < manual_count; i++) {
		const struct manual_page *p = &manual_pages[i];

		html_fmt(b, "<dt><a href=\"/man/%s\">", p->name);
		put_name(b, p->name);
		html_str(b, "</a></dt><dd>");
		escape_put(b, p->about);
		html_str(b, "</dd>\n");
	}
	html_str(b, "</dl>\n");
	html_end(b, brand, true);
}

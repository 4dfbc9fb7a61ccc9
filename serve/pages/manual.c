/* SPDX-License-Identifier: MIT */
#include "pages/pages.h"

#include "base/text.h"
#include "pages/html.h"

#include <stdio.h>
#include <string.h>

/* The path of a page, and what it is about. */
#define PATH_MAX_BYTES 64
#define ABOUT_MAX 1024

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
	html_fmt(b, "<div class='manual'>\n<p><a href='/man/'>All manual "
		   "pages</a></p>\n");
	html_add(b, page->html, page->n);
	html_fmt(b, "</div>\n");
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
	html_fmt(b, "<h1>Manual</h1>\n<dl class='manual'>\n");
	for (size_t i = 0; i < manual_count; i++) {
		const struct manual_page *p = &manual_pages[i];
		const char *dot = strrchr(p->name, '.');

		/* "mcp-serve.8" as people write it: "mcp-serve(8)". */
		html_fmt(b,
			"<dt><a href='/man/%s'>%.*s(%s)</a></dt><dd>%s</dd>\n",
			p->name, (int)(dot - p->name), p->name, dot + 1,
			p->about);
	}
	html_fmt(b, "</dl>\n");
	html_end(b, brand, true);
}

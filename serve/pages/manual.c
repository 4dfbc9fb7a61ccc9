#include "pages/manual.h"

#include "http/escape.h"
#include "pages/html.h"

#include <string.h>

/* "mcp-serve.8" as people write it: "mcp-serve(8)". */
static void put_name(struct buf *b, const char *name)
{
	const char *dot = strrchr(name, '.');

	buf_fmt(b, "%.*s(%s)", (int)(dot - name), name, dot + 1);
}

const struct manual_page *manual_find(const char *name)
{
	for (size_t i = 0; i < manual_count; i++)
		if (strcmp(manual_pages[i].name, name) == 0)
			return &manual_pages[i];
	return NULL;
}

void manual_put(struct buf *b, const struct manual_page *page,
	const struct brand *brand)
{
	html_begin(b, &(struct frame) {.brand = brand, .title = page->name});
	buf_str(b, "<div class=\"manual\">\n<p><a href=\"/man/\">All manual "
		   "pages</a></p>\n");
	buf_add(b, page->html, page->n);
	buf_str(b, "</div>\n");
	html_end(b, true);
}

void manual_put_list(struct buf *b, const struct brand *brand)
{
	html_begin(b, &(struct frame) {.brand = brand, .title = "Manual"});
	buf_str(b, "<h1>Manual</h1>\n<dl class=\"manual\">\n");
	for (size_t i = 0; i < manual_count; i++) {
		const struct manual_page *p = &manual_pages[i];

		buf_fmt(b, "<dt><a href=\"/man/%s\">", p->name);
		put_name(b, p->name);
		buf_str(b, "</a></dt><dd>");
		escape_put(b, p->about);
		buf_str(b, "</dd>\n");
	}
	buf_str(b, "</dl>\n");
	html_end(b, true);
}

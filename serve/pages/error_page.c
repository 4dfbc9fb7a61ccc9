/* SPDX-License-Identifier: MIT */
#include "pages/pages.h"

#include "pages/html.h"

void error_page_missing(struct html *b, const char *name,
	const char *const *close, size_t n, const struct brand *brand)
{
	html_begin(b,
		&(struct frame) {.brand = brand, .title = "No such server"});
	html_element(b, "h1", "No server by this name");
	if (*name)
		html_fmt(b,
			"<p>There is no server called <b>%s</b>. A new server "
			"appears after its first probe.</p>\n",
			name);
	if (n)
		html_fmt(b, "<p>Did you mean one of these?</p>\n<ul>\n");
	for (size_t i = 0; i < n; i++)
		html_fmt(b, "<li><a href='/status/%s'>%s</a></li>\n", close[i],
			close[i]);
	if (n)
		html_fmt(b, "</ul>\n");
	index_page_search(b, "");
	html_end(b, brand, true);
}

void error_page_put(struct html *b, const char *heading, const char *text,
	const struct brand *brand)
{
	html_begin(b, &(struct frame) {.brand = brand, .title = heading});
	html_element(b, "h1", heading);
	html_element(b, "p", text);
	html_end(b, brand, true);
}

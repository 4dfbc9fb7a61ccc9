/* SPDX-License-Identifier: MIT */
/*
 * paths.c: the addresses of the pages of a server, and links to them. The pages
 * lead to each other, and none needs to know another.
 */
#include "pages/pages.h"

#include "base/clock.h"
#include "data/entries.h"
#include "data/page_data.h"

#define DAY_S 86400

const char *status_page_name(const struct status_page *page)
{
	return page->server->title ? page->server->title : page->slug;
}

void paths_put_incident(struct html *b, const struct html_part *p)
{
	paths_incident(&b->out, p->text, p->of);
}

void paths_incident(struct buf *b, const char *slug, const struct incident *in)
{
	char id[INCIDENT_ID];

	buf_fmt(b, "/status/%s/incident/%s", slug,
		incident_id(in->kind, in->started_at, id));
}

void paths_put_day(struct html *b, const struct html_part *p)
{
	int month = month_of((double)(p->at * DAY_S));
	int64_t first = month_begin(month) / DAY_S;
	char text[MONTH_TEXT];

	html_fmt(b, "/status/%s/history/%s#day-%d", p->text,
		month_text(month, text), (int)(p->at - first) + 1);
}

void paths_month(struct html *b, const char *slug, int month,
	const char *before, const char *after)
{
	char text[MONTH_TEXT], title[MONTH_TITLE];

	html_fmt(b, "<a href='/status/%s/history/%s'>%ls%s%ls</a>\n", slug,
		month_text(month, text), HTML_MARKUP(before),
		month_title(month, title), HTML_MARKUP(after));
}

void paths_months(struct html *b, const struct status_page *page)
{
	int64_t today = page->data->history.today;
	int month = month_of((double)(today * DAY_S));

	html_fmt(b, "<nav class='pages' aria-label='Months'>\n");
	for (; history_keeps(today, month); month--)
		paths_month(b, page->slug, month, "", "");
	html_fmt(b, "</nav>\n");
}

void paths_server(struct html *b, const struct status_page *page)
{
	html_fmt(b, "<a href='/status/%s'>%s</a>", page->slug,
		status_page_name(page));
}

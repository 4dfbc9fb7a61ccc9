/*
 * paths.c: the addresses of the pages of a server, and links to them. The pages
 * lead to each other, and none needs to know another.
 */
#include "pages/pages.h"

#include "base/clock.h"
#include "data/entries.h"
#include "data/page_data.h"

#define DAY_S 86400

void paths_incident(struct buf *b, const char *slug, const struct incident *in)
{
	char id[INCIDENT_ID];

	buf_fmt(b, "/status/%s/incident/%s", slug,
		incident_id(in->kind, in->started_at, id));
}

void paths_day(struct html *b, const char *slug, int64_t day)
{
	int month = month_of((double)(day * DAY_S));
	int64_t first = month_begin(month) / DAY_S;
	char text[MONTH_TEXT];

	html_fmt(b, "/status/%s/history/%s#day-%d", slug,
		month_text(month, text), (int)(day - first) + 1);
}

void paths_month(struct html *b, const char *slug, int month,
	const char *before, const char *after)
{
	char text[MONTH_TEXT], title[MONTH_TITLE];

	html_fmt(b, "<a href=\"/status/%s/history/%s\">%s%s%s</a>\n", slug,
		month_text(month, text), before, month_title(month, title),
		after);
}

void paths_months(struct html *b, const struct status_page *page)
{
	int64_t today = page->data->history.today;
	int month = month_of((double)(today * DAY_S));

	html_str(b, "<nav class=\"pages\" aria-label=\"Months\">\n");
	for (; history_keeps(today, month); month--)
		paths_month(b, page->slug, month, "", "");
	html_str(b, "</nav>\n");
}

void paths_server(struct html *b, const struct status_page *page)
{
	const struct server *server = page->server;

	html_fmt(b, "<a href=\"/status/%s\">", page->slug);
	escape_put(b, server->title ? server->title : page->slug);
	html_str(b, "</a>");
}

#include "pages/index_page.h"

#include "base/month.h"
#include "base/xalloc.h"
#include "data/view.h"
#include "http/escape.h"
#include "http/paging.h"
#include "pages/html.h"

#include <stdlib.h>
#include <string.h>

/* Trouble comes first, then what is not known. */
static int rank(const struct index_item *i)
{
	if (i->view->freshness != VIEW_FRESH)
		return 2;
	return i->view->verdict == VERDICT_RED	 ? 0
		: i->view->verdict == VERDICT_AMBER ? 1
						    : 3;
}

static int by_rank(const void *a, const void *b)
{
	const struct index_item *x = a, *y = b;
	int by = rank(x) - rank(y);

	return by ? by : strcmp(x->slug, y->slug);
}

static void put_item(struct buf *b, const struct index_item *item)
{
	struct word w = html_state(item->view);

	buf_fmt(b, "<li><a href=\"/status/%s\">", item->slug);
	escape_put(b, item->title ? item->title : item->slug);
	buf_str(b, "</a><span class=\"state\">");
	html_icon(b, w.class);
	buf_fmt(b, "%s</span></li>\n", w.text);
}

static void put_summary(struct buf *b, const struct index_page *l)
{
	static const char *const words[] = {
		"not working", "partly working", "unknown", "working"};
	size_t count[4] = {0};
	const char *comma = "";

	for (size_t i = 0; i < l->n; i++)
		count[rank(&l->items[i])]++;
	if (l->n > 1 && count[3] == l->n) {
		buf_fmt(b,
			"<p class=\"lead\">All %zu servers are working.</p>\n",
			l->n);
		return;
	}
	buf_str(b, "<p class=\"lead\">");
	for (size_t i = 0; i < 4; i++) {
		if (!count[i])
			continue;
		buf_fmt(b, "%s%zu %s", comma, count[i], words[i]);
		comma = ", ";
	}
	buf_str(b, "</p>\n");
}

static void put_items(struct buf *b, const struct index_page *l)
{
	struct index_item *sorted = xcalloc(l->n, sizeof *sorted);

	memcpy(sorted, l->items, l->n * sizeof *sorted);
	qsort(sorted, l->n, sizeof *sorted, by_rank);
	put_summary(b, l);
	buf_str(b, "<ul class=\"servers\">\n");
	for (size_t i = l->paging->from; i < l->paging->to; i++)
		put_item(b, &sorted[i]);
	buf_str(b, "</ul>\n");
	html_pages(b, l->paging, l->request);
	free(sorted);
}

void index_page_search(struct buf *b, const char *query, const char *account)
{
	buf_str(b, "<form role=\"search\" method=\"get\" action=\"/");
	if (account) {
		buf_str(b, "account/");
		escape_put(b, account);
	}
	buf_str(b, "\"><label for=\"q\">Find a server</label> <input id=\"q\" "
		   "name=\"q\" type=\"search\" maxlength=\"80\" value=\"");
	escape_put(b, query);
	buf_str(b, "\"> <button>Search</button></form>\n");
}

void index_page_put(struct buf *b, const struct index_page *l,
	const struct brand *brand)
{
	char text[MONTH_TEXT], title[MONTH_TITLE];

	html_begin(b,
		&(struct frame) {.brand = brand,
			.title = l->account,
			.live = true});
	html_element(b, "h1", l->account ? l->account : "MCP servers");
	index_page_search(b, l->query, l->account);
	if (l->n) {
		put_items(b, l);
	} else if (*l->query) {
		buf_str(b, "<p>No server is called anything like <b>");
		escape_put(b, l->query);
		buf_str(b, "</b>.</p>\n");
	} else {
		buf_str(b, "<p>No server is watched yet.</p>\n");
	}
	if (l->report)
		buf_fmt(b,
			"<p class=\"dim\"><a href=\"/report/%s\">The report on "
			"%s</a>: how reliable these servers are, month by "
			"month.</p>\n",
			month_text(l->report, text),
			month_title(l->report, title));
	html_end(b, *l->query || l->account);
}

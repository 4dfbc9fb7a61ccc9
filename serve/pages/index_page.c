#include "pages/index_page.h"

#include "base/month.h"
#include "base/xalloc.h"
#include "cgi/request.h"
#include "http/escape.h"
#include "http/paging.h"
#include "pages/html.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What the list shows, and so what it is sorted by. */
static const char *name_of(const struct index_item *item)
{
	return item->title ? item->title : item->slug;
}

static int by_rank(const void *a, const void *b)
{
	const struct index_item *x = a, *y = b;
	int by = condition_rank(x->condition) - condition_rank(y->condition);

	if (!by)
		by = strcasecmp(name_of(x), name_of(y));
	return by ? by : strcmp(x->slug, y->slug);
}

static void put_item(struct buf *b, const struct index_item *item)
{
	struct word w = html_condition(item->condition);

	buf_fmt(b, "<li><a href=\"/status/%s\">", item->slug);
	escape_put(b, name_of(item));
	buf_str(b, "</a><span class=\"state\">");
	html_icon(b, w.class);
	buf_fmt(b, "<span>%s</span></span></li>\n",
		item->sentence ? item->sentence : w.text);
}

/* What a server counts as: those that work, but not well, are a group. */
enum group {
	GROUP_DOWN,
	GROUP_DEGRADED,
	GROUP_NOTED,
	GROUP_MAINTENANCE,
	GROUP_STALE,
	GROUP_PENDING,
	GROUP_UP,
	GROUPS
};

static enum group group_of(struct condition c)
{
	static const enum group groups[CONDITION_STATES] = {
		[CONDITION_DOWN] = GROUP_DOWN,
		[CONDITION_DEGRADED] = GROUP_DEGRADED,
		[CONDITION_MAINTENANCE] = GROUP_MAINTENANCE,
		[CONDITION_STALE] = GROUP_STALE,
		[CONDITION_PENDING] = GROUP_PENDING,
		[CONDITION_UP] = GROUP_UP,
	};

	return c.note != NOTE_NONE ? GROUP_NOTED : groups[c.state];
}

static void put_summary(struct buf *b, const struct index_page *l)
{
	static const char *const words[GROUPS] = {
		[GROUP_DOWN] = "not working",
		[GROUP_DEGRADED] = "partly working",
		[GROUP_NOTED] = "working with an open incident",
		[GROUP_MAINTENANCE] = "under maintenance",
		[GROUP_STALE] = "without recent data",
		[GROUP_PENDING] = "awaiting its first probe",
		[GROUP_UP] = "working",
	};
	size_t count[GROUPS] = {0};
	const char *comma = "";

	for (size_t i = 0; i < l->n; i++)
		count[group_of(l->items[i].condition)]++;
	if (l->n > 1 && count[GROUP_UP] == l->n) {
		buf_fmt(b,
			"<p class=\"lead\">All %zu servers are working.</p>\n",
			l->n);
		return;
	}
	buf_str(b, "<p class=\"lead\">");
	for (size_t i = 0; i < GROUPS; i++) {
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

/* The minute of the newest verdict, unless the banner says it. */
static void put_as_of(struct buf *b, const struct own_checks *checks)
{
	if (checks->freshness != VIEW_FRESH)
		return;
	buf_str(b, "<p class=\"dim\">As of ");
	html_time(b, checks->as_of, checks->now);
	buf_str(b, ".</p>\n");
}

/* Whether there is something that its readers wait for the end of. */
static bool is_open(const struct index_page *l)
{
	for (size_t i = 0; i < l->n; i++)
		switch (group_of(l->items[i].condition)) {
		case GROUP_DOWN:
		case GROUP_DEGRADED:
		case GROUP_NOTED:
			return true;
		default:
			break;
		}
	return false;
}

/* Search engines are to find the list of all, and not what somebody sought. */
static void begin(struct buf *b, const struct index_page *l,
	const struct brand *brand, const char *feed)
{
	bool all = !l->account && !*l->query && l->paging->page == 1;

	html_begin(b,
		&(struct frame) {.brand = brand,
			.title = l->account,
			.feed = feed,
			.calendar = l->account ? NULL : "/maintenance.ics",
			.live = true,
			.open = is_open(l),
			.path = "/",
			.unlisted = !all,
			.about = "Which MCP servers work now, seen from several "
				 "places: uptime, response times, incidents and "
				 "maintenance."});
	html_element(b, "h1", l->account ? l->account : "MCP servers");
	if (all)
		html_intro(b, brand);
}

void index_page_put(struct buf *b, const struct index_page *l,
	const struct brand *brand)
{
	char feed[REQUEST_PATH + 32];
	char text[MONTH_TEXT], title[MONTH_TITLE];

	snprintf(feed, sizeof feed, "%s%s/feed.atom",
		l->account ? "/account/" : "", l->account ? l->account : "");
	begin(b, l, brand, feed);
	put_as_of(b, &l->checks);
	own_checks_put(b, &l->checks);
	index_page_search(b, l->query, l->account);
	if (l->n) {
		put_items(b, l);
	} else if (*l->query) {
		buf_str(b, "<p>No server matches <b>");
		escape_put(b, l->query);
		buf_str(b, "</b>.</p>\n");
	} else {
		buf_str(b, "<p>No servers yet.</p>\n");
	}
	if (l->report)
		buf_fmt(b,
			"<p class=\"dim\"><a href=\"/report/%s\">The report on "
			"%s</a>: how reliable these servers are, month by "
			"month.</p>\n",
			month_text(l->report, text),
			month_title(l->report, title));
	buf_fmt(b, "<p class=\"dim\">Get updates: <a href=\"%s\">Atom feed</a>",
		feed);
	buf_str(b, l->account ? "</p>\n"
			      : ", <a href=\"/maintenance.ics\">maintenance "
				"calendar</a></p>\n");
	if (l->account)
		html_private(b, l->account, false);
	html_end(b, brand, *l->query || l->account);
}

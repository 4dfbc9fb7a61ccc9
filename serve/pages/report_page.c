/* SPDX-License-Identifier: MIT */
/*
 * report_page.c: the report on a month, and the list of reports. A table has
 * its columns where there is room for them; elsewhere style_report.css makes a
 * block of each row, in which the name of a column (data-label) stands before
 * its value.
 */
#include "pages/pages.h"

#include "base/clock.h"
#include "base/text.h"
#include "data/entries.h"
#include "data/page_data.h"
#include "http/paging.h"
#include "pages/html.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define DAY 86400
#define UNKNOWN "<span class='dim'>not known</span>"

static void put_count(struct html *b, const struct html_part *p);
#define COUNT(n) HTML_PART(.put = put_count, .at = (n))

/* The title of a name in the record, and its meaning. */
struct meaning {
	const char *name, *title, *about;
};

/* The words are those of audits of registries; mcp-audit(7). */
static const struct meaning buckets[] = {
	{"healthy", "Healthy", "works from everywhere, with the same tools"},
	{"healthy-with-drift", "Healthy with drift",
		"works from everywhere, but its tools changed or differ"},
	{"regionally-degraded", "Regionally degraded",
		"works from at least half of the locations, but not from all"},
	{"regionally-up", "Regionally up", "works from fewer than half"},
	{"auth-walled", "Auth-walled",
		"requires a login that we do not have"},
	{"transport-dead", "Transport dead",
		"no answer: the name, the connection or TLS fails"},
	{"mcp-broken", "HTTP alive but MCP broken",
		"answers, but not with valid MCP"},
	{"schema-malformed", "Schema malformed",
		"works, but its tool list is not valid"},
	{"no-data", "No data", "too few locations reported"},
	{NULL, NULL, NULL},
};

static const struct meaning walls[] = {
	{"oauth", "OAuth", "and clients can discover where to sign in"},
	{"bearer", "A bearer token", "without published sign-in metadata"},
	{"other-scheme", "Another scheme", "or no scheme named"},
	{"certificate", "A client certificate", "in TLS"},
	{"tools-only", "For the tools only",
		"anybody can connect, but listing tools requires a login"},
	{"unknown", "Not known", "the kind was not recorded"},
	{NULL, NULL, NULL},
};

static const struct meaning eras[] = {
	{"stateless", "Without sessions", NULL},
	{"session", "With sessions", NULL},
	{"sse", "HTTP with SSE", NULL},
	{NULL, "Not known", NULL},
};

static const struct meaning *meaning_of(
	const struct meaning *list, const char *name)
{
	while (list->name && (!name || strcmp(list->name, name) != 0))
		list++;
	return list;
}

/* A whole number in groups of three digits: 31,200. */
static void put_count(struct html *b, const struct html_part *p)
{
	if (p->at >= 1000)
		html_fmt(b, "%ls,%03d", COUNT(p->at / 1000),
			(int)(p->at % 1000));
	else
		html_fmt(b, "%d", (int)p->at);
}

/* The share as a bar, and as a number. */
static void put_share(struct html *b, const struct report_count *c)
{
	html_fmt(b,
		"<td class='bar'><svg class='share' aria-hidden='true' "
		"viewBox='0 0 100 8' preserveAspectRatio='none'><rect "
		"class='rail' width='100' height='8'/><rect class='fill' "
		"width='%.1f' height='8'/></svg></td>"
		"<td data-label='Share'>%.1f&#8239;%%</td>"
		"<td data-label='Servers'>%ls</td></tr>\n",
		c->share, c->share, COUNT(c->count));
}

static void begin_counts(struct html *b, const char *heading, const char *id,
	const char *column)
{
	html_fmt(b,
		"<h2 id='%s'>%s</h2>\n<table class='counts' "
		"aria-labelledby='%s'>\n<thead><tr><th scope='col'>%s</th>"
		"<td></td><th scope='col'>Share</th><th scope='col'>Servers"
		"</th></tr></thead>\n<tbody>\n",
		id, heading, id, column);
}

static void put_counts(struct html *b, const char *heading, const char *id,
	const char *column, const struct meaning *list,
	const struct report_count *v, size_t n)
{
	begin_counts(b, heading, id, column);
	for (size_t i = 0; i < n; i++) {
		const struct meaning *m = meaning_of(list, v[i].name);

		if (!v[i].count || !m->name)
			continue;
		html_fmt(b, "<tr><th scope='row'>%s <small>%s</small></th>",
			m->title, m->about);
		put_share(b, &v[i]);
	}
	html_fmt(b, "</tbody></table>\n");
}

static void put_protocols(struct html *b, const struct report_head *h)
{
	begin_counts(b, "Protocol", "protocols", "Revision and era");
	for (size_t i = 0; i < h->n_protocols; i++) {
		const struct report_count *c = &h->protocols[i];

		html_fmt(b, "<tr><th scope='row'>%s <small>%s</small></th>",
			c->protocol ? c->protocol : "Not known",
			c->protocol ? meaning_of(eras, c->era)->title
				    : "it could not be asked");
		put_share(b, c);
	}
	html_fmt(b, "</tbody></table>\n");
}

/* How long before the report that was; days are whole ones. */
static void put_ago(struct html *b, int64_t since, int64_t as_of)
{
	int64_t days = as_of > since ? (as_of - since) / DAY : 0;

	if (!days)
		html_fmt(b, "less than a day");
	else
		html_fmt(b, "%" PRId64 " day%s", days, days == 1 ? "" : "s");
}

static void put_tools(struct html *b, const struct report_row *r, int64_t as_of)
{
	html_fmt(b, "<td data-label='Tools unchanged'>");
	if (r->tools_churn) {
		html_fmt(b, "changes often");
	} else if (r->tool_changes < 0 || !r->tools_since) {
		html_fmt(b, UNKNOWN);
	} else {
		put_ago(b, r->tools_since, as_of);
		if (r->tool_changes)
			html_fmt(b, " <small>%ld change%s</small>",
				r->tool_changes,
				r->tool_changes == 1 ? "" : "s");
	}
	html_fmt(b, "</td>");
}

static void put_row(struct html *b, const struct report_entry *e, int64_t as_of)
{
	const struct report_row *r = &e->row;
	const struct meaning *m = meaning_of(buckets, r->bucket);

	html_fmt(b, "<tr>");
	if (r->rank)
		html_fmt(b, "<td class='rank'>%ld</td>", r->rank);
	html_fmt(b,
		"<th scope='row'><a href='/status/%s'>%s</a></th>"
		"<td data-label='Uptime'>",
		r->slug, e->title ? e->title : r->slug);
	if (isnan(r->uptime))
		html_fmt(b, UNKNOWN);
	else
		html_fmt(b, "%.2f&#8239;%%", r->uptime);
	html_fmt(b, "</td><td data-label='Minutes known'>%ls</td>"
		   "<td data-label='p95'>",
		COUNT(r->known_minutes));
	if (isnan(r->p95_ms))
		html_fmt(b, UNKNOWN);
	else
		html_fmt(b, "%ls&#8239;ms", COUNT((int64_t)r->p95_ms));
	html_fmt(b, "</td>");
	put_tools(b, r, as_of);
	html_fmt(b, "<td data-label='Found'>%s</td></tr>\n",
		m->name ? m->title : "No data");
}

static void put_board(struct html *b, const char *id, bool ranked,
	const struct report_page *p, size_t from, size_t to)
{
	html_fmt(b,
		"<table class='board' aria-labelledby='%s'>\n<thead><tr>%ls"
		"<th scope='col' class='name'>Server</th>"
		"<th scope='col'>Uptime</th>"
		"<th scope='col'>Minutes known</th><th scope='col'>p95</th>"
		"<th scope='col'>Tools unchanged</th><th scope='col'>Found"
		"</th></tr></thead>\n<tbody>\n",
		id,
		HTML_MARKUP(ranked ? "<th scope='col'>Rank</th>" : ""));
	for (size_t i = from; i < to; i++)
		put_row(b, &p->entries[i], p->head->as_of);
	html_fmt(b, "</tbody></table>\n");
}

static void put_boards(struct html *b, const struct report_page *p)
{
	const struct report_head *h = p->head;
	size_t ranked = 0;

	while (ranked < p->n && p->entries[ranked].row.rank)
		ranked++;
	html_fmt(b, "<h2 id='leaderboard'>Leaderboard</h2>\n");
	if (!h->ranked)
		html_fmt(b,
			"<p>No server is ranked yet: none is known on %ld days "
			"of the month.</p>\n",
			h->least_days);
	else if (ranked)
		put_board(b, "leaderboard", true, p, 0, ranked);
	else
		html_fmt(b, "<p>The servers that are ranked are on the pages "
			   "before this one.</p>\n");
	if (p->n > ranked) {
		html_fmt(b,
			"<h2 id='unranked'>Not ranked</h2>\n<p>Too little is "
			"known of these: a server is ranked that is known on at "
			"least %ld days of the month, and on half of those that "
			"there were; on each of them for %ld minutes or more."
			"</p>\n",
			h->least_days, h->least_minutes);
		put_board(b, "unranked", false, p, ranked, p->n);
	}
	if (p->hidden)
		html_fmt(b,
			"<p class='dim'>%zu more, counted above, %s not listed "
			"here any more.</p>\n",
			p->hidden, p->hidden == 1 ? "is" : "are");
	html_pages(b, p->paging, p->request);
}

static void put_lead(struct html *b, const struct report_head *h)
{
	html_fmt(b, "<p class='lead'>%ls server%s%s", COUNT(h->servers),
		h->servers == 1 ? "" : "s",
		h->n_cities ? ", watched from " : "");
	for (size_t i = 0; i < h->n_cities; i++)
		html_fmt(b, "%s%s", text_comma(i, h->n_cities), h->cities[i]);
	html_fmt(b, "</p>\n");
}

static void put_as_of(struct html *b, const struct report_head *h, int month)
{
	html_fmt(b, "<p>As of %ls", HTML_TIME(h->as_of, 0));
	if (h->final)
		html_fmt(b, ". The month is over, and this report stays as it "
			   "is.</p>\n");
	else if (h->as_of < month_begin(month + 1))
		html_fmt(b,
			". <b>Preliminary</b>: day %ld of the month; "
			"everything here may change until it ends.</p>\n",
			h->days);
	else
		html_fmt(b, ". The month is over, but its last minutes may "
			   "still be counted.</p>\n");
}

static void put_files(
	struct html *b, const char *month, const struct brand *brand)
{
	html_fmt(b,
		"<p>For programs: <a href='/report/%s.csv'>CSV</a>, "
		"<a href='/report/%s.json'>JSON</a>. Cite as "
		"<b>%s/report/%s</b>.</p>\n",
		month, month, brand->url, month);
}

static void put_method(struct html *b, const struct report_head *h, int month)
{
	html_fmt(b,
		"<h2>How we calculate this</h2>\n<dl class='answers'>\n"
		"<div><dt>Rank</dt><dd>By uptime; of equals by p95, the "
		"shortest first; then by how rarely the tools changed; then by "
		"name.</dd></div>\n"
		"<div><dt>Uptime</dt><dd>The share of known minutes in which the "
		"server was not down, rounded down. A "
		"server is down when several locations agree that it does not "
		"work; a server that requires a login counts as up."
		"</dd></div>\n"
		"<div><dt>p95</dt><dd>95 of 100 successful checks took no longer, "
		"from all locations together");
	if (h->latency_from > month_begin(month))
		html_fmt(b,
			", from %ls on: earlier ones were no longer kept",
			HTML_DAY(h->latency_from / DAY));
	html_fmt(b, ".</dd></div>\n<div><dt>Tools unchanged</dt><dd>For how "
		   "long the server has had the same tools, with the same "
		   "descriptions, and how often they changed in the month."
		   "</dd></div>\n<div><dt>Found</dt><dd>The state of the server when "
		   "this report was made; so are the shares, the protocols "
		   "and the kinds of login.</dd></div>\n</dl>\n");
}

/* Links to the reports of months, but for that of month `but`. */
static void put_months(
	struct html *b, const int *months, size_t n, int but)
{
	char text[MONTH_TEXT], title[MONTH_TITLE];

	html_fmt(b, "<ul class='months'>\n");
	for (size_t i = 0; i < n; i++)
		if (months[i] != but)
			html_fmt(b, "<li><a href='/report/%s'>%s</a></li>\n",
				month_text(months[i], text),
				month_title(months[i], title));
	html_fmt(b, "</ul>\n");
}

static void put_others(struct html *b, const struct report_page *p, int month)
{
	if (p->n_months < 2)
		return;
	html_fmt(b, "<nav aria-label='Other months'>\n<h2>Other months</h2>\n");
	put_months(b, p->months, p->n_months, month);
	html_fmt(b, "</nav>\n");
}

void report_page_put(
	struct html *b, const struct report_page *p, const struct brand *brand)
{
	const struct report_head *h = p->head;
	char title[MONTH_TITLE], heading[MONTH_TITLE + 32];
	char path[MONTH_TEXT + 16], about[MONTH_TITLE + 128];
	long walled = 0;
	int month = 0;

	month_parse(h->month, &month);
	month_title(month, title);
	snprintf(heading, sizeof heading, "MCP servers in %s", title);
	snprintf(path, sizeof path, "/report/%s", h->month);
	snprintf(about, sizeof about,
		"How reliable public MCP servers were in %s: ranks, uptime, "
		"response times, protocol and walls.",
		title);
	html_begin(b,
		&(struct frame) {.brand = brand,
			.title = heading,
			.path = path,
			.unlisted = p->paging->page > 1,
			.about = about});
	html_element(b, "h1", heading);
	put_lead(b, h);
	put_as_of(b, h, month);
	put_files(b, h->month, brand);
	if (p->paging->page > 1) {
		put_boards(b, p);
		html_end(b, brand, true);
		return;
	}
	put_counts(b, "States", "buckets", "Bucket", buckets, h->buckets,
		h->n_buckets);
	put_boards(b, p);
	put_protocols(b, h);
	for (size_t i = 0; i < h->n_walls; i++)
		walled += h->walls[i].count;
	if (walled)
		put_counts(b, "Requires login", "walls", "Kind of login",
			walls, h->walls, h->n_walls);
	put_method(b, h, month);
	put_others(b, p, month);
	html_end(b, brand, true);
}

void report_list_put(
	struct html *b, const int *months, size_t n, const struct brand *brand)
{
	html_begin(b,
		&(struct frame) {.brand = brand,
			.title = "Reports",
			.path = "/report",
			.about = "How reliable public MCP servers are, month by "
				 "month."});
	html_element(b, "h1", "Reports by month");
	put_months(b, months, n, -1);
	html_end(b, brand, true);
}
